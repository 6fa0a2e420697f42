"""Tables with a value for each row: gaps, overlaps, rows that never apply, each with a value that shows it.

The subject's possible values are cut at the edges of the rows; each edge and one value of each piece between
are tried, so that nothing between two tried values can differ from both.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from fractions import Fraction
from functools import cached_property
from itertools import pairwise, product

import attrs

from vbcdsl.check.domain import Domain
from vbcdsl.check.edges import Scale, scale_of
from vbcdsl.check.view import View, found, shown
from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import OWN
from vbcdsl.rules import nodes as n

_MOST_TRIED = 20_000
_MOST_SHOWN = 3
_OTHER = "any other text"


@frozen
class Try:
    """A value that is tried for a subject: its place on the scale or its text, and how it is shown."""

    value: Fraction | str
    words: str


@frozen
class Axis:
    """One subject of a table with the values to try, in order."""

    subject: n.Node
    tests: tuple[n.RowTest, ...]
    scale: Scale | None
    tries: tuple[Try, ...]

    def takes(self, row: int, tried: Try) -> bool:
        """Whether a row's test takes the value."""
        test = self.tests[row]
        match test:
            case n.AnyOther():
                return True
            case n.IsText(text=text):
                return text == tried.value
            case n.Interval():
                reach = self._reaches[row]
                return reach is not None and not isinstance(tried.value, str) and reach.holds(tried.value)
        return False

    @cached_property
    def _reaches(self) -> tuple[Domain | None, ...]:
        """The numbers that each row's test takes."""
        return tuple(
            _interval(test, self.scale) if isinstance(test, n.Interval) and self.scale is not None else None
            for test in self.tests
        )


def check_tables(view: View) -> list[Diagnostic]:
    """All tables of a text."""
    diagnostics: list[Diagnostic] = []
    for _, node in view.each(n.Lookup):
        assert isinstance(node, n.Lookup)
        diagnostics.extend(_Table(view, node).run())
    return diagnostics


def _interval(test: n.Interval, scale: Scale) -> Domain:
    low = scale.place(test.low) if test.low is not None else None
    high = scale.place(test.high) if test.high is not None else None
    return Domain(low, test.low_in, high, test.high_in)


def _ends(tests: tuple[n.RowTest, ...]) -> list[tuple[n.Node | None, n.Node | None]]:
    return [(test.low, test.high) for test in tests if isinstance(test, n.Interval)]


