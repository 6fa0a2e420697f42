"""Terms that nothing is paid, tested or expected from."""

from __future__ import annotations

from vbcdsl.check.view import View, found
from vbcdsl.diagnostics import Diagnostic
from vbcdsl.rules import nodes as n
from vbcdsl.rules.uses import terms_used, walk


def check_unused_terms(view: View) -> list[Diagnostic]:
    """Definitions that no payment, gate, duty, confirmation or example stands on. In a contract without payments
    every definition may be a result."""
    program = view.program
    results = [t for t in program.terms.values() if t.role in ("payment", "gate", "duty")]
    if not view.complete or not any(t.role == "payment" for t in results):
        return []
    stack = [t.name for t in results]
    for agreement in program.agreements:
        stack.extend(terms_used(agreement.cond))
    for case in program.examples:
        stack.extend(fact.term for fact in case.expect)
    # values stated from date to date stand, as they are, in the sentences of shorter periods that use them
    stated = {t.expr.span: t.name for t in program.terms.values() if isinstance(t.expr, n.InForce)}
    # a definition may be used by way of a step that holds it (with amounts paid through a day)
    defined = {t.span: t.name for t in program.terms.values() if not t.hidden and t.role == "definition"}
    reached: set[str] = set()
    while stack:
        name = stack.pop()
        if name not in reached and name in program.terms:
            reached.add(name)
            if program.terms[name].hidden and program.terms[name].span in defined:
                stack.append(defined[program.terms[name].span])
            for node in walk(program.terms[name].expr):
                if type(node) is n.Ref:
                    stack.append(node.term)
                if stated and node.span in stated:
                    stack.append(stated[node.span])
    return [
        found(
            "VBC4018",
            f"nothing stands on “{term.name}”: no payment, test, confirmation or example uses it",
            term.span,
            term.section,
            "use it, or delete the section",
            "note",
        )
        for term in program.terms.values()
        if term.name not in reached
        and term.role in ("definition", "entered")
        and not term.hidden
        and "(" not in term.section
    ]
