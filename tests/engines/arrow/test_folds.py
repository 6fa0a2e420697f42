"""Members settled a part at a time: the same values as if all were kept, and the same errors."""

from __future__ import annotations

import datetime as dt
import functools
import random
import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import Options
from vbcdsl.data.readers import parquet_file
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import collect, folds, room, scan
from vbcdsl.results.settle import RunOptions, settle

HEAD = """contract "Members in Parts".
language version 1.
the Payer is "Plan".
the Provider is each ACO.
effective January 1, 2024 through December 31, 2025.
a performance year is a calendar year.
amounts are in US dollars and each payment is rounded half up to the cent.
the numbers are illustrative.

Article 1. Data.

1.1 "Member Months" are records, one for each Member in each Month:
    | Column     | Kind                   | If missing |
    | ACO        | text                   | required   |
    | Enrolled   | yes or no              | no         |
    | Paid       | money                  | $0         |
    | Risk Score | number from -5 to 20   | required   |

1.2 "Terms" are records, one for each ACO in each Performance Year:
    | Column | Kind  | If missing |
    | Limit  | money | required   |

Article 2. Members.

2.1 "Annual Cost" means, for each Provider and Member in each Performance Year,
    the total of Paid where Enrolled, but not more than Limit.
2.2 "Member Risk" means, for each Provider and Member in each Performance Year,
    the average of Risk Score
    over the Member Months where Enrolled.
2.3 "Months Here" means, for each Provider and Member in each Performance Year,
    the number of Member Months.
2.4 "Weighted Cost" means, for each Provider and Member in each Performance Year,
    Annual Cost times Months Here divided by 12, rounded half up to the cent.

Article 3. Providers.

"""
END = """

Article 4. Payment.

4.1 The Payer must pay the Provider the "Fee": $1.00 times Enrolled Months.
4.2 "Enrolled Months" means the number of Member Months where Enrolled.
"""

SENTENCES = {
    "a total": '"Found" means the total of Annual Cost over all Members.',
    "a total of a sum": '"Found" means the total of (Annual Cost plus (Months Here times $2)) over all Members.',
    "a number": '"Found" means the number of Members where Annual Cost is more than $5,000.',
    "an average": '"Found" means the average of Annual Cost over all Members where Annual Cost is more than $5.',
    "the largest": '"Found" means the largest of Annual Cost over all Members.',
    "the smallest": '"Found" means the smallest of Weighted Cost over all Members.',
    "a weighted average": '"Found" means the average of Annual Cost over all Members, weighted by Months Here.',
    "the members": '"Found" means the number of Members where Enrolled.',
    "not scored": '"Found" means the total of Member Risk over all Members that are scored.',
    "across all": '"Found" means the total of Annual Cost across all Members.',
    "two": """"One" means the total of Annual Cost over all Members.
3.2 "Found" means One divided by (the number of Members where Annual Cost is more than $0),
    or $0 if the divisor is zero.""",
}
KEPT = {
    "the median": '"Found" means the median of Annual Cost over all Members.',
    "the year before": """"Grown Cost" means, for each Provider and Member in each Performance Year,
    Annual Cost plus (Annual Cost in the prior performance year), or $0 in the first performance year.
3.2 "Found" means the total of Grown Cost over all Members.""",
    "all together": """"Above" means, for each Provider and Member in each Performance Year,
    Annual Cost minus Average Cost.
3.2 "Average Cost" means the average of Annual Cost across all Members.
3.3 "Found" means the number of Members where Above is more than $0.""",
}


def compiled(sentence: str) -> Compiled:
    """A contract that ends in the term Found."""
    found = compile_text(HEAD + "3.1 " + sentence + END)
    assert not found.errors, [d.message for d in found.diagnostics]
    return found


