"""Reading: the tables, a stretch of text and the declared names in, a tree out (or where reading stopped)."""

from __future__ import annotations

from collections.abc import Container, Mapping
from typing import cast

from vbcdsl.syntax.lexer import Lexer, Names
from vbcdsl.syntax.parse_tree import Child, Token, Tree
from vbcdsl.syntax.tables import ENDING, Rule, Tables


class Unread(Exception):
    """A text that cannot be read from `position` on: `width` of what stands there, terminals that could."""

    def __init__(self, position: int, width: int, expected: list[str], word: str) -> None:
        self.position, self.width, self.expected, self.word = position, width, expected, word
        super().__init__(position)


def read(
    tables: Tables,
    text: str,
    names: Names,
    kind: str,
    start: int = 0,
    end: int | None = None,
    tokens: list[Token] | None = None,
    stand_ins: Mapping[int, tuple[int, tuple[tuple[str, str], ...]]] | None = None,
    parameters: Container[int] = (),
) -> Tree:
    """The tree of a stretch of text that is of a kind (a start symbol); Unread if it is not.

    `tokens` collects what was cut, also of a text that cannot be read. In a clause, `parameters` are the places of
    its parameters; `stand_ins`: place → where the parameter ends, and the tokens (terminal, text) read for it.
    """
    lexer = Lexer(tables, text, names, start, len(text) if end is None else end, parameters)
    state_of, rule_of, terminals = tables.state, tables.rule, tables.terminals
    states = [tables.starts[kind]]
    values: list[Child] = []
    last = tables.ends[kind]
    state = state_of(states[0])
    waiting: list[Token] = []
    while True:
        if waiting:
            token = waiting.pop(0)
            terminal = terminals.index(token.type)
        elif lexer.skip():
            if stand_ins is not None and lexer.at in stand_ins:
                waiting = _standing_in(lexer, *stand_ins[lexer.at])
                continue
            found = lexer.match(state)
            if found is None:
                raise _stopped(tables, lexer, states)
            terminal, after = found
            token = Token(text[lexer.at : after])
            token.type, token.start_pos, token.end_pos = terminals[terminal], lexer.at, after
            lexer.at = after
        else:
            terminal, token = tables.end, Token("")
            token.type, token.start_pos, token.end_pos = ENDING, lexer.end, lexer.end
        while True:
            action = state.actions.get(terminal)
            if action is None:
                word = str(token)
                raise Unread(token.start_pos, max(len(word), 1), accepted(tables, states), word)
            if action >= 0:
                break
            rule = rule_of(-1 - action)
            size = rule.size
            if rule.same:
                states.pop()
                action = state_of(states[-1]).gotos[rule.origin]
                states.append(action)
                if action == last and terminal == tables.end:
                    return cast(Tree, values[-1])
                state = state_of(action)
                continue
            if size:
                children = values[-size:]
                del states[-size:]
                del values[-size:]
            else:
                children = []
            values.append(_shaped(rule, children))
            action = state_of(states[-1]).gotos[rule.origin]
            states.append(action)
            if action == last and terminal == tables.end:
                return cast(Tree, values[-1])
            state = state_of(action)
        states.append(action)
        values.append(token)
        state = state_of(action)
        if tokens is not None:
            tokens.append(token)


def _standing_in(lexer: Lexer, after: int, read_as: tuple[tuple[str, str], ...]) -> list[Token]:
    """The tokens that are read for the word at the present place, and past it."""
    found: list[Token] = []
    for kind, text in read_as:
        token = Token(text)
        token.type, token.start_pos, token.end_pos = kind, lexer.at, after
        found.append(token)
    lexer.at = after
    return found


def _shaped(rule: Rule, children: list[Child]) -> Child:
    """The tree of a rule: the children that it keeps, and the place of all that it took."""
    if rule.whole:
        kept = children
    else:
        kept = []
        for at, inside in rule.kept:
            child = children[at]
            if inside:
                kept += cast(Tree, child).children
            else:
                kept.append(child)
    if rule.alone and len(kept) == 1:
        only = kept[0]
        if isinstance(only, Token):
            return only
        tree = only
    else:
        tree = Tree(rule.name, kept)
    for child in children:
        if isinstance(child, Token):
            begin = child.start_pos
        elif child.empty:
            continue
        else:
            begin = child.outer_start
        break
    else:
        return tree
    for child in reversed(children):
        if isinstance(child, Token):
            finish = child.end_pos
        elif child.empty:
            continue
        else:
            finish = child.outer_end
        break
    if tree.empty:
        tree.empty = False
        tree.start_pos, tree.end_pos = begin, finish
    tree.outer_start, tree.outer_end = begin, finish
    return tree


# ---------------------------------------------------------------- where reading stops


def _stopped(tables: Tables, lexer: Lexer, states: list[int]) -> Unread:
    """No terminal of the state stands here: a word of the language that belongs elsewhere, or none at all."""
    found = lexer.match_any()
    if found is not None:
        word = lexer.text[lexer.at : found[1]]
        return Unread(lexer.at, max(len(word), 1), accepted(tables, states), word)
    state = tables.state(states[-1])
    names = {tables.terminals[terminal] for terminal in state.actions if terminal != tables.end}
    return Unread(lexer.at, 1, sorted(names) or ["<END-OF-FILE>"], "")


def accepted(tables: Tables, states: list[int]) -> list[str]:
    """The terminals that could stand here: each is tried, as an action of the state alone does not prove it."""
    here = tables.state(states[-1]).actions
    found = [tables.terminals[terminal] for terminal in here if _shifts(tables, list(states), terminal)]
    return sorted(found or (tables.terminals[terminal] for terminal in here))


def _shifts(tables: Tables, states: list[int], terminal: int) -> bool:
    last = set(tables.ends.values())
    while True:
        action = tables.state(states[-1]).actions.get(terminal)
        if action is None:
            return False
        if action >= 0:
            return True
        rule = tables.rule(-1 - action)
        if rule.size:
            del states[-rule.size :]
        states.append(tables.state(states[-1]).gotos[rule.origin])
        if terminal == tables.end and states[-1] in last:
            return True
