"""Readings that the language refuses on purpose: each could be grouped in two ways (Q26, Q27).

Beside `reasons`, which tries this before any wording: both sides of the question are legal words, and only
parentheses are missing.
"""

from __future__ import annotations

import re

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.syntax.stop import Stop


def mixed(stop: Stop) -> Diagnostic | None:
    """Readings that the language refuses on purpose (Q26, Q27)."""
    rest, before = stop.rest, stop.before
    inside = re.search(r"\bthe (total|number|average|largest|smallest|median) of ([^,;:()]*?)\s*$", before)
    mode = (
        (
            "VBC1006",
            f"it is not clear whether “the {inside[1]} of” ends before this",
            f"write “(the {inside[1]} of {_words(inside[2])}) {_words(rest).split()[0]} …” or "
            f"“the {inside[1]} of ({_words(inside[2])} {_words(rest).split()[0]} …)”, whichever the parties mean",
        )
        if inside and re.match(r"(plus|minus)\b", rest)
        else (
            "VBC1006",
            "plus or minus after times, divided by or a share needs parentheses",
            f"write “({_last_operator(before)} B) {rest.split()[0]} C” or "
            f"“{_last_operator(before)} (B {rest.split()[0]} C)”, whichever the parties mean",
        )
        if re.match(r"(plus|minus)\b", rest) and re.search(r"\b(times|divided\s+by|of)\s+\S", before)
        else (
            "VBC1006",
            "plus or minus after a value of another period needs parentheses",
            "write “(A in the prior performance year) minus B”",
        )
        if re.match(r"(plus|minus)\b", rest) and re.search(r"\byear(?:\s+\d+)?\s+$|\bprior\s+\w+\s+$", before)
        else (
            "VBC1006",
            "times or divided by after plus or minus needs parentheses",
            f"write “{_last_operator(before, '(plus|minus)')} (B {_operator(', ' + rest)} C)” or "
            f"“({_last_operator(before, '(plus|minus)')} B) {_operator(', ' + rest)} C”, whichever the parties "
            "mean",
        )
        if re.match(r"(times|divided\s+by)\b", rest) and re.search(r"\b(plus|minus)\s+\S", before)
        else (
            "VBC1006",
            "a share after times, divided by, plus or minus needs parentheses",
            f"write “{_last_word(before)} ({_last_value(before)} of …)”",
        )
        if re.match(r"of\b", rest) and _last_word(before)
        else (
            "VBC1006",
            "it is not clear what is multiplied or divided here",
            "put the value before it into parentheses, or write “A times (…)”",
        )
        if re.match(r"(times|divided\s+by)\b", rest)
        else (
            "VBC1007",
            "arithmetic is not a step after a comma",
            f"put the value before the comma into parentheses: “(…) {_operator(rest)} X”"
            + (", or write “X times (…)”" if _operator(rest) == "times" else ""),
        )
        if re.match(r",\s*(times|plus|minus|divided\s+by|multiplied\s+by)\b", rest)
        else (
            "VBC1008",
            "“and” and “or” are mixed without parentheses",
            "write “(A and B) or C” or “A and (B or C)”, whichever the parties mean",
        )
        if _and_or(rest, before)
        else (
            "VBC1009",
            "a rounding after “otherwise” does not say whether it rounds both values",
            "put it before “if”, or define the value first and round that term",
        )
        if re.match(r",\s*rounded\b", rest) and "otherwise" in before
        else (
            "VBC1005",
            "an “if” without “otherwise” leaves open what is due in the other case",
            "add “, otherwise $0” (or what is due then)",
        )
        if re.match(r"\.", rest) and "K_C_OTHERWISE" in stop.expected
        else ("VBC1010", "this row of the table is not complete", "end each row with “|”")
        if {"ROW_END", "VBAR"} & set(stop.expected) and re.match(r"[\s|]*$|\n", rest)
        else None
    )
    return stop.here(*mode) if mode else None


def _and_or(rest: str, before: str) -> bool:
    clause = re.split(r"[:|]", before)[-1]
    return bool(
        (re.match(r"or\b", rest) and re.search(r"\band\b", clause))
        or (re.match(r"and\b", rest) and re.search(r"\bor\b(?!\s+(?:more|less)\b)", clause))
    )


def _operator(rest: str) -> str:
    """The word of arithmetic behind a comma."""
    found = re.match(r",\s*(times|plus|minus|divided\s+by)", rest)
    return _words(found[1]) if found else "times"


def _last_operator(before: str, of: str = r"(times|divided\s+by|of)") -> str:
    """The last word of arithmetic, of some, that stands before, behind a value: `A times`, `…% of`."""
    word = _words(re.findall(rf"\b{of}\s+\S", before)[-1])
    return f"{'…%' if word == 'of' else 'A'} {word}"


def _words(text: str) -> str:
    return " ".join(text.split())


def _last_value(before: str) -> str:
    """A percentage or fraction at the end of the text: the share in “times 2% of …”."""
    found = re.search(r"(\S+%|\d+/\d+|\b(?:one|two|three)\s+\w+)\s*$", before)
    return found[1] if found else ""


def _last_word(before: str) -> str:
    """The word of arithmetic before a share at the end of the text."""
    value = _last_value(before)
    if not value:
        return ""
    found = re.search(r"\b(times|divided\s+by|plus|minus)\s+$", before.rstrip()[: -len(value)])
    return found[1] if found else ""
