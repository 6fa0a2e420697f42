"""Small contracts to change: a text, and the same with words exchanged."""

from __future__ import annotations

from pathlib import Path

from vbcdsl.compiler import compile_text
from vbcdsl.renewal.compare import Comparison, compare
from vbcdsl.renewal.sides import Side, side_of

HEAD = """contract "Small Savings Agreement".
language version 1.
the Payer is "Northern Health Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2026.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.

"""
BASE = (
    HEAD
    + """Article 1. Data.

1.1 "Results" are records, one for each ACO in each Performance Year:
    | Column        | Kind                                       | If missing |
    | Track         | one of "Basic" or "Full"                   | required   |
    | Benchmark     | money, at least $1                         | required   |
    | Savings       | money, at least $0                         | required   |
    | Quality Score | rate written as a fraction from 0% to 100% | required   |
    | Members       | count of members                           | required   |

Article 2. Payment.

2.1 "Savings Rate" means Savings divided by Benchmark.
2.2 The "Size Gate" is met if Members is at least 5,000.
2.3 "Sharing Rate" is set by Quality Score, where exactly one row applies:
    | Quality Score                        | Sharing Rate |
    | less than 60%                        | 0%           |
    | from 60% up to but not including 80% | 40%          |
    | 80% or more                          | 50%          |
2.4 The Payer must pay the Provider the "Shared Savings Payment": Sharing Rate times Savings,
    but not more than 10% of Benchmark, if Savings Rate is at least 2% and the Size Gate is met, otherwise $0.
2.5 The Payer must pay the Provider the "Care Fee": $3.00 times Members as a fee.
2.6 Notwithstanding section 2.4, if Members is less than 500, the Shared Savings Payment is $0.
"""
).replace(" as a fee", "")
ROWS = """aco,performance_year,track,benchmark,savings,quality_score,members
A1,2024,Basic,10000000,400000,0.85,9000
A2,2024,Full,20000000,900000,0.70,5000
A3,2024,Basic,5000000,100000,0.60,7000
A4,2024,Full,8000000,1200000,0.95,4000
A5,2024,Full,30000000,0,0.40,20000
"""


def changed(*exchanges: tuple[str, str], text: str = BASE) -> str:
    """The text with words exchanged, each of which stands in it exactly once."""
    for old, new in exchanges:
        assert text.count(old) == 1, (old, text.count(old))
        text = text.replace(old, new)
    return text


def side(text: str, name: str = "contract.vbc") -> Side:
    """A text as a side of a comparison."""
    return side_of(compile_text(text, name), name)


def compared(*exchanges: tuple[str, str], old: str = BASE) -> Comparison:
    """The text compared with itself after exchanges."""
    return compare(side(old, "old.vbc"), side(changed(*exchanges, text=old), "new.vbc"))


def data(folder: Path, rows: str = ROWS) -> dict[str, object]:
    """The rows as a file."""
    path = folder / "results.csv"
    path.write_text(rows, encoding="utf-8")
    return {"results": path}
