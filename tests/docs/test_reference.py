"""The reference pages that follow from the program are those of this program; links lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs import cli_page
from tests.docs.blocks import ROOT, pages

LANGUAGE = ROOT / "docs" / "reference" / "language"
_LINK = re.compile(r"\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")


def test_the_page_of_commands_is_up_to_date() -> None:
    expected = "run `python -m tests.docs.cli_page`"
    assert cli_page.PAGE.read_text(encoding="utf-8") == cli_page.page(), expected


def test_the_index_of_the_language_names_every_page() -> None:
    index = (LANGUAGE / "index.md").read_text(encoding="utf-8")
    missing = [
        page.name
        for page in LANGUAGE.glob("*.md")
        if page.name != "index.md" and f"({page.name})" not in index
    ]
    assert not missing


@pytest.mark.parametrize("page", sorted(LANGUAGE.glob("*.md")), ids=lambda p: p.name)
def test_a_page_of_the_language_has_its_parts(page: Path) -> None:
    if page.name == "index.md":
        return
    text = page.read_text(encoding="utf-8")
    if page.name != "column-kinds.md":
        assert "\n## Wording\n" in text
    assert "\n## Messages\n" in text
    assert "\n## Example\n" in text


@pytest.mark.parametrize("page", pages(), ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_lead_to_a_file(page: Path) -> None:
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.S | re.M)
    broken = [target for target in _LINK.findall(text) if not (page.parent / target).exists()]
    assert not broken
