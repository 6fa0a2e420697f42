"""All stages in a row: a contract's files in, a compiled contract out.

`compile_path` reads a base contract with its amendments, makes the text in force for each performance year and
compiles each different text once. Problems of any stage are collected in `Compiled.diagnostics`.
"""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs

from vbcdsl.check import check_program
from vbcdsl.check.stale_parameters import check_stale_parameters
from vbcdsl.collector import without_collector
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.frozen import frozen
from vbcdsl.model.periods import Calendar, Period
from vbcdsl.model.span import Span
from vbcdsl.resolve.amend import FINER, Consolidated, Governing, check_dates, consolidate, texts_of_year
from vbcdsl.resolve.calendar import build_calendar
from vbcdsl.resolve.clauses import expand_clauses
from vbcdsl.resolve.collect import collect
from vbcdsl.resolve.in_force import text_of_years
from vbcdsl.resolve.own_periods import with_own_periods
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules.lower import Lowerer
from vbcdsl.rules.outline import Outline, outline_of
from vbcdsl.rules.parts_of_year import Text, parts_of_year
from vbcdsl.rules.program import Bundle, Program
from vbcdsl.source import ContractFiles, SourceText, find_contract
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.parser import Parsed, parse_amendment, parse_contract
from vbcdsl.syntax.units import split

SYNTAX: Final = ("parsed", "symbols")


@frozen
class Version:
    """One text in force: which amendments made it, in which performance years it governs, and its stages. `parts`:
    performance years in which it governs only shorter periods, from a day inside the year on (Q34)."""

    amendments: tuple[int, ...]
    years: tuple[int, ...]
    consolidated: Consolidated
    parsed: Parsed
    symbols: Symbols | None
    program: Program | None
    parts: tuple[int, ...] = ()

    @property
    def text(self) -> str:
        """The text in force as it is printed: a contract that stands alone for the years it governs."""
        text = self.consolidated.source.text
        if self.program is None:
            return text
        return text_of_years(text, self.program.calendar, (*self.years, *self.parts))

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> object:
            """`parsed` and `symbols` of a contract that was compiled before: read when somebody asks for them."""
            read = self.__dict__.get("_read_syntax")
            if read is None or name not in SYNTAX:
                raise AttributeError(f"a version has no {name}")
            read()
            return self.__dict__[name]


