"""`vbc check`: read contracts and say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click
from click.exceptions import Exit


@click.command("check", short_help="Read contracts and say what is wrong.")
@click.argument("paths", nargs=-1, required=False, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True
)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
@click.option("--explain", "code", metavar="CODE", help="Print the page of a message and read no contract.")
def command(paths: tuple[Path, ...], kind: str, strict: bool, code: str | None) -> None:
    """Read contracts with their amendments, each text in force, and say what is wrong and what to write instead.

    \b
    Examples:
      vbc check contract.vbc
      vbc check contract_library/lakeside --strict
      vbc check contract.vbc --format sarif > findings.sarif
      vbc check --explain VBC4101

    Exits with 1 if there are errors (with --strict: or warnings).
    """
    from vbcdsl.compiler import Compiled, compile_path
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.diagnostics.render import echo, to_json, to_sarif
    from vbcdsl.diagnostics.snippet import clean

    if code is not None:
        click.echo(_page(code))
        return
    if not paths:
        raise click.UsageError("Missing argument 'PATH...': a contract's file or folder, or --explain CODE.")
    found: list[Diagnostic] = []
    for path in paths:
        compiled: Compiled | None = None
        try:
            compiled = compile_path(path)
            here = list(compiled.diagnostics)
        except VbcError as error:
            here = list(error.diagnostics)
        found += here
        if kind == "text":
            echo(here, source=compiled.base if compiled else None)
            if compiled is not None and not compiled.errors:
                click.echo(clean(_fine(path, compiled)))
    if kind == "json":
        click.echo(json.dumps(to_json(found), indent=2, ensure_ascii=False))
    elif kind == "sarif":
        click.echo(json.dumps(to_sarif(found), indent=2, ensure_ascii=False))
    failing = ("error", "warning") if strict else ("error",)
    if any(diagnostic.severity in failing for diagnostic in found):
        raise Exit(1)


def _page(code: str) -> str:
    """The page of a code."""
    from vbcdsl.diagnostics.codes import ALL
    from vbcdsl.diagnostics.pages import page
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.diagnostics.suggest import nearest

    known = ALL.get(code.strip().upper())
    if known is None:
        close = nearest(code.strip().upper(), list(ALL))
        hint = f": did you mean {close}?" if close else ""
        raise click.UsageError(clean(f"no message has the code {code[:40]}{hint}"))
    return page(known).rstrip()


def _fine(path: Path, compiled: object) -> str:
    """What was read, in a line."""
    from vbcdsl.compiler import Compiled

    assert isinstance(compiled, Compiled)
    parts = []
    for version in compiled.versions:
        amended = f" with amendment {', '.join(map(str, version.amendments))}" if version.amendments else ""
        parts.append(f"{compiled.years_of(version)}{amended}")
    sections = len(compiled.versions[0].parsed.document.sections)
    return f"{path.as_posix()}: {compiled.program.title}: {sections} sections; in force {'; '.join(parts)}"
