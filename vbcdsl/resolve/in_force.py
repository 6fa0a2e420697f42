"""The text in force as it is printed: without the examples of years that another text governs.

An example is computed under the text of its own year (Q34, Q43). In a consolidated text that stands alone it would
speak of sections that this text does not have.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from vbcdsl.model.periods import Calendar
from vbcdsl.syntax.units import split

_YEAR = re.compile(r"\bthe\s+performance\s+year\s+is\s+(\d+)")


def text_of_years(text: str, calendar: Calendar, years: Collection[int]) -> str:
    """The text without the examples that name a performance year other than `years` (numbers)."""
    if len(years) == len(calendar.years):
        return text
    kept: list[str] = []
    position = 0
    for unit in split(text):
        if unit.kind != "example":
            continue
        named = [calendar.year_named(int(label)) for label in _YEAR.findall(text[unit.start : unit.end])]
        if all(year is not None and year.number in years for year in named):
            continue
        kept.append(text[position : unit.start])
        position = unit.end
    kept.append(text[position:])
    return re.sub(r"\n{3,}", "\n\n", "".join(kept))
