"""Key tables: which parties, periods, members, measures a grain has in a performance year (Q8).

The list of a dimension's keys comes from its roster record; where that record carries other dimensions of the
grain too (the Members *of an ACO*), only combinations that it has are keys; else every combination is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.faults import Unavailable
from vbcdsl.engines.arrow.groups import unique_keys
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.times import WHOLE_YEAR, finest, is_clock
from vbcdsl.model.periods import Clock
from vbcdsl.rules.program import Program

if TYPE_CHECKING:
    from vbcdsl.engines.arrow.evaluate import Evaluation
    from vbcdsl.engines.arrow.scan import Grouped


def clock_of(grain: tuple[str, ...]) -> Clock:
    """The period of a grain: its finest clock, or the performance year."""
    return finest(grain)


def source_of(program: Program, dim: str) -> tuple[str, str]:
    """The record and column that list the keys of a dimension."""
    roster = program.rosters.get(dim)
    if roster is not None:
        return roster.record, dim
    if dim in program.attributes:
        return program.attributes[dim]
    raise Unavailable(RunError("VBC6007", f"no record lists every {dim}"))


def parties(engine: Evaluation, year: int) -> I64:
    """The parties of a year, as codes."""
    program = engine.program(year)
    dimension = engine.dimension(program.party)
    if engine.request.parties is not None:
        return np.array([dimension.add(name) for name in engine.request.parties], dtype=np.int64)
    frame = keys_of(engine, year, program.party, (), None)
    return frame.codes[program.party].astype(np.int64, copy=False)


def wanted_keysets(engine: Evaluation, record: str, years: set[int]) -> set[Grouped]:
    """The sets of keys that the grains of the request need from a data record."""
    found: set[Grouped] = set()
    for year, grain in engine.plan.grains:
        if year not in years:
            continue
        program = engine.program(year)
        clock = finest_part(grain)
        current: list[str] = []
        for dim in ordered(program, grain):
            try:
                name, _ = source_of(program, dim)
            except Unavailable:
                current.append(dim)
                continue
            rows = program.records[name]
            if name == record and rows.is_data and engine.request.parties is None:
                carried = tuple(d for d in current if d in rows.dims)
                own = clock if dim != program.party and carries_clock(program, dim, name, clock) else None
                if dim in rows.dims:
                    found.add((tuple(sorted((dim, *carried))), own))
            current.append(dim)
    return found


def finest_part(grain: tuple[str, ...]) -> str | None:
    """The clock of a grain if it is finer than a year."""
    clock = finest(grain)
    return None if clock in WHOLE_YEAR else clock


def ordered(program: Program, grain: tuple[str, ...]) -> list[str]:
    """The dimensions of a grain that are no clocks, the party first."""
    plain = [d for d in grain if not is_clock(d)]
    return sorted(plain, key=lambda d: d != program.party)


def carries_clock(program: Program, dim: str, name: str, clock: str | None) -> bool:
    """Whether a key exists only in the periods, shorter than a year, in which its record lists it: a member in its
    months. A column that is a key (a Tier) has a value in each period of the year in which it occurs."""
    return clock is not None and program.records[name].clock == clock and dim not in program.attributes


def keys_of(engine: Evaluation, year: int, dim: str, carried: tuple[str, ...], clock: str | None) -> Frame:
    """The keys of a dimension together with the other dimensions that its roster carries."""
    program = engine.program(year)
    name, _ = source_of(program, dim)
    record = program.records[name]
    if (
        record.is_data
        and engine.request.parties is None
        and not engine.loaded(program, name)
        and dim in record.dims
    ):
        return engine.keyset(year, name, (dim, *carried), clock)
    if record.is_data and engine.request.parties is not None:
        return example_keys(engine, year, dim, carried, clock)
    return _rows_keys(engine, year, dim, carried, clock)


def _rows_keys(engine: Evaluation, year: int, dim: str, carried: tuple[str, ...], clock: str | None) -> Frame:
    """The different keys of the rows of a record in memory."""
    program = engine.program(year)
    name, column = source_of(program, dim)
    record = program.records[name]
    scope = engine.rows_of(program, name, year).scope
    codes: dict[str, Array] = {}
    if dim in record.dims:
        codes[dim] = scope.key(dim)
    else:
        codes[dim] = engine.as_keys(dim, scope.column(column))
    for other in carried:
        codes[other] = scope.key(other)
    if clock is not None:
        codes[clock] = scope.key(clock)
    columns = [v.full(c, scope.rows) for c in codes.values()]
    valid = np.flatnonzero(np.logical_and.reduce([c >= 0 for c in columns])) if columns else np.arange(0)
    columns = [c[valid] for c in columns]
    first, _ = unique_keys(columns, len(valid))
    found = {d: c[first] for d, c in zip(codes, columns, strict=True)}
    return Frame(year, tuple(codes), found, len(first))


def example_keys(
    engine: Evaluation, year: int, dim: str, carried: tuple[str, ...], clock: str | None
) -> Frame:
    """In an example: the keys of the rows that it states or that its facts make, and those that it names."""
    program = engine.program(year)
    wanted = (dim, *carried, *((clock,) if clock is not None else ()))
    found: dict[tuple[int, ...], None] = {}
    missing: Unavailable | None = None
    try:
        rows = _rows_keys(engine, year, dim, carried, clock)
        columns = [v.full(rows.codes[d], rows.rows).tolist() for d in wanted]
        found.update(dict.fromkeys(zip(*columns, strict=True)))
    except Unavailable as error:
        missing = error
    for picked in (*(fact.pick for fact in engine.request.given), *engine.request.named):
        for party in engine.request.parties or ():
            picks = {program.party: party, **dict(picked)}
            if all(d in picks for d in (dim, *carried)):
                keys = tuple(engine.dimension(d).add(picks[d]) for d in (dim, *carried))
                parts = engine.times.codes(year, clock).tolist() if clock is not None else []
                found.update(dict.fromkeys([(*keys, part) for part in parts] if parts else [keys]))
    if missing is not None and not found:
        raise missing
    codes = {d: np.array([row[i] for row in found], dtype=np.int64) for i, d in enumerate(wanted)}
    return Frame(year, wanted, codes, len(found))


def build(engine: Evaluation, year: int, grain: tuple[str, ...]) -> Frame:
    """The key table of a grain in a performance year."""
    program = engine.program(year)
    part = finest_part(grain)
    dims = ordered(program, grain)
    codes: dict[str, Array] = {}
    rows = 1
    if part is not None:
        codes[part] = engine.times.codes(year, part)
        rows = len(codes[part])
    if len(dims) == 2 and dims[0] == program.party and part is None and engine.request.parties is None:
        shared = _shared(engine, year, dims)
        if shared is not None:
            return shared
    for dim in dims:
        if dim == program.party:
            found = Frame(year, (dim,), {dim: parties(engine, year)}, 0)
            found.rows = len(found.codes[dim])
            carried: tuple[str, ...] = ()
            timed = None
        else:
            name, _ = source_of(program, dim)
            carried = tuple(d for d in codes if not is_clock(d) and d in program.records[name].dims)
            timed = part if carries_clock(program, dim, name, part) else None
            found = keys_of(engine, year, dim, carried, timed)
        by = (*carried, timed) if timed is not None else carried
        codes, rows = _join(codes, rows, found, dim, by)
    for clock in grain:
        if is_clock(clock) and clock not in codes:
            if clock in WHOLE_YEAR or part is None:
                codes[clock] = np.zeros(1, dtype=np.int64)
            else:
                table = engine.times.coarser(year, part, clock)
                assert table is not None
                codes[clock] = table[codes[part]]
    return Frame(year, grain, codes, rows)


def _shared(engine: Evaluation, year: int, dims: list[str]) -> Frame | None:
    """The keys of the roster record themselves, if they are of listed parties: no join is needed."""
    program = engine.program(year)
    party, dim = dims
    name, _ = source_of(program, dim)
    record = program.records[name]
    if not record.is_data or party not in record.dims or dim not in record.dims:
        return None
    listed = parties(engine, year)
    found = keys_of(engine, year, dim, (party,), None)
    codes = found.codes[party]
    most = max(int(listed.max(initial=0)), int(codes.max(initial=0))) + 1
    on = np.zeros(most, dtype=bool)
    on[listed] = True
    return found if bool(on[codes].all()) else None


def _join(
    codes: dict[str, Array], rows: int, other: Frame, dim: str, by: tuple[str, ...]
) -> tuple[dict[str, Array], int]:
    """Each row of the key table with each key of `other` that agrees with it in the dimensions `by`."""
    if dim in codes:
        return codes, rows
    if not by:
        left = np.repeat(np.arange(rows), other.rows)
        right = np.tile(np.arange(other.rows), rows)
    else:
        first, group = unique_keys([v.full(other.codes[d], other.rows) for d in by], other.rows)
        heads = Frame(other.year, by, {d: v.full(other.codes[d], other.rows)[first] for d in by}, len(first))
        place = heads.find([v.full(codes[d], rows) for d in by], rows)
        order = np.argsort(group, kind="stable")
        counts = np.bincount(group, minlength=len(first))
        starts = np.concatenate(([0], np.cumsum(counts)))
        many = np.where(place >= 0, counts[place] if len(counts) else 0, 0)
        left = np.repeat(np.arange(rows), many)
        within = np.arange(len(left)) - np.repeat(np.cumsum(many) - many, many)
        right = order[starts[place[left]] + within] if len(left) else np.arange(0)
    joined = {d: v.full(c, rows)[left] for d, c in codes.items()}
    joined[dim] = v.full(other.codes[dim], other.rows)[right]
    return joined, len(left)
