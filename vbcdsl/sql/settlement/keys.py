"""The keys that exist, as tables: each combination of the keys of a grain in a performance year (Q8).

They follow `RowSets.environments` of the reference engine: parties come from their roster, other keys from
theirs with whatever other wanted keys its rows carry, and periods from the calendar.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from vbcdsl.engines.arrow.times import WHOLE_YEAR, is_clock
from vbcdsl.model.periods import OWN
from vbcdsl.rules.program import Program
from vbcdsl.sql.expression import NotExact, named

if TYPE_CHECKING:
    from vbcdsl.sql.settlement.compiler import Compiler, Table


class Keys:
    """The tables of keys of a compiler."""

    def __init__(self, compiler: Compiler) -> None:
        self.compiler = compiler
        self._made: dict[tuple[tuple[str, ...], int], Table] = {}

    def table(self, dims: tuple[str, ...], year: int) -> Table:
        """The combinations of these keys (a clock among them: the number of the period)."""
        from vbcdsl.sql.settlement.compiler import Table

        wanted = tuple(sorted(dims))
        found = self._made.get((wanted, year))
        if found is not None:
            return found
        compiler = self.compiler
        program = compiler.bundle.by_year[year]
        froms, selects = self._parts(program, wanted, year)
        name = compiler.name("keys " + " ".join(dims), year)
        listed = ", ".join(f"{at} AS {named(dim)}" for dim, at in ((d, selects[d]) for d in dims))
        text = f"SELECT DISTINCT {listed}\nFROM " + "\n".join(froms)
        words = " and ".join(dims)
        found = compiler.add(Table(name, (f"each {words} in {compiler.label(year)}",), text, tuple(dims)))
        self._made[wanted, year] = found
        return found

    def by_roster(self, dims: tuple[str, ...], year: int) -> bool:
        """Whether the parties of these keys are those of the roster."""
        program = self.compiler.bundle.by_year[year]
        joint = [d for d in dims if d != program.party and not is_clock(d)]
        return program.party in dims and not any(self._carries_party(program, d) for d in joint)

    def _carries_party(self, program: Program, dim: str) -> bool:
        roster = program.rosters.get(dim)
        return (
            roster is not None
            and program.party in program.records[roster.record].dims
            and dim not in program.attributes
        )

    def _parts(self, program: Program, dims: tuple[str, ...], year: int) -> tuple[list[str], dict[str, str]]:
        """The FROM clause, and the column of each key."""
        froms: list[str] = []
        at: dict[str, str] = {}
        todo = [d for d in dims if d not in WHOLE_YEAR]
        clocks = [d for d in todo if is_clock(d)]
        if OWN in clocks or len(clocks) > 1:
            raise NotExact("periods of the contract's own")
        if program.party in todo and not any(
            self._carries_party(program, d) for d in todo if d != program.party and not is_clock(d)
        ):
            roster = program.records[program.rosters[program.party].record]
            table = self.compiler.inputs.table(roster, year)
            froms.append(f"{table.name} AS p")
            at[program.party] = f"p.{named(program.party)}"
            todo.remove(program.party)
        while todo:
            dim = next((d for d in todo if not is_clock(d) and d != program.party), todo[0])
            if is_clock(dim):
                self._periods(program, dim, year, froms, at)
                todo.remove(dim)
                continue
            todo = self._roster(program, dim, todo, year, froms, at)
        return froms, at

    def _roster(
        self, program: Program, dim: str, todo: list[str], year: int, froms: list[str], at: dict[str, str]
    ) -> list[str]:
        if dim not in program.rosters:
            raise NotExact(f"the list of each {dim}")
        record = program.records[program.rosters[dim].record]
        attribute = dim in program.attributes
        column = program.attributes.get(dim, (record.name, dim))[1]
        also = [] if attribute else [d for d in todo if d != dim and d in record.dims and not is_clock(d)]
        placed = record.clock if record.date_column is None else "Month"
        clock = record.clock if not attribute and record.clock in todo else None
        if placed is not None and placed not in WHOLE_YEAR and clock is None and any(is_clock(d) for d in at):
            raise NotExact(f"the list of each {dim} in a period")
        table = self.compiler.inputs.table(record, year)
        alias = f"l{len(froms)}"
        own = {c.name for c in record.columns}
        same = [
            f"{alias}.{named(d)} = {known}"
            for d, known in at.items()
            if d in own and d in record.dims and d != dim
        ]
        for d in (dim, *also):
            at[d] = f"{alias}.{named(column if d == dim else d)}"
        if clock is not None:
            at[clock] = f"{alias}.{named(clock)}"
        join = f"{table.name} AS {alias}"
        if froms:
            join = f"JOIN {join} ON {' AND '.join(same)}" if same else f"CROSS JOIN {join}"
        froms.append(join)
        return [d for d in todo if d not in (dim, *also, clock)]

    def _periods(self, program: Program, clock: str, year: int, froms: list[str], at: dict[str, str]) -> None:
        table = self.compiler.inputs.calendar(program, clock, year)
        froms.append(f"CROSS JOIN {table.name} AS c" if froms else f"{table.name} AS c")
        at[clock] = f"c.{named(clock)}"
