"""The files of `vbc simulate --out DIR`: all of them or none.

`scenarios` (a line for each scenario), `payments` (a line for each scenario, party and year, with a column for
each payment), `chart.svg`, `errors.json` and `run.json`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv

from vbcdsl.data.write import cell_text, money_cell, write_csv, write_json, write_parquet
from vbcdsl.model.names import snake_case
from vbcdsl.results.settlement import unique_ids
from vbcdsl.results.write import complete_folder, error_record, records
from vbcdsl.scenarios.outcome import QUANTILES, Outcome, YearOutcome
from vbcdsl.scenarios.plan import shown
from vbcdsl.scenarios.show import chart

SCHEMA = "vbc.scenarios/1"


def write_outcome(
    outcome: Outcome, folder: Path, kind: str = "csv", inputs: dict[str, object] | None = None,
    asked: dict[str, object] | None = None,
) -> list[str]:  # fmt: skip
    """Write all files of a simulation into `folder`; the names written. `kind`: csv, json or parquet."""
    with complete_folder(folder) as room:
        header, rows = summary_cells(outcome)
        table = payments_table(outcome, plain=kind != "csv")
        if kind == "parquet":
            texts = {name: [str(row[i]) for row in rows] for i, name in enumerate(header)}
            write_parquet(room / "scenarios.parquet", pa.table(texts))
            write_parquet(room / "payments.parquet", table)
        elif kind == "json":
            write_json(room / "scenarios.json", records(header, rows))
            write_json(room / "payments.json", _json_rows(table))
        else:
            write_csv(room / "scenarios.csv", header, rows)
            pacsv.write_csv(table, room / "payments.csv", pacsv.WriteOptions(quoting_style="needed"))
        (room / "chart.svg").write_text(chart(outcome), encoding="utf-8")
        write_json(room / "errors.json", [error_record(error) for error in outcome.errors])
        write_json(room / "run.json", run_record(outcome, inputs or {}, asked or {}))
    return [f"scenarios.{kind}", f"payments.{kind}", "chart.svg", "errors.json", "run.json"]


def summary_cells(outcome: Outcome) -> tuple[list[str], list[list[object]]]:
    """The header and the rows of `scenarios.csv`."""
    varied = outcome.scenarios.varied
    quantiles = [f"quantile_{q}" for q in QUANTILES]
    header = ["scenario", *(each.place.label for each in varied), "total_net_payment", "change", *quantiles,
              "not_settled"]  # fmt: skip
    rows: list[list[object]] = []
    for number, line in enumerate(outcome.summary()):
        rows.append([
            line.name, *(shown(each.values[number], each) for each in varied), money_cell(line.total),
            money_cell(line.change), *(money_cell(q) for q in line.quantiles), str(line.failed),
        ])  # fmt: skip
    return header, rows


def payments_table(outcome: Outcome, plain: bool = True) -> pa.Table:
    """A row for each scenario, party and performance year: the amount of each payment and the net payment, exact
    decimals; null where a value could not be computed or a party has no such payment. Not `plain`: texts are
    safe to open in a spreadsheet."""
    names = list(dict.fromkeys(p.name for year in outcome.years for p in year.payments))
    key = snake_case(outcome.compiled.program.party)
    ids = unique_ids(names, ("scenario", key, "performance_year", "net_payment"))
    parts = [_year_table(outcome, year, names, ids, key, plain) for year in outcome.years]
    return pa.concat_tables(parts, promote_options="permissive") if parts else pa.table({"scenario": []})


def _year_table(
    outcome: Outcome, year: YearOutcome, names: list[str], ids: list[str], key: str, plain: bool
) -> pa.Table:
    scenarios, parties = len(outcome.scenarios), len(year.parties)
    count = scenarios * parties
    lines = np.repeat(np.arange(scenarios), parties).astype(np.int32)
    safe: Callable[[str], str] = str if plain else cell_text
    columns: dict[str, Any] = {
        "scenario": _coded([safe(name) for name in outcome.scenarios.names], lines),
        key: _coded(
            [safe(party) for party in year.parties], np.tile(np.arange(parties), scenarios).astype(np.int32)
        ),
        "performance_year": _coded([year.year.label], np.zeros(count, dtype=np.int32)),
    }
    payments = {p.name: p for p in year.payments}
    for name, column in zip(names, ids, strict=True):
        payment = payments.get(name)
        if payment is None:
            columns[column] = pa.nulls(count, pa.decimal128(38, 2))
            continue
        missing = np.broadcast_to(~payment.present, (scenarios, parties))
        if payment.wrong is not None:
            missing = missing | (payment.wrong != 0)
        columns[column] = decimals(
            np.broadcast_to(payment.values, (scenarios, parties)), payment.den, missing
        )
    net, wrong = year.net()
    columns["net_payment"] = decimals(net, year.den, wrong)
    return pa.table(columns)


def _coded(texts: list[str], codes: Any) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes), pa.array(texts)).cast(pa.string())


def decimals(values: Any, den: int, missing: Any = None) -> Any:
    """Whole amounts in units of 1/den as decimals; den must be a product of twos and fives."""
    places = 2
    while 10**places % den:
        places += 1
        if places > 30:
            raise ValueError(f"1/{den} has no end")
    factor = 10**places // den
    flat = np.ascontiguousarray(values).reshape(-1)
    mask = None if missing is None else np.ascontiguousarray(missing).reshape(-1)
    if flat.dtype == object or int(np.abs(flat).max(initial=0)) > (2**63 - 1) // factor:
        from decimal import Context, Decimal

        exact = Context(prec=60)
        cells = [Decimal(int(x) * factor).scaleb(-places, exact) for x in flat.tolist()]
        if mask is not None:
            cells = [None if m else c for c, m in zip(cells, mask.tolist(), strict=True)]  # type: ignore[misc]
        return pa.array(cells, pa.decimal128(38, places))
    words = np.empty((len(flat), 2), dtype=np.int64)
    np.multiply(flat, factor, out=words[:, 0])
    words[:, 1] = words[:, 0] >> 63
    valid = None if mask is None else pa.py_buffer(np.packbits(~mask, bitorder="little").tobytes())
    return pa.Array.from_buffers(pa.decimal128(38, places), len(flat), [valid, pa.py_buffer(words)])


def _json_rows(table: pa.Table) -> list[dict[str, object]]:
    return [
        {name: None if value is None else str(value) for name, value in row.items()}
        for row in table.to_pylist()
    ]


def run_record(outcome: Outcome, inputs: dict[str, object], asked: dict[str, object]) -> dict[str, Any]:
    """What the simulation stood on."""
    from vbcdsl import __version__

    compiled = outcome.compiled
    texts = [
        (compiled.base.name, compiled.base.sha256),
        *((s.name, s.sha256) for _, s in compiled.amendments),
    ]
    return {
        "schema": SCHEMA,
        "contract": outcome.title,
        "vbcdsl": __version__,
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
        "texts": [{"name": name, "sha256": sha} for name, sha in texts],
        "asked": asked,
        "varied": [each.place.label for each in outcome.scenarios.varied],
        "scenarios": len(outcome.scenarios) - 1,
        "performance_years": [year.year.label for year in outcome.years],
        "inputs": inputs,
        "readings": outcome.readings,
        "errors": len(outcome.errors),
    }
