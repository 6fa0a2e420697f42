"""Codes of simulations and of books of contracts (804x)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC8040",
        "nothing that can be varied",
        "A scenario varies a defined term, a column, a row of a table, or a number as it stands in a section. "
        "This address names none of them in this contract, or names several. A scenario that changed nothing "
        "would look like a term without effect.",
        '--vary "Sharng Rate=40%..60% by 5%"',
        '--vary "Sharing Rate=40%..60% by 5%"',
    ),
    Code(
        "VBC8041",
        "values that cannot be read",
        "The values of a scenario are written as the contract writes them: a rate with a percent sign, money with "
        "a dollar sign or none, a grid from the smaller to the larger value by a step that reaches it.",
        '--vary "4.2 row 3=0.4..0.6"',
        '--vary "4.2 row 3=40%..60% by 5%"',
    ),
    Code(
        "VBC8042",
        "scenarios that do not fit together",
        "Several varied things are crossed, or with --paired taken line by line; then they need as many values "
        "each. A file of scenarios has a header with what is varied and a cell below each name. One "
        "thing is varied once.",
        '--paired --vary "4.2 row 3=30%, 40%" --vary "4.2 row 4=40%, 45%, 50%"',
        '--paired --vary "4.2 row 3=30%, 35%" --vary "4.2 row 4=40%, 45%"',
    ),
    Code(
        "VBC8043",
        "a book that cannot be read",
        "A book of contracts is a TOML file: [data] names the files, each [[contract]] has a path and the parties "
        "that belong to it, or a roster file lists them for all.",
        '[[contract]]\npath = "alpha.vbc"',
        '[[contract]]\npath = "alpha.vbc"\nparties = ["A1001", "A1002"]',
    ),
    Code(
        "VBC8044",
        "a party of a book without data",
        "The book says that this party belongs to the contract, and the data has no row for it. Nothing is "
        "settled for it; look whether it is written as in the data.",
        severity="warning",
    ),
)
