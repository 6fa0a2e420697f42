"""From the grammar files with phrases in single quotes to a grammar that Lark reads.

Each phrase becomes one named terminal: words joined by white space, closed at a word end, with priority
100 + its length, so that the longer phrase always beats its prefix and no number is set by hand. A phrase
written with a capital may start a sentence and accepts both cases.
"""

from __future__ import annotations

import re
from functools import lru_cache

from vbcdsl.model.frozen import frozen
from vbcdsl.resources import grammar_dir

FILES = ("contract", "section", "table", "value", "condition", "terminals")
STARTS = ("header_line", "section", "example", "clause_def", "amendment_head", "change", "cell", "document")

_PHRASE = re.compile(r"'([^'\n]+)'")
_SKIP = re.compile(r"^\s*//|^[A-Z_0-9]+(\.\d+)?:")
FOLLOWED = re.compile(r"\s+than\b")  # what may not stand behind “or more”, “or less”
_WORDS = {"THE": "the", "PLUS": "plus", "MINUS": "minus"}


@frozen
class Grammar:
    """The text that Lark compiles, terminal name → phrase, and the phrases that may begin with a capital."""

    text: str
    phrases: dict[str, str]
    capitals: frozenset[str]


def terminal_name(phrase: str) -> str:
    """The name of a phrase's terminal: `, but not more than` → `K_C_BUT_NOT_MORE_THAN`."""
    spelled = phrase.replace(",", " C ").replace(";", " S ").replace(":", " K ").replace("$", " D ")
    return "K_" + re.sub(r"[^A-Za-z0-9]+", "_", spelled).strip("_").upper()


def _plain(phrase: str) -> str:
    """The phrase as it stands inside a sentence."""
    keep = ("US ",)
    if phrase[0].isupper() and not phrase.startswith(keep):
        return phrase[0].lower() + phrase[1:]
    return phrase


def _pattern(phrase: str, capital: bool) -> str:
    words = [re.escape(word).replace("/", r"\/") for word in phrase.split()]
    text = r"\s+".join(words)
    if capital:
        text = f"[{phrase[0]}{phrase[0].upper()}]" + text[1:]
    if re.search(r"\w$", phrase):
        text += r"\b(?!-\w)"
    if phrase.endswith(
        ("or more", "or less")
    ):  # “A is met or more than 50% of the Measures …” is another thing
        text += r"(?!\s+than\b)"
    return text


@lru_cache(maxsize=1)
def load_grammar() -> Grammar:
    """Read and expand the grammar files."""
    phrases: dict[str, None] = {}
    capitals: set[str] = {"the"}
    lines: list[str] = []
    for name in FILES:
        for line in (grammar_dir() / f"{name}.lark").read_text(encoding="utf-8").splitlines():
            if not _SKIP.match(line):
                for found in _PHRASE.finditer(line):
                    phrase = found.group(1)
                    plain = _plain(phrase)
                    if plain != phrase:
                        capitals.add(plain)
                    phrases[plain] = None
                line = _PHRASE.sub(lambda m: terminal_name(_plain(m.group(1))), line)
                for word, plain in _WORDS.items():
                    line, count = re.subn(rf"(?<![A-Z_]){word}(?![A-Z_])", "K_" + word, line)
                    if count:
                        phrases[plain] = None
            lines.append(line)
    terminals = [
        f"{terminal_name(phrase)}.{100 + len(phrase)}: /{_pattern(phrase, phrase in capitals)}/"
        for phrase in sorted(phrases)
    ]
    return Grammar(
        "\n".join(lines + terminals) + "\n", {terminal_name(p): p for p in phrases}, frozenset(capitals)
    )
