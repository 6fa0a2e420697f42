"""Wordings that people write and the language says in one other way: for messages, nothing else.

Used by `errors` when a sentence cannot be read. A rule is tried at the word where reading stopped and at the two
words before it, and must reach past that place.
"""

from __future__ import annotations

import datetime as dt
import re

# wording (a pattern) → what the language says
RULES: tuple[tuple[str, str], ...] = (
    # boundaries
    (r"is\s+greater\s+than\s+or\s+equal\s+to", "is at least"),
    (r"is\s+equal\s+to\s+or\s+greater\s+than", "is at least"),
    (r"is\s+less\s+than\s+or\s+equal\s+to", "is at most"),
    (r"greater\s+than\s+or\s+equal\s+to", "at least"),
    (r"equal\s+to\s+or\s+(?:greater|more)\s+than", "at least"),
    (r"less\s+than\s+or\s+equal\s+to", "at most"),
    (r"equal\s+to\s+or\s+less\s+than", "at most"),
    (r"(?:meets?|reach(?:es)?|equals?)\s+or\s+exceeds?", "is at least"),
    (r"is\s+(?:not\s+less|not\s+lower|no\s+lower|not\s+fewer|no\s+fewer)\s+than", "is at least"),
    (r"is\s+(?:not\s+more|not\s+greater|not\s+higher|no\s+higher|no\s+greater)\s+than", "is at most"),
    (r"(?:not|no)\s+(?:less|lower|fewer)\s+than", "at least"),
    (r"(?:not|no)\s+(?:more|greater|higher)\s+than", "at most"),
    (r"(?:greater|higher|larger)\s+than", "more than"),
    (r"(?:fewer|lower|smaller)\s+than", "less than"),
    (r"exceeds\b", "is more than"),
    (r"equals\b", "is exactly"),
    (r"is\s+equal\s+to", "is exactly"),
    (r"equal\s+to", "exactly"),
    (r"(?:and|or)\s+(?:above|over|greater|higher|up)\b", "or more"),
    (r"(?:and|or)\s+(?:below|under|lower|fewer)\b", "or less"),
    (r"or\s+better\b", "or more"),
    (r"at\s+or\s+above\b", "at least"),
    (r"at\s+or\s+below\b", "at most"),
    # limits
    (
        r",?\s*(?:but\s+)?(?:not\s+to\s+exceed|capped\s+at|limited\s+to|subject\s+to\s+a\s+(?:maximum|cap)\s+of|with\s+a"
        r"\s+(?:maximum|cap)\s+of|up\s+to\s+a\s+(?:maximum|cap|limit)\s+of|but\s+(?:no\s+more|not\s+exceeding)(?:\s+than)?"
        r"|not\s+more\s+than|up\s+to)",
        ", but not more than",
    ),
    (
        r",?\s*(?:subject\s+to\s+a\s+minimum\s+of|with\s+a\s+(?:minimum|floor)\s+of|but\s+(?:no\s+less|at\s+least)(?:"
        r"\s+than)?|not\s+less\s+than)",
        ", but not less than",
    ),
    # conditions
    (
        r",?\s*(?:provided(?:\s+that)?|so\s+long\s+as|as\s+long\s+as|on\s+(?:the\s+)?condition\s+that|contingent\s+(?:up)?on)",
        ", only if",
    ),
    (r",?\s*(?:except\s+if|except\s+where|save\s+where)", ", unless"),
    (r"is\s+(?:satisfied|achieved|passed|reached|fulfilled)", "is met"),
    (r"(?:has|have)\s+been\s+(?:met|satisfied)", "is met"),
    (r",?\s*(?:else|or\s+else|if\s+not|in\s+all\s+other\s+cases)\b", ", otherwise"),
    (r"otherwise\b", ", otherwise"),
    (r"(?:when|whenever|in\s+the\s+event\s+that|in\s+case)\b", "if"),
    # verbs
    (
        r"(?:shall|will|must\s+then|is\s+to|agrees\s+to|undertakes\s+to|is\s+obliged\s+to|is\s+required\s+to|should|may)\s+pay"
        r"(?:\s+to)?\b",
        "must pay",
    ),
    (r"(?:owes|pays)\b", "must pay"),
    (r"(?:shall|will|agrees\s+to)\s+(?:withhold|retain|hold\s+back)(?:\s+from)?", "must withhold from"),
    (r"(?:shall|will|agrees\s+to)\s+(?:repay|refund)", "must repay"),
    (r"(?:shall|will|agrees\s+to)\s+return(?:\s+to)?", "must return to"),
    (
        r"(?:shall|will)\s+(?:mean|be)\b|is\s+defined\s+(?:as|to\s+be)|refers\s+to|has\s+the\s+meaning|is\s+calculated\s+as"
        r"|(?:is|are)\s+computed\s+as",
        "means",
    ),
    (r"may\s+not\s+exceed|shall\s+not\s+exceed|cannot\s+exceed|will\s+not\s+exceed", "must not exceed"),
    # arithmetic
    (r"multiplied\s+by", "times"),
    (r"(?:less|subtracting|reduced\s+by|net\s+of)\s+(?=(?-i:[A-Z$(]))", "minus "),
    (r"(?:added\s+to|together\s+with|and\s+also|increased\s+by)\s+(?=(?-i:[A-Z$(]))", "plus "),
    (r"the\s+(?:sum|aggregate)\s+of", "the total of"),
    (r"the\s+(?:count|quantity)\s+of", "the number of"),
    (r"the\s+mean\s+of", "the average of"),
    (r"the\s+(?:maximum|highest|max)\s+of", "the largest of"),
    (r"the\s+(?:minimum|lowest|min)\s+of", "the smallest of"),
    (r"the\s+(?:higher|larger|maximum)\s+of", "the greater of"),
    (r"the\s+(?:lower|smaller|minimum)\s+of", "the lesser of"),
    (r"(?<!one\s)(?:one-half|half)\s+of", "one half of"),
    (r"one-third\s+of", "one third of"),
    (r"two-thirds\s+of", "two thirds of"),
    (r"one-quarter\s+of|one-fourth\s+of", "one quarter of"),
    # rounding
    (r",?\s*rounded\s+(?:to\s+the\s+nearest|to\s+the|to)\s+(?=(?-i:[a-z]))", ", rounded half up to the "),
    # time
    (
        r"in\s+(?:(?:the\s+)?(?:previous|preceding)|last)\s+(?:performance\s+)?year",
        "in the prior performance year",
    ),
    (r"in\s+(?:the\s+)?(?:year\s+one|first\s+(?:contract\s+)?year)", "in performance year 1"),
    (r"in\s+(?:the\s+)?(?:year\s+two|second\s+(?:contract\s+)?year)", "in performance year 2"),
    (r"in\s+(?:the\s+)?(?:year\s+three|third\s+(?:contract\s+)?year)", "in performance year 3"),
    (r"in\s+year\s+(?=\d)", "in performance year "),
    (r"commencing\s+(?:on\s+)?|beginning\s+(?:on\s+)?|starting\s+(?:on\s+)?(?=(?-i:[A-Z]))", "from "),
    (r"until\s+(?=(?-i:[A-Z]))|to\s+(?=(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec))", "through "),
)
_COMPILED = tuple((re.compile(pattern, re.I), right) for pattern, right in RULES)

