"""The abstract syntax of documents: sentences, tables, examples, clauses, amendments."""

from __future__ import annotations

import datetime as dt
from typing import Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.span import Span
from vbcdsl.model.values import Value
from vbcdsl.syntax.ast import (
    Cond,
    Event,
    Expr,
    Literal_,
    Name,
    Range,
    Rounding,
    Shifted,
    Syntax,
    VagueRange,
    When,
)

# ---------------------------------------------------------------- header


@frozen
class Header(Syntax):
    """The facts before the first article; what is not said is None."""

    title: str | None = None
    version: int | None = None
    parties: tuple[tuple[Name, str], ...] = ()  # role, its name
    each: tuple[tuple[Name, Name, Name | None], ...] = ()  # role, noun, key ("identified by")
    term: tuple[dt.date, dt.date] | None = None
    year_from: dt.date | None = None  # None: calendar years
    first_year: tuple[dt.date, dt.date] | None = None
    rounding: Rounding | None = None
    numbers: tuple[str, ...] = ()  # "illustrative", "unverified", or a source
    category: str | None = None
    units: tuple[tuple[str, int, str], ...] = ()  # "person year", 12, "member months"
    spans: tuple[tuple[str, Span], ...] = attrs.field(default=(), eq=False, repr=False)


# ---------------------------------------------------------------- tables


@frozen
class ColumnLine(Syntax):
    """A line of a records table: column, kind, rule for missing values."""

    name: Name
    kind: Kind
    missing: Value | None
    low: Literal_ | None = None
    high: Literal_ | None = None
    written: Literal["percent", "fraction"] | None = None
    texts: tuple[str, ...] | None = None


@frozen
class LineCell(Syntax):
    """`a straight line from A [at X] to B [at Y]`."""

    start: Expr
    end: Expr
    start_at: Expr | None = None
    end_at: Expr | None = None


@frozen
class WordCell(Syntax):
    """`any other value`, `any`, `yes`, `no`, `not scored`, `otherwise`."""

    word: str


@frozen
class TextCell(Syntax):
    """`"inpatient"`, or several joined by `or`."""

    texts: tuple[str, ...]


Cell: TypeAlias = Range | VagueRange | Expr | LineCell | WordCell | TextCell


@frozen
class Row(Syntax):
    """A line of a table; `cond` stands in the first cell of a table of conditions."""

    cells: tuple[Cell, ...]
    texts: tuple[str, ...] = ()  # the cells as written
    cond: Cond | None = None


@frozen
class Table(Syntax):
    """The header cells as written, and the rows. `columns`: the cells in the head of a two-way table of a clause,
    which are read where the clause is."""

    header: tuple[str, ...]
    header_spans: tuple[Span, ...] = attrs.field(eq=False, repr=False)
    rows: tuple[Row, ...]
    columns: tuple[Cell, ...] = ()


# ---------------------------------------------------------------- sentences


@frozen
class Prefix(Syntax):
    """`Notwithstanding section 4.6,`, `Subject to section 5.8,`, `From A through B,`."""

    word: Literal["notwithstanding", "subject to", "from"]
    section: str = ""
    start: dt.date | None = None
    end: dt.date | None = None


@frozen
class Define(Syntax):
    """`"X" means [, for each K in each P,] value [, using amounts paid through a day]`."""

    name: Name
    grain: tuple[Name, ...]
    value: Expr
    paid_through: Event | Expr | None = None


@frozen
class Gate(Syntax):
    """`The "X" is met if …`, `A Measure is "Met" if …`, `The "Plan" is required … if …` (a duty)."""

    name: Name
    grain: tuple[Name, ...]
    cond: Cond
    duty: bool = False
    filed_by: Name | None = None


@frozen
class PhaseWhen(Syntax):
    """When a value of a phase-in applies: years (numbers, ends included), dates, the own years of the party
    that is called `party`, or own periods of the contract (`own`: what they are called; their names or numbers,
    ends included)."""

    first_year: int | None = None
    last_year: int | None = None
    start: dt.date | None = None
    end: dt.date | None = None
    party_from: int | None = None
    party_only: bool = False
    party: str = ""
    before: bool = False
    own: Name | None = None
    own_first: str | None = None
    own_last: str | None = None


