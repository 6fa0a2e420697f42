"""Codes of SQL that is written for other systems (810x)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = (
    Code(
        "VBC8100",
        "a term that SQL cannot say exactly",
        "SQL written from a contract gives the same cents everywhere: it has whole numbers only, and no floats. A "
        "root, a rank, the division of a pool and some others have no such words in SQL. The engines `duckdb` and "
        "`spark` compute them where the data are, with the same cents.",
        "vbc compile contract.vbc --to sql",
        "vbc compile contract.vbc --to sql --facts\nvbc run contract.vbc --engine duckdb --data ...",
    ),
    Code(
        "VBC8101",
        "a term that the contract does not have",
        "`--term` names a term of the contract as the contract writes it, capitals too. In some performance year "
        "that was asked for the text in force has no such term.",
        '--term "shared savings"',
        '--term "Shared Savings Payment"',
    ),
    Code(
        "VBC8102",
        "SQL of another system without sqlglot",
        "DuckDB's SQL needs nothing. The words of other systems are written with the package sqlglot, which is "
        'installed with `pip install "vbcdsl[sql]"`.',
    ),
    Code(
        "VBC8103",
        "decimal places of a column that is none",
        "`--places` says how many decimal places a column has in its table: the record and the column as the "
        "contract writes them, and a number from 0 to 18.",
        "--places risk_score=4",
        '--places "Member Months.Risk Score=4"',
    ),
)
