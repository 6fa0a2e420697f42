"""Writes the files of `vbc run --out DIR`: all of them or none.

`settlement`, `payments` (CSV, JSON or Parquet), `errors.json`, `run.json` and `terms/<grain>.parquet` are made
in a folder beside DIR and take their names when all are complete.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

from vbcdsl.data.write import Digits, money_cell, write_batches, write_csv, write_json, write_parquet
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import Period
from vbcdsl.results.settlement import Settled, unique_ids
from vbcdsl.results.text import cell

RUN_SCHEMA = "vbc.run/1"
_OURS = ("settlement.csv", "settlement.json", "settlement.parquet", "payments.csv", "payments.json",
         "payments.parquet", "errors.json", "run.json", "scenarios.csv", "scenarios.json", "scenarios.parquet",
         "chart.svg")  # fmt: skip


def write_settlement(
    settled: Settled, folder: Path, kind: str = "csv", inputs: dict[str, object] | None = None
) -> list[str]:
    """Write all files of a settlement into `folder`; the names written. `kind`: csv, json or parquet."""
    with complete_folder(folder) as room:
        write_tables(settled, room, kind)
        write_json(room / "errors.json", [error_record(error) for error in settled.errors])
        finer = _write_finer(settled, room)
        write_json(room / "run.json", run_record(settled, inputs or {}))
    return [f"settlement.{kind}", f"payments.{kind}", "errors.json", "run.json", *finer]


def write_tables(settled: Settled, room: Path, kind: str) -> None:
    """The settlement and its payments as files of one kind."""
    if kind == "parquet":
        from vbcdsl.results.tables import payments_table, settlement_table

        write_parquet(room / "settlement.parquet", settlement_table(settled))
        write_parquet(room / "payments.parquet", payments_table(settled))
    elif kind == "json":
        write_json(room / "settlement.json", records(*settlement_cells(settled)))
        write_json(room / "payments.json", records(*payment_cells(settled)))
    else:
        write_csv(room / "settlement.csv", *settlement_cells(settled))
        write_csv(room / "payments.csv", *payment_cells(settled))


def settlement_cells(settled: Settled) -> tuple[list[str], list[list[object]]]:
    """The header and the rows of `settlement.csv`."""
    key = snake_case(settled.party)
    ids = unique_ids([term.name for term in settled.columns], (key, "performance_year", "net_payment"))
    header = [key, "performance_year", *ids, "net_payment"]
    rows: list[list[object]] = []
    for row in settled.rows:
        cells: list[object] = [cell(row.values[term.name], term.kind) for term in settled.columns]
        rows.append([row.party, row.year.label, *cells, _money(row.net)])
    return header, rows


def payment_cells(settled: Settled) -> tuple[list[str], list[list[object]]]:
    """The header and the rows of `payments.csv`."""
    header = [snake_case(settled.party), "performance_year", "section", "payment", "payer", "payee", "amount"]
    rows: list[list[object]] = [
        [p.party, p.year.label, Digits(p.section), p.name, p.payer, p.payee, _money(p.amount)]
        for p in settled.payments
    ]
    return header, rows


def _money(value: Fraction | RunError) -> str:
    return money_cell(value) if isinstance(value, Fraction) else ""


def records(header: list[str], rows: list[list[object]]) -> list[dict[str, object]]:
    """Rows as JSON records: every value as the text of its exact digits, an empty cell as null."""
    return [
        {name: (str(value) if value != "" else None) for name, value in zip(header, row, strict=True)}
        for row in rows
    ]


def error_record(error: RunError) -> dict[str, object]:
    """An error of a value, for `errors.json`."""
    return {
        "code": error.code,
        "section": error.section,
        "term": error.term,
        "keys": dict(error.key),
        "message": error.message,
        "help": error.help,
    }


def _write_finer(settled: Settled, room: Path) -> list[str]:
    from vbcdsl.results.tables import finer_parts

    names = []
    for name, (schema, batches) in finer_parts(settled).items():
        (room / "terms").mkdir(exist_ok=True)
        write_batches(room / "terms" / f"{name}.parquet", schema, batches)
        names.append(f"terms/{name}.parquet")
    return names


def _later_texts(settled: Settled, year: Period) -> dict[str, Any]:
    """The texts under which shorter periods of a year are computed, if the text changes inside it (Q34)."""
    compiled = settled.compiled
    if year.number not in compiled.merged:
        return {}
    later = [
        {
            "periods_from": start.isoformat(),
            "amendments": list(key),
            "sha256": compiled.version_at(start).consolidated.source.sha256,
        }
        for start, key in compiled.starts
        if year.start < start <= year.end
    ]
    return {"shorter_periods": later} if later else {}


def run_record(settled: Settled, inputs: dict[str, object]) -> dict[str, Any]:
    """What the settlement stood on: texts, years, data, engine, and what was left out."""
    from vbcdsl import __version__

    compiled = settled.compiled
    texts = [
        (compiled.base.name, compiled.base.sha256),
        *((s.name, s.sha256) for _, s in compiled.amendments),
    ]
    governing = {
        year.label: {
            "amendments": list(compiled.version_of(year.number).amendments),
            "sha256": compiled.version_of(year.number).consolidated.source.sha256,
            **_later_texts(settled, year),
        }
        for year in settled.years
    }
    return {
        "schema": RUN_SCHEMA,
        "contract": settled.program.title,
        "vbcdsl": __version__,
        "engine": settled.engine,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "texts": [{"name": name, "sha256": sha} for name, sha in texts],
        "text_in_force": governing,
        "performance_years": [
            {"label": y.label, "number": y.number, "from": y.start.isoformat(), "through": y.end.isoformat()}
            for y in settled.years
        ],
        "as_of": settled.as_of.isoformat() if settled.as_of is not None else None,
        "inputs": inputs,
        "recorded": recorded_record(settled),
        "rows_read": dict(settled.results.rows),
        "left_out": [
            {"record": left.record, "reason": left.reason, "rows": left.rows}
            for left in settled.results.left_out
        ],
        "agreements_that_do_not_hold": [
            {"section": section, "key": [getattr(part, "label", part) for part in key]}
            for section, key in settled.results.broken_agreements
        ],
        "agreements_not_checked": [
            {"section": section, "key": [getattr(part, "label", part) for part in key]}
            for section, key in settled.results.unchecked_agreements
        ],
        "parties_and_years": len(settled.rows),
        "payments": len(settled.payments),
        "errors": len(settled.errors),
    }


def recorded_record(settled: Settled, room: Path | None = None) -> dict[str, Any] | None:
    """The earlier settlements that were taken as final, and where the data of this run give another value. Paths
    are those in the folder `room`, if they lie in one."""
    earlier = settled.recorded
    if earlier is None or not earlier.files:
        return None
    return {
        "files": [
            {"path": Path(path).relative_to(room).as_posix() if room else path, "sha256": sha}
            for path, sha in earlier.files
        ],
        "columns_not_used": list(earlier.unknown),
        "differences": [
            {
                "term": each.term,
                "key": [part for part in (each.party, each.year.label) if part],
                "recorded": str(cell(each.recorded, each.kind)),
                "computed": str(cell(each.computed, each.kind)) or None,
            }
            for each in earlier.differences
        ],
    }


@contextmanager
def complete_folder(folder: Path) -> Iterator[Path]:
    """A folder beside `folder`, whose files move into `folder` when the block ends without an exception. Files
    of an earlier run that have no successor are removed; others in `folder` are left alone."""
    try:
        if folder.exists() and not folder.is_dir():
            raise NotADirectoryError(20, "it is a file, not a folder")
        folder.parent.mkdir(parents=True, exist_ok=True)
        room = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", suffix=".part", dir=folder.parent))
    except OSError as error:
        raise cannot_write(folder, error) from None
    try:
        yield room
        _move(room, folder)
    except OSError as error:
        raise cannot_write(folder, error) from None
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _move(room: Path, folder: Path) -> None:
    folder.mkdir(exist_ok=True)
    made = sorted(path.relative_to(room) for path in room.rglob("*") if path.is_file())
    for old in [*(folder / name for name in _OURS), *(folder / "terms").glob("*.parquet")]:
        if old.is_file() and old.relative_to(folder) not in made and (folder / "run.json").is_file():
            old.unlink()
    # run.json last: a folder that has it is complete
    for name in sorted(made, key=lambda path: path.name == "run.json"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(room / name, folder / name)


def cannot_write(path: Path, error: OSError) -> VbcError:
    """The message for a file or folder that cannot be written."""
    reason = (error.strerror or str(error)).lower()
    return VbcError([
        Diagnostic("VBC8020", f"{path.as_posix()} cannot be written: {reason}",
                   help="nothing was written; choose another place or ask for the right to write there")
    ])  # fmt: skip


def as_json(value: object) -> str:
    """JSON text for standard output."""
    return json.dumps(value, indent=2, ensure_ascii=False)
