"""The abstract syntax of values and conditions: what a sentence says, before names are bound.

Every node has a span; spans do not count in comparisons, so two texts that say the same have equal trees.
`tree` beside this file has the sentences, tables and documents.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import RoundMode, Value


@frozen
class Syntax:
    """Anything that was written."""

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True, repr=False)


# ---------------------------------------------------------------- operands


@frozen
class Literal_(Syntax):
    """A literal: `$3.50 per member per month`, `70%`, `1 percentage point`, `"inpatient"`, a date."""

    value: Value
    kind: Kind


@frozen
class Name(Syntax):
    """A capitalised name, white space folded to one space."""

    text: str


@frozen
class Paren(Syntax):
    """A value in parentheses."""

    inner: Expr


@frozen
class Sum(Syntax):
    """A chain of plus and minus, read from left to right; `signs[0]` is +1."""

    items: tuple[Expr, ...]
    signs: tuple[int, ...]


@frozen
class Product(Syntax):
    """A chain of times, then at most one `divided by`."""

    items: tuple[Expr, ...]
    divisor: Expr | None = None


@frozen
class ShareOf(Syntax):
    """`2% of X`, `one third of X`: binds before anything else."""

    share: Literal_
    base: Expr


@frozen
class YearFact(Syntax):
    """`the performance year` (its number, or its label in comparisons with a year) or `the calendar year`."""

    fact: Literal["year", "calendar year"]


@frozen
class Converted(Syntax):
    """`Score as a percentage` (76.88 points is 76.88%), `Rate counted as a number` (61% is 0.61), or `Enrolled
    Months counted in person years` (`to` is the unit)."""

    value: Expr
    to: str


@frozen
class When(Syntax):
    """Another period. `back`: so many periods of `clock` earlier; `year`: that performance year; `own`: that
    own period of the contract, by name or number; `party_first`: the party's own first one."""

    back: int | None = None
    year: int | None = None
    clock: str = "Performance Year"
    party_first: bool = False
    own: str | None = None


@frozen
class Shifted(Syntax):
    """A term in another period."""

    name: Name
    when: When


@frozen
class AtKey(Syntax):
    """A term at a named key: `Person Years for "BY3"`, `Rate for "A1c" in the prior performance year`."""

    name: Name
    key: str
    parameter: Expr | None = None  # in a clause: the parameter that names the key
    when: When | None = None  # in another performance year


@frozen
class Across(Syntax):
    """`across all Providers`, `across all other Agencies in that Cohort`."""

    plural: Name
    others: bool
    within: Name | None
    scored: Literal["no", "only", "equally"] = "no"


@frozen
class Peer(Syntax):
    """`X across all Providers` without an aggregate word: an error that asks which one."""

    name: Name
    across: Across


# ---------------------------------------------------------------- phrases


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

    unit: Literal["days", "months"]
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


# ---------------------------------------------------------------- steps


@frozen
class Bound(Syntax):
    """`, but not more than X` (cap), `not less than` (floor), `in either direction` (both)."""

    side: Literal["cap", "floor", "both"]
    limit: Expr
    per: tuple[Name, ...] = ()


@frozen
class Rounding(Syntax):
    """`, rounded half up to the cent`. `unit` is a number of dollars, or of 1 for rates and numbers;
    `of` says what the unit is made of."""

    mode: RoundMode
    unit: Fraction
    of: Literal["money", "rate", "number", "any"]


@frozen
class Changed(Syntax):
    """`, reduced by 2%` (of itself) or `, increased by 2%`."""

    by: Expr
    sign: int


@frozen
class LessPaid(Syntax):
    """`, less amounts already paid under section 5.3`."""

    section: str


@frozen
class LessTerm(Syntax):
    """`, less the Interim Payment for the same performance year` (`period`: another period, as it is written)."""

    name: Name
    period: Name | None = None


@frozen
class UnscoredIf(Syntax):
    """`, or not scored if …`."""

    cond: Cond


@frozen
class IfZero(Syntax):
    """`, or 0% if the divisor is zero`; None: not scored."""

    value: Expr | None


@frozen
class IfUnscored(Syntax):
    """`, or 0% if it is not scored`."""

    value: Expr


@frozen
class FirstYear(Syntax):
    """`, or $0 in the first performance year` (of the contract, of the party, or the first own period `of`), or in
    the first `years` of them."""

    value: Expr
    of_party: bool
    of: Name | None = None
    years: int = 1


@frozen
class StartingFrom(Syntax):
    """`, starting from $0 before performance year 1` (`of`: before that own period)."""

    value: Expr
    year: int
    of: Name | None = None
    label: str = ""


