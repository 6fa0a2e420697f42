"""Days that are counted from the end of a performance year, in years that end on other days than December 31."""

from __future__ import annotations

import datetime as dt

import pytest

from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import compile_text
from vbcdsl.diagnostics.render import to_text
from vbcdsl.testing.examples import run_examples

TEXT = """contract "Days after the year".
language version 1.
the Payer is "Health Plan".
the Provider is each ACO.
effective {effective} through {through}.
a performance year is {year}.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column | Kind | If missing |
    | Filed  | date | required   |
2.1 The "In Time" is met if Filed is on or before {day}.
"""
EXAMPLE = """
example "{day}":
  given the performance year is {year} and Filed is {day}, expect the In Time is {met}.
"""
SEPTEMBER = "September 30 after the performance year"


def long_date(day: dt.date) -> str:
    """A date as a contract writes it."""
    return f"{day:%B} {day.day}, {day.year}"


@pytest.mark.parametrize(
    ("start", "years", "said", "last"),
    [
        # the next September 30, March 31, … after the year's last day, whatever day that is
        ((2023, 7, 1), 3, SEPTEMBER, (2025, 9, 30)),
        ((2023, 7, 15), 3, SEPTEMBER, (2025, 9, 30)),
        ((2023, 7, 15), 3, "July 31 after the performance year", (2025, 7, 31)),
        ((2023, 10, 1), 3, SEPTEMBER, (2026, 9, 30)),
        ((2024, 3, 1), 3, "March 31 after the performance year", (2026, 3, 31)),
        ((2022, 9, 1), 3, "February 28 after the performance year", (2025, 2, 28)),
        ((2024, 1, 1), 3, "March 31 after the performance year", (2026, 3, 31)),
        # whole months after the end of a year that ends with June end with a month
        ((2023, 7, 1), 3, "3 months after the end of the performance year", (2025, 9, 30)),
        ((2023, 7, 1), 3, "9 months after the end of the performance year", (2026, 3, 31)),
        ((2023, 7, 1), 3, "8 months after the end of the performance year", (2026, 2, 28)),
        ((2023, 3, 1), 3, "1 months after the end of the performance year", (2025, 3, 31)),
        ((2024, 1, 1), 3, "2 months after the end of the performance year", (2026, 2, 28)),
        ((2023, 7, 15), 3, "2 months after the end of the performance year", (2025, 9, 14)),
        ((2023, 7, 1), 3, "90 days after the end of the performance year", (2025, 9, 28)),
    ],
)
def test_the_last_day_is_in_and_the_next_is_not(
    start: tuple[int, int, int], years: int, said: str, last: tuple[int, int, int]
) -> None:
    first, day = dt.date(*start), dt.date(*last)
    through = first.replace(year=first.year + years) - dt.timedelta(days=1)
    calendar = (first.month, first.day) == (1, 1)
    text = TEXT.format(
        effective=long_date(first),
        through=long_date(through),
        year="a calendar year" if calendar else f"each 12 months from {long_date(first)}",
        day=said,
    )
    for filed, met in ((day, "met"), (day + dt.timedelta(days=1), "not met")):
        text += EXAMPLE.format(day=long_date(filed), year=2, met=met)
    done = compile_text(text)
    assert not done.errors, to_text(done.diagnostics)
    report = run_examples(done, ONE_MACHINE)
    assert report.met, report.cases
    assert len(report.cases) == 2 * len(ONE_MACHINE)
