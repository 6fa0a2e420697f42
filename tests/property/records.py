"""Random records, tables and schedules: the sentences that declare them and rows of data that fit."""

from __future__ import annotations

import datetime as dt
import random
from decimal import Decimal
from typing import Any

import attrs
import pyarrow as pa

from tests.property.values import COUNTS, MONEY, NUMBERS, PARTY, RATES, YEAR, Leaf, literal, size

TYPES: dict[str, Any] = {
    "text": pa.string(), "money": pa.decimal128(12, 2), "pmpm": pa.decimal128(12, 2), "number": pa.decimal128(9, 3),  # noqa: E501
    "rate": pa.decimal128(9, 4), "count": pa.int64(), "yes": pa.bool_(), "date": pa.date32(), "year": pa.int64(),
}  # fmt: skip
WRITTEN = {
    "text": "text", "money": "money", "pmpm": "money per member per month", "number": "number", "count": "count",
    "rate": "rate written as a fraction", "yes": "yes or no", "date": "date",
}  # fmt: skip
REGIONS = ("North", "South", "West")
CATEGORIES = ("inpatient", "outpatient", "drug")
DOMAINS = ("Prevention", "Chronic", "Access")
MEASURES = ("Screening", "A1c", "Follow-up", "Visits")
PARTIES = ("A1", "A2", "A10", "B", "a3")


@attrs.frozen
class Column:
    """A column of a record. `missing`: "required" or the words for a missing value. `low`: no values below zero."""  # noqa: E501

    name: str
    kind: str
    missing: str = "required"
    texts: tuple[str, ...] = ()
    nonneg: bool = False

    @property
    def id(self) -> str:
        """Its name in data."""
        return self.name.lower().replace(" ", "_").replace("-", "_")


@attrs.define
class Table:
    """The rows of a record as data. `columns`: name in data and kind."""

    columns: list[tuple[str, str]]
    rows: list[dict[str, Any]] = attrs.field(factory=list)

    def arrow(self, order: list[int] | None = None) -> pa.Table:
        """As an Arrow table, perhaps in another order of rows."""
        rows = self.rows if order is None else [self.rows[i] for i in order]
        return pa.table({n: pa.array([row[n] for row in rows], TYPES[k]) for n, k in self.columns})


@attrs.define
class Record:
    """A record that the contract declares."""

    name: str
    sentence: str
    keys: list[tuple[str, str]]
    columns: list[Column]

    @property
    def id(self) -> str:
        """Its name in data."""
        return self.name.lower().replace(" ", "_")

    def text(self) -> str:
        """The sentence with its table."""
        lines = [f'"{self.name}" are {self.sentence}:', "    | Column | Kind | If missing |"]
        for column in self.columns:
            kind = WRITTEN[column.kind]
            if column.nonneg:
                kind += f", at least {literal(column.kind, '0')}"
            if column.texts:
                *most, last = (f'"{text}"' for text in column.texts)
                kind = f"one of {', '.join(most)} or {last}"
            lines.append(f"    | {column.name} | {kind} | {column.missing} |")
        return "\n".join(lines)

    def leaves(self, dims: frozenset[str], entries: bool = False) -> list[Leaf]:
        """The names that its columns give."""
        return [
            Leaf(c.name, c.kind, dims, self.name, c.missing == "not scored", c.nonneg, entries, c.texts)
            for c in self.columns if c.name != PARTY and (c.texts or c.kind != "text")
        ]  # fmt: skip


def number(rng: random.Random, kind: str) -> Decimal:
    """A value that often lies exactly at an edge that a contract may write."""
    if kind in ("money", "pmpm"):
        found = size(rng.choice(MONEY)) if rng.randrange(10) < 8 else Decimal(rng.randrange(200000)) / 100
        found = found / 10 if kind == "pmpm" else found
        return found.quantize(Decimal("0.01"))
    if kind == "rate":
        return (size(rng.choice(RATES)) / 100).quantize(Decimal("0.0001"))
    if kind == "number":
        return size(rng.choice(NUMBERS)) if rng.randrange(10) < 7 else Decimal(rng.randrange(4000)) / 1000
    return size(rng.choice(COUNTS))


