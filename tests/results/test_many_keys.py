"""Terms of members as tables: column by column the same as value by value, and in little memory."""

from __future__ import annotations

import random
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vbcdsl.compiler import compile_text
from vbcdsl.data.convert.code_book import CodeBook
from vbcdsl.engines.arrow import columns, room
from vbcdsl.engines.arrow.dims import Dimension, texts_array
from vbcdsl.results import show, tables
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled
from vbcdsl.results.write import write_settlement

CONTRACT = """contract "Members in a Table".
language version 1.
the Payer is "Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

1.1 "Member Months" are records, one for each Member in each Month:
    | Column     | Kind              | If missing |
    | ACO        | text              | required   |
    | Enrolled   | yes or no         | no         |
    | Paid       | money             | $0         |
    | Score      | number            | not scored |

2.1 "Annual Cost" means, for each Provider and Member in each Performance Year,
    the total of Paid where Enrolled.
{more}
3.1 "Cost" means the total of Annual Cost over all Members.
3.2 The Payer must pay the Provider the "Fee": 1% of Cost.
"""
SENTENCES = {
    "money": "",
    "a count": '2.2 "Months" means, for each Provider and Member in each Performance Year, '
    "the number of Member Months where Enrolled.\n",
    "more places": '2.2 "Share" means, for each Provider and Member in each Performance Year, '
    "Annual Cost divided by 8.\n",
    "digits that do not end": '2.2 "Share" means, for each Provider and Member in each Performance Year, '
    "Annual Cost divided by 3.\n",
    "denominators that differ": '2.2 "Average" means, for each Provider and Member in each Performance Year, '
    "the average of Paid over the Member Months.\n",
    "not scored": '2.2 "Points" means, for each Provider and Member in each Performance Year, '
    "the largest of Score over the Member Months that are scored.\n",
    "errors": '2.2 "Ratio" means, for each Provider and Member in each Performance Year, '
    "$6 divided by Annual Cost, rounded half up to the thousandth of a percentage point.\n",
    "yes and no": '2.2 The "High" is met, for each Provider and Member in each Performance Year, '
    "if Annual Cost is more than $30.\n",
}

GENERAL = ("digits that do not end", "denominators that differ", "errors")  # may be left to the general way

MEMBERS: dict[str, Callable[[int], object]] = {
    "texts": lambda number: f"M{number}",
    "numbers": lambda number: number,
    "numbers far apart": lambda number: number * 10**12,
}


def data(seed: int, members: Callable[[int], object], count: int = 23) -> dict[str, pa.Table]:
    draw = random.Random(seed)
    rows = [
        (
            f"ACO {number % 3}",
            members(number),
            f"{year}-{month:02d}",
            draw.random() < 0.8,
            Decimal(draw.randint(-500, 5_000)).scaleb(-2),
            None if draw.random() < 0.2 else Decimal(draw.randint(0, 900)).scaleb(-2),
        )
        for number in draw.sample(range(200), count)
        for year in (2024, 2025)
        for month in draw.sample(range(1, 13), draw.randint(0, 3))
    ]
    draw.shuffle(rows)
    names = ("aco", "member", "month", "enrolled", "paid", "score")
    return {"member_months": pa.table(dict(zip(names, map(list, zip(*rows, strict=True)), strict=True)))}


def settled(sentence: str, facts: dict[str, pa.Table], **options: Any) -> Settled:
    compiled = compile_text(CONTRACT.replace("{more}", SENTENCES[sentence]))
    assert not compiled.errors, compiled.errors
    return settle(compiled, dict(facts), None, RunOptions(all_grains=True, **options))


def both(found: Settled) -> tuple[pa.Table | None, pa.Table]:
    """The table of members column by column, and value by value."""
    ((grain, terms),) = found.finer.items()
    shown = tuple(term for term in terms if term.role != "input")
    parts = tables._in_parts(found, grain, shown)
    table = None if parts is None else pa.Table.from_batches(parts[1], parts[0])
    return table, tables._grain_table(found, grain, shown)


