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
)
