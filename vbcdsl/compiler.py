"""All stages in a row: a contract's files in, a compiled contract out.

`compile_path` reads a base contract with its amendments, makes the text in force for each performance year and
compiles each different text once. Problems of any stage are collected in `Compiled.diagnostics`.
"""

from __future__ import annotations

import re
from pathlib import Path

import attrs

from vbcdsl.check import check_program
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.frozen import frozen
from vbcdsl.model.periods import Calendar
from vbcdsl.model.span import Span
from vbcdsl.resolve.amend import Consolidated, check_dates, consolidate, in_force
from vbcdsl.resolve.calendar import build_calendar
from vbcdsl.resolve.clauses import expand_clauses
from vbcdsl.resolve.collect import collect
from vbcdsl.resolve.in_force import text_of_years
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.rules.lower import Lowerer
from vbcdsl.rules.program import Bundle, Program
from vbcdsl.source import ContractFiles, SourceText, find_contract
from vbcdsl.syntax import tree as t
from vbcdsl.syntax.parser import Parsed, parse_amendment, parse_contract
from vbcdsl.syntax.units import split


@frozen
class Version:
    """One text in force: which amendments made it, in which performance years it governs, and its stages."""

    amendments: tuple[int, ...]
    years: tuple[int, ...]
    consolidated: Consolidated
    parsed: Parsed
    symbols: Symbols | None
    program: Program | None

    @property
    def text(self) -> str:
        """The text in force as it is printed: a contract that stands alone for the years it governs."""
        text = self.consolidated.source.text
        if self.program is None:
            return text
        return text_of_years(text, self.program.calendar, self.years)


@frozen
class Compiled:
    """A contract after all stages. `bundle` is None if a text in force has errors."""

    files: ContractFiles | None
    base: SourceText
    amendments: tuple[tuple[t.Amendment, SourceText], ...]
    versions: tuple[Version, ...]
    diagnostics: tuple[Diagnostic, ...]

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
        return Bundle(dict(sorted(by_year.items())))

    @property
    def program(self) -> Program:
        """The text in force in the first performance year."""
        return next(iter(self.bundle.by_year.values()))

    def version_of(self, year: int) -> Version:
        """The text in force in a performance year."""
        return next(v for v in self.versions if year in v.years)


def compile_path(path: str | Path) -> Compiled:
    """Compile a contract file, an amendment, or a folder. VbcError only if a file cannot be read."""
    files = find_contract(path)
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
    diagnostics.extend(check_dates(read, calendar, parsed.document.header.title or ""))
    versions = _versions(base, parsed, calendar, read, diagnostics)
    return Compiled(files, base, tuple(read), tuple(versions), _unique(diagnostics))


def _versions(
    base: SourceText,
    parsed: Parsed,
    calendar: Calendar,
    read: list[tuple[t.Amendment, SourceText]],
    diagnostics: list[Diagnostic],
) -> list[Version]:
    years: dict[tuple[int, ...], list[int]] = {}
    chosen: dict[tuple[int, ...], list[tuple[t.Amendment, SourceText]]] = {}
    for year in calendar.years:
        governing = in_force(read, year)
        key = tuple(amendment.number for amendment, _ in governing)
        years.setdefault(key, []).append(year.number)
        chosen[key] = governing
    versions = []
    for key, governed in years.items():
        consolidated = consolidate(base, chosen[key])
        diagnostics.extend(consolidated.diagnostics)
        text = consolidated.source
        inside = parse_contract(text) if key else parsed
        if key:
            diagnostics.extend(inside.diagnostics)
        symbols, program = _program(text, inside, calendar, tuple(governed), diagnostics)
        versions.append(Version(key, tuple(governed), consolidated, inside, symbols, program))
    return versions


def _program(
    text: SourceText,
    parsed: Parsed,
    calendar: Calendar,
    years: tuple[int, ...],
    diagnostics: list[Diagnostic],
) -> tuple[Symbols | None, Program | None]:
    document, problems = expand_clauses(parsed.document, text)
    symbols = collect(document, calendar)
    symbols.unreadable = parsed.unreadable

    def parse_cell(span: Span) -> t.Cell:
        from vbcdsl.syntax.parser import parse_one_cell

        return parse_one_cell(text, parsed.names, span)

    lowerer = Lowerer(text, document, symbols, parse_cell, years)
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
