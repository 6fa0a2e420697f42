"""The registry of codes and its pages."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from vbcdsl.diagnostics.codes import ALL, amend, checks, data, files, kinds, names, run, sentence
from vbcdsl.diagnostics.pages import FOLDER, pages

GROUPS = {
    "1": sentence,
    "2": names,
    "3": kinds,
    "4": checks,
    "5": data,
    "6": run,
    "7": amend,
    "8": files,
}


def test_a_code_is_registered_once_and_in_the_group_of_its_stage() -> None:
    counted = Counter(code.id for module in GROUPS.values() for code in module.CODES)
    assert [id for id, n in counted.items() if n > 1] == []
    for digit, module in GROUPS.items():
        assert [c.id for c in module.CODES if not re.fullmatch(rf"VBC{digit}\d\d\d", c.id)] == []


@pytest.mark.parametrize("id", ALL)
def test_a_code_says_what_it_is_and_why(id: str) -> None:
    code = ALL[id]
    assert code.title and not code.title.endswith(".")
    assert len(code.why.split()) >= 8, "why is for a reader who is no programmer: a sentence or more"
    assert code.why.rstrip().endswith((".", "?", ":", ")"))


def test_the_pages_are_up_to_date() -> None:
    there = {path.name: path.read_text(encoding="utf-8") for path in FOLDER.glob("*.md")}
    wanted = pages()
    stale = sorted(name for name in there.keys() | wanted.keys() if there.get(name) != wanted.get(name))
    assert stale == [], "run: make docs-errors"
