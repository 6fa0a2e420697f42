"""Stores and caches that grow month by month, where a contract's periods are not just its performance years.

Parties with performance years of their own, Budget Periods that cut a year, values in force from day to day, and
texts that an amendment changes inside a year: after each month more the store, the cache and both together pay
what the plain files pay.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import vbcdsl
from tests.prepared.conftest import paid

HEADER = """contract "Periods".
language version 1.
the Payer is "Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

1.1 "Roster" are records, one for each ACO:
    | Column     | Kind | If missing |
    | Start Date | date | required   |
    | End Date   | date | none       |
1.2 "Member Months" are records, one for each Member in each Month, and a row that is not on the roster is left out and listed:
    | Column | Kind  | If missing |
    | ACO    | text  | required   |
    | Paid   | money | $0         |
1.3 The list of ACOs is Roster.
"""  # noqa: E501

OWN_YEARS = """
2.1 "Own Share" is 10% in the Provider's first performance year, 20% in the Provider's second performance year and 30% from the Provider's third performance year.
2.2 "Cost" means the total of Paid.
2.3 "Prior Cost" means Cost in the prior performance year, or $0 in the Provider's first performance year.
2.4 "Own Base" means Own Base in the prior performance year, or Cost in the Provider's first performance year.
2.5 "Growth" means the amount by which Cost exceeds Own Base.
3.1 The Payer must pay the Provider the "Share": Own Share times Cost.
3.2 The Payer must pay the Provider the "Growth Payment": (Own Share times Growth) plus (1% of Prior Cost).
3.3 The Payer must pay the Provider the "Monthly Fee", for each Month: Own Share times (the total of Paid).
3.4 The Payer must pay the Provider the "Entry Fee": $1,000, prorated by whole months in force.
"""  # noqa: E501

BUDGET_PERIODS = """
1.4 "Budget Periods" are, in this order:
    | Budget Period | First day       | Last day          | Holdback |
    | "BP1"         | January 1, 2024 | June 30, 2024     | 10%      |
    | "BP2"         | July 1, 2024    | December 31, 2025 | 20%      |
    | "BP3"         | January 1, 2026 | December 31, 2026 | 30%      |
2.1 "Period Cost" means, for each Budget Period, the total of Paid.
2.2 "Rate" is 1% in Budget Period 1, 2% in Budget Period 2 and 3% from Budget Period 3.
2.3 "So Far" means, for each Budget Period, (So Far in the prior Budget Period) plus Period Cost, starting from $0 before Budget Period 1.
3.1 The Payer must pay the Provider the "Period Payment", for each Budget Period: (Rate times Period Cost) times (100% minus Holdback).
3.2 The Payer must pay the Provider the "Running Payment", for each Budget Period: 1% of So Far.
"""  # noqa: E501

FROM_DATE = """
2.1 "Fee" is 5% before April 1, 2024, 6% from April 1, 2024 through July 31, 2025 and 7% from August 1, 2025.
2.2 "Cost Rate" is set, for each Month, by the total of Paid, where exactly one row applies:
    | Paid          | Cost Rate |
    | less than $50 | 1%        |
    | $50 or more   | 2%        |
3.1 The Payer must pay the Provider the "Monthly Fee", for each Month: Fee times (the total of Paid).
3.2 The Payer must pay the Provider the "Quarterly Fee", for each Quarter: Fee times (the total of Paid from the start of the Performance Year through that Quarter).
3.3 The Payer must pay the Provider the "Rate Payment", for each Month: Cost Rate times (the total of Paid).
3.4 The Payer must pay the Provider the "Yearly Fee": 1% of (the total of Paid).
"""  # noqa: E501

AMENDMENTS = (
    """amendment 1 to "Periods", signed May 12, 2024, effective for months beginning on or after May 1, 2024.
Section 3.1 is amended by replacing "Fee times" with "(Fee plus 2 percentage points) times".
Section 2.2 is amended by replacing "2% " with "4% ".
""",
    """amendment 2 to "Periods", signed May 12, 2025, effective for quarters that begin on or after May 15, 2025.
A new section 3.5 is added: The Payer must pay the Provider the "Bonus", for each Quarter: 1% of (the total of Paid).
""",  # noqa: E501
    """amendment 3 to "Periods", signed May 12, 2025, effective for performance years that begin on or after January 1, 2026.