@pytest.mark.parametrize("at_once", [5, 1 << 18])
@pytest.mark.parametrize("members", MEMBERS.values(), ids=MEMBERS)
@pytest.mark.parametrize("sentence", SENTENCES)
def test_column_by_column_is_value_by_value(
    sentence: str, members: Callable[[int], object], at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(columns, "AT_ONCE", at_once)
    for seed in range(3):
        table, expected = both(settled(sentence, data(seed, members)))
        if sentence in GENERAL and table is None:
            continue
        assert table is not None
        assert table.equals(expected, check_metadata=True), (table, expected)


def test_one_year_and_no_rows_at_all() -> None:
    facts = data(4, lambda n: f"M{n}")
    table, expected = both(settled("a count", facts, years=(2025,)))
    assert table is not None and table.equals(expected, check_metadata=True)


def test_the_files_of_a_run_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "AT_ONCE", 7)
    found = settled("not scored", data(5, lambda n: n))
    names = write_settlement(found, tmp_path / "out")
    (name,) = [name for name in names if name.startswith("terms/")]
    written = pq.read_table(tmp_path / "out" / name)
    assert written.equals(both(found)[1], check_metadata=True)
    assert pq.ParquetFile(tmp_path / "out" / name).num_row_groups > 1


def test_a_term_that_every_engine_gives_is_written_alike() -> None:
    facts = data(6, lambda n: f"M{n}")
    one, other = (
        tables.finer_tables(settled("not scored", facts, engine=engine)) for engine in ("arrow", "reference")
    )
    assert one.keys() == other.keys()
    for name, table in one.items():
        assert table.equals(other[name], check_metadata=True)


# ---------------------------------------------------------------- texts that nobody looked at


@pytest.mark.parametrize("width", [3, 9, 30])
def test_texts_as_an_array_are_the_texts(width: int) -> None:
    book = CodeBook()
    draw = random.Random(width)
    for _ in range(3):
        texts = ["".join(draw.choices("abcæ日 9", k=draw.randint(1, width))) for _ in range(50)]
        book.many(pa.array(sorted(set(texts))), lambda _: True)
    numbers = book.texts.array().to_pylist()
    assert numbers == list(book.texts) and len(numbers) == len(book.texts)
    book.code("one more")
    assert book.texts.array().to_pylist() == list(book.texts)


def test_numbers_as_an_array_are_their_digits() -> None:
    book = CodeBook()
    for part in ([5, 7, 5], [10**15, -3], [8]):
        book.numbers(pa.array(part).to_numpy())
    assert book.texts.array().to_pylist() == list(book.texts) == ["5", "7", "1000000000000000", "-3", "8"]


def test_texts_nobody_looked_at_are_ordered_as_python_orders_them() -> None:
    book = CodeBook()
    texts = ["b", "ä", "Z", "a", "\U0001f600", "\uffee", "10", "9", ""]
    book.many(pa.array(texts[:-1]), lambda _: True)
    dimension = Dimension("Member")
    dimension.pool.texts = book.texts
    listed = Dimension("Member")
    listed.pool.texts = list(book.texts)
    assert dimension.order(None).tolist() == listed.order(None).tolist()
    assert texts_array(["a", "b"]).to_pylist() == ["a", "b"]


def test_what_the_files_took_is_said_too(monkeypatch: pytest.MonkeyPatch) -> None:
    found = settled("money", data(7, lambda n: n), memory=10**12)
    assert not any("--memory" in note for note in show.notes(found))
    monkeypatch.setattr(room, "most_resident", lambda: 2 * 10**12)
    assert any("more than --memory allows" in note for note in show.notes(found))


def test_the_amounts_are_those_of_the_rows() -> None:
    facts = data(8, lambda n: f"M{n}")
    expected: dict[tuple[str, str, str], Fraction] = {}
    for row in facts["member_months"].to_pylist():
        key = row["aco"], row["month"][:4], row["member"]
        expected[key] = expected.get(key, Fraction(0)) + (Fraction(row["paid"]) if row["enrolled"] else 0)
    table, _ = both(settled("money", facts))
    assert table is not None
    assert {
        (r["aco"], r["performance_year"], r["member"]): Fraction(r["annual_cost"]) for r in table.to_pylist()
    } == expected
