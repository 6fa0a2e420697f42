"""A place in the text in force leads to the file, line and column that a person wrote."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.source import Edit, SourceText

BASE = 'contract "Lakeside".\r\n\r\n4.2 The rate is 40% of Savings.\r\n4.3 The fee is $3.50.\r\n'
AMENDMENT = 'amendment 1 to "Lakeside".\nSection 4.2 is amended by replacing "40%" with "45%".\n'


def places(source: SourceText, words: str) -> list[str]:
    start = source.text.index(words)
    return [str(source.locate(start + i)) for i in range(len(words))]


def spliced() -> SourceText:
    base = SourceText.from_text(BASE, "contract.vbc")
    amendment = SourceText.from_text(AMENDMENT, "amendments/1.vbc")
    start = base.text.index("40%")
    return base.splice([Edit(start, start + 3, "45%", amendment, amendment.text.index("45%"))])


def test_lines_and_columns_count_from_one_in_characters() -> None:
    source = SourceText.from_text("a\n  “Größe” 質\tb", "x.vbc")
    assert places(source, "質") == ["x.vbc:2:11"]
    assert places(source, "b") == ["x.vbc:2:13"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_of_any_system_give_the_same_text_and_the_same_places(end: str) -> None:
    source = SourceText.from_text(BASE.replace("\r\n", end), "contract.vbc")
    assert source.text == BASE.replace("\r\n", "\n")
    assert places(source, "40%")[0] == "contract.vbc:3:17"
    assert source.line_at(source.text.index("40%")) == "4.2 The rate is 40% of Savings."


@given(st.text(alphabet="ab \r\n", max_size=40))
def test_an_offset_into_the_file_is_the_one_of_the_untouched_characters(text: str) -> None:
    source = SourceText.from_text(text, "x")
    for i, char in enumerate(source.text):
        at = source.locate(i).offset
        assert text[at] == char or (char == "\n" and text[at] == "\r")


def test_the_same_words_have_the_same_fingerprint_and_each_file_its_own() -> None:
    unix, windows = (SourceText.from_text(BASE.replace("\r\n", end), "x") for end in ("\n", "\r\n"))
    assert unix.sha256 == windows.sha256
    assert unix.origins[0].sha256 != windows.origins[0].sha256


def test_the_end_of_the_text_is_a_place_and_beyond_it_there_is_none_other() -> None:
    source = SourceText.from_text("ab", "x")
    assert source.locate(2) == source.locate(99)
    assert str(source.locate(2)) == "x:1:3"
    assert str(SourceText.from_text("", "x").locate(0)) == "x:1:1"


def test_words_of_an_amendment_are_found_in_the_amendment() -> None:
    source = spliced()
    assert "4.2 The rate is 45% of Savings." in source.text
    assert places(source, "45%") == [f"amendments/1.vbc:2:{c}" for c in (49, 50, 51)]
    assert source.line_at(source.text.index("45%")).startswith("Section 4.2 is amended")


def test_words_after_an_amended_place_are_still_found_in_the_contract() -> None:
    source = spliced()
    assert places(source, "of Savings")[0] == "contract.vbc:3:21"
    assert places(source, "$3.50")[0] == "contract.vbc:4:16"


def test_an_amended_text_can_be_amended_again() -> None:
    first = spliced()
    second = SourceText.from_text('amendment 2: "45% of Savings" becomes "50% of Losses"', "amendments/2.vbc")
    start = first.text.index("45% of Savings")
    offset = second.text.index("50%")
    text = first.splice([Edit(start, start + 14, "50% of Losses", second, offset)])
    assert "4.2 The rate is 50% of Losses." in text.text
    assert places(text, "50%")[0] == f"amendments/2.vbc:1:{offset + 1}"
    assert [o.name for o in text.origins] == ["contract.vbc", "amendments/2.vbc"]


def test_a_deleted_section_leaves_the_rest_in_place() -> None:
    base = SourceText.from_text(BASE, "contract.vbc")
    start, end = base.text.index("4.2"), base.text.index("4.3")
    text = base.splice([Edit(start, end, "", base, 0)])
    assert "4.2" not in text.text
    assert places(text, "4.3")[0] == "contract.vbc:4:1"


def test_a_new_section_may_bring_line_breaks_that_nobody_wrote() -> None:
    base = SourceText.from_text(BASE, "contract.vbc")
    amendment = SourceText.from_text("A new section is added: 4.4 The bonus is $1.00.", "1.vbc")
    offset = amendment.text.index("4.4")
    end = len(base.text)
    text = base.splice([Edit(end, end, "\n4.4 The bonus is $1.00.\n", amendment, offset)])
    assert places(text, "4.4")[0] == f"1.vbc:1:{offset + 1}"
    assert places(text, "$1.00")[0] == "1.vbc:1:42"
    assert str(text.locate(len(text.text))) == "1.vbc:1:48"


def test_two_edits_of_the_same_words_are_refused() -> None:
    base = SourceText.from_text(BASE, "x")
    with pytest.raises(ValueError, match="overlaps"):
        base.splice([Edit(0, 5, "a", base, 0), Edit(4, 6, "b", base, 0)])


@given(st.data())
def test_whatever_is_spliced_each_character_is_found_where_it_stands(data: st.DataObject) -> None:
    base = SourceText.from_text("".join(chr(0x4E00 + i) for i in range(30)), "base")
    other = SourceText.from_text("".join(chr(0x5E00 + i) for i in range(30)), "other")
    cuts = sorted(data.draw(st.lists(st.integers(0, 30), min_size=2, max_size=8)))
    edits = []
    for start, end in zip(cuts[::2], cuts[1::2], strict=False):
        a, b = sorted(data.draw(st.tuples(st.integers(0, 30), st.integers(0, 30))))
        edits.append(Edit(start, end, other.text[a:b], other, a))
    text = base.splice(edits)
    for i, char in enumerate(text.text):
        place = text.locate(i)
        assert text.line_at(i)[place.column - 1] == char
        assert place.file == ("other" if ord(char) >= 0x5E00 else "base")


def test_a_text_of_which_nothing_is_left_has_a_place() -> None:
    empty = SourceText.from_text("gone", "base").splice(
        [Edit(0, 4, "", SourceText.from_text("", "other"), 0)]
    )
    assert empty.text == "" and empty.locate(0).file == "base"


def test_a_place_in_a_file_is_found_in_the_text() -> None:
    source = spliced()
    at = source.text.index("$3.50")
    assert source.offset_of("contract.vbc", 4, 16) == at
    assert source.offset_of("contract.vbc", 99, 1) is None
    assert source.offset_of("no.vbc", 1, 1) is None
