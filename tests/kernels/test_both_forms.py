"""The kernels in NumPy and those compiled by numba give the same numbers, on any columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.benchmarks.by_hand import settle_by_hand
from tests.benchmarks.data import Shape, make
from tests.benchmarks.jobs import python_sums, vbcdsl_job
from vbcdsl import kernels
from vbcdsl.data.convert import code_book
from vbcdsl.data.convert.code_book import CodeBook
from vbcdsl.data.convert.key_tables import Form, bytes_of, words_of
from vbcdsl.diagnostics import VbcError
from vbcdsl.kernels import fused, plain

seeds = st.integers(0, 2**32 - 1)


def table_of(module: Any, keys: Any, codes: Any) -> Any:
    table = np.zeros((1 << (2 * len(keys) + 1).bit_length(), keys.shape[1] + 1), np.uint64)
    module.insert(table, keys, codes)
    return table


@given(seeds, st.integers(1, 4), st.integers(1, 300), st.sampled_from([3, 50, 2**63]))
def test_keys_are_told_apart_alike(seed: int, words: int, rows: int, top: int) -> None:
    random = np.random.default_rng(seed)
    keys = random.integers(0, top, (rows, words), dtype=np.uint64)
    first, place = plain.distinct(keys)
    again, other = fused.distinct(keys)
    assert (first == again).all() and (place == other).all()
    assert (keys[first][place] == keys).all()
    assert len(first) == len({tuple(key) for key in keys.tolist()})
    codes = random.permutation(len(first)).astype(np.int32)
    asked = np.concatenate((keys, random.integers(0, top, (20, words), dtype=np.uint64)))
    known = {tuple(key): int(code) for key, code in zip(keys[first].tolist(), codes, strict=True)}
    expected = [known.get(tuple(key), -1) for key in asked.tolist()]
    without = [code if all(key) else -1 for key, code in zip(asked.tolist(), expected, strict=True)]
    for module in (plain, fused):
        table = table_of(module, keys[first], codes)
        assert plain.find_alone(table, asked).tolist() == expected
        for reader in (plain, fused):  # a table that one form wrote is read by the other
            assert reader.find(table, asked).tolist() == without


@given(st.lists(st.text(max_size=9), min_size=1, max_size=60))
def test_texts_are_packed_alike(texts: list[str]) -> None:
    array = pa.array(["dropped", *texts], pa.string()).slice(1)
    packed = words_of(array, 5)
    assert packed is not None
    _, offsets, data = array.buffers()
    at = np.frombuffer(offsets, np.int32)[1 : len(texts) + 2]
    raw = np.frombuffer(data, np.uint8) if data is not None else np.zeros(0, np.uint8)
    assert (fused.pack(raw, at, 5) == plain.pack(raw, at, 5)).all()
    assert len({tuple(key) for key in packed.tolist()}) == len(set(texts))


@given(
    st.text("AM-0", max_size=3),
    st.integers(4, 18),
    st.lists(st.integers(0, 10**18 - 1), min_size=1),
    st.sampled_from(["", "x", "M00000001", "A-é000001", "000000001"]),
)
def test_texts_that_end_with_digits_are_numbers_alike(
    head: str, width: int, numbers: list[int], other: str
) -> None:
    numbers = [number % 10**width for number in numbers]
    form = Form(head.encode(), width)
    texts = form.texts(np.array(numbers, np.int64))
    assert texts == [f"{head}{number:0{width}}" for number in numbers]
    assert form.array(np.array(numbers, np.int64)).to_pylist() == texts
    for rows in (texts, [*texts, other]):
        like = all(
            text.startswith(head) and len(text) == len(head) + width and text[len(head) :].isdecimal()
            for text in rows
        )
        array = pa.array(["dropped", *rows]).slice(1)
        for module in (plain, fused):
            found = module.numbered(*bytes_of(array), form.head, form.width)
            assert (found is not None) == like
            if like and found is not None:
                assert found.tolist() == [int(text[len(head) :]) for text in rows]


@given(seeds, st.integers(1, 400), st.integers(1, 9))
def test_rows_are_added_alike(seed: int, rows: int, width: int) -> None:
    random = np.random.default_rng(seed)
    at = random.integers(0, 50, rows)
    values = [random.integers(-(10**12), 10**12, rows) for _ in range(width)]
    columns = random.permutation(width).tolist()
    expected = np.zeros((50, width), np.int64)
    for row in range(rows):
        for column, numbers in zip(columns, values, strict=True):
            expected[at[row], column] += numbers[row]
    for module in (plain, fused):
        table, present = np.zeros((50, width), np.int64, order=module.ORDER), np.zeros(50, bool)
        module.add_rows(table, present, at, values, columns)
        assert (table == expected).all()
        assert set(np.flatnonzero(present)) == set(at.tolist())
        assert (module.columns_at(table, at) == expected[at].T).all()


@given(seeds, st.integers(1, 400), st.booleans())
def test_runs_are_summed_alike(seed: int, rows: int, masked: bool) -> None:
    random = np.random.default_rng(seed)
    values = random.integers(-(10**12), 10**12, rows)
    mask = random.random(rows) < 0.5
    starts = np.unique(np.concatenate(([0], random.integers(0, rows, rows // 4))))
    ends = [*starts[1:].tolist(), rows]
    chosen = mask if masked else np.ones(rows, bool)
    sums = [sum(values[a:b][chosen[a:b]].tolist()) for a, b in zip(starts.tolist(), ends, strict=True)]
    counts = [int(chosen[a:b].sum()) for a, b in zip(starts.tolist(), ends, strict=True)]
    for module in (plain, fused):
        for parts in ((values,), (values - 7, np.full(rows, 7)), tuple(values * (i == 3) for i in range(6))):
            assert module.sum_runs(parts, mask if masked else None, starts).tolist() == sums
        assert module.count_runs(chosen, starts).tolist() == counts
        for width in range(5):
            columns = [values + i for i in range(width)]
            several = module.sum_several(columns, chosen, starts).tolist()
            assert several == [counts] + [
                [a + i * b for a, b in zip(sums, counts, strict=True)] for i in range(width)
            ]
        assert module.extent(values) == (values.min(), values.max())
        table = np.array([1, 2, 4, 8, 16])
        for kind in (np.int64, np.int32, np.int16):
            at = (values % 5).astype(kind)
            looked_up = table[at]
            wanted = [int(looked_up[a:b].sum()) for a, b in zip(starts.tolist(), ends, strict=True)]
            assert module.sum_looked_up(table, at, 0, starts).tolist() == wanted
            assert module.sum_looked_up(table, at + kind(9), 9, starts).tolist() == wanted
            for width in (np.int32, np.int16):
                for base in (0, 9):
                    wide = module.looked_up(table.astype(width), at + kind(base), base)
                    assert wide.dtype == width and (wide == looked_up).all()


@given(seeds, st.integers(1, 300), st.booleans())
def test_numbers_are_read_alike(seed: int, rows: int, some_empty: bool) -> None:
    random = np.random.default_rng(seed)
    words = random.integers(-(2**63), 2**63 - 1, (rows, 2))
    empty = random.random(rows) < 0.3 if some_empty else None
    wanted = [0 if empty is not None and empty[i] else int(words[i, 0]) for i in range(rows)]
    for module in (plain, fused):
        for found in (
            module.low_words(words, empty),
            module.present(np.ascontiguousarray(words[:, 0]), empty),
        ):
            assert found[0].tolist() == wanted
            assert found[1:] == (min(wanted), max(wanted))


@given(seeds, st.integers(1, 300), st.integers(1, 4))
def test_runs_are_found_alike(seed: int, rows: int, width: int) -> None:
    random = np.random.default_rng(seed)
    kinds = (np.int64, np.int32, np.int16)
    columns = [
        (random.integers(0, 9, rows) // 7 * 40_000 % 30_000).astype(kinds[int(random.integers(0, 3))])
        for _ in range(width)
    ]
    keys = [tuple(int(c[row]) for c in columns) for row in range(rows)]
    wanted = [row for row in range(rows) if row == 0 or keys[row] != keys[row - 1]]
    for module in (plain, fused):
        assert module.run_starts(columns).tolist() == wanted


@given(seeds, st.integers(1, 200))
def test_places_are_found_alike(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    member, month = (
        random.integers(0, 9, rows).astype(np.int32),
        random.integers(0, 12, rows).astype(np.int16),
    )
    group = (member % 4).astype(np.int32)
    found = []
    for module in (plain, fused):
        at = np.zeros(rows, np.int64)
        bounds = [module.place_rows(at, member, 1), module.place_rows(at, month, 12)]
        assert bounds == [(member.min(), member.max()), (month.min(), month.max())]
        noted = np.zeros(9 * 12, np.int32)
        assert module.note_rows(noted, at, group)
        assert not module.note_rows(noted, at, group + 1)
        found.append((at.tolist(), noted.tolist()))
    assert found[0] == found[1]
    assert found[0][0] == (member.astype(int) * 12 + month).tolist()


@given(seeds, st.integers(1, 200))
def test_numbers_have_the_codes_of_their_places(seed: int, rows: int) -> None:
    random = np.random.default_rng(seed)
    table = random.permutation(40).astype(np.int32)
    for kind in (np.int64, np.int32):
        numbers = random.integers(1_000, 1_040, rows).astype(kind)
        wanted = [int(table[number - 1_000]) for number in numbers.tolist()]
        wrong = numbers.copy()
        holes = table.copy()
        holes[numbers[-1] - 1_000] = -1
        for module in (plain, fused):
            assert module.near_codes(numbers, 1_000, table).tolist() == wanted
            assert module.near_codes(numbers, 1_000, holes) is None
            for outside in (999, 1_040, np.iinfo(kind).min, np.iinfo(kind).max):
                wrong[-1] = outside
                assert module.near_codes(wrong, 1_000, table) is None


@pytest.fixture(params=kernels.CHOICES)
def chosen(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(kernels, "_active", plain)
    monkeypatch.setenv("VBC_KERNELS", request.param)
    kernels.choose(None)
    assert kernels.active() is (fused if request.param == "numba" else plain)
    return str(request.param)


@pytest.mark.parametrize("shuffled", [False, True])
@pytest.mark.parametrize("ids", ["text", "integer"])
def test_lakeside_pays_the_amounts_computed_by_hand(
    chosen: str, shuffled: bool, ids: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = make(Shape(20_000, shuffled, ids, "integer"), tmp_path_factory.mktemp("rows"))
    assert vbcdsl_job()(home) == settle_by_hand(python_sums(home), home)


def test_texts_and_numbers_of_one_column_share_their_codes(chosen: str) -> None:
    book = CodeBook()
    assert book.numbers(np.array([7, 3, 7, 10**15])).tolist() == [0, 1, 0, 2]
    assert book.many(pa.array(["3", "x", "7"]), lambda _: True).tolist() == [1, 3, 0]  # type: ignore[union-attr]
    assert book.numbers(np.array([8, 10**15])).tolist() == [4, 2]
    long = "a text that is longer than the words of the table"
    assert book.many(pa.array([long, "8"]), lambda _: True).tolist() == [5, 4]  # type: ignore[union-attr]
    assert list(book.texts) == ["7", "3", str(10**15), "x", "8", long]


def test_texts_that_are_not_plain_leave_the_book_as_it_was(chosen: str) -> None:
    book = CodeBook()
    assert book.many(pa.array(["ab", " ", "N/A"]), lambda texts: " " not in texts.to_pylist()) is None
    assert len(book.texts) == 0


def test_numba_is_loaded_for_many_rows_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VBC_KERNELS", raising=False)
    monkeypatch.setattr(kernels, "_active", plain)
    kernels.choose(kernels.MANY_ROWS - 1)
    assert kernels.active() is plain
    kernels.choose(kernels.MANY_ROWS)
    assert kernels.active() is fused


def test_a_table_that_another_thread_began_keeps_its_width(
    chosen: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    book, meanwhile = CodeBook(), pa.array(["M00000001"])
    real = code_book.words_of

    def late(texts: Any, words: int | None) -> Any:
        found = real(texts, words)
        if words is None and texts is not meanwhile:
            assert book.many(meanwhile, lambda _: True) is not None
        return found

    monkeypatch.setattr(code_book, "words_of", late)
    wide = pa.array(["a text of twenty-five bytes", "M00000001"])
    assert book.many(wide, lambda _: True).tolist() == [1, 0]  # type: ignore[union-attr]
    assert list(book.texts) == ["M00000001", "a text of twenty-five bytes"]


def test_bytes_that_are_no_text_are_refused_before_anything_is_named(chosen: str) -> None:
    offsets = pa.py_buffer(np.array([0, 9, 18], np.int32))
    wrong = pa.Array.from_buffers(pa.string(), 2, [None, offsets, pa.py_buffer(b"M000\xff0001M00000001")])
    seen: list[int] = []
    CodeBook().many(wrong, lambda texts: seen.append(len(texts)) or True)  # type: ignore[func-returns-value]
    assert seen == [1], "Arrow is asked about the one that is not ASCII"


@pytest.mark.parametrize("asked", ["fast", "Numba"])
def test_a_form_that_there_is_not_is_refused(asked: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VBC_KERNELS", asked)
    with pytest.raises(VbcError) as caught:
        kernels.choose(None)
    assert [d.code for d in caught.value.diagnostics] == ["VBC8039"]
