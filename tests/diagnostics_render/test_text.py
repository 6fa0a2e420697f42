"""How a message looks on a terminal."""

from __future__ import annotations

import io
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.diagnostics import Diagnostic, Label
from vbcdsl.diagnostics.render import echo, summary, to_text
from vbcdsl.diagnostics.snippet import cell_width
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.span import Span
from vbcdsl.source import Edit, SourceText

CONTRACT = """\
contract "Lakeside".

4.2\t"Sharing Rate" is set by 質 Quality Scor, where exactly one row applies:
    | Quality Score                        | Sharing Rate |
    | from 60% up to but not including 75% | 30%          |
    | from 75% up to but not including 90% | 40%          |
"""
SOURCE = SourceText.from_text(CONTRACT, "contract.vbc")


def span(words: str, source: SourceText = SOURCE) -> Span:
    start = source.text.index(words)
    return Span(start, start + len(words))


NAME = Diagnostic(
    "VBC2001",
    "there is no term “Quality Scor”",
    span("Quality Scor"),
    section="4.2",
    labels=(Label(span("Sharing Rate"), "needed for this term"), Label(span("40%"), "and this row")),
    details=("used 3 times", "in 2 sections"),
    help="did you mean Quality Score?",
    fix="Quality Score",
    source=SOURCE,
)


def test_a_message_shows_the_line_the_place_and_what_to_write(golden: Callable[[str, str], None]) -> None:
    whole_table = Span(span("| Quality").start, span("40%").end)
    data = Diagnostic("VBC5001", "a column is missing", section="1.1", details=("ACO",), help="name it")
    warning = Diagnostic("VBC4001", "a gap", whole_table, severity="warning", fix="", source=SOURCE)
    golden("diagnostics/text.txt", to_text([NAME, warning, data]))


def test_a_long_line_is_cut_around_the_mark() -> None:
    source = SourceText.from_text("word " * 100 + "HERE " + "word " * 100, "x.vbc")
    lines = to_text([Diagnostic("VBC1001", "m", span("HERE", source), source=source)], width=60).splitlines()
    line, marks = lines[3], lines[4]
    assert len(line) <= 60
    assert line.count("…") == 2
    assert line.index("HERE") == marks.index("^^^^")


@given(
    st.text(st.characters(codec="utf-8", exclude_characters="\n\r"), max_size=200),
    st.integers(0, 200),
    st.integers(0, 40),
    st.integers(30, 130),
)
def test_no_line_is_wider_than_the_terminal_and_the_caret_stands_under_its_character(
    text: str, start: int, length: int, width: int
) -> None:
    plain = "".join(c for c in text if c.isprintable())
    source = SourceText.from_text(plain, "x")
    start = min(start, len(plain))
    end = min(start + length, len(plain))
    shown = to_text([Diagnostic("VBC1001", "m", Span(start, end), source=source)], width=width)
    _, _, _, line, marks, *_ = shown.splitlines()
    assert cell_width(line) <= width
    at = marks.index("^")
    if end > start and cell_width(plain[start]) == 1:
        cells = [c for c in line for _ in range(cell_width(c))]
        assert cells[at] in {plain[start], " ", "\ufffd"}


def test_nothing_in_a_file_can_steer_the_terminal() -> None:
    source = SourceText.from_text("ab cd", "a\x1b[31m.vbc")
    found = Diagnostic("VBC1001", "no term \x1b[2J\u202e", Span(0, 1), help="\x07", source=source)
    shown = to_text([found])
    assert not {c for c in shown if c in "\x1b\x07\u202e"}


def test_a_mistake_in_an_amendment_shows_the_amendment_and_the_contract() -> None:
    amendment = SourceText.from_text('Section 4.2: "40%" becomes "45%".\n', "amendments/1.vbc")
    start = span("40%").start
    edit = Edit(start, start + 3, "45%", amendment, amendment.text.index("45%"))
    source = SOURCE.splice([edit])
    label = Label(span("30%", source), "the row before")
    shown = to_text([Diagnostic("VBC4001", "m", span("45%", source), labels=(label,), source=source)])
    assert "--> amendments/1.vbc:1:29" in shown
    assert '1 | Section 4.2: "40%" becomes "45%".' in shown
    assert "::: contract.vbc:5:46" in shown


def test_colours_add_nothing_but_colours() -> None:
    import re

    assert re.sub(r"\x1b\[[0-9;]*m", "", to_text([NAME], colour=True)) == to_text([NAME])


def test_a_text_at_hand_serves_messages_that_carry_none() -> None:
    found = Diagnostic("VBC1001", "m", span("Lakeside"))
    assert "contract.vbc:1:11" in to_text([found], source=SOURCE)
    assert "-->" not in to_text([found])


def test_the_end_counts_errors_and_warnings() -> None:
    warning = Diagnostic("VBC4001", "w", severity="warning")
    assert summary([NAME, NAME, warning]) == "2 errors, 1 warning"
    assert summary([]) == ""
    stream = io.StringIO()
    echo([warning], file=stream)
    assert stream.getvalue() == "warning[VBC4001]: w\n\n1 warning\n"
    echo([], file=stream)
    assert stream.getvalue().count("\n") == 3


def test_the_nearest_name_is_suggested_and_a_far_one_is_not() -> None:
    names = ["Quality Score", "Sharing Rate", "Savings Rate", "Savings"]
    assert nearest("Quality Scor", names) == ["Quality Score"]
    assert nearest("sharing rate", names)[0] == "Sharing Rate"
    assert nearest("Benchmark", names) == []
