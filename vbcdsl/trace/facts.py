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
from vbcdsl.results.settlement import Settled, payment_terms
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.rules.uses import terms_used
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

    def rows_behind(self, node: n.Node, env: Env) -> Value | RunError | None:
        """The number of rows that a part of a sentence counted."""
        return self.recorder.rows_behind(node, env)


def find_facts(
    settled: Settled, inputs: Mapping[str, object], bindings: Bindings | None = None, threads: int = 2,
    *, lifted: Lifted | None = None,
) -> Facts:  # fmt: skip
    """Compute the parts of sentences once more from the data of a settlement; earlier years too, where a sentence
    refers to another period. `lifted`: these parts only, in the years of the settlement."""
    whole = lifted is None
    lifted = lifted or lift(settled.bundle)
    numbers = tuple(year.number for year in settled.years)
    if whole and shifted(settled.bundle) and numbers:
        numbers = tuple(range(1, max(numbers) + 1))
    if whole:
        names = dict.fromkeys(name for year in numbers for name in lifted.bundle.by_year[year].terms)
    else:
        parts = lifted.parts.values()
        names = dict.fromkeys(name for part in parts for name in (part.name, part.rows) if name)
    store = supplied_again(settled, inputs, bindings, threads)
    recorded = settled.recorded.facts if settled.recorded is not None else ()
    request = Request(numbers, tuple(names), recorded=recorded, threads=threads)
    results = engine_named(settled.engine)(lifted.bundle, store, request)
    return Facts(settled, lifted, results, Recorder(lifted, results, numbers, recorded), numbers)


def find_parts(
    settled: Settled, inputs: Mapping[str, object], bindings: Bindings | None = None, threads: int = 2,
    *, term: str | None = None,
) -> Facts | None:  # fmt: skip
    """What an explanation of the payments, or of one term, shows of the parts that visit rows: their values and
    numbers of rows. None if no such part stands behind it."""
    lifted = lift(settled.bundle, lambda program: _behind(program, term))
    if not lifted.parts:
        return None
    return find_facts(settled, inputs, bindings, threads, lifted=lifted)


def _behind(program: Program, term: str | None) -> set[str]:
    """The terms that stand behind the payments, or behind one term."""
    waiting = [term] if term is not None else [t.name for t in payment_terms(program)]
    found: set[str] = set()
    while waiting:
        name = waiting.pop()
        if name not in found and name in program.terms:
            found.add(name)
            waiting += terms_used(program.terms[name].expr)
    return found
