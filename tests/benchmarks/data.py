"""Makes member-months for the Lakeside contract, as many as a measurement needs: the same seed, the same rows.

Every member has up to 36 months in three performance years, about 6,000 members belong to an ACO. Among the rows
are months without enrollment, reversals, empty cells and members over the limit of section 2.2. Files go to
a temporary folder and are never committed.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

SEED = 20240101
MONTHS = 36
MEMBERS_OF_AN_ACO = 6_000
ROW_GROUP = 262_144
MEASURES = ("Breast Cancer Screening", "Diabetes A1c Control", "Follow-up After Hospital")
YEARS = (2024, 2025, 2026)


@attrs.frozen
class Shape:
    """What the rows look like: `ids` are text or integers, `money` is decimals or whole cents."""

    rows: int = 1_000_000
    shuffled: bool = False
    ids: str = "text"
    money: str = "decimal"
    per_aco: int = MEMBERS_OF_AN_ACO

    def label(self) -> str:
        """The shape in a few words."""
        order = "shuffled" if self.shuffled else "sorted by member"
        return f"{self.rows // 1_000_000}M rows, {order}, {self.ids} identifiers, {self.money} money"

    def name(self) -> str:
        """A name for a folder."""
        order = "shuffled" if self.shuffled else "sorted"
        per_aco = "" if self.per_aco == MEMBERS_OF_AN_ACO else f"-{self.per_aco}"
        return f"{self.rows}-{order}-{self.ids}-{self.money}{per_aco}"


def make(shape: Shape, folder: Path) -> Path:
    """Writes the three records of the contract as Parquet, and a bindings file; the folder they are in."""
    home = folder / shape.name()
    if (home / "bindings.toml").exists():
        return home
    home.mkdir(parents=True, exist_ok=True)
    columns = _columns(shape)
    acos = int(columns["aco"].max()) + 1
    _write_rows(shape, columns, home / "member_months.parquet")
    _write_others(shape, acos, home)
    cents = 'unit = "cents"\n' if shape.money == "integer" else ""
    binding = "".join(
        f'[{record}]\nfile = "{record}.parquet"\n{cents if record == "member_months" else ""}'
        for record in ("member_months", "quality_results", "financial_schedule")
    )
    (home / "bindings.toml").write_text(binding, encoding="utf-8")
    return home


def _columns(shape: Shape) -> dict[str, np.ndarray]:
    """Codes, months and whole numbers of all rows."""
    random = np.random.default_rng(SEED)
    members = -(-shape.rows * 100 // (MONTHS * 94))
    present = random.random((members, MONTHS)) < 0.95
    member, month = (found[: shape.rows] for found in np.nonzero(present))
    rows = len(member)
    assert rows == shape.rows
    paid = (random.exponential(30_000, rows)).astype(np.int64)  # cents
    paid[random.random(rows) < 0.7] = 0
    large = random.random(rows) < 0.0005
    paid[large] *= 2_000
    paid[random.random(rows) < 0.002] *= -1
    columns = {
        "member": member.astype(np.int32),
        "aco": (member // shape.per_aco).astype(np.int32),
        "month": month.astype(np.int8),
        "enrolled": random.random(rows) < 0.97,
        "inpatient_paid": paid,
        "empty": random.random(rows) < 0.001,
        "outpatient_paid": random.integers(0, 60_000, rows),
        "risk_score": random.integers(300, 3_000, rows).astype(np.int16),
    }
    if shape.shuffled:
        order = random.permutation(rows)
        columns = {name: column[order] for name, column in columns.items()}
    return columns


def _texts(letter: str, width: int, codes: np.ndarray) -> pa.Array:
    low, high = int(codes.min()), int(codes.max())
    texts = pa.array([f"{letter}{n:0{width}d}" for n in range(low, high + 1)], pa.string())
    return texts.take(pa.array(codes.astype(np.int32) - low))


def _decimals(values: np.ndarray, digits: int, scale: int, mask: np.ndarray | None = None) -> pa.Array:
    """Whole numbers as decimals: the low words are the numbers, the high words their signs."""
    words = np.empty((len(values), 2), np.int64)
    words[:, 0], words[:, 1] = values, values.astype(np.int64) >> 63
    valid = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little"))
    return pa.Array.from_buffers(
        pa.decimal128(digits, scale), len(values), [valid, pa.py_buffer(np.ascontiguousarray(words))]
    )


def _write_rows(shape: Shape, columns: dict[str, np.ndarray], path: Path) -> None:
    firsts = (
        (np.datetime64("2024-01") + np.arange(MONTHS))
        .astype("datetime64[D]")
        .astype(np.int64)
        .astype(np.int32)
    )
    writer: pq.ParquetWriter | None = None
    step = 8 * ROW_GROUP
    for start in range(0, shape.rows, step):
        part = {name: column[start : start + step] for name, column in columns.items()}
        text, whole = shape.ids == "text", shape.money == "integer"
        batch = pa.table(
            {
                "aco": _texts("A", 4, part["aco"]) if text else pa.array(part["aco"].astype(np.int64)),
                "member": _texts("M", 8, part["member"])
                if text
                else pa.array(part["member"].astype(np.int64)),
                "month": pa.array(firsts[part["month"]]).cast(pa.date32()),
                "enrolled": pa.array(part["enrolled"]),
                "inpatient_paid": pa.array(part["inpatient_paid"], mask=part["empty"])
                if whole
                else _decimals(part["inpatient_paid"], 12, 2, part["empty"]),
                "outpatient_paid": pa.array(part["outpatient_paid"])
                if whole
                else _decimals(part["outpatient_paid"], 12, 2),
                "risk_score": _decimals(part["risk_score"], 5, 3),
                "county": _texts("County ", 4, part["member"] % 97),
                "plan": _texts("Plan ", 2, part["member"] % 7),
                "claims": pa.array(part["member"] % 11),
            }
        )
        if writer is None:
            writer = pq.ParquetWriter(path, batch.schema, store_decimal_as_integer=whole)
        writer.write_table(batch, row_group_size=ROW_GROUP)
    assert writer is not None
    writer.close()


def _write_others(shape: Shape, acos: int, home: Path) -> None:
    random = np.random.default_rng(SEED + 1)
    names = [f"A{n:04d}" if shape.ids == "text" else n for n in range(acos)]
    quality = [
        (name, year, measure, int(random.integers(20, 100)), 100 if random.random() < 0.9 else 20)
        for name in names
        for year in YEARS
        for measure in MEASURES
    ]
    pq.write_table(
        pa.table(
            {
                "aco": [q[0] for q in quality],
                "performance_year": [q[1] for q in quality],
                "measure": [q[2] for q in quality],
                "numerator": [min(q[3], q[4]) for q in quality],
                "denominator": [q[4] for q in quality],
            }
        ),
        home / "quality_results.parquet",
    )
    schedule = [(name, year, int(random.integers(225, 290))) for name in names for year in YEARS]
    pq.write_table(
        pa.table(
            {
                "aco": [s[0] for s in schedule],
                "performance_year": [s[1] for s in schedule],
                "benchmark_rate": pa.array([Decimal(s[2]) for s in schedule], pa.decimal128(12, 2)),
                "capitation": pa.array([Decimal(60_000_000)] * len(schedule), pa.decimal128(14, 2)),
            }
        ),
        home / "financial_schedule.parquet",
    )
