"""Expressions: steps behind a value (`, but not more than …, rounded to …`), choices, and all that is a value."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from vbcdsl.model.frozen import frozen
from vbcdsl.model.values import RoundMode
from vbcdsl.syntax.ast.operands import (
    AtKey,
    Converted,
    Literal_,
    Name,
    Paren,
    Peer,
    Product,
    ShareOf,
    Shifted,
    Sum,
    Syntax,
    YearFact,
)
from vbcdsl.syntax.ast.phrases import (
    AggregateOf,
    Between,
    Compounded,
    Excess,
    Extreme,
    Interest,
    LengthOf,
    MovedToward,
    NotScoredValue,
    PercentileIn,
    Powered,
    RankOf,
    WithMost,
)

if TYPE_CHECKING:
    from vbcdsl.syntax.ast.conditions import Cond


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
    the first `years` of them. `party`: the name by which the party is called there."""

    value: Expr
    of_party: bool
    of: Name | None = None
    years: int = 1
    party: str = ""


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
