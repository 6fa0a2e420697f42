"""Makes a prepared store, or adds to one: what `vbc prepare` and `Contract.prepare` do.

A new store is made beside its place and takes its name when it is complete. Files are added to a store under
names of their own; they count once the manifest, replaced in one step, names them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import attrs

from vbcdsl import __version__
from vbcdsl.data import Bindings, Options, open_store
from vbcdsl.data.bindings import RecordBinding
from vbcdsl.data.inputs import files_of
from vbcdsl.data.open import WHOLE_STORE, by_record, is_store, record_named
from vbcdsl.data.readers.part import data_error
from vbcdsl.data.source import FileSource
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.periods import Calendar
from vbcdsl.prepared import shape
from vbcdsl.prepared.compact import compacted
from vbcdsl.prepared.files import Mapped, check_files
from vbcdsl.prepared.layout import (
    SCHEMA,
    Manifest,
    StoredRecord,
    StoredSource,
    StoredTexts,
    StoredWarning,
    read_manifest,
    write_manifest,
)
from vbcdsl.prepared.meeting import keys_that_meet
from vbcdsl.prepared.reading import MANY_DAYS, Read, folder_of, read_record, totals_text, twice
from vbcdsl.prepared.segment import sha256_of
from vbcdsl.rules.program import Record

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled

DEFAULT_MEMORY: Final = 1 << 30
_LOCK: Final = ".lock"


@attrs.frozen
class Job:
    """What to prepare: the records of a contract with its calendar and the column of the parties, the user's
    files, and the memory (bytes) that rows may take."""

    title: str
    records: Mapping[str, Record]
    calendar: Calendar
    party: str
    inputs: Mapping[str, object]
    bindings: Bindings | None = None
    options: Options = attrs.field(factory=Options)
    memory: int = DEFAULT_MEMORY


@attrs.frozen
class Prepared:
    """A store that was written: its folder and manifest, the rows read now by record, and what looked odd."""

    folder: Path
    manifest: Manifest
    rows: dict[str, int]
    warnings: tuple[Diagnostic, ...]


def job_of(
    compiled: Compiled, inputs: Mapping[str, object], bindings: Bindings | None = None,
    options: Options | None = None, memory: int = DEFAULT_MEMORY,
) -> Job:  # fmt: skip
    """The job of a compiled contract. `VbcError` if it has errors."""
    from vbcdsl.results.settle import all_records

    if compiled.errors:
        raise VbcError(compiled.errors)
    program = next(iter(compiled.bundle.by_year.values()))
    records, calendar = all_records(compiled.bundle), compiled.bundle.calendar
    return Job(
        program.title, records, calendar, program.party, inputs, bindings, options or Options(), memory
    )


def prepare(job: Job, out: Path, *, replace: bool = False) -> Prepared:
    """Write a new store. `VbcError` if the data is wrong, or something is there already; with `replace` a store
    that is there makes room once the new one is complete."""
    out = Path(out).expanduser()
    if out.exists() and not (replace and is_store(out)):
        raise data_error(
            "VBC5306",
            f"{out} exists already" + ("." if is_store(out) else " and is no prepared store."),
            help="Name another folder; for a store: `--append` adds to it, `--replace` writes it anew.",
        )
    with writing(out):
        out.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
        try:
            start = Manifest(SCHEMA, f"vbcdsl {__version__}", job.title, 1, shape.years_of(job.calendar), {})
            manifest, rows, warnings = _filled(job, room, start)
            write_manifest(room, manifest)
            room.chmod(0o755)
            _take_place(room, out)
        finally:
            shutil.rmtree(room, ignore_errors=True)
    return Prepared(out, manifest, rows, warnings)


def append(job: Job, out: Path, *, compact: bool = False) -> Prepared:
    """Add files to a store; nothing of it changes if the data is wrong. `compact`: put all segments of a year
    together, not only where they are many."""
    out = Path(out).expanduser()
    with writing(out), _locked(out):
        before = read_manifest(out)
        check_files(out, before, list(before.records))
        _remove_unnamed(out, before)
        if before.years != shape.years_of(job.calendar):
            raise disagrees(out, "", ["the performance years are others"])
        start = attrs.evolve(before, generation=before.generation + 1, written_by=f"vbcdsl {__version__}")
        manifest, rows, warnings = _filled(job, out, start)
        manifest = compacted(manifest, out, job.records, job.party, job.calendar, job.memory, compact)
        sync(out, manifest)
        write_manifest(out, manifest)
    return Prepared(out, manifest, rows, warnings)


def disagrees(folder: Path, record: str, why: list[str]) -> VbcError:
    """The error of a store that was made with other rules than those of the contract."""
    of = f" ({record})" if record else ""
    return data_error(
        "VBC5304",
        f"The prepared store {folder}{of} was made with other rules than this contract has.",
        help="Prepare it again with this contract.",
        details=tuple(why),
    )


@contextlib.contextmanager
def writing(out: Path) -> Iterator[None]:
    """Turns what the system raises into one message."""
    try:
        yield
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise data_error("VBC8020", f"cannot write {out.as_posix()}: {reason}") from None


@contextlib.contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """One writer at a time."""
    if not is_store(folder):
        raise data_error(
            "VBC5301", f"{folder} is no prepared store.", help="Without --append a new one is made."
        )
    with (folder / _LOCK).open("a") as file:
        if not _lock(file):
            raise data_error(
                "VBC5306", f"Another program is adding to {folder}.", help="Try again when it is done."
            )
        yield


def _lock(file: IO[str]) -> bool:
    try:
        import fcntl
    except ImportError:  # pragma: no cover  # a system without such locks
        return True
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _take_place(room: Path, out: Path) -> None:
    if not out.exists():
        os.rename(room, out)
        return
    old = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".old", dir=out.parent))
    os.rename(out, old / out.name)
    try:
        os.rename(room, out)
    except OSError:
        os.rename(old / out.name, out)
        raise
    finally:
        shutil.rmtree(old, ignore_errors=True)


def _remove_unnamed(folder: Path, manifest: Manifest) -> None:
    """Files that an addition left behind that did not come to its end, or that were put together."""
    named = set(manifest.files())
    for path in folder.glob("*/*.arrow"):
        if path.relative_to(folder).as_posix() not in named and not path.is_symlink():
            path.unlink()


def sync(folder: Path, manifest: Manifest) -> None:
    """Wait until the files of this generation are on the disk."""
    for file in manifest.files().values():
        if f"-{manifest.generation:04d}" in file.name:
            with (folder / file.name).open("rb") as stream:
                os.fsync(stream.fileno())


# ---------------------------------------------------------------- the records


def _filled(
    job: Job, folder: Path, start: Manifest
) -> tuple[Manifest, dict[str, int], tuple[Diagnostic, ...]]:
    """The manifest with the rows of the job's files added."""
    given, bindings = _given(job)
    sources = open_store(given, job.calendar, job.inputs, bindings, job.options)
    sources.check()
    records = dict(start.records)
    rows: dict[str, int] = {}
    warnings: list[Diagnostic] = []
    for record in given.values():
        source = sources.sources[record.name]
        if not isinstance(source, FileSource):
            raise data_error(
                "VBC5306",
                f"{record.name}: the rows of a prepared store cannot be prepared again.",
                help="Give the original files.",
            )
        before = records.get(record.id)
        binding = bindings.records.get(_written(bindings, record)) if bindings else None
        files = _sources(job.inputs, record, binding, start.generation)
        if before is not None:
            _check_append(folder, record, before, files, binding)
        read = _read(job, folder, source, before, start)
        _check_unchanged(files)
        records[record.id] = _record(record, before, read, files, binding)
        rows[record.id] = read.rows
        warnings += read.warnings
    return attrs.evolve(start, records=records), rows, tuple(warnings)


