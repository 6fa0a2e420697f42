"""Random contracts of the families that need records of their own: interest, proration, run-out, elections,
percentiles, attribution, reusable clauses, interim and final settlement, carried amounts that lapse.

`of_family_seed(seed)` gives a `Case` like those of `tests.property.generate`; numbers, dates, wording and the
parts that are combined are random, and so are the data, with gaps, ties, reversals and dates outside the term.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable
from decimal import Decimal

from tests.property.generate import Case
from tests.property.records import Table
from tests.property.sentences import Section

ACOS = ("A", "B", "C")
CLINICS = ("east", "west", "north")
MEASURES = ("Screening", "Readmission", "Visits")


class Family:
    """Writes one contract and its data."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.years = rng.choice((1, 2, 3))
        self.start = dt.date(2024, 1, 1)
        self.end = dt.date(2023 + self.years, 12, 31)
        self.sections: list[Section] = []
        self.tables: dict[str, Table] = {}
        self.money: list[str] = ["Savings"]
        self.payments: list[str] = []
        self.counts: dict[int, int] = {}
        self.clauses = ""

    # ------------------------------------------------------------ small parts

    def say(self, text: str, article: int = 2) -> str:
        """A new section; its number."""
        self.counts[article] = self.counts.get(article, 0) + 1
        number = f"{article}.{self.counts[article]}"
        self.sections.append(Section(number, text))
        return number

    def pick(self, *texts: str) -> str:
        return self.rng.choice(texts)

    def cents(self, low: int, high: int) -> Decimal:
        return Decimal(self.rng.randrange(low, high)) / 100

    def day(self, low: dt.date, high: dt.date) -> dt.date:
        return low + dt.timedelta(days=self.rng.randrange((high - low).days + 1))

    def amount(self) -> str:
        """A term or an expression of money."""
        name = self.rng.choice(self.money)
        return self.pick(
            name, name, f"({name} plus {self.rng.choice(self.money)})", f"({self.rate()} of {name})"
        )

    def rate(self) -> str:
        return self.pick("50%", "33.3%", "12.5%", "100%", "0%", "7.25%")

    def rows(self, name: str, columns: list[tuple[str, str]], rows: list[tuple[object, ...]]) -> None:
        table = Table(columns)
        table.rows = [dict(zip([c for c, _ in columns], row, strict=True)) for row in rows]
        self.tables[name] = table

    # ------------------------------------------------------------ data

    def results(self) -> None:
        """Savings, due dates and payment dates of each party in each year."""
        self.say('"Results" are records, one for each ACO in each Performance Year:\n'
                 "    | Column       | Kind  | If missing |\n    | Savings      | money | $0         |\n"
                 "    | Due Date     | date  | required   |\n    | Payment Date | date  | required   |", 1)  # fmt: skip  # noqa: E501
        rows: list[tuple[object, ...]] = []
        for year in range(2024, 2024 + self.years):
            for aco in ACOS:
                due = self.day(dt.date(year + 1, 1, 1), dt.date(year + 1, 6, 30))
                paid = due + dt.timedelta(days=self.rng.choice((0, 1, 30, 365, 366, 500)))
                saved = None if self.rng.random() < 0.1 else self.cents(-500_000, 9_000_000)
                rows.append((aco, year, saved, due, paid))
        self.rows("results", [("aco", "text"), ("performance_year", "year"), ("savings", "money"),
                              ("due_date", "date"), ("payment_date", "date")], rows)  # fmt: skip

    def roster(self) -> None:
        """When each party begins and ends."""
        last = f"{self.end:%B} {self.end.day}, {self.end.year}"
        self.say('"Roster" are records, one for each ACO:\n'
                 "    | Column     | Kind | If missing |\n    | Start Date | date | required   |\n"
                 f"    | End Date   | date | {last} |", 1)  # fmt: skip
        rows: list[tuple[object, ...]] = []
        for aco in ACOS:
            start = self.rng.choice((self.start, dt.date(2024, 3, 15), dt.date(2024, 7, 1)))
            ends = self.rng.choice((None, self.end, self.day(start, self.end)))
            rows.append((aco, start, ends))
        self.rows("roster", [("aco", "text"), ("start_date", "date"), ("end_date", "date")], rows)

    def claims(self) -> None:
        """Claims with service and paid dates; reversals, equal lines, dates outside the term."""
        self.say('"Claims" are entries, any number for each ACO and Member, placed by Service Date:\n'
                 "    | Column       | Kind  | If missing |\n    | Service Date | date  | required   |\n"
                 "    | Paid Date    | date  | required   |\n    | Clinic       | text  | required   |\n"
                 "    | Paid         | money | $0         |", 1)  # fmt: skip
        rows: list[tuple[object, ...]] = []
        for _ in range(self.rng.randrange(40)):
            served = self.day(self.start - dt.timedelta(days=20), self.end + dt.timedelta(days=20))
            paid = served + dt.timedelta(days=self.rng.choice((0, 10, 45, 90, 120, 400)))
            row = (self.rng.choice(ACOS), f"M{self.rng.randrange(4)}", served, paid, self.rng.choice(CLINICS),
                   self.cents(-20_000, 200_000))  # fmt: skip
            rows += [row] * self.rng.choice((1, 1, 1, 2))
        self.say('"Clinics" are records, one for each Clinic in each Performance Year:\n'
                 "    | Column | Kind | If missing |\n    | ACO    | text | required   |", 1)  # fmt: skip
        clinics: list[tuple[object, ...]] = [
            (clinic, year, ACOS[place % len(ACOS)])
            for place, clinic in enumerate(CLINICS) for year in range(2024, 2024 + self.years)
        ]  # fmt: skip
        self.rows("clinics", [("clinic", "text"), ("performance_year", "year"), ("aco", "text")], clinics)
        self.rows("claims", [("aco", "text"), ("member", "text"), ("service_date", "date"), ("paid_date", "date"),
                             ("clinic", "text"), ("paid", "money")], rows)  # fmt: skip

    def quality(self) -> None:
        """Rates of measures and a table of printed percentiles."""
        chosen = self.rng.sample(MEASURES, self.rng.choice((1, 2, 3)))
        lines = [f'    | "{m}" | "{self.pick("higher is better", "lower is better")}" |' for m in chosen]
        self.say('"Contract Measures" are:\n    | Measure | Direction |\n' + "\n".join(lines), 1)
        self.say('"Quality Results" are records, one for each ACO and Measure in each Performance Year:\n'
                 "    | Column | Kind | If missing |\n"
                 "    | Rate | rate written as a fraction | required |", 1)  # fmt: skip
        self.say('"National Percentiles" are records, one for each Measure and Percentile:\n'
                 "    | Column | Kind | If missing |\n    | Percentile | number | required |\n"
                 "    | Published Year | number | required |\n    | Printed Rate | rate written as a fraction | required |",  # noqa: E501
                 1)  # fmt: skip
        rates: list[tuple[object, ...]] = [
            (aco, m, year, Decimal(self.rng.randrange(0, 101, 5)) / 100)
            for aco in ACOS for m in chosen for year in range(2024, 2024 + self.years)
        ]  # fmt: skip
        self.rows("quality_results", [("aco", "text"), ("measure", "text"), ("performance_year", "year"),
                                      ("rate", "rate")], rates)  # fmt: skip
        printed: list[tuple[object, ...]] = []
        for m in chosen:
            values = sorted(self.rng.sample(range(0, 101, 5), 3))
            for year in range(2023, 2023 + self.years):
                printed += [(m, p, year, Decimal(v) / 100) for p, v in zip((25, 50, 75), values, strict=True)]
        self.rows("national_percentiles", [("measure", "text"), ("percentile", "number"), ("published_year", "year"),  # noqa: E501
                                           ("printed_rate", "rate")], printed)  # fmt: skip

    # ------------------------------------------------------------ sentences

    def proration(self) -> None:
        """A value for a part of the year, with limits before and after."""
        name = f"Prorated {len(self.money)}"
        before = self.pick("", f", but not more than ${self.rng.randrange(100, 5000):,}")
        after = self.pick("", ", but not less than $0", ", rounded half up to the cent")
        how = self.pick("by whole months in force", "by days in force")
        self.say(f'"{name}" means {self.amount()}{before}, prorated {how}{after}.')
        self.money.append(name)

    def interest(self) -> None:
        """Interest on a payment, exact or rounded."""
        if not self.payments:
            self.payment()
        base = self.rng.choice(self.payments)
        days = self.pick("365", "360")
        name = f"Interest {len(self.money)}"
        tail = self.pick("", ", rounded half up to the cent")
        self.say(f'"{name}" means simple interest on {base} at {self.pick("6%", "4.75%", "0%")} per year, counting '  # noqa: E501
                 f"actual days over {days}, from but not including Due Date through Payment Date{tail}.", 3)  # fmt: skip  # noqa: E501
        self.money.append(name)

    def run_out(self) -> None:
        """Costs paid through a day, an interim and a final payment."""
        name = f"Cost {len(self.money)}"
        where = self.pick("", ' where Clinic is "east"', " where Paid is more than $100")
        self.say(f'"{name}" means the total of Paid{where}, using amounts paid through {self._through()}.')
        self.money.append(name)
        if self.rng.random() < 0.6:
            first = self.say(f'The Payer must pay the Provider the "Interim {name}": {self.rate()} of {name}, '
                             "but not less than $0.", 3)  # fmt: skip
            self.say(f'The Payer must pay the Provider the "Final {name}": {name}, less amounts already paid under '  # noqa: E501
                     f"section {first}, but not less than $0, using claims paid through {self._through()}.", 3)  # fmt: skip  # noqa: E501
            self.payments.append(f"Final {name}")

    def _through(self) -> str:
        return self.pick(
            "March 31 after the performance year",
            "the end of the performance year",
            "3 months after the end of the performance year",
        )

    def election(self) -> None:
        """An option that holds for the term, and what depends on it."""
        name = f"Share {len(self.money)}"
        fallback = self.pick("Global", "Professional")
        option = f"Option {len(self.money)}"
        self.say(f'The Provider elects the "{option}", "Global" or "Professional", in its first performance year and for '  # noqa: E501
                 f'the whole term; without an election it is "{fallback}".')  # fmt: skip
        self.say(
            f'"{name}" means {self.amount()} if {option} is "Global", otherwise {self.rate()} of Savings.'
        )
        self.money.append(name)

    def percentile(self) -> None:
        """A place in a printed table, and percentiles of the parties' own rates."""
        name = f"Reached {len(self.money)}"
        of = self.pick("the prior calendar year", "2023")
        points = f"Points {len(self.money)}"
        self.say(
            f'"{name}" means, for each Measure, the percentile of Rate in "National Percentiles" published for {of}.'  # noqa: E501
        )
        self.say(f'"{points}" means the number of Contract Measures where {name} is scored and {name} is at least '
                 f"{self.pick('25', '50', '75')}.")  # fmt: skip
        how = self.pick("by nearest rank", "by linear interpolation")
        self.say(f'"Own {name}" means, for each Measure, the {self.pick("50th", "75th", "90th")} percentile, {how}, of Rate '  # noqa: E501
                 "across all ACOs.")  # fmt: skip
        paid = f"Amount {len(self.money)}"
        self.say(f'"{paid}" means {points} times $100.')
        self.money.append(paid)

    def attribution(self) -> None:
        """Members by their largest clinic, with a chain for ties that ends in a key."""
        n = len(self.money)
        what = self.pick(
            "the largest number of Claims", "the largest total of Paid", "the smallest total of Paid"
        )
        chain = self.pick("", "; if tied, the one with the latest Service Date")
        last = "; if still tied" if chain else "; if tied"
        self.say(f'"Home {n}" means, for each Member in each Performance Year, the Clinic with {what}{chain}{last}, the '  # noqa: E501
                 "one that comes first by Clinic.")  # fmt: skip
        self.say(
            f'"Panel {n}" means the number of Members where Home {n} is scored and Home {n} is "{self.rng.choice(CLINICS)}".'  # noqa: E501
        )
        self.say(f'"Panel Fee {n}" means Panel {n} times $12.34.')
        self.money.append(f"Panel Fee {n}")

    def clause(self) -> None:
        """A clause with parameters, applied to terms and literals."""
        n = len(self.money)
        if not self.clauses:
            self.clauses = (
                '\nclause "Limited Share" with "Base", "Part" and "Limit":\n'
                '1.1 "Limited" means Part times Base, but not more than Limit, but not less than $0.\n'
                "end of clause.\n"
            )
        base = self.rng.choice(self.money)
        self.say(f'Apply clause "Limited Share" with Base as {base}, Part as {self.rate()} and Limit as '
                 f'${self.rng.randrange(1, 9000):,}, giving the "Limited {n}".')  # fmt: skip
        self.money.append(f"Limited {n}")

    def carried(self) -> None:
        """A balance over the years, perhaps one whose parts lapse."""
        name = f"Deficit {len(self.money)}"
        lapse = self.rng.random() < 0.4
        if lapse:
            self.say(f"An amount of {name} that is not used within {self.pick('1', '2')} performance years after the one "  # noqa: E501
                     "in which it arose lapses; the oldest amount is used first.")  # fmt: skip
        self.say(f'"{name}" means ({name} in the prior performance year) minus {self.rng.choice(self.money)}, but not less '  # noqa: E501
                 "than $0, starting from $0 before performance year 1.")  # fmt: skip
        self.money.append(name)

    def payment(self) -> None:
        """A payment with a limit at zero or in both directions."""
        name = f"Payment {len(self.payments) + 1}"
        value = self.amount()
        tail = self.pick(
            ", but not less than $0", "; if it is negative, the Provider must pay that amount to the Payer"
        )
        due = (
            self.pick("", ", due within 90 days after the end of the performance year")
            if tail[0] == ","
            else ""
        )
        self.say(f'The Payer must pay the Provider the "{name}": {value}{tail}{due}.', 3)
        self.payments.append(name)

    def write(self) -> None:
        """Records first, then sentences in random order that use each other."""
        self.results()
        makers: list[Callable[[], None]] = [self.payment, self.election, self.clause, self.carried]
        if self.rng.random() < 0.6:
            self.roster()
            makers.append(self.proration)
        if self.rng.random() < 0.6:
            self.claims()
            makers += [self.run_out, self.attribution]
            self.run_out()
        if self.rng.random() < 0.5:
            self.quality()
            makers.append(self.percentile)
        makers.append(self.interest)
        for _ in range(self.rng.choice((3, 5, 8))):
            self.rng.choice(makers)()
        self.payment()
        self.sections.sort(key=lambda s: int(s.number.split(".")[0]))


def of_family_seed(seed: int) -> Case:
    """The case of a seed, the same on every machine."""
    rng = random.Random(f"family {seed}")
    family = Family(rng)
    family.write()
    header = [
        'contract "Family".', "language version 1.", 'the Payer is "Plan".', "the Provider is each ACO.",
        f"effective January 1, 2024 through December 31, {family.end.year}.",
        "a performance year is a calendar year.",
        f"amounts are in US dollars and each payment is rounded {family.pick('half up', 'half to even', 'down')} to the cent.",  # noqa: E501
    ]  # fmt: skip
    if family.clauses:
        header.append(family.clauses)
    years = tuple(range(1, family.years + 1))
    return Case(f"family {seed}", header, family.sections, [], family.tables, years)