@frozen
class Prorated(Syntax):
    """`, prorated by days in force | by whole months in force | by A over B`."""

    by: Literal["days", "months", "ratio"]
    part: Expr | None = None
    whole: Expr | None = None


Step: TypeAlias = (
    Bound
    | Rounding
    | Changed
    | LessPaid
    | LessTerm
    | UnscoredIf
    | IfZero
    | IfUnscored
    | FirstYear
    | StartingFrom
    | Prorated
)


@frozen
class Stepped(Syntax):
    """A base and the steps after it, from left to right, each acting on all before it."""

    base: Expr
    steps: tuple[Step, ...]


@frozen
class Choice(Syntax):
    """`A if C, otherwise B if D, otherwise E`: the first that holds."""

    branches: tuple[tuple[Expr, Cond], ...]
    otherwise: Expr


@frozen
class Guarded(Syntax):
    """`X, only if C` (else nothing is due) or `X, unless C`."""

    value: Expr
    cond: Cond
    unless: bool


Expr: TypeAlias = (
    Literal_
    | Name
    | Paren
    | Sum
    | Product
    | ShareOf
    | YearFact
    | Converted
    | Shifted
    | AtKey
    | Peer
    | Extreme
    | Excess
    | MovedToward
    | Powered
    | Compounded
    | Interest
    | Between
    | LengthOf
    | AggregateOf
    | RankOf
    | WithMost
    | PercentileIn
    | NotScoredValue
    | Stepped
    | Choice
    | Guarded
)


# ---------------------------------------------------------------- conditions


@frozen
class Range(Syntax):
    """The values from `low` to `high`; an end that is None is open. `outside`: `not exactly X`."""

    low: Expr | None
    low_in: bool
    high: Expr | None
    high_in: bool
    outside: bool = False


@frozen
class VagueRange(Syntax):
    """`between A and B`, `up to X`, `within X` …: a phrase that does not say which end is included."""

    phrase: str
    items: tuple[Expr, ...]


@frozen
class Truth(Syntax):
    """A yes/no name standing by itself, or after `not`."""

    name: Name
    negated: bool = False


@frozen
class Negated(Syntax):
    """`not (A or B)`."""

    item: Cond


@frozen
class InRange(Syntax):
    """`X is at least Y`."""

    value: Expr
    range: Range | VagueRange


@frozen
class OnDate(Syntax):
    """`X is on or after …`: a comparison of dates; both ends for `from … through …`."""

    value: Expr
    low: Expr | None
    low_in: bool
    high: Expr | None
    high_in: bool


@frozen
class TextIs(Syntax):
    """`X is "A"`, `X is not "A"`, `X is one of "A" or "B"`."""

    value: Expr
    texts: tuple[str, ...]
    negated: bool = False


@frozen
class IsMet(Syntax):
    """`the X is met`, `is not met`."""

    value: Expr
    negated: bool = False


@frozen
class Scored(Syntax):
    """`X is scored`, `X is not scored`."""

    value: Expr
    negated: bool = False


@frozen
class IsThat(Syntax):
    """`Attributed Clinician is that Clinician`: a text equals the key here."""

    value: Expr
    key: Name
    negated: bool = False


@frozen
class Better(Syntax):
    """`X is as good as or better than Y`, by the direction of the Measure."""

    left: Expr
    right: Expr
    how: Literal["as good as or better", "better", "worse"]


@frozen
class Quant(Syntax):
    """`at least 2`, `at least 70%`, `all`, `any`, `none`, `exactly 3`."""

    word: Literal["at least", "at most", "exactly", "more than", "all", "any", "none"]
    count: int | None = None
    percent: Fraction | None = None


@frozen
class Enough(Syntax):
    """`at least 2 of the Measures in that Domain that are scored have X at least Y` / `meet the Gate`."""

    quant: Quant
    plural: Name
    within: Name | None
    scored: bool
    cond: Cond
    unscored_as_not_met: bool = False
    fewer: int | None = None  # what follows is said for fewer than so many that are scored
    fewer_all: bool = False  # then all of them must; else the gate is not met


@frozen
class And(Syntax):
    """All of them."""

    items: tuple[Cond, ...]


@frozen
class Or(Syntax):
    """One of them at least."""

    items: tuple[Cond, ...]


@frozen
class Listed(Syntax):
    """`at least 2 of the following are true: (a) …; (b) …`."""

    quant: Quant
    items: tuple[tuple[str, Cond], ...]


Cond: TypeAlias = (
    Truth
    | Negated
    | InRange
    | OnDate
    | TextIs
    | IsMet
    | Scored
    | IsThat
    | Better
    | Enough
    | And
    | Or
    | Listed
)

DateValue: TypeAlias = dt.date
