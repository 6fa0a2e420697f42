"""One contract text in force, in the core language: what engines and checks read.

A base contract with dated amendments gives one `Program` for each set of amendments in force; a `Bundle`
says which one governs which performance year (Q34).
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal, TypeAlias

import attrs

from vbcdsl.model.frozen import frozen
from vbcdsl.model.kinds import Kind
from vbcdsl.model.names import snake_case
from vbcdsl.model.periods import Calendar, Clock, Period
from vbcdsl.model.span import NOWHERE, Span
from vbcdsl.model.values import RoundMode, Value
from vbcdsl.rules.nodes import Node

ENTERED_VALUES: Final = "Entered Values"  # the record of values that a party enters, and of elections


@frozen
class Column:
    """A column of a record.

    `missing` is what stands for an empty value: None means `required` (an error), else a value (which may be
    NOT_SCORED). `low`/`high` bound a number, both ends in. `written`: how a file writes a rate: "percent"
    (2.5 is 2.5%), "fraction" (0.025 is 2.5%) or None (the bindings or the file must say).
    `texts`: the only texts allowed ("one of"), or None.
    """

    name: str
    kind: Kind
    missing: Value | None
    span: Span = attrs.field(default=NOWHERE, eq=False)
    low: Value | None = None
    high: Value | None = None
    written: Literal["percent", "fraction"] | None = None
    texts: tuple[str, ...] | None = None
    aliases: tuple[str, ...] = attrs.field(default=(), eq=False)  # other data columns that answer to a key
    title: str | None = None  # what the contract calls it, where `name` is a word of the program

    @property
    def id(self) -> str:
        """The default name of the data column."""
        return snake_case(self.shown)

    @property
    def shown(self) -> str:
        """Its name as people read it."""
        return self.title or self.name


@frozen
class Record:
    """Rows of data, or of a table in the contract.

    `keys` are the dimensions that name a row besides time ("Member", "Measure", the party's key); `clock` is
    the period in the key or None (the same in every period); `date_column` places a row by a date column
    instead ("placed by Service Date"). `dims` are all dimensions a row carries: the keys and the columns that
    are dimensions themselves (the ACO column of Member Months, the Domain of a measure table). Key columns
    are also in `columns` (kind text; for the clock kind month, or number for a year).
    `entries`: rows have no key and are never duplicates (Q9). `rows`: the literal rows of a schedule table
    (column name → value), else None. `unlisted`: rows whose key is not on the roster are left out and listed
    instead of being an error (Q8). `unchecked`: columns that are keys of other records, which list themselves by
    way of this one: what is in them is not looked for there.
    """

    name: str
    section: str
    keys: tuple[str, ...]
    clock: Clock | None
    columns: tuple[Column, ...]
    dims: tuple[str, ...]
    span: Span = attrs.field(default=NOWHERE, eq=False)
    date_column: str | None = None
    entries: bool = False
    rows: tuple[dict[str, Value], ...] | None = attrs.field(default=None, eq=False)
    unlisted: Literal["error", "left out"] = "error"
    unchecked: tuple[str, ...] = ()

    @property
    def id(self) -> str:
        """The name under which data is given: `--data member_months=FILE`."""
        return snake_case(self.name)

    @property
    def may_be_absent(self) -> bool:
        """Whether no data need be given: values that a party may enter, each with what holds if none is."""
        keys = {*self.keys, self.clock}
        return self.name == ENTERED_VALUES and all(
            c.missing is not None for c in self.columns if c.name not in keys
        )

    def column(self, name: str) -> Column:
        """The column of that name."""
        for column in self.columns:
            if column.name == name:
                return column
        raise KeyError(name)

    @property
    def is_data(self) -> bool:
        """Whether its rows come from data (not from the contract's own text)."""
        return self.rows is None


@frozen
class Roster:
    """Where the complete list of a dimension's keys comes from: the rows of `record` (Q8).

    `within` are the other dimensions that the list depends on (the Members *of an ACO in a period*).
    """

    dim: str
    record: str
    within: tuple[str, ...]


Role: TypeAlias = Literal["definition", "gate", "payment", "step", "entered", "duty", "input"]
Verb: TypeAlias = Literal["pay", "withhold", "return", "repay", "forfeit"]


@frozen
class Payment:
    """Who pays whom. The term's value is the rounded, payable amount; with `two_way` it may be negative and
    then the payee pays its size to the payer. `withhold` holds money back and moves none by itself."""

    payer: str
    payee: str
    verb: Verb
    two_way: bool = False
    due: str | None = None
    category: str | None = None
    shadow: bool = False


@frozen
class Term:
    """A defined term: one value for each key of its grain.

    `grain` holds dimension names: the party's key ("ACO"), a clock ("Performance Year", "Month"), "Member",
    "Measure" …, in a fixed order (party, clock, others); () is one value for the contract. `hidden` terms are
    steps that lowering made (a payment before an aggregate cap) and are not printed in results. An `input` term is
    a column of a record at its keys: a name in a sentence that stands for data.
    """

    name: str
    section: str
    kind: Kind
    grain: tuple[str, ...]
    expr: Node
    role: Role = "definition"
    payment: Payment | None = None
    hidden: bool = False
    span: Span = attrs.field(default=NOWHERE, eq=False)
    uses: tuple[str, ...] = attrs.field(default=(), eq=False)
    # where the text changes inside a year: on which first days of its periods which text states it (Q34)
    lives: tuple[tuple[dt.date | None, dt.date | None, Term], ...] = attrs.field(default=(), eq=False)

    @property
    def id(self) -> str:
        """The column name in results."""
        return snake_case(self.name)

    def at(self, period: Period | None) -> Term | None:
        """The term as the text in force on the first day of a period states it; None if that text does not."""
        if not self.lives or period is None:
            return self
        for start, end, term in self.lives:
            if (start is None or start <= period.start) and (end is None or period.start <= end):
                return term
        return None


@frozen
class Agreement:
    """A warranty: `it is agreed that …`, checked for each key of its grain on every run."""

    section: str
    cond: Node
    grain: tuple[str, ...]
    text: str
    span: Span = attrs.field(default=NOWHERE, eq=False)


@frozen
class Given:
    """A fact of an example: a term (at picked keys) has this value. For a gate the value is yes or no."""

    term: str
    value: Value
    pick: tuple[tuple[str, str], ...] = ()
    year: int | None = None
    span: Span = attrs.field(default=NOWHERE, eq=False)
    rounding: tuple[RoundMode, object] | None = None


@frozen
class ExampleCase:
    """One `given …, expect …` of an example, in performance year `year` (None: any, the first is used)."""

    name: str
    index: int
    year: int | None
    given: tuple[Given, ...]
    expect: tuple[Given, ...]
    span: Span = attrs.field(default=NOWHERE, eq=False)
    # record → the rows that the example states for it
    rows: dict[str, tuple[dict[str, Value], ...]] = attrs.field(factory=dict, eq=False)


@frozen
class Program:
    """A contract text in force. `terms` are in an order in which each comes after the terms it uses in the
    same period."""

    title: str
    calendar: Calendar
    payer: str  # the role of the main payer ("Payer"), by its name in the text
    provider: str  # the role of the settled party ("Provider")
    party: str  # the dimension whose keys are the parties ("ACO")
    roles: dict[str, str] = attrs.field(eq=False)  # role → name of the party, or "" for each key of `party`
    payment_rounding: tuple[RoundMode, int]  # mode and decimal places of a dollar (2: cents)
    records: dict[str, Record] = attrs.field(eq=False)
    rosters: dict[str, Roster] = attrs.field(eq=False)
    terms: dict[str, Term] = attrs.field(eq=False)
    agreements: tuple[Agreement, ...] = ()
    examples: tuple[ExampleCase, ...] = ()
    title_facts: tuple[
        tuple[str, str], ...
    ] = ()  # header facts that are printed: category, source of numbers
    # dimension → record and column in which it is an attribute (Domain in Contract Measures)
    attributes: dict[str, tuple[str, str]] = attrs.field(factory=dict, eq=False)


@frozen
class Bundle:
    """The programs of a contract with its amendments: performance year number → the text in force."""

    by_year: dict[int, Program] = attrs.field(eq=False)

    @property
    def calendar(self) -> Calendar:
        """The performance years (of the text in force in the first of them)."""
        return next(iter(self.by_year.values())).calendar
