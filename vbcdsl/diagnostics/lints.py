"""The advice of `vbc check` by what real clauses would have tripped over, each with the code that says it.

The first part is what payment programs got wrong, the second what a drafter asks a checker for. Used by the
page `docs/reference/lints.md` (`vbcdsl.diagnostics.pages`) and by tests: each code has a page and a contract.
"""

from __future__ import annotations

from typing import Final

import attrs


@attrs.frozen
class Lint:
    """Something to be found in a contract, and the codes of the messages that find it (none: `said_by` does)."""

    finds: str
    codes: tuple[str, ...]
    said_by: str = ""


OF_REAL_CLAUSES: Final = (
    Lint("a table of two tiers that does not say marginal or whole amount", ("VBC4105",)),
    Lint("an amount that jumps or falls at an edge", ("VBC4101", "VBC4102")),
    Lint("a zero-sum clause that cannot go negative", ("VBC4104",)),
    Lint("whole-number bands used with a decimal score", ("VBC4021",)),
    Lint("redundant bands", ("VBC4014",)),
    Lint("percent or percentage points", ("VBC3003",)),
    Lint("the base of a percentage not named", ("VBC3005", "VBC3002")),
    Lint("the position of a cap or rounding not stated", ("VBC1009", "VBC1007", "VBC4107")),
    Lint("no rounding before a comparison, or a rounded value compared", ("VBC4106",)),
    Lint("no rule for nobody qualifying, or for a residue", ("VBC4036", "VBC4034", "VBC4039")),
    Lint("no tie-break", ("VBC4030", "VBC4037")),
    Lint("a rate rounded for print and used again", ("VBC4108",)),
    Lint("a discretionary amount", ("VBC4103",)),
    Lint("a parameter without dates that a related amendment has changed", ("VBC4109",)),
)
OF_DRAFTING: Final = (
    Lint("an unused term", ("VBC4018",)),
    Lint("a row or case that is never reached", ("VBC4010", "VBC4002")),
    Lint("a gate that is always or never met", ("VBC4019", "VBC4012")),
    Lint("a jump or fall at a table edge, with the dollars on both sides", ("VBC4101",)),
    Lint("marginal or whole not said", ("VBC4105",)),
    Lint("a rate added to a percentage", ("VBC3003",)),
    Lint("money paid without a rounding", ("VBC2009", "VBC4038")),
    Lint("no `otherwise`", ("VBC1005",)),
    Lint("parts of a pool that may not add up", ("VBC4033",)),
    Lint("an amendment that touches nothing", ("VBC7009", "VBC7010")),
    Lint("a date that no value covers", ("VBC4003",)),
    Lint("a value that changes inside a year and is read once for it", ("VBC4110",)),
    Lint("an amount of the year added once for each month, or limiting each month", ("VBC4111", "VBC4113")),
    Lint("“that are scored” where all are", ("VBC4112",)),
    Lint("a payment that can be negative", ("VBC4017",)),
    Lint("a divisor that can be zero", ("VBC4016",)),
    Lint("a total limit without a whole order of reduction", ("VBC4035",)),
    Lint(
        "a section that no example reaches",
        (),
        "`vbc test --coverage`; `vbc test --suggest` drafts the example",
    ),
)
LINTS: Final = (*OF_REAL_CLAUSES, *OF_DRAFTING)
