"""`vbc test`: run the examples in the text of contracts."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from vbcdsl.cli.options import compile_or_stop, stop_at_errors

if TYPE_CHECKING:
    from vbcdsl.compiler import Compiled


@click.command("test", short_help="Run the examples in the text of contracts.")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="PATH...")
@click.option(
    "--engine", type=click.Choice(["both", "arrow", "reference"]), default="both", show_default=True
)
@click.option(
    "--format", "kind", type=click.Choice(["text", "json", "junit"]), default="text", show_default=True
)
@click.option(
    "--coverage", is_flag=True, help="Say which sections, rows and sides of thresholds are reached."
)
@click.option("--lcov", type=click.Path(path_type=Path), help="Write the coverage as an LCOV trace file.")
@click.option("--against", type=click.Path(path_type=Path), metavar="OLD",
              help="List every example whose result is another under this contract.")  # fmt: skip
@click.option(
    "--update", is_flag=True, help="Write the settlements that test files name, instead of comparing them."
)
@click.option("--suggest", is_flag=True, help="Draft the examples that are missing at thresholds.")
def command(
    paths: tuple[Path, ...], engine: str, kind: str, coverage: bool, lcov: Path | None, against: Path | None,
    update: bool, suggest: bool,
) -> None:  # fmt: skip
    """Run the examples in the text of contracts, and say which sections no example reaches.

    What an example gives replaces the terms that it names; what it expects is computed from them. No data is
    needed. Money is compared to the cent, every other value exactly.

    A path that ends in .vbctest.toml is a test file: settlements that must not change, and properties such as
    "the Shared Savings Payment never falls as Quality Score rises".

    \b
    Examples:
      vbc test contract.vbc
      vbc test contract_library/* --engine both --format junit > examples.xml
      vbc test contract.vbc --coverage --lcov coverage.info
      vbc test contract.vbc --suggest >> contract.vbc
      vbc test renewal.vbc --against contract.vbc
      vbc test settlements.vbctest.toml --update

    Exits with 1 if an example does not agree or a check does not hold; with --against, if a result differs.
    """
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.results.engines import BOTH
    from vbcdsl.results.write import as_json
    from vbcdsl.testing.examples import run_examples
    from vbcdsl.testing.files import read_test_file
    from vbcdsl.testing.render import checks_to_json, checks_to_text, to_json, to_junit, to_text
    from vbcdsl.watch import each, numbered

    engines = BOTH if engine == "both" else (engine,)
    files = [path for path in paths if path.name.endswith(".vbctest.toml")]
    compiled = _compiled([path for path in paths if path not in files])
    if against is not None:
        _against(compiled, against, kind)
        return
    if suggest:
        _suggest(compiled)
        return
    with progress_bar():
        reports = [run_examples(c, engines) for c in numbered(compiled, "contract", len(compiled))]
    if coverage or lcov is not None:
        _coverage(compiled, kind, lcov, coverage)
        _end(all(report.met for report in reports))
        return
    with progress_bar():
        checks = {path.as_posix(): read_test_file(path).run(update) for path in each(files, "test files")}
    if kind == "json":
        documents = [to_json(report) for report in reports]
        click.echo(as_json(documents + [checks_to_json(name, found) for name, found in checks.items()]))
    elif kind == "junit":
        click.echo(to_junit(reports, checks))
    else:
        texts = [to_text(report) for report in reports]
        click.echo("\n\n".join(texts + [checks_to_text(name, found) for name, found in checks.items()]))
    _end(all(r.met for r in reports) and all(check.met for found in checks.values() for check in found))


def _compiled(paths: list[Path]) -> list[Compiled]:
    """The contracts; it ends at the first that has errors."""
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.compiler import compile_path
    from vbcdsl.watch import each

    with progress_bar():
        found = [compile_path(path) for path in each(paths, "contracts")]
    for compiled in found:
        stop_at_errors(compiled)
    return found


def _end(met: bool) -> None:
    if not met:
        raise Exit(1)


def _against(contracts: list[Compiled], old: Path, kind: str) -> None:
    """Compare the examples of each contract with their results under another text."""
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.results.write import as_json
    from vbcdsl.testing.against import compare_examples
    from vbcdsl.testing.render import changes_to_json, changes_to_text

    before = compile_or_stop(old)
    with progress_bar():
        found = [compare_examples(before, compiled) for compiled in contracts]
    if kind == "json":
        click.echo(as_json([changes_to_json(changes) for changes in found]))
    else:
        click.echo("\n\n".join(changes_to_text(changes) for changes in found))
    _end(not any(change.differs for changes in found for change in changes))


def _suggest(contracts: list[Compiled]) -> None:
    """Print drafts of the missing examples, ready to be read and put into the contract."""
    from vbcdsl.coverage import suggest_examples
    from vbcdsl.coverage.skeleton import suggest_rows

    for compiled in contracts:
        drafts = suggest_examples(compiled)
        for draft in drafts:
            click.echo(f"-- reaches section {draft.section}: {draft.reaches}\n{draft.text}\n")
        skeletons = suggest_rows(compiled)
        for skeleton in skeletons:
            sections = ", ".join(skeleton.sections)
            click.echo(
                f"-- reaches sections {sections}: fill in the rows and what you expect\n{skeleton.text}\n"
            )
        if not drafts and not skeletons:
            click.echo(f"-- {compiled.program.title}: nothing to suggest", err=True)


def _coverage(contracts: list[Compiled], kind: str, lcov: Path | None, shown: bool) -> None:
    """Measure what the examples reach; print it, write it, or both."""
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.coverage import measure_coverage
    from vbcdsl.data.write import safe_file
    from vbcdsl.results.write import as_json

    with progress_bar("measuring"):
        found = [measure_coverage(compiled) for compiled in contracts]
    if lcov is not None:
        with safe_file(lcov) as file:
            file.write("".join(c.to_lcov() for c in found).encode())
        click.echo(f"wrote {lcov}", err=True)
    if shown and kind == "json":
        click.echo(as_json([c.to_json() for c in found]))
    elif shown:
        click.echo("\n\n".join(c.to_text() for c in found))
