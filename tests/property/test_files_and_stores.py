"""Random contracts pay the same from files cut anyhow, with a cache that knows some of them, and from stores."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.property.compare import Shown, compiled, differences, run, shown
from tests.property.generate import Case, of_seed
from vbcdsl.compiler import Compiled
from vbcdsl.data import open_store
from vbcdsl.diagnostics import VbcError
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.interface import Engine, Request
from vbcdsl.engines.reference import evaluate as reference
from vbcdsl.incremental import PartialCache
from vbcdsl.prepared.prepare import append, job_of, prepare
from vbcdsl.prepared.verify import verify

SEEDS = range(700, 725)


def cut(case: Case, folder: Path, rng: random.Random) -> dict[str, list[str]]:
    """Each table in one to four files, rows in any of them."""
    found: dict[str, list[str]] = {}
    for name, table in case.tables.items():
        whole = table.arrow()
        count = rng.randint(1, 4)
        place = [rng.randrange(count) for _ in range(whole.num_rows)]
        for number in range(count):
            path = folder / f"{name}_{number}.parquet"
            rows = pa.array([i for i, p in enumerate(place) if p == number], pa.int64())
            pq.write_table(whole.take(rows), path)
            found.setdefault(name, []).append(str(path))
    return found


def same(one: str, other: str) -> bool:
    """Whether two files are the same: the second would be taken for one that is given twice."""
    return Path(one).read_bytes() == Path(other).read_bytes()


def run_on(
    case: Case, contract: Compiled, data: dict[str, Any], engine: Engine, cache: PartialCache | None = None
) -> Shown:
    """What an engine gives on files or stores."""
    bundle = contract.bundle
    terms = tuple(dict.fromkeys(name for program in bundle.by_year.values() for name in program.terms))
    try:
        store = open_store(contract.program.records, bundle.calendar, data)
        return shown(engine(bundle, store, Request(case.years, terms=terms, cache=cache)))
    except VbcError as error:
        return {"stopped": sorted({d.code for d in error.diagnostics})}


@pytest.mark.parametrize("seed", SEEDS)
def test_a_cache_changes_no_amount(seed: int, tmp_path: Path) -> None:
    case, rng = of_seed(seed), random.Random(seed)
    contract = compiled(case)
    data = cut(case, tmp_path, rng)
    some: dict[str, Any] = {
        name: rng.sample(paths, rng.randint(1, len(paths))) for name, paths in data.items()
    }
    for given in (some, data, data):
        expected = run_on(case, contract, given, arrow)
        cache = PartialCache(tmp_path / "cache")
        assert not differences(expected, run_on(case, contract, given, arrow, cache))


@pytest.mark.parametrize("seed", SEEDS)
def test_a_store_changes_no_amount(seed: int, tmp_path: Path) -> None:
    case, rng = of_seed(seed), random.Random(seed)
    contract = compiled(case)
    data = cut(case, tmp_path, rng)
    expected = run(case, contract, arrow)
    store = tmp_path / "store"
    try:
        early = {name: [p for p in paths if same(p, paths[0])] for name, paths in data.items()}
        prepare(job_of(contract, early), store)
        later = {
            name: rest for name, paths in data.items() if (rest := [p for p in paths if p not in early[name]])
        }
        if later:
            append(job_of(contract, later), store, compact=rng.random() < 0.5)
    except VbcError as error:  # what stops a run stops it here, or is told with each value
        codes = {d.code for d in error.diagnostics}
        told = {str(v).removeprefix("error ") for k, x in expected.items() if k[0] != "(" for v in x} | set(
            expected.get("(errors)", ())
        )
        assert codes <= told | set(expected.get("stopped", ())), codes
        return
    verify(store)
    whole = {name: str(store) for name in data}
    assert not differences(expected, run_on(case, contract, whole, arrow))
    assert not differences(expected, run_on(case, contract, whole, reference))
    cache = PartialCache(tmp_path / "cache")
    for _ in range(2):
        assert not differences(expected, run_on(case, contract, whole, arrow, cache))
