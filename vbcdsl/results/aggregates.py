"""What stands behind an aggregate in an explanation: how many keys, and the few that can be shown.

Values of single members are never shown here; measures, quarters and other short lists are.
"""

from __future__ import annotations

from fractions import Fraction

from vbcdsl.engines.reference.env import Env, is_clock, overlaps
from vbcdsl.model.kinds import plural
from vbcdsl.model.periods import Period
from vbcdsl.results.phrases import Phrases
from vbcdsl.results.text import words
from vbcdsl.results.trace import Step
from vbcdsl.rules import nodes as n
from vbcdsl.rules.program import Term
from vbcdsl.rules.uses import terms_used

SHOWN = 24
PERSONAL = frozenset({"Member", "Patient", "Person", "Beneficiary", "Enrollee"})


def behind(phrases: Phrases, node: n.Node, env: Env) -> tuple[tuple[Step, ...], str]:
    """Rows to show, and words for the number of keys (empty if it is not known without reading data)."""
    rows: list[Step] = []
    count = ""
    for name in terms_used(node):
        term = phrases.program.terms.get(name)
        values = phrases.reader.results.terms.get(name)
        if term is None or values is None:
            continue
        finer = [dim for dim in term.grain if not is_clock(dim) and dim not in env.keys]
        if not finer or not _own_party(phrases, term, env):
            continue
        found = [(key, value) for key, value in values.items() if _inside(term, key, env)]
        if not count:
            count = f": over {len(found):,} {'value' if len(found) == 1 else 'values'} of {name}"
        if len(found) <= SHOWN and not PERSONAL & set(term.grain):
            for key, value in found:
                label = ", ".join(
                    part.label if isinstance(part, Period) else part
                    for dim, part in zip(term.grain, key, strict=True)
                    if dim in finer
                )
                rows.append(Step("aggregate", f"{name} for {label}", words(value, term.kind)))
    return tuple(rows), count


def rows_counted(phrases: Phrases, node: n.Node, env: Env) -> str:
    """Words for the number of rows of data, or of keys, that a part counted; empty if it is not known, or is the
    value itself."""
    parts = phrases.reader.parts
    found = parts.rows_behind(node, env) if parts is not None else None
    if not isinstance(found, Fraction) or not isinstance(node, n.Aggregate | n.Quantified):
        return ""
    if (
        isinstance(node, n.Aggregate)
        and node.name == "number"
        and node.distinct is None
        and node.value is None
    ):
        return ""
    source = node.rows.source
    if source is None:
        noun = node.rows.binds[-1] if node.rows.binds else "value"
        noun = noun if found == 1 else plural(noun)
    else:
        noun = f"{'row' if found == 1 else 'rows'} of {source}"
    return f", over {int(found):,} {noun}"


def _own_party(phrases: Phrases, term: Term, env: Env) -> bool:
    """Whether the term is the party's own: what other parties have is not part of this party's explanation."""
    return phrases.program.party not in term.grain or phrases.program.party in env.keys


def _inside(term: Term, key: tuple[str | Period, ...], env: Env) -> bool:
    for dim, part in zip(term.grain, key, strict=True):
        if isinstance(part, Period):
            if not overlaps(env.period, part):
                return False
        elif dim in env.keys and env.keys[dim] != part:
            return False
    return True
