"""Recorded final settlements: the `settlement.csv` of earlier runs (Q40).

`X in the prior performance year` is the recorded value where there is one. Where the data of this run give another
one both are shown. A recorded value whose digits agree with the computed one is not taken from the file, whose
digits may end after twelve places, but computed, so that nothing is lost.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from pathlib import Path

import attrs

from vbcdsl.data.store import Store
from vbcdsl.data.write import FORMULA_STARTS
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.engines.interface import Engine, Request
from vbcdsl.model.kinds import NUMERIC, Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import YEAR, Period
from vbcdsl.model.values import NOT_SCORED, Value
from vbcdsl.results.settlement import YEARLY, by_section, unique_ids
from vbcdsl.results.text import NOT_SCORED_TEXT, cell
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Given, Program, Term
from vbcdsl.rules.uses import walk

FILE = "settlement.csv"


@attrs.frozen
class Difference:
    """A value that was settled otherwise than the data of this run give it. The recorded one counts."""

    term: str
    party: str
    year: Period
    recorded: Value
    computed: Value | RunError
    kind: Kind


@attrs.frozen
class Recorded:
    """What earlier runs settled. `files`: name and sha-256. `unknown`: columns that are no term of it."""

    files: tuple[tuple[str, str], ...] = ()
    facts: tuple[Given, ...] = ()
    unknown: tuple[str, ...] = ()
    differences: tuple[Difference, ...] = ()


def read_recorded(folders: Iterable[Path | str], bundle: Bundle, *, other_years: bool = False) -> Recorded:
    """The settlements in these folders (or files). `VbcError` for one that cannot be read, or that has years that
    the contract does not have, other than with `other_years`: then these are left out."""
    files: list[tuple[str, str]] = []
    facts: dict[tuple[str, int, tuple[tuple[str, str], ...]], Given] = {}
    unknown: dict[str, None] = {}
    for folder in folders:
        path = Path(folder) / FILE if Path(folder).is_dir() else Path(folder)
        try:
            content = path.read_bytes()
            lines = content.decode("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError):
            raise unreadable(path, "there is no settlement that can be read") from None
        files.append((path.as_posix(), hashlib.sha256(content).hexdigest()))
        for fact in _facts(path, list(csv.reader(lines)), bundle, unknown, other_years):
            place = (fact.term, fact.year or 0, fact.pick)
            before = facts.setdefault(place, fact)
            if before.value != fact.value:
                where = ", ".join(key for _, key in fact.pick)
                raise unreadable(path, f"{fact.term} is recorded twice, with two values {where}".rstrip())
    return Recorded(tuple(files), tuple(facts.values()), tuple(unknown))


def _facts(
    path: Path, rows: list[list[str]], bundle: Bundle, unknown: dict[str, None], other_years: bool
) -> Iterator[Given]:
    if not rows:
        raise unreadable(path, "the file is empty")
    header, *lines = rows
    for row in lines:
        cells = dict(zip(header, row, strict=False))
        label = cells.get("performance_year", "")
        year = bundle.calendar.year_named(int(label)) if label.isdigit() else None
        if year is None and label.isdigit() and other_years:
            continue
        if year is None or year.number not in bundle.by_year:
            raise unreadable(path, f"there is no performance year “{label}” in this contract")
        program = bundle.by_year[year.number]
        key = snake_case(program.party)
        if key not in cells:
            raise unreadable(path, f"it has no column {key}")
        columns = _columns(program, key)
        for name, text in cells.items():
            if name in (key, "performance_year", "net_payment"):
                continue
            term = columns.get(name)
            if term is None:
                unknown[name] = None
            elif text != "":
                pick = ((program.party, _plain(cells[key])),) if program.party in term.grain else ()
                yield Given(term.name, _value(text, term, path), pick, year.number)


def _columns(program: Program, key: str) -> dict[str, Term]:
    """The terms by the names of their columns, as `settlement.csv` has them."""
    coarse = {program.party, *YEARLY}
    yearly = by_section({
        term.name: term
        for term in program.terms.values()
        if not term.hidden and term.role != "input" and set(term.grain) <= coarse
    })  # fmt: skip
    ids = unique_ids([term.name for term in yearly], (key, "performance_year", "net_payment"))
    return dict(zip(ids, yearly, strict=True))


def _value(text: str, term: Term, path: Path) -> Value:
    if text == NOT_SCORED_TEXT:
        return NOT_SCORED
    base = term.kind.base
    try:
        if base == "yes or no":
            return {"yes": True, "no": False}[text]
        if base in NUMERIC:
            return Fraction(text)
        if base in ("date", "month"):
            return dt.date.fromisoformat(f"{text}-01" if base == "month" else text)
    except (KeyError, ValueError, ZeroDivisionError):
        raise unreadable(path, f"“{text}” is no value of {term.name}") from None
    return _plain(text)


def _plain(text: str) -> str:
    """A text without the apostrophe that keeps a spreadsheet from running it."""
    return text[1:] if text[:1] == "'" and text[1:2] in FORMULA_STARTS else text


def unreadable(path: Path, why: str) -> VbcError:
    """The error for a recorded settlement that cannot be used."""
    return VbcError([
        Diagnostic("VBC8032", f"{path.as_posix()} is no recorded settlement of this contract: {why}",
                   help="give the folder that `vbc run … --out DIR` wrote, with its settlement.csv")
    ])  # fmt: skip


# ---------------------------------------------------------------- against the data of this run


def compared(
    recorded: Recorded, bundle: Bundle, store: Store, years: Iterable[int], engine: Engine, threads: int
) -> Recorded:
    """The recorded values next to those that the data of this run give. `years` have data."""
    wanted = _taken_from_other_years(bundle)
    facts = [fact for fact in recorded.facts if fact.term in wanted]
    known = set(years)
    again = tuple(sorted({fact.year for fact in facts if fact.year in known and fact.year is not None}))
    if not again:
        return attrs.evolve(recorded, facts=tuple(facts))
    names = tuple(dict.fromkeys(fact.term for fact in facts))
    results = engine(bundle, store, Request(again, names, recorded=tuple(facts), threads=threads))
    kept, differences = [], []
    for fact in facts:
        found = _computed(fact, bundle, results.terms)
        if found is None or fact.year is None:
            kept.append(fact)
            continue
        term = bundle.by_year[fact.year].terms[fact.term]
        if cell(found, term.kind) == cell(fact.value, term.kind):
            continue
        kept.append(fact)
        year = bundle.calendar.year(fact.year)
        assert year is not None
        party = next((key for _, key in fact.pick), "")
        differences.append(Difference(fact.term, party, year, fact.value, found, term.kind))
    return attrs.evolve(recorded, facts=tuple(kept), differences=tuple(differences))


def _computed(fact: Given, bundle: Bundle, terms: Mapping[str, object]) -> Value | RunError | None:
    assert fact.year is not None
    term = bundle.by_year[fact.year].terms[fact.term]
    picked = dict(fact.pick)
    key = tuple(picked.get(dim) or bundle.calendar.year(fact.year) for dim in term.grain)
    values = terms.get(fact.term)
    return values.get(key) if values is not None else None  # type: ignore[attr-defined]


def _taken_from_other_years(bundle: Bundle) -> set[str]:
    """The terms that some sentence takes from another performance year."""
    return {
        node.term
        for program in bundle.by_year.values()
        for expr in (*(term.expr for term in program.terms.values()), *(a.cond for a in program.agreements))
        for node in walk(expr)
        if isinstance(node, n.Ref)
        and node.shift is not None
        and (node.shift.year is not None or node.shift.clock == YEAR)
    }
