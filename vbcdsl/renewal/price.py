"""What each change is worth: the texts between old and new settled on the same data.

For each party, exactly: the parts of all changes add up to the difference of the two settlements.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Literal, TypeAlias

import attrs

from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.renewal.attribute import MOST, averaged, orders
from vbcdsl.renewal.between import Between
from vbcdsl.renewal.compare import Change, Comparison, compare
from vbcdsl.renewal.facts import Amounts, Facts, nearest_year
from vbcdsl.renewal.group import Works
from vbcdsl.renewal.sides import Side

Method: TypeAlias = Literal["order", "shapley"]
ByParty: TypeAlias = dict[str, Fraction]
NOTHING = Fraction(0)


@attrs.frozen
class Worth:
    """A change in dollars, by party. `part`: its part of the whole difference; the parts of all changes add up.
    `alone`: the old text with it and what it needs, less the old text with what it needs; None if that is no
    contract. `last`: the new text less the new text without it (and without what needs it); None likewise."""

    number: int
    part: ByParty
    alone: ByParty | None
    last: ByParty | None


@attrs.frozen(eq=False)
class Priced:
    """The price of a redline. `left_out`: parties that one of the two texts cannot settle, and why; they are
    in no amount. `year`: the label of the performance year of the data."""

    comparison: Comparison
    year: int
    party: str
    old: ByParty
    new: ByParty
    worth: tuple[Worth, ...]
    left_out: dict[str, str]
    method: Method
    settlements: int

    @property
    def parties(self) -> tuple[str, ...]:
        """The parties, in order."""
        return tuple(self.old)

    def change(self, party: str) -> Fraction:
        """What the new text gives a party more than the old one."""
        return self.new[party] - self.old[party]

    @property
    def total(self) -> Fraction:
        """The same for all parties together."""
        return sum((self.change(party) for party in self.old), NOTHING)

    @property
    def interaction(self) -> ByParty | None:
        """What the changes make together beyond the sum of each alone; None if one cannot be made alone."""
        if any(worth.alone is None for worth in self.worth):
            return None
        return {
            party: self.change(party) - sum((w.alone[party] for w in self.worth if w.alone), NOTHING)
            for party in self.old
        }

    def worth_of(self, number: int) -> Worth | None:
        """What a change is worth; None for one that computes nothing."""
        return next((worth for worth in self.worth if worth.number == number), None)


def year_and_shifts(
    old: Side, new: Side, facts: Facts, year: int | None, old_as: int | None = None, new_as: int | None = None
) -> tuple[int, tuple[int, int]]:
    """The label of the data's performance year, and by how many years the dates of each text are moved so
    that it covers that year: by none if it does (unless `…_as` names the year of the text that it shall be),
    else so that its nearest year is that year. `VbcError` (VBC8091) if no year is named and the data have
    none."""
    label = year
    if label is not None and label < 1000:
        period = new.calendar.year(label)
        label = int(period.label) if period is not None else None
    if label is None:
        found: set[int] = set()
        for side in (new, old):
            try:
                found |= set(facts.years(side.program))
            except VbcError:
                if side is old and not found:
                    raise
        inside = [
            y
            for y in sorted(found)
            if new.calendar.year_named(y) is not None or old.calendar.year_named(y) is not None
        ]
        if not found:
            raise VbcError([
                Diagnostic("VBC8091", "it is not clear which performance year the data are of",
                           help="name it: --year 2022")
            ])  # fmt: skip
        label = (inside or sorted(found))[-1]
    return label, (_shift(old, label, old_as), _shift(new, label, new_as))


def _shift(side: Side, label: int, wanted: int | None) -> int:
    if wanted is None:
        if side.calendar.year_named(label) is not None:
            return 0
        return label - nearest_year(side.calendar.years, label)
    period = side.calendar.year_named(wanted)
    if period is None:
        first, last = side.calendar.years[0], side.calendar.years[-1]
        raise VbcError([
            Diagnostic("VBC8024", f"there is no performance year {wanted} in {side.label}",
                       help=f"they are {first.label} (1) through {last.label} ({last.number})")
        ])  # fmt: skip
    return label - int(period.label)


class _Settler:
    """Settles texts, those with the same rules once."""

    def __init__(self, between: Between, facts: Facts, year: int) -> None:
        self.between, self.facts, self.year = between, facts, year
        self._known: dict[str, Amounts | VbcError] = {}
        old, new = self.amounts(frozenset()), facts.settle(between.new, year)
        if between.everything and self._other_than(new):
            between.keep_new()
        self.party = new.party
        self.left_out: dict[str, str] = {}
        for name, amounts in (("old", old), ("new", new)):
            for party, net in amounts.net.items():
                if isinstance(net, RunError) and party not in self.left_out:
                    place = f" (section {net.section})" if net.section else ""
                    self.left_out[party] = f"the {name} text cannot settle it: {net.message}{place}"
        self.parties = tuple(sorted((old.net.keys() | new.net.keys()) - self.left_out.keys()))

    def _other_than(self, new: Amounts) -> bool:
        """Whether the new text in the old one's names pays otherwise than the new text itself."""
        try:
            same = self.amounts(self.between.everything).net
        except VbcError:
            return True
        amounts = [{p: n for p, n in net.items() if isinstance(n, Fraction)} for net in (same, new.net)]
        return amounts[0] != amounts[1]

    @property
    def count(self) -> int:
        """How many different texts were settled."""
        return len(self._known)

    def amounts(self, made: frozenset[int]) -> Amounts:
        """The settlement of a text. `VbcError` if the data do not fit it."""
        key = self.between.print_of(made)
        found = self._known.get(key)
        if found is None:
            try:
                found = self.facts.settle(self.between.compiled(made), self.year)
            except VbcError as error:
                found = error
            self._known[key] = found
        if isinstance(found, VbcError):
            raise found
        return found

    def works(self, made: frozenset[int]) -> bool:
        """Whether a text is a contract and settles all parties that old and new settle."""
        if made == self.between.everything or not made:
            return True
        if not self.between.works(made):
            return False
        try:
            net = self.amounts(made).net
        except VbcError:
            return False
        return not any(isinstance(net.get(party), RunError) for party in self.parties)

    def net(self, made: frozenset[int]) -> ByParty:
        """What each party gets or pays."""
        net = self.amounts(made).net
        return {party: _amount(net.get(party)) for party in self.parties}


