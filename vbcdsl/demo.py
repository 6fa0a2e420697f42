"""`make demo`: a published Medicare year settled to the dollar, one amount explained, a contract on sampled data.

Every number comes from the contracts in the library and from files; nothing is computed here.
"""

from __future__ import annotations

import csv
import sys
import tempfile
import time
from fractions import Fraction
from pathlib import Path

from vbcdsl.compiler import compile_path
from vbcdsl.data import Bindings, load_bindings
from vbcdsl.diagnostics import VbcError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.resources import library_dir
from vbcdsl.results.explain import explain
from vbcdsl.results.explain_text import to_text as explanation_text
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.results.settlement import Settled, SettlementRow
from vbcdsl.results.show import table
from vbcdsl.results.text import cents_words
from vbcdsl.testing.examples import run_examples

MSSP_YEAR = 2022
EXPLAINED = "A1001"
MEMBERS = 10_850
MEMBER_MONTHS = 120_000
_SHOWN = 8
_DOLLAR = Fraction(1)


def main() -> int:
    """Run the demonstration; the exit code."""
    started = time.perf_counter()
    try:
        _medicare(library_dir() / "mssp")
        _lakeside(library_dir() / "lakeside")
    except VbcError as error:
        print(to_text(error.diagnostics), file=sys.stderr)
        return 1
    print(f"\nDone in {time.perf_counter() - started:.1f} s.")
    return 0


def _title(text: str) -> None:
    print(f"\n{text}\n{'=' * len(text)}\n", flush=True)


def _medicare(folder: Path) -> None:
    """The Medicare Shared Savings Program of 2022, from the file as CMS published it."""
    _title(f"1. Medicare Shared Savings Program, performance year {MSSP_YEAR}")
    contract = compile_path(folder)
    version = contract.version_of(contract.bundle.calendar.year_named(MSSP_YEAR).number)  # type: ignore[union-attr]
    print(f"Contract: {contract.program.title}, with amendments {', '.join(map(str, version.amendments))}")
    bindings = load_bindings(folder / "bindings" / "raw_py2022.toml")
    raw = folder / "data" / "raw_PY2022.csv"
    print(f"Data:     {raw.name}, as published\n", flush=True)
    begun = time.perf_counter()
    settled = settle(contract, {}, bindings, RunOptions(years=(MSSP_YEAR,), inner=True))
    took = time.perf_counter() - begun
    _largest(settled)
    _compare(settled, _published(raw), took)
    _title(f"2. Why {EXPLAINED} was paid what it was paid")
    row = settled.row(EXPLAINED, settled.years[-1].number) or settled.rows[0]
    print(explanation_text(explain(settled, row.party, row.year)), flush=True)


def _largest(settled: Settled) -> None:
    """The largest payments in each direction."""
    paid = [row for row in settled.rows if isinstance(row.net, Fraction)]
    ordered = sorted(paid, key=_net)
    shown = (*ordered[::-1][:_SHOWN], *ordered[:1])
    print(f"The {_SHOWN} largest payments and the largest loss:\n")
    print(table(settled, rows=shown).rsplit("\n", 2)[0])  # without the total of these few
    print(f"\nAll {len(settled.rows)} ACOs: {cents_words(sum(map(_net, paid), Fraction(0)))} net")


def _net(row: SettlementRow) -> Fraction:
    assert isinstance(row.net, Fraction)
    return row.net


def _published(raw: Path) -> dict[str, Fraction]:
    """What CMS published as paid (positive: to the ACO)."""
    with raw.open(encoding="utf-8-sig", newline="") as file:
        found = {}
        for row in csv.DictReader(file):
            text = row["EarnSaveLoss"].replace("$", "").replace(",", "").strip()
            found[row["ACO_ID"]] = Fraction(text) if text not in ("", "-") else Fraction(0)
        return found


def _compare(settled: Settled, published: dict[str, Fraction], took: float) -> None:
    """How many ACOs agree with the published payment, and which do not."""
    different = [
        row for row in settled.rows
        if not isinstance(row.net, Fraction) or abs(row.net - published[row.party]) > _DOLLAR
    ]  # fmt: skip
    same = len(settled.rows) - len(different)
    print(
        f"Within $1 of the published payment: {same} of {len(settled.rows)} ACOs (computed in {took:.1f} s)"
    )
    for row in different:
        net = cents_words(row.net) if isinstance(row.net, Fraction) else "no value"
        print(
            f"  {row.party}: {net} here, {cents_words(published[row.party])} published (see the contract's README)"
        )


def _lakeside(folder: Path) -> None:
    """The Lakeside contract on sampled member months."""
    from vbcdsl.sample import make_sample, write_sample

    contract = compile_path(folder)
    report = run_examples(contract, ("arrow", "reference"))
    _title(f"3. {contract.program.title}, on {MEMBER_MONTHS:,} sampled member months")
    met = sum(case.met for case in report.cases)
    print(f"Examples in the text of the contract: {met} of {len(report.cases)} agree, on both engines")
    with tempfile.TemporaryDirectory(prefix="vbc-demo-") as name:
        sample = make_sample(contract.bundle, MEMBERS, parties=2, seed=5)
        write_sample(sample, Path(name) / "data")
        bindings: Bindings = load_bindings(Path(name) / "data" / "bindings.toml")
        begun = time.perf_counter()
        settled = settle(contract, {}, bindings)
        took = time.perf_counter() - begun
        rows = settled.results.rows.get("Member Months", 0)
        print(f"{rows:,} member months of made-up members settled in {took:.2f} s:\n")
        print(table(settled))


if __name__ == "__main__":
    sys.exit(main())
