"""Every contract of the library is a contract to copy: checked without warnings, tested in every section, and
settled to the same cents by both engines on the data that stand beside it."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from tests.engines_here import ONE_MACHINE
from vbcdsl.compiler import Compiled, compile_path
from vbcdsl.data import load_bindings
from vbcdsl.diagnostics.render import to_text
from vbcdsl.model.names import snake_case
from vbcdsl.portfolio.category import derive, stated
from vbcdsl.results.settle import RunOptions, settle
from vbcdsl.testing.examples import Report, run_examples

LIBRARY = Path(__file__).parents[2] / "contract_library"
PROGRAMS = sorted(path.parent for path in LIBRARY.glob("*/contract.vbc"))
ENGINES = ("reference", "arrow")
ROWS = sorted((LIBRARY / "rows").glob("*.toml"))
STATUSES = ("contract", "variant of ", "names no payment")

each_program = pytest.mark.parametrize("folder", PROGRAMS, ids=lambda path: path.name)


@cache
def compiled(folder: Path) -> Compiled:
    return compile_path(folder)


@cache
def report(folder: Path) -> Report:
    return run_examples(compiled(folder), ENGINES)


@cache
def facts(folder: Path) -> dict[str, Any]:
    """What `program.toml` says of a program."""
    return tomllib.loads((folder / "program.toml").read_text(encoding="utf-8"))


def shipped_data(folder: Path) -> dict[str, object]:
    """The files that are named after a record of the contract."""
    bundle = compiled(folder).bundle
    records = {snake_case(name) for program in bundle.by_year.values() for name in program.records}
    files = {path.stem: path for path in sorted((folder / "data").glob("*.csv"))}
    return {name: path for name, path in files.items() if name in records or name == "entered_values"}


@each_program
def test_the_checker_finds_nothing_to_warn_of(folder: Path) -> None:
    found = [d for d in compiled(folder).diagnostics if d.severity in ("error", "warning")]
    assert not found, to_text(found)


@each_program
def test_the_examples_hold_on_both_engines(folder: Path) -> None:
    wrong = [
        f"{case.engine}, {case.example} ({case.place}): {o.term} {o.at} is {o.got}, not {o.expected}"
        for case in report(folder).cases
        for o in case.outcomes
        if not o.met
    ]
    assert report(folder).cases
    assert not wrong, "\n".join(wrong)


@each_program
def test_an_example_reaches_every_section(folder: Path) -> None:
    assert report(folder).unreached == ()


@each_program
@pytest.mark.parametrize("engine", ONE_MACHINE[1:])
def test_every_engine_settles_the_shipped_data_alike(folder: Path, engine: str) -> None:
    data = shipped_data(folder)
    if not data:
        pytest.skip("its data are not named by record: it has a test of its own")
    found = compiled(folder)
    path = found.files.bindings if found.files else None
    bindings = load_bindings(path) if path is not None else None
    one, other = (
        settle(found, data, bindings, RunOptions(engine=engine, all_grains=True, inner=True))
        for engine in ("reference", engine)
    )
    assert not one.errors and not other.errors, [*one.errors, *other.errors]
    assert not one.results.broken_agreements
    for name, values in one.results.terms.items():
        assert dict(values.items()) == dict(other.results.terms[name].items()), name
    assert [row.net for row in one.rows] == [row.net for row in other.rows]
    assert one.rows


@each_program
def test_its_description_is_complete(folder: Path) -> None:
    described = facts(folder)
    for key in ("name", "setting", "lan", "numbers"):
        assert isinstance(described.get(key), str) and described[key], key
    for key in ("rows", "family", "sources", "cases"):
        assert isinstance(described.get(key), list), key
    assert described["family"] and described["sources"]
    assert (folder / "README.md").is_file()


@each_program
def test_its_category_is_the_one_of_the_contract(folder: Path) -> None:
    for program in compiled(folder).bundle.by_year.values():
        assert dict(program.title_facts).get("category") == facts(folder)["lan"]


@each_program
def test_its_clauses_bear_out_its_category_in_every_year(folder: Path) -> None:
    for program in compiled(folder).bundle.by_year.values():
        found = derive(program)
        assert found.agrees(facts(folder)["lan"]), found
        for payment in stated(program):
            own = derive(program, payment)
            assert payment.payment is not None and own.agrees(payment.payment.category or ""), own


@each_program
def test_the_contract_says_where_its_numbers_come_from(folder: Path) -> None:
    text = (folder / "contract.vbc").read_text(encoding="utf-8")
    assert re.search(r"^the numbers are (from \"|illustrative|unverified)", text, re.M)


@pytest.mark.parametrize("path", ROWS, ids=lambda path: path.stem)
def test_each_row_of_a_source_leads_to_a_program_that_names_it(path: Path) -> None:
    rows = tomllib.loads(path.read_text(encoding="utf-8"))["row"]
    assert len({row["id"] for row in rows}) == len(rows)
    for row in rows:
        assert row["id"].startswith(f"{path.stem}-") and row["title"], row
        assert row["status"].startswith(STATUSES), row
        if row["status"] == "names no payment":
            assert not row.get("program"), row
            continue
        assert row["id"] in facts(LIBRARY / row["program"])["rows"], row
        if row["status"].startswith("variant of "):
            assert row["status"] == f"variant of {row['program']}", row
