"""What the outline of a contract tells apart, and what not."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.resources import library_dir
from vbcdsl.rules.outline import Outline

TEXT = (library_dir() / "lakeside" / "contract.vbc").read_text(encoding="utf-8")
TEXT = TEXT[: TEXT.index("example ")]  # the amendments change what the examples say


def outline(old: str = "", new: str = "") -> Outline:
    assert old in TEXT
    return compile_text(TEXT.replace(old, new) if old else TEXT).outline


def test_other_numbers_are_the_same_form() -> None:
    first, second = outline(), outline("$3.50", "$12.75")
    assert first.form == second.form
    differing = [pair for pair in zip(first.numbers, second.numbers, strict=True) if pair[0] != pair[1]]
    assert differing == [(Fraction(7, 2), Fraction(51, 4))]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('contract "Lakeside', 'contract "Another Lakeside'),
        ("Article 2", "-- a note that moves the rest\n\nArticle 2"),
    ],
)
def test_titles_and_places_in_the_text_are_no_part_of_the_form(old: str, new: str) -> None:
    assert outline() == outline(old, new)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("at least 2 of the Contract Measures", "at least 1 of the Contract Measures"),
        ("Savings Rate is at least", "Savings Rate is above"),
        ("Savings Rate", "Rate of Savings"),
    ],
)
def test_other_words_are_another_form(old: str, new: str) -> None:
    assert outline().form != outline(old, new).form


def test_the_form_is_the_same_in_every_process() -> None:
    """It is kept with compiled contracts."""
    code = (
        "from vbcdsl.compiler import compile_path; from vbcdsl.resources import library_dir;"
        "print(compile_path(library_dir() / 'lakeside').outline.form)"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", code], env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
            capture_output=True, text=True, check=True,
        ).stdout
        for seed in ("1", "2")
    }  # fmt: skip
    assert found == {compile_path(library_dir() / "lakeside").outline.form + "\n"}
