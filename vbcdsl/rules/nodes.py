"""The core language: the expressions that engines evaluate.

A node is evaluated in an *environment*: the party, one period and any other keys (a Member, a Measure …),
and gives a `Value`. `engines/reference` is the executable meaning of each node; this page says it in words.

Three rules hold everywhere:

* Numbers are exact fractions. Only `Round` loses digits, where the contract says so.
* `not scored` flows: arithmetic and comparisons with it are not scored, and so are `Case`s whose deciding
  condition is not scored; `All` and `AnyOf` are settled by one false (true) item whatever the others are.
* What is not reached is not evaluated (Q13): the branch of a `Case` not taken, a row of a table not taken,
  the items of `All` and `AnyOf` behind the one that settles it, and an error in an item that does not settle
  it is an error only if no other item does.
"""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.periods import Clock
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import RoundMode, Value


@frozen
class Node:
    """A core expression; `section` is the address of the sentence it stands in ("4.2")."""

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True, repr=False)
    section: str = attrs.field(default="", eq=False, kw_only=True, repr=False)


# ---------------------------------------------------------------- leaves


@frozen
class Lit(Node):
    """A literal of the contract."""

    value: Value
    kind: Kind


@frozen
class Col(Node):
    """The value of a column of a record (or schedule table) in the row that the environment names.

    While an aggregate visits the rows of that record the row is the visited one; else it is the row whose
    keys the environment holds. No such row: the column's rule for missing values; `required`: an error.
    """

    record: str
    column: str


@frozen
class Shift:
    """Another period of the same clock: `back` periods earlier (1: the prior one), performance year number `year`,
    or the contract's own period number `own`."""

    back: int | None = None
    year: int | None = None
    clock: Clock = "Performance Year"
    own: int | None = None


@frozen
class Ref(Node):
    """The value of another term in this environment.

    `shift`: in another period; before the first period of the term it is `first`, and without `first` an
    error (Q35). `pick`: with these keys in place of the environment's (`Person Years for "BY3"`).
    A term of a coarser grain is taken at the coarser keys; of a finer grain it cannot be.
    """

    term: str
    shift: Shift | None = None
    first: Node | None = None
    pick: tuple[tuple[str, Node], ...] = ()


@frozen
class KeyOf(Node):
    """The key itself: the Measure, the Member, the ACO of the environment, as text."""

    dim: str


@frozen
class PeriodFact(Node):
    """A fact of the environment's period: `year` (number of the performance year, from 1), `number` (of the
    period on its own clock), `days`, `months` (counts), `start`, `end` (dates), `calendar year` (number)."""

    fact: Literal["year", "number", "days", "months", "start", "end", "calendar year"]
    clock: Clock = "Performance Year"


# ---------------------------------------------------------------- arithmetic


@frozen
class Add(Node):
    """The sum of two or more values."""

    items: tuple[Node, ...]


@frozen
class Subtract(Node):
    """`left` minus `right`; `excess`: of “the amount by which left exceeds right”, where a percentage is no
    question: 5% exceeds 2% by 3 percentage points."""

    left: Node
    right: Node
    excess: bool = attrs.field(default=False, eq=False, kw_only=True, repr=False)


@frozen
class Multiply(Node):
    """The product of two or more values."""

    items: tuple[Node, ...]


@frozen
class Divide(Node):
    """`left` divided by `right`; if the divisor is zero, `if_zero`, and without that an error (Q12)."""

    left: Node
    right: Node
    if_zero: Node | None = None


@frozen
class Power(Node):
    """`base` to a whole power, 0 or more."""

    base: Node
    exponent: int


@frozen
class Root(Node):
    """The `degree`-th root of a value not below zero, rounded half up to `places` decimal places."""

    base: Node
    degree: int
    places: int


@frozen
class Lesser(Node):
    """The smallest of the values."""

    items: tuple[Node, ...]


@frozen
class Greater(Node):
    """The largest of the values."""

    items: tuple[Node, ...]


@frozen
class Clamp(Node):
    """`value`, but not more than `cap` and not less than `floor` (either may be None).

    A floor above the cap is an error whatever the value is (Q28).
    """

    value: Node
    cap: Node | None = None
    floor: Node | None = None


@frozen
class Round(Node):
    """`value` rounded to a whole multiple of `unit` (1/100 for the cent)."""

    value: Node
    mode: RoundMode
    unit: Fraction


@frozen
class Require(Node):
    """`value`, which must pass the test, else the run stops with `code` and `what` (a phrase that names it).

    `at least zero`, `above zero`, `whole` (a whole number), `scored`.
    """

    value: Node
    test: Literal["at least zero", "above zero", "whole", "scored"]
    code: str
    what: str


