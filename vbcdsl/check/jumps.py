"""What happens at the edge between two rows: a jump, a broken straight line, rows that say the same."""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.check.edges import literal
from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import walk


@frozen
class _Edge:
    """Two rows that meet at an edge, and the values on both sides (None: not a literal or a line)."""

    at: Fraction
    below: n.LookupRow
    above: n.LookupRow
    before: Fraction | None
    after: Fraction | None


def check_jumps(view: View) -> list[Diagnostic]:
    """A straight line that does not meet its neighbour (a likely misprint), and the jumps of a stepped table."""
    result: list[Diagnostic] = []
    for _, node in view.each(n.Lookup):
        assert isinstance(node, n.Lookup)
        if any(isinstance(part, n.PeriodFact) for part in walk(node.subjects[0])):
            continue  # from year to year is no edge
        steps: list[tuple[_Edge, str]] = []
        for edge in _edges(node):
            if edge.before is None or edge.after is None or edge.before == edge.after:
                continue
            value_kind = view.kind(edge.above.value)
            kind = view.kind(node.subjects[0])
            where = shown(edge.at, _literal_kind(node, kind))
            words = f"at {where} from {shown(edge.before, value_kind)} to {shown(edge.after, value_kind)}"
            beside_line = any(isinstance(row.value, n.Line) for row in (edge.below, edge.above))
            if beside_line and 0 not in (
                edge.before,
                edge.after,
            ):  # from nothing to a first value is a threshold
                result.append(
                    found(
                        "VBC4102",
                        f"the value jumps {words}, beside a straight line",
                        edge.above.value.span,
                        node.section,
                        "check the numbers: a straight line usually meets the row beside it",
                        "warning",
                        (Label(edge.below.span, "the row below"),),
                    )
                )
            else:
                steps.append((edge, words))
        if steps:
            more = tuple(f"and {words}" for _, words in steps[1:])
            result.append(
                found(
                    "VBC4101",
                    f"the value jumps {steps[0][1]}",
                    steps[0][0].above.span,
                    node.section,
                    "",
                    "note",
                    details=more,
                )
            )
    return result


def steps_of_the_whole(view: View, table: n.Lookup, base: str) -> tuple[str, ...]:
    """What the rate of a row makes of the whole amount just below and at each edge: in dollars where the table is
    set by the amount, in percent of `base` where it is set by the amount in percent of that."""
    words: list[str] = []
    kind = _literal_kind(table, view.kind(table.subjects[0]))
    for edge in _edges(table):
        if edge.before is None or edge.after is None or edge.before == edge.after:
            continue
        below, above = (shown(edge.at * rate, kind) for rate in (edge.before, edge.after))
        of = f" of {base}" if base else ""
        words.append(f"at {shown(edge.at, kind)} it goes from {below} to {above}{of}")
    return tuple(words)


def _literal_kind(node: n.Lookup, kind: Kind) -> Kind:
    for row in node.rows:
        test = row.tests[0]
        if isinstance(test, n.Interval):
            for end in (test.low, test.high):
                if isinstance(end, n.Lit) and kind.base in ("ratio", "number"):
                    return end.kind
    return kind


def _edges(node: n.Lookup) -> list[_Edge]:
    if len(node.subjects) != 1 or node.mode == "first" or _is_a_clock(node.subjects[0]):
        return []
    starts: dict[Fraction, n.LookupRow] = {}
    for row in node.rows:
        test = row.tests[0]
        if isinstance(test, n.Interval) and test.low is not None and (low := literal(test.low)) is not None:
            starts.setdefault(low, row)
    found_edges: list[_Edge] = []
    for row in node.rows:
        test = row.tests[0]
        if not isinstance(test, n.Interval) or test.high is None or (high := literal(test.high)) is None:
            continue
        above = starts.get(high)
        if above is None and test.high_in:
            above = starts.get(high + 1)  # “from 5,000 through 5,999”, then “from 6,000 through …”
            high = high + 1 if above is not None else high
        if above is not None and above is not row:
            found_edges.append(_Edge(high, row, above, _value(row.value, high), _value(above.value, high)))
    return found_edges


def _is_a_clock(subject: n.Node) -> bool:
    """Whether rows are years, of the contract or of the party: they say which value is in force."""
    return any(isinstance(part, n.PeriodFact) for part in walk(subject))


def _value(node: n.Node, at: Fraction) -> Fraction | None:
    """The value of a row at an edge."""
    if isinstance(node, n.Lit):
        return node.value if isinstance(node.value, Fraction) else None
    if isinstance(node, n.Line):
        ends = [literal(end) for end in (node.x0, node.y0, node.x1, node.y1)]
        if None not in ends:
            x0, y0, x1, y1 = (end for end in ends if end is not None)
            if (
                at in (x1 + 1, x0 - 1) and x1 - x0 > 1
            ):  # the last whole number of the row reaches the end (Q17)
                at = x1 if at == x1 + 1 else x0
            return y0 + (y1 - y0) * (at - x0) / (x1 - x0)
    return None


def check_redundant_rows(view: View) -> list[Diagnostic]:
    """Neighbouring rows with one value; of a table that sets several terms, with one value for each of them."""
    told: dict[tuple[object, object], tuple[_Edge, n.Lookup]] = {}
    differ: set[tuple[object, object]] = set()
    for _, node in view.each(n.Lookup):
        assert isinstance(node, n.Lookup)
        for edge in _edges(node):
            rows = (edge.below.span, edge.above.span)
            if isinstance(edge.below.value, n.Lit) and edge.below.value == edge.above.value:
                told.setdefault(rows, (edge, node))
            else:
                differ.add(rows)
    return [
        found(
            "VBC4014",
            "this row and the row it adjoins have the same value",
            edge.above.span,
            node.section,
            "make one row of them, or correct the value",
            "warning",
            (Label(edge.below.span, "the other row"),),
        )
        for rows, (edge, node) in told.items()
        if rows not in differ
    ]
