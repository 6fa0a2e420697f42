"""Opens the data of a run: each record of the contract gets its rows from what the user gave for it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from vbcdsl.data.bindings import Bindings, ColumnBinding, RecordBinding
from vbcdsl.data.inputs import FileRules, parts_of
from vbcdsl.data.literal import LiteralSource
from vbcdsl.data.options import Options
from vbcdsl.data.problems import nearest
from vbcdsl.data.readers.part import Part
from vbcdsl.data.source import FileSource
from vbcdsl.data.standards import with_standard
from vbcdsl.data.store import RecordSource
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import Calendar
from vbcdsl.rules.program import ENTERED_VALUES, Column, Record

if TYPE_CHECKING:
    from vbcdsl.prepared.open import Stores
    from vbcdsl.prepared.source import StoredSource

MANIFEST = "manifest.json"  # of a prepared store
WHOLE_STORE = ""  # the name under which a store is given for all records that it has


def is_store(given: object) -> bool:
    """Whether what was given is the folder of a prepared store."""
    return isinstance(given, (str, Path)) and (Path(given).expanduser() / MANIFEST).is_file()


@attrs.define(eq=False)
class DataStore:
    """All the data of a run, by record (see `vbcdsl.data.store.Store`)."""

    sources: dict[str, FileSource | LiteralSource | StoredSource]

    def source(self, record: str) -> RecordSource:
        """The rows of a record by its name in the contract; `VbcError` if no data was given for it."""
        try:
            return self.sources[record]
        except KeyError:
            raise VbcError([_no_data(record, snake_case(record), "")]) from None

    @property
    def warnings(self) -> tuple[Diagnostic, ...]:
        """What looked odd in the passes so far (a percent that looks like a fraction)."""
        return tuple(warning for source in self.sources.values() for warning in source.warnings)

    def check(self) -> None:
        """Check the headers and types of all records without reading rows; one `VbcError` for all."""
        found: list[Diagnostic] = []
        for source in self.sources.values():
            found += _errors_of(source.check)
        if found:
            raise VbcError(found)


def open_store(
    records: Mapping[str, Record],
    calendar: Calendar,
    inputs: Mapping[str, object],
    bindings: Bindings | None = None,
    options: Options | None = None,
) -> DataStore:
    """Open the data of the contract's records.

    `inputs` maps a record (in snake_case, or its name) to a path (CSV, TSV, Parquet, Arrow IPC or Feather; CSV
    also .gz, .zst, .bz2), a folder or glob of files (read in the order of their names), a list of these, a
    pyarrow table, record batch reader or dataset, any object with `__arrow_c_stream__`, or a prepared store
    (`vbcdsl.prepared`); the name "" gives all records that a store has. A stream is read into memory. Tables in
    the contract's text need no input.

    Raises `VbcError` with everything that is wrong before rows are read: records without data, unknown names in
    `inputs` and `bindings`, files that are not there or cannot be read. Columns are matched when they are
    asked for (or all at once by `DataStore.check`).
    """
    options = options or Options()
    found: list[Diagnostic] = []
    stores = _stores(calendar, options) if WHOLE_STORE in inputs else None
    given = by_record(inputs, records, found, stores)
    bound = _bound(bindings, records, found)
    sources: dict[str, FileSource | LiteralSource | StoredSource] = {}
    for record in records.values():
        binding = bound.get(record.name, RecordBinding(record.id))
        source = given.get(record.name, binding.file)
        if record.rows is not None:
            sources[record.name] = LiteralSource(record, calendar)
        elif source is None and record.may_be_absent:
            sources[record.name] = LiteralSource(attrs.evolve(record, rows=()), calendar)
        elif source is None:
            found.append(_no_data(record.name, record.id, record.section))
        elif is_store(source):
            stores = stores or _stores(calendar, options)
            try:
                sources[record.name] = stores.source(record, source, bound.get(record.name))  # type: ignore[arg-type]
            except VbcError as error:
                found += error.diagnostics
        else:
            rules = FileRules(binding.separator, binding.encoding, options)
            try:
                parts = parts_of(source, record.id, rules)
                if record.name == ENTERED_VALUES:
                    binding = _as_entered(record, binding, parts)
                standard = binding.standard or (bindings.standard if bindings else None)
                if standard is not None:
                    binding = with_standard(record, binding, standard, parts)
                sources[record.name] = FileSource(record, binding, parts, calendar, options)
            except VbcError as error:
                found += error.diagnostics
    if found:
        raise VbcError(found)
    return DataStore(sources)


def _stores(calendar: Calendar, options: Options) -> Stores:
    """The prepared stores of a run; their module is read only when there is one."""
    from vbcdsl.prepared.open import Stores

    return Stores(calendar, options)


def _as_entered(record: Record, binding: RecordBinding, parts: list[Part]) -> RecordBinding:
    """A file of entered values may leave out a column for which the contract says what holds if none is."""
    written = {snake_case(field.name) for part in parts for field in part.fields()}
    left_out = {
        column.name: ColumnBinding(constant="")
        for column in record.columns
        if column.missing is not None and column.name not in binding.columns and column.id not in written
    }
    return attrs.evolve(binding, columns={**binding.columns, **left_out})


def _errors_of(check: Callable[[], None]) -> Iterable[Diagnostic]:
    try:
        check()
    except VbcError as error:
        return error.diagnostics
    return ()


def _no_data(name: str, id: str, section: str) -> Diagnostic:
    return Diagnostic(
        "VBC5001",
        f"No data was given for {name}.",
        section=section,
        help=f'Give `--data {id}=FILE`, or `file = "FILE"` below [{id}] in the bindings.',
    )


def record_named(name: str, records: Mapping[str, Record]) -> Record | None:
    """A record by its name or in snake_case; None if there is none."""
    for record in records.values():
        if name == record.name or snake_case(name) == record.id:
            return record
    return None


def by_record(
    inputs: Mapping[str, object],
    records: Mapping[str, Record],
    found: list[Diagnostic],
    stores: Stores | None,
) -> dict[str, object]:
    """What was given, by the names of the records; `found` gets what is wrong with the names. `stores` opens
    stores that are given as a whole (None: they are passed over)."""
    given: dict[str, object] = {}
    data = [record for record in records.values() if record.rows is None]
    for name, value in inputs.items():
        if name == WHOLE_STORE:
            continue
        record = record_named(name, records)
        if record is not None and record.rows is None:
            given[record.name] = value
            continue
        ids = [known.id for known in data]
        near = nearest(name, ids, 1)
        saying = "has its rows in the text of the contract" if record else "is no record of the contract"
        found.append(
            Diagnostic(
                "VBC5002",
                f'Data was given for "{name}", which {saying}.',
                help=f"Did you mean {near[0]}?"
                if near and not record
                else f"It reads: {', '.join(ids) or 'no data'}.",
            )
        )
    whole = inputs.get(WHOLE_STORE, ())
    for store in whole if isinstance(whole, (list, tuple)) else (whole,):
        if stores is not None:
            for name in stores.records(store, records):
                given.setdefault(name, store)
    return given


def _bound(
    bindings: Bindings | None, records: Mapping[str, Record], found: list[Diagnostic]
) -> dict[str, RecordBinding]:
    """The bindings by record, with columns by their name in the contract."""
    bound: dict[str, RecordBinding] = {}
    for name, binding in (bindings.records if bindings else {}).items():
        record = record_named(name, records)
        if record is None:
            ids = [known.id for known in records.values()]
            near = nearest(name, ids, 1)
            found.append(
                Diagnostic(
                    "VBC5021",
                    f"The bindings have [{name}], which is no record of the contract.",
                    help=f"Did you mean [{near[0]}]?" if near else f"Its records are: {', '.join(ids)}.",
                )
            )
            continue
        if record.rows is not None:
            message = f"The bindings have [{name}], whose rows stand in the text of the contract."
            found.append(Diagnostic("VBC5021", message, section=record.section, help="Leave it out."))
            continue
        columns: dict[str, ColumnBinding] = {}
        for written, column_binding in binding.columns.items():
            column = _column(written, record, found)
            if column is not None:
                columns[column.name] = column_binding
                _check_rules(record, column, column_binding, binding, found)
        bound[record.name] = attrs.evolve(binding, columns=columns)
    return bound


def _column(written: str, record: Record, found: list[Diagnostic]) -> Column | None:
    for column in record.columns:
        if written == column.name or snake_case(written) == column.id:
            return column
    names = [column.name for column in record.columns]
    near = nearest(written, names, 1)
    found.append(
        Diagnostic(
            "VBC5022",
            f'The bindings of {record.name} have "{written}", which is no column of it.',
            section=record.section,
            help=f'Did you mean "{near[0]}"?' if near else "Its columns are: " + ", ".join(names) + ".",
        )
    )
    return None


def _check_rules(
    record: Record, column: Column, binding: ColumnBinding, whole: RecordBinding, found: list[Diagnostic]
) -> None:
    """What can be said only of columns of some kinds."""
    base = column.kind.base
    wrong = []
    if binding.how == "year and month" and base != "month" and column.name != "Month":
        wrong.append(("year and month", "months"))
    if binding.how == "sum" and base not in (
        "money",
        "number",
        "count",
        "rate",
        "percentage points",
        "ratio",
    ):
        wrong.append(("sum", "numbers"))
    if binding.rules.unit != whole.rules.unit and base != "money":
        wrong.append(("unit", "money"))
    for said, of in wrong:
        found.append(
            Diagnostic(
                "VBC5024",
                f'The bindings of {record.name} give `{said}` for "{column.name}", which is {base}.',
                section=record.section,
                help=f"`{said}` is for {of}.",
            )
        )
