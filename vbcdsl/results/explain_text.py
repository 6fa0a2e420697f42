"""An explanation as text: a tree of sentences, for a reader who has the contract beside it."""

from __future__ import annotations

import textwrap

from vbcdsl.diagnostics.snippet import clean
from vbcdsl.results.trace import Explanation, Step, TermTrace

WIDTH = 110


def to_text(explanation: Explanation, width: int = WIDTH) -> str:
    """The explanation for people."""
    head = [
        explanation.contract,
        f"{explanation.party_key} {explanation.party} in performance year {explanation.year} "
        f"(year {explanation.year_number}), under {explanation.text_in_force}",
        "",
        f"Net payment: {explanation.net}",
    ]
    head += [f"  - {move}" for move in explanation.moves]
    lines = [clean(line) for line in head]
    for trace in explanation.terms:
        lines += ["", *_term(trace, 0, width)]
    return "\n".join(lines) + "\n"


def _term(trace: TermTrace, depth: int, width: int) -> list[str]:
    pad = "  " * depth
    at = "".join(f", {dim} {key}" for dim, key in trace.at)
    section = f"Section {trace.section}. " if trace.section and trace.role != "input" else ""
    again = " (explained above)" if trace.repeated else ""
    only = ""
    if trace.role == "input" and trace.steps:
        only = f", {trace.steps[0].text}"
    lines = [clean(f"{pad}{section}{trace.term}{at}: {trace.value}{only}{again}")]
    if only or trace.repeated:
        return lines
    if trace.sentence:
        lines += _wrapped(f"“{trace.sentence}”", pad + "  ", width)
    if trace.amended:
        lines += _wrapped(f"({trace.amended})", pad + "  ", width)
    for step in trace.steps:
        lines += _step(step, pad + "  ", width)
    for below in trace.inputs:
        lines += _term(below, depth + 1, width)
    return lines


def _step(step: Step, pad: str, width: int) -> list[str]:
    text = step.text + (f" = {step.value}" if step.value and not step.text.endswith(step.value) else "")
    if step.section:
        text += f" (section {step.section})"
    lines = _wrapped(text, pad + "- ", width, pad + "  ")
    for row in step.rows:
        lines += _step(row, pad + "  ", width)
    return lines


def _wrapped(text: str, first: str, width: int, rest: str | None = None) -> list[str]:
    room = max(width, len(first) + 50)
    return textwrap.wrap(clean(text).replace("\n", " "), room, initial_indent=first,
                         subsequent_indent=first if rest is None else rest, break_long_words=False,
                         break_on_hyphens=False)  # fmt: skip