def rows(seed: int, *, ordered: bool, moving: bool = True) -> list[dict[str, Any]]:
    """Member-months of some ACOs; a few members move to another in the course of a year."""
    rng = random.Random(seed)
    found: list[dict[str, Any]] = []
    for member in range(60):
        aco = rng.randrange(4)
        for month in range(24):
            if moving and rng.random() < 0.02:
                aco = rng.randrange(4)
            if rng.random() < 0.3:
                continue
            paid = Decimal(rng.choice([0, 0, 1, -3, 250, 99_999])) + Decimal(rng.randrange(100)) / 100
            found.append({
                "aco": f"A{aco}",
                "member": f"M{member:03}",
                "month": dt.date(2024 + month // 12, month % 12 + 1, 1),
                "enrolled": rng.random() < 0.9,
                "paid": paid,
                "risk_score": rng.choice([Decimal("1.5"), Decimal("0.25")]),
            })  # fmt: skip
    if not ordered:
        rng.shuffle(found)
    return found


@attrs.frozen
class Seen:
    """What a run gave, and how members were settled in it."""

    values: dict[Any, Any]
    codes: tuple[str, ...]
    folded: bool
    parted: bool
    again: bool


class Runs:
    """Runs contracts on files in small row groups."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, monkeypatch
        monkeypatch.setattr(parquet_file, "PIECE_ROWS", 1)
        monkeypatch.setattr(folds, "WAVE_ROWS", 150)
        monkeypatch.setattr(folds, "AT_ONCE", 9)
        monkeypatch.setattr(folds, "FEW_AT_ONCE", 4)

        monkeypatch.setattr("vbcdsl.results.settle.Options", functools.partial(Options, batch_rows=150))

    def files(self, member_months: list[dict[str, Any]], group: int = 40) -> dict[str, object]:
        """The two records as files."""
        kinds = pa.schema([
            ("aco", pa.string()), ("member", pa.string()), ("month", pa.date32()), ("enrolled", pa.bool_()),
            ("paid", pa.decimal128(12, 2)), ("risk_score", pa.decimal128(6, 2)),
        ])  # fmt: skip
        path = self.folder / "member_months.parquet"
        pq.write_table(pa.Table.from_pylist(member_months, kinds), path, row_group_size=group)
        terms = "".join(f"A{a},{y},{3000 + 70 * a}\n" for a in range(4) for y in (2024, 2025))
        (self.folder / "terms.csv").write_text("aco,performance_year,limit\n" + terms)
        return {"member_months": str(path), "terms": str(self.folder / "terms.csv")}

    def run(
        self,
        contract: Compiled,
        data: dict[str, object],
        engine: str,
        at: int,
        threads: int,
        memory: int | None = None,
    ) -> Seen:
        """One run, in which members are settled in parts from so many rows on."""
        folded: list[bool] = []
        again: list[bool] = []
        finish, forget = folds.Folding.finish, scan.Reading._forget

        def finished(fold: folds.Folding) -> None:
            finish(fold)
            folded.append(fold.parted)

        def forgotten(reading: scan.Reading) -> None:
            again.append(True)
            forget(reading)

        with self.patch.context() as patch:
            patch.setattr(scan, "FOLD_FROM", at)
            patch.setattr(folds.Folding, "finish", finished)
            patch.setattr(scan.Reading, "_forget", forgotten)
            try:
                options = RunOptions(engine=engine, threads=threads, extra_terms=("Found",), memory=memory)
                settled = settle(contract, data, None, options)
            except VbcError as error:
                codes = tuple(sorted(f"{d.code} {d.message}" for d in error.diagnostics))
                return Seen({}, codes, bool(folded), any(folded), bool(again))
        values: dict[Any, Any] = {}
        for name, term in settled.results.terms.items():
            values |= {(name, *map(str, key)): value for key, value in term.items()}
        codes = tuple(sorted(f"{e.code} {e.message} {e.term} {e.key}" for e in settled.errors))
        return Seen(values, codes, bool(folded), any(folded), bool(again))


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    return Runs(tmp_path, monkeypatch)


def agree(
    runs: Runs, sentence: str, member_months: list[dict[str, Any]], threads: int, group: int = 40
) -> Seen:
    """The folded run; it gives what the reference gives, and the run that keeps all members."""
    contract, data = compiled(sentence), runs.files(member_months, group)
    reference = runs.run(contract, data, "reference", 0, 1)
    kept = runs.run(contract, data, "arrow", 10**9, threads)
    folded = runs.run(contract, data, "arrow", 0, threads)
    assert not kept.folded
    for other in (kept, folded):
        assert other.codes == reference.codes
        assert other.values == reference.values
    return folded


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", SENTENCES)
def test_sorted_members_are_settled_while_the_rows_stream_by(runs: Runs, name: str, threads: int) -> None:
    for seed in (1, 2, 3):
        found = agree(runs, SENTENCES[name], rows(seed, ordered=True), threads)
        assert found.values
        assert found.folded
        assert found.parted
        assert not found.again


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", SENTENCES)
def test_members_in_any_order_are_settled_at_the_end(runs: Runs, name: str, threads: int) -> None:
    found = agree(runs, SENTENCES[name], rows(4, ordered=False), threads, group=150)
    assert found.values
    assert found.folded
    assert not found.parted


@pytest.mark.parametrize("name", KEPT)
def test_where_members_are_compared_or_remembered_all_are_kept(runs: Runs, name: str) -> None:
    found = agree(runs, KEPT[name], rows(5, ordered=True), 2)
    assert found.values
    assert not found.folded


def test_a_member_whose_rows_come_again_is_settled_with_all_of_them(runs: Runs) -> None:
    """Sorted within each half of the file: a member of the first comes again in the second."""
    every = rows(6, ordered=True)
    halves = [r for r in every if r["month"].month < 7] + [r for r in every if r["month"].month >= 7]
    found = agree(runs, SENTENCES["a total"], halves, 2)
    assert found.values
    assert found.again
    assert not found.folded


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", SENTENCES)
def test_members_come_again_in_another_year(runs: Runs, name: str, threads: int) -> None:
    """Sorted by year and member, as a store is: a year of a member is complete when it has passed."""
    every = rows(14, ordered=True)
    by_year = [r for r in every if r["month"].year == 2024] + [r for r in every if r["month"].year == 2025]
    found = agree(runs, SENTENCES[name], by_year, threads)
    assert found.values
    assert found.folded
    assert found.parted
    assert not found.again


def test_a_month_given_twice_is_counted_as_without_parts(runs: Runs) -> None:
    every = rows(7, ordered=True)
    for at in (400, 130, 7):
        every.insert(at, every[at])
    found = agree(runs, SENTENCES["a total"], every, 2)
    assert len(found.codes) == 1
    assert found.codes[0].startswith("VBC5201")
    assert "3 " in found.codes[0]


@pytest.mark.parametrize("ordered", [True, False])
def test_an_error_of_a_member_is_told_as_without_parts(runs: Runs, ordered: bool) -> None:
    """Weights that add up to nothing: the average is wrong, whoever computes it."""
    sentence = '"Found" means the average of Annual Cost over all Members, weighted by (Months Here times 0).'
    found = agree(runs, sentence, rows(8, ordered=ordered), 2)
    assert found.codes
    risky = rows(9, ordered=ordered, moving=False)
    for row in risky:
        row["risk_score"] = Decimal(-1) if row["member"] == "M031" else Decimal(2)
    sentence = '"Found" means the average of Annual Cost over all Members, weighted by Member Risk.'
    found = agree(runs, sentence, risky, 2)
    assert found.codes
    sentence = (
        '"Found" means the total of (Annual Cost divided by (Months Here minus 8), '
        "rounded half up to the cent) over all Members."
    )
    found = agree(runs, sentence, risky, 2)
    assert found.codes
    assert found.again


def test_a_provider_that_is_on_no_roster_is_told_as_without_parts(runs: Runs) -> None:
    every = rows(10, ordered=True)
    every[77]["aco"] = "A9"
    found = agree(runs, SENTENCES["a total"], every, 2)
    assert found.codes


class Disk:
    """A machine whose memory is full from some moment on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, folder: Path, calls: int) -> None:
        self.left, self.written = calls, 0
        for module in (room, collect, folds):
            monkeypatch.setattr(module, "SHELF", 8)
        monkeypatch.setattr(room, "resident", self.resident)
        monkeypatch.setattr(tempfile, "tempdir", str(folder))
        put = room.Room.put

        def watched(self_: room.Room, name: str, keys: Any, found: Any) -> None:
            self.written += len(keys["Member"])
            put(self_, name, keys, found)

        monkeypatch.setattr(room.Room, "put", watched)

    def resident(self) -> int:
        self.left -= 1
        return 0 if self.left > 0 else 10**12


