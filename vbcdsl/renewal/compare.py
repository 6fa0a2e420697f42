"""Compares two texts: the changes, each with its kind and what it needs, and the redline."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from vbcdsl.renewal.align import Alignment, Pair, align, read_again
from vbcdsl.renewal.between import Between
from vbcdsl.renewal.compose import Composer
from vbcdsl.renewal.group import Works, grouped, joined, needs_of
from vbcdsl.renewal.hunks import Differ, Hunk
from vbcdsl.renewal.kinds import KINDS, Difference, differences, main_kind
from vbcdsl.renewal.pieces import pieces_of
from vbcdsl.renewal.redline import Shown
from vbcdsl.renewal.sides import Side
from vbcdsl.renewal.words import Reading
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.units import blank_comments

Check = Callable[[Between], Works]


@attrs.frozen
class Words:
    """The old and the new words of one place of a change, and where they stand (file:line:column, "" if not
    there)."""

    section: str
    what: str
    before: str
    old: str
    new: str
    old_at: str
    new_at: str


@attrs.frozen(eq=False)
class Change:
    """One change. `number` counts from 1 in the order in which they are made; `needs`: numbers of changes
    without which it is no contract. `hunks` are of `Comparison.between`; none: it computes nothing (a name,
    a number, an example). `wording`: the rules are the same with and without it."""

    number: int
    kind: str
    kinds: tuple[str, ...]
    sections: tuple[str, ...]
    title: str
    words: tuple[Words, ...]
    hunks: tuple[int, ...]
    needs: tuple[int, ...]
    wording: bool
    joined: str = ""

    @property
    def kind_title(self) -> str:
        """Its kind in words."""
        return KINDS[self.kind]


@attrs.frozen(eq=False)
class Comparison:
    """Two texts compared. `years`: by how many years the dates of each text are moved to cover the data's
    year."""

    old: Side
    new: Side
    alignment: Alignment
    changes: tuple[Change, ...]
    redline: tuple[Shown, ...]
    between: Between
    years: tuple[int, int]

    @property
    def priced(self) -> tuple[Change, ...]:
        """The changes that can change an amount, in order."""
        return tuple(change for change in self.changes if not change.wording)

    @property
    def same_rules(self) -> bool:
        """Whether both texts have the same rules."""
        return not self.priced


def compare(old: Side, new: Side, years: tuple[int, int] = (0, 0), check: Check | None = None) -> Comparison:
    """Compare two texts. `years`: to be added to the dates of each. `check` gives, for the texts between,
    the test that a set of changes must pass to stand alone (default: it is a contract without errors)."""
    alignment = align(old, new)
    found = _walk(old, new, alignment, years)
    pairs, differ = found
    between = _between(old, new, pairs, differ, years)
    works = check(between) if check is not None else between.works
    hunks = tuple(differ.hunks)
    needs = needs_of(hunks, _static(hunks, old, new), works) if hunks else {}
    groups, after = joined(*grouped(needs), works)
    changes = _changes(old, new, between, groups, after)
    changes += _without_rules(old, new, pairs, alignment, differ, len(changes))
    return Comparison(old, new, alignment, tuple(changes), tuple(differ.shown), between, years)


def _walk(
    old: Side, new: Side, alignment: Alignment, years: tuple[int, int]
) -> tuple[tuple[Pair, ...], Differ]:
    pairs = read_again(alignment, old, new, years)
    differ = Differ(_plain(old), _plain(new))
    differ.numbers = alignment.sections
    differ.run(pairs)
    return pairs, differ


def _plain(side: Side) -> str:
    return blank_comments(side.source.text, recitals=False)


def _between(
    old: Side, new: Side, pairs: tuple[Pair, ...], differ: Differ, years: tuple[int, int]
) -> Between:
    composer = Composer(_plain(old), [p.old for p in pairs if p.old is not None], differ.hunks)
    theirs = Composer(_plain(new), pieces_of(new, Reading(years=years[1])))
    return Between(composer, theirs.text(()), f"{old.source.name} with changes")


def _static(hunks: tuple[Hunk, ...], old: Side, new: Side) -> dict[int, frozenset[int]]:
    """What a hunk needs because of the names in its words: new names must be defined, a name that goes must
    not be said any more."""
    ours, theirs = old.parsed.names, new.parsed.names
    fresh, gone = theirs - ours, ours - theirs
    defines: dict[str, set[int]] = {}
    says: dict[str, set[int]] = {}
    for hunk in hunks:
        if hunk.pair.old is None and hunk.pair.new is not None:
            for name in hunk.pair.new.defines:
                defines.setdefault(name, set()).add(hunk.index)
        elif hunk.what == "row added":
            for name in fresh:
                if hunk.new.lstrip("| ").startswith(name):
                    defines.setdefault(name, set()).add(hunk.index)
        for name in gone:
            if name in hunk.old and not (hunk.pair.new is None and name in hunk.pair.old.defines):  # type: ignore[union-attr]
                says.setdefault(name, set()).add(hunk.index)
    found: dict[int, frozenset[int]] = {}
    for hunk in hunks:
        need: set[int] = set()
        for name in fresh:
            if name in hunk.new:
                need |= defines.get(name, set())
        if hunk.pair.new is None and hunk.pair.old is not None:
            for name in hunk.pair.old.defines:
                need |= says.get(name, set())
        found[hunk.index] = frozenset(need - {hunk.index})
    return found


# ---------------------------------------------------------------- changes


def _changes(
    old: Side, new: Side, between: Between, groups: list[tuple[int, ...]], after: list[frozenset[int]]
) -> list[Change]:
    made: list[Change] = []
    hunks = between.composer.hunks
    for index, group in enumerate(groups):
        needed = frozenset(i for other in after[index] for i in groups[other])
        found: tuple[Difference, ...] = ()
        same = False
        if between.works(needed) and between.works(needed | frozenset(group)):
            same = between.print_of(needed) == between.print_of(needed | frozenset(group))
            if not same:
                found = differences(between.program(needed), between.program(needed | frozenset(group)))
        mine = tuple(hunks[i] for i in group)
        kinds = tuple(dict.fromkeys(each.kind for each in found)) or (("wording",) if same else ("other",))
        kind = "wording" if same else _by_sentence(mine, main_kind(found) if found else "other")
        if kind not in kinds:
            kinds = (kind, *kinds)
        sections = tuple(dict.fromkeys(h.section for h in mine))
        made.append(
            Change(index + 1, kind, kinds, sections, _title(mine), tuple(_words(h, old, new) for h in mine),
                   tuple(group), tuple(sorted(o + 1 for o in after[index])), same, _joined(mine))
        )  # fmt: skip
    return made


def _by_sentence(hunks: tuple[Hunk, ...], kind: str) -> str:
    """A whole sentence that came or went says more of its kind than the rules that it changed."""
    if len(hunks) == 1 and hunks[0].what in ("row added", "row removed") and kind not in ("data", "edge"):
        return hunks[0].what
    if len(hunks) != 1 or (hunks[0].pair.old is not None and hunks[0].pair.new is not None):
        return kind
    core = hunks[0].pair.piece.core
    if isinstance(core, t.Restate):
        return "precedence"
    if isinstance(core, t.AggregateCap | t.AggregateFloor):
        return "cap or floor"
    if isinstance(core, t.Instead | t.Deemed | t.Lapse):
        return "dates"
    return kind


def _joined(hunks: tuple[Hunk, ...]) -> str:
    if len(hunks) == 1:
        return ""
    sections = tuple(dict.fromkeys(h.section for h in hunks if h.section))
    where = f"sections {', '.join(sections)}" if len(sections) > 1 else "this section"
    return f"{len(hunks)} places in {where} that are a contract only together"


def _title(hunks: tuple[Hunk, ...]) -> str:
    """What the change is about: the terms that its sections define, else how the sentence begins."""
    named: dict[str, None] = {}
    for hunk in hunks:
        for name in hunk.pair.piece.defines:
            if name.startswith("clause "):
                named[name] = None
            else:
                named.setdefault(name, None)
    if named:
        names = list(named)
        return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    words = " ".join(word.text for word in hunks[0].pair.piece.words[:9])
    return words.replace(" ,", ",").replace(" .", ".") + (" …" if len(hunks[0].pair.piece.words) > 9 else "")


def _words(hunk: Hunk, old: Side, new: Side) -> Words:
    return Words(
        hunk.section, hunk.what, hunk.before, hunk.old, hunk.new,
        str(old.source.locate(hunk.old_at)) if hunk.old_at is not None and hunk.old else "",
        str(new.source.locate(hunk.new_at)) if hunk.new_at is not None and hunk.new else "",
    )  # fmt: skip


def _without_rules(
    old: Side, new: Side, pairs: tuple[Pair, ...], alignment: Alignment, differ: Differ, count: int
) -> list[Change]:
    """What cannot change an amount: other names, other numbers, another order, examples and recitals."""
    found: list[Change] = []

    def add(kind: str, sections: tuple[str, ...], title: str, was: str, now: str) -> None:
        words = (Words(sections[0] if sections else "", kind, "", was, now, "", ""),)
        found.append(Change(count + len(found) + 1, kind, (kind,), sections, title, words, (), (), True))

    for pair in pairs:
        if pair.old is None or pair.new is None or pair.new.kind != "section":
            continue
        number = pair.new.number
        title = ", ".join(pair.new.defines[:3])
        for was, now in _other_names(pair, alignment):
            add("renamed", (number,), now, was, now)
        if pair.old.number != number:
            add("renumbered", (number,), title, pair.old.number, number)
        if number in alignment.moved:
            add("moved", (number,), title, "", "")
    texts = [s for s in differ.shown if s.kind in ("recital", "article", "example") and s.state != "same"]
    for kind in ("article", "recital", "example"):
        several = [s for s in texts if s.kind == kind]
        if several:
            named = {"article": "headings", "recital": "recitals", "example": "examples"}[kind]
            states = ", ".join(
                f"{sum(s.state == state for s in several)} {state}"
                for state in ("added", "removed", "changed")
                if any(s.state == state for s in several)
            )
            add("wording", (), f"{named}: {states}", "", "")
    del old, new
    return found


def _other_names(pair: Pair, alignment: Alignment) -> list[tuple[str, str]]:
    assert pair.new is not None
    return [(alignment.names[name], name) for name in pair.new.defines if name in alignment.names]
