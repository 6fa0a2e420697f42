"""Values as Arrow arrays, made without pandas."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from decimal import Context, Decimal
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from vbcdsl.data.convert import as_arrow
from vbcdsl.model.day_text import days

ROOT = Path(__file__).parents[2]
RUN = """
import sys
from vbcdsl.cli import main
try:
    main()
except SystemExit as done:
    assert not done.code, done.code
assert "pandas" not in sys.modules, "pandas was loaded"
"""


@pytest.mark.parametrize("cells", [[], ["a"], ["é", None, "", "x" * 300], [None, None]])
def test_texts(cells: list[str | None]) -> None:
    assert as_arrow.texts(cells).equals(pa.array(cells, pa.string()))


def test_texts_by_their_lengths() -> None:
    data = np.frombuffer("éabc".encode(), np.uint8)
    assert as_arrow.texts_of_lengths(np.array([2, 0, 3]), data).to_pylist() == ["é", "", "abc"]
    with pytest.raises(pa.ArrowCapacityError):
        as_arrow.texts_of_lengths(np.array([1 << 31]), np.broadcast_to(np.uint8(65), 1 << 31))


def test_flags_and_numbers() -> None:
    some = [True, False, True] * 7
    assert as_arrow.flags(some).equals(pa.array(some))
    assert as_arrow.flags(some, some).to_pylist() == [flag or None for flag in some]
    for kind in (np.int32, np.int64):
        assert as_arrow.whole_numbers(np.array([1, -2, 3], kind)).to_pylist() == [1, -2, 3]
    assert as_arrow.number(-1).as_py() == -1
    assert as_arrow.NO_TEXT.as_py() is None
    assert as_arrow.NO.as_py() is False


def test_dates() -> None:
    cells = [dt.date(2024, 2, 29), None, dt.date(1969, 12, 31)]
    assert as_arrow.dates([None if c is None else days(c) for c in cells]).equals(
        pa.array(cells, pa.date32())
    )


@pytest.mark.parametrize("whole", [[], [None], [0, 125, -1, None], [10**38 - 1], [10**38, -(10**75)]])
def test_decimals(whole: list[int | None]) -> None:
    found = as_arrow.decimals(whole, 2)
    exact = Context(prec=80)
    assert found.to_pylist() == [None if n is None else Decimal(n).scaleb(-2, exact) for n in whole]
    assert found.type == (pa.decimal128(38, 2) if max(map(abs, filter(None, whole)), default=0) < 10**38 else
                          pa.decimal256(76, 2))  # fmt: skip


def test_more_than_76_digits_are_refused() -> None:
    with pytest.raises(OverflowError):
        as_arrow.decimals([10**76], 2)


@pytest.mark.parametrize("form", ["csv", "json", "parquet"])
def test_a_run_does_not_load_pandas(form: str, tmp_path: Path) -> None:
    """It takes a third of a second and 40 MB, and pyarrow loads it at the first chance."""
    contract = ROOT / "contract_library" / "mssp"
    data = contract / "data" / "mssp_PY2022.csv"
    given = [
        "--data",
        f"aco_results={data}",
        "--year",
        "2022",
        "--format",
        form,
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(
        [sys.executable, "-c", RUN, "run", str(contract), *given], capture_output=True, text=True, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
