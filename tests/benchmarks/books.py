"""A payer's book: two hundred contracts of a few forms over the member-months of a measurement.

The forms are the Lakeside contract as it is, without downside risk, with a narrower corridor, with a care
coordination fee by size, and with an amendment. Each contract has its own title and its own numbers (rates, caps,
gates, fee), and one to four of the ACOs.
"""

from __future__ import annotations

import random
from pathlib import Path

from tests.benchmarks.jobs import LAKESIDE
from vbcdsl.portfolio.book import Book, Entry

RECORDS = ("member_months", "quality_results", "financial_schedule")
CONTRACTS = 200
GATES = ("at least 2 of the Contract Measures", "at least 1 of the Contract Measures")


def _without_downside(text: str) -> str:
    return text.replace("Downside Phase-in times Corridor Loss", "0% times Corridor Loss")


def _narrow(text: str) -> str:
    return text.replace("2% of Benchmark", "1% of Benchmark").replace("above 5% of", "above 4% of").replace(
        "including 5% of Benchmark", "including 4% of Benchmark"
    )  # fmt: skip


def _bonus(text: str) -> str:
    more = '4.10 The "Fee at Risk" means 10% times Care Coordination Fee, rounded half up to the cent.\n\n'
    return text.replace("Article 5. Examples.", more.replace("The ", "", 1) + "Article 5. Examples.")


FORMS = (lambda text: text, _without_downside, _narrow, _bonus)


def texts(count: int, seed: int = 7) -> list[tuple[str, str | None]]:
    """Texts of contracts with an amendment or None, forms in turn; the fifth form is the first one amended."""
    base = (LAKESIDE / "contract.vbc").read_text(encoding="utf-8")
    base = base[: base.index("example ")]
    amendment = sorted((LAKESIDE / "amendments").iterdir())[0].read_text(encoding="utf-8")
    draw = random.Random(seed)
    found: list[tuple[str, str | None]] = []
    for number in range(count):
        form = number % 5
        text = (FORMS[form] if form < 4 else FORMS[0])(base)
        title = f"Lakeside Total Cost of Care Agreement {number:03d}"
        for old, new in (
            ("Lakeside Total Cost of Care Agreement", title),
            ("$3.50", f"${draw.randint(2, 5)}.{draw.randint(0, 99):02d}"),
            ("| 40%", f"| {draw.randint(35, 45)}%"),
            ("| 80%", f"| {draw.randint(60, 90)}%"),
            ("10% of Benchmark", f"{draw.randint(8, 15)}% of Benchmark"),
            ("105% of Capitation", f"{draw.randint(102, 112)}% of Capitation"),
            ("at least 60,000", f"at least {draw.randint(40, 70)},000"),
            ("less than 30.", f"less than {draw.randint(20, 35)}."),
        ):
            text = text.replace(old, new)
        if draw.random() < 0.3:
            text = text.replace(*GATES)
        changed = None
        if form == 4:
            rate = text[text.index("75% up to but not including 90%") :].split("|")[1].strip()
            changed = amendment.replace("Lakeside Total Cost of Care Agreement", title).replace(
                '"40%"', f'"{rate}"'
            )
        found.append((text, changed))
    return found


def book_of(home: Path, folder: Path, count: int = CONTRACTS) -> Book:
    """A book over the files of a measurement; `count` 1: one contract with all ACOs."""
    import pyarrow.parquet as pq

    names = sorted({str(a) for a in pq.read_table(home / "financial_schedule.parquet")["aco"].to_pylist()})
    draw = random.Random(11)
    entries = []
    for number, (text, amendment) in enumerate(texts(count)):
        place = folder / f"plan_{number:03d}"
        place.mkdir(parents=True, exist_ok=True)
        (place / "contract.vbc").write_text(text, encoding="utf-8")
        if amendment is not None:
            (place / "amendments").mkdir(exist_ok=True)
            (place / "amendments" / "amendment_1.vbc").write_text(amendment, encoding="utf-8")
        mine = names if count == 1 else draw.sample(names, min(len(names), draw.randint(1, 4)))
        entries.append(Entry(place.name, place, tuple(mine)))
    data: dict[str, object] = {record: str(home / f"{record}.parquet") for record in RECORDS}
    return Book(tuple(entries), data, home / "bindings.toml")
