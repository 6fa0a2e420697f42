"""What every form of the report says: the lines of the changes, the parties that move most, the amounts in
words."""

from __future__ import annotations

from fractions import Fraction

import attrs

from vbcdsl.charts.bars import short_name
from vbcdsl.charts.winners import ranked
from vbcdsl.renewal.compare import Change, Comparison, Words
from vbcdsl.renewal.price import Priced
from vbcdsl.results.text import cents_words

NAME, WORDS = 60, 150
MOVERS = 10


@attrs.frozen(eq=False)
class Report:
    """A comparison, and its price if there are data."""

    comparison: Comparison
    priced: Priced | None = None
    data_notes: tuple[str, ...] = ()

    @property
    def title(self) -> str:
        """The title of the contract; of two if it changed."""
        old, new = self.comparison.old.title, self.comparison.new.title
        return new if old == new else f"{old} → {new}"

    @property
    def year_notes(self) -> list[str]:
        """Which texts were applied to another year than their own, and which data were taken."""
        notes = list(self.data_notes)
        for name, years in zip(("old", "new"), self.comparison.years, strict=True):
            if years and self.priced is not None:
                own = self.priced.year - years
                notes.append(
                    f"the {name} text is applied as in its performance year {own}: its dates are moved by "
                    f"{abs(years)} year{'s' if abs(years) != 1 else ''}"
                )
        return notes

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many parties gain, lose, and do not change."""
        assert self.priced is not None
        changes = [self.priced.change(party) for party in self.priced.parties]
        gain, lose = sum(c > 0 for c in changes), sum(c < 0 for c in changes)
        return gain, lose, len(changes) - gain - lose

    @property
    def movers(self) -> tuple[list[tuple[str, Fraction]], list[tuple[str, Fraction]]]:
        """The parties that gain most and that lose most."""
        assert self.priced is not None
        order = ranked({party: self.priced.change(party) for party in self.priced.parties})
        return [m for m in order if m[1] > 0][:MOVERS], [m for m in reversed(order) if m[1] < 0][:MOVERS]

    def amounts(self, change: Change) -> tuple[Fraction, Fraction | None, Fraction | None] | None:
        """A change's part, alone and last in, for all parties together; None if it computes nothing."""
        worth = self.priced.worth_of(change.number) if self.priced is not None else None
        if worth is None:
            return None
        part = sum(worth.part.values(), Fraction(0))
        alone = sum(worth.alone.values(), Fraction(0)) if worth.alone is not None else None
        last = sum(worth.last.values(), Fraction(0)) if worth.last is not None else None
        return part, alone, last

    @property
    def interaction(self) -> Fraction | None:
        """The difference of all changes together and the sum of each alone, for all parties."""
        found = self.priced.interaction if self.priced is not None else None
        return sum(found.values(), Fraction(0)) if found is not None else None

    @property
    def method(self) -> str:
        """What the column of parts is called."""
        assert self.priced is not None
        return "Average of all orders" if self.priced.method == "shapley" else "In order"


def signed(value: Fraction | None) -> str:
    """`+$1,234.50`, `-$1.00`, `$0.00`; an em dash for what is not there."""
    if value is None:
        return "—"
    return ("+" if value > 0 else "") + cents_words(value)


def name(text: str, limit: int = NAME) -> str:
    """A name from a contract or from data, as it may be shown."""
    return short_name(text, limit)


def sections(change: Change) -> str:
    """`2.1`, `1.1, 2.1`."""
    found = [s for s in change.sections if s]
    if not found:
        return "header" if change.hunks else ""
    return ", ".join(found[:4]) + (" …" if len(found) > 4 else "")


def in_words(words: Words, limit: int = WORDS) -> str:
    """One place of a change: `“98%” → “100%”`, `new: “…”`, `gone: “…”`."""
    old, new = name(words.old, limit), name(words.new, limit)
    if words.what == "renamed":
        return f"“{old}” is now “{new}”"
    if words.what == "renumbered":
        return f"section {old} is now {new}"
    if words.what == "moved":
        return "stands in another place"
    if old and new:
        return f"“{old}” → “{new}”"
    if new:
        return f"new: “{new}”"
    return f"gone: “{old}”" if old else ""


def summary(change: Change, limit: int = 70) -> str:
    """A change in one line."""
    first = in_words(change.words[0], limit) if change.words else ""
    more = len(change.words) - 1
    rest = f" and {more} more place{'s' if more > 1 else ''}" if more > 0 else ""
    return first + rest


def needs(change: Change) -> str:
    """`needs 2`: what must be in the text for it to be a contract."""
    return "needs " + ", ".join(str(number) for number in change.needs) if change.needs else ""
