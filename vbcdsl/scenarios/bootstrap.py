"""Parties drawn again: how much the total of the payments depends on who is in the program.

Each draw takes as many parties as there are, with replacement, and adds up their net payments. That is only
meaningful if the payment of a party does not depend on the others; a contract with pools or peer means is
refused.
"""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.results.settlement import payment_terms
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Program
from vbcdsl.rules.uses import walk
from vbcdsl.scenarios.outcome import Outcome, quantiles_of

EXACT = 2**53


def bootstrap(outcome: Outcome, draws: int, seed: int = 1) -> tuple[tuple[Fraction, Fraction], ...]:
    """For each scenario the total that 5% and that 95% of the draws do not exceed. The same seed gives the same
    draws."""
    for program in outcome.compiled.bundle.by_year.values():
        shared = _across(program)
        if shared:
            raise VbcError([
                Diagnostic("VBC8042", f"--bootstrap: {shared} depends on other parties, so that parties cannot be "
                           "drawn one by one")
            ])  # fmt: skip
    net, den, wrong = outcome.nets()
    values = np.where(wrong, 0, net)
    parties = values.shape[1]
    stream = random.Random(f"{seed} parties")
    counts = np.zeros((draws, parties))
    for line in range(draws):
        chosen = stream.choices(range(parties), k=parties) if parties else []
        counts[line] = np.bincount(np.array(chosen, dtype=np.int64), minlength=parties)
    largest = int(abs(values).max()) if values.size else 0
    if values.dtype != object and largest * max(1, parties) < EXACT:
        totals = (counts @ values.T.astype(np.float64)).astype(np.int64)  # whole numbers below 2**53: exact
    else:
        totals = counts.astype(np.int64).astype(object) @ values.T.astype(object)
    ranges = []
    for column in range(values.shape[0]):
        low, high = quantiles_of(totals[:, column], den, (5, 95))
        ranges.append((low, high))
    return tuple(ranges)


def _across(program: Program) -> str:
    """A term behind a payment that takes in other parties; "" if there is none."""
    seen: set[str] = set()
    todo = [term.name for term in payment_terms(program)]
    while todo:
        name = todo.pop()
        if name in seen or name not in program.terms:
            continue
        seen.add(name)
        for node in walk(program.terms[name].expr):
            if isinstance(node, n.Ref):
                todo.append(node.term)
            elif isinstance(node, (n.Aggregate, n.Quantified, n.Rank, n.PoolShare, n.WithLargest)):
                source = program.records.get(node.rows.source or "")
                own = source is None or program.party in source.dims
                if node.rows.others or (own and program.party not in node.rows.fixed):
                    return name
    return ""
