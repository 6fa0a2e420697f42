"""The two texts that are compared: which files, which amendments, which year's text in force."""

from __future__ import annotations

import re
from pathlib import Path

import attrs

from vbcdsl.compiler import Compiled, compile_path, compile_sources
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.model.periods import Calendar
from vbcdsl.resolve.amend import consolidate
from vbcdsl.resolve.in_force import text_of_years
from vbcdsl.rules.program import Program
from vbcdsl.source import SourceText
from vbcdsl.source.find import is_amendment
from vbcdsl.syntax.parser import Parsed, parse_contract
from vbcdsl.syntax.tree import Amendment

_AT_YEAR = re.compile(r"(?P<path>.+)@(?P<year>\d{1,4})$")


@attrs.frozen(eq=False)
class Side:
    """One text: `label` is how people call it. `source` still knows where each word was written; `kept` is
    the text without the examples of years that another text governs. `bindings`: the file beside the
    contract."""

    label: str
    source: SourceText
    kept: str
    parsed: Parsed
    program: Program
    bindings: Path | None

    @property
    def calendar(self) -> Calendar:
        """The performance years of its term."""
        return self.program.calendar

    @property
    def title(self) -> str:
        """The title of the contract."""
        return self.program.title


def path_and_year(written: str) -> tuple[Path, int | None]:
    """`PATH@2021`: the path, and the performance year whose text is meant. A file of that very name comes
    first."""
    found = _AT_YEAR.match(written)
    if found is None or Path(written).exists():
        return Path(written), None
    return Path(found["path"]), int(found["year"])


def sides_at(
    old: str, new: str, old_year: int | None = None, new_year: int | None = None
) -> tuple[Side, Side]:
    """Two texts, each as `side_at` gives it; of one contract it is read once."""
    ours, theirs = path_and_year(old)[0], path_and_year(new)[0]
    first = _read(ours)
    second = first if ours.resolve() == theirs.resolve() else _read(theirs)
    return side_at(old, old_year, first), side_at(new, new_year, second)


def side_at(written: str, year: int | None = None, compiled: Compiled | None = None) -> Side:
    """The text of `PATH` or `PATH@YEAR`; without a year, of a contract with amendments the text in force last.
    `VbcError` if it has errors."""
    path, named = path_and_year(written)
    compiled = compiled or _read(path)
    wanted = year if year is not None else named
    if wanted is None:
        version = compiled.versions[-1]
        period = compiled.bundle.calendar.years[version.years[-1] - 1]
        label = path.as_posix() + (
            f" (text in force in {period.label})" if len(compiled.versions) > 1 else ""
        )
    else:
        found = compiled.bundle.calendar.year_named(wanted)
        if found is None:
            raise _no_year(wanted, compiled.bundle.calendar)
        version, period = compiled.version_of(found.number), found
        inside = found.number in compiled.merged
        when = f"on the first day of {period.label}, inside which the text changes" if inside else ""
        label = f"{path.as_posix()} (text in force {when or f'in {period.label}'})"
    return _side(label, compiled, version.consolidated.source, version.text)


def around_amendment(written: str, number: int) -> tuple[Side, Side]:
    """The text before an amendment and with it, whatever the years in which they govern."""
    compiled = _read(path_and_year(written)[0])
    numbers = [amendment.number for amendment, _ in compiled.amendments]
    if number not in numbers:
        listed = ", ".join(str(n) for n in numbers)
        raise VbcError([
            Diagnostic("VBC8090", f"there is no amendment {number} to this contract",
                       help=f"there are {listed}" if listed else "it has no amendments")
        ])  # fmt: skip
    before, after = (
        [(a, s) for a, s in compiled.amendments if a.number < number or (a.number == number and upto)]
        for upto in (False, True)
    )
    path = path_and_year(written)[0].as_posix()
    named = "before" if len(before) else "without"
    return (
        _with(compiled, before, f"{path} ({named} amendment {number})"),
        _with(compiled, after, f"{path} (with amendment {number})"),
    )


def contract_and_amendment(contract: str, amendment: Path) -> tuple[Side, Side] | None:
    """The text of a contract, and with an amendment in a file; None if the file is no amendment. Amendments
    of the contract with a lower number come first, others are left out."""
    if not amendment.is_file() or not is_amendment(amendment):
        return None
    path = path_and_year(contract)[0]
    compiled = _read(path)
    from vbcdsl.syntax.parser import parse_amendment

    source = SourceText.from_file(amendment)
    read = parse_amendment(source, compiled.versions[0].parsed.names)
    if read.amendment is None:
        raise VbcError([attrs.evolve(d, source=d.source or source) for d in read.diagnostics])
    new = read.amendment
    before = [(a, s) for a, s in compiled.amendments if a.number < new.number]
    label = path.as_posix() + (f" (before amendment {new.number})" if before else "")
    both = compile_sources(compiled.base, [*(s for _, s in before), source], compiled.files)
    _stop(both)
    return (
        _with(compiled, before, label),
        _with(both, list(both.amendments), f"{label.split(' (')[0]} with {amendment.as_posix()}"),
    )


def side_of(compiled: Compiled, label: str, year: int | None = None) -> Side:
    """The text of a compiled contract in force in a year (default: the last)."""
    _stop(compiled)
    version = compiled.versions[-1] if year is None else None
    if version is None:
        found = compiled.bundle.calendar.year_named(year or 0)
        if found is None:
            raise _no_year(year or 0, compiled.bundle.calendar)
        version = compiled.version_of(found.number)
    return _side(label, compiled, version.consolidated.source, version.text)


def _with(compiled: Compiled, amendments: list[tuple[Amendment, SourceText]], label: str) -> Side:
    consolidated = consolidate(compiled.base, amendments)
    if consolidated.diagnostics:
        raise VbcError(list(consolidated.diagnostics))
    numbers = tuple(a.number for a, _ in amendments)
    years = next((v.years for v in compiled.versions if v.amendments == numbers), None)
    calendar = compiled.bundle.calendar
    text = consolidated.source.text
    kept = text_of_years(text, calendar, years if years is not None else ())
    return _side(label, compiled, consolidated.source, kept)


def _side(label: str, compiled: Compiled, source: SourceText, kept: str) -> Side:
    alone = compile_sources(SourceText.from_text(kept, source.name), [])
    _stop(alone)
    parsed = parse_contract(source)
    bindings = compiled.files.bindings if compiled.files else None
    return Side(label, source, kept, parsed, alone.program, bindings)


def _read(path: Path) -> Compiled:
    compiled = compile_path(path)
    _stop(compiled)
    return compiled


def _stop(compiled: Compiled) -> None:
    if compiled.errors:
        raise VbcError([attrs.evolve(d, source=d.source or compiled.base) for d in compiled.diagnostics])


def _no_year(label: int, calendar: Calendar) -> VbcError:
    first, last = calendar.years[0], calendar.years[-1]
    return VbcError([
        Diagnostic("VBC8024", f"there is no performance year {label} in this contract",
                   help=f"they are {first.label} (1) through {last.label} ({last.number})")
    ])  # fmt: skip


def covers(written: str, year: int | None) -> bool:
    """Whether the term of a contract holds a performance year."""
    if year is None:
        return False
    return _read(path_and_year(written)[0]).bundle.calendar.year_named(year) is not None
