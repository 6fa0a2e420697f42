"""Which contracts of the library are wanted: by family, setting, HCP-LAN category and source row."""

from __future__ import annotations

import attrs

from vbcdsl.library.index import Entry


@attrs.frozen
class Wanted:
    """What `vbc library list` was asked for; an empty tuple asks for nothing. Each is met by one of its texts:
    a family or a setting that contains it, a category or a row that begins with it (“3” is 3A, 3B and 3N;
    “S3” is every row of that paper). Capitals do not count."""

    families: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()

    @property
    def anything(self) -> bool:
        """Whether every contract is wanted."""
        return not (self.families or self.settings or self.categories or self.rows)

    def takes(self, each: Entry) -> bool:
        """Whether a contract is wanted."""
        if self.anything:
            return True
        facts = each.facts
        if facts is None:
            return False
        return (
            _any(self.families, facts.family, contained=True)
            and _any(self.settings, (facts.setting,), contained=True)
            and _any(self.categories, (each.category or facts.lan,), contained=False)
            and _any(self.rows, facts.rows, contained=False)
        )


def chosen(entries: tuple[Entry, ...], wanted: Wanted) -> tuple[Entry, ...]:
    """The contracts that are wanted, in their order."""
    return tuple(each for each in entries if wanted.takes(each))


def _any(asked: tuple[str, ...], there: tuple[str, ...], *, contained: bool) -> bool:
    if not asked:
        return True
    lower = [text.lower() for text in there]
    return any(
        (want.lower() in text) if contained else text.startswith(want.lower())
        for want in asked
        for text in lower
    )
