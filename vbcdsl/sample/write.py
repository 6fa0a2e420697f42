"""Writes the files of a sample, with a bindings file that says where they are and how rates are written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pa_csv

from vbcdsl.data.write import safe_file, write_parquet
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.results.write import complete_folder
from vbcdsl.rules.program import Record
from vbcdsl.sample.make import Sample
from vbcdsl.sample.values import Filled

MADE = "# Made by `vbc sample`"  # how the bindings of a sample begin


def sample_tables(sample: Sample) -> dict[str, pa.Table]:
    """An Arrow table for each record, with exact decimals."""
    return {
        name: pa.table({
            column.id: to_arrow(sample.columns[name][column.name], column.written == "percent")
            for column in _in_order(record)
        })
        for name, record in sample.records.items()
    }  # fmt: skip


def _in_order(record: Record) -> list[Any]:
    """Keys first, as a person would write them."""
    keys = (*record.dims, record.clock)
    return sorted(
        record.columns, key=lambda column: keys.index(column.name) if column.name in keys else len(keys)
    )


def write_sample(sample: Sample, folder: Path, kind: str = "csv") -> list[str]:
    """Write a file for each record and `bindings.toml`; the names written."""
    names = []
    _refuse_other_data(sample, folder, kind)
    with complete_folder(folder) as room:
        for name, table in sample_tables(sample).items():
            path = room / f"{name}.{kind}"
            if kind == "parquet":
                write_parquet(path, table)
            else:
                plain = [c.cast(pa.string()) if pa.types.is_dictionary(c.type) else c for c in table.columns]
                with safe_file(path) as file:
                    options = pa_csv.WriteOptions(quoting_style="needed", quoting_header="needed")
                    pa_csv.write_csv(pa.table(plain, names=table.column_names), file, options)
            names.append(path.name)
        with safe_file(room / "bindings.toml", "w", encoding="utf-8") as file:
            file.write(bindings_text(sample, kind))
    return [*names, "bindings.toml"]


def _refuse_other_data(sample: Sample, folder: Path, kind: str) -> None:
    """A sample may replace a sample; data that it did not make it leaves alone. `VbcError`."""
    mark = folder / "bindings.toml"
    if mark.is_file() and mark.read_bytes().startswith(MADE.encode()):
        return
    there = [
        path for path in (mark, *(folder / f"{name}.{kind}" for name in sample.records)) if path.exists()
    ]
    if there:
        raise VbcError([
            Diagnostic("VBC8021", f"{there[0].as_posix()} exists already, and is no sample",
                       help="name another folder: --out")
        ])  # fmt: skip


def bindings_text(sample: Sample, kind: str) -> str:
    """A bindings file for the sample."""
    parts = [f"{MADE}: synthetic data, no real persons or amounts.\n"]
    for name, record in sample.records.items():
        parts.append(f'[{name}]\nfile = "{name}.{kind}"\n')
        rates = [
            c for c in record.columns if c.kind.base in ("rate", "percentage points") and c.written is None
        ]
        if rates:
            parts.append(f"[{name}.columns]\n")
            parts += [f'"{c.name}" = {{ column = "{c.id}", written = "fraction" }}\n' for c in rates]
    return "\n".join(parts)


def to_arrow(column: Filled, as_percent: bool = False) -> Any:
    """A made column as an Arrow array; an empty cell is null."""
    empty = column.empty
    if column.form == "text":
        codes = pa.array(column.values.astype(np.int32), mask=empty)
        return pa.DictionaryArray.from_arrays(codes, pa.array(column.texts, pa.string()))
    if column.form == "flag":
        words = pa.array(["no", "yes"])
        return pa.DictionaryArray.from_arrays(pa.array(column.values.astype(np.int32), mask=empty), words)
    if column.form == "day":
        return pa.array(column.values.astype(np.int32), mask=empty).cast(pa.date32())
    scale = column.scale - 2 if as_percent else column.scale
    if scale == 0:
        return pa.array(column.values, mask=empty)
    return _decimals(column.values, scale, empty)


def _decimals(values: Any, scale: int, empty: Any) -> Any:
    """Whole numbers as decimals of a scale, without a detour over texts or floats."""
    wide = np.empty((len(values), 2), np.int64)
    wide[:, 0] = values
    wide[:, 1] = values >> 63
    validity = None
    nulls = 0
    if empty is not None and empty.any():
        validity = pa.py_buffer(np.packbits(~empty, bitorder="little").tobytes())
        nulls = int(empty.sum())
    return pa.Array.from_buffers(
        pa.decimal128(19, scale), len(values), [validity, pa.py_buffer(wide.tobytes())], nulls
    )
