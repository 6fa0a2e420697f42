"""Runs a compiled contract on data: which records, which years, which terms, then one engine.

The one way to a settlement, used by the command line and by the Python interface alike.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from vbcdsl.compiler import Compiled
from vbcdsl.data import Bindings, Options, open_store
from vbcdsl.data.as_of import AsOf
from vbcdsl.data.keys import nobody, outside_the_term
from vbcdsl.data.store import RecordSource, Store
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.engines.interface import LeftOut, Request
from vbcdsl.model.periods import CLOCKS, OWN, Calendar, Clock, Period
from vbcdsl.results.engines import DEFAULT, engine_named
from vbcdsl.results.recorded import compared, read_recorded
from vbcdsl.results.settlement import Settled, arrange
from vbcdsl.rules.program import Bundle, Program, Record

if TYPE_CHECKING:
    from vbcdsl.incremental.cache import PartialCache


@attrs.frozen
class RunOptions:
    """What a run was asked for. `years`: labels (2024) or numbers (1) of performance years, empty: all that
    the data has. `all_grains`: also the terms of other keys than party and year. `inner`: also the steps and
    data behind the terms, as an explanation needs them. `recorded`: folders of earlier runs whose settlements are
    final (Q40). `as_of`: rows with a Paid Date after this day are left out (Q41). `cache`: a folder
    in which partial results of each file are kept, so that the next run reads new files only. `memory`: bytes that
    the process should stay under (arrow engine)."""

    years: tuple[int, ...] = ()
    engine: str = DEFAULT
    threads: int = 2
    show_members: bool = False
    all_grains: bool = False
    inner: bool = False
    extra_terms: tuple[str, ...] = ()
    recorded: tuple[Path | str, ...] = ()
    as_of: dt.date | None = None
    cache: Path | None = None
    memory: int | None = None


def settle(
    compiled: Compiled, inputs: Mapping[str, object], bindings: Bindings | None = None,
    options: RunOptions | None = None,
) -> Settled:  # fmt: skip
    """Compute a contract. `VbcError` if the contract or the data is wrong; an error of single values is in the
    settlement (Q14)."""
    options = options or RunOptions()
    bundle = compiled.bundle
    chosen_years(bundle.calendar, options.years)  # a year outside the term is said before data is read
    records = all_records(bundle)
    reading = Options(threads=options.threads > 1, show_members=options.show_members)
    store = open_store(records, bundle.calendar, inputs, bindings, reading)
    store.check()
    settled = settle_store(compiled, store, store.warnings, options)
    if not settled.rows and not settled.errors and not _somebody(settled):
        raise VbcError([_nobody(settled, chosen=bool(options.years))])
    of_other_years = [
        outside_the_term(left.record, left.rows, settled.years[0].label, settled.years[-1].label)
        for left in settled.results.left_out
        if left.reason.startswith("outside the term") and left.rows == settled.results.rows.get(left.record)
    ]
    if of_other_years:
        raise VbcError(of_other_years)
    return settled


def _somebody(settled: Settled) -> bool:
    """Whether a party has a value of any kind: a contract may have results for each Measure alone."""
    return any(
        settled.party in values.grain and any(True for _ in values.items())
        for values in settled.results.terms.values()
    )


def _nobody(settled: Settled, *, chosen: bool) -> Diagnostic:
    """The data have no party in the years: the years may be wrong, or the file."""
    from vbcdsl.results.show import notes

    record = _dated_record(settled.program)
    years = ", ".join(year.label for year in settled.years)
    when = f"performance year {years}" if chosen else "the term of the contract"
    name = record.name if record is not None else "the data"
    return nobody(record, name, settled.party, when, tuple(notes(settled)))


def settle_store(
    compiled: Compiled, store: Store, warnings: tuple[Diagnostic, ...] = (), options: RunOptions | None = None
) -> Settled:
    """Compute a contract on data that is open already; `warnings`: what looked odd in it."""
    options = options or RunOptions()
    bundle = compiled.bundle
    chosen = chosen_years(bundle.calendar, options.years)
    records = all_records(bundle)
    cut = AsOf(store, records, options.as_of) if options.as_of is not None else None
    supplied: Store = cut or store
    cache = _cache(options.cache)
    years = chosen or years_with_rows(bundle, supplied, cache)
    for name in options.extra_terms:
        term_named(bundle, name)
    terms = wanted_terms(bundle, years, options)
    engine = engine_named(options.engine)
    earlier = read_recorded(options.recorded, bundle)
    if earlier.facts:
        known = [year.number for year in years_with_rows(bundle, supplied)]
        earlier = compared(earlier, bundle, supplied, known, engine, options.threads)
    request = Request(
        tuple(year.number for year in years), terms, recorded=earlier.facts,
        threads=options.threads, cache=cache, memory=options.memory,
    )  # fmt: skip
    if options.memory is not None:
        from vbcdsl.engines.arrow.room import check_limit

        check_limit(options.memory)
    results = engine(bundle, supplied, request)
    if results.data_problems:
        raise VbcError(results.data_problems)
    if cut is not None:
        later = tuple(LeftOut(name, f"paid after {cut.day}", rows) for name, rows in cut.left_out.items())
        results = attrs.evolve(results, left_out=(*results.left_out, *later))
    settled = arrange(compiled, bundle, years, results, warnings, options.engine)
    undated = cut is not None and not cut.dated
    reading_notes = cache.notes() if cache is not None else ()
    if not chosen:
        reading_notes = (*_other_years(bundle, years), *reading_notes)
    return attrs.evolve(
        settled, recorded=earlier, as_of=options.as_of, undated=undated, reading_notes=reading_notes,
        memory=options.memory,
    )  # fmt: skip


def _cache(folder: Path | None) -> PartialCache | None:
    from vbcdsl.incremental.cache import PartialCache

    return PartialCache(folder) if folder is not None else None


def supplied_again(
    settled: Settled, inputs: Mapping[str, object], bindings: Bindings | None, threads: int = 2
) -> Store:
    """The data of a settlement opened once more, cut at the same day."""
    records = all_records(settled.bundle)
    store = open_store(records, settled.bundle.calendar, inputs, bindings, Options(threads=threads > 1))
    return AsOf(store, records, settled.as_of) if settled.as_of is not None else store


def chosen_years(calendar: Calendar, wanted: Iterable[int]) -> tuple[Period, ...]:
    """The performance years by label or number, each once, in order. `VbcError` for one outside the term."""
    found: dict[int, Period] = {}
    for label in wanted:
        year = calendar.year_named(label)
        if year is None:
            first, last = calendar.years[0], calendar.years[-1]
            raise VbcError([
                Diagnostic("VBC8024", f"there is no performance year {label} in this contract",
                           help=f"they are {first.label} (1) through {last.label} ({last.number})")
            ])  # fmt: skip
        found[year.number] = year
    return tuple(found[number] for number in sorted(found))


def all_records(bundle: Bundle) -> dict[str, Record]:
    """The records of all texts in force: where an amendment adds a column, the record with it."""
    merged: dict[str, Record] = {}
    for program in different(bundle):
        for name, record in program.records.items():
            before = merged.get(name)
            if before is None:
                merged[name] = record
                continue
            known = {column.name for column in record.columns}
            more = tuple(column for column in before.columns if column.name not in known)
            merged[name] = attrs.evolve(record, columns=record.columns + more)
    return merged


def different(bundle: Bundle) -> tuple[Program, ...]:
    """The different texts in force, in the order of the years."""
    return tuple({id(program): program for program in bundle.by_year.values()}.values())


def years_with_rows(bundle: Bundle, store: Store, cache: PartialCache | None = None) -> tuple[Period, ...]:
    """The performance years for which the list of parties has rows; all of the term if it has no years."""
    calendar = bundle.calendar
    for program in different(bundle):
        record = _dated_record(program)
        if record is None:
            continue
        days = _days(store.source(record.name), record.clock or "", cache)
        found = {number for number in (_year_of(calendar, day, record.clock) for day in days) if number}
        if found:
            return tuple(calendar.years[number - 1] for number in sorted(found))
    return calendar.years


def _other_years(bundle: Bundle, years: tuple[Period, ...]) -> tuple[str, ...]:
    """A list of parties without years does not say which years are settled; the rows of one record did, and
    shorter periods may have rows in others."""
    program = bundle.by_year[years[-1].number] if years else None
    record = _dated_record(program) if program is not None else None
    if program is None or record is None or record.clock is None or len(years) == len(bundle.calendar.years):
        return ()
    roster = program.rosters.get(program.party)
    finer = [
        other.name
        for other in program.records.values()
        if other.is_data
        and other.clock is not None
        and CLOCKS.index(other.clock) < CLOCKS.index(record.clock)
    ]
    if (roster is not None and roster.record == record.name) or not finer:
        return ()
    labels = ", ".join(year.label for year in years)
    return (
        f"settled are the performance years for which {record.name} has rows ({labels}); --year settles another",
    )


def _days(source: RecordSource, clock: str, cache: PartialCache | None) -> set[int]:
    """The different days of the clock column: a prepared store and a cache know them."""
    known: Callable[[], tuple[int, ...] | None] | None = getattr(source, "days", None)
    days = known() if known is not None else None
    if days is not None:
        return set(days)
    if cache is not None:
        from vbcdsl.incremental.reading import days_of

        found = days_of(source, clock, cache)
        if found is not None:
            return found
    several: set[int] = set()
    for batch in source.batches((clock,)):
        several.update(batch.columns[clock].values.tolist())  # type: ignore[union-attr]
    return several


def _year_of(calendar: Calendar, day: int, clock: Clock | None) -> int | None:
    """The number of the performance year in which the period of a row is settled."""
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    period = calendar.part_of(date, OWN) if clock == OWN else calendar.year_of(date)
    if period is None:
        return None
    return period.year if clock == OWN else period.number


def _dated_record(program: Program) -> Record | None:
    """The data record whose clock says which years there are: the parties' roster, else the coarsest clock."""
    roster = program.rosters.get(program.party)
    if roster is not None:
        record = program.records[roster.record]
        if record.is_data and record.clock is not None:
            return record
    dated = [r for r in program.records.values() if r.is_data and r.clock is not None]
    return max(dated, key=lambda r: CLOCKS.index(r.clock or "Month"), default=None)


def term_named(bundle: Bundle, name: str) -> str:
    """A term by its name or its name in snake_case. `VbcError` with the nearest names."""
    from vbcdsl.model.names import snake_case

    names = [t.name for p in different(bundle) for t in p.terms.values() if not t.hidden]
    for known in names:
        if name in (known, snake_case(known)) or known.lower() == name.lower():
            return known
    near = nearest(name, names)
    advice = f"did you mean {near[0]}?" if near else ""
    raise VbcError([Diagnostic("VBC8025", f"the contract defines no term “{name}”", help=advice)])


def wanted_terms(bundle: Bundle, years: tuple[Period, ...], options: RunOptions) -> tuple[str, ...]:
    """The names of the terms that a run computes in these years."""
    wanted: dict[str, None] = {}
    extra = {term_named(bundle, name) for name in options.extra_terms}
    for program in (bundle.by_year[y.number] for y in years if y.number in bundle.by_year):
        coarse = {program.party, "Performance Year", "Contract Year"}
        for term in program.terms.values():
            shown = not term.hidden and term.role != "input"
            if (
                (shown and (options.all_grains or term.payment is not None or set(term.grain) <= coarse))
                or options.inner
                or term.name in extra
            ):
                wanted[term.name] = None
    return tuple(wanted)