def cell(rng: random.Random, column: Column, missing: int) -> Any:
    """A random value of a column; None (missing) so many times in a hundred where the contract allows it."""
    if column.missing != "required" and rng.randrange(100) < missing:
        return None
    match column.kind:
        case "text":
            return rng.choice(column.texts) if column.texts else rng.choice("xyz")
        case "yes":
            return rng.randrange(10) < 7
        case "date":
            return dt.date(2024, 1, 1) + dt.timedelta(
                days=rng.choice((0, 31, 90, 181, 182, 200, 365, 366, 400, 730))
            )
    found = number(rng, column.kind)
    if column.kind == "count":
        return int(found)
    if column.kind == "money" and not column.nonneg and rng.randrange(8) == 0:
        found = -found
    return found


def missing_rule(rng: random.Random, kind: str, unscored: bool = True) -> str:
    """What stands for a missing value."""
    if rng.randrange(3) == 0:
        return "required"
    if kind == "yes":
        return rng.choice(("no", "yes"))
    if unscored and kind in ("rate", "number", "money") and rng.randrange(3) == 0:
        return "not scored"
    lit = literal(
        kind, rng.choice({"money": MONEY, "pmpm": MONEY, "rate": RATES, "count": COUNTS}.get(kind, NUMBERS))
    )
    return f"treated as {lit}" if rng.randrange(3) == 0 else lit


def make_records(rng: random.Random) -> list[Record]:
    """The records of a contract, always with a schedule of the parties."""

    def column(name: str, kind: str, **more: Any) -> Column:
        return Column(name, kind, missing_rule(rng, kind, more.pop("unscored", True)), **more)

    nonneg = rng.randrange(2) == 0
    out = ", and a row that is not on the roster is left out and listed" if rng.randrange(3) else ""
    found = [
        Record(
            "Financial Schedule", f"records, one for each ACO in each {YEAR}", [(PARTY, "text"), (YEAR, "year")],
            [column("Benchmark Rate", "pmpm", nonneg=True, unscored=False), column("Capitation", "money", nonneg=True),  # noqa: E501
             column("Prior Balance", "money"), column("Trend", "rate", nonneg=True), column("Factor", "number", nonneg=True),  # noqa: E501
             Column("Region", "text", "required", REGIONS)],
        )
    ]  # fmt: skip
    if rng.randrange(10) < 8:
        found.append(Record(
            "Member Months", f"records, one for each Member in each Month{out}",
            [(PARTY, "text"), ("Member", "text"), ("Month", "date")],
            [Column(PARTY, "text"), column("Enrolled", "yes"), column("Paid", "money", nonneg=nonneg),
             column("Pharmacy Paid", "money"), column("Visits", "count", nonneg=True),
             column("Risk Score", "number", nonneg=True), Column("Cohort", "text", "required", ("Adult", "Child"))],  # noqa: E501
        ))  # fmt: skip
    if rng.randrange(10) < 7:
        found.append(Record(
            "Quality Results", f"records, one for each ACO and Measure in each {YEAR}{out}",
            [(PARTY, "text"), ("Measure", "text"), (YEAR, "year")],
            [column("Numerator", "count", nonneg=True), column("Denominator", "count", nonneg=True),
             column("Reported Rate", "rate", nonneg=True), column("Bonus Base", "money", nonneg=nonneg)],
        ))  # fmt: skip
    if rng.randrange(10) < 5:
        found.append(Record(
            "Claims", f"entries, any number for each Member, placed by Service Date{out}",
            [(PARTY, "text"), ("Member", "text")],
            [Column(PARTY, "text"), Column("Service Date", "date"), column("Allowed", "money"),
             column("Units", "count", nonneg=True), Column("Category", "text", "required", CATEGORIES)],
        ))  # fmt: skip
    if rng.randrange(10) < 4:
        found.append(Record(
            "Site List", "records, one for each ACO", [(PARTY, "text")],
            [column("Site Fee", "money", nonneg=True), column("Site Factor", "number", nonneg=True, unscored=False),  # noqa: E501
             column("Rural", "yes")],
        ))  # fmt: skip
    return found


