"""The tables of the parser: what Lark computes from the grammar once, in a form that is quick to load.

Lark compiles the grammar (about a second) and proves that it is LALR(1). What reading needs of it are the states
with their actions, the rules with the shape of their trees, and the terminals in Lark's order of preference. That
is kept as JSON (`table_cache`); reading (`lexer`, `lalr`) works on it without Lark.
"""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeAlias

from vbcdsl.model.frozen import frozen
from vbcdsl.syntax.phrases import FOLLOWED, STARTS, load_grammar

if TYPE_CHECKING:
    from lark import Lark

LEAD = re.compile(r"[A-Za-z]+")
ENDING = "$END"


@frozen
class Rule:
    """A rule of the grammar: how many symbols it takes, what it gives, and where that goes.

    `kept`: the places of its symbols that become children, and whether the children of the tree there take its
    place (rules whose name begins with `_`). `alone`: a single child stands for the whole.
    """

    name: str
    origin: int
    size: int
    alone: bool
    kept: tuple[tuple[int, bool], ...]
    whole: bool  # every symbol is kept as it is
    same: bool  # what it takes stands for it, unchanged


@frozen
class Phrase:
    """A terminal of fixed words, in one spelling (with or without a capital), whole and cut into words."""

    terminal: int
    spelling: str
    words: tuple[str, ...]
    closed: bool  # ends with a letter or digit, so that none may follow
    not_before: re.Pattern[str] | None


@frozen
class Pattern:
    """A terminal that is a regular expression, compiled when a text comes near it."""

    terminal: int
    expression: str
    firsts: frozenset[str] | None  # the ASCII characters that it can begin with; None: any

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        """The expression, ready."""
        return re.compile(self.expression)


Candidates: TypeAlias = list[tuple[str, Phrase | Pattern]]


class State:
    """A state of the parser: what each terminal does in it, and the terminals to look for by first word."""

    __slots__ = ("actions", "gotos", "near", "takes_names")

    def __init__(self, row: str, term: int, near: dict[str, Candidates]) -> None:
        terminals, _, rules = row.partition("|")
        numbers = list(map(int, terminals.split()))
        self.actions = dict(zip(numbers[::2], numbers[1::2], strict=True))  # ≥ 0: shift; below: reduce
        numbers = list(map(int, rules.split()))
        self.gotos = dict(zip(numbers[::2], numbers[1::2], strict=True))
        self.takes_names = term in self.actions
        self.near = near


class Tables:
    """The tables of one grammar, as `described` gives them; states are decoded when they are first reached."""

    def __init__(self, data: dict[str, Any]) -> None:
        self.terminals: list[str] = data["terminals"]
        self.phrases: dict[str, str] = data["phrases"]
        self.starts: dict[str, int] = data["starts"]
        self.ends: dict[str, int] = data["ends"]
        self.end = self.terminals.index(ENDING)
        self.term = self.terminals.index("TERM")
        self.ignored = frozenset(map(self.terminals.index, data["ignored"]))
        self._rows: list[str] = data["rows"]
        self._patterns: dict[str, list[Any]] = data["patterns"]
        self._capitals = frozenset(data["capitals"])
        self._rules: list[list[Any]] = data["rules"]
        self._decoded: list[Rule | None] = [None] * len(self._rules)
        self._states: list[State | None] = [None] * len(self._rows)
        self._near: dict[frozenset[int], dict[str, Candidates]] = {}

    def state(self, number: int) -> State:
        """A state by its number."""
        found = self._states[number]
        if found is None:
            found = State(self._rows[number], self.term, {})
            found.near = self._near.setdefault(frozenset(found.actions), {})
            self._states[number] = found
        return found

    def rule(self, number: int) -> Rule:
        """A rule by its number."""
        found = self._decoded[number]
        if found is None:
            name, origin, size, alone, kept = self._rules[number]
            places = tuple((at, bool(inside)) for at, inside in kept)
            whole = len(places) == size and not any(inside for _, inside in places)
            found = self._decoded[number] = Rule(
                name, origin, size, bool(alone), places, whole, bool(alone) and whole and size == 1
            )
        return found

    def candidates(self, accepted: Any, lead: str) -> Candidates:
        """The terminals that can stand in a state and may begin with a word or mark, the preferred first; each
        with its spelling if it is a phrase."""
        return [
            (each.spelling if isinstance(each, Phrase) else "", each)
            for each in self._by_lead(lead)
            if each.terminal in accepted or each.terminal in self.ignored
        ]

    def _by_lead(self, lead: str) -> list[Phrase | Pattern]:
        found = self._leads.get(lead)
        if found is None:
            phrases = self._phrases_by_lead.get(lead, [])
            patterns = [
                p for p in self._all_patterns if p.firsts is None or lead[0] in p.firsts or lead > "\x7f"
            ]
            found = self._leads[lead] = sorted([*phrases, *patterns], key=lambda each: each.terminal)
        return found

    @cached_property
    def _leads(self) -> dict[str, list[Phrase | Pattern]]:
        return {}

    @cached_property
    def _all_patterns(self) -> list[Pattern]:
        return [
            Pattern(self.terminals.index(name), expression, None if firsts is None else frozenset(firsts))
            for name, (expression, firsts) in self._patterns.items()
        ]

    @cached_property
    def _phrases_by_lead(self) -> dict[str, list[Phrase]]:
        found: dict[str, list[Phrase]] = {}
        numbers = {name: number for number, name in enumerate(self.terminals)}
        for name, phrase in self.phrases.items():
            if name not in numbers:
                continue
            spellings = [phrase]
            if phrase in self._capitals:
                spellings.append(phrase[0].upper() + phrase[1:])
            for spelling in spellings:
                made = Phrase(
                    numbers[name],
                    spelling,
                    tuple(spelling.split()),
                    phrase[-1].isalnum() or phrase[-1] == "_",
                    FOLLOWED if phrase.endswith(("or more", "or less")) else None,
                )
                found.setdefault(lead_of(spelling), []).append(made)
        return found