def _given(job: Job) -> tuple[dict[str, Record], Bindings | None]:
    """The records that files were given for, and the bindings of these."""
    files = {name: bound.file for name, bound in (job.bindings.records if job.bindings else {}).items()}
    if WHOLE_STORE in job.inputs:
        raise data_error(
            "VBC5306", "A prepared store cannot be prepared again.", help="Give the original files."
        )
    found: list[Diagnostic] = []
    wanted = {name: job.records[name] for name in by_record(job.inputs, job.records, found, None)}
    if found:
        raise VbcError(found)
    for name, file in files.items():
        record = record_named(name, job.records)
        if record is not None and record.is_data and file is not None:
            wanted[record.name] = record
    if not wanted:
        raise data_error(
            "VBC5001", "No data was given.", help="Give `--data NAME=FILE`, or `file` in the bindings."
        )
    bindings = job.bindings
    if bindings is not None:
        mine = {
            name: bound
            for name, bound in bindings.records.items()
            if (known := record_named(name, job.records)) is None or known.name in wanted
        }
        bindings = attrs.evolve(bindings, records=mine)
    return wanted, bindings


def _written(bindings: Bindings, record: Record) -> str:
    """How the bindings write the name of a record."""
    return next((n for n in bindings.records if record_named(n, {record.name: record})), record.id)


