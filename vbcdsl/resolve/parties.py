"""The parties that sentences name: each is one of the header, and an amount that turns round goes the other way.

Part of collecting names. Who pays and who is paid is looked at where payments are lowered; here are the parties
that change no amount of a sentence (who elects, who keeps a rest, who files), so that a wrong one is not passed
over.
"""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from vbcdsl.diagnostics import Diagnostic
from vbcdsl.resolve.symbols import Symbols
from vbcdsl.syntax import ast
from vbcdsl.syntax import tree as t


def check_parties(document: t.Document, symbols: Symbols) -> Iterator[Diagnostic]:
    """What is wrong with the parties of sentences."""
    for section in document.sections:
        for name in _named(section.core):
            if name.text not in symbols.roles and name.text not in symbols.dims:
                yield unknown_party(symbols, name, section.number)
        if isinstance(section.core, t.Pay):
            yield from _turned_round(section.core, symbols, section.number)


def unknown_party(symbols: Symbols, name: ast.Name, section: str) -> Diagnostic:
    """A party that the header does not name."""
    parties = " and ".join(f"the {role}" for role in symbols.roles)
    help_ = f"the parties of this contract are {parties}"
    return attrs.evolve(symbols.undefined(name, section), fix=None, help=help_)


def _named(core: t.Core) -> Iterator[ast.Name]:
    found: tuple[ast.Name | None, ...] = ()
    match core:
        case t.Elects(party=party):
            found = (party,)
        case t.Entered(by=by):
            found = (by,)
        case t.PoolSentence(leftover=leftover, nobody=nobody):
            found = (leftover, nobody)
        case t.AggregateFloor(payer=payer):
            found = (payer,)
        case t.Gate(filed_by=filed_by):
            found = (filed_by,)
        case t.Pay(options=options):
            found = (options.not_returned, *options.turned)
    yield from (name for name in found if name is not None)


def _turned_round(core: t.Pay, symbols: Symbols, section: str) -> Iterator[Diagnostic]:
    """`; if it is negative, the Provider must pay that amount to the Payer`: the payee pays the payer."""
    if not core.options.turned or core.payer is None:
        return
    payer, payee = core.options.turned
    said = symbols.role(payer.text), symbols.role(payee.text)
    if said == (symbols.role(core.payee.text), symbols.role(core.payer.text)):
        return
    yield Diagnostic(
        "VBC2045",
        f"a negative {core.name.text} is an amount that the {core.payee.text} owes the {core.payer.text}",
        payer.span.to(payee.span),
        section=section,
        help=f"write “if it is negative, the {core.payee.text} must pay that amount to the {core.payer.text}”",
    )
