"""A run of some years on a prepared store reads the blocks of these years."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import vbcdsl
from tests.prepared.conftest import paid
from vbcdsl.prepared.source import StoredSource


@pytest.fixture
def blocks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The performance years of the blocks of member months that are read."""
    found: list[int] = []
    block = StoredSource._block

    def watched(self: StoredSource, segment: Any, number: int, columns: Any, first: int) -> Any:
        if self.record.id == "member_months":
            found.append(segment.year)
        return block(self, segment, number, columns, first)

    monkeypatch.setattr(StoredSource, "_block", watched)
    return found


@pytest.mark.parametrize("engine", ["reference", "arrow", "duckdb"])
def test_one_year_reads_the_blocks_of_that_year(
    lakeside: vbcdsl.Contract, files: dict[str, str], store: Path, engine: str, blocks: list[int]
) -> None:
    for year, number in ((2024, 1), (2025, 2)):
        blocks.clear()
        found = lakeside.run({"": store}, years=year, engine=engine)
        assert set(blocks) == {number}
        expected = lakeside.run(files, years=year, engine="reference")
        assert paid(found) == paid(expected)
        assert found.settled.results.left_out == expected.settled.results.left_out
        assert found.settled.results.rows == expected.settled.results.rows


def test_rows_outside_the_term_are_counted_and_not_read(
    lakeside: vbcdsl.Contract, files: dict[str, str], tmp_path: Path, blocks: list[int]
) -> None:
    months = pq.read_table(files["member_months"])
    late = [{**row, "month": f"2044{row['month'][4:]}"} for row in months.to_pylist()]
    both = pa.concat_tables([months, pa.Table.from_pylist(late, months.schema)])
    pq.write_table(both, tmp_path / "months.parquet")
    data = {**files, "member_months": str(tmp_path / "months.parquet")}
    store = lakeside.prepare(data, tmp_path / "store")
    for threads in (1, 2):
        blocks.clear()
        found = lakeside.run({"": store}, threads=threads)
        assert blocks and 0 not in blocks
        (left,) = found.settled.results.left_out
        assert (left.record, left.rows) == ("Member Months", months.num_rows)
        assert paid(found) == paid(lakeside.run(files, engine="reference"))
