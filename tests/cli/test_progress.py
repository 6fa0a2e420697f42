"""The progress bar: on a terminal, when it takes long, and nowhere else."""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest

from vbcdsl.api import load
from vbcdsl.cli import progress
from vbcdsl.watch import each, watching

CONTRACT = """
contract "Care Management Fee".
language version 1.
the Payer is "a plan".
the Provider is each Clinic.
effective January 1, 2025 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

1.1 "Visits" are records, one for each Member in each Month:
    | Column | Kind  | If missing |
    | Clinic | text  | required   |
    | Fee    | money | $0         |
1.2 The Payer must pay the Provider the "Total Fee": the total of Fee.
"""


@pytest.fixture
def contract(tmp_path: Path) -> Path:
    path = tmp_path / "contract.vbc"
    path.write_text(CONTRACT)
    return path


def rows(count: int) -> pa.Table:
    return pa.table({
        "clinic": ["c1"] * count,
        "month": ["2025-01"] * count,
        "member": [f"m{i:09}" for i in range(count)],
        "fee": [f"{i % 100}.05" for i in range(count)],
    })  # fmt: skip


class Seen:
    """A watcher that writes down what it is told."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, int | None]] = []
        self.rows: list[int] = []
        self.done: list[int] = []
        self.ended = 0

    def begin(self, what: str, total: int | None, unit: str) -> None:
        self.begun.append((what, total))
        self.rows.append(0)
        self.done.append(0)

    def advance(self, count: int, done: int | None) -> None:
        self.rows[-1] += count
        self.done[-1] = self.done[-1] + count if done is None else done

    def end(self) -> None:
        self.ended += 1

    def within(self, where: str) -> None:
        """Not needed here."""


@pytest.mark.parametrize("form", ["csv", "csv.gz", "utf-16.csv", "parquet", "folder"])
def test_a_pass_says_how_much_of_the_rows_or_bytes_is_read(contract: Path, tmp_path: Path, form: str) -> None:
    table = rows(200_000)
    path = tmp_path / f"visits.{form}"
    if form == "parquet":
        pq.write_table(table, path, row_group_size=70_000)
    elif form == "folder":
        path.mkdir()
        for part in range(4):
            pa_csv.write_csv(table.slice(part * 50_000, 50_000), path / f"{part}.csv")
    elif form == "utf-16.csv":
        plain = tmp_path / "plain.csv"
        pa_csv.write_csv(table, plain)
        path.write_text(plain.read_text(), encoding="utf-16")
    else:
        with pa.output_stream(path) as file:  # compressed by its name
            pa_csv.write_csv(table, file)
    seen = Seen()
    with watching(seen):
        settled = load(contract).run({"visits": path}, years=2025)
    assert settled.settlement.num_rows == 1
    sizes = sum(f.stat().st_size for f in path.iterdir()) if form == "folder" else path.stat().st_size
    last = len(seen.begun) - 1
    assert seen.begun[last] == ("reading Visits", table.num_rows if form == "parquet" else sizes)
    assert seen.rows[last] == table.num_rows
    assert seen.done[last] == seen.begun[last][1]
    assert seen.ended == len(seen.begun)


def test_steps_are_counted_only_when_somebody_looks() -> None:
    assert list(each([1, 2, 3], "examples")) == [1, 2, 3]
    seen = Seen()
    with watching(seen):
        assert list(each([1, 2, 3], "examples")) == [1, 2, 3]
    assert (seen.begun, seen.done, seen.ended) == ([("examples", 3)], [3], 1)


def test_the_bar_says_what_is_read_how_fast_and_how_long_it_takes_still(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    bar = progress.Bar("computing")
    bar.within("contract 2 of 9")
    bar.begin("reading Visits", 40_000_000, "rows")
    now[0] += 4
    bar.advance(10_000_000, None)
    assert bar.texts() == (
        "contract 2 of 9: reading Visits",
        "10,000,000 rows, 2.5 million a second",
        "12 s left",
    )
    bar.end()
    assert bar.texts() == ("contract 2 of 9: computing", "", "")


SLOW_ROWS = """
from vbcdsl.data.readers import csv_file
plain = csv_file.CsvPart.batches
def slowly(part, places, as_codes, options):
    for rows, arrays in plain(part, places, as_codes, options):
        for start in range(0, rows, 1000):
            time.sleep(0.1)
            count = min(1000, rows - start)
            yield count, [array.slice(start, count) for array in arrays]
