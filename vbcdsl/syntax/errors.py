"""What a reader is told when a sentence cannot be read.

From Lark's error come the place and what could have stood there; from the words at that place the likeliest
intention: a misspelt phrase, a wrong boundary word, a name that is not defined, a missing full stop.
"""

from __future__ import annotations

import difflib
import re
from typing import Any

from lark.exceptions import UnexpectedCharacters, UnexpectedEOF, UnexpectedInput, UnexpectedToken

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.diagnostics.suggest import nearest
from vbcdsl.model.span import Span
from vbcdsl.source import SourceText
from vbcdsl.syntax.phrases import load_grammar
from vbcdsl.syntax.units import Unit

_TERMINALS = {
    "TERM": "a defined term", "QUOTED": "a name in quotation marks", "NUMBER": "a number", "MONEY": "an amount",
    "PERCENT": "a percentage", "DATE": "a date", "DOT": "a full stop", "COMMA": "a comma", "COLON": "a colon",
    "SEMICOLON": "a semicolon", "LPAR": "“(”", "RPAR": "“)”", "ROW_END": "the end of the row (“|”)",
    "VBAR": "“|”", "HEADER_ROW": "the head of a table", "SECTION_REF": "a section number", "PARA_NO": "“(a)”",
    "ROUND_MODE": "“half up”", "ROUND_UNIT": "“cent”",
}  # fmt: skip
# phrases that only exist to be refused with a good message; they are not offered
_REFUSED = {
    "between",
    "up to",
    "no more than",
    "no less than",
    "over",
    "under",
    "within",
    "approximately",
    "from … to",
}
_SYNONYMS = {
    "greater than or equal to": "at least", "not less than": "at least", "no fewer than": "at least",
    "equal to or greater than": "at least", "greater than": "more than", "exceeds": "is more than",
    "fewer than": "less than", "less than or equal to": "at most", "not more than": "at most",
    "equals": "is exactly", "equal to": "exactly", "multiplied by": "times", "the sum of": "the total of",
    "the count of": "the number of", "the mean of": "the average of", "the maximum of": "the largest of",
    "the minimum of": "the smallest of", "the higher of": "the greater of", "the lower of": "the lesser of",
    "capped at": ", but not more than", "subject to a maximum of": ", but not more than", "and above": "or more",
    "and below": "or less", "or greater": "or more", "or higher": "or more", "or lower": "or less",
    "shall pay": "must pay", "will pay": "must pay", "shall": "must", "is satisfied": "is met",
    "else": ", otherwise", "provided that": "only if", "otherwise": ", otherwise", "per month": "per member per month",
}  # fmt: skip


def explain(error: UnexpectedInput, source: SourceText, unit: Unit, names: frozenset[str]) -> Diagnostic:
    """The diagnostic for a unit that Lark could not read."""
    position, width = _position(error, unit, source.text)
    expected = _expected(error)
    phrases = [load_grammar().phrases[name] for name in expected if name in load_grammar().phrases]
    rest = source.text[position : unit.end]
    number = unit.number
    if position >= unit.end:
        return _end(source, unit, expected, number)
    span = Span(position, min(position + width, unit.end))
    if vague := _wrong_word(rest, phrases):
        wrong, right = vague
        return Diagnostic("VBC1004", f"“{wrong}” is not a phrase of this language",
                          Span(position, position + len(wrong)), section=number, help=f"write “{right}”",
                          fix=right)  # fmt: skip
    if close := _close_phrase(rest, phrases):
        found, phrase = close
        return Diagnostic("VBC1003", f"“{found}” is not a phrase of this language",
                          Span(position, position + len(found)), section=number,
                          help=f"did you mean “{phrase}”?", fix=phrase)  # fmt: skip
    if mixed := _mixed(rest, expected, source, unit, position):
        code, message, help_ = mixed
        return Diagnostic(code, message, span, section=number, help=help_)
    if undefined := _undefined(source.text, unit, position, names):
        return undefined
    shown = _shown(rest)
    help_ = "here could stand: " + _listed(expected, phrases) if expected else ""
    return Diagnostic(
        "VBC1001", f"the sentence cannot be read from “{shown}” on", span, section=number, help=help_
    )


def _position(error: UnexpectedInput, unit: Unit, text: str) -> tuple[int, int]:
    if isinstance(error, UnexpectedEOF):
        return unit.end, 1
    if isinstance(error, UnexpectedToken):
        token = error.token
        if token.type == "$END":
            return unit.end, 1
        return int(token.start_pos or 0), max(len(token), 1)
    position = int(error.pos_in_stream or 0)
    word = re.match(r"\w+|.", text[position:], re.S)
    return position, len(word.group(0)) if word else 1


def _expected(error: Any) -> list[str]:
    if isinstance(error, UnexpectedToken):
        try:
            return sorted(error.accepts or error.expected or ())
        except Exception:  # a state that Lark cannot simulate: what it expected is enough
            return sorted(error.expected or ())
    if isinstance(error, UnexpectedCharacters):
        return sorted(error.allowed or ())
    return sorted(getattr(error, "expected", ()) or ())


def _end(source: SourceText, unit: Unit, expected: list[str], number: str) -> Diagnostic:
    text = source.text[unit.start : unit.end]
    last = Span(max(unit.end - 1, unit.start), unit.end)
    if "DOT" in expected:
        return Diagnostic("VBC1002", "the sentence has no full stop at its end", last, section=number,
                          help="end it with “.”", fix=text[-1:] + ".")  # fmt: skip
    phrases = [load_grammar().phrases[name] for name in expected if name in load_grammar().phrases]
    if ", otherwise" in phrases:
        return Diagnostic("VBC1005", "an “if” without “otherwise” leaves open what is due in the other case", last,
                          section=number, help="add “, otherwise $0” (or what is due then)")  # fmt: skip
    return Diagnostic("VBC1001", "the sentence ends too early", last, section=number,
                      help="here could stand: " + _listed(expected, phrases))  # fmt: skip


