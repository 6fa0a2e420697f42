"""Settles a contract in many scenarios: facts once, then what differs.

The way in for the command line and for Python. `simulate` reads the data once, computes what no scenario changes
once, and everything else for each scenario, to the same cent as settling the changed text by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs
import numpy as np

from vbcdsl.compiler import Compiled
from vbcdsl.data import Bindings, Options, open_store
from vbcdsl.data.as_of import AsOf
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import Diagnostic, RunError, VbcError
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.engines.interface import Request
from vbcdsl.model.periods import Period
from vbcdsl.results.recorded import read_recorded
from vbcdsl.results.settle import RunOptions, all_records, chosen_years, years_with_rows
from vbcdsl.results.settlement import direction, payment_terms
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Bundle, Program, Term
from vbcdsl.rules.uses import walk
from vbcdsl.scenarios.outcome import Outcome, PaymentAmounts, YearOutcome
from vbcdsl.scenarios.places import LiteralPlace
from vbcdsl.scenarios.plan import Scenarios
from vbcdsl.scenarios.rewrite import DIM, TABLE, Rewritten, Varied, depends, visited, with_scenarios

IN_MEMORY = 4_000_000  # rows times readings up to which rows are visited in memory and not read again


def simulate(
    compiled: Compiled, scenarios: Scenarios, inputs: Mapping[str, object], bindings: Bindings | None = None,
    options: RunOptions | None = None,
) -> Outcome:  # fmt: skip
    """The payments of each party in each scenario. `VbcError` if the contract or the data is wrong, or a scenario
    names a key that no data has; an error of single values is in the outcome."""
    options = options or RunOptions()
    bundle = compiled.bundle
    chosen = chosen_years(bundle.calendar, options.years)
    records = all_records(bundle)
    reading = Options(threads=options.threads > 1, show_members=options.show_members)
    store = open_store(records, bundle.calendar, inputs, bindings, reading)
    store.check()
    supplied: Store = store
    if options.as_of is not None:
        supplied = AsOf(store, records, options.as_of)
    years = chosen or years_with_rows(bundle, supplied)
    recorded = read_recorded(options.recorded, bundle).facts
    terms = tuple(dict.fromkeys(
        term.name
        for year in years if year.number in bundle.by_year
        for term in payment_terms(bundle.by_year[year.number])
    ))  # fmt: skip
    request = Request(
        tuple(y.number for y in years), terms, recorded=recorded, threads=options.threads,
    )  # fmt: skip
    feeding = _feeds_reading(bundle, scenarios, supplied)
    pieces = []
    for chosen_lines in _readings(scenarios, feeding):
        part = _some(scenarios, chosen_lines)
        pieces.append((chosen_lines, _settled(bundle, part, len(chosen_lines), supplied, request, years)))
    outcome = _joined(compiled, scenarios, pieces)
    readings = len(pieces)
    noted = tuple(scenarios.varied[i].place.label for i in sorted(feeding)) if readings > 1 else ()
    return attrs.evolve(outcome, reads_again=noted, readings=readings, warnings=store.warnings)


# ---------------------------------------------------------------- what must be read again


def _feeds_reading(bundle: Bundle, scenarios: Scenarios, store: Store) -> frozenset[int]:
    """The varied things that stand inside a total which is made while a large record is read."""
    from vbcdsl.engines.arrow.plan import streamable

    rewritten = with_scenarios(bundle, scenarios.varied, len(scenarios))
    found: set[int] = set()
    for year, program in rewritten.bundle.by_year.items():
        plain = bundle.by_year[year]
        for name in rewritten.cone & set(program.terms):
            for node in walk(program.terms[name].expr):
                if not isinstance(node, n.Aggregate) or node.rows.source is None:
                    continue
                record = program.records[node.rows.source]
                if not record.is_data or not any(depends(item, rewritten.cone) for item in visited(node)):
                    continue
                base = attrs.evolve(node, rows=attrs.evolve(
                    node.rows, fixed=tuple(d for d in node.rows.fixed if d != DIM)))  # fmt: skip
                columns = {c for item in visited(node) for c in _varied_below(item, program, set())}
                if streamable(_without(base), plain) is None:
                    continue
                count = getattr(store.source(record.name), "rows", None)
                rows = count() if count is not None else None
                lines = len(
                    {tuple(scenarios.varied[c].values[s] for c in columns) for s in range(len(scenarios))}
                )
                if rows is None or rows * lines > IN_MEMORY:
                    found |= columns
    return frozenset(found)


def _without(node: n.Aggregate) -> n.Aggregate:
    """The aggregate as if no term of the cone had the scenario for a key."""
    return attrs.evolve(node, value=_plain(node.value), where=_plain(node.where), weight=_plain(node.weight))


def _plain(node: n.Node | None) -> n.Node | None:
    from vbcdsl.model.kinds import NUMBER
    from vbcdsl.scenarios.rewrite import rebuilt

    if node is None:
        return None

    def swap(item: n.Node) -> n.Node:
        if isinstance(item, n.Col) and item.record == TABLE:
            return n.Lit(0, NUMBER)  # type: ignore[arg-type]
        return item

    return rebuilt(node, swap)


def _varied_below(node: n.Node, program: Program, seen: set[str]) -> set[int]:
    """The columns of the table of scenarios that an expression stands on."""
    found: set[int] = set()
    for item in walk(node):
        if isinstance(item, n.Col) and item.record == TABLE:
            found.add(int(item.column))
        elif isinstance(item, n.Ref) and item.term not in seen and item.term in program.terms:
            seen.add(item.term)
            found |= _varied_below(program.terms[item.term].expr, program, seen)
    return found


def _readings(scenarios: Scenarios, feeding: frozenset[int]) -> list[list[int]]:
    """The scenarios by what must be read for them: each group has the same values of what feeds a reading."""
    groups: dict[tuple[object, ...], list[int]] = {}
    for line in range(len(scenarios)):
        key = tuple(scenarios.varied[i].values[line] for i in sorted(feeding))
        groups.setdefault(key, []).append(line)
    return list(groups.values())


def _some(scenarios: Scenarios, lines: list[int]) -> tuple[Varied, ...]:
    """The varied things in some scenarios."""
    return tuple(attrs.evolve(each, values=tuple(each.values[i] for i in lines)) for each in scenarios.varied)


# ---------------------------------------------------------------- one settlement of many scenarios


def _settled(
    bundle: Bundle, varied: tuple[Varied, ...], count: int, store: Store, request: Request,
    years: tuple[Period, ...],
) -> list[YearOutcome]:  # fmt: skip
    from vbcdsl.engines.arrow.scenario_keys import Facts
    from vbcdsl.engines.arrow.scenario_values import scenario_values

    rewritten = with_scenarios(bundle, varied, count)
    facts = Facts(rewritten.bundle, store, request, DIM, rewritten.cone)
    facts.read()
    wanted = [
        (year.number, term.name)
        for year in years if year.number in bundle.by_year
        for term in payment_terms(bundle.by_year[year.number])
    ]  # fmt: skip
    found, effort = scenario_values(facts, TABLE, count, wanted, request.threads)
    problems = facts.data_problems()
    if problems:
        raise VbcError(problems)
    _refuse_unknown_keys(facts, varied)
    return [arrange_year(facts, rewritten, bundle, year, found, count, effort) for year in years
            if year.number in bundle.by_year]  # fmt: skip


def _refuse_unknown_keys(facts: Any, varied: tuple[Varied, ...]) -> None:
    """A key that no row has would vary nothing."""
    for each in varied:
        if isinstance(each.place, LiteralPlace):
            continue
        for dim, text in each.place.keys:
            if facts.dimension(dim).code(text) < 0:
                near = nearest(text, facts.dimension(dim).pool.texts) if dim != "Member" else ()
                raise VbcError([
                    Diagnostic("VBC8040", f"--vary {each.place.label}: no {dim} is “{text}”",
                               help=f"did you mean {near[0]}?" if near else "")
                ])  # fmt: skip


def arrange_year(
    facts: Any, rewritten: Rewritten, bundle: Bundle, year: Period, found: dict[Any, Any], count: int, effort: Any,
) -> YearOutcome:  # fmt: skip
    """The payments of a year by party: amounts of finer keys added up."""
    program = bundle.by_year[year.number]
    listed = facts.frame(year.number, (program.party,))
    names = [facts.dimension(program.party).pool.texts[c] for c in listed.codes[program.party].tolist()]
    order = np.array(sorted(range(len(names)), key=names.__getitem__), dtype=np.int64)
    parties = [names[i] for i in order.tolist()]
    payments = []
    whole = any(program.party not in term.grain for term in payment_terms(program))
    if whole:
        parties = ["", *parties]
    for term in payment_terms(program):
        payments.append(
            _payment(facts, program, term, year, found[year.number, term.name], listed, order, whole)
        )
    return YearOutcome(year, tuple(parties), tuple(payments), count, effort)


def _payment(
    facts: Any, program: Program, term: Term, year: Period, amounts: Any, listed: Any, order: Any, whole: bool
) -> PaymentAmounts:
    """One payment by scenario and party, in whole units of 1/den."""
    from vbcdsl.engines.arrow import vec as v

    assert term.payment is not None
    frame = amounts.frame
    size = listed.rows + (1 if whole else 0)
    if program.party in frame.codes:
        row = listed.find([v.full(frame.codes[program.party], frame.rows)], frame.rows)
        place = np.empty(listed.rows + 1, dtype=np.int64)
        place[order] = np.arange(listed.rows) + (1 if whole else 0)
        place[-1] = -1
        column = place[row]
    else:
        column = np.zeros(frame.rows, dtype=np.int64)
    kept = np.flatnonzero(column >= 0)
    values, unscored, fault = amounts.values, amounts.unscored, amounts.fault
    if unscored is not None:
        values = np.where(unscored, 0, values)
    if fault is not None:
        values = np.where(fault != 0, 0, values)
    lines = values.shape[0]
    if len(kept) == frame.rows == size and bool((column[1:] > column[:-1]).all()):
        total = values
    elif len(np.unique(column[kept])) == len(kept):
        total = np.zeros((lines, size), dtype=values.dtype)
        total[:, column[kept]] = values[:, kept]
    else:
        total = np.zeros((lines, size), dtype=object)
        np.add.at(total.T, column[kept], values[:, kept].astype(object).T)
        if len(total) and abs(total).max() < 2**62:
            total = total.astype(np.int64)
    wrong = None
    if fault is not None and fault.any():
        wrong = np.zeros((fault.shape[0], size), dtype=np.int64)
        for k in kept.tolist():
            at = column[k]
            wrong[:, at] = np.where(wrong[:, at] != 0, wrong[:, at], fault[:, k])
    present = np.zeros(size, dtype=bool)
    present[column[kept]] = True
    payer, payee = direction(term.payment, program)
    sign = (payee == program.provider) - (payer == program.provider)
    errors: dict[int, RunError] = {}
    if wrong is not None:
        errors = {number: facts.faults[number] for number in np.unique(wrong).tolist() if number}
    return PaymentAmounts(
        term.section, term.name, payer, payee, sign, total, amounts.den, present, wrong, errors
    )


def _joined(
    compiled: Compiled, scenarios: Scenarios, pieces: list[tuple[list[int], list[YearOutcome]]]
) -> Outcome:
    """The outcomes of groups of scenarios as one, in the order of the scenarios."""
    if len(pieces) == 1:
        return Outcome(compiled, scenarios, tuple(pieces[0][1]))
    from vbcdsl.scenarios.outcome import put_together

    joined = tuple(
        put_together([(lines, found[at]) for lines, found in pieces], len(scenarios))
        for at in range(len(pieces[0][1]))
    )
    return Outcome(compiled, scenarios, joined)
