"""The grammar is unambiguous: no conflict, no collision, one terminal for each phrase."""

from __future__ import annotations

import pytest
from lark import Lark

from vbcdsl.syntax.lalr import read
from vbcdsl.syntax.lark_grammar import build_lark
from vbcdsl.syntax.lexer import Names
from vbcdsl.syntax.phrases import load_grammar
from vbcdsl.syntax.table_cache import shared_tables


@pytest.fixture(scope="module")
def strict() -> Lark:
    """The parser, built so that any shift/reduce conflict or collision of terminals is an error."""
    return build_lark(strict=True)


def test_the_grammar_has_no_conflict_and_no_colliding_terminals(strict: Lark) -> None:
    assert strict.options.parser == "lalr"
    assert strict.options.strict is True


def test_no_terminal_is_anonymous_but_for_punctuation(strict: Lark) -> None:
    anonymous = [t.name for t in strict.terminals if t.name.startswith("__ANON")]
    assert anonymous == []


def test_each_phrase_is_a_terminal_of_its_own_that_reads_it_whole(strict: Lark) -> None:
    by_name = {terminal.name: terminal for terminal in strict.terminals}
    for name, phrase in load_grammar().phrases.items():
        import re

        found = re.compile(by_name[name].pattern.to_regexp()).match(phrase + " ")
        assert found is not None and found.group(0) == phrase, phrase


def test_the_longer_phrase_beats_its_prefix(strict: Lark) -> None:
    priority = {terminal.name: terminal.priority for terminal in strict.terminals}
    phrases = load_grammar().phrases
    for name, phrase in phrases.items():
        for other, longer in phrases.items():
            if longer.startswith(phrase + " "):
                assert priority[other] > priority[name], (phrase, longer)


def test_a_declared_name_with_small_words_is_one_token() -> None:
    text = '1.1 "X" means Total Cost of Care minus $5.'
    tree = read(shared_tables(), text, Names({"Total Cost of Care", "Total Cost"}), "section")
    assert [str(token) for token in tree.tokens() if token.type == "TERM"] == ["Total Cost of Care"]
