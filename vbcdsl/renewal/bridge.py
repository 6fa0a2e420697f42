"""Why two settlements differ: because the terms changed, because the data changed, and because both did.

Four settlements say it: each of two texts on each of two sets of data. For each party and each payment the
three parts add up to the difference, exactly.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from fractions import Fraction
from pathlib import Path
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.compiler import Compiled, compile_sources
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.model.names import snake_case
from vbcdsl.renewal.align import align
from vbcdsl.renewal.compose import Composer
from vbcdsl.renewal.facts import Amounts, Facts, nearest_year
from vbcdsl.renewal.pieces import pieces_of
from vbcdsl.renewal.sides import Side
from vbcdsl.renewal.words import Reading
from vbcdsl.source import SourceText
from vbcdsl.syntax.units import blank_comments

Which: TypeAlias = Literal["old", "new"]
Corner: TypeAlias = tuple[Which, Which]  # the text, the data
ENDS: Final[tuple[Corner, Corner]] = (("old", "old"), ("new", "new"))
NOTHING: Final = Fraction(0)


@attrs.frozen
class Parts:
    """A difference in parts: `terms` with the old data, `data` under the old terms, `both` what is left."""

    old: Fraction
    terms: Fraction
    data: Fraction
    both: Fraction

    @property
    def new(self) -> Fraction:
        """The other end."""
        return self.old + self.terms + self.data + self.both

    @property
    def change(self) -> Fraction:
        """The whole difference."""
        return self.terms + self.data + self.both


@attrs.frozen(eq=False)
class Bridge:
    """The way from one settlement to another. `parties`: by party; `payments`: by section and payment, for all
    parties together; `by_payment`: by party, section and payment. `come` and `gone`: parties of the new and
    of the old data alone. `left_out`: parties that one of the four settlements cannot settle, and why."""

    old: Side
    new: Side
    years: tuple[int, int]  # the performance years of the old and of the new data
    party: str
    parties: dict[str, Parts]
    by_payment: dict[tuple[str, str, str], Parts]
    come: tuple[str, ...]
    gone: tuple[str, ...]
    left_out: dict[str, str]
    moved: tuple[str, ...] = ()  # texts of other years; which data were taken

    @property
    def total(self) -> Parts:
        """All parties together."""
        return added(self.parties.values())

    @property
    def payments(self) -> dict[tuple[str, str], Parts]:
        """All parties together, by section and payment."""
        found: dict[tuple[str, str], list[Parts]] = {}
        for (_, section, payment), parts in self.by_payment.items():
            found.setdefault((section, payment), []).append(parts)
        return {key: added(parts) for key, parts in found.items()}


def added(parts: Iterable[Parts]) -> Parts:
    """The sum of parts."""
    items = list(parts)
    return Parts(
        sum((p.old for p in items), NOTHING), sum((p.terms for p in items), NOTHING),
        sum((p.data for p in items), NOTHING), sum((p.both for p in items), NOTHING),
    )  # fmt: skip


def bridge(old: Side, new: Side, old_facts: Facts, new_facts: Facts, years: tuple[int, int]) -> Bridge:
    """Settle both texts on both data. `years`: labels of the performance years of the data. `VbcError` if
    the data do not fit a text, with the corner in the message."""
    sides: dict[Which, Side] = {"old": old, "new": new}
    facts: dict[Which, Facts] = {"old": old_facts, "new": new_facts}
    year: dict[Which, int] = {"old": years[0], "new": years[1]}
    corners: dict[Corner, Amounts] = {}
    moved: dict[str, None] = {}
    for text, side in sides.items():
        for data in facts:
            compiled, shift = applied(side, year[data])
            if shift:
                own = year[data] - shift
                moved[f"the {text} text is applied to {year[data]} as in its performance year {own}"] = None
            try:
                corners[text, data] = facts[data].settle(compiled, year[data])
            except VbcError as error:
                raise _in_corner(error, text, data) from None
    for which, each in facts.items():
        moved.update(dict.fromkeys(f"{which} data: {note}" for note in each.notes))
    left_out = _left_out(corners)
    known = {key: amounts.net.keys() - left_out.keys() for key, amounts in corners.items()}
    everyone = sorted(known["old", "old"] | known["new", "new"] | known["new", "old"] | known["old", "new"])
    names = align(old, new).names
    parties = {party: _of_net(corners, party) for party in everyone}
    by_payment = _by_payment(corners, everyone, names)
    old_parties, new_parties = (
        known["old", "old"] | known["new", "old"],
        known["old", "new"] | known["new", "new"],
    )
    return Bridge(
        old, new, years, corners["new", "new"].party, parties, by_payment,
        tuple(sorted(new_parties - old_parties)), tuple(sorted(old_parties - new_parties)), left_out, tuple(moved),
    )  # fmt: skip


def applied(side: Side, year: int) -> tuple[Compiled, int]:
    """A text by itself, its dates moved by so many years that its term covers a year."""
    covers = side.calendar.year_named(year) is not None
    shift = 0 if covers else year - nearest_year(side.calendar.years, year)
    plain = blank_comments(side.source.text, recitals=False)
    text = Composer(plain, pieces_of(side, Reading(years=shift))).text(())
    return compile_sources(SourceText.from_text(text, side.source.name), []), shift


def _in_corner(error: VbcError, text: Which, data: Which) -> VbcError:
    if text == data:
        return error
    where = f"the {text} terms on the {data} data"
    return VbcError([attrs.evolve(d, message=f"{where}: {d.message}") for d in error.diagnostics])


def _left_out(corners: dict[Corner, Amounts]) -> dict[str, str]:
    found: dict[str, str] = {}
    for (text, data), amounts in corners.items():
        for party, net in amounts.net.items():
            if isinstance(net, RunError):
                place = f" (section {net.section})" if net.section else ""
                found.setdefault(party, f"the {text} terms on the {data} data: {net.message}{place}")
    return found


def _parts(value: dict[Corner, Fraction]) -> Parts:
    start = value["old", "old"]
    terms, data = value["new", "old"] - start, value["old", "new"] - start
    return Parts(start, terms, data, value["new", "new"] - start - terms - data)


def _of_net(corners: dict[Corner, Amounts], party: str) -> Parts:
    value: dict[Corner, Fraction] = {}
    for key, amounts in corners.items():
        net = amounts.net.get(party, NOTHING)
        assert isinstance(net, Fraction)
        value[key] = net
    return _parts(value)


def _by_payment(
    corners: dict[Corner, Amounts], everyone: list[str], names: dict[str, str]
) -> dict[tuple[str, str, str], Parts]:
    """A payment that has another name in the new text is the same payment; its section is that of the new
    text."""
    sections: dict[str, str] = {}
    shown: dict[str, str] = {}
    values: dict[tuple[str, str], dict[Corner, Fraction]] = {}
    for (text, data), amounts in corners.items():
        for party in everyone:
            for payment in amounts.payments.get(party, ()):
                name = names.get(payment.name, payment.name) if text == "new" else payment.name
                if text == "new" or name not in sections:
                    sections[name], shown[name] = payment.section, payment.name
                if payment.sign:
                    assert isinstance(payment.amount, Fraction)
                    place = values.setdefault((party, name), {})
                    before = place.get((text, data), NOTHING)
                    place[text, data] = before + payment.sign * payment.amount
    found: dict[tuple[str, str, str], Parts] = {}
    for (party, name), value in sorted(values.items()):
        whole: dict[Corner, Fraction] = {key: value.get(key, NOTHING) for key in corners}
        found[party, sections[name], shown[name]] = _parts(whole)
    return found


# ---------------------------------------------------------------- recorded settlements


def check_recorded(found: Bridge, which: Which, folder: Path) -> None:
    """Compare an end of the bridge with the `settlement.csv` of an earlier run. `VbcError` (VBC8094) if a
    net payment is another one, or a party is missing."""
    path = folder / "settlement.csv" if folder.is_dir() else folder
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error):
        raise _recorded(f"{path.as_posix()} cannot be read") from None
    key, year = snake_case(found.party), str(found.years[0] if which == "old" else found.years[1])
    wanted: dict[str, str] = {}
    for row in rows:
        if key not in row or "net_payment" not in row or "performance_year" not in row:
            raise _recorded(f"{path.as_posix()} has no columns {key}, performance_year and net_payment")
        if row["performance_year"] == year:
            wanted[_plain(row[key] or "")] = row["net_payment"] or ""
    differ = []
    elsewhere = found.come if which == "old" else found.gone
    here = {party: parts for party, parts in found.parties.items() if party not in elsewhere}
    for party in sorted(wanted.keys() | here.keys()):
        if party in found.left_out:
            continue
        parts = here.get(party)
        amount = (parts.old if which == "old" else parts.new) if parts is not None else None
        if amount is None or party not in wanted or not _same(wanted[party], amount):
            differ.append(party)
    if differ:
        some = ", ".join(name[:40] for name in differ[:5]) + (" …" if len(differ) > 5 else "")
        raise _recorded(f"{len(differ)} net payments of {path.as_posix()} are other ones: {some}")


def _same(text: str, amount: Fraction) -> bool:
    try:
        return Fraction(text) == amount
    except (ValueError, ZeroDivisionError):
        return False


def _plain(text: str) -> str:
    return text[1:] if text[:1] == "'" and text[1:2] in ("=", "+", "-", "@", "\t", "\r") else text


def _recorded(what: str) -> VbcError:
    return VbcError([
        Diagnostic("VBC8094", what,
                   help="give the folder that `vbc run … --out DIR` wrote from this text and these data")
    ])  # fmt: skip
