"""A book settled together: each contract's settlement is that of the contract alone, in every detail."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from tests.scenarios.lakeside import lakeside
from vbcdsl.portfolio import book as books
from vbcdsl.portfolio import joint
from vbcdsl.portfolio.book import Book, BookResult, Entry, settle_book
from vbcdsl.portfolio.read import summed
from vbcdsl.results.settle import RunOptions
from vbcdsl.results.settlement import Settled

PARTIES = tuple(f"A{i:02d}" for i in range(16))
NUMBERS = (
    ("$3.50", "${0}.{1}0"), ("80%", "{0}0.5%"), ("5% of", "{0}.5% of"), ("105%", "10{0}%"), ("40%", "3{0}%"),
    ("30%", "2{0}%"), ("up to and including 2%", "up to and including 1.{0}%"), ("10% of", "1{0}% of"),
    ("at least 2 of", "at least {1} of"), ("less than 30", "less than {0}0"), ("$250,000", "$2{1}0,000"),
    ("3.9%", "4.{0}%"), ("50% in performance year 2", "4{0}% in performance year 2"),
)  # fmt: skip
POOL = '\n6.1 "Peer Mean" means the average of Savings Rate across all ACOs.\n'
MORE = '\n6.1 "Members Seen" means the number of Members.\n'
TWICE = '\n6.1 "Twice" means 2 times Enrolled Months.\n'
STOPS = '\n6.1 "Odd" means Savings divided by (Enrolled Months minus {}).\n'


def variant(text: str, draw: random.Random) -> str:
    """The text with some other numbers, another title, and now and then a sentence more."""
    for old, new in NUMBERS:
        if draw.random() < 0.4:
            text = text.replace(old, new.format(draw.randint(1, 9), draw.randint(1, 3)), 1)
    text = text.replace('contract "Lakeside', f'contract "No. {draw.randint(1, 99)} Lakeside')
    return text + draw.choice(["", "", "", MORE, TWICE, POOL])


def facts(settled: Settled) -> Any:
    """Everything that a settlement shows."""
    results = settled.results
    return (
        [(r.party, r.year, r.values, r.net, r.payments) for r in settled.rows],
        {name: (t.grain, len(t), list(t.items())) for name, t in results.terms.items()},
        list(results.terms), results.errors, results.broken_agreements, results.left_out, results.rows,
        results.data_problems, settled.columns, settled.finer, settled.years, settled.warnings, settled.engine,
        settled.recorded, settled.undated, settled.program.title,
    )  # fmt: skip


def book_of(folder: Path, texts: list[str], data: dict[str, object], draw: random.Random) -> Book:
    entries = []
    for number, text in enumerate(texts):
        path = folder / f"c{number:03d}.vbc"
        path.write_text(text, encoding="utf-8")
        entries.append(Entry(path.stem, path, tuple(draw.sample(PARTIES[:-1], draw.randint(1, 4)))))
    return Book(tuple(entries), data)


def one_by_one(book: Book, options: RunOptions | None = None) -> BookResult:
    """Each contract in a book of its own, settled by the engine from its own rows."""
    found = BookResult()
    for entry in book.entries:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(books, "settle_together", lambda *_: joint.Together())
            alone = settle_book(Book((entry,), book.data, book.bindings), options)
        found.settled |= alone.settled
        found.failed |= alone.failed
        found.without_data += alone.without_data
    return found


def same(book: Book, options: RunOptions | None = None) -> BookResult:
    together, alone = settle_book(book, options), one_by_one(book, options)
    assert together.failed == alone.failed
    assert [d.message for d in together.without_data] == [d.message for d in alone.without_data]
    assert list(together.settled) == list(alone.settled)
    for name, settled in alone.settled.items():
        for mine, theirs in zip(facts(together.settled[name]), facts(settled), strict=True):
            assert mine == theirs
    assert together.settlements() == tuple(summed(name, each) for name, each in alone.settled.items())
    return together


@pytest.fixture
def joined(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many contracts each call settled together."""
    counts: list[int] = []
    real = joint.settle_together

    def counted(*arguments: Any) -> joint.Together:
        found = real(*arguments)
        counts.append(len(found.settled))
        return found

    monkeypatch.setattr(books, "settle_together", counted)
    return counts


