"""Operands: literals, names, sums and products, and values of other periods, keys and parties."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import Value

if TYPE_CHECKING:
    from vbcdsl.syntax.ast.expressions import Expr


@frozen
class Syntax:
    """Anything that was written."""

    span: Span = attrs.field(default=NOWHERE, eq=False, kw_only=True, repr=False)


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
    """`the performance year` (its number, or its label in comparisons with a year), `the calendar year`, or the
    number of the own year of the party that is called `party`."""

    fact: Literal["year", "calendar year", "own year"]
    party: str = ""


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