def _amount(net: Fraction | RunError | None) -> Fraction:
    assert not isinstance(net, RunError)
    return net if net is not None else NOTHING


def price(
    old: Side, new: Side, facts: Facts, year: int, years: tuple[int, int], method: Method = "order"
) -> Priced:
    """Compare two texts and settle those between them on the data of one performance year. `VbcError` if the
    data do not fit one of the two, or (VBC8093) if there are too many changes for all their orders."""
    settlers: list[_Settler] = []

    def check(between: Between) -> Works:
        settlers.append(_Settler(between, facts, year))
        return settlers[0].works

    comparison = compare(old, new, years, check)
    settler = settlers[0]
    changes = tuple(change for change in comparison.changes if change.hunks)
    moving = len(comparison.priced)
    if method == "shapley" and moving > MOST:
        raise VbcError([
            Diagnostic("VBC8093", f"{moving} changes have too many orders to average over all of them",
                       help=f"at most {MOST} can be averaged; use --attribution order")
        ])  # fmt: skip
    parts = _parts(changes, settler, method)
    worth = tuple(
        Worth(change.number, part, _alone(change, comparison, settler), _last(change, comparison, settler))
        for change, part in zip(changes, parts, strict=True)
    )
    before, after = settler.net(frozenset()), settler.net(settler.between.everything)
    priced = Priced(
        comparison, year, settler.party, before, after, worth, settler.left_out, method, settler.count
    )
    for party in before:
        if sum((w.part[party] for w in worth), NOTHING) != priced.change(party):
            raise AssertionError("parts do not add up")
    return priced


def _parts(changes: tuple[Change, ...], settler: _Settler, method: Method) -> list[ByParty]:
    """By change and party: what each adds when they are made in order, or on average over all orders."""
    if method == "shapley":
        return _averaged(changes, settler)
    made: frozenset[int] = frozenset()
    before = settler.net(made)
    found: list[ByParty] = []
    for change in changes:
        made |= frozenset(change.hunks)
        after = settler.net(made)
        found.append({party: after[party] - before[party] for party in settler.parties})
        before = after
    return found


def _averaged(changes: tuple[Change, ...], settler: _Settler) -> list[ByParty]:
    """Changes of wording alone go with the first set that has what they need: they move nothing."""
    moving = [change for change in changes if not change.wording]
    place = {change.number: at for at, change in enumerate(moving)}
    numbers = {change.number: change for change in changes}

    def needed(change: Change) -> frozenset[int]:
        found: set[int] = set()
        for number in change.needs:
            found |= {place[number]} if number in place else needed(numbers[number])
        return frozenset(found)

    needs = [needed(change) for change in moving]
    silent = [(needed(change), frozenset(change.hunks)) for change in changes if change.wording]

    @cache
    def hunks(made: frozenset[int]) -> frozenset[int]:
        if len(made) == len(moving):
            return settler.between.everything
        if not made:
            return frozenset()
        with_them = [h for need, h in silent if need <= made]
        return frozenset(i for at in made for i in moving[at].hunks).union(*with_them)

    shares = orders(len(moving), needs, lambda made: settler.works(hunks(made)))
    if not shares:
        raise VbcError([
            Diagnostic("VBC8093", "no order of the changes gives a contract at each step",
                       help="use --attribution order")
        ])  # fmt: skip
    nets = {made: settler.net(hunks(made)) for made in shares}
    parts: list[ByParty] = [{} for _ in moving]
    for party in settler.parties:
        for at, amount in enumerate(averaged(len(moving), shares, lambda made, p=party: nets[made][p])):  # type: ignore[misc]
            parts[at][party] = amount
    zero = dict.fromkeys(settler.parties, NOTHING)
    return [parts[place[change.number]] if change.number in place else zero for change in changes]


def _alone(change: Change, comparison: Comparison, settler: _Settler) -> ByParty | None:
    by_number = {c.number: c for c in comparison.changes}
    needed = frozenset(i for number in change.needs for i in by_number[number].hunks)
    made = needed | frozenset(change.hunks)
    if not (settler.works(needed) and settler.works(made)):
        return None
    before, after = settler.net(needed), settler.net(made)
    return {party: after[party] - before[party] for party in settler.parties}


def _last(change: Change, comparison: Comparison, settler: _Settler) -> ByParty | None:
    gone = frozenset(
        i
        for other in comparison.changes
        if other is change or change.number in other.needs
        for i in other.hunks
    )
    everything = settler.between.everything
    if not settler.works(everything - gone):
        return None
    before, after = settler.net(everything - gone), settler.net(everything)
    return {party: after[party] - before[party] for party in settler.parties}