def _sources(
    inputs: Mapping[str, object], record: Record, binding: RecordBinding | None, generation: int
) -> list[StoredSource]:
    """The files of a record as they are now; a table in memory is none."""
    value: object = binding.file if binding else None
    for name, given in inputs.items():
        if record_named(name, {record.name: record}) is not None:
            value = given
    found = []
    for one in value if isinstance(value, (list, tuple)) else [value]:
        if isinstance(one, (str, Path)):
            found += [_source(path, generation) for path in files_of(one)]
    return found


def _source(path: Path, generation: int) -> StoredSource:
    facts = path.stat()
    whole = path.absolute().as_posix()
    return StoredSource(whole, facts.st_size, facts.st_mtime_ns, sha256_of(path), generation)


def _check_unchanged(files: list[StoredSource]) -> None:
    for file in files:
        facts = Path(file.path).stat()
        if (facts.st_size, facts.st_mtime_ns) != (file.bytes, file.modified):
            raise data_error(
                "VBC5303",
                f"{file.path} changed while it was read.",
                help="Prepare again when it is complete.",
            )


def _check_append(
    folder: Path,
    record: Record,
    before: StoredRecord,
    files: list[StoredSource],
    binding: RecordBinding | None,
) -> None:
    """Whether files can be added to a record as it was prepared."""
    if shape.shape(record) != before.shape:
        raise disagrees(folder, record.name, ["the contract says other things of this record"])
    if shape.binding_of(binding) != before.binding:
        raise disagrees(folder, record.name, ["its columns are bound in another way"])
    known = {source.sha256: source.path for source in before.sources}
    for file in files:
        if file.sha256 in known:
            raise data_error(
                "VBC5306",
                f"{file.path} is in the store already (as {known[file.sha256]}).",
                help="Give only the new files. A file that was corrected: write the store anew (`--replace`).",
            )


def _read(job: Job, folder: Path, source: FileSource, before: StoredRecord | None, start: Manifest) -> Read:
    """Read the files; rows whose key the store has already are an error."""
    with Mapped(folder) as mapped:
        known = {
            name: [text for piece in pieces for text in mapped.texts(piece)]
            for name, pieces in (before.texts if before else {}).items()
        }
        place = folder_of(source.record.id)
        read = read_record(source, job.party, folder, place, job.memory, start.generation, known)
        if before is not None and read.order.unique:
            count = keys_that_meet(mapped, before.segments, read.segments, read.order)
            if count:
                raise twice(source, job.party, count)
        return read


def _record(
    record: Record, before: StoredRecord | None, read: Read, files: list[StoredSource],
    binding: RecordBinding | None,
) -> StoredRecord:  # fmt: skip
    """What the manifest says of a record."""
    totals, filled = dict(read.totals), dict(read.filled)
    texts: dict[str, tuple[StoredTexts, ...]] = dict(read.texts)
    days, unique = read.days, read.order.unique
    if before is not None:
        for column in before.columns:
            filled[column.name] = filled.get(column.name, 0) + column.filled
            if column.total is not None:
                totals[column.name] = totals.get(column.name, Fraction(0)) + Fraction(column.total)
        texts = {name: (*before.texts.get(name, ()), *pieces) for name, pieces in read.texts.items()} | {
            name: pieces for name, pieces in before.texts.items() if name not in read.texts
        }
        both = (set(days) | set(before.days)) if days is not None and before.days is not None else None
        days = both if both is None or len(both) <= MANY_DAYS else None
        unique = unique if before.unique == unique else ()
    digits = totals_text(totals)
    columns = tuple(shape.stored(c, filled.get(c.name, 0), digits.get(c.name)) for c in record.columns)
    warnings = tuple(StoredWarning(w.code, w.message, w.section, w.help) for w in read.warnings)
    return StoredRecord(
        record.name, shape.shape(record), shape.binding_of(binding), read.rows + (before.rows if before else 0),
        record.clock, read.order.columns, unique, columns, texts,
        (*(before.segments if before else ()), *read.segments),
        (*(before.sources if before else ()), *files),
        tuple(dict.fromkeys((*(before.warnings if before else ()), *warnings))),
        None if days is None else tuple(sorted(days)),
    )  # fmt: skip