@frozen
class Phases(Syntax):
    """`"X" is 0% in performance year 1, … [, otherwise 0%]`."""

    name: Name
    parts: tuple[tuple[Literal_, PhaseWhen], ...]
    otherwise: Literal_ | None


@frozen
class PoolSentence(Syntax):
    """The division of a pool; `name` is the term for each part. `within`: among those in that Cohort; `grain`: of
    a pool for each of these keys or periods."""

    name: Name
    pool: Name
    weight: Expr
    among: Cond | Name | None
    plural: Name | None
    within: Name | None
    each_cap: Expr | None
    over_cap: Literal["", "not again", "again"]
    cents: bool
    ties: Name | None
    leftover: Name | None
    nobody: Name | None
    grain: tuple[Name, ...] = ()


@frozen
class Entered(Syntax):
    """`"X" is determined by the Payer and entered with a note, as money from $0 through $50,000`."""

    name: Name
    by: Name
    kind: ColumnLine | None
    default: Literal_ | None


@frozen
class Elects(Syntax):
    """`The Provider elects the "Option", "A" or "B" …; without an election it is "B"`."""

    party: Name
    name: Name
    options: tuple[str, ...]
    whole_term: bool
    default: str | None


@frozen
class PayOptions(Syntax):
    """What stands after the value of a payment."""

    due: Event | dt.date | None = None
    paid_through: Event | Expr | None = None
    turned: tuple[Name, ...] = ()  # of one that may be negative: who then pays that amount, and to whom
    not_returned: Name | None = None
    category: str | None = None

    @property
    def two_way(self) -> bool:
        """Whether the payment may be negative, and is then one of the other party."""
        return bool(self.turned)


@frozen
class Pay(Syntax):
    """`The A must pay the B the "X": value`, and its like for the other verbs."""

    verb: Literal["pay", "withhold", "return", "repay", "forfeit", "shadow"]
    payer: Name | None
    payee: Name
    name: Name
    value: Expr
    options: PayOptions
    out_of: Name | Shifted | None = None
    cond: Cond | None = None
    grain: tuple[Name, ...] = ()


@frozen
class Restate(Syntax):
    """`the X is value`, `if C, the X is value`, `no X is due` (value None): an exception to another sentence."""

    name: Name
    value: Expr | None
    cond: Cond | None


@frozen
class AggregateCap(Syntax):
    """`The total of A and B must not exceed L; A is reduced first; B is reduced next`."""

    names: tuple[Name, ...]
    limit: Expr
    order: tuple[tuple[Name, Literal["first", "next", "last", "in proportion"]], ...]


@frozen
class AggregateFloor(Syntax):
    """`The total of A and B must not be less than F; the A is increased | the Payer must pay the difference`."""

    names: tuple[Name, ...]
    limit: Expr
    increased: Name | None
    payer: Name | None


@frozen
class Agreed(Syntax):
    """`It is agreed that C`."""

    cond: Cond


@frozen
class Incorporates(Syntax):
    """`The Language Definition, version 1 (sha-256 …), is part of this Agreement`: which definition, by number
    and, if
    it is stated, by the fingerprint of its sentences."""

    version: int
    sha256: str


@frozen
class Reading(Syntax):
    """`In section 5.4, "net savings" is read as Savings, because "…"`."""

    section: str
    words: str
    value: Expr
    because: str


@frozen
class RosterOf(Syntax):
    """`The list of Members is Member Months`."""

    plural: Name
    record: Name


@frozen
class Words(Syntax):
    """Words that stand only where the grammar has them: `cent`, `March 31`, `75th`, `yes`."""

    text: str


@frozen
class Argument(Syntax):
    """`A as 2%`: a parameter of a clause and what stands for it. `literal`: the terminals and texts of a literal;
    empty for a term or an expression."""

    name: Name
    value: Expr | Words | str
    literal: tuple[tuple[str, str], ...]


@frozen
class Apply(Syntax):
    """`Apply clause "X" with A as …, giving the "R"`."""

    clause: str
    arguments: tuple[Argument, ...]
    results: tuple[Name, ...]


@frozen
class Records(Syntax):
    """Records with a key, or entries without one."""

    name: Name
    keys: tuple[Name, ...]
    clock: Name | None
    columns: tuple[ColumnLine, ...]
    entries: bool = False
    placed_by: Name | None = None
    left_out: bool = False


