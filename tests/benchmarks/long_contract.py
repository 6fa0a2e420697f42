"""A contract of 500 lines: the Lakeside agreement once for each line of business, each with its own data.

Long contracts are like this: several populations under one agreement, each with its records, benchmark, quality
gate, tables, payments and examples. Each line of business has the terms of the Lakeside text with its own name
in front (“Medicare Total Cost of Care”), so that no term is shared and each sentence is read, lowered and checked.
"""

from __future__ import annotations

import re
from pathlib import Path

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside" / "contract.vbc"
LINES_OF_BUSINESS = ("Commercial", "Medicare", "Medicaid", "Exchange")
LINES = 500


def long_contract(lines: int = LINES) -> str:
    """The text; it has at least so many lines, and ends with a whole sentence."""
    head, _, body = LAKESIDE.read_text(encoding="utf-8").partition("Article 1. Data.\n")
    text = head.replace(
        "Lakeside Total Cost of Care Agreement", "Lakeside Agreement for All Lines of Business"
    )
    sentences = re.split(r"\n(?=\d+\.\d+ |Article |example )", "Article 1. Data.\n" + body)
    sentences = [
        s for s in sentences if "the higher rate" not in s and "reporting bonus" not in s
    ]  # amendment
    names = _names(body)
    written = text.count("\n")
    for number, line_of_business in enumerate(LINES_OF_BUSINESS):
        for sentence in sentences:
            if number and written >= lines:
                return text
            added = _renamed(sentence, line_of_business, number * 10, names) + "\n"
            text, written = text + added, written + added.count("\n")
    return text


def _names(body: str) -> re.Pattern[str]:
    """The declared terms and columns, the longest first; a line may end between two words of one."""
    declared = set(re.findall(r'^\d+\.\d+ (?:The )?"([^"]+)"', body, re.M))
    declared |= set(re.findall(r'pay the (?:Payer|Provider) the "([^"]+)"', body))
    declared |= set(re.findall(r"^ +\| ([A-Z][A-Za-z ]+?) +\| (?:text|yes|money|number|count)", body, re.M))
    longest_first = sorted((declared | {"Target", "Weight"}) - {"ACO"}, key=len, reverse=True)
    words = (r"\s+".join(map(re.escape, name.split())) for name in longest_first)
    return re.compile(r"(?<![\w-])(" + "|".join(words) + r")(?![\w-])")


def _renamed(sentence: str, line_of_business: str, shift: int, names: re.Pattern[str]) -> str:
    text = names.sub(rf"{line_of_business} \1", sentence)
    text = re.sub(r"^(\d+)(\.\d+) ", lambda m: f"{int(m[1]) + shift}{m[2]} ", text)
    text = re.sub(r"section (\d+)(\.\d+)", lambda m: f"section {int(m[1]) + shift}{m[2]}", text)
    text = re.sub(r"^Article (\d+)", lambda m: f"Article {int(m[1]) + shift}", text)
    return re.sub(r'^example "', f'example "{line_of_business}: ', text)