@frozen
class Compiled:
    """A contract after all stages. `merged`: the programs of years inside which the text changes. `starts`: from
    which day on which amendments govern the periods that begin then."""

    files: ContractFiles | None
    base: SourceText
    amendments: tuple[tuple[t.Amendment, SourceText], ...]
    versions: tuple[Version, ...]
    diagnostics: tuple[Diagnostic, ...]
    merged: dict[int, Program] = attrs.field(factory=dict, eq=False)
    starts: tuple[tuple[dt.date, tuple[int, ...]], ...] = ()

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that keep the contract from running."""
        return tuple(d for d in self.diagnostics if d.severity == "error")

    @property
    def bundle(self) -> Bundle:
        """The programs by performance year; VbcError with all errors if there are any."""
        if self.errors:
            raise VbcError(self.errors)
        by_year = {year: v.program for v in self.versions for year in v.years if v.program is not None}
        return Bundle(dict(sorted({**by_year, **self.merged}.items())))

    @property
    def outline(self) -> Outline:
        """The programs without their numbers; VbcError with all errors if there are any."""
        found: Outline | None = self.__dict__.get("_outline")
        if found is None:
            found = self.__dict__["_outline"] = outline_of(self.bundle)
        return found

    @property
    def program(self) -> Program:
        """The text in force in the first performance year."""
        return next(iter(self.bundle.by_year.values()))

    def version_of(self, year: int) -> Version:
        """The text in force in a performance year."""
        return next(v for v in self.versions if year in v.years)

    def version_at(self, day: dt.date) -> Version:
        """The text in force for the periods that begin on a day."""
        key = next((key for start, key in reversed(self.starts) if start <= day), None)
        return next((v for v in self.versions if v.amendments == key), self.versions[0])

    def years_of(self, version: Version) -> str:
        """The years that a text governs, for people: `2024, 2025`, `shorter periods of 2025`."""
        years = self.base_years
        whole = [years[number - 1].label for number in version.years]
        partly = [f"shorter periods of {years[number - 1].label}" for number in version.parts]
        return ", ".join([*partly, *whole])

    @property
    def base_years(self) -> tuple[Period, ...]:
        """The performance years of the contract."""
        return next(v.program.calendar.years for v in self.versions if v.program is not None)

    def version_for(self, period: Period) -> Version:
        """The text under which a value of a period is computed: that of its first day (Q34)."""
        if period.clock in FINER and self.merged:
            return self.version_at(period.start)
        return self.version_of(period.year)


def compile_path(path: str | Path) -> Compiled:
    """Compile a contract file, an amendment, or a folder. VbcError only if a file cannot be read."""
    return compile_files(find_contract(path))


def compile_files(files: ContractFiles) -> Compiled:
    """Compile the files of a contract."""
    base = SourceText.from_file(files.base)
    amendments = [SourceText.from_file(p) for p in files.amendments]
    return compile_sources(base, amendments, files)


def compile_text(text: str, name: str = "<text>", amendments: tuple[str, ...] = ()) -> Compiled:
    """Compile a contract at hand."""
    sources = [SourceText.from_text(a, f"<amendment {i + 1}>") for i, a in enumerate(amendments)]
    return compile_sources(SourceText.from_text(text, name), sources)


def compile_sources(
    base: SourceText, amendments: list[SourceText], files: ContractFiles | None = None
) -> Compiled:
    """Compile a base text with amendments."""
    with without_collector():
        return _compiled(base, amendments, files)


def _compiled(base: SourceText, amendments: list[SourceText], files: ContractFiles | None) -> Compiled:
    parsed = parse_contract(base)
    diagnostics: list[Diagnostic] = list(parsed.diagnostics)
    calendar, problems = build_calendar(parsed.document.header)
    unread = _unread_header(parsed)
    diagnostics.extend(attrs.evolve(p, source=base) for p in problems if not _said(p.code, unread))
    read: list[tuple[t.Amendment, SourceText]] = []
    for source in amendments:
        found = parse_amendment(source, parsed.names)
        diagnostics.extend(found.diagnostics)
        if found.amendment is not None:
            read.append((found.amendment, source))
    read.sort(key=lambda item: item[0].number)
    if calendar is None:
        version = Version((), (), Consolidated(base, (), ()), parsed, None, None)
        return Compiled(files, base, tuple(read), (version,), _unique(diagnostics))
    dated, _ = with_own_periods(parsed.document, calendar)
    diagnostics.extend(check_dates(read, dated, parsed.document.header.title or ""))
    texts = {year.number: texts_of_year(read, year, dated) for year in dated.years}
    versions = _versions(base, parsed, calendar, texts, diagnostics)
    merged = _merged(versions, texts, dated, diagnostics)
    starts = tuple(
        (max(start or year.start, year.start), _numbers(governing))
        for year in dated.years
        for start, governing in texts[year.number]
        if start is None or start >= year.start
    )
    return Compiled(files, base, tuple(read), tuple(versions), _unique(diagnostics), merged, starts)


def _numbers(governing: Governing) -> tuple[int, ...]:
    return tuple(amendment.number for amendment, _ in governing)


def _home(year: Period, texts: list[tuple[dt.date | None, Governing]]) -> int:
    """Which of the texts of a year is that of its first day."""
    return max(i for i, (start, _) in enumerate(texts) if start is None or start <= year.start)


def _versions(
    base: SourceText,
    parsed: Parsed,
    calendar: Calendar,
    texts: dict[int, list[tuple[dt.date | None, Governing]]],
    diagnostics: list[Diagnostic],
) -> list[Version]:
    years: dict[tuple[int, ...], list[int]] = {}
    parts: dict[tuple[int, ...], list[int]] = {}
    chosen: dict[tuple[int, ...], Governing] = {}
    for year in calendar.years:
        home = _home(year, texts[year.number])
        for index, (_, governing) in enumerate(texts[year.number]):
            key = _numbers(governing)
            chosen[key] = governing
            years.setdefault(key, [])
            (years if index == home else parts).setdefault(key, []).append(year.number)
    versions = []
    for key, governed in years.items():
        consolidated = consolidate(base, chosen[key])
        diagnostics.extend(consolidated.diagnostics)
        text = consolidated.source
        inside = parse_contract(text) if key else parsed
        if key:
            diagnostics.extend(inside.diagnostics)
        partly = tuple(year for year in parts.get(key, ()) if year not in governed)
        symbols, program = _program(text, inside, calendar, (*governed, *partly), diagnostics)
        if key and not any(d.severity == "error" for d in diagnostics):
            found = check_stale_parameters(inside.document, consolidated)
            diagnostics.extend(attrs.evolve(d, source=text) for d in found)
        versions.append(Version(key, tuple(governed), consolidated, inside, symbols, program, partly))
    return versions


def _merged(
    versions: list[Version],
    texts: dict[int, list[tuple[dt.date | None, Governing]]],
    calendar: Calendar,
    diagnostics: list[Diagnostic],
) -> dict[int, Program]:
    """The programs of the years inside which the text changes (Q34)."""
    by_key = {version.amendments: version for version in versions}
    merged: dict[int, Program] = {}
    if any(d.severity == "error" for d in diagnostics):
        return merged
    for year in calendar.years:
        found: list[Text] = []
        for start, governing in texts[year.number]:
            version = by_key[_numbers(governing)]
            if version.program is None:
                return {}
            source = version.consolidated.source
            found.append(Text(start, version.program, version.amendments, source.text))
        if len(found) > 1:
            home = _home(year, texts[year.number])
            merged[year.number], problems = parts_of_year(found, home, year.number)
            source = by_key[found[-1].amendments].consolidated.source
            diagnostics.extend(attrs.evolve(p, source=source) for p in problems)
    return merged


def _program(
    text: SourceText,
    parsed: Parsed,
    calendar: Calendar,
    years: tuple[int, ...],
    diagnostics: list[Diagnostic],
) -> tuple[Symbols | None, Program | None]:
    document, problems, lost = expand_clauses(parsed.document, text, parsed.names)
    calendar, own_problems = with_own_periods(document, calendar)
    problems = [*problems, *own_problems]
    symbols = collect(document, calendar)
    symbols.unreadable = parsed.unreadable | lost

    def parse_cell(span: Span) -> t.Cell:
        from vbcdsl.syntax.parser import parse_one_cell

        return parse_one_cell(text, parsed.names, span)

    lowerer = Lowerer(text, document, symbols, parse_cell, years)
    lowerer.lower_terms()
    if ahead := lowerer.found_ahead():  # read in a prior period before they were known: now they are
        lowerer = Lowerer(text, document, symbols, parse_cell, years, ahead)
    program = lowerer.run()
    found = [*problems, *symbols.diagnostics, *lowerer.diagnostics]
    unread = _unread_header(parsed)
    found.extend(p for p in _header_problems(document.header) if not _said(p.code, unread))
    found = [p for p in found if p.code != "VBC2005" or not _said(p.code, unread)]
    complete = not any(d.severity == "error" for d in (*found, *parsed.diagnostics))
    found.extend(check_program(program, document, text, years, complete))
    diagnostics.extend(attrs.evolve(d, source=d.source or text) for d in found)
    return symbols, program


_HEADER_WORDS = {
    "VBC2001": r"effective|in force",
    "VBC2003": r"performance year",
    "VBC2005": r"\bis\b",
    "VBC2006": r"contract",
    "VBC2007": r"version",
    "VBC2009": r"rounded|amounts",
}


def _unread_header(parsed: Parsed) -> str:
    """The header sentences that could not be read and are reported already."""
    places = [d.span.start for d in parsed.diagnostics if d.span is not None]
    if not places:
        return ""
    return "\n".join(
        parsed.source.text[unit.start : unit.end]
        for unit in split(parsed.source.text)
        if unit.kind == "header" and any(unit.start <= at <= unit.end for at in places)
    )


def _said(code: str, unread: str) -> bool:
    """Whether a sentence that could not be read says what seems to be missing."""
    words = _HEADER_WORDS.get(code)
    return bool(words and re.search(words, unread))


def _header_problems(header: t.Header) -> list[Diagnostic]:
    found = []
    if header.title is None:
        found.append(
            Diagnostic(
                "VBC2006", "the contract has no title", Span(0, 1), help='begin it with “contract "Title".”'
            )
        )
    if header.version is None:
        found.append(
            Diagnostic(
                "VBC2007",
                "the contract does not name the version of the language",
                Span(0, 1),
                help="add “language version 1.” to the header",
            )
        )
    elif header.version != 1:
        span = dict(header.spans).get("version")
        found.append(
            Diagnostic(
                "VBC2008",
                f"there is no language version {header.version}",
                span,
                help="write “language version 1.”",
            )
        )
    if header.rounding is None:
        found.append(
            Diagnostic(
                "VBC2009",
                "the contract does not say how payments are rounded",
                Span(0, 1),
                help="add “amounts are in US dollars and each payment is rounded half up to the cent.”",
            )
        )
    return found


def _unique(diagnostics: list[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each problem once, although several texts in force share the sentence; in the order of the text."""
    seen: dict[tuple[str, str, str], Diagnostic] = {}
    for found in diagnostics:
        if not found.code:
            continue
        place = ""
        if found.span is not None and isinstance(found.source, SourceText):
            place = str(found.source.locate(found.span.start))
        seen.setdefault((found.code, place, found.message), found)
    return tuple(seen.values())
