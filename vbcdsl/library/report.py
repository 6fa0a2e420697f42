"""How a reproduction is shown: a table with one line for each check, and the rows that differ."""

from __future__ import annotations

from typing import Any, Final

from vbcdsl.library.reproduce import Outcome, shown

_SHOWN: Final = 10


def to_text(outcomes: tuple[Outcome, ...]) -> str:
    """Rows, agreeing rows and largest difference of each check; then up to ten differing rows of each."""
    from vbcdsl.diagnostics.snippet import clean
    from vbcdsl.results.show import columns

    header = ["Published", "Year", "Rows", "Agree", "Largest difference"]
    lines = [
        [o.check.title, str(o.check.year), f"{o.rows:,}", f"{o.agreeing:,}", shown(o.largest)]
        for o in outcomes
    ]
    parts = [columns(header, lines)]
    for outcome in outcomes:
        if not outcome.differing:
            continue
        rows = [f"{outcome.check.title}: {len(outcome.differing):,} differ"]
        for row in outcome.differing[:_SHOWN]:
            rows.append(f"  {row.key}: published {row.published}, the contract gives {row.computed}")
        if len(outcome.differing) > _SHOWN:
            rows.append(f"  and {len(outcome.differing) - _SHOWN:,} more")
        parts.append(clean("\n".join(rows)))
    return "\n\n".join(parts)


def as_record(name: str, outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    """The same for JSON, with every differing row."""
    return {
        "schema": "vbc.reproduction/1",
        "contract": name,
        "checks": [
            {
                "title": o.check.title,
                "year": o.check.year,
                "term": o.check.term,
                "rows": o.rows,
                "agreeing": o.agreeing,
                "largest_difference": shown(o.largest),
                "met": o.met,
                "differing": [
                    {"key": row.key, "published": row.published, "computed": row.computed}
                    for row in o.differing
                ],
            }
            for o in outcomes
        ],
    }
