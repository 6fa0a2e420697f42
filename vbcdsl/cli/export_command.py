"""`vbc export`: the contract as a document to read or to sign."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import Day

if TYPE_CHECKING:
    from vbcdsl.compiler import Version
    from vbcdsl.definition import Definition


@click.command("export", short_help="Print the contract as a document, with the definitions that it uses.")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@click.option(
    "--as-of", "day", type=Day(), metavar="DATE", help="The text in force then; else the first one."
)
@click.option("--with-definitions", is_flag=True, help="Append the rules of the language that it stands on.")
@click.option("--to", "kind", type=click.Choice(["text", "md", "html", "docx", "pdf"]),
              default="text", show_default=True)  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write it into this file.")
def command(path: Path, day: dt.date | None, with_definitions: bool, kind: str, out: Path | None) -> None:
    """Print a contract as it is signed: without comment lines, with recitals, and on request with an appendix of
    the language definition's rules that its sentences stand on.

    \b
    Examples:
      vbc export contract.vbc --with-definitions
      vbc export contract_library/lakeside --as-of 2026-01-01 --with-definitions --to docx --out exhibit.docx

    A Word file has Word's own numbering and cross-references; a PDF needs the extra docs-out, as Word files do.
    """
    from vbcdsl.cli.options import compile_or_stop
    from vbcdsl.data.write import safe_file
    from vbcdsl.definition import definitions_used, fingerprint
    from vbcdsl.diagnostics.snippet import clean

    compiled = compile_or_stop(path)
    version = compiled.versions[0]
    if day is not None:
        year = compiled.program.calendar.year_of(day)
        if year is None:
            click.echo(f"vbc: {day} lies outside the term of the contract", err=True)
            raise Exit(1)
        version = compiled.version_at(day)
    assert version.program is not None
    used = definitions_used(version.program) if with_definitions else []
    if kind in ("docx", "pdf") and out is None:
        raise click.UsageError(f"a {kind} file needs a name: --out FILE.{kind}")
    written = _written(version, tuple(used), fingerprint(), kind)
    if out is None:
        click.echo(clean(written.decode()), nl=False)
        return
    with safe_file(out) as file:
        file.write(written)
    click.echo(f"wrote {out}", err=True)


def _written(version: Version, used: tuple[Definition, ...], sha256: str, kind: str) -> bytes:
    """The document in the form asked for."""
    if kind in ("text", "md"):
        from vbcdsl.export.document import document

        return document(version, used, sha256, kind).encode()
    from vbcdsl.export.exhibit import exhibit_of

    exhibit = exhibit_of(version, used, sha256)
    if kind == "html":
        from vbcdsl.export.html_page import html_page

        return html_page(exhibit).encode()
    if kind == "docx":
        from vbcdsl.export.word import word_bytes

        return word_bytes(exhibit)
    from vbcdsl.export.typeset import pdf_bytes

    return pdf_bytes(exhibit)
