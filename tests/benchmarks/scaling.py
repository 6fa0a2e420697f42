"""How the cost of a settlement grows: in rows, in providers, in threads.

    python -m tests.benchmarks.scaling [FOLDER]    prints the tables of docs/explanation/scaling.md

Each point is a process of its own; processor time is what counts, as other work on the machine changes it least.
An exponent is the slope of the logarithms: 1 means that twice as much costs twice the time.
"""

from __future__ import annotations

import math
import statistics
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.data import MEMBERS_OF_AN_ACO, MONTHS, Shape, make
from tests.benchmarks.measure import in_processes

ROUNDS = 3
ROWS = (1, 2, 5, 10, 20)
PER_ACO = (6_000, 600, 60)


def exponent(points: list[tuple[float, float]]) -> float:
    """The slope of the line through the logarithms of (size, cost)."""
    xs, ys = [math.log(x) for x, _ in points], [math.log(y) for _, y in points]
    x, y = statistics.fmean(xs), statistics.fmean(ys)
    return sum((a - x) * (b - y) for a, b in zip(xs, ys, strict=True)) / sum((a - x) ** 2 for a in xs)


def measured(shape: Shape, folder: Path, name: str = "vbcdsl numpy") -> tuple[float, float]:
    """(seconds of processor time, the median of the rounds; the most memory in MB)."""
    found = in_processes((name,), make(shape, folder), ROUNDS)[name]
    return statistics.median(found.processor), found.peak


def rows(folder: Path, shuffled: bool) -> str:
    """Cost by rows; members grow with them."""
    lines = ["| Million rows | members | processor s | s a million | peak MB |", "|---:|---:|---:|---:|---:|"]
    points = []
    for millions in ROWS:
        seconds, peak = measured(Shape(millions * 1_000_000, shuffled), folder)
        points.append((millions, seconds))
        members = -(-millions * 1_000_000 * 100 // (MONTHS * 94))
        lines.append(f"| {millions} | {members:,} | {seconds:.2f} | {seconds / millions:.3f} | {peak:.0f} |")
    order = "shuffled" if shuffled else "sorted by member"
    return f"Rows, {order} (exponent {exponent(points):.2f}):\n\n" + "\n".join(lines) + "\n"


def providers(folder: Path) -> str:
    """Cost by providers on the same number of rows."""
    lines = ["| Providers | processor s | peak MB |", "|---:|---:|---:|"]
    points = []
    members = -(-2_000_000 * 100 // (MONTHS * 94))
    for per_aco in PER_ACO:
        count = -(-members // per_aco)
        seconds, peak = measured(Shape(2_000_000, per_aco=per_aco), folder)
        points.append((count, seconds))
        lines.append(f"| {count:,} | {seconds:.2f} | {peak:.0f} |")
    more = (points[-1][1] - points[0][1]) / (points[-1][0] - points[0][0])
    title = f"Providers, two million rows sorted by member ({more * 1000:.2f} s for each thousand more):"
    return title + "\n\n" + "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    """Prints the tables."""
    print(rows(folder, shuffled=False))
    print(rows(folder, shuffled=True))
    print(providers(folder))


if __name__ == "__main__":
    assert PER_ACO[0] == MEMBERS_OF_AN_ACO
    if len(sys.argv) > 1:
        main(Path(sys.argv[1]))
    else:
        with tempfile.TemporaryDirectory() as name:
            main(Path(name))