@pytest.mark.parametrize("seed", range(4))
def test_random_variants_settle_as_alone(seed: int, tmp_path: Path, joined: list[int]) -> None:
    draw = random.Random(seed)
    compiled, data = lakeside(len(PARTIES), 64)
    texts = [variant(compiled.base.text, draw) for _ in range(14)]
    options = RunOptions(years=(2025,)) if seed == 3 else RunOptions(extra_terms=("Savings",))
    result = same(book_of(tmp_path, texts, data, draw), options)
    names = [f"c{number:03d}" for number in range(len(texts))]
    pools = sum(POOL in text for entry, text in zip(names, texts, strict=True) if entry in result.settled)
    assert max(joined) == len(result.settled) - pools > 5


def test_contracts_are_alike_if_their_numbers_differ_in_size_but_not_in_sign(tmp_path: Path) -> None:
    """A category may stand on whether a number is zero, never on how large it is."""
    compiled, data = lakeside(len(PARTIES), 64)
    texts = [compiled.base.text.replace("$3.50", fee) for fee in ("$3.50", "$4.50", "$0.00")]
    result = same(book_of(tmp_path, texts, data, random.Random(2)))
    first, second, free = (result.alike[name] for name in ("c000", "c001", "c002"))
    assert first == second != free


def test_an_error_in_one_contract_is_its_own(tmp_path: Path, joined: list[int]) -> None:
    """One value of one contract cannot be computed, another contract cannot be read."""
    draw = random.Random(1)
    compiled, data = lakeside(len(PARTIES), 64)
    text = compiled.base.text
    texts = [text.replace("40%", f"{30 + i}%") for i in range(6)]
    table = data["member_months"]
    assert isinstance(table, pa.Table)
    first = pc.and_(
        pc.equal(table["aco"], "A03"), pc.equal(pc.utf8_slice_codeunits(table["month"], 0, 4), "2024")
    )
    months = table.filter(pc.and_(first, table["enrolled"])).num_rows
    texts[2] += STOPS.format("1,000,000")
    texts[4] += STOPS.format(months)
    texts[5] = texts[5].replace("Sharing Rate times", "Sharing Bate times")
    book = book_of(tmp_path, texts, data, draw)
    entries = [
        attrs_parties(entry, ("A03", "A05")) if i in (2, 4) else entry for i, entry in enumerate(book.entries)
    ]
    result = same(Book(tuple(entries), data))
    assert list(result.failed) == ["c005"]
    assert [name for name, settled in result.settled.items() if settled.errors] == ["c004"]
    assert max(joined) == 4


def attrs_parties(entry: Entry, parties: tuple[str, ...]) -> Entry:
    return Entry(entry.name, entry.path, parties)


def test_rows_outside_the_term_and_parties_of_nobody_are_counted_for_each(
    tmp_path: Path, joined: list[int]
) -> None:
    draw = random.Random(2)
    compiled, data = lakeside(len(PARTIES), 64)
    table = data["member_months"]
    assert isinstance(table, pa.Table)
    months = [
        m.replace("2024-0", "2019-0") if i % 7 == 0 else m for i, m in enumerate(table["month"].to_pylist())
    ]
    data["member_months"] = table.set_column(table.schema.get_field_index("month"), "month", pa.array(months))
    texts = [compiled.base.text.replace("40%", f"{30 + i}%") for i in range(5)]
    book = book_of(tmp_path, texts, data, draw)
    entries = (*book.entries[:-1], attrs_parties(book.entries[-1], ("A02", "A99")))
    result = same(Book(entries, data))
    assert max(joined) == 5
    named = {party for entry in entries for party in entry.parties}
    rows = sum(aco not in named for aco in table["aco"].to_pylist())
    assert result.left_out["Member Months"] == rows > 0


def test_data_that_are_wrong_for_one_contract_stop_that_one_alone(tmp_path: Path, joined: list[int]) -> None:
    """A month that stands twice, for a party of one contract."""
    draw = random.Random(3)
    compiled, data = lakeside(len(PARTIES), 64)
    table = data["member_months"]
    assert isinstance(table, pa.Table)
    again = table.filter(pc.equal(table["aco"], "A01")).slice(0, 1)
    data["member_months"] = pa.concat_tables([table, again])
    texts = [compiled.base.text.replace("40%", f"{30 + i}%") for i in range(4)]
    book = book_of(tmp_path, texts, data, draw)
    parties = (("A00",), ("A01", "A02"), ("A03",), ("A04",))
    entries = tuple(attrs_parties(e, p) for e, p in zip(book.entries, parties, strict=True))
    result = same(Book(entries, data))
    assert list(result.failed) == ["c001"]
    assert max(joined) == 0
