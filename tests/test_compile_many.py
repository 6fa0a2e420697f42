"""Many contracts compiled with a helper are each the contract that is compiled alone."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.benchmarks.books import texts
from vbcdsl import compile_many, kept_contracts
from vbcdsl.compile_many import FEWEST, compile_all, help_out
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.diagnostics import VbcError
from vbcdsl.kept_contracts import is_kept


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Contracts that differ in numbers and clauses, some with an amendment; an empty cache."""
    monkeypatch.delenv(kept_contracts.SWITCH)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kept_contracts._make_room.cache_clear()
    found = []
    for number, (text, amendment) in enumerate(texts(FEWEST + 6)):
        place = tmp_path / f"plan {number:02d}"
        (place / "amendments").mkdir(parents=True)
        (place / "contract.vbc").write_text(text, encoding="utf-8")
        if amendment is not None:
            (place / "amendments" / "amendment_1.vbc").write_text(amendment, encoding="utf-8")
        found.append(place)
    return found


@pytest.fixture
def no_helper(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is wrong to start one."""

    def started(_: object) -> None:
        raise AssertionError("a helper is started")

    monkeypatch.setattr(compile_many, "_helper", started)


def test_with_a_helper_and_from_the_cache_all_is_as_compiled_alone(
    book: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(compile_many, "_processors", lambda: 2)
    alone = [compile_path(path) for path in book]
    for _ in range(2):
        assert list(compile_all(book)) == alone


def test_a_contract_that_cannot_be_compiled_says_so_in_its_place(book: list[Path]) -> None:
    wrong = book[3] / "contract.vbc"
    wrong.write_text(wrong.read_text(encoding="utf-8").replace("means Benchmark minus", "means Bench minus"))
    found = list(compile_all([*book, book[0] / "nowhere"]))
    assert [i for i, each in enumerate(found) if isinstance(each, VbcError)] == [3, len(book)]
    assert isinstance(found[3], VbcError) and found[3].diagnostics == compile_path(book[3]).errors


def test_a_helper_keeps_contracts_from_the_last_on(book: list[Path]) -> None:
    helper = compile_many._helper(book[-4:])
    assert helper is not None and helper.wait(60) == 0
    assert [is_kept(path) for path in book[-5:]] == [False, True, True, True, True]


@pytest.fixture
def collector() -> Iterator[None]:
    """The helper leaves Python's collector off, as a process of its own may."""
    yield
    gc.enable()


@pytest.mark.usefixtures("collector")
def test_a_helper_ends_where_it_meets_the_other(book: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    kept_contracts.compile_kept(book[2])
    asked = b"\0".join(os.fsencode(path) for path in reversed(book[:5]))
    monkeypatch.setattr(sys, "stdin", SimpleNamespace(buffer=io.BytesIO(asked)))
    help_out()
    assert [is_kept(path) for path in book[:5]] == [False, False, True, True, True]


@pytest.mark.usefixtures("no_helper")
def test_no_helper_for_few_contracts_one_processor_or_without_a_cache(
    book: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(list(compile_all(book[:3]))) == 3
    assert all(isinstance(each, Compiled) for each in compile_all(book, processes=1))
    for path in (kept_contracts._places()[0]).iterdir():
        path.unlink()
    monkeypatch.setattr(compile_many, "_processors", lambda: 1)
    assert all(isinstance(each, Compiled) for each in compile_all(book))
    monkeypatch.setenv(kept_contracts.SWITCH, "off")
    monkeypatch.setattr(compile_many, "_processors", lambda: 2)
    assert all(isinstance(each, Compiled) for each in compile_all(book))