# ---------------------------------------------------------------- not scored


@frozen
class NotScoredIf(Node):
    """Not scored if the condition holds, else `value`."""

    value: Node
    cond: Node


@frozen
class ScoredOr(Node):
    """`value`, or `other` if it is not scored."""

    value: Node
    other: Node


@frozen
class IsScored(Node):
    """Yes if the value is scored, no if it is not. Never itself not scored."""

    value: Node


# ---------------------------------------------------------------- conditions

Comparison: TypeAlias = Literal[">=", ">", "<", "<=", "=", "!="]


@frozen
class Compare(Node):
    """A comparison of two numbers, texts or dates, unrounded."""

    op: Comparison
    left: Node
    right: Node


@frozen
class OneOf(Node):
    """Whether a text is one of the listed texts, compared exactly (Q46)."""

    value: Node
    texts: tuple[str, ...]


@frozen
class Not(Node):
    """The opposite of a condition; of not scored: not scored."""

    item: Node


@frozen
class All(Node):
    """Yes if every item is yes; one no settles it."""

    items: tuple[Node, ...]


@frozen
class AnyOf(Node):
    """Yes if one item is yes; one yes settles it."""

    items: tuple[Node, ...]


@frozen
class CountOf(Node):
    """Whether the number of items that hold is `at least`, `exactly` … `count` (all are evaluated)."""

    op: Comparison
    count: int
    items: tuple[Node, ...]


@frozen
class Case(Node):
    """The value of the first branch whose condition holds, else `otherwise`.

    A condition that is not scored makes the whole not scored. No branch and no `otherwise`: an error.
    """

    branches: tuple[tuple[Node, Node], ...]
    otherwise: Node | None


# ---------------------------------------------------------------- tables


@frozen
class Interval:
    """The values from `low` to `high`; each end belongs or not; None is open. The ends are expressions."""

    low: Node | None
    low_in: bool
    high: Node | None
    high_in: bool


@frozen
class IsText:
    """The text itself."""

    text: str


@frozen
class IsNotScored:
    """The outcome "not scored"."""


@frozen
class AnyOther:
    """Any other value (the last row)."""


RowTest: TypeAlias = Interval | IsText | IsNotScored | AnyOther


@frozen
class Line(Node):
    """The straight line through (`x0`, `y0`) and (`x1`, `y1`) at `x`, exact and not rounded (Q17)."""

    x: Node
    x0: Node
    y0: Node
    x1: Node
    y1: Node


@frozen
class LookupRow:
    """One row: a test for each subject, and the value. `label` is the row as it is written."""

    tests: tuple[RowTest, ...]
    value: Node
    label: str
    span: Span = attrs.field(default=NOWHERE, eq=False)


@frozen
class Lookup(Node):
    """A table with a value for each row.

    `exactly one`: exactly one row must apply, else an error. `first`: the first row that applies. A row with
    several subjects applies if each test holds. A subject that is not scored meets only `IsNotScored` and
    `AnyOther`. No row applies: an error that shows the value.
    """

    subjects: tuple[Node, ...]
    rows: tuple[LookupRow, ...]
    mode: Literal["exactly one", "first"]


@frozen
class Band:
    """A band of a marginal table: the part of the subject from `low` to `high` (None: no upper end) and
    what is done with it: the part times `share`."""

    low: Node
    high: Node | None
    share: Node
    label: str
    span: Span = attrs.field(default=NOWHERE, eq=False)


@frozen
class Bands(Node):
    """The sum, over the bands, of share times the part of the subject within the band (Q18, Q19).

    A negative subject: `error`, `mirror` (the same bands on its size, sign reversed) or `none` (zero).
    Bands are in ascending order and do not overlap; the part outside every band has no share.
    """

    subject: Node
    bands: tuple[Band, ...]
    negative: Literal["error", "mirror", "none"]


@frozen
class InForce(Node):
    """The value in force on the first day of the environment's period: `parts` are (first day, last day or
    None, value); no part holds the day: `otherwise`, and without it an error."""

    parts: tuple[tuple[dt.date | None, dt.date | None, Node], ...]  # first day, last day, value
    otherwise: Node | None = None


# ---------------------------------------------------------------- rows

AggregateName: TypeAlias = Literal[
    "total", "number", "average", "largest", "smallest", "median", "percentile"
]


@frozen
class Window:
    """The periods that rows are taken from when it is not just the environment's own: `to date` (from the
    start of its performance year through it) or the last `years` performance years ending with it."""

    to_date: bool = False
    years: int | None = None