@frozen
class Schedule(Syntax):
    """A table of the contract: `"Contract Measures" are:`."""

    name: Name
    table: Table


@frozen
class SetBy(Syntax):
    """`"X" is set by S, where …:` with its table. `mode`: how rows are chosen."""

    names: tuple[Name, ...]
    subjects: tuple[Expr, ...]
    mode: Literal["one", "first", "keyed", "clock", "conditions", "two-way"]
    table: Table
    key: Name | None = None
    grain: tuple[Name, ...] = ()


@frozen
class BandsOf(Syntax):
    """A marginal table over `subject`."""

    name: Name
    subject: Expr
    share_column: str | None
    negative: Literal["", "mirror", "none"]
    table: Table
    grain: tuple[Name, ...] = ()


@frozen
class Instead(Syntax):
    """`the following table applies instead of the table in section 2.1:`."""

    section: str
    table: Table


@frozen
class Lapse(Syntax):
    """`An amount of X that is not used within N performance years after the one in which it arose lapses; the
    oldest amount is used first`: what becomes of a carried term."""

    name: Name
    years: int
    clock: Name | None = None  # own periods in place of performance years


@frozen
class Deemed(Syntax):
    """`The X is deemed met from … through …`: in the periods that begin then the gate is met without its test."""

    name: Name
    start: dt.date
    end: dt.date


Core: TypeAlias = (
    Define
    | Gate
    | Phases
    | PoolSentence
    | Entered
    | Elects
    | Pay
    | Restate
    | AggregateCap
    | AggregateFloor
    | Agreed
    | Reading
    | Incorporates
    | RosterOf
    | Apply
    | Records
    | Schedule
    | SetBy
    | BandsOf
    | Instead
    | Deemed
    | Lapse
)


@frozen
class Section(Syntax):
    """A numbered sentence. `heading` is printed and computes nothing."""

    number: str
    heading: str
    prefixes: tuple[Prefix, ...]
    core: Core


# ---------------------------------------------------------------- examples and clauses


@frozen
class Fact(Syntax):
    """`Measure Rate for "X" in the prior performance year is 70%`; a met gate has value True."""

    name: Name
    picks: tuple[str, ...]
    when: When | None
    value: Value
    kind: Kind | None
    rounding: Rounding | None = None


@frozen
class GivenExpect(Syntax):
    """One `given …, expect …`. `year` is the performance year named among the facts."""

    year: int | None
    given: tuple[Fact, ...]
    expect: tuple[Fact, ...]


@frozen
class ExampleRows(Syntax):
    """`with these Member Months:` and a table: the rows of a record for this example."""

    record: Name
    table: Table


@frozen
class Example(Syntax):
    """A worked example in the text of the contract, with rows of data for its cases if it has any."""

    name: str
    cases: tuple[GivenExpect, ...]
    rows: tuple[ExampleRows, ...] = ()


@frozen
class ClauseDef(Syntax):
    """A reusable clause with parameters."""

    name: str
    parameters: tuple[str, ...]
    sections: tuple[Section, ...]


@frozen
class Prose(Syntax):
    """A recital or an article heading: printed, computes nothing."""

    text: str
    article: bool


Item: TypeAlias = Section | Example | ClauseDef | Prose


@frozen
class Document(Syntax):
    """A whole contract."""

    header: Header
    items: tuple[Item, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The numbered sentences in order."""
        return tuple(item for item in self.items if isinstance(item, Section))


# ---------------------------------------------------------------- amendments


@frozen
class Change(Syntax):
    """One change of an amendment. For `replace words`: `old`, `new`; for `add` and `replace`: `text` is the
    span of the new sentence in the amendment's text; for `renumber`: `new` is the new number. `also`: further
    words that the same sentence replaces in the section."""

    what: Literal["replace words", "delete", "add", "replace", "renumber"]
    section: str
    old: str = ""
    new: str = ""
    text: Span | None = None
    also: tuple[Change, ...] = ()


@frozen
class Amendment(Syntax):
    """A dated patch of a contract. `unit`: for which periods that begin on or after `effective` it is (a clock as
    the sentence names it); None: from that date. `also_year`: a performance year reopened by it."""

    number: int
    title: str
    signed: dt.date
    effective: dt.date
    unit: str | None
    also_year: int | None
    changes: tuple[Change, ...]
