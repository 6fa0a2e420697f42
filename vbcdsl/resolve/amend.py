"""The text in force: a base contract with amendments spliced in (Q34).

An amendment is a patch on sections. The result is a `SourceText` of its own, whose places still lead back to the
file that a person wrote, and is parsed like any contract.
"""

from __future__ import annotations

import datetime as dt
import re
from functools import lru_cache
from typing import TypeAlias

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import plural
from vbcdsl.model.periods import CLOCKS, OWN, YEAR, Calendar, Clock, Period
from vbcdsl.model.span import Span
from vbcdsl.source import Edit, SourceText
from vbcdsl.syntax.tree import Amendment, Change
from vbcdsl.syntax.units import Unit, split

Governing: TypeAlias = list[tuple[Amendment, SourceText]]
FINER = CLOCKS[: CLOCKS.index(YEAR)]


@frozen
class Effect:
    """What one change did: the words before and after, for `vbc consolidate`."""

    amendment: int
    section: str
    what: str
    before: str
    after: str


@frozen
class Consolidated:
    """A text in force, what each change did, and the changes that could not be made."""

    source: SourceText
    effects: tuple[Effect, ...]
    diagnostics: tuple[Diagnostic, ...]


def in_force(
    amendments: list[tuple[Amendment, SourceText]], year: Period, day: dt.date, calendar: Calendar
) -> list[tuple[Amendment, SourceText]]:
    """The amendments under which the periods of a performance year that begin on `day` are computed, in order."""
    found = []
    for amendment, source in amendments:
        first = first_day(amendment, calendar)
        shorter = _clock(amendment.unit, calendar) in FINER
        if (first is not None and first <= (day if shorter else year.start)) or (
            amendment.also_year is not None and amendment.also_year in (year.number, year.start.year)
        ):
            found.append((amendment, source))
    return found


def texts_of_year(
    amendments: Governing, year: Period, calendar: Calendar
) -> list[tuple[dt.date | None, Governing]]:
    """The texts under which periods that belong to a performance year are computed, each with the first day from
    which on it governs them (None: from the beginning). Almost always one."""
    days = {year.start}
    for clock in FINER:
        days |= {part.start for part in calendar.parts(year, clock)}
    found: list[tuple[dt.date | None, Governing]] = []
    for day in sorted(days):
        home = calendar.year_of(day)
        assert home is not None
        governing = in_force(amendments, home, day, calendar)
        if not found or [a.number for a, _ in found[-1][1]] != [a.number for a, _ in governing]:
            found.append((day if found else None, governing))
    return found


def first_day(amendment: Amendment, calendar: Calendar) -> dt.date | None:
    """The first day on which a period is governed by an amendment: the first of its clock that begins on or after
    the date. None if no period of the contract does."""
    clock = _clock(amendment.unit, calendar)
    if clock not in FINER:
        return amendment.effective
    days = [part.start for year in calendar.years for part in calendar.parts(year, clock)]
    return min((day for day in days if day >= amendment.effective), default=None)


def _clock(unit: str | None, calendar: Calendar) -> Clock | None:
    """The clock that an amendment names by the plural of its periods ("Month" for the built-in ones)."""
    if unit is None:
        return None
    own = calendar.own_title
    if own is not None and unit.lower() in (own.lower(), plural(own).lower()):
        return OWN
    singular = {plural(clock).lower(): clock for clock in CLOCKS if clock != OWN}
    named = singular.get(unit.lower())
    if named is None and unit in CLOCKS and unit != OWN:
        named = unit
    return "Performance Year" if named == "Contract Year" else named


def check_dates(
    amendments: list[tuple[Amendment, SourceText]], calendar: Calendar, title: str
) -> list[Diagnostic]:
    """Amendments that name another contract, begin inside a performance year, or repeat a number."""
    found: list[Diagnostic] = []
    seen: set[int] = set()
    for amendment, source in amendments:
        span = Span(amendment.span.start, amendment.span.end)
        if amendment.title != title:
            found.append(
                Diagnostic(
                    "VBC7003",
                    f"this amends “{amendment.title}”, and the contract is “{title}”",
                    span,
                    source=source,
                    help=f'write “amendment {amendment.number} to "{title}", …”',
                )
            )
        if amendment.number in seen:
            found.append(
                Diagnostic(
                    "VBC7004",
                    f"there are two amendments {amendment.number}",
                    span,
                    source=source,
                    help="number the amendments in the order in which they are signed",
                )
            )
        seen.add(amendment.number)
        inside = next((y for y in calendar.years if y.start < amendment.effective <= y.end), None)
        if amendment.unit is not None and _clock(amendment.unit, calendar) is None:
            found.append(
                Diagnostic(
                    "VBC2013",
                    f"“{amendment.unit}” are no periods of this contract",
                    span,
                    source=source,
                    help="write performance years, half years, quarters or months, or the contract's own periods",
                )
            )
        if inside is not None and amendment.unit is None:
            found.append(
                Diagnostic(
                    "VBC7005",
                    f"the amendment takes effect inside performance year {inside.number}",
                    span,
                    source=source,
                    help="write “effective for performance years that begin on or after …”, or “for months "
                    "beginning on or after …” (or quarters) if values of shorter periods change (Q34)",
                )
            )
        if amendment.effective > calendar.through or (
            _clock(amendment.unit, calendar) in FINER and first_day(amendment, calendar) is None
        ):
            found.append(
                Diagnostic(
                    "VBC7006", "the amendment takes effect after the contract has ended", span, source=source
                )
            )
        if amendment.also_year is not None and calendar.year_named(amendment.also_year) is None:
            found.append(
                Diagnostic(
                    "VBC2017",
                    f"there is no performance year {amendment.also_year} in this contract",
                    span,
                    source=source,
                )
            )
    return found


