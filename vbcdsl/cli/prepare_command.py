"""`vbc prepare`: read and check data once, for many runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from vbcdsl.cli.options import Pair, Size

if TYPE_CHECKING:
    from vbcdsl.prepared.layout import Manifest
    from vbcdsl.prepared.prepare import Prepared


@click.command("prepare", short_help="Read and check data once, into a store for many runs.")
@click.argument("path", type=click.Path(path_type=Path), metavar="[PATH]", required=False)
@click.option(
    "--data", "data", multiple=True, type=Pair("NAME=FILE"), metavar="NAME=FILE",
    help="Data of a record: a file, a folder or a pattern. May be repeated.",
)  # fmt: skip
@click.option(
    "--bindings", type=click.Path(path_type=Path), metavar="FILE",
    help="A TOML file that says which column is which. [default: bindings.toml]",
)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="STORE", help="The folder of the store.")
@click.option(
    "--memory", type=Size(), default="1GB", show_default=True, metavar="SIZE",
    help="Rows that wait to be sorted take at most so much; more are sorted on disk.",
)  # fmt: skip
@click.option("--append", is_flag=True, help="Add the files to the store.")
@click.option("--replace", is_flag=True, help="Write a store that exists anew.")
@click.option("--compact", is_flag=True, help="With --append: put all files of a year together.")
@click.option(
    "--verify",
    type=click.Path(path_type=Path),
    metavar="STORE",
    help="Check every byte of a store, write nothing.",
)
@click.option("--sources", is_flag=True, help="With --verify: the original files must be unchanged too.")
@click.option("--show-members", is_flag=True, help="Allow messages to name members and their values.")
@click.option("--json", "as_json", is_flag=True, help="Print what is in the store as JSON.")
def command(
    path: Path | None, data: tuple[tuple[str, str], ...], bindings: Path | None, out: Path | None, memory: int,
    append: bool, replace: bool, compact: bool, verify: Path | None, sources: bool, show_members: bool,
    as_json: bool,
) -> None:  # fmt: skip
    """Read the data of a contract once, with all checks, and write a store that every later run maps into memory.

    PATH is a contract file, an amendment, or a folder. Bindings and units are applied now. Give the store to any
    command instead of the files: `--data STORE`, or `--data NAME=STORE` for one record.

    \b
    Examples:
      vbc prepare contract_library/lakeside --data member_months=mm/ --data quality_results=q.csv \\
          --data financial_schedule=f.csv --out store
      vbc run contract_library/lakeside --data store
      vbc prepare contract_library/lakeside --append --data member_months=mm_2024_07.csv --out store
      vbc prepare --verify store

    A store is written whole or not at all; so is what is added to it. What it holds: docs/reference/files.md.
    """
    if verify is not None:
        _verify(verify, sources, as_json)
        return
    if path is None or out is None:
        raise click.UsageError("name a contract and --out STORE, or --verify STORE")
    if append and replace:
        raise click.UsageError("--append adds to a store and --replace writes it anew: choose one")
    if (compact and not append) or sources:
        raise click.UsageError("--compact goes with --append, and --sources with --verify")
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.data import Options
    from vbcdsl.diagnostics.render import echo
    from vbcdsl.prepared.prepare import append as append_to
    from vbcdsl.prepared.prepare import job_of, prepare

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    job = job_of(compiled, inputs_of(data), bound, Options(show_members=show_members), memory)
    with progress_bar("writing"):
        done = append_to(job, out, compact=compact) if append else prepare(job, out, replace=replace)
    echo(done.warnings)
    _report(done, append, as_json)


def _report(done: Prepared, append: bool, as_json: bool) -> None:
    if as_json:
        _print_json(done.manifest)
        return
    click.echo(f"{'added to' if append else 'prepared'} {done.folder.as_posix()}")
    click.echo(_table(done.manifest, done.rows))


def _verify(folder: Path, sources: bool, as_json: bool) -> None:
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.prepared.verify import verify

    with progress_bar("checking"):
        done = verify(folder, sources=sources)
    if as_json:
        _print_json(done.manifest)
        return
    also = "; the original files are unchanged" if sources else ""
    click.echo(f"{folder.as_posix()} is as it was written: {done.bytes:,} bytes{also}")
    click.echo(_table(done.manifest, {}))


def _table(manifest: Manifest, now: dict[str, int]) -> str:
    lines = []
    for id, record in manifest.records.items():
        read = f", {now[id]:,} of them now" if id in now and now[id] != record.rows else ""
        size = sum({segment.file.name: segment.file.bytes for segment in record.segments}.values())
        lines.append(
            f"  {id}: {record.rows:,} rows{read} from {len(record.sources):,} "
            f"{'file' if len(record.sources) == 1 else 'files'}, {len(record.segments)} segments, {size:,} bytes"
        )
    return "\n".join(lines)


def _print_json(manifest: Manifest) -> None:
    import json

    click.echo(json.dumps(summary(manifest), indent=2, ensure_ascii=False))


def summary(manifest: Manifest) -> dict[str, Any]:
    """What is in a store: rows, control totals, bounds and sources, without the places in its files."""
    return {
        "schema": manifest.schema,
        "contract": manifest.contract,
        "written_by": manifest.written_by,
        "generation": manifest.generation,
        "records": {
            id: {
                "rows": record.rows,
                "sorted_by": list(record.order),
                "one_row_for_each": list(record.unique),
                "segments": len(record.segments),
                "columns": {
                    c.name: {"kind": c.kind, "empty_cells": c.filled, "control_total": c.total}
                    for c in record.columns
                },
                "sources": [{"path": s.path, "sha256": s.sha256, "bytes": s.bytes} for s in record.sources],
            }
            for id, record in manifest.records.items()
        },
    }
