"""Writes the audit package: a folder that proves a settlement to somebody who has only the data.

The folder is made beside its place and takes its name when it is complete. Nothing in it depends on the time, the
place or the name of the machine: the same contract, data and programs give the same bytes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import platform
import shutil
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import attrs

from vbcdsl import __version__
from vbcdsl.audit.totals import control_totals
from vbcdsl.audit.workpaper import write_workpaper
from vbcdsl.compiler import Compiled
from vbcdsl.data import Bindings, open_store
from vbcdsl.data.write import write_csv, write_json
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.plan.make import make_plan
from vbcdsl.resources import grammar_dir
from vbcdsl.results.fingerprints import fingerprints
from vbcdsl.results.recorded import FILE as RECORDED_FILE
from vbcdsl.results.recorded import unreadable
from vbcdsl.results.settle import RunOptions, all_records, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.results.write import (
    cannot_write,
    error_record,
    payment_cells,
    recorded_record,
    settlement_cells,
)
from vbcdsl.source import SourceText
from vbcdsl.sql.settlement import facts_sql
from vbcdsl.trace import Tracer, find_facts, write_trace

SCHEMA = "vbc.audit/1"
MANIFEST = "MANIFEST.json"
ORIGINALS = "contract/original"
RECORDED = "recorded"
_PACKAGES = ("lark", "numpy", "pyarrow", "XlsxWriter")


@attrs.frozen
class Audit:
    """What a package is made of. `inputs`: paths of files by record; tables in memory cannot be audited.
    `recorded`: earlier settlements that are final, which go into the package; `as_of`: rows with a Paid Date after
    this day are left out."""

    compiled: Compiled
    inputs: Mapping[str, object]
    bindings: Bindings | None = None
    bindings_path: Path | None = None
    years: tuple[int, ...] = ()
    engine: str = "arrow"
    threads: int = 2
    recorded: tuple[Path, ...] = ()
    as_of: dt.date | None = None


def write_package(audit: Audit, out: Path) -> tuple[Settled, str]:
    """Write the package into a new folder; the settlement, and the sha-256 of the manifest. `VbcError` if the
    folder exists, or the contract or the data is wrong."""
    if out.exists():
        raise VbcError([
            Diagnostic("VBC8021", f"{out.as_posix()} exists already", help="name another folder")
        ])  # fmt: skip
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".part", dir=out.parent))
    except OSError as error:
        raise cannot_write(out, error) from None
    try:
        settled = fill(audit, room)
        seal = hashlib.sha256((room / MANIFEST).read_bytes()).hexdigest()
        room.chmod(0o755)
        os.rename(room, out)
    except OSError as error:
        raise cannot_write(out, error) from None
    finally:
        shutil.rmtree(room, ignore_errors=True)
    return settled, seal


def fill(audit: Audit, room: Path) -> Settled:
    """Write all files of the package into a folder."""
    write_contract(audit.compiled, audit.bindings_path, room)
    options = RunOptions(
        audit.years, audit.engine, audit.threads, inner=True,
        recorded=_copies(audit.recorded, room), as_of=audit.as_of,
    )  # fmt: skip
    settled = settle(audit.compiled, audit.inputs, audit.bindings, options)
    facts = find_facts(settled, audit.inputs, audit.bindings, audit.threads)
    write_csv(room / "settlement.csv", *settlement_cells(settled))
    write_csv(room / "payments.csv", *payment_cells(settled))
    write_json(room / "errors.json", [error_record(error) for error in settled.errors])
    write_trace(room / "trace.jsonl", Tracer(facts).records())
    write_json(room / "inputs.json", _inputs(audit, settled))
    write_json(room / "run.json", _run(settled, room))
    write_json(room / "warnings.json", [diagnostic_record(d, audit.compiled) for d in settled.warnings])
    made = write_workpaper(room / "workpaper.xlsx", facts)
    write_json(room / "workpaper.json", {
        "formulas": made.formulas, "values": made.values, "terms_without_formula": list(made.terms_as_values),
    })  # fmt: skip
    (room / "facts.sql").write_text(facts_text(settled), encoding="utf-8", newline="\n")
    write_json(room / "programs.json", programs())
    (room / "README.txt").write_text(_README, encoding="utf-8")
    write_manifest(room, settled.program.title)
    return settled


def facts_text(settled: Settled) -> str:
    """The facts of the settled years as SQL for DuckDB; what is no fact is listed in it with the reason."""
    text = facts_sql(settled.compiled, [year.number for year in settled.years]).text
    if settled.as_of is None:
        return text
    note = f"-- The settlement leaves out rows with a Paid Date after {settled.as_of}: leave them out of the data."
    return f"{note}\n{text}"


def _copies(recorded: tuple[Path, ...], room: Path) -> tuple[Path, ...]:
    """The recorded settlements, copied into the package: they are read from there."""
    found = []
    for number, folder in enumerate(recorded, 1):
        source = folder / RECORDED_FILE if folder.is_dir() else folder
        copy = room / RECORDED / str(number) / RECORDED_FILE
        copy.parent.mkdir(parents=True)
        try:
            shutil.copyfile(source, copy)
        except OSError:
            raise unreadable(source, "there is no settlement that can be read") from None
        found.append(copy)
    return tuple(found)


def write_contract(compiled: Compiled, bindings: Path | None, room: Path) -> None:
    """The originals, the texts in force, what was said about them, and their plans."""
    originals = room / ORIGINALS
    (originals / "amendments").mkdir(parents=True)
    if compiled.files is None:
        raise ValueError("an audit needs a contract in files")
    base = compiled.files.base
    shutil.copyfile(base, originals / f"contract{base.suffix}")
    for path in compiled.files.amendments:
        shutil.copyfile(path, originals / "amendments" / path.name)
    if not compiled.files.amendments:
        (originals / "amendments").rmdir()
    if bindings is not None:
        shutil.copyfile(bindings, originals / "bindings.toml")
    calendar = compiled.bundle.calendar
    plans = []
    (room / "contract" / "in_force").mkdir()
    for found in compiled.versions:
        labels = [year.label for year in calendar.years if year.number in found.years]
        name = labels[0] if len(labels) == 1 else f"{labels[0]}-{labels[-1]}" if labels else ""
        if not labels:
            name = f"amendment-{max(found.amendments)}"
        text = found.consolidated.source.text
        (room / "contract" / "in_force" / f"{name}.vbc").write_text(text, encoding="utf-8", newline="\n")
        if found.program is not None:
            stages = [attrs.asdict(stage) for stage in make_plan(found.program).stages]
            plans.append(
                {"performance_years": labels, "amendments": list(found.amendments), "stages": stages}
            )
    write_json(room / "plan.json", plans)
    write_json(room / "diagnostics.json", [diagnostic_record(d, compiled) for d in compiled.diagnostics])


def write_manifest(room: Path, title: str) -> None:
    """The sha-256 of every other file."""
    files = {
        path.relative_to(room).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(room.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }
    write_json(room / MANIFEST, {"schema": SCHEMA, "contract": title, "files": dict(sorted(files.items()))})


def diagnostic_record(found: Diagnostic, compiled: Compiled) -> dict[str, Any]:
    """A message with its place, by the name that its file has in the package."""
    place = ""
    if found.span is not None and isinstance(found.source, SourceText):
        at = found.source.locate(found.span.start)
        name = Path(at.file).name
        base = None if compiled.files is None else compiled.files.base
        if base is not None and Path(at.file) == base:
            name = f"contract{base.suffix}"
        place = f"{name}{str(at).removeprefix(at.file)}"
    return {
        "code": found.code, "severity": found.severity, "section": found.section, "place": place,
        "message": found.message, "help": found.help, "details": list(found.details),
    }  # fmt: skip


def programs() -> dict[str, Any]:
    """The versions of what computed: the program, the grammar files, the packages."""
    packages = {}
    for name in _PACKAGES:
        try:
            packages[name] = version(name)
        except PackageNotFoundError:
            packages[name] = "not installed"
    grammar = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(grammar_dir().glob("*.lark"))
    }
    return {
        "vbcdsl": __version__, "language": 1, "python": platform.python_version(), "packages": packages,
        "grammar": grammar,
    }  # fmt: skip


def _inputs(audit: Audit, settled: Settled) -> dict[str, Any]:
    records = all_records(settled.bundle)
    calendar = settled.bundle.calendar
    store = open_store(records, calendar, audit.inputs, audit.bindings)
    files = json.loads(json.dumps(fingerprints(audit.inputs, audit.bindings)))
    for found in files.values():
        for file in found:
            if "path" not in file:
                raise VbcError([
                    Diagnostic("VBC8012", "an audit needs data in files, not in tables in memory")
                ])  # fmt: skip
            file["path"] = Path(file["path"]).name
    return {
        "files": files,
        "control_totals": {
            record.id: control_totals(record, store.source(record.name), calendar)
            for record in records.values()
            if record.is_data and (record.id in files or not record.may_be_absent)
        },
    }


def _run(settled: Settled, room: Path) -> dict[str, Any]:
    return {
        "contract": settled.program.title,
        "engine": settled.engine,
        "performance_years": [year.label for year in settled.years],
        "text_in_force": {
            year.label: list(settled.compiled.version_of(year.number).amendments) for year in settled.years
        },
        "as_of": settled.as_of.isoformat() if settled.as_of is not None else None,
        "recorded": recorded_record(settled, room),
        "parties_and_years": len(settled.rows),
        "payments": len(settled.payments),
        "errors": len(settled.errors),
        "rows_read": dict(settled.results.rows),
        "left_out": [attrs.asdict(left) for left in settled.results.left_out],
        "agreements_that_do_not_hold": [
            {"section": section, "key": [getattr(part, "label", part) for part in key]}
            for section, key in settled.results.broken_agreements
        ],
        "agreements_not_checked": [
            {"section": section, "key": [getattr(part, "label", part) for part in key]}
            for section, key in settled.results.unchecked_agreements
        ],
    }


_README = """This folder proves a settlement. The data itself is not in it.
Its numbers are exact, also counts of few people: it is for those who may see the data.

contract/original    the contract and its amendments as they were given, and bindings.toml
contract/in_force    the text that governs each performance year
settlement.csv       every term by party and performance year; payments.csv: who pays whom
trace.jsonl          for every value what it stands on (vbc.trace/1)
workpaper.xlsx       the settlement with live formulas; workpaper.json: what has no formula
facts.sql            the totals and counts that the settlement stands on, as SQL for DuckDB
recorded/            the earlier settlements that were taken as final, if there are any
inputs.json          the sha-256, rows and control totals of the data
plan.json            in which order terms are computed
diagnostics.json, warnings.json, errors.json
run.json             the years, the engine, what was left out, as of which day, with which earlier settlements
programs.json        the versions of what computed
MANIFEST.json        the sha-256 of every file

    vbc audit verify .                               are the files as they were written?
    vbc audit verify . --data record=FILE            computes everything again and compares each cell
"""