class _Table:
    def __init__(self, view: View, node: n.Lookup) -> None:
        self.view = view
        self.node = node
        self.diagnostics: list[Diagnostic] = []

    def run(self) -> list[Diagnostic]:
        subjects = self.node.subjects
        tests = [tuple(row.tests[k] for row in self.node.rows) for k in range(len(subjects))]
        scales = [scale_of(_ends(column)) for column in tests]
        if any(scale.mode == "order" for scale in scales):
            if len(subjects) == 1:
                self._in_order(subjects[0], scales[0])
            return self.diagnostics
        empty = self._empty_rows(tests, scales)
        axes = [
            self._axis(s, column, scale) for s, column, scale in zip(subjects, tests, scales, strict=True)
        ]
        if any(axis is None for axis in axes):
            return self.diagnostics
        self._try_all([axis for axis in axes if axis is not None], empty)
        return self.diagnostics

    def _say(
        self,
        code: str,
        message: str,
        row: int,
        help: str = "",
        other: int | None = None,
        warning: bool = False,
    ) -> None:
        labels = () if other is None else (Label(self.node.rows[other].span, "and this row"),)
        self.diagnostics.append(
            found(
                code,
                message,
                self.node.rows[row].span,
                self.node.section,
                help,
                "warning" if warning else "error",
                labels,
            )
        )

    def _empty_rows(self, tests: list[tuple[n.RowTest, ...]], scales: list[Scale]) -> set[int]:
        empty: set[int] = set()
        for column, scale in zip(tests, scales, strict=True):
            for row, test in enumerate(column):
                if isinstance(test, n.Interval) and _interval(test, scale).empty and row not in empty:
                    empty.add(row)
                    self._say(
                        "VBC4013",
                        "this row takes no value: its upper end is not above its lower end",
                        row,
                        "exchange the two ends",
                    )
        return empty

    # ------------------------------------------------------------ the values to try

    def _axis(self, subject: n.Node, tests: tuple[n.RowTest, ...], scale: Scale) -> Axis | None:
        kind = self.view.kind(subject)
        if any(isinstance(test, n.Interval) for test in tests):
            return Axis(subject, tests, scale, tuple(self._numbers(subject, tests, scale, kind)))
        if not any(isinstance(test, n.IsText) for test in tests):
            return Axis(subject, tests, scale, (Try(_OTHER, "any value"),))
        named = [test.text for test in tests if isinstance(test, n.IsText)]
        if kind.base == "yes or no":
            known: tuple[str, ...] | None = ("yes", "no")
        else:
            known = self.view.texts_of(subject)
        texts = tuple(dict.fromkeys((*(known or ()), *named)))
        tries = [Try(text, text if kind.base == "yes or no" else f"“{text}”") for text in texts]
        if known is None and any(isinstance(test, n.AnyOther) for test in tests):
            tries.append(Try(_OTHER, "a text that no row names"))
        return Axis(subject, tests, scale, tuple(tries))

    def _numbers(
        self, subject: n.Node, tests: tuple[n.RowTest, ...], scale: Scale, kind: Kind
    ) -> Iterator[Try]:
        if isinstance(subject, n.PeriodFact) and subject.fact == "number" and subject.clock == OWN:
            for period in self.view.program.calendar.own:
                yield Try(Fraction(period.number), f"{period.title} {period.label}")
            return
        if isinstance(subject, n.PeriodFact) and subject.fact == "year":
            for number in range(1, len(self.view.program.calendar.years) + 1):
                yield Try(Fraction(number), self.view.year_name(number))
            return
        domain = self._domain(subject, scale)
        places = sorted({at for _, at in scale.places})
        wanted = set(places)
        step = Fraction(1) if domain.whole or kind.base in ("money", "date", "month") else Fraction(1, 100)
        if kind.base in ("number", "count") and scale.mode == "numbers":
            step = Fraction(1)
        for low, high in pairwise(places):
            wanted.add((low + high) / 2)
        for place in places if domain.whole else ():
            wanted |= {place - 1, place + 1, Fraction(int(place))}
        if places:
            wanted |= {places[0] - step, places[-1] + step}
        wanted |= {end for end in (domain.low, domain.high) if end is not None}
        for value in sorted(wanted):
            if domain.holds(value):
                yield Try(value, self._words(value, scale, kind))

    def _domain(self, subject: n.Node, scale: Scale) -> Domain:
        if scale.dates:
            return Domain(whole=True)
        domain = self.view.ranges.of(subject)
        if scale.mode == "shares":
            return Domain(Fraction(0)) if domain.not_negative else Domain()
        if self.view.kind(subject).base == "count" and not domain.whole:
            domain = attrs.evolve(domain, whole=True)
        return domain

    def _words(self, value: Fraction, scale: Scale, kind: Kind) -> str:
        if scale.dates:
            return shown(dt.date.fromordinal(int(value)), kind)
        if scale.mode == "shares" and scale.base is not None:
            return f"{shown(value, Kind('rate'))} of {self.view.name(scale.base)}"
        literal_kind = next((e.kind for e, _ in scale.places if isinstance(e, n.Lit)), kind)
        return shown(value, kind if kind.base not in ("ratio", "number") else literal_kind)

    # ------------------------------------------------------------ trying them

    def _try_all(self, axes: list[Axis], empty: set[int]) -> None:
        count = 1
        for axis in axes:
            count *= max(len(axis.tries), 1)
        if count > _MOST_TRIED:
            return
        years = (
            len(axes) == 1 and isinstance(axes[0].subject, n.PeriodFact) and axes[0].subject.fact == "year"
        )
        reached: set[int] = set()
        gaps: list[tuple[Try, ...]] = []
        overlaps: dict[tuple[int, ...], tuple[Try, ...]] = {}
        run = False
        for point in product(*(axis.tries for axis in axes)):
            rows = tuple(
                row
                for row in range(len(self.node.rows))
                if all(axis.takes(row, tried) for axis, tried in zip(axes, point, strict=True))
            )
            if self.node.mode == "exactly one" and len(rows) > 1:
                # a row of “any other value” takes what no other row takes
                rows = tuple(row for row in rows if not self._takes_the_rest(row)) or rows
            governed = not years or point[0].value in {Fraction(y) for y in self.view.years}
            if rows:
                reached.add(rows[0])
                if self.node.mode == "exactly one":
                    reached.update(rows)
                    if len(rows) > 1 and governed and (rows not in overlaps or _is_edge(axes, point)):
                        overlaps.setdefault(rows, point)
                        if not _is_edge(axes, overlaps[rows]):
                            overlaps[rows] = point
                run = False
            elif governed:
                if not run or len(axes) > 1:
                    gaps.append(point)
                elif _is_edge(axes, point) and not _is_edge(axes, gaps[-1]):
                    gaps[-1] = point
                run = True
        self._report(axes, gaps, overlaps, years)
        self._unreached(reached, empty, axes, bool(overlaps))

    def _takes_the_rest(self, row: int) -> bool:
        return all(isinstance(test, n.AnyOther) for test in self.node.rows[row].tests)

    def _report(
        self,
        axes: list[Axis],
        gaps: list[tuple[Try, ...]],
        overlaps: dict[tuple[int, ...], tuple[Try, ...]],
        years: bool,
    ) -> None:
        for point in gaps[:_MOST_SHOWN] if len(axes) == 1 else _best(axes, gaps):
            row, other = self._beside(axes, point)
            if years:
                self._say(
                    "VBC4003",
                    f"no value is stated for {point[0].words}",
                    row,
                    "add the years that are missing, or “, otherwise …”",
                )
            else:
                self._say(
                    "VBC4001",
                    f"no row takes {self._point(axes, point)}",
                    row,
                    self._advice(axes, point),
                    other,
                )
        for rows, point in list(overlaps.items())[: _MOST_SHOWN if len(axes) == 1 else 1]:
            if years:
                self._say(
                    "VBC4004",
                    f"two values are stated for {point[0].words}",
                    rows[1],
                    "let each year stand once",
                    rows[0],
                )
            else:
                how = "exactly " if _is_edge(axes, point) and len(axes) == 1 else ""
                many = {2: "two"}.get(len(rows), str(len(rows)))
                self._say(
                    "VBC4002",
                    f"{many} rows take {how}{self._point(axes, point)}",
                    rows[1],
                    "let only one of the rows include it: “from … up to but not including …”, “… or more”"
                    if how
                    else "change the edges, or write “where the first row that fits applies”",
                    rows[0],
                )

    def _advice(self, axes: list[Axis], point: tuple[Try, ...]) -> str:
        if self.node.mode == "first":
            return "add a last row “any other value”"
        if len(axes) == 1 and isinstance(point[0].value, Fraction):
            return "include it in one of the rows, or add a row for it"
        return "add a row for it, or a row “any other value”"

    def _point(self, axes: list[Axis], point: tuple[Try, ...]) -> str:
        if len(axes) == 1:
            return point[0].words
        return " with ".join(
            f"{self.view.name(a.subject)} {t.words}" for a, t in zip(axes, point, strict=True)
        )

    def _beside(self, axes: list[Axis], point: tuple[Try, ...]) -> tuple[int, int | None]:
        """The row above a gap, or below it; and the other one."""
        if len(axes) > 1 or isinstance(point[0].value, str) or axes[0].scale is None:
            return len(self.node.rows) - 1, None
        above: list[tuple[Fraction, int]] = []
        below: list[tuple[Fraction, int]] = []
        for row, test in enumerate(axes[0].tests):
            if isinstance(test, n.Interval):
                reach = _interval(test, axes[0].scale)
                if reach.low is not None and reach.low >= point[0].value:
                    above.append((reach.low, row))
                if reach.high is not None and reach.high <= point[0].value:
                    below.append((-reach.high, row))
        if above and below:
            return min(above)[1], min(below)[1]
        return (min(above or below)[1] if above or below else len(self.node.rows) - 1), None

    def _unreached(self, reached: set[int], empty: set[int], axes: list[Axis], overlapping: bool) -> None:
        for row in range(len(self.node.rows)):
            if row in reached or row in empty or any(isinstance(a.tests[row], n.IsNotScored) for a in axes):
                continue
            if isinstance(axes[0].tests[row], n.AnyOther) and len(axes) == 1:
                continue  # a row for the rest does no harm
            why = (
                "rows before it take all its values"
                if self.node.mode == "first"
                else "no such value can occur"
            )
            self._say(
                "VBC4010", f"this row never applies: {why}", row, "delete it, or move it up", warning=True
            )

    # ------------------------------------------------------------ edges that only rows beside each other share

    def _in_order(self, subject: n.Node, scale: Scale) -> None:
        if self.node.mode == "first":
            if not any(isinstance(row.tests[0], n.AnyOther) for row in self.node.rows):
                self._open_ended(subject)
            return
        intervals = [(i, row.tests[0]) for i, row in enumerate(self.node.rows)]
        rows = [(i, test) for i, test in intervals if isinstance(test, n.Interval)]
        for edge, _ in scale.places:
            ending = [(i, t.high_in) for i, t in rows if t.high == edge and t.low != edge]
            starting = [(i, t.low_in) for i, t in rows if t.low == edge and t.high != edge]
            alone = [i for i, t in rows if t.low == edge and t.high == edge]
            if not ending or not starting:
                continue
            takers = sorted([i for i, inside in (*ending, *starting) if inside] + alone)
            words = self.view.name(edge)
            if not takers and not any(isinstance(t, n.AnyOther) for _, t in intervals):
                self._say(
                    "VBC4001",
                    f"no row takes exactly {words}",
                    starting[0][0],
                    "include it in one of the rows: “… or more”",
                    ending[0][0],
                )
            elif len(takers) > 1:
                self._say(
                    "VBC4002",
                    f"two rows take exactly {words}",
                    takers[1],
                    "let only one of the rows include it",
                    takers[0],
                )
        self._open_ended(subject)

    def _open_ended(self, subject: n.Node) -> None:
        tests = [row.tests[0] for row in self.node.rows]
        if any(isinstance(test, n.AnyOther) for test in tests):
            return
        intervals = [test for test in tests if isinstance(test, n.Interval)]
        domain = self.view.ranges.of(subject)
        last = max((i for i, test in enumerate(tests) if isinstance(test, n.Interval)), default=0)
        if domain.high is None and all(test.high is not None for test in intervals):
            self._say(
                "VBC4001",
                f"no row takes the largest values of {self.view.name(subject)}",
                last,
                "let the last row be open: “… or more”, or add a row “any other value”",
            )
        if domain.low is None and all(test.low is not None for test in intervals):
            first = min((i for i, test in enumerate(tests) if isinstance(test, n.Interval)), default=0)
            self._say(
                "VBC4001",
                f"no row takes the smallest values of {self.view.name(subject)}",
                first,
                "let the first row be open: “less than …”, or add a row “any other value”",
            )


def _best(axes: list[Axis], points: list[tuple[Try, ...]]) -> list[tuple[Try, ...]]:
    """Of the gaps of a table with several subjects the one that lies on most edges."""

    def edges(point: tuple[Try, ...]) -> int:
        return sum(
            axis.scale is not None and any(at == tried.value for _, at in axis.scale.places)
            for axis, tried in zip(axes, point, strict=True)
        )

    return [max(points, key=edges)] if points else []


def _is_edge(axes: list[Axis], point: tuple[Try, ...]) -> bool:
    """Whether the value of the first subject is an edge that a row writes."""
    scale, value = axes[0].scale, point[0].value
    return scale is not None and any(at == value for _, at in scale.places)