@frozen
class Rows:
    """The rows that an aggregate visits.

    `source`: the rows of this record, schedule table or entries; None: the combinations of keys that exist
    (see `Program.rosters`). `binds`: the keys that a visit adds to the environment. `fixed`: the keys of the
    environment that a row must agree with (the party, the period that holds the row, the Domain …). A key
    that is neither fixed nor bound is free: `across all ACOs` is the party left out of `fixed`.
    `others`: the environment's own party is left out (`across all other ACOs`).
    """

    source: str | None
    binds: tuple[str, ...]
    fixed: tuple[str, ...]
    others: bool = False
    window: Window | None = None


@frozen
class Aggregate(Node):
    """One value from many rows.

    `total` of nothing is 0, `number` of nothing 0, anything else of nothing is not scored (Q11). `where`
    selects rows before anything else (Q5). `weight`: the average weighted by it; weights below zero, or that
    add to zero while there are rows, are an error (Q10). `scored_only`: rows whose value (or weight) is not
    scored are left out; without it such a row makes the whole not scored. `number` counts rows, or the
    different keys `distinct`; with `value` (a condition) it counts the rows where it holds.
    `percentile` needs `percent` (0 to 100) and `method`.
    """

    name: AggregateName
    rows: Rows
    value: Node | None
    where: Node | None = None
    weight: Node | None = None
    scored_only: bool = False
    distinct: str | None = None
    percent: Fraction | None = None
    method: Literal["nearest rank", "linear interpolation"] = "nearest rank"


@frozen
class Quantified(Node):
    """Whether enough rows meet a condition: `at least 2 of the Measures that are scored have …`.

    `op` and `count` compare the number of rows that meet it; `percent` (a fraction of 1) compares its share
    of all rows instead; `every`: all must. Rows whose condition is not scored are left out with
    `scored_only`, count as not met with `unscored_as_not_met`, else the whole is not scored. No rows: an
    error (Q11); fewer than `count` scored rows: not met.
    """

    rows: Rows
    cond: Node
    op: Comparison
    count: int | None = None
    percent: Fraction | None = None
    every: bool = False
    where: Node | None = None
    scored_only: bool = False
    unscored_as_not_met: bool = False


@frozen
class Rank(Node):
    """The rank of `value` at the environment's own party among the rows (Q39), from 1.

    Equal values share the `better`, `worse` or `average` rank. Rows that are not scored are left out; if the
    own value is not scored, so is the rank.
    """

    rows: Rows
    value: Node
    highest_first: bool
    ties: Literal["better", "worse", "average"]


@frozen
class PoolShare(Node):
    """The environment's own part of a pool (Q25).

    `pool` is rounded half up to the cent; each row with `among` has the part pool × weight ÷ Σ weight; a part
    over `each_cap` is cut down to it, and with `again` the excess is divided among those below their cap
    until nothing is left over. With `cents` each part is cut down to the cent and the cents left over go to
    the largest cut-off fractions, ties to the first key in code point order (in a table of the contract: the
    first line). A negative pool or weight is an error; nobody qualifies: every part is $0 (the sentence says
    to whom the pool belongs).
    """

    rows: Rows
    pool: Node
    weight: Node
    among: Node | None = None
    each_cap: Node | None = None
    again: bool = False
    cents: bool = False


@frozen
class TieStep:
    """How a tie is broken: the row with the latest / earliest / largest / smallest value of an expression
    over the tied candidates' rows, or `first`: the first in code point order of the key."""

    by: Literal["latest", "earliest", "largest", "smallest", "first"]
    value: Node | None = None


@frozen
class WithLargest(Node):
    """The key `choose` (a Clinician, an ACO) with the largest aggregate over the rows, ties by the steps in
    turn, the last of which must be `first` or the run can stop with a tie (Q23). No rows: not scored."""

    choose: str
    rows: Rows
    name: Literal["total", "number"]
    value: Node | None
    where: Node | None
    smallest: bool = False
    ties: tuple[TieStep, ...] = ()


# ---------------------------------------------------------------- time


@frozen
class DaysBetween(Node):
    """The number of days from `start` (not counted) through `end`."""

    start: Node
    end: Node


@frozen
class MonthsBetween(Node):
    """The number of months from the month of `start` to the month of `end`; `whole`: of months that have passed,
    each to the same day of the next (or to its last day, if it has none), and below zero if `end` is earlier."""

    start: Node
    end: Node
    whole: bool = False


@frozen
class YearOf(Node):
    """The number of the performance year that contains a day; a day before the first one counts back in steps
    of 12 months from its first day (0, -1, …), a day after the last one on from its last day."""

    day: Node


@frozen
class Stop(Node):
    """Not a value: the run stops here with `code` and `what`."""

    code: str
    what: str


@frozen
class DateShift(Node):
    """A date some days or months later: `day` plus `days` days plus `months` months."""

    day: Node
    days: int = 0
    months: int = 0
