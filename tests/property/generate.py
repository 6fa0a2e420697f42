"""Random contracts as text, with random data that fits them.

`make(rng)` gives a `Case`: the text of a contract, perhaps an amendment, and tables of data. The text compiles; if
it does not, either this generator or the front-end is wrong. `compare` runs both engines on a case; `cases` is the
strategy for hypothesis.
"""

from __future__ import annotations

import datetime as dt
import random
import re

import attrs
from hypothesis import strategies as st

from tests.property.records import DIMS, DOMAINS, MEASURES, Record, Table, make_records, make_tables
from tests.property.sentences import GRAINS, P, Section, SentenceWriter
from tests.property.values import PARTY, YEAR, Leaf


@attrs.define
class Case:
    """A contract with its data. `seed` makes it again; `years`: the performance years to settle."""

    seed: str
    header: list[str]
    sections: list[Section]
    amendments: list[str]
    tables: dict[str, Table]
    years: tuple[int, ...]

    @property
    def text(self) -> str:
        """The contract."""
        lines = list(self.header)
        article = ""
        for section in self.sections:
            if section.number.split(".")[0] != article:
                article = section.number.split(".")[0]
                lines.append(f"\nArticle {article}. Part {article}.")
            lines.append(f"{section.number} {section.text}")
        return "\n".join(lines) + "\n"


class Contract(SentenceWriter):
    """Writes one contract."""

    def __init__(self, rng: random.Random) -> None:
        super().__init__(rng)
        self.sections = []
        self.payments = []
        self.titles = 0
        self.plain = set()
        self.years = rng.choice((1, 2, 2, 3))
        self.safe = rng.randrange(100) < 75
        month = rng.choice((1, 1, 1, 7))
        self.starts = [dt.date(2024 + y, month, 1) for y in range(self.years)]
        self.measures: tuple[str, ...] = ()

    def write(self, size: int) -> None:
        """Records, tables of the contract, then so many random sentences."""
        records = make_records(self.rng)
        self.records = records
        for record in records:
            self.say(record.text(), 1)
            self.has.add(record.name)
            self.leaves += record.leaves(DIMS[record.name], record.name == "Claims")
        if any(r.name == "Quality Results" for r in records):
            self._measure_table()
        else:
            self.has.discard("Quality Results")
        for _ in range(size):
            self.rng.choice(self.makers())()
        if not self.payments:
            self.payment()
        self.limits()
        self.sections.sort(key=lambda s: int(s.number.split(".")[0]))

    def _measure_table(self) -> None:
        self.measures = tuple(self.rng.sample(MEASURES, self.rng.choice((1, 2, 3, 4))))
        rows = [
            f'    | "{m}" | "{self.rng.choice(DOMAINS)}" | {self.lit("rate").text} | {self.pick("1", "2", "0.5", "3")} |'  # noqa: E501
            for m in self.measures
        ]
        self.say(
            '"Contract Measures" are:\n    | Measure | Domain | Target | Weight |\n' + "\n".join(rows), 1
        )
        self.has.add("Contract Measures")
        dims = frozenset({"Measure"})
        self.leaves += [Leaf("Target", "rate", dims, "Contract Measures", nonneg=True),
                        Leaf("Weight", "number", dims, "Contract Measures", nonneg=True)]  # fmt: skip
        if self.chance(60):
            unscored = ", or not scored if Denominator is less than 3" if self.chance(70) else ""
            name = "Measure Rate"
            self.say(f'"{name}" means, for each Measure, Numerator divided by Denominator, or 0% if the divisor is zero'  # noqa: E501
                     f"{unscored}.", 2)  # fmt: skip
            self.define(name, "rate", P | {"Measure"}, bool(unscored), True, False)

    def amendment(self) -> str | None:
        """An amendment from a later year on: other words in a section, a section less, or a section more."""
        if self.years < 2:
            return None
        day = self.starts[self.rng.randrange(1, self.years)]
        head = (f'amendment 1 to "Random", signed March 3, 2024, effective for performance years that begin on or after '  # noqa: E501
                f"{day:%B} {day.day}, {day.year}.")  # fmt: skip
        changes = []
        for section in self.rng.sample(self.sections, len(self.sections)):
            words = re.findall(r"\$[\d,.]*\d\b|[\d.]+%", section.text)
            # “100% minus” is a complement, and another percentage minus a rate is refused
            once = [w for w in words if section.text.count(w) == 1 and words.count(w) == 1 and w != "100%"]
            if once and section.number[0] in "234" and "falls in the row" not in section.text and "each row" not in (  # noqa: E501
                section.text
            ) and " up to " not in section.text and "straight" not in section.text:  # fmt: skip
                word = self.rng.choice(once)
                new = word.replace(re.findall(r"[\d,.]*\d", word)[0], self.pick("7", "15", "80", "1"))
                changes.append(f'Section {section.number} is amended by replacing "{word}" with "{new}".')
                break
        if self.chance(40) or not changes:
            changes.append(f'A new section 4.90 is added: The Payer must pay the Provider the "Extra Payment": '
                           f"{self.lit('money').text}.")  # fmt: skip
        if self.chance(30):  # a term that the earlier text does not have, carried from a year before it
            changes.append(
                'A new section 3.90 is added: "Late Balance" means (Late Balance in the prior performance year) plus '  # noqa: E501
                f"{self.lit('money').text}, starting from $7 before performance year 1."
            )
        return "\n".join([head, *changes]) + "\n"


def make(rng: random.Random, seed: str = "", size: int | None = None) -> Case:
    """A random contract with its data."""
    contract = Contract(rng)
    contract.write(size if size is not None else rng.choice((4, 8, 12, 18)))
    last = contract.starts[-1].replace(year=contract.starts[-1].year + 1) - dt.timedelta(days=1)
    start = contract.starts[0]
    year = (
        "a calendar year" if start.month == 1 else f"each 12 months from {start:%B} {start.day}, {start.year}"
    )
    mode = rng.choice(("half up", "half up", "half to even", "down", "up", "toward zero"))
    header = [
        'contract "Random".', "language version 1.", 'the Payer is "Plan".', "the Provider is each ACO.",
        f"effective {start:%B} {start.day}, {start.year} through {last:%B} {last.day}, {last.year}.",
        f"a performance year is {year}.",
        f"amounts are in US dollars and each payment is rounded {mode} to the {rng.choice(('cent', 'cent', 'dollar'))}.",  # noqa: E501
    ]  # fmt: skip
    amendments = []
    if rng.randrange(5) == 0 and (amendment := contract.amendment()) is not None:
        amendments.append(amendment)
    tables = make_tables(rng, contract.records, contract.measures, contract.starts)
    years = tuple(range(1, contract.years + 1))
    if rng.randrange(4) == 0:
        years = (rng.choice(years),)
    return Case(seed, header, contract.sections, amendments, tables, years)


def of_seed(seed: int) -> Case:
    """The case of a seed, the same on every machine."""
    return make(random.Random(f"contract {seed}"), str(seed))


def again(
    case: Case, rng: random.Random, records: list[Record], measures: tuple[str, ...], starts: list[dt.date]
) -> Case:
    """The same contract on other data."""
    return attrs.evolve(case, tables=make_tables(rng, records, measures, starts))


cases = st.builds(make, st.randoms(use_true_random=False), size=st.integers(0, 10))

__all__ = ["GRAINS", "PARTY", "YEAR", "Case", "again", "cases", "make", "of_seed"]
