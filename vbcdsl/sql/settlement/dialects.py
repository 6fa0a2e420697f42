"""The same SQL in the words of other systems, by sqlglot, with the few things that only vbcdsl knows.

Whole numbers are DECIMAL(38, 0) or wider, whole quotients are cut off exactly, and the end of a query with a
message is what each system has for it. DuckDB's own text needs nothing installed.
"""

from __future__ import annotations

import re
from typing import Any, Final

from vbcdsl.diagnostics import Diagnostic, VbcError

DIALECTS: Final = ("duckdb", "postgres", "spark", "databricks", "snowflake", "bigquery")
_STOP = re.compile(r"\berror_(number|text|flag|day|nothing)\(")


def for_duckdb(text: str) -> str:
    """The text with DuckDB's `error`."""
    return _STOP.sub("error(", text)


def in_dialect(statement: str, dialect: str) -> str:
    """A statement of `compiler.py` in the words of a system. `VbcError` without sqlglot."""
    if dialect == "duckdb":
        return for_duckdb(statement)
    try:
        import sqlglot
    except ImportError:
        raise VbcError([
            Diagnostic("VBC8102", "SQL for systems other than DuckDB needs sqlglot, which is not installed",
                       help='install it with `pip install "vbcdsl[sql]"`')
        ]) from None  # fmt: skip
    tree = sqlglot.parse_one(statement.rstrip(";"), read="duckdb")
    changed = tree.transform(lambda node: _changed(node, dialect))
    text: str = changed.sql(dialect=dialect, pretty=True, max_text_width=110)
    return text + ";"


def _changed(node: Any, dialect: str) -> Any:
    from sqlglot import exp

    if isinstance(node, exp.Anonymous) and (found := _STOP.fullmatch(f"{node.name}(")):
        return _ended(node.expressions[0], found[1], dialect)
    if isinstance(node, exp.DataType) and node.this == exp.DataType.Type.INT128:
        return _whole(dialect)
    if isinstance(node, exp.IntDiv):
        left, right = (_all_changed(side, dialect) for side in (node.this, node.expression))
        return _quotient(left, right, dialect)
    if isinstance(node, exp.DateDiff) and dialect == "postgres":
        later, earlier = (_date(_all_changed(side, dialect)) for side in (node.this, node.expression))
        return exp.Paren(this=exp.Sub(this=later, expression=earlier))
    return node


def _all_changed(node: Any, dialect: str) -> Any:
    """What stands inside a node that is replaced: it is not looked at again."""
    return node.copy().transform(lambda inner: _changed(inner, dialect))


def _date(node: Any) -> Any:
    from sqlglot import exp

    return exp.cast(node.copy(), "DATE")


def _whole(dialect: str) -> Any:
    from sqlglot import exp

    if dialect == "postgres":
        return exp.DataType.build("DECIMAL(1000, 0)")
    if dialect == "bigquery":
        return exp.DataType.build("BIGDECIMAL")
    return exp.DataType.build("DECIMAL(38, 0)")


def _bare(node: Any) -> Any:
    from sqlglot import exp

    found = node.copy()
    return (
        found if isinstance(found, exp.Paren | exp.Column | exp.Literal | exp.Func) else exp.Paren(this=found)
    )


def _quotient(left: Any, right: Any, dialect: str) -> Any:
    """A whole quotient, cut off toward zero."""
    from sqlglot import exp

    if dialect in ("postgres", "bigquery"):
        return exp.Anonymous(this="DIV", expressions=[left.copy(), right.copy()])
    # what is left over is taken off first: then the division has no rest, and nothing is rounded
    rest = exp.Mod(this=_bare(left), expression=_bare(right))
    exact = exp.Paren(this=exp.Sub(this=_bare(left), expression=exp.Paren(this=rest)))
    return exp.cast(exp.Div(this=exact, expression=_bare(right), typed=True, safe=True), "DECIMAL(38, 0)")


def _ended(message: Any, base: str, dialect: str) -> Any:
    """The query ends with a message, where a value of this base stands."""
    from sqlglot import exp

    if dialect == "bigquery":
        return exp.Anonymous(this="ERROR", expressions=[message.copy()])
    if dialect in ("spark", "databricks"):
        return exp.Anonymous(this="RAISE_ERROR", expressions=[message.copy()])
    # a text that is no number, made when it is reached and not before: the error shows it
    chance = exp.cast(exp.Anonymous(this="RANDOM", expressions=[]), "TEXT")
    text = exp.DPipe(this=message.copy(), expression=chance)
    number = exp.cast(text, "DECIMAL(38, 0)")
    match base:
        case "text":
            return exp.cast(number, "TEXT")
        case "flag":
            return exp.Paren(this=exp.EQ(this=number, expression=exp.Literal.number(0)))
        case "day":
            return exp.cast(exp.cast(number, "TEXT"), "DATE")
    return number
