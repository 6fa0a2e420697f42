"""A consolidated text stands alone: it can be checked, and settles its years as the amended folder does."""

from __future__ import annotations

import pytest

from vbcdsl.compiler import compile_path, compile_text
from vbcdsl.data import load_bindings
from vbcdsl.resources import library_dir
from vbcdsl.results.settle import RunOptions, settle

MSSP = library_dir() / "mssp"

YEARS = (2014, 2016, 2017, 2021, 2022)


@pytest.mark.parametrize("year", YEARS)
def test_the_text_in_force_settles_its_year_as_the_amended_folder_does(year: int) -> None:
    folder = compile_path(MSSP)
    version = folder.version_of(year - 2013)
    alone = compile_text(version.text, f"mssp_{year}.vbc")
    assert not [d for d in alone.diagnostics if d.severity != "note"]
    inputs = {"aco_results": MSSP / "data" / f"mssp_PY{year}.csv"}
    bindings = load_bindings(MSSP / "bindings.toml")
    options = RunOptions(years=(year,))
    amended = settle(folder, inputs, bindings, options)
    consolidated = settle(alone, inputs, bindings, options)
    assert [(r.party, r.net) for r in consolidated.rows] == [(r.party, r.net) for r in amended.rows]


def test_every_performance_year_has_a_text_that_is_accepted() -> None:
    folder = compile_path(MSSP)
    for year in folder.bundle.calendar.years:
        alone = compile_text(folder.version_of(year.number).text, str(year.label))
        assert not [d for d in alone.diagnostics if d.severity != "note"], year.label
