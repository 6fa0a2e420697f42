"""The values that a trace stands on: of all terms, and of the parts of sentences that visit rows of data."""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from vbcdsl.data import Bindings
from vbcdsl.diagnostics import RunError
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.reference.env import Env
from vbcdsl.model.values import Value
from vbcdsl.results.engines import engine_named
from vbcdsl.results.settle import supplied_again
from vbcdsl.results.settlement import Settled
from vbcdsl.rules import nodes as n
from vbcdsl.trace.lift import Lifted, lift, shifted
from vbcdsl.trace.visit import Recorder


@attrs.frozen
class Facts:
    """A settlement with the values of everything behind it."""

    settled: Settled
    lifted: Lifted
    results: Results
    recorder: Recorder
    results_years: tuple[int, ...]

    def part(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The value of a part of a sentence that has a hidden term."""
        return self.recorder.part(node, env)


def find_facts(
    settled: Settled, inputs: Mapping[str, object], bindings: Bindings | None = None, threads: int = 2
) -> Facts:
    """Compute the parts of sentences once more from the data of a settlement; earlier years too, where a sentence
    refers to another period."""
    lifted = lift(settled.bundle)
    numbers = tuple(year.number for year in settled.years)
    if shifted(settled.bundle) and numbers:
        numbers = tuple(range(1, max(numbers) + 1))
    names = dict.fromkeys(name for year in numbers for name in lifted.bundle.by_year[year].terms)
    store = supplied_again(settled, inputs, bindings, threads)
    recorded = settled.recorded.facts if settled.recorded is not None else ()
    request = Request(numbers, tuple(names), recorded=recorded, threads=threads)
    results = engine_named(settled.engine)(lifted.bundle, store, request)
    return Facts(settled, lifted, results, Recorder(lifted, results, numbers, recorded), numbers)
