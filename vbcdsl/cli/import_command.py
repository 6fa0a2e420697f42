"""`vbc import`: begin a contract from a document."""

from __future__ import annotations

from pathlib import Path

import rich_click as click


@click.command("import", short_help="Begin a contract from the numbered clauses of a document.")
@click.argument("file", type=click.Path(path_type=Path), metavar="FILE")
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE.vbc",
              help="Write the draft into this new file. [default: print it]")  # fmt: skip
def command(file: Path, out: Path | None) -> None:
    """Bring the numbered clauses of a Word, Markdown or text file in as recitals, each under its number, beside
    the sections that are to be written. Nothing is guessed: a recital computes nothing.

    Numbers are those that Word shows, also where it makes them itself. Tables come with their clause.

    \b
    Examples:
      vbc import exhibit_b.docx --out contract.vbc
      vbc import agreement.md

    A file that is there already is never replaced.
    """
    from vbcdsl.bring_in import draft_contract, read_document
    from vbcdsl.data.write import safe_file
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.diagnostics.snippet import clean

    document = read_document(file)
    text = draft_contract(document, file.name)
    numbered = sum(bool(clause.number) and not clause.article for clause in document.clauses)
    if out is None:
        click.echo(clean(text), nl=False)
    else:
        if out.exists():
            raise VbcError(
                [Diagnostic("VBC8021", f"{out} is there already", help="name a new file with --out")]
            )
        with safe_file(out) as room:
            room.write(text.encode())
        click.echo(f"wrote {out}", err=True)
    articles = sum(clause.article for clause in document.clauses)
    click.echo(
        f"{numbered} numbered clauses in {articles} articles; write their sections, then run vbc check",
        err=True,
    )
