"""Changes that can be made alone, and what each needs: the smallest parts of a redline that are contracts.

A hunk that cannot stand alone (it names a term that another change defines; a row's edge moves with its
neighbour's) needs others. Hunks that need each other are one change; one that needs another keeps it as a
condition.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from vbcdsl.renewal.hunks import Hunk

Works = Callable[[frozenset[int]], bool]
REDUCED = 40  # at most so many hunks are tried one by one


def needs_of(
    hunks: tuple[Hunk, ...], static: Mapping[int, frozenset[int]], works: Works
) -> dict[int, frozenset[int]]:
    """What each hunk needs to stand: other hunks. `static`: what it needs because it names it; `works`: whether
    the old text with some hunks is a contract (and settles). All hunks together always work."""
    everything = frozenset(h.index for h in hunks)
    sections: dict[int, set[int]] = {}
    for hunk in hunks:
        sections.setdefault(id(hunk.pair), set()).add(hunk.index)
    units = _units(hunks, works)
    failing = frozenset(i for unit in units if not works(unit) for i in unit)
    found: dict[int, frozenset[int]] = {i: frozenset() for i in everything - failing}
    for unit in units:
        if not unit <= failing:
            continue
        first = min(unit)
        near = frozenset(sections[id(next(h for h in hunks if h.index == first).pair)])
        chosen = _shared(unit, found, failing, works)
        if chosen is None:
            tries = (
                closed(unit, static),
                unit | (near & failing),
                closed(unit | (near & failing), static),
                closed(near, static),
                closed(unit | failing, static),
                everything,
            )
            enough = next((t for t in tries if len(t) > len(unit) and works(t)), everything)
            chosen = _reduced(unit, enough, units, works)
        for index in unit:
            found[index] = chosen - {index}
    return found


def _units(hunks: tuple[Hunk, ...], works: Works) -> list[frozenset[int]]:
    """Hunks one by one; rows that came or went beside each other, of which neither the first nor all together can
    stand, as one."""
    runs: list[list[Hunk]] = []
    for hunk in hunks:
        last = runs[-1][-1] if runs else None
        if (
            last is not None
            and hunk.pair is last.pair
            and hunk.what == last.what
            and hunk.what.startswith("row")
        ):
            runs[-1].append(hunk)
        else:
            runs.append([hunk])
    units: list[frozenset[int]] = []
    for run in runs:
        together = frozenset(h.index for h in run)
        if len(run) > 1 and not works(frozenset({run[0].index})) and not works(together):
            units.append(together)
        else:
            units += [frozenset({h.index}) for h in run]
    return units


def _shared(
    unit: frozenset[int], found: Mapping[int, frozenset[int]], failing: frozenset[int], works: Works
) -> frozenset[int] | None:
    """What another hunk was found to need together with this unit, if it needs that one in turn."""
    for other in sorted(found):
        if other in failing and unit <= found[other]:
            together = found[other] | {other}
            return together if not works(together - {other}) else None
    return None


def closed(start: frozenset[int], needs: Mapping[int, frozenset[int]]) -> frozenset[int]:
    """Some hunks and all that they need."""
    found, todo = set(start), list(start)
    while todo:
        for other in needs.get(todo.pop(), ()):
            if other not in found:
                found.add(other)
                todo.append(other)
    return frozenset(found)


def _reduced(
    unit: frozenset[int], chosen: frozenset[int], units: list[frozenset[int]], works: Works
) -> frozenset[int]:
    """A set with the unit that still works, from which nothing can be left out, later hunks tried first."""
    kept = chosen
    if len(kept) > REDUCED:
        return kept
    for other in reversed(units):
        if other <= kept and other != unit and works(kept - other):
            kept -= other
    return kept


def grouped(needs: Mapping[int, frozenset[int]]) -> tuple[list[tuple[int, ...]], list[frozenset[int]]]:
    """Hunks that need each other together, in an order in which each group comes after what it needs, and
    else in the order of the text; and for each group the groups that it needs, directly or through others."""
    reach = {index: closed(frozenset({index}), needs) for index in needs}
    leader = {index: min(other for other in reach[index] if index in reach[other]) for index in sorted(needs)}
    members: dict[int, list[int]] = {}
    for index in sorted(needs):
        members.setdefault(leader[index], []).append(index)
    after = {
        lead: {leader[other] for i in group for other in reach[i]} - {lead} for lead, group in members.items()
    }
    order: list[int] = []
    while len(order) < len(members):
        order.append(min(lead for lead in members if lead not in order and after[lead] <= set(order)))
    place = {lead: i for i, lead in enumerate(order)}
    return (
        [tuple(members[lead]) for lead in order],
        [frozenset(place[other] for other in after[lead]) for lead in order],
    )


def joined(
    groups: list[tuple[int, ...]], needs: list[frozenset[int]], works: Works
) -> tuple[list[tuple[int, ...]], list[frozenset[int]]]:
    """The groups so that every beginning of their order works: one that does not is joined with the next."""
    done: list[tuple[int, ...]] = []
    kept: list[frozenset[int]] = []
    where: dict[int, int] = {}
    made: frozenset[int] = frozenset()
    waiting: list[int] = []
    for index, group in enumerate(groups):
        waiting.append(index)
        made |= frozenset(group)
        if index + 1 < len(groups) and not works(made):
            continue
        place = len(done)
        for each in waiting:
            where[each] = place
        done.append(tuple(sorted(i for each in waiting for i in groups[each])))
        kept.append(frozenset(where[o] for each in waiting for o in needs[each]) - {place})
        waiting = []
    return done, kept


def beginnings(groups: Iterable[tuple[int, ...]]) -> list[frozenset[int]]:
    """The sets of hunks made after each group, in order."""
    made: frozenset[int] = frozenset()
    found = []
    for group in groups:
        made |= frozenset(group)
        found.append(made)
    return found
