"""Opens records from prepared stores for a run: the store must be whole, and made by the rules of the contract."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from vbcdsl.data.bindings import RecordBinding
from vbcdsl.data.open import is_store
from vbcdsl.data.options import Options
from vbcdsl.data.readers.part import data_error
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.kinds import NUMERIC
from vbcdsl.model.periods import Calendar
from vbcdsl.prepared import shape
from vbcdsl.prepared.files import Mapped, check_files
from vbcdsl.prepared.layout import Manifest, StoredRecord, read_manifest
from vbcdsl.prepared.layout import StoredSource as OriginalFile
from vbcdsl.prepared.segment import sha256_of
from vbcdsl.prepared.source import StoredSource
from vbcdsl.rules.program import Record


@attrs.define(eq=False)
class Stores:
    """The prepared stores of a run, each opened once."""

    calendar: Calendar
    options: Options
    _open: dict[Path, tuple[Manifest, Mapped]] = attrs.field(factory=dict)

    def records(self, store: object, known: Mapping[str, Record]) -> list[str]:
        """The names of the records of a contract that a store has: what `--data STORE` gives. `VbcError` if there
        is none."""
        if not is_store(store):
            raise data_error("VBC5301", f"{store} is no prepared store.", help="Write `--data NAME=FILE`.")
        folder = Path(str(store)).expanduser()
        manifest, _ = self._store(folder)
        ids = {record.id: record.name for record in known.values() if record.is_data}
        found = [ids[id] for id in manifest.records if id in ids]
        if not found:
            raise data_error(
                "VBC5305",
                f"The prepared store {folder} has no record of this contract.",
                help=f"It has {', '.join(manifest.records) or 'none'}; "
                f"the contract reads {', '.join(sorted(ids))}.",
            )
        return found

    def source(self, record: Record, given: str | Path, binding: RecordBinding | None) -> StoredSource:
        """The rows of a record. `binding`: what a bindings file says of it, which must be what it was prepared
        with. `VbcError` for a store that is foreign, damaged, or made by other rules."""
        folder = Path(given).expanduser()
        manifest, mapped = self._store(folder)
        stored = manifest.records.get(record.id)
        if stored is None:
            raise data_error(
                "VBC5305",
                f"The prepared store {folder} has no {record.name}.",
                help=f"It has {', '.join(manifest.records)}. Add it: `vbc prepare CONTRACT --append --data "
                f"{record.id}=FILE --out STORE`.",
            )
        self._check_rules(folder, record, stored, manifest, binding)
        check_files(folder, manifest, [record.id])
        warnings = [Diagnostic(w.code, w.message, severity="warning", section=w.section, help=w.help)
                    for w in stored.warnings]  # fmt: skip
        warnings += stale(folder, record, stored)
        same_years = tuple(manifest.years) == shape.years_of(self.calendar)
        return StoredSource(
            record, stored, folder, mapped, self.options, tuple(warnings), stored.unique if same_years else ()
        )

    def _store(self, folder: Path) -> tuple[Manifest, Mapped]:
        if folder not in self._open:
            self._open[folder] = (read_manifest(folder), Mapped(folder))
        return self._open[folder]

    def _check_rules(
        self,
        folder: Path,
        record: Record,
        stored: StoredRecord,
        manifest: Manifest,
        binding: RecordBinding | None,
    ) -> None:
        why = []
        if shape.shape(record) != stored.shape or tuple(manifest.years) != shape.years_of(self.calendar):
            why += shape.differences(record, stored, self.calendar, manifest.years, bounds(stored))
        bound = shape.binding_of(binding)
        if bound is not None and bound != stored.binding:
            why.append("the bindings say other things of its columns than when it was prepared")
        if why:
            raise data_error(
                "VBC5304",
                f"{record.name}: the prepared store {folder} was made by other rules.",
                help="Prepare it again with this contract and these bindings.",
                details=tuple(why),
            )


def bounds(stored: StoredRecord) -> dict[str, tuple[Fraction, Fraction]]:
    """The smallest and largest value of each number column."""
    found: dict[str, tuple[Fraction, Fraction]] = {}
    for column in stored.columns:
        if column.kind not in NUMERIC:
            continue
        ends = [
            Fraction(end, 10**blocks.scale)
            for segment in stored.segments
            for blocks in [segment.columns[column.name]]
            for end in (min(blocks.low), max(blocks.high))
        ]
        if ends:
            found[column.name] = (min(ends), max(ends))
    return found


def stale(folder: Path, record: Record, stored: StoredRecord) -> list[Diagnostic]:
    """A warning for original files that are still there and hold something else now."""
    changed = [source.path for source in stored.sources if _changed(source)]
    if not changed:
        return []
    return [
        Diagnostic(
            "VBC5307",
            f"{record.name}: {changed[0]}"
            + (f" and {len(changed) - 1:,} more files have" if len(changed) > 1 else " has")
            + f" changed since the store {folder} was prepared.",
            severity="warning",
            section=record.section,
            help="The settlement stands on what was prepared. If the change counts, prepare the store again.",
        )
    ]


def _changed(source: OriginalFile) -> bool:
    path = Path(source.path)
    try:
        facts = path.stat()
        if (facts.st_size, facts.st_mtime_ns) == (source.bytes, source.modified):
            return False
        return facts.st_size != source.bytes or sha256_of(path) != source.sha256
    except OSError:
        return False
