"""Phrases: what is computed by words (`the lesser of …`, `the total of … over …`, interest, ranks)."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal

from vbcdsl.model.frozen import frozen
from vbcdsl.syntax.ast.operands import Across, Name, Syntax

if TYPE_CHECKING:
    from vbcdsl.syntax.ast.conditions import Cond
    from vbcdsl.syntax.ast.expressions import Expr


@frozen
class Extreme(Syntax):
    """The lesser or the greater of a list."""

    which: Literal["lesser", "greater"]
    items: tuple[Expr, ...]


@frozen
class Excess(Syntax):
    """The amount by which `left` exceeds `right`, and zero if it does not."""

    left: Expr
    right: Expr


@frozen
class MovedToward(Syntax):
    """`Baseline moved toward Benchmark by Step, but not past it`."""

    start: Name
    goal: Expr
    step: Expr


@frozen
class Powered(Syntax):
    """A whole power (`degree` > 0) or, with `places`, the root of that degree rounded to them."""

    base: Expr
    degree: int
    places: int | None = None


@frozen
class Compounded(Syntax):
    """`Rate compounded for 5 years`: (1 + rate) to that power, minus 1."""

    base: Expr
    years: Expr


@frozen
class Event(Syntax):
    """A day: a date, a day of the performance year, or a dated event of the settlement."""

    what: Literal[
        "year end",
        "year start",
        "end",
        "start",
        "month day",
        "final report",
        "notice",
        "payment",
        "due",
        "after",
    ]
    month: int = 0
    day: int = 0
    count: int = 0
    unit: str = ""
    of: Event | Name | None = None
    section: str = ""
    period: Name | None = None  # of "end" and "start": a period on that clock


@frozen
class Interest(Syntax):
    """Simple interest on an amount, by actual days over a basis."""

    principal: Expr
    rate: Expr
    basis: int
    start: Expr | Event
    end: Expr | Event
    rate_on_due: bool = False  # `the rate of X in force on the due date`


@frozen
class Between(Syntax):
    """The number of days or months from one day to another (the first not counted)."""

    unit: Literal["days", "months", "whole months"]
    start: Expr | Event
    end: Expr | Event
    through: bool


@frozen
class LengthOf(Syntax):
    """The number of days or months in a period (`the number of days in the Performance Year`)."""

    unit: Literal["days", "months"]
    period: Name


@frozen
class Over(Syntax):
    """What an aggregate runs over: `over the Contract Measures that are scored`, `over all Members` (`every`: also
    those of other keys than the sentence is for)."""

    plural: Name | None = None
    within: Name | None = None
    scored: Literal["no", "only", "equally"] = "no"
    years: int | None = None
    to_date: tuple[Name, Name] | None = None
    every: bool = False


@frozen
class AggregateOf(Syntax):
    """`the total of X over the R where C, weighted by W` and its like."""

    word: Literal["total", "number", "average", "largest", "smallest", "median", "percentile"]
    operand: Expr
    over: Over | None = None
    across: Across | None = None
    where: Cond | None = None
    weight: Expr | None = None
    percent: Fraction | None = None
    method: Literal["nearest rank", "linear interpolation"] = "nearest rank"


@frozen
class RankOf(Syntax):
    """The rank of a value across the parties."""

    operand: Expr
    over: Over | None
    across: Across | None
    highest_first: bool
    ties: Literal["better", "worse", "average"]


@frozen
class Tie(Syntax):
    """`; if tied, the one with the latest Visit Date` or (`word` = "first") `the one that comes first by …`."""

    word: Literal["latest", "earliest", "largest", "smallest", "first"]
    name: Name


@frozen
class WithMost(Syntax):
    """`the Provider with the largest number of Visits where …; if tied, …`."""

    choose: Name
    word: Literal["total", "number"]
    operand: Name
    where: Cond | None
    ties: tuple[Tie, ...]
    smallest: bool = False


@frozen
class PercentileIn(Syntax):
    """The percentile of a rate in a published table (Q20)."""

    operand: Expr
    table: str
    prior: bool = False
    year: int | None = None


@frozen
class NotScoredValue(Syntax):
    """The value `not scored`."""
