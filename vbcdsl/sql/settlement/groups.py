"""One value from many rows: a table of groups, joined to the rows that ask for it.

The rows are those of a record, or the combinations of keys that exist. Where what is computed on a row needs only
the row's own keys, the rows are grouped by the keys that they must agree in; where it needs keys of the place
around (the Provider, for the rows of a table of the contract), each place is joined with its rows first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from vbcdsl.engines.arrow.times import WHOLE_YEAR, is_clock
from vbcdsl.model.periods import OWN
from vbcdsl.rules import nodes as n
from vbcdsl.sql.expression import NotExact, named
from vbcdsl.sql.settlement import values as v
from vbcdsl.sql.settlement.inputs import placed_by
from vbcdsl.sql.settlement.scope import KEY, ROW, NoKey, Scope
from vbcdsl.sql.settlement.values import Val

if TYPE_CHECKING:
    from vbcdsl.sql.settlement.compiler import Compiler
    from vbcdsl.sql.settlement.expressions import Expressions


@attrs.define
class Visit:
    """Visited rows: their scope, and the columns by which they are grouped, with what they are joined to."""

    scope: Scope
    by: list[tuple[str, str, str]]  # column, its name, what it is equal to on the rows that ask


def aggregate(compiler: Compiler, node: n.Aggregate, at: Expressions) -> Val:
    """A total, number, average, largest or smallest."""
    if node.name in ("median", "percentile"):
        raise NotExact(f"a {node.name}")
    if compiler.core and node.name == "average":
        raise NotExact("an average")

    def columns(inner: Expressions) -> dict[str, str]:
        where = _where(node.where, inner)
        return _aggregate_columns(node, inner, where)

    alias, facts = _grouped(compiler, node, at, columns)
    return _aggregate_value(node, alias, facts)


def quantified(compiler: Compiler, node: n.Quantified, at: Expressions) -> Val:
    """Whether enough rows meet a condition."""

    def columns(inner: Expressions) -> dict[str, Any]:
        where = _where(node.where, inner)
        cond = inner.flag(node.cond)
        found = {"held": _count(where), "met": _count(_and(where, cond.text))}
        if cond.nullable and not node.unscored_as_not_met:
            found["unscored"] = _count(_and(where, f"{cond.inner} IS NULL"))
        return found

    alias, facts = _grouped(compiler, node, at, columns)
    met, held = (Val("number", f"COALESCE({alias}.{name}, 0)") for name in ("met", "held"))
    unscored = "unscored" in facts
    if unscored and node.scored_only:
        held = Val("number", f"COALESCE({alias}.held - {alias}.unscored, 0)")
    empty = at.stopped("there is nothing to count")
    none = Val("flag", f"{held.text} = 0")
    if node.count is not None and not node.every:
        enough = v.compare(node.op, met, v.number(node.count))
        if not node.scored_only:
            enough = v.case([(none, empty)], enough)
    elif node.every:
        every = v.compare("=", met, held)
        if node.scored_only and node.count is not None:
            raise NotExact("a count in every row")
        enough = v.case([(none, empty)], every)
    else:
        assert node.percent is not None
        share = v.compare(node.op, met, v.multiply([v.number(node.percent), held]))
        enough = v.case([(none, empty)], share)
    if unscored and not node.scored_only:
        some = Val("flag", f"COALESCE({alias}.unscored, 0) > 0")
        return v.case([(some, v.NOTHING)], enough)
    return enough


# ---------------------------------------------------------------- what is kept of a group


def _where(node: n.Node | None, inner: Expressions) -> str | None:
    if node is None:
        return None
    found = inner.flag(node)
    if found.base == "nothing":
        raise NotExact("a condition that is never scored")
    if found.nullable:
        stop = v.stop(f"section {inner.scope.section}: a row's condition is not scored", "flag")
        inner.scope.guards.append(f"CASE WHEN {found.inner} IS NULL THEN {stop} ELSE TRUE END")
    return found.text


def _count(condition: str | None) -> str:
    return "COUNT(*)" if condition is None else f"COUNT(CASE WHEN {condition} THEN 1 END)"


def _and(where: str | None, condition: str) -> str:
    return condition if where is None else f"{v.part(where)} AND {v.part(condition)}"


def _chosen(where: str | None, text: str) -> str:
    return text if where is None else f"CASE WHEN {where} THEN {text} END"


def _aggregate_columns(node: n.Aggregate, inner: Expressions, where: str | None) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if node.name == "number":
        chosen = where
        if node.value is not None:
            held = inner.flag(node.value)
            if held.nullable and not node.scored_only:
                found["unscored"] = _count(_and(where, f"{held.inner} IS NULL"))
            chosen = _and(where, held.text)
        if node.distinct is not None:
            found["number"] = f"COUNT(DISTINCT {_chosen(chosen, inner.scope.key(node.distinct))})"
        else:
            found["number"] = _count(chosen)
        return found
    assert node.value is not None
    value = inner.value(node.value)
    if value.base not in ("number", "day") or (value.base == "day" and node.name in ("total", "average")):
        raise NotExact("a total of what is no number")
    if isinstance(value.den, str):
        raise NotExact("a total of quotients, each with a divisor of its own")
    weight = None if node.weight is None else inner.value(node.weight)
    if weight is not None and isinstance(weight.den, str):
        raise NotExact("weights that are quotients, each with a divisor of its own")
    unsure = [each for each in (value, weight) if each is not None and each.nullable]
    if unsure and not node.scored_only:
        none = " OR ".join(f"{each.inner} IS NULL" for each in unsure)
        found["unscored"] = _count(_and(where, none))
    scored = " AND ".join(f"{each.inner} IS NOT NULL" for each in unsure)
    chosen = _and(where, scored) if scored else where
    found["den"], found["base"] = value.den, value.base
    if node.name in ("largest", "smallest"):
        name = "MAX" if node.name == "largest" else "MIN"
        found["extreme"] = f"{name}({_chosen(where, value.text)})"
        return found
    if weight is None:
        found["total"] = f"SUM({_chosen(where, value.text)})"
        if node.name == "average":
            found["rows_counted"] = _count(chosen)
    else:
        found["total"] = f"SUM({_chosen(chosen, v.times(value.text, v.part(weight.text)))})"
        found["weights"] = f"SUM({_chosen(chosen, weight.text)})"
        found["rows_counted"] = _count(chosen)
        found["negative"] = _count(_and(chosen, f"{weight.inner} < 0"))
        found["message"] = f"section {inner.scope.section}: weights below zero, or that add to zero"
    return found


def _aggregate_value(node: n.Aggregate, alias: str, facts: dict[str, Any]) -> Val:
    unscored = "unscored" in facts
    if node.name == "number":
        found = Val("number", f"COALESCE({alias}.number, 0)")
    elif node.name in ("largest", "smallest"):
        found = Val(facts["base"], f"{alias}.extreme", facts["den"], True)
    elif node.name == "total":
        found = Val("number", f"COALESCE({alias}.total, 0)", facts["den"])
    elif node.weight is None:
        divisor = v.times(f"NULLIF({alias}.rows_counted, 0)", facts["den"])
        found = Val("number", f"{alias}.total", divisor, True)
        found = attrs.evolve(found, text=f"CASE WHEN {alias}.rows_counted > 0 THEN {alias}.total END")
    else:
        wrong = f"{alias}.negative > 0 OR {alias}.weights = 0"
        divisor = v.times(f"{alias}.weights", facts["den"])
        stopped = v.stop(facts["message"])
        divisor = f"CASE WHEN {alias}.rows_counted > 0 AND ({wrong}) THEN {stopped} ELSE {divisor} END"
        found = Val("number", f"{alias}.total", divisor, True)
    if unscored:
        some = Val("flag", f"{alias}.unscored > 0")
        found = v.case([(some, v.NOTHING)], found)
    return found


# ---------------------------------------------------------------- the table of groups


def _grouped(compiler: Compiler, node: Any, at: Expressions, columns: Any) -> tuple[str, dict[str, Any]]:
    """Makes the table of groups and joins it: its alias, and what its columns are."""
    from vbcdsl.sql.settlement.compiler import Table
    from vbcdsl.sql.settlement.expressions import Expressions as Inner

    outer = at.scope
    memo = ("groups", node)
    known = outer.groups.get(memo)
    if known is not None:
        return known
    try:
        visit = _rows(compiler, node.rows, outer)
        facts = columns(Inner(compiler, visit.scope))
    except NoKey:
        visit = _around(compiler, node.rows, outer)
        facts = columns(Inner(compiler, visit.scope))
    texts = {k: t for k, t in facts.items() if k not in ("den", "base", "message")}
    selects = [f"{column} AS {name}" for column, name, _ in visit.by]
    selects += [f"{text} AS {name}" for name, text in texts.items()]
    chosen = ",\n  ".join(selects)
    text = f"SELECT {chosen}\n{visit.scope.clause(chosen)}"
    if visit.by:
        text += "\nGROUP BY " + ", ".join(column for column, _, _ in visit.by)
    source = node.rows.source or " and ".join(node.rows.binds) or "keys"
    comment = f"{outer.section}, {outer.title}: over {source}" if outer.title else f"over {source}"
    table = compiler.add(Table(compiler.name(f"{outer.title} over {source}", outer.year), (comment,), text))
    alias = outer.alias(table.name)
    named = table.name if alias == table.name else f"{table.name} AS {alias}"
    if visit.by:
        on = " AND ".join(f"{alias}.{name} = {other}" for _, name, other in visit.by)
        outer.joins.append(f"LEFT JOIN {named} ON {on}")
    else:
        outer.joins.append(f"CROSS JOIN {named}")
    outer.groups[memo] = (alias, facts)
    return alias, facts


def _rows(compiler: Compiler, rows: n.Rows, outer: Scope) -> Visit:
    """The rows by themselves."""
    if rows.window is not None:
        raise NotExact("rows of several performance years, or to date")
    if rows.others:
        raise NotExact("the rows of all others")
    if OWN in rows.fixed or OWN in rows.binds:
        raise NotExact("periods of the contract's own")
    return _of_keys(compiler, rows, outer) if rows.source is None else _of_record(compiler, rows, outer)


def _of_record(compiler: Compiler, rows: n.Rows, outer: Scope) -> Visit:
    assert rows.source is not None
    record = outer.program.records[rows.source]
    clocks = [d for d in rows.fixed if is_clock(d)]
    placed = placed_by(record)
    if placed is not None and not clocks:
        raise NotExact("the rows of all performance years")
    table = compiler.inputs.table(record, outer.year)
    own = {c.name for c in record.columns}
    dims = {d: f"{ROW}.{named(d)}" for d in record.dims if d in own and not is_clock(d)}
    fine = placed is not None and placed not in WHOLE_YEAR
    scope = Scope(
        outer.program, outer.year, f"{table.name} AS {ROW}", dims, placed if fine else None,
        f"{ROW}.{named(placed)}" if fine and placed else "", record=record.name,
        columns=_prefixed(compiler, record), title=outer.title, section=outer.section,
    )  # fmt: skip
    by = []
    for dim in rows.fixed:
        if is_clock(dim):
            continue
        if dim not in dims:
            raise NotExact(f"the {dim}, which the rows of {record.name} do not carry")
        by.append((dims[dim], named(dim), outer.key(dim)))
    if outer.clock is not None and not fine and placed is not None:
        pass  # the rows of the year count in each of its periods
    if placed is not None and clocks and clocks[0] not in WHOLE_YEAR:
        if not fine:
            raise NotExact(f"rows of a year in each {clocks[0]}")
        by.append((compiler.code(clocks[0], scope), named(clocks[0]), compiler.code(clocks[0], outer)))
    return Visit(scope, by)


def _prefixed(compiler: Compiler, record: Any) -> Any:
    from vbcdsl.sql.settlement.inputs import Columns

    columns = compiler.inputs.columns(record)

    class Visited(Columns):
        def __init__(self) -> None:
            super().__init__({})

        def __getitem__(self, name: str) -> Val:
            found = columns[name]
            return attrs.evolve(found, text=f"{ROW}.{found.text}")

    return Visited()


def _of_keys(compiler: Compiler, rows: n.Rows, outer: Scope) -> Visit:
    program = outer.program
    clocks = [d for d in rows.fixed if is_clock(d) and d not in WHOLE_YEAR]
    if not any(is_clock(d) for d in rows.fixed) and outer.clock is not None:
        clocks = [outer.clock]
    fixed = [d for d in rows.fixed if not is_clock(d)]
    binds = [d for d in rows.binds if d not in WHOLE_YEAR]
    if clocks:
        for dim in (*fixed, *binds):
            roster = program.rosters.get(dim)
            placed = placed_by(program.records[roster.record]) if roster is not None else None
            if placed is not None and placed not in WHOLE_YEAR and placed != clocks[0]:
                raise NotExact(f"the list of each {dim} in a {clocks[0]}")
        if any(is_clock(d) for d in binds):
            raise NotExact("periods inside a period")
    dims = tuple(dict.fromkeys((*fixed, *clocks, *binds)))
    table = compiler.key_sets.table(dims, outer.year)
    clock = next((d for d in dims if is_clock(d)), None)
    scope = Scope(
        program, outer.year, f"{table.name} AS {ROW}",
        {d: f"{ROW}.{named(d)}" for d in dims if not is_clock(d)},
        clock, f"{ROW}.{named(clock)}" if clock else "", grain=dims, title=outer.title, section=outer.section,
    )  # fmt: skip
    by = [(scope.dims[d], named(d), outer.key(d)) for d in fixed]
    if clocks:
        by.append((scope.code, named(clocks[0]), compiler.code(clocks[0], outer)))
    return Visit(scope, by)


def _around(compiler: Compiler, rows: n.Rows, outer: Scope) -> Visit:
    """Each place joined with its rows."""
    if outer.grain is None or rows.source is None:
        raise NotExact("a key that the rows do not carry")
    alone = _rows(compiler, rows, outer)
    inner = alone.scope
    on = " AND ".join(f"{column} = {other}" for column, _, other in alone.by)
    join = f"JOIN {inner.origin} ON {on}" if on else f"CROSS JOIN {inner.origin}"
    if any("." in other and not other.startswith(f"{KEY}.") for _, _, other in alone.by):
        raise NotExact("a key that is computed")
    scope = attrs.evolve(
        inner, origin=f"{outer.origin}\n{join}", dims={**outer.dims, **inner.dims}, joins=[], guards=[],
        named={}, groups={}, taken=set(), grain=None,
        clock=inner.clock or outer.clock, code=inner.code or outer.code,
    )  # fmt: skip
    by = [(at, at.split(".")[-1], at) for at in outer.key_columns()]
    return Visit(scope, by)