Section 3.4 is amended by replacing "1%" with "2%".
""",  # noqa: E501
)

CONTRACTS = {
    "own years": (OWN_YEARS, ()), "budget periods": (BUDGET_PERIODS, ()), "from date to date": (FROM_DATE, ()),
    "amended inside a year": (FROM_DATE, AMENDMENTS),
}  # fmt: skip

ROSTER = ("A1,2024-01-01,", "A2,2024-11-15,", "A3,2025-03-01,2026-04-30")
START = {"A1": "2024-01", "A2": "2024-11", "A3": "2025-03"}
MONTHS = [f"{year}-{month:02}" for year in (2024, 2025, 2026) for month in range(1, 13)]
ARRIVALS = (6, 1, 5, 1, 1, 6, 9, 7)  # months that arrive together; they end inside and at the ends of years


@pytest.fixture(params=CONTRACTS)
def contract(request: pytest.FixtureRequest, tmp_path: Path) -> vbcdsl.Contract:
    """A contract, with its amendments beside it."""
    return made(tmp_path / "contract", *CONTRACTS[request.param])


def made(folder: Path, text: str, amendments: tuple[str, ...]) -> vbcdsl.Contract:
    """A contract as a folder."""
    (folder / "amendments").mkdir(parents=True)
    (folder / "contract.vbc").write_text(HEADER + text, encoding="utf-8")
    for number, amendment in enumerate(amendments, 1):
        (folder / "amendments" / f"{number}.vbc").write_text(amendment, encoding="utf-8")
    found = vbcdsl.load(folder)
    assert len(found.compiled.amendments) == len(amendments)
    assert not found.compiled.errors, [(d.code, d.message) for d in found.compiled.errors]
    return found


def rows(month: str) -> list[str]:
    """The rows of a month: each ACO from its first month on, members who come and go, a reversal."""
    number = MONTHS.index(month)
    return [
        f"{aco}-M{place},{month},{aco},{(number * 37 + place * 11) % 97 - 5 * (place == 2)}.{number:02}"
        for aco, start in START.items()
        if month >= start
        for place in range(1 + (number + len(aco)) % 4)
    ]


def write(folder: Path, name: str, months: list[str]) -> str:
    """A file with the rows of these months."""
    lines = [line for month in months for line in rows(month)]
    path = folder / f"{name}.csv"
    path.write_text("member,month,aco,paid\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return str(path)


def everything(settlement: vbcdsl.Settlement) -> dict[str, Any]:
    """What is paid, and each value at each key."""
    settled = settlement.settled
    shown = {t.name for p in settled.bundle.by_year.values() for t in p.terms.values() if not t.hidden}
    terms = {name: list(values.items()) for name, values in settled.results.terms.items() if name in shown}
    return {"paid": paid(settlement), "errors": [e.code for e in settlement.errors], **terms}


class Arrivals:
    """Files of rows that arrive, and the store and caches that grow with them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.store, self.cache, self.both = (folder / name for name in ("store", "cache", "both"))
        self.data: dict[str, list[str]] = {"roster": [], "member_months": []}
        self.months = 0
        self.acos = 0

    def arrive(self, contract: vbcdsl.Contract, count: int) -> None:
        """So many months more, with the ACOs that have joined by then."""
        months = MONTHS[self.months : self.months + count]
        self.months += count
        last = MONTHS[self.months - 1]
        new: dict[str, list[str]] = {"member_months": [write(self.folder, f"to_{last}", months)]}
        joined = [line for line in ROSTER if START[line[:2]] <= last][self.acos :]
        if joined:
            self.acos += len(joined)
            path = self.folder / f"roster_{last}.csv"
            path.write_text("\n".join(["aco,start_date,end_date", *joined]) + "\n", encoding="utf-8")
            new["roster"] = [str(path)]
        contract.prepare(new, self.store, append=self.store.exists())
        for name, paths in new.items():
            self.data[name] += paths

    def compare(self, contract: vbcdsl.Contract, years: int | list[int]) -> dict[str, Any]:
        """Files, cache, store and both pay the same; what they pay."""
        expected = everything(contract.run(self.data, years=years, engine="reference"))
        assert expected["paid"] and not expected["errors"]
        assert everything(contract.run(self.data, years=years)) == expected
        assert everything(contract.run(self.data, years=years, cache=self.cache)) == expected
        assert everything(contract.run(self.store, years=years)) == expected
        assert everything(contract.run(self.store, years=years, cache=self.both)) == expected
        return expected

    @property
    def years(self) -> list[int]:
        """The performance years of which rows have arrived."""
        return list(range(2024, int(MONTHS[self.months - 1][:4]) + 1))


def test_after_each_arrival_store_and_cache_pay_what_the_files_pay(
    contract: vbcdsl.Contract, tmp_path: Path
) -> None:
    arrivals = Arrivals(tmp_path)
    for count in ARRIVALS:
        arrivals.arrive(contract, count)
        arrivals.compare(contract, arrivals.years)
    assert arrivals.months == len(MONTHS)
    for year in (2024, 2025, 2026):  # each year by itself, from all that has arrived
        arrivals.compare(contract, year)


def test_an_amendment_signed_after_the_store_was_made_counts_from_its_month_on(tmp_path: Path) -> None:
    """The store was prepared, and the caches filled, under the text as signed."""
    arrivals = Arrivals(tmp_path)
    signed = made(tmp_path / "signed", FROM_DATE, ())
    arrivals.arrive(signed, 6)
    before = arrivals.compare(signed, [2024])
    paid_before = {key: fee for key, fee in before["Monthly Fee"] if key[-1].label < "2024-07"}
    for number, count in enumerate((1, 9, 8), 1):
        contract = made(tmp_path / f"amended_{number}", FROM_DATE, AMENDMENTS[:number])
        arrivals.arrive(contract, count)
        fees = dict(arrivals.compare(contract, arrivals.years)["Monthly Fee"])
        changed = {key[-1].label for key, fee in paid_before.items() if fees[key] != fee}
        assert changed == {"2024-05", "2024-06"}


def test_only_the_new_file_is_read(contract: vbcdsl.Contract, tmp_path: Path) -> None:
    arrivals = Arrivals(tmp_path)
    arrivals.arrive(contract, 15)  # by then all have joined, so that the roster does not change
    taken = []
    for _ in range(3):
        notes = contract.run(arrivals.data, years=arrivals.years, cache=arrivals.cache).notes
        taken += [note for note in notes if note.startswith("Member Months: ")]
        arrivals.arrive(contract, 3)
    if contract.compiled.bundle.calendar.own:
        assert taken == ["Member Months: read as a whole, the cache cannot be used for it"] * 3
    else:
        assert taken == [
            f"Member Months: 1 of {n} file{'s' * (n > 1)} read, {n - 1} taken from the cache"
            for n in (1, 2, 3)
        ]
