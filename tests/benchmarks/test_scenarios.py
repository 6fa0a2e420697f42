"""A thousand scenarios of two thousand providers: the settlement stage, in process, after the facts are there."""

from __future__ import annotations

import os
import random
import statistics
import time

import pytest

from tests.benchmarks.measure import Report
from tests.scenarios.lakeside import lakeside
from tests.scenarios.test_simulate import differences
from vbcdsl.data import Options, open_store
from vbcdsl.engines.arrow.scenario_keys import Facts
from vbcdsl.engines.arrow.scenario_values import scenario_values
from vbcdsl.engines.interface import Request
from vbcdsl.results.settle import all_records
from vbcdsl.results.settlement import payment_terms
from vbcdsl.scenarios.plan import plan_scenarios
from vbcdsl.scenarios.rewrite import DIM, TABLE, with_scenarios
from vbcdsl.scenarios.simulate import simulate

pytestmark = pytest.mark.bench

YEAR, PROVIDERS, DRAWS, ROUNDS = 2, 2000, 1000, 7
VARIED = {
    "a row of the sharing rate": [("4.2 row 4", "normal(40%, 4%)")],
    "the rows of two tables": [('4.1 "2.0%" every', "uniform(1%, 3%)"), ('4.2 "75%" every', "uniform(70%, 80%)")],
    "rate, cap, band and fee": [
        ("4.2 row 4", "normal(40%, 4%)"), ('4.5 "10%"', "uniform(5%, 12%)"), ("4.4 row 3", "uniform(60%, 90%)"),
        ('4.7 "$3.50"', "uniform($2, $5)"),
    ],
    "the benchmark rate": [("Benchmark Rate", "normal(800, 20)")],
}  # fmt: skip


def test_a_thousand_scenarios_of_two_thousand_providers(report: Report) -> None:
    """The table, and the same cents as the changed text for some scenarios drawn at random."""
    compiled, data = lakeside(PROVIDERS, 2 * PROVIDERS)
    bundle = compiled.bundle
    store = open_store(all_records(bundle), bundle.calendar, data, None, Options())
    terms = tuple(term.name for term in payment_terms(bundle.by_year[YEAR]))
    lines = [
        "| varied | seconds (median) | fastest | processor seconds | rows computed exactly |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, vary in VARIED.items():
        scenarios = plan_scenarios(compiled, vary, draws=DRAWS)
        seconds, busy, exact = [], [], 0
        for _ in range(ROUNDS):
            rewritten = with_scenarios(bundle, scenarios.varied, len(scenarios))
            facts = Facts(rewritten.bundle, store, Request((YEAR,), terms), DIM, rewritten.cone)
            facts.read()
            start, before = time.perf_counter(), os.times()
            _, effort = scenario_values(facts, TABLE, len(scenarios), [(YEAR, term) for term in terms])
            seconds.append(time.perf_counter() - start)
            busy.append(os.times().user - before.user)
            exact = effort.exact
        middle, quickest, used = statistics.median(seconds), min(seconds), statistics.median(busy)
        assert quickest <= 0.15
        lines.append(f"| {name} | {middle:.3f} | {quickest:.3f} | {used:.2f} | {exact:,} |")
        if name != "the benchmark rate":  # a column of the data, not a number of the text
            some = random.Random(name).sample(range(len(scenarios)), 2)
            assert not differences(compiled, simulate(compiled, scenarios, data), data, lines=some)[0]
    said = (
        f"{DRAWS:,} scenarios of {PROVIDERS:,} providers, one performance year, three payments: from the facts to "
        "the cents of every payment in every scenario, two threads. Two scenarios of each line were also settled "
        "from the changed text (but for the benchmark rate, which is data): the same cents."
    )
    report.add("Scenarios", "\n".join([said, "", *lines, ""]))
