"""Conditions: what is met or not met."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Literal, TypeAlias

from vbcdsl.model.frozen import frozen
from vbcdsl.syntax.ast.operands import Name, Syntax

if TYPE_CHECKING:
    from vbcdsl.syntax.ast.expressions import Expr


@frozen
class Range(Syntax):
    """The values from `low` to `high`; an end that is None is open. `outside`: `not exactly X`;
    `through`: written `from … through …`, which takes whole numbers and dates."""

    low: Expr | None
    low_in: bool
    high: Expr | None
    high_in: bool
    outside: bool = False
    through: bool = False


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