csv_file.CsvPart.batches = slowly
"""
SLOW_EXAMPLES = """
from vbcdsl.testing import examples
plain = examples.run_case
examples.run_case = lambda *facts: time.sleep(0.05) or plain(*facts)
"""
PATIENT = """
from vbcdsl.cli import progress
progress.AFTER = 60
"""


def at_a_terminal(*arguments: object, as_if: str = SLOW_ROWS) -> tuple[int, str, str]:
    """`vbc` with a pseudo terminal for standard error: the exit code, what is written there, standard output.
    `as_if`: work that takes as long as on large files."""
    code = f"import time\nfrom vbcdsl.cli import main\n{as_if}\nmain()"
    mine, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)], stdout=subprocess.PIPE, stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "140"},
    )  # fmt: skip
    os.close(theirs)
    written = b""
    try:
        while block := os.read(mine, 65536):
            written += block
    except OSError:  # the other side has closed it
        pass
    finally:
        os.close(mine)
    assert process.stdout is not None
    out = process.stdout.read().decode()
    return process.wait(), re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]", "", written.decode()), out


def test_a_long_run_at_a_terminal_shows_a_bar(contract: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(rows(12_000), path)
    code, shown, out = at_a_terminal("run", contract, "--data", f"visits={path}", "--year", 2025)
    assert code == 0, shown
    assert re.search(r"reading Visits .* \d+% .*[\d,]+ rows, .* a second", shown)
    assert "left" in shown
    assert "reading" not in out


@pytest.mark.parametrize("command", ["prepare", "audit"])
def test_other_long_commands_show_it_too(contract: Path, tmp_path: Path, command: str) -> None:
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(rows(12_000), path)
    code, shown, _ = at_a_terminal(
        command, contract, "--data", f"visits={path}", "--out", tmp_path / "made"
    )  # fmt: skip
    assert code == 0, shown
    assert re.search(r"reading Visits .*%.* rows", shown)


def test_a_portfolio_says_which_contract_it_is_at(contract: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(rows(9_000), path)
    other = tmp_path / "other.vbc"
    other.write_text(CONTRACT)
    code, shown, _ = at_a_terminal("portfolio", contract, other, "--data", f"visits={path}")
    assert code == 0, shown
    assert re.search(r"contract 2 of 2: reading Visits", shown)


def test_many_examples_show_how_many_have_run(contract: Path, tmp_path: Path) -> None:
    examples = "".join(
        f'example "{i}": given the performance year is 1 and Total Fee is ${i}, expect the Total Fee is ${i}.\n'
        for i in range(1, 20)
    )
    contract.write_text(CONTRACT + examples)
    code, shown, _ = at_a_terminal("test", contract, as_if=SLOW_EXAMPLES)
    assert code == 0, shown
    assert re.search(r"\d+ examples, ", shown)


def test_what_is_done_before_the_bar_would_appear_shows_nothing(contract: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(rows(3), path)
    code, shown, out = at_a_terminal("run", contract, "--data", f"visits={path}", as_if=PATIENT)
    assert code == 0
    assert "━" not in shown and "computing" not in shown
    assert "c1" in out


def test_a_long_run_that_writes_to_a_file_shows_nothing(contract: Path, tmp_path: Path) -> None:
    path = tmp_path / "visits.csv"
    pa_csv.write_csv(rows(9_000), path)
    code = f"import time\nfrom vbcdsl.cli import main\n{SLOW_ROWS}\nmain()"
    done = subprocess.run(
        [sys.executable, "-c", code, "run", str(contract), "--data", f"visits={path}"],
        capture_output=True,
        text=True,
    )
    assert (done.returncode, "━" in done.stderr, "\x1b" in done.stderr) == (0, False, False)