SIGNS: tuple[tuple[str, str], ...] = (
    (">=", "is at least"),
    ("=>", "is at least"),
    ("≥", "is at least"),
    ("<=", "is at most"),
    ("≤", "is at most"),
    ("<>", "is not exactly"),
    ("!=", "is not exactly"),
    ("≠", "is not exactly"),
    (">", "is more than"),
    ("<", "is less than"),
    ("==", "is exactly"),
    (":=", "means"),
    ("=", "means"),
    ("+", "plus"),
    ("−", "minus"),
    ("–", "minus"),
    ("—", "minus"),
    ("-", "minus"),
    ("*", "times"),
    ("×", "times"),
    ("·", "times"),
    ("/", "divided by"),
    ("÷", "divided by"),
    ("&", "and"),
    ("%", "of"),
)
_MONTHS = {
    name.lower()[:3]: name
    for name in (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    )
}
_SCALE = {"thousand": 10**3, "k": 10**3, "million": 10**6, "m": 10**6, "mm": 10**6, "billion": 10**9}


def usual_wording(text: str, position: int, start: int, end: int) -> tuple[int, int, str] | None:
    """A wording around `position` that the language says otherwise: its place, and what to write."""
    for begin in _word_starts(text, position, start):
        for pattern, right in _COMPILED:
            found = pattern.match(text, begin, end)
            if found and found.end() > position and found.group(0).strip():
                first = begin + len(found.group(0)) - len(found.group(0).lstrip())
                wrong = found.group(0).strip()
                if " ".join(wrong.lower().split()) != right.strip():
                    return first, first + len(wrong), right.strip()
    return None


