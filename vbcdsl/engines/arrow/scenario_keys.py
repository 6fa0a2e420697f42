"""The columnar engine with scenarios as a key: everything that no scenario changes is computed once.

Above it stands `vbcdsl/scenarios`, which writes a contract whose varied terms have the scenario as a key
(`rewrite.py`). `Facts` reads the data and holds what is the same in all scenarios; a `Part` computes the rest for
some scenarios, or for some pairs of party and scenario, on the same facts.
"""

from __future__ import annotations

import copy
import threading

import numpy as np

from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.arrow import frames
from vbcdsl.engines.arrow import vec as v
from vbcdsl.engines.arrow.evaluate import Evaluation
from vbcdsl.engines.arrow.faults import Faults
from vbcdsl.engines.arrow.ints import I64, Array
from vbcdsl.engines.arrow.scope import Frame
from vbcdsl.engines.arrow.tables import RecordTable
from vbcdsl.engines.arrow.vec import Vec
from vbcdsl.engines.interface import Request
from vbcdsl.rules.program import Bundle, Program


class SharedFaults(Faults):
    """Errors that several threads number."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()

    def number(self, error: RunError) -> int:
        """The number of an error; equal errors have one number."""
        with self._lock:
            return super().number(error)


class Facts(Evaluation):
    """What a request computes that no scenario changes. `dim` is the key of scenarios, `cone` the terms that
    have it."""

    def __init__(
        self, bundle: Bundle, store: Store, request: Request, dim: str, cone: frozenset[str]
    ) -> None:
        super().__init__(bundle, store, request)
        self.dim, self.cone = dim, cone
        self.faults = SharedFaults()
        self._texts: list[str] = []

    def scenario_codes(self, scenarios: int) -> I64:
        """The codes of the first so many scenarios, by number."""
        dimension = self.dimension(self.dim)
        return np.array([dimension.add(str(i)) for i in range(scenarios)], dtype=np.int64)


class Part(Evaluation):
    """Some scenarios on the same facts: all keys of `codes`, or the pairs (`parties`, `codes`) alone."""

    ground: Facts
    codes: I64
    parties: Array | None

    @classmethod
    def of(cls, facts: Facts, codes: I64, parties: Array | None = None) -> Part:
        """The part for these scenarios, or for these pairs of party and scenario (both as codes)."""
        part = copy.copy(facts)
        part.__class__ = cls  # type: ignore[assignment]
        assert isinstance(part, Part)
        part.ground, part.codes, part.parties = facts, codes, parties
        part._frames, part._columns, part._parts, part._tables = {}, {}, {}, {}
        return part

    def known(self, year: int, name: str, values: Vec) -> None:
        """Notes the values of a term that was computed before, for the keys of this part."""
        self._columns[year, name] = values

    def column(self, year: int, name: str) -> Vec:
        """The values of a term at the keys of its grain."""
        facts = self.ground
        return super().column(year, name) if name in facts.cone else facts.column(year, name)

    def part(self, year: int, name: str, code: int) -> Vec:
        """The column of a recurrent term, valid for the keys of one period."""
        facts = self.ground
        return super().part(year, name, code) if name in facts.cone else facts.part(year, name, code)

    def table(self, program: Program, name: str) -> RecordTable:
        """A record in memory: the rows of the facts, visited from here."""
        record = program.records[name]
        key = (name, id(record) if not record.is_data else 0)
        found = self._tables.get(key)
        if found is None:
            found = copy.copy(self.ground.table(program, name))
            found.engine, found._parts = self, {}
            self._tables[key] = found
        return found

    def loaded(self, program: Program, name: str) -> bool:
        """Whether the record is in memory already (or is a table of the contract)."""
        return self.ground.loaded(program, name)

    def frame(self, year: int, grain: tuple[str, ...]) -> Frame:
        """The key table of a grain: with scenarios, the keys of the facts for each of them, scenario after
        scenario."""
        dim = self.ground.dim
        if dim not in grain:
            return self.ground.frame(year, grain)
        key = (year, tuple(sorted(grain)))
        found = self._frames.get(key)
        if found is None:
            base = self.ground.frame(year, tuple(d for d in grain if d != dim))
            found = self._frames[key] = self._with_scenarios(base, grain)
        return found

    def _with_scenarios(self, base: Frame, grain: tuple[str, ...]) -> Frame:
        party = self.program(base.year).party
        dim = self.ground.dim
        if self.parties is None or party not in base.codes:
            codes = np.unique(self.codes) if self.parties is not None else self.codes
            joined = {d: c if len(c) == 1 else np.tile(c, len(codes)) for d, c in base.codes.items()}
            if base.rows == 1:  # a key table of one row may hold it as one for all
                joined = {d: np.tile(c, len(codes)) for d, c in base.codes.items()}
            joined[dim] = np.repeat(codes, base.rows)
            return Frame(base.year, grain, joined, base.rows * len(codes))
        pairs = Frame(base.year, (party, dim), {party: self.parties, dim: self.codes}, len(self.codes))
        joined, rows = frames._join(dict(base.codes), base.rows, pairs, dim, (party,))
        return Frame(base.year, grain, joined, rows)


def gathered(values: Vec, positions: Array) -> Vec:
    """The values at some rows of a key table."""
    return v.take(values, positions)