DIMS: dict[str, frozenset[str]] = {
    "Financial Schedule": frozenset({PARTY, YEAR}),
    "Member Months": frozenset({PARTY, "Member", "Month", "Quarter", YEAR}),
    "Quality Results": frozenset({PARTY, "Measure", YEAR}),
    "Claims": frozenset({PARTY, "Member"}),
    "Site List": frozenset({PARTY}),
}


def make_tables(
    rng: random.Random, records: list[Record], measures: tuple[str, ...], starts: list[dt.date]
) -> dict[str, Table]:
    """Rows for each record: a few parties, some absent in a year, few members with gaps, missing cells."""
    parties = rng.sample(PARTIES, rng.choice((1, 2, 2, 3, 3, 5)))
    years = list(range(len(starts)))
    active = {(p, y) for p in parties for y in years if rng.randrange(10) < 9}
    blank = rng.choice((0, 10, 40))
    required = rng.randrange(40) == 0
    strays = rng.randrange(4) == 0
    tables: dict[str, Table] = {}
    for record in records:
        own = {c.name for c in record.columns}
        columns = [(name.lower().replace(" ", "_"), kind) for name, kind in record.keys if name not in own]
        columns += [(c.id, c.kind) for c in record.columns]
        tables[record.id] = Table(columns)

    def row(record: Record, keys: dict[str, Any]) -> None:
        values = {c.id: cell(rng, c, blank) for c in record.columns}
        if required and rng.randrange(5) == 0:
            values[rng.choice(record.columns).id] = None
        tables[record.id].rows.append(values | keys)

    by_name = {record.name: record for record in records}
    members = ["M1", "M2", "m10", "Z"][: rng.choice((1, 2, 3, 4))]
    stray = ["Nobody"] if strays and "left out" in " ".join(r.sentence for r in records) else []
    if stray and any(
        "left out" not in r.sentence
        for r in records
        if r.name in ("Member Months", "Claims", "Quality Results")
    ):
        stray = []
    for party in parties:
        for year in years:
            if (party, year) in active:
                label = starts[year].year if rng.randrange(8) else year + 1
                row(by_name["Financial Schedule"], {"aco": party, "performance_year": label})
    if (site := by_name.get("Site List")) is not None:
        for party in parties:
            if rng.randrange(10) < 9:
                row(site, {"aco": party})
    for party in [*parties, *stray]:
        here = [y for y in years if (party, y) in active or party == "Nobody"]
        if not here:
            continue
        if (quality := by_name.get("Quality Results")) is not None:
            for year in here:
                for measure in measures:
                    if rng.randrange(10) < 8:
                        row(
                            quality, {"aco": party, "measure": measure, "performance_year": starts[year].year}
                        )
        listed: list[str] = []
        if (months := by_name.get("Member Months")) is not None:
            for member in members:
                for year in here:
                    first, count = rng.randrange(12), rng.choice((0, 1, 2, 4, 12))
                    for k in range(first, min(first + count, 12)):
                        start = starts[year]
                        index = start.month - 1 + k
                        day = dt.date(start.year + index // 12, index % 12 + 1, 1)
                        row(months, {"aco": party, "member": member, "month": day})
                        listed.append(member)
        if (claims := by_name.get("Claims")) is not None:
            who = listed or ([] if months is not None else members)
            for _ in range(rng.choice((0, 1, 3, 8))):
                if not who:
                    break
                start = starts[rng.choice(here)]
                day = start + dt.timedelta(days=rng.choice((0, 30, 31, 89, 181, 182, 364)))
                if rng.randrange(12) == 0:
                    day = starts[0] - dt.timedelta(days=1)
                row(claims, {"aco": party, "member": rng.choice(who), "service_date": day})
                if rng.randrange(6) == 0:
                    tables[claims.id].rows.append(dict(tables[claims.id].rows[-1]))
    for table in tables.values():
        rng.shuffle(table.rows)
    return tables
