"""A settlement as of a day: rows with a Paid Date after it are left out and counted (Q41).

It stands between the data of a run and the engine: what was paid later is as if it had not been supplied, for
every sentence alike. A sentence that says `using amounts paid through …` may then take still fewer rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping

import attrs

from vbcdsl.data.store import Batch, DayColumn, RecordSource, Store, known_unique, rows_of
from vbcdsl.model.day_text import EPOCH
from vbcdsl.rules.program import Record
from vbcdsl.rules.run_out import PAID_DATE


@attrs.define(eq=False)
class CutSource:
    """The rows of a record paid through a day. `left_out`: the rows paid later, once a pass has ended."""

    source: RecordSource
    day: dt.date
    left_out: int = 0

    @property
    def name(self) -> str:
        """The record's name in the contract."""
        return self.source.name

    @property
    def unique_keys(self) -> tuple[str, ...]:
        """What is known of the keys of all rows holds of some."""
        return known_unique(self.source)

    def batches(self, columns: tuple[str, ...]) -> Iterator[Batch]:
        """The rows in input order, those paid later left out."""
        last = self.day.toordinal() - EPOCH
        left_out = 0
        for batch in self.source.batches(tuple(dict.fromkeys((*columns, PAID_DATE)))):
            paid = batch.columns[PAID_DATE]
            assert isinstance(paid, DayColumn)
            keep = paid.values <= last
            if paid.missing is not None:
                keep |= paid.missing
            kept = int(keep.sum())
            left_out += batch.rows - kept
            found = {name: batch.columns[name] for name in columns}
            if kept < batch.rows:
                found = {name: rows_of(column, keep) for name, column in found.items()}
            yield Batch(kept, batch.first_row, found)
        self.left_out = left_out


@attrs.define(eq=False)
class AsOf:
    """The data of a run as of a day."""

    store: Store
    records: Mapping[str, Record]
    day: dt.date
    cut: dict[str, CutSource] = attrs.field(factory=dict)

    @property
    def dated(self) -> tuple[str, ...]:
        """The records whose rows have a Paid Date."""
        return tuple(
            record.name
            for record in self.records.values()
            if record.is_data and any(column.name == PAID_DATE for column in record.columns)
        )

    def source(self, record: str) -> RecordSource:
        """The rows of a record, those paid later left out."""
        if record not in self.dated:
            return self.store.source(record)
        if record not in self.cut:
            self.cut[record] = CutSource(self.store.source(record), self.day)
        return self.cut[record]

    @property
    def left_out(self) -> dict[str, int]:
        """The rows paid later, by record."""
        return {name: source.left_out for name, source in self.cut.items() if source.left_out}
