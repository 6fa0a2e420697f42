"""Texts, yes or no, dates, months and the clock column come as the contract means them."""

from __future__ import annotations

import contextlib
import datetime as dt
from concurrent.futures import Future, ThreadPoolExecutor
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl import kernels
from vbcdsl.data import make_bindings, open_store
from vbcdsl.data.convert.code_book import CodeBook
from vbcdsl.data.convert.day_column import first_of_month
from vbcdsl.data.rows import rows
from vbcdsl.kernels import plain
from vbcdsl.model import kinds
from vbcdsl.model.day_text import ClockLabels
from vbcdsl.model.values import NOT_SCORED
from vbcdsl.rules.program import Column, Record

TEXT = Column("Name", kinds.TEXT, None)
FLAG = Column("Enrolled", kinds.YES_NO, False)
DATE = Column("Service Date", kinds.DATE, None)
MONTH = Column("Paid Month", kinds.MONTH, None)


# Texts


def test_text_is_taken_as_it_is_written(read: Any) -> None:
    assert read.column(TEXT, ["a", " A ", 'say "x", y', "Ärzte"]) == ["a", " A ", 'say "x", y', "Ärzte"]


def test_spaces_around_a_text_go_if_the_bindings_say_so(read: Any) -> None:
    assert read.column(TEXT, [" A "], {"trim": True}) == ["A"]


def test_a_text_can_be_exchanged_for_the_one_that_is_meant(read: Any) -> None:
    assert read.column(TEXT, ["R", "X"], {"values": {"R": "Renewal"}}) == ["Renewal", "X"]


def test_a_text_that_the_contract_does_not_list_is_refused(read: Any) -> None:
    listed = Column("Track", kinds.TEXT, None, texts=("Renewal", "Initial"))
    assert read.column(listed, ["Initial", "Renewal"]) == ["Initial", "Renewal"]
    (error,) = read.errors(read.one(listed), read.csv(listed, ["renewal", "Initial", "Other"]))
    assert error.code == "VBC5114"
    assert '"Renewal", "Initial" in 2 rows' in error.message


def test_an_empty_text_takes_what_the_contract_puts_in(read: Any) -> None:
    assert read.column(Column("Name", kinds.TEXT, "none"), ["", "b"]) == ["none", "b"]
    assert read.column(Column("Name", kinds.TEXT, NOT_SCORED), ["", "b"]) == [NOT_SCORED, "b"]
    assert read.column_errors(TEXT, ["", "b"]) == ["VBC5111"]


def test_whole_number_identifiers_are_their_digits(read: Any) -> None:
    for kind in (pa.int64(), pa.uint32(), pa.decimal128(10, 0)):
        cells = pa.array([Decimal(7), Decimal(100)]).cast(pa.decimal128(10, 0)).cast(kind)
        table = pa.table({"row": ["a", "b"], "name": cells})
        assert [row["Name"] for row in read.rows(read.one(TEXT), table)] == ["7", "100"]


@pytest.mark.parametrize("kind", [pa.large_string(), pa.string_view(), pa.dictionary(pa.int8(), pa.string())])
def test_texts_in_every_arrow_layout_are_read(read: Any, kind: Any) -> None:
    table = pa.table({"row": ["a", "b", "c"], "name": pa.array(["x", "y", "x"]).cast(kind)})
    assert [row["Name"] for row in read.rows(read.one(TEXT), table)] == ["x", "y", "x"]


def test_a_code_means_the_same_text_in_every_batch_and_pass(read: Any) -> None:
    table = pa.table({"row": [str(i) for i in range(100)], "name": [f"n{i % 7}" for i in range(100)]})
    source = read.store(read.one(TEXT), table, batch_rows=9).source("Facts")
    seen: dict[int, str] = {}
    for _ in range(2):
        for batch in source.batches(("Name", "Row")):
            column = batch.columns["Name"]
            for i, code in enumerate(column.codes):
                text = f"n{(batch.first_row + i) % 7}"
                assert column.texts[code] == text
                assert seen.setdefault(int(code), text) == text


@given(st.lists(st.lists(st.text(max_size=2), unique=True), max_size=8))
def test_a_code_book_gives_each_text_one_code(batches: list[list[str]]) -> None:
    book = CodeBook()
    book.all([f"known {i}" for i in range(70)])
    for texts in batches:
        many = texts + [f"known {i}" for i in range(70)]
        codes = book.many(pa.array(many, pa.string()), lambda _: True)
        assert codes is not None and [book.texts[code] for code in codes] == many
    assert len(set(book.texts)) == len(book.texts)


IDENTIFIERS = st.one_of(
    st.integers(0, 99).map("M{:08d}".format),
    st.integers(0, 10**9 - 1).map("M{:09d}".format),
    st.integers(0, 99).map("MM{:07d}".format),
    st.integers(0, 99).map("M{:09d}x".format),
    st.integers(0, 9).map("M{:04d}".format),
)