def _words(rest: str, count: int) -> list[str]:
    return re.findall(r"[,;]?\s*[\w’'-]+", rest[:120])[:count]


def _wrong_word(rest: str, phrases: list[str]) -> tuple[str, str] | None:
    plain = rest.lstrip(", ").lower()
    for wrong, right in sorted(_SYNONYMS.items(), key=lambda item: -len(item[0])):
        if re.match(rf"{re.escape(wrong)}\b", plain) and (
            right in phrases or right.removeprefix("is ") in phrases or not phrases
        ):
            skipped = len(rest) - len(rest.lstrip(", "))
            return rest[: skipped + len(wrong)], right
    return None


def _close_phrase(rest: str, phrases: list[str]) -> tuple[str, str] | None:
    best: tuple[float, str, str] | None = None
    for phrase in phrases:
        if phrase in _REFUSED or len(phrase) < 4:
            continue
        found = "".join(_words(rest, len(phrase.split()))).strip()
        ratio = difflib.SequenceMatcher(None, found.lower(), phrase.lower()).ratio()
        if 0.72 <= ratio < 1 and (best is None or ratio > best[0]):
            best = (ratio, found, phrase)
    return (best[1], best[2]) if best else None


def _mixed(
    rest: str, expected: list[str], source: SourceText, unit: Unit, position: int
) -> tuple[str, str, str] | None:
    """Readings that the language refuses on purpose (Q26, Q27)."""
    before = source.text[unit.start : position]
    if re.match(r"(plus|minus)\b", rest) and re.search(r"\b(times|divided\s+by|of)\s+\S", before):
        return ("VBC1006", "plus or minus after times, divided by or a share needs parentheses",
                "write “(A times B) plus C” or “A times (B plus C)”, whichever the parties mean")  # fmt: skip
    if re.match(r"(times|divided\s+by)\b", rest) and re.search(r"\b(plus|minus)\s+\S", before):
        return ("VBC1006", "times or divided by after plus or minus needs parentheses",
                "write “A plus (B times C)” or “(A plus B) times C”, whichever the parties mean")  # fmt: skip
    if re.match(r"(times|divided\s+by)\b", rest):
        return ("VBC1006", "it is not clear what is multiplied or divided here",
                "put the value before it into parentheses, or write “A times (…)”")  # fmt: skip
    if re.match(r",\s*(times|plus|minus|divided\s+by)\b", rest):
        return ("VBC1007", "arithmetic is not a step after a comma",
                "put the value before the comma into parentheses: “(…) times X”, or write “X times (…)”")  # fmt: skip
    if (re.match(r"or\b", rest) and re.search(r"\band\b", before)) or (
        re.match(r"and\b", rest) and re.search(r"\bor\b", before)
    ):
        return ("VBC1008", "“and” and “or” are mixed without parentheses",
                "write “(A and B) or C” or “A and (B or C)”, whichever the parties mean")  # fmt: skip
    if re.match(r",\s*rounded\b", rest) and "otherwise" in before:
        return ("VBC1009", "a rounding after “otherwise” does not say whether it rounds both values",
                "put it before “if”, or define the value first and round that term")  # fmt: skip
    if re.match(r"\.", rest) and "K_C_OTHERWISE" in expected:
        return ("VBC1005", "an “if” without “otherwise” leaves open what is due in the other case",
                "add “, otherwise $0” (or what is due then)")  # fmt: skip
    if re.match(r"\d+(?:\.\d+)+\s", rest) and "DOT" in expected:
        return ("VBC1002", "the sentence before this number has no full stop", "end it with “.”")
    if re.match(r"\|", rest) or "ROW_END" in expected or "VBAR" in expected:
        if re.match(r"[\s|]*$", rest):
            return ("VBC1010", "this row of the table is not complete", "end each row with “|”")
    return None


def _undefined(text: str, unit: Unit, position: int, names: frozenset[str]) -> Diagnostic | None:
    """A name that is not declared and contains a small word: it broke off at that word."""
    before = re.search(r"([A-Z][\w’'-]*(?:\s+[A-Z][\w’'-]*)*)\s+$", text[unit.start : position])
    after = re.match(
        r"(?:of|and|or|for|in|to|the|per|with|on|at|by|a)\s+(?:the\s+)?[A-Z][\w’'-]*", text[position:]
    )
    if not before or not after:
        return None
    whole = " ".join((before.group(1) + " " + after.group(0)).split())
    near = nearest(whole, sorted(names))
    help_ = "did you mean " + " or ".join(f"“{name}”" for name in near) + "?" if near else "define it first"
    start = unit.start + before.start(1)
    return Diagnostic("VBC1013", f"“{whole}” is not defined in this contract",
                      Span(start, position + after.end()), section=unit.number, help=help_)  # fmt: skip


def _shown(rest: str) -> str:
    words = rest.split()
    return " ".join(words[:4]) if words else "the end"


def _listed(expected: list[str], phrases: list[str]) -> str:
    shown = [f"“{phrase}”" for phrase in phrases if phrase not in _REFUSED]
    shown += [_TERMINALS[name] for name in expected if name in _TERMINALS]
    shown = sorted(dict.fromkeys(shown), key=lambda item: (len(item) > 24, item))
    more = len(shown) - 8
    return ", ".join(shown[:8]) + (f" (and {more} more)" if more > 0 else "")
