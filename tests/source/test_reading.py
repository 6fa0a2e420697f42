"""What a contract file may be made of."""

from __future__ import annotations

import codecs
from pathlib import Path

import pytest

from vbcdsl.diagnostics import VbcError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.source import SourceText

TEXT = "4.1 “Größe” means 40%.\n"


def refused(path: Path) -> VbcError:
    with pytest.raises(VbcError) as caught:
        SourceText.from_file(path, path.name)
    return caught.value


def codes(error: VbcError) -> list[str]:
    return [d.code for d in error.diagnostics]


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        codecs.BOM_UTF8 + TEXT.encode(),
        codecs.BOM_UTF16_LE + TEXT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + TEXT.encode("utf-16-be"),
    ],
)
def test_utf8_and_marked_utf16_give_the_same_text(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.vbc"
    path.write_bytes(raw)
    source = SourceText.from_file(path, "a.vbc")
    assert source.text == TEXT
    assert str(source.locate(4)) == "a.vbc:1:5"


def test_nothing_is_repaired() -> None:
    text = "“a”\u00a0‘b’ – ﬁ Å e\u0301\t\u2028"
    assert SourceText.from_text(text, "x").text == text


def test_other_encodings_are_refused_with_the_line(tmp_path: Path) -> None:
    path = tmp_path / "a.vbc"
    path.write_bytes("one\r\ntwo\r\n§ 4.2".encode("cp1252"))
    error = refused(path)
    assert codes(error) == ["VBC8005"]
    assert "line 3 has the bytes A7" in error.diagnostics[0].message


@pytest.mark.parametrize(
    ("char", "code"),
    [
        ("\0", "VBC8006"),
        ("\x0b", "VBC8006"),
        ("\x1b", "VBC8006"),
        ("\x85", "VBC8006"),
        ("\u200b", "VBC8007"),
        ("\u202e", "VBC8007"),
        ("\u2066", "VBC8007"),
        ("\ufeff", "VBC8007"),
    ],
)
def test_characters_that_nobody_sees_are_refused_with_their_place(
    tmp_path: Path, char: str, code: str
) -> None:
    path = tmp_path / "a.vbc"
    path.write_text(f"one\ntwo {char}three\n", encoding="utf-8", newline="")
    error = refused(path)
    assert codes(error) == [code]
    shown = to_text(error.diagnostics)
    assert "a.vbc:2:5" in shown
    assert char not in shown


def test_a_file_full_of_control_characters_gives_a_few_messages() -> None:
    with pytest.raises(VbcError) as caught:
        SourceText.from_text("\x01" * 1000, "x")
    assert len(caught.value.diagnostics) == 10


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "a.vbc"
    path.write_bytes(b"a" * 5_000_001)
    assert codes(refused(path)) == ["VBC8008"]


def test_a_misspelt_path_is_answered_with_the_near_one(tmp_path: Path) -> None:
    (tmp_path / "lakeside.vbc").write_text(TEXT, encoding="utf-8")
    error = refused(tmp_path / "lakesid.vbc")
    assert codes(error) == ["VBC8001"]
    assert "lakeside.vbc" in error.diagnostics[0].help


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    assert codes(refused(tmp_path)) == ["VBC8012"]


MARKDOWN = """\
# Agreement

Prose with a `4.9 "X" means 1.` in it.

```vbc
contract "Lakeside".
```

```python
4.8 "Not contract text" means 1.
```

~~~~ VBC title
4.1 "Fee" means $1.
```
~~~~
The end.
"""


def test_only_vbc_blocks_of_a_markdown_file_are_contract_text() -> None:
    source = SourceText.from_text(MARKDOWN, "a.md", markdown=True)
    assert source.text.split() == ["contract", '"Lakeside".', "4.1", '"Fee"', "means", "$1.", "```"]


def test_places_of_a_markdown_file_are_those_of_the_file() -> None:
    source = SourceText.from_text(MARKDOWN, "a.md", markdown=True)
    assert len(source.text) == len(MARKDOWN)
    at = source.text.index("$1")
    assert MARKDOWN[at : at + 2] == "$1"
    assert str(source.locate(at)) == "a.md:14:17"
    assert source.line_at(0) == "# Agreement"


def test_prose_is_kept_with_its_place() -> None:
    source = SourceText.from_text(MARKDOWN, "a.md", markdown=True)
    first, second, third = source.prose
    assert first.text.startswith("# Agreement") and first.start == 0
    assert "Not contract text" in second.text and source.text[: second.start].count("\n") == 7
    assert third.text == "The end.\n"


def test_a_markdown_file_without_contract_text_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Only prose\n", encoding="utf-8")
    assert codes(refused(path)) == ["VBC8010"]


def test_a_block_must_be_closed(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Prose\n\n```vbc\ncontract.\n", encoding="utf-8")
    error = refused(path)
    assert codes(error) == ["VBC8011"]
    assert "a.md:3:1" in to_text(error.diagnostics)