@pytest.mark.parametrize("form", kernels.CHOICES)
@given(st.lists(st.lists(IDENTIFIERS, max_size=6), max_size=6), st.integers(0, 6), st.booleans())
def test_identifiers_have_one_code_whichever_way_they_are_told_apart(
    form: str, batches: list[list[str]], asked: int, alike: bool
) -> None:
    if alike:
        batches = [
            [f"M{int(''.join(c for c in text if c.isdigit())) % 500:08d}" for text in b] for b in batches
        ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(kernels, "_active", plain)
        patch.setenv("VBC_KERNELS", form)
        kernels.choose(None)
        book = CodeBook()
        for number, texts in enumerate(batches):
            if number == asked:
                book.code("M00000007")
            codes = book.many(pa.array(texts, pa.string()), lambda _: True)
            assert codes is not None
            assert len(set(codes.tolist())) == len(set(texts))
        assert book.array().to_pylist() == list(book.texts)
        for texts in batches:
            codes = book.many(pa.array(texts, pa.string()), lambda _: True)
            assert codes is not None and [book.texts[code] for code in codes] == texts
        assert len(set(book.texts)) == len(book.texts) == book.count


def test_threads_that_meet_other_identifiers_at_once_give_each_one_code() -> None:
    book = CodeBook()
    alike = [pa.array([f"M{(37 * i + j) % 5_000:08d}" for i in range(700)]) for j in range(40)]
    other = [pa.array([f"N{(31 * i + j) % 5_000:08d}" for i in range(700)]) for j in range(40)]
    batches = [*alike[:20], *(batch for pair in zip(alike[20:], other, strict=False) for batch in pair)]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda batch: book.many(batch, lambda _: True), batches))
    for batch, codes in zip(batches, found, strict=True):
        assert codes is not None and [book.texts[code] for code in codes] == batch.to_pylist()
    assert len(set(book.texts)) == len(book.texts)


def test_a_code_that_another_thread_is_giving_has_its_text_when_it_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    book = CodeBook()
    book.numbers(np.array([5, 6], np.int64))
    table = book._numbers
    assert table is not None
    other = ThreadPoolExecutor(1)
    seen: list[Future[bool]] = []
    claim = plain.claim_codes

    def claimed(*given: Any) -> Any:
        done = claim(*given)
        reading = other.submit(lambda: int(table.codes_of(np.array([7], np.int64))[0]) < len(book.texts))
        with contextlib.suppress(TimeoutError):  # nobody is given codes that the book does not know
            reading.result(0.2)
        seen.append(reading)
        return done

    monkeypatch.setattr(kernels, "_active", plain)
    monkeypatch.setattr(plain, "claim_codes", claimed)
    book.numbers(np.array([7, 5, 8], np.int64))
    assert [reading.result(10) for reading in seen] == [True]


# Yes or no


def test_yes_and_no_in_many_words(read: Any) -> None:
    cells = ["yes", "NO", "True", "f", "Y", "n", "1", "0", "T", ""]
    assert read.column(FLAG, cells) == [True, False, True, False, True, False, True, False, True, False]


def test_a_cell_that_is_neither_yes_nor_no_is_refused(read: Any) -> None:
    assert read.column_errors(FLAG, ["yes", "maybe", "2"]) == ["VBC5120"]


def test_other_words_for_yes_are_said_in_the_bindings(read: Any) -> None:
    assert read.column(FLAG, ["Active", "Left"], {"values": {"Active": True, "Left": False}}) == [True, False]


@pytest.mark.parametrize("kind", [pa.bool_(), pa.int8(), pa.int64(), pa.string()])
def test_flags_of_every_type_are_read(read: Any, kind: Any) -> None:
    table = pa.table({"row": ["a", "b", "c"], "enrolled": pa.array([1, 0, None], pa.int8()).cast(kind)})
    assert [row["Enrolled"] for row in read.rows(read.one(FLAG), table)] == [True, False, False]


# Dates and months


def test_dates_in_iso_form(read: Any) -> None:
    cells = ["2024-03-31", "20240331", "2024-03-31 00:00:00", "2024-03-31T00:00"]
    assert read.column(DATE, cells) == [dt.date(2024, 3, 31)] * 4


@pytest.mark.parametrize("cell", ["3/31/2024", "2024-02-30", "2024-13-01", "2024-03-31 08:00:00", "soon"])
def test_a_date_in_another_form_is_refused(read: Any, cell: str) -> None:
    assert read.column_errors(DATE, [cell]) == ["VBC5117"]


def test_a_format_is_stated_in_the_bindings(read: Any) -> None:
    assert read.column(DATE, ["3/31/2024"], {"format": "%m/%d/%Y"}) == [dt.date(2024, 3, 31)]


def test_a_month_is_its_first_day(read: Any) -> None:
    assert read.column(MONTH, ["2024-03", "202403", "2024-03-17", "20240301"]) == [dt.date(2024, 3, 1)] * 4