def _word_starts(text: str, position: int, start: int) -> list[int]:
    """The position and the starts of the words before it, farthest first but for three."""
    starts = [position]
    before = text[start:position]
    for found in list(re.finditer(r"[A-Za-z]+(?=\s)", before))[::-1][:3]:
        if re.fullmatch(r"[\sA-Za-z]*", before[found.start() :]):
            starts.append(start + found.start())
    if re.search(r",\s*$", before):
        starts.append(start + before.rindex(","))
    return starts


def sign_at(rest: str, defining: bool) -> tuple[str, str] | None:
    """A mathematical sign, and the word for it."""
    for sign, word in SIGNS:
        if rest.startswith(sign):
            if sign == "=" and not defining:
                word = "is exactly"
            return sign, word
    return None


def number_word(before: str, rest: str) -> tuple[int, str, str] | None:
    """`50 percent`, `500 dollars`, `$1.5 million`: how far back the number begins, the words, what to write."""
    number = re.search(r"(\$?)(\d[\d,]*(?:\.\d+)?)\s*$", before)
    word = re.match(
        r"(percent|per\s+cent|pct|dollars?|thousand|million|billion|k|mm|m|basis\s+points|bps)\b", rest, re.I
    )
    if not number or not word:
        return None
    sign, digits = number.group(1), number.group(2).replace(",", "")
    unit = " ".join(word.group(1).lower().split())
    if unit in ("percent", "per cent", "pct"):
        right = f"{number.group(2)}%"
    elif unit.startswith("dollar"):
        right = f"${number.group(2)}"
    elif unit in ("basis points", "bps"):
        right = f"{float(digits) / 100:g} percentage points"
    else:
        from fractions import Fraction

        value = Fraction(digits) * _SCALE[unit]
        right = f"{sign}{int(value):,}" if value.denominator == 1 else f"{sign}{digits}"
    return len(number.group(0)), number.group(0) + word.group(0), right


def date_in_numbers(text: str, position: int, start: int) -> tuple[int, int, str] | None:
    """A date that is written otherwise than `January 1, 2024`: its place, and how it is written."""
    pattern = re.compile(
        r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})|(?P<y2>\d{4})-(?P<m2>\d{2})-(?P<d2>\d{2})"
        r"|(?P<d3>\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<n3>[A-Z][a-z]{2,8})\.?,?\s+(?P<y3>\d{4})"
        r"|(?P<n4>[A-Z][a-z]{2,8})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y4>\d{4})"
    )
    for found in pattern.finditer(text, max(start, position - 20), position + 40):
        if not found.start() <= position <= found.end():
            continue
        part = found.groupdict()
        day = next((part[key] for key in ("d", "d2", "d3", "d4") if part[key]), "1")
        year = next((part[key] for key in ("y", "y2", "y3", "y4") if part[key]), "")
        name = part["n3"] or part["n4"]
        if name:
            month = _MONTHS.get(name.lower()[:3])
        else:
            number = int(part["m"] or part["m2"] or 0)
            month = list(_MONTHS.values())[number - 1] if 1 <= number <= 12 else None
        right = f"{month} {int(day)}, {year}"
        if month is None or right == found.group(0) or not _exists(right):
            continue
        return found.start(), found.end(), right
    return None


def _exists(written: str) -> bool:
    try:
        dt.datetime.strptime(written, "%B %d, %Y")
    except ValueError:
        return False
    return True
