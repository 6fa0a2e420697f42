"""Why an amount is what it is, as data (`vbc.trace/1`): printed by `explain_text`, written as JSON.

A `TermTrace` is one term at one key: its sentence, the steps that gave its value in order, and the terms that
these steps took, each explained where it is first needed.
"""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import attrs

SCHEMA = "vbc.trace/1"

StepKind: TypeAlias = Literal[
    "calculation", "condition", "row", "band", "branch", "limit", "rounding", "aggregate", "data", "in force",
    "not scored", "given up",
]  # fmt: skip


@attrs.frozen
class Step:
    """One thing that was done, in a sentence. `value`: what it gave, for people; `rows`: lines of detail."""

    kind: StepKind
    text: str
    value: str = ""
    section: str = ""
    rows: tuple[Step, ...] = ()


@attrs.frozen
class TermTrace:
    """One term at one key. `value` is for people, `exact` the exact digits (or text). `repeated`: it is explained
    further up, and `steps` and `inputs` are empty here."""

    term: str
    section: str
    role: str
    value: str
    exact: str
    at: tuple[tuple[str, str], ...] = ()
    sentence: str = ""
    amended: str = ""
    steps: tuple[Step, ...] = ()
    inputs: tuple[TermTrace, ...] = ()
    repeated: bool = False


@attrs.frozen
class Explanation:
    """One party in one performance year: what is paid, and why. `terms`: the payments, or the term asked for."""

    contract: str
    party_key: str
    party: str
    year: str
    year_number: int
    text_in_force: str
    net: str
    net_exact: str
    terms: tuple[TermTrace, ...]
    moves: tuple[str, ...] = ()  # for each payment: "the Payer pays the Provider $1,000.00"

    def to_json(self) -> dict[str, Any]:
        """The explanation as a JSON document."""
        return {"schema": SCHEMA, **attrs.asdict(self)}