@pytest.mark.parametrize(
    "cells",
    [
        pa.array([dt.date(2024, 3, 17)]),
        pa.array([dt.date(2024, 3, 17)]).cast(pa.date64()),
        pa.array([dt.datetime(2024, 3, 17)], pa.timestamp("us")),
        pa.array([dt.datetime(2024, 3, 17)], pa.timestamp("ns")),
        pa.array([202403], pa.int32()),
        pa.array(["2024-03"]).dictionary_encode(),
    ],
)
def test_months_of_every_type_are_read(read: Any, cells: Any) -> None:
    table = pa.table({"row": ["a"], "paid_month": cells})
    assert read.rows(read.one(MONTH), table)[0]["Paid Month"] == dt.date(2024, 3, 1)


def test_a_timestamp_with_a_time_of_day_is_refused(read: Any) -> None:
    table = pa.table(
        {"row": ["a"], "service_date": pa.array([dt.datetime(2024, 3, 1, 8)], pa.timestamp("us"))}
    )
    assert [error.code for error in read.errors(read.one(DATE), table)] == ["VBC5117"]


@given(st.lists(st.dates(), min_size=1))
def test_the_first_of_a_month_is_python_s(found: list[dt.date]) -> None:
    days = np.array(found, "datetime64[D]").astype(np.int64).astype(np.int32)
    firsts = first_of_month(days, int(days.min()), int(days.max())).astype("datetime64[D]").tolist()
    assert firsts == [day.replace(day=1) for day in found]


def test_a_month_is_made_of_two_columns(read: Any) -> None:
    text = "row,yr,mo\na,2024,3\nb,2024.0,12\n"
    bindings = {"columns": {"Paid Month": {"year": "yr", "month": "mo"}}}
    found = read.rows(read.one(MONTH), text, bindings)
    assert [row["Paid Month"] for row in found] == [dt.date(2024, 3, 1), dt.date(2024, 12, 1)]
    (error,) = read.errors(read.one(MONTH), "row,yr,mo\na,2024,13\n", bindings)
    assert error.code == "VBC5117"


# The clock column


def clocked(clock: Any) -> Record:
    kind = kinds.NUMBER if clock.endswith("Year") else kinds.TEXT
    return Record(
        "Facts",
        "1.1",
        ("Row",),
        clock,
        (Column("Row", kinds.TEXT, None), Column(clock, kind, None)),
        ("Row",),
    )


def days_of(read: Any, clock: str, cells: list[str]) -> list[Any]:
    record = clocked(clock)
    text = f"row,{clock}\n" + "".join(f"r{i},{cell}\n" for i, cell in enumerate(cells))
    return [row[clock] for row in read.rows(record, text)]


def test_a_year_is_named_by_its_number_or_by_the_year_in_which_it_begins(read: Any) -> None:
    cells = ["2024", "1", "3", "PY2025", "2026.0"]
    assert days_of(read, "Performance Year", cells) == [
        dt.date(y, 1, 1) for y in (2024, 2024, 2026, 2025, 2026)
    ]


def test_a_year_outside_the_term_is_a_day_outside_the_term(read: Any) -> None:
    assert days_of(read, "Performance Year", ["2019", "7"]) == [dt.date(2019, 1, 1), dt.date(7, 1, 1)]


def test_a_year_that_names_no_performance_year_never_falls_into_one(years_from: Any) -> None:
    labels = ClockLabels(years_from(dt.date(2024, 7, 1)), "Performance Year")
    assert labels.parse("2024") == dt.date(2024, 7, 1)
    assert labels.parse("2027") == dt.date(2027, 12, 31)


def test_quarters_and_half_years_by_their_labels(read: Any) -> None:
    assert days_of(read, "Quarter", ["2024-Q1", "2024Q3", "2025-11-05"]) == [
        dt.date(2024, 1, 1),
        dt.date(2024, 7, 1),
        dt.date(2025, 11, 5),
    ]
    assert days_of(read, "Half Year", ["2024-H2", "2019H1"]) == [dt.date(2024, 7, 1), dt.date(2019, 1, 1)]


def test_a_quarter_of_a_performance_year_that_begins_in_july(years_from: Any) -> None:
    labels = ClockLabels(years_from(dt.date(2024, 7, 1)), "Quarter")
    assert labels.parse("2024-Q1") == dt.date(2024, 7, 1)
    assert labels.parse("2024-Q3") == dt.date(2025, 1, 1)  # the third quarter of the year that begins in 2024
    assert labels.parse("2024-Q5") is None


def test_literal_rows_are_served_like_data(years_from: Any) -> None:
    record = Record(
        "Contract Measures",
        "1.4",
        ("Measure",),
        None,
        (
            Column("Measure", kinds.TEXT, None),
            Column("Target", kinds.RATE, None),
            Column("Weight", kinds.NUMBER, NOT_SCORED),
        ),
        ("Measure",),
        rows=(
            {"Measure": "Screening", "Target": Fraction(7, 10), "Weight": Fraction(1)},
            {"Measure": "Control", "Target": Fraction("0.625")},
        ),
    )
    source = open_store({record.name: record}, years_from(), {}, make_bindings({})).source(
        "Contract Measures"
    )
    assert list(rows(source, ("Measure", "Target", "Weight"))) == [
        {"Measure": "Screening", "Target": Fraction(7, 10), "Weight": Fraction(1)},
        {"Measure": "Control", "Target": Fraction(5, 8), "Weight": NOT_SCORED},
    ]
