"""Where reading a sentence stopped, and what could have stood there: what the reasons of `reasons` look at."""

from __future__ import annotations

import re

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.model.frozen import frozen
from vbcdsl.model.span import Span
from vbcdsl.syntax.units import Unit

_TERMINALS = {
    "TERM": "a defined term",
    "QUOTED": "a name in quotation marks",
    "NUMBER": "a number",
    "MONEY": "an amount",
    "PERCENT": "a percentage",
    "DATE": "a date",
    "DOT": "a full stop",
    "COMMA": "a comma",
    "COLON": "a colon",
    "SEMICOLON": "a semicolon",
    "LPAR": "“(”",
    "RPAR": "“)”",
    "ROW_END": "the end of the row (“|”)",
    "VBAR": "“|”",
    "HEADER_ROW": "the head of a table",
    "SECTION_REF": "a section number",
    "PARA_NO": "“(a)”",
    "ROUND_MODE": "“half up”",
    "ROUND_UNIT": "“cent”",
}
# phrases that only exist to be refused with a good message; they are not offered
REFUSED = {"between", "up to", "no more than", "no less than", "over", "under", "within", "approximately"}
_VERBS = (
    "means",
    "is met if",
    "is set by",
    "is required",
    "must pay",
    "must withhold from",
    "must return to",
    "must repay",
    "is divided among the",
    "is due",
    "is each",
)
_SKIPPED = {"a", "an", "the", "is", "if", "of", "in", "or", "to", "at"}


@frozen
class Stop:
    """Where reading stopped, and what could have stood there."""

    text: str
    unit: Unit
    position: int
    width: int
    expected: tuple[str, ...]
    phrases: tuple[str, ...]
    names: frozenset[str]

    @property
    def rest(self) -> str:
        return self.text[self.position : self.unit.end]

    @property
    def before(self) -> str:
        return self.text[self.unit.start : self.position]

    def say(
        self, code: str, message: str, start: int, end: int, help: str, fix: str | None = None
    ) -> Diagnostic:
        return Diagnostic(
            code, message, Span(start, max(end, start)), section=self.unit.number, help=help, fix=fix
        )

    def here(self, code: str, message: str, help: str) -> Diagnostic:
        return self.say(code, message, self.position, min(self.position + self.width, self.unit.end), help)


# ---------------------------------------------------------------- what could have stood there


def shown_words(rest: str) -> str:
    words = re.sub(r"--[^\n]*", "", rest).split()
    return " ".join(words[:4]) if words else "the end"


def advice(stop: Stop) -> str:
    shown = [f"“{phrase}”" for phrase in stop.phrases if phrase not in REFUSED]
    shown += [_TERMINALS[name] for name in stop.expected if name in _TERMINALS]
    shown = sorted(dict.fromkeys(shown), key=lambda item: (len(item) > 24, item))
    if not shown:
        return ""
    if len(shown) <= 10:
        return "here could stand: " + ", ".join(shown)
    if re.search(r"^\s*\d+(?:\.\d+)+\s*$", stop.before):
        return (
            'a section begins with a name in quotation marks (“"Savings" means …”), with “The Payer must pay the '
            'Provider the "Bonus": …”, “If …,” or “Notwithstanding section …,”'
        )
    if "MONEY" in stop.expected and "MINUS" not in stop.expected and "K_MINUS" not in stop.expected:
        return (
            "here a value belongs: a defined term, an amount, a percentage, a number, or “the total of …”, "
            "“the lesser of …”"
        )
    if "K_MINUS" in stop.expected or "DOT" in stop.expected:
        return (
            "the value before it is complete: end the sentence with “.”, or go on with “plus”, “times”, "
            "“divided by”, “, but not more than …”, “, rounded …” or “if …, otherwise …”"
        )
    verbs = [phrase for phrase in _VERBS if phrase in stop.phrases]
    return "here could stand: " + ", ".join([f"“{v}”" for v in verbs] or shown[:8]) + " …"
