"""`vbc chart`: pictures of a contract and its settlements, as SVG."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from vbcdsl.cli.options import Pair, data_options

if TYPE_CHECKING:
    from fractions import Fraction

    from vbcdsl.results.settlement import SettlementRow
    from vbcdsl.trace.facts import Facts


@click.group("chart", short_help="Draw a payout curve or a waterfall as SVG.")
def command() -> None:
    """Draw a picture as SVG: it needs no script and no font, and can be read in print and in grey.

    \b
      vbc chart payout PATH --data … --for aco=A1001 --term quality_score --out curve.svg
      vbc chart waterfall PATH --data … --for aco=A1001 --out waterfall.svg
    """


_for = click.option(
    "--for", "only", required=True, type=Pair("KEY=VALUE"), metavar="KEY=VALUE",
    help="The party, for example aco=A1001.",
)  # fmt: skip
_year = click.option(
    "--year", type=int, metavar="Y",
    help="A performance year: its calendar label (2024) or its number (1). [default: the last with data]",
)  # fmt: skip
_out = click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), metavar="FILE",
    help="Write it into this file. [default: printed]",
)  # fmt: skip


@command.command("payout")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@_for
@_year
@click.option("--term", required=True, metavar="TERM", help="The term that rises, for example quality_score.")
@click.option("--at", "at", multiple=True, type=Pair("KEY=VALUE"), metavar="KEY=VALUE",
              help="Another key of the term, for example measure=“Diabetes A1c Control”.")  # fmt: skip
@click.option(
    "--from", "low", metavar="VALUE", help="Where the curve begins: 0%, $1,000, 0.4. [default: by the term]"
)
@click.option("--to", "high", metavar="VALUE", help="Where it ends.")
@click.option("--format", "kind", type=click.Choice(["svg", "json"]), default="svg", show_default=True)
@_out
def payout(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, only: tuple[str, str], year: int | None, term: str, at: tuple[tuple[str, str], ...],
    low: str | None, high: str | None, kind: str, out: Path | None,
) -> None:  # fmt: skip
    """Draw the net payment of a party as one term rises and everything else stays as it was.

    Each edge is found exactly and settled exactly: a closed dot is what is paid at the edge, an open dot what
    is paid just beside it. The contract is settled again at each point.

    \b
    Example:
      vbc chart payout contract.vbc --bindings data.toml --for aco=A1001 --term quality_score --out curve.svg
    """
    from vbcdsl.results.write import as_json
    from vbcdsl.statement.curves import as_record, chart, curve_of

    facts, row = _settled(path, data, bindings, engine, threads, show_members, only, year)
    found = curve_of(facts, row, term, at, _value(low, "--from"), _value(high, "--to"))
    text = chart(facts, found) if kind == "svg" else as_json(as_record(facts, found))
    _write(text, out)


@command.command("waterfall")
@click.argument("path", type=click.Path(path_type=Path), metavar="PATH")
@data_options
@_for
@_year
@_out
def waterfall(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, only: tuple[str, str], year: int | None, out: Path | None,
) -> None:  # fmt: skip
    """Draw what each payment adds to or takes from the net payment of a party.

    \b
    Example:
      vbc chart waterfall contract.vbc --bindings data.toml --for aco=A1001 --out waterfall.svg
    """
    from vbcdsl.statement.curves import waterfall_of

    facts, row = _settled(path, data, bindings, engine, threads, show_members, only, year)
    _write(waterfall_of(facts.settled, row), out)


def _value(text: str | None, option: str) -> Fraction | None:
    from fractions import Fraction

    if text is None:
        return None
    clean = text.strip().replace(",", "").replace("$", "")
    try:
        return Fraction(clean[:-1]) / 100 if clean.endswith("%") else Fraction(clean)
    except (ValueError, ZeroDivisionError):
        raise click.BadParameter(
            f"{text!r} is not a number like 0.75, 75% or $1,000", param_hint=option
        ) from None


def _settled(
    path: Path, data: tuple[tuple[str, str], ...], bindings: Path | None, engine: str, threads: int,
    show_members: bool, only: tuple[str, str], year: int | None,
) -> tuple[Facts, SettlementRow]:  # fmt: skip
    from vbcdsl.cli.options import bindings_of, compile_or_stop, inputs_of, say_what_is_read
    from vbcdsl.cli.progress import progress_bar
    from vbcdsl.cli.run_command import parties_named
    from vbcdsl.results.settle import RunOptions, settle
    from vbcdsl.trace import find_facts

    compiled = compile_or_stop(path)
    bound, bindings_path = bindings_of(compiled, bindings)
    say_what_is_read(compiled, bindings_path)
    years = () if year is None else (year,)
    options = RunOptions(years, engine, threads, show_members, inner=True)
    with progress_bar():
        settled = settle(compiled, inputs_of(data), bound, options)
    (party,) = parties_named(settled, (only,))
    row = next(row for row in reversed(settled.rows) if row.party == party)
    return find_facts(settled, inputs_of(data), bound, threads), row


def _write(text: str, out: Path | None) -> None:
    from vbcdsl.cli.options import say
    from vbcdsl.data.write import safe_file
    from vbcdsl.results.write import cannot_write

    if out is None:
        click.echo(text)
        return
    try:
        with safe_file(out, "w", encoding="utf-8", newline="\n") as file:
            file.write(text + "\n")
    except OSError as error:
        raise cannot_write(out, error) from None
    say(f"wrote {out.as_posix()}")
