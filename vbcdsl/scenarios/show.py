"""A simulation for people: a line for each scenario, and the chart."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.charts.axis import Label, money, percent, plain
from vbcdsl.charts.fan import Step, fan_chart
from vbcdsl.data.write import money_cell
from vbcdsl.scenarios.outcome import QUANTILES, Outcome, Summary
from vbcdsl.scenarios.places import LiteralPlace, TermPlace
from vbcdsl.scenarios.plan import shown

LINES = 40  # scenarios that are printed one by one


def text(outcome: Outcome) -> str:
    """The summary by scenario as a table; of many scenarios those between are left out, and their range is
    given."""
    summary = outcome.summary()
    varied = outcome.scenarios.varied
    labels = [each.place.label for each in varied]
    header = ["scenario", *labels, "total net payment", "change", *(f"{_percent(q)}" for q in (10, 50, 90))]
    rows = []
    for number, line in enumerate(summary):
        if len(summary) > LINES + 1 and LINES // 2 < number < len(summary) - LINES // 2:
            if number == LINES // 2 + 1:
                rows.append(["…", *([""] * (len(header) - 1))])
            continue
        values = [shown(each.values[number], each) or "as written" for each in varied]
        quantiles = [money_cell(line.quantiles[QUANTILES.index(q)]) for q in (10, 50, 90)]
        rows.append([
            line.name, *values, _amount(line.total), _signed(line.change) if number else "",
            *map(_comma, quantiles),
        ])  # fmt: skip
    lines = [f"{outcome.title}: {_count(outcome)}", "", *_table(header, rows)]
    if len(summary) > 2:
        ordered = sorted(summary[1:], key=lambda line: line.total)
        middle = ordered[(len(ordered) - 1) // 2]
        lines += [
            "",
            f"total over the scenarios: least {_amount(ordered[0].total)} (scenario {ordered[0].name}), "
            f"median {_amount(middle.total)}, most {_amount(ordered[-1].total)} (scenario {ordered[-1].name})",
        ]
    return "\n".join(lines)


def notes(outcome: Outcome) -> list[str]:
    """What a reader must know: terms whose sentence is replaced, data that was read again."""
    found = []
    for each in outcome.scenarios.varied:
        place = each.place
        if isinstance(place, TermPlace) and place.replaces and not each.relative and not place.keys:
            rows = ", or one of its rows: row 1, row 2 …" if place.replaces == "table" else ""
            found.append(
                f"{place.term} is one value in each scenario, in place of its {place.replaces}{rows}"
            )
    if outcome.readings > 1:
        listed = " and ".join(outcome.reads_again)
        found.append(f"{listed} stands in a total that is made while data is read: it was read "
                     f"{outcome.readings} times")  # fmt: skip
    return found


def chart(outcome: Outcome) -> str:
    """The chart as SVG: by the value of the one thing that is varied, else by rank of the total."""
    summary = outcome.summary()
    varied = outcome.scenarios.varied
    written, lines = summary[0], summary[1:]
    single = varied[0] if len(varied) == 1 else None
    numbers = [value for value in single.values[1:] if isinstance(value, Fraction)] if single else []
    label: Label = plain
    at: list[Fraction]
    if single is not None and len(numbers) == len(lines):
        at = [Fraction(value) for value in numbers]
        across = single.place.label
        own: Fraction | None = Fraction(1) if single.relative else None
        if (
            isinstance(single.place, LiteralPlace)
            and isinstance(single.place.value, Fraction)
            and not single.relative
        ):
            own = single.place.value
        base = single.place.kind.base
        label = percent if single.relative or base in ("rate", "ratio", "percentage points") else plain
        label = money if base == "money" and not single.relative else label
    else:
        lines = tuple(sorted(lines, key=lambda line: line.total))
        at = [Fraction(i) for i in range(1, len(lines) + 1)]
        across, own = "scenarios, from the least to the most paid", None
    steps = [_step(line, place) for line, place in zip(lines, at, strict=True)]
    base_step = _step(written, own if own is not None else max(at) + 1)
    party = outcome.compiled.program.party
    return fan_chart(outcome.title, steps, base_step, across, label, party, _count(outcome))


def _step(line: Summary, at: Fraction) -> Step:
    return Step(at, line.total, line.quantiles)


def _count(outcome: Outcome) -> str:
    scenarios = len(outcome.scenarios) - 1
    years = ", ".join(year.year.label for year in outcome.years)
    parties = len({party for year in outcome.years for party in year.parties if party})
    each = "party" if parties == 1 else "parties"
    party, plural = outcome.compiled.program.party, "s" if scenarios != 1 else ""
    return f"{scenarios:,} scenario{plural}, {parties:,} {each} ({party}), {years}"


def _percent(q: int) -> str:
    return "median" if q == 50 else f"{q}% below"


def _comma(cell: str) -> str:
    whole, dot, rest = cell.partition(".")
    sign = "-" if whole.startswith("-") else ""
    return f"{sign}{int(whole.lstrip('-') or 0):,}{dot}{rest}"


def _amount(value: Fraction) -> str:
    return _comma(money_cell(value))


def _signed(value: Fraction) -> str:
    return f"+{_amount(value)}" if value > 0 else _amount(value)


def _table(header: list[str], rows: list[list[str]]) -> list[str]:
    widths = [max(len(row[i]) for row in (header, *rows)) for i in range(len(header))]
    numeric = len(header) - 5

    def line(row: list[str]) -> str:
        cells = [
            cell.ljust(w) if i < numeric else cell.rjust(w)
            for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        return "  ".join(cells).rstrip()

    return [line(header), "  ".join("-" * w for w in widths), *(line(row) for row in rows)]