def lead_of(text: str) -> str:
    """The first word of a text, or its first character if that is no letter."""
    found = LEAD.match(text)
    return found.group(0) if found is not None else text[:1]


# ---------------------------------------------------------------- from Lark, when nothing is stored yet


def described(lark: Lark) -> dict[str, Any]:
    """The tables of a grammar that Lark has compiled, as values of JSON."""
    grammar = load_grammar()
    order = sorted(
        lark.terminals, key=lambda t: (-t.priority, -t.pattern.max_width, -len(t.pattern.value), t.name)
    )
    terminals = [str(terminal.name) for terminal in order] + [ENDING]
    numbers = {name: number for number, name in enumerate(terminals)}
    patterns = {
        str(terminal.name): [terminal.pattern.to_regexp(), first_characters(terminal.pattern.to_regexp())]
        for terminal in order
        if terminal.name not in grammar.phrases
    }
    table = lark.parser.parser._parse_table
    rules: dict[Any, int] = {}
    origins: dict[str, int] = {}
    states = {state: number for number, state in enumerate(sorted(table.states, key=int))}
    rows = []
    for state in states:
        actions: list[int] = []
        gotos: list[int] = []
        for symbol, (action, argument) in table.states[state].items():
            if symbol not in numbers:
                gotos += [origins.setdefault(symbol, len(origins)), states[argument]]
            elif action.name == "Shift":
                actions += [numbers[symbol], states[argument]]
            else:
                actions += [numbers[symbol], -1 - rules.setdefault(argument, len(rules))]
        rows.append(" ".join(map(str, actions)) + "|" + " ".join(map(str, gotos)))
    return {
        "terminals": terminals,
        "phrases": grammar.phrases,
        "capitals": sorted(grammar.capitals),
        "patterns": patterns,
        "ignored": list(lark.ignore_tokens),
        "starts": {start: states[table.start_states[start]] for start in STARTS},
        "ends": {start: states[table.end_states[start]] for start in STARTS},
        "rules": [_rule(rule, origins) for rule in rules],
        "rows": rows,
    }


def _rule(rule: Any, origins: dict[str, int]) -> list[Any]:
    """A rule as `Rule` has it; the same rules of shaping as lark.parse_tree_builder."""
    options = rule.options
    kept = [
        [at, int(not symbol.is_term and symbol.name.startswith("_"))]
        for at, symbol in enumerate(rule.expansion)
        if options.keep_all_tokens or not (symbol.is_term and symbol.filter_out)
    ]
    name = rule.alias or options.template_source or rule.origin.name
    alone = int(bool(options.expand1 and not rule.alias))
    return [str(name), origins[rule.origin.name], len(rule.expansion), alone, kept]


def first_characters(expression: str) -> str | None:
    """The ASCII characters that a match of a regular expression can begin with; None if it may be any."""
    from re import _parser  # the only way to read an expression

    found, empty = _firsts(_parser.parse(expression))
    return None if empty or len(found) == 128 else "".join(sorted(found))


_ASCII = frozenset(map(chr, range(128)))


def _firsts(items: Any) -> tuple[frozenset[str], bool]:
    """The characters that a sequence of an expression can begin with, and whether it can be empty."""
    found: frozenset[str] = frozenset()
    for operation, argument in items:
        name = str(operation)
        if name in ("AT", "ASSERT", "ASSERT_NOT"):
            continue
        if name == "LITERAL":
            return found | {chr(argument)}, False
        if name == "IN":
            return found | _characters(argument), False
        if name == "BRANCH":
            parts = [_firsts(part) for part in argument[1]]
            inside, empty = frozenset[str]().union(*(part[0] for part in parts)), any(p[1] for p in parts)
        elif name == "SUBPATTERN":
            inside, empty = _firsts(argument[-1])
        elif name in ("MAX_REPEAT", "MIN_REPEAT"):
            inside, empty = _firsts(argument[2])
            empty = empty or argument[0] == 0
        else:
            return _ASCII, False
        found |= inside
        if not empty:
            return found, False
    return found, True


def _characters(items: Any) -> frozenset[str]:
    """The ASCII characters of a set in brackets."""
    found: set[str] = set()
    negated = False
    for operation, argument in items:
        name = str(operation)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            found.add(chr(argument))
        elif name == "RANGE":
            found.update(map(chr, range(argument[0], min(argument[1], 127) + 1)))
        elif str(argument) == "CATEGORY_DIGIT":
            found.update("0123456789")
        elif str(argument) == "CATEGORY_SPACE":
            found.update(c for c in _ASCII if c.isspace())
        else:
            return _ASCII
    return (_ASCII - found) if negated else frozenset(found)
