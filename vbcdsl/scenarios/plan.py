"""Which scenarios there are: `--vary` and `--scenarios` as a list of values for each varied thing.

Several things are crossed (every value with every value) or, paired, taken line by line. Drawn values are drawn
together: they are one axis of `draws` lines, each with a value for each of them.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from fractions import Fraction
from itertools import product
from pathlib import Path

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.values import Value
from vbcdsl.scenarios.places import LiteralPlace, Place, find_place
from vbcdsl.scenarios.rewrite import Varied
from vbcdsl.scenarios.values import MOST, Drawn, draw, parse_value, parse_values

NAME = "scenario"  # the column of a file of scenarios that names them


@attrs.frozen
class Scenarios:
    """The scenarios of a run. The first (number 0) is the text as written; `names`: of each."""

    varied: tuple[Varied, ...]
    names: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.names)


def plan_scenarios(
    compiled: Compiled, vary: Iterable[tuple[str, str]] = (), file: Path | None = None, *, paired: bool = False,
    draws: int = 1000, seed: int = 1,
) -> Scenarios:  # fmt: skip
    """The scenarios that were asked for. `VbcError` for what cannot be varied, or not so."""
    places: list[Place] = []
    axes: list[list[tuple[Value | None, ...]]] = []  # each: lines of values for some of the places
    relative: list[bool] = []
    names: list[str] | None = None
    if file is not None:
        found, lines, names = _read(compiled, file)
        places += found
        relative += [False] * len(found)
        axes.append(lines)
    drawn: list[tuple[Place, Drawn]] = []
    for address, text in vary:
        place = find_place(compiled, address)
        values = parse_values(address, text, place.kind)
        if isinstance(values, Drawn):
            drawn.append((place, values))
            continue
        places.append(place)
        relative.append(values.relative)
        axes.append([(value,) for value in values.values])
    if drawn:
        places += [place for place, _ in drawn]
        relative += [each.relative for _, each in drawn]
        streams = [random.Random(f"{seed} {number} {place.label}") for number, (place, _) in enumerate(drawn)]
        columns = [draw(each, draws, stream) for (_, each), stream in zip(drawn, streams, strict=True)]
        axes.append(list(zip(*columns, strict=True)))
    if not places:
        raise VbcError([
            Diagnostic("VBC8042", "nothing is varied", help='name it: --vary "Sharing Rate=40%..60% by 5%"')
        ])  # fmt: skip
    _refuse_twice(places)
    lines = _joined(axes, paired)
    numbered = names if names is not None and len(axes) == 1 else [str(i) for i in range(1, len(lines) + 1)]
    varied = tuple(
        Varied(place, (None, *(line[column] for line in lines)), relative[column])
        for column, place in enumerate(places)
    )
    return Scenarios(varied, ("as written", *numbered))


def _joined(axes: list[list[tuple[Value | None, ...]]], paired: bool) -> list[tuple[Value | None, ...]]:
    if paired:
        lengths = {len(axis) for axis in axes}
        if len(lengths) > 1:
            listed = ", ".join(str(len(axis)) for axis in axes)
            raise VbcError([
                Diagnostic("VBC8042", f"--paired needs lists of one length; these have {listed} values")
            ])  # fmt: skip
        return [tuple(v for part in parts for v in part) for parts in zip(*axes, strict=True)]
    count = 1
    for axis in axes:
        count *= len(axis)
    if count > MOST:
        raise VbcError([
            Diagnostic("VBC8042", f"that is {count:,} scenarios; at most {MOST:,}",
                       help="take larger steps, or --paired to take the values line by line")
        ])  # fmt: skip
    return [tuple(v for part in parts for v in part) for parts in product(*axes)]


def _refuse_twice(places: list[Place]) -> None:
    for number, place in enumerate(places):
        for other in places[:number]:
            if place == other or (
                isinstance(place, LiteralPlace)
                and isinstance(other, LiteralPlace)
                and any(set(spans) & set(other.spans.get(key, ())) for key, spans in place.spans.items())
            ):
                raise VbcError([
                    Diagnostic("VBC8042", f"“{place.label}” and “{other.label}” are the same thing",
                               help="vary it once")
                ])  # fmt: skip


def _read(compiled: Compiled, file: Path) -> tuple[list[Place], list[tuple[Value | None, ...]], list[str]]:
    """A CSV of scenarios: a line for each, a column for each varied thing; an empty cell is as written."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as handle:
            lines = [line for line in csv.reader(handle) if any(cell.strip() for cell in line)]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or "it is no CSV file in UTF-8"
        raise VbcError([Diagnostic("VBC8042", f"{file.as_posix()} cannot be read: {reason}")]) from None
    if len(lines) < 2:
        raise VbcError([
            Diagnostic("VBC8042", f"{file.as_posix()} has no scenarios",
                       help="a header with what is varied, then a line for each scenario")
        ])  # fmt: skip
    header = [cell.strip() for cell in lines[0]]
    named = header.index(NAME) if NAME in header else None
    columns = [i for i, cell in enumerate(header) if i != named]
    places = [find_place(compiled, header[i]) for i in columns]
    values: list[tuple[Value | None, ...]] = []
    names: list[str] = []
    for number, line in enumerate(lines[1:], start=2):
        if len(line) != len(header):
            raise VbcError([
                Diagnostic("VBC8042", f"{file.as_posix()}, line {number}: {len(line)} cells under a header of "
                           f"{len(header)}", help="a value with a comma stands in quotes: \"$250,000\"")
            ])  # fmt: skip
        row: list[Value | None] = []
        for place, i in zip(places, columns, strict=True):
            cell = line[i].strip()
            row.append(parse_value(f"{header[i]} (line {number})", cell, place.kind) if cell else None)
        values.append(tuple(row))
        names.append(line[named].strip() if named is not None else str(number - 1))
    return places, values, names


def shown(value: Value | None, varied: Varied) -> str:
    """A value as the contract would write it; empty: as written."""
    if value is None:
        if isinstance(varied.place, LiteralPlace):
            return shown(varied.place.value, attrs.evolve(varied, relative=False))
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, Fraction):
        return str(value)
    if varied.relative:
        return f"times {_decimal(value * 100)}%"
    match varied.place.kind.base:
        case "rate" | "ratio":
            return f"{_decimal(value * 100)}%"
        case "percentage points":
            return f"{_decimal(value * 100)} percentage points"
        case "money":
            sign = "-" if value < 0 else ""
            return f"{sign}${_decimal(abs(value), 2)}"
        case _:
            return _decimal(value)


def _decimal(value: Fraction, least: int = 0) -> str:
    """The digits of an exact decimal, with commas between thousands; places only as needed (money: two)."""
    places = 0
    while (value * 10**places).denominator != 1 and places < 15:
        places += 1
    if places and places < least:
        places = least
    whole = int(value * 10**places)
    sign, digits = ("-" if whole < 0 else ""), str(abs(whole)).rjust(places + 1, "0")
    head, tail = (digits[:-places], digits[-places:]) if places else (digits, "")
    return f"{sign}{int(head):,}" + (f".{tail}" if tail else "")