def consolidate(base: SourceText, amendments: list[tuple[Amendment, SourceText]]) -> Consolidated:
    """Apply amendments in order."""
    current = base
    effects: list[Effect] = []
    problems: list[Diagnostic] = []
    for amendment, source in amendments:
        for change in amendment.changes:
            edit, effect, problem = _edit(current, amendment, change, source)
            if problem is not None:
                problems.append(problem)
            if edit is not None and effect is not None:
                current = current.splice([edit])
                effects.append(effect)
    return Consolidated(current, tuple(effects), tuple(problems))


@lru_cache(maxsize=4096)
def section_key(number: str) -> tuple[int, ...]:
    """Section numbers in order: 4.10 comes after 4.9, and 4.9(1.2), of a clause applied there, after 4.9(1.1)."""
    return tuple(int(part) for part in re.findall(r"\d+", number))


def _edit(
    current: SourceText, amendment: Amendment, change: Change, source: SourceText
) -> tuple[Edit | None, Effect | None, Diagnostic | None]:
    units = [unit for unit in split(current.text) if unit.kind == "section"]
    number = change.section.split("(")[0]
    unit = next((u for u in units if u.number == number), None)
    if change.what == "add":
        return _add(current, amendment, change, source, units, unit)
    if unit is None:
        near = nearest(number, [u.number for u in units])
        return (
            None,
            None,
            Diagnostic(
                "VBC7007",
                f"there is no section {number} to amend",
                change.span,
                source=source,
                help=f"did you mean section {near[0]}?" if near else "",
            ),
        )
    before = current.text[unit.start : unit.end]
    at = source.text
    if change.what == "replace words":
        return _replace_words(current, amendment, change, source, unit)
    if change.what == "delete":
        after = f"> {number} (Deleted by amendment {amendment.number}; the number is reserved.)"
        edit = Edit(unit.start, unit.end, after, source, change.span.start)
        return edit, Effect(amendment.number, number, "deleted", before, ""), None
    if change.what == "renumber":
        if any(u.number == change.new for u in units):
            return (
                None,
                None,
                Diagnostic("VBC7008", f"there is already a section {change.new}", change.span, source=source),
            )
        offset = at.find(change.new, change.span.start)
        edit = Edit(unit.start, unit.start + len(number), change.new, source, max(offset, change.span.start))
        return edit, Effect(amendment.number, change.new, f"renumbered from {number}", before, before), None
    assert change.text is not None
    sentence = at[change.text.start : change.text.end]
    end = unit.end
    start = unit.start + len(number)
    edit = Edit(start, end, " " + sentence, source, change.text.start)
    return edit, Effect(amendment.number, number, "replaced", before, f"{number} {sentence}"), None


def _add(
    current: SourceText,
    amendment: Amendment,
    change: Change,
    source: SourceText,
    units: list[Unit],
    unit: Unit | None,
) -> tuple[Edit | None, Effect | None, Diagnostic | None]:
    if unit is not None:
        return (
            None,
            None,
            Diagnostic(
                "VBC7008",
                f"there is already a section {change.section}",
                change.span,
                source=source,
                help="write “Section … is replaced: …”",
            ),
        )
    assert change.text is not None
    sentence = source.text[change.text.start : change.text.end]
    key = section_key(change.section)
    before = [u for u in units if section_key(u.number) < key]
    same = [u for u in before if section_key(u.number)[:1] == key[:1]]
    place = max(same or before, key=lambda u: section_key(u.number)).end if before else len(current.text)
    edit = Edit(place, place, f"\n{change.section} {sentence}\n", source, change.text.start)
    return edit, Effect(amendment.number, change.section, "added", "", f"{change.section} {sentence}"), None


def _replace_words(
    current: SourceText, amendment: Amendment, change: Change, source: SourceText, unit: Unit
) -> tuple[Edit | None, Effect | None, Diagnostic | None]:
    text = current.text[unit.start : unit.end]
    words = change.old.split()
    pattern = r"\s+".join(re.escape(word) for word in words)
    lead = r"(?<![\w.$,%])" if re.match(r"[\w$]", change.old) else ""
    tail = r"(?![\w%])" if re.search(r"[\w%]$", change.old) else ""
    found = list(re.finditer(lead + pattern + tail, text)) if words else []
    if len(found) != 1:
        how = "does not contain" if not found else f"contains {len(found)} times"
        return (
            None,
            None,
            Diagnostic(
                "VBC7009",
                f"section {unit.number} {how} “{change.old}”",
                change.span,
                source=source,
                help="quote more of the sentence, so that the words stand there exactly once"
                if found
                else "quote the words as they stand in the text in force",
            ),
        )
    start = unit.start + found[0].start()
    end = unit.start + found[0].end()
    offset = source.text.find(change.new, source.text.find("with", change.span.start))
    edit = Edit(start, end, change.new, source, max(offset, change.span.start))
    after = text[: found[0].start()] + change.new + text[found[0].end() :]
    return edit, Effect(amendment.number, unit.number, "words replaced", text, after), None


def fingerprint(effects: tuple[Effect, ...]) -> tuple[tuple[int, str, str], ...]:
    """Which changes made a text, for caching compiled texts."""
    return tuple((e.amendment, e.section, e.what) for e in effects)