@pytest.mark.parametrize("calls", [2, 4, 6])
@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("name", SENTENCES)
def test_members_that_do_not_fit_wait_on_the_disk(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, threads: int, calls: int
) -> None:
    contract = compiled(SENTENCES[name])
    data = runs.files(rows(11, ordered=False), group=150)
    reference = runs.run(contract, data, "reference", 0, 1)
    (tmp_path / "disk").mkdir()
    disk = Disk(monkeypatch, tmp_path / "disk", calls)
    found = runs.run(contract, data, "arrow", 10**9, threads, memory=10**12)
    assert found.folded
    assert found.values == reference.values
    assert found.codes == reference.codes == ()
    assert disk.written
    assert not list((tmp_path / "disk").iterdir())


@pytest.mark.parametrize("ordered", [True, False])
def test_a_month_given_twice_is_found_on_the_disk_too(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ordered: bool
) -> None:
    every = rows(12, ordered=ordered)
    every.insert(5, every[-3])
    contract, data = compiled(SENTENCES["a total"]), runs.files(every, group=150)
    reference = runs.run(contract, data, "reference", 0, 1)
    disk = Disk(monkeypatch, tmp_path, 4)
    found = runs.run(contract, data, "arrow", 10**9, 2, memory=10**12)
    assert disk.written
    assert found.codes == reference.codes
    assert found.codes
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("vbc-")]


def test_a_run_that_fails_leaves_nothing_on_the_disk(
    runs: Runs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = rows(13, ordered=False)
    every[-1]["aco"] = None
    contract, data = compiled(SENTENCES["a total"]), runs.files(every, group=150)
    disk = Disk(monkeypatch, tmp_path, 3)
    found = runs.run(contract, data, "arrow", 10**9, 2, memory=10**12)
    assert disk.written
    assert found.codes[0].startswith("VBC51")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith("vbc-")]
