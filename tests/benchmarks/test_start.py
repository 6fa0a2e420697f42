"""A contract of 500 lines: `vbc check` as a whole process, and compiling it in a process that is already there."""

from __future__ import annotations

import gc
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.long_contract import LINES, long_contract
from tests.benchmarks.measure import ROOT, Report
from vbcdsl.compiler import compile_path
from vbcdsl.plan.make import make_plan
from vbcdsl.syntax.parser import parse_contract
from vbcdsl.syntax.table_cache import shared_tables

pytestmark = pytest.mark.bench
ROUNDS = 15


def _process(*arguments: str) -> float:
    """Seconds of processor time of one process, which reads its modules from their caches."""
    code = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, capture_output=True); "
        "used = resource.getrusage(resource.RUSAGE_CHILDREN); print(used.ru_utime + used.ru_stime)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    return float(done.stdout)


def _here(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.process_time()
    run()
    return time.process_time() - start


def test_a_contract_of_500_lines_is_checked_in_half_a_second(data_folder: Path, report: Report) -> None:
    """Processor time, since the machine is shared: nothing here waits for a disk or runs in a second thread."""
    path = data_folder / "long.vbc"
    path.write_text(long_contract(), encoding="utf-8")
    subprocess.run([sys.executable, "-m", "compileall", "-q", str(ROOT / "vbcdsl")], check=True)
    shared_tables()
    compiled = compile_path(path)
    assert not compiled.errors
    text = compiled.base

    def to_the_plan() -> None:
        for version in compile_path(path).versions:
            assert version.program is not None
            make_plan(version.program)

    measured = {
        "`python -c pass`": lambda: _process("-c", "pass"),
        "`vbc --help`": lambda: _process("-m", "vbcdsl", "--help"),
        f"`vbc check`, {LINES} lines": lambda: _process("-m", "vbcdsl", "check", str(path)),
        "reading the sentences, in process": lambda: _here(lambda: parse_contract(text)),
        "compiling from the text to the plan, in process": lambda: _here(to_the_plan),
    }
    seconds: dict[str, list[float]] = {name: [] for name in measured}
    for _ in range(ROUNDS):
        for name, once in measured.items():
            seconds[name].append(once())
    lines = [f"| | seconds of processor time (median of {ROUNDS}) | least |", "|---|---:|---:|"]
    lines += [
        f"| {name} | {statistics.median(each):.3f} | {min(each):.3f} |" for name, each in seconds.items()
    ]
    sections = len(compiled.versions[0].parsed.document.sections)
    report.add(
        "A contract of 500 lines",
        f"The contract of Lakeside once for each of several lines of business: {LINES} lines, {sections} sections "
        "with data, tables, payments and examples. The tables of the grammar are in the user's cache, and the "
        "modules of the program are compiled, as after an installation.\n\n" + "\n".join(lines) + "\n",
    )
    _, help_, check, _, plan = (min(each) for each in seconds.values())
    assert help_ <= 0.25
    assert check <= 0.5
    assert plan <= 0.15
