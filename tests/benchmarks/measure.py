"""How things are measured: in turn, so that what else the machine does falls on all of them alike, and medians.

The measurements of one run are collected in a `Report`, which becomes docs/explanation/performance.md when
all of them have been made.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import attrs

from tests.benchmarks.by_hand import Payments

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "explanation" / "performance.md"
PACKAGES = ("pyarrow", "numpy", "polars", "duckdb", "datafusion", "pandas", "zen-engine")

INTRODUCTION = """# Performance

<!-- Written by `make bench`. Change tests/benchmarks/, not this page. -->

What is measured is the contract of `contract_library/lakeside`: three performance years, cost of care by member
and year with a limit of $250,000 for each, a risk-adjusted benchmark, quality, four payments. The data are
synthetic member-months in Parquet (10 columns, of which the contract needs 7). Before a time counts, the
payments must be the same to the cent in all programs compared.

The jobs take turns, round after round, and the median of the rounds is shown. **The machine is a virtual one,
whose speed changes by the hour. Compare the lines of one table with each other; seconds of different tables, or
of another machine, are not comparable.**
"""


@attrs.frozen
class Measured:
    """The seconds of the rounds, the peak memory of a process in MB (0: not measured), the payments, and the
    seconds of processor time (none: not measured)."""

    seconds: tuple[float, ...]
    peak: float
    payments: Payments = attrs.field(repr=False)
    processor: tuple[float, ...] = ()

    @property
    def median(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.seconds)


@attrs.define
class Report:
    """The sections of the page, by title."""

    sections: dict[str, str] = attrs.field(factory=dict)

    def add(self, title: str, text: str) -> None:
        """A section; it is printed at once."""
        self.sections[title] = text
        print(f"\n## {title}\n\n{text}")

    def write(self, order: tuple[str, ...]) -> bool:
        """The page, if every section is there."""
        if any(title not in self.sections for title in order):
            return False
        parts = [INTRODUCTION, machine(), *(f"## {title}\n\n{self.sections[title]}" for title in order)]
        PAGE.write_text("\n".join(part.rstrip() + "\n" for part in parts), encoding="utf-8")
        return True


def machine() -> str:
    """The machine and the versions, without paths."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    lines = [f"| {name} | {version(name)} |" for name in PACKAGES if _installed(name)]
    return (
        "| Machine | |\n|---|---|\n"
        f"| processor | {os.cpu_count()} cores ({platform.machine()}) |\n"
        f"| memory | {memory:.0f} GB |\n"
        f"| system | {platform.system()}, Python {platform.python_version()} |\n" + "\n".join(lines) + "\n"
    )


def _installed(name: str) -> bool:
    try:
        version(name)
    except ImportError:
        return False
    return True


def in_turn(jobs: Mapping[str, Callable[[], Payments]], rounds: int) -> dict[str, Measured]:
    """The jobs in this process, in turn, after one round that does not count."""
    seconds: dict[str, list[float]] = {name: [] for name in jobs}
    payments: dict[str, Payments] = {}
    for number in range(rounds + 1):
        for name, run in jobs.items():
            start = time.perf_counter()
            payments[name] = run()
            if number:
                seconds[name].append(time.perf_counter() - start)
    return {name: Measured(tuple(seconds[name]), 0, payments[name]) for name in jobs}


def in_processes(jobs: tuple[str, ...], home: Path, rounds: int) -> dict[str, Measured]:
    """The jobs by name, each round of each in a process of its own, in turn."""
    found: dict[str, list[dict[str, Any]]] = {name: [] for name in jobs}
    for _ in range(rounds):
        for name in jobs:
            command = [sys.executable, "-m", "tests.benchmarks.jobs", name, str(home)]
            done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
            if done.returncode:
                raise RuntimeError(f"{name}: {done.stderr[-2000:]}")
            found[name].append(json.loads(done.stdout.splitlines()[-1]))
    return {
        name: Measured(
            tuple(r["seconds"] for r in rounds_of),
            max(r["peak"] for r in rounds_of),
            {(aco, year): (a, b, c, d) for aco, year, a, b, c, d in rounds_of[-1]["payments"]},
            tuple(r["processor"] for r in rounds_of),
        )
        for name, rounds_of in found.items()
    }


def same_cents(measured: Mapping[str, Measured]) -> Payments:
    """The payments, which all that computed any must share."""
    first: Payments = {}
    for name, one in measured.items():
        if one.payments:
            first = first or one.payments
            wrong = [
                key for key in first.keys() | one.payments.keys() if first.get(key) != one.payments.get(key)
            ]
            assert not wrong, f"{name} pays another amount for {len(wrong)} of {len(first)}, first {wrong[0]}"
    return first


def table(measured: Mapping[str, Measured], base: str, called: Mapping[str, str] | None = None) -> str:
    """The lines of a table: seconds, the ratio to `base`, processor seconds and peak memory if measured."""
    with_peak = any(one.peak for one in measured.values())
    with_processor = all(one.processor for one in measured.values())
    lines = [
        f"| | seconds (median of {len(measured[base].seconds)}) | fastest | ratio |"
        + (" processor |" if with_processor else "")
        + (" peak MB |" if with_peak else ""),
        "|---|---:|---:|---:|" + "---:|" * (with_peak + with_processor),
    ]
    for name, one in measured.items():
        line = f"| {(called or {}).get(name, name)} | {one.median:.3f} | {min(one.seconds):.3f} | "
        line += f"{one.median / measured[base].median:.2f} |"
        if with_processor:
            line += f" {statistics.median(one.processor):.2f} |"
        lines.append(line + (f" {one.peak:,.0f} |" if with_peak else ""))
    return "\n".join(lines) + "\n"
