"""The formatter changes white space and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.format import format_file, format_text
from vbcdsl.source import SourceText
from vbcdsl.syntax.parser import parse_contract

LIBRARY = Path(__file__).parents[2] / "contract_library"
CONTRACTS = sorted(LIBRARY.glob("*/contract.vbc"))
LAKESIDE = (LIBRARY / "lakeside" / "contract.vbc").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", CONTRACTS, ids=lambda path: path.parent.name)
def test_formatting_keeps_the_meaning_and_settles_at_once(path: Path) -> None:
    before = path.read_text(encoding="utf-8")
    after = format_text(before)
    assert format_text(after) == after
    trees = [parse_contract(SourceText.from_text(text)).document for text in (before, after)]
    assert trees[0] == trees[1]


def test_a_table_is_aligned_and_a_sentence_indented() -> None:
    text = '1.1 "A" is set by B,\n where exactly one row applies:\n'
    text += "  |B|A|\n |less than 1|2%|\n|1 or more|10%|   \n"
    wanted = (
        '1.1 "A" is set by B,\n    where exactly one row applies:\n'
        "    | B           | A   |\n    | less than 1 | 2%  |\n    | 1 or more   | 10% |\n"
    )
    head = '1.2 "B" means 3.\n\n'
    assert format_text(head + text) == head + wanted


def test_empty_lines_are_at_most_one_and_comments_stay() -> None:
    text = '\n\n1.1 "A" means 1.   -- why   \n\n\n\n   -- alone\n1.2 "B" means A.\n\n\n'
    assert format_text(text) == '1.1 "A" means 1.   -- why\n\n-- alone\n1.2 "B" means A.\n'


def test_a_sentence_that_cannot_be_read_is_left_alone() -> None:
    text = '1.1 "A" means 1.\n\n1.2   this is   no sentence\n      of the language.  \n'
    assert "1.2   this is   no sentence\n      of the language." in format_text(text)


def test_a_comment_behind_a_row_does_not_move_into_a_cell() -> None:
    text = '1.1 "T" are:\n|M|W|\n|"x"|1| -- first | of all\n|"long"|2|\n'
    assert '    | "x"    | 1 |  -- first | of all\n' in format_text(text)


def test_files_keep_their_line_ends_and_mark(tmp_path: Path) -> None:
    path = tmp_path / "contract.vbc"
    path.write_bytes(b'\xef\xbb\xbf1.1 "A"\r\nmeans 1.\r\n')
    assert format_file(path).changed
    assert path.read_bytes() == b'\xef\xbb\xbf1.1 "A"\r\n    means 1.\r\n'
    assert not format_file(path).changed


def test_in_a_markdown_file_only_the_contract_text_is_laid_out(tmp_path: Path) -> None:
    path = tmp_path / "contract.md"
    path.write_text('# Title\n\n\n  prose |a|b|\n\n```vbc\n1.1 "A"\nmeans 1.\n```\n', encoding="utf-8")
    format_file(path)
    assert (
        path.read_text(encoding="utf-8")
        == '# Title\n\n\n  prose |a|b|\n\n```vbc\n1.1 "A"\n    means 1.\n```\n'
    )


def test_an_amendment_is_laid_out_with_the_names_of_its_contract() -> None:
    folder = LIBRARY / "lakeside"
    for path in sorted((folder / "amendments").glob("*.vbc")):
        assert not format_file(path, write=False).changed


@given(
    st.lists(
        st.sampled_from(["  ", "\n", "\n\n", "|", "a", '"', "-- c", "1.1 ", ". ", "> r\n", "x|y"]),
        max_size=40,
    )
)
def test_no_text_loses_a_word(pieces: list[str]) -> None:
    text = "".join(pieces) + LAKESIDE[:400]
    after = format_text(text)
    assert after.replace("|", " | ").split() == text.replace("|", " | ").split()
    assert format_text(after) == after
