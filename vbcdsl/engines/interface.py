"""What every engine takes and gives. The folders beside this file have the same file names inside.

An engine is a function `evaluate(bundle, store, request) -> Results`. All engines give the same values, to the
last digit, and the same errors for the same keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs

from vbcdsl.data.store import Store
from vbcdsl.diagnostics import Diagnostic, RunError
from vbcdsl.model.periods import Period
from vbcdsl.model.values import Value
from vbcdsl.rules.program import Bundle, Given

if TYPE_CHECKING:
    from vbcdsl.incremental.cache import PartialCache

# One key of a term: the values of its grain in order: text for a party, Member, Measure …; a Period for a clock.
Key: TypeAlias = tuple[str | Period, ...]


@attrs.frozen
class Request:
    """What to compute.

    `years`: numbers of the performance years to settle. Earlier years are computed as far as these refer to
    them. `terms`: names of the terms wanted, None for all that are not hidden. `given`: facts that replace
    terms (an example); with `parties` the roster of the party is this list and no data is needed for it.
    `recorded`: values of recorded final settlements, each with its year and keys; a reference to another period
    takes them instead of a value computed again (Q40). `named`: keys that an example speaks of without a fact.
    `threads`: at most so many. `batch_rows`: rows in a batch, None for the engine's own choice (any choice
    gives the same cents). `cache`: where an engine may keep what it found in each file. `memory`: bytes that the
    process should stay under; what does not fit waits on the disk.
    """

    years: tuple[int, ...]
    terms: tuple[str, ...] | None = None
    given: tuple[Given, ...] = ()
    parties: tuple[str, ...] | None = None
    recorded: tuple[Given, ...] = ()
    named: tuple[tuple[tuple[str, str], ...], ...] = ()
    threads: int = 2
    batch_rows: int | None = None
    cache: PartialCache | None = None
    memory: int | None = None


class TermValues(Protocol):
    """The values of one term at the keys of its grain, sorted: parties and other texts in code point order,
    periods by first day; a dimension of a table in the contract in the order of its lines."""

    term: str
    grain: tuple[str, ...]

    def __len__(self) -> int: ...

    def items(self) -> Iterator[tuple[Key, Value | RunError]]:
        """Each key with its value, or with the error that stopped it."""
        ...

    def keys(self) -> list[Key]:
        """The keys in their order. Terms with the same keys may give one list, which nobody changes."""
        ...

    def values(self) -> list[Value | RunError]:
        """The values or errors in the order of keys."""
        ...

    def get(self, key: Key) -> Value | RunError | None:
        """The value at a key; None if the term has no such key."""
        ...


@attrs.frozen
class LeftOut:
    """Rows that were not used, with the reason ("outside the term of the contract") and their number. Rows whose
    key is not on the roster are counted in the performance years asked for."""

    record: str
    reason: str
    rows: int


@attrs.frozen
class Results:
    """What an engine gives. `terms`: by name. A term's key set is the roster of its grain in the requested
    years (Q8). `broken_agreements`: warranties that do not hold, as (section, key); `unchecked_agreements`: those
    of which an error leaves open whether they hold. `rows`: rows read by record. Errors of values are in the
    `TermValues`; `errors` lists each different one once, with those of warranties."""

    terms: dict[str, TermValues]
    errors: tuple[RunError, ...]
    broken_agreements: tuple[tuple[str, Key], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    rows: dict[str, int] = attrs.field(factory=dict)
    # what is wrong with the data itself (a duplicate key, an empty required cell …): nothing should be paid on it
    data_problems: tuple[Diagnostic, ...] = ()
    unchecked_agreements: tuple[tuple[str, Key], ...] = ()


Engine: TypeAlias = Callable[[Bundle, Store, Request], Results]
