"""`vbc check`: read contracts and say what is wrong."""

from __future__ import annotations

import json
from pathlib import Path

import rich_click as click
from click.exceptions import Exit


@click.command("check", short_help="Read contracts and say what is wrong.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "sarif"]), default="text", show_default=True
)
@click.option("--strict", is_flag=True, help="Warnings fail, too.")
def command(paths: tuple[Path, ...], kind: str, strict: bool) -> None:
    """Read contracts with their amendments, each text in force, and say what is wrong and what to write instead.

    \b
    Examples:
      vbc check contract.vbc
      vbc check contract_library/lakeside --strict
      vbc check contract.vbc --format sarif > findings.sarif

    Exits with 1 if there are errors (with --strict: or warnings).
    """
    from vbcdsl.compiler import Compiled, compile_path
    from vbcdsl.diagnostics import Diagnostic, VbcError
    from vbcdsl.diagnostics.render import echo, to_json, to_sarif
    from vbcdsl.diagnostics.snippet import clean

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
