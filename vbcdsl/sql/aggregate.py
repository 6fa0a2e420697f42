"""What is kept of a group of rows for one aggregate, as SQL: the columns of a partial result.

It stands between an aggregate of the rules and a `GROUP BY`. The columns are those of `Partial` in the columnar
engine: the rows that count, the rows that are not scored, the sum, the extreme. The rest (an average's
division, a rounding) is done with them afterwards, by the evaluator.
"""

from __future__ import annotations

import attrs

from vbcdsl.rules import nodes as n
from vbcdsl.sql.expression import NotExact, Sql, Writer


@attrs.frozen
class Kept:
    """SQL of the columns for one aggregate; None: not needed. `rows`: that count; `missing`: chosen, but not
    scored; `unsure`: rows on which `where` is not scored, which must be none (the evaluator says which);
    `total`; `extreme`, of days if `days`."""

    rows: str
    missing: str | None = None
    unsure: str | None = None
    total: str | None = None
    extreme: str | None = None
    days: bool = False

    def columns(self) -> dict[str, str]:
        """The columns by the names that they have in `Partial`."""
        found = {
            "rows": self.rows,
            "missing": self.missing,
            "unsure": self.unsure,
            "total": self.total,
            "extreme": self.extreme,
        }
        return {name: text for name, text in found.items() if text is not None}


def kept(node: n.Aggregate, writer: Writer) -> Kept:
    """The columns of an aggregate. `NotExact` if it is not in the exact core."""
    if node.weight is not None:
        raise NotExact("a weighted average (a product on each row)")
    if node.name in ("median", "percentile"):
        raise NotExact(f"a {node.name}")
    where = None if node.where is None else writer.write(node.where)
    if where is not None and where.base == "nothing":
        raise NotExact("a condition that is never scored")
    unsure = None
    if where is not None and where.nullable:
        unsure = counted(f"{where.inner()} IS NULL")
    if node.value is None:
        return Kept(counted(None if where is None else where.text), unsure=unsure)
    value = writer.write(node.value)
    missing = None
    if value.nullable and not node.scored_only:
        missing = counted(_both(where, f"{value.inner()} IS NULL"))
    if node.name == "number" and value.base == "flag":
        return Kept(counted(_both(where, value.inner())), missing, unsure)
    rows = counted(_both(where, f"{value.inner()} IS NOT NULL" if value.nullable else None))
    match node.name:
        case "number":
            return Kept(rows, missing, unsure)
        case "total" | "average" if value.base == "number":
            return Kept(rows, missing, unsure, total=_total(where, value))
        case "largest" | "smallest" if value.base in ("number", "day"):
            name = "MAX" if node.name == "largest" else "MIN"
            chosen = value.text if where is None else f"CASE WHEN {where.text} THEN {value.text} END"
            return Kept(rows, missing, unsure, extreme=f"{name}({chosen})", days=value.base == "day")
    raise NotExact("a total of what is no number")


def counted(condition: str | None) -> str:
    """The number of rows on which a condition holds."""
    return "COUNT(*)" if condition is None else f"COUNT(CASE WHEN {condition} THEN 1 END)"


def _both(where: Sql | None, condition: str | None) -> str | None:
    if where is None:
        return condition
    return where.text if condition is None else f"{where.inner()} AND {condition}"


def _total(where: Sql | None, value: Sql) -> str:
    text = value.text if where is None else f"CASE WHEN {where.text} THEN {value.text} END"
    if where is None and not value.nullable:
        return f"SUM({text})"
    return f"COALESCE(SUM({text}), 0)"
