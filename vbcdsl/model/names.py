"""Names across the border between contract and data: "Total Cost of Care" ⇄ `total_cost_of_care`."""

from __future__ import annotations

import re


def snake_case(term: str) -> str:
    """The column or file name of a defined term: lower case, words joined by `_`.

    Every run of characters that is not a letter or a digit becomes one `_`; nothing else changes, so
    "Follow-up Rate" is `follow_up_rate` and "ACO" is `aco`.
    """
    return re.sub(r"[^0-9a-z]+", "_", term.lower()).strip("_")
