"""Runs a case on two engines and says where they differ."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import attrs

from tests.property.generate import Case
from vbcdsl.compiler import Compiled, compile_text
from vbcdsl.data import open_store
from vbcdsl.data.options import Options
from vbcdsl.diagnostics import RunError, VbcError
from vbcdsl.diagnostics.render import to_text
from vbcdsl.engines.arrow import evaluate as arrow
from vbcdsl.engines.interface import Engine, Request, Results
from vbcdsl.engines.reference import evaluate as reference

Shown = dict[str, Any]


@attrs.frozen
class Refused(Exception):
    """The generated text does not compile."""

    message: str
    codes: tuple[str, ...]

    def __str__(self) -> str:
        return self.message


def compiled(case: Case) -> Compiled:
    """The case compiled; `Refused` with all messages if it cannot be."""
    found = compile_text(case.text, "random", tuple(case.amendments))
    if found.errors:
        raise Refused(to_text(found.errors), tuple(d.code for d in found.errors))
    return found


def run(
    case: Case, contract: Compiled, engine: Engine, *, rows: int | None = None, threads: int = 1,
    shuffled: random.Random | None = None,
) -> Shown:  # fmt: skip
    """What an engine gives: the value, or the code of the error, of each term at each key, and the counts."""
    bundle = contract.bundle
    tables = {}
    for name, table in case.tables.items():
        order = shuffled.sample(range(len(table.rows)), len(table.rows)) if shuffled is not None else None
        tables[name] = table.arrow(order)
    options = Options(batch_rows=rows) if rows is not None else Options()
    terms = tuple(dict.fromkeys(name for program in bundle.by_year.values() for name in program.terms))
    try:
        store = open_store(contract.program.records, bundle.calendar, tables, None, options)
        return shown(
            engine(bundle, store, Request(case.years, terms=terms, threads=threads, batch_rows=rows))
        )
    except VbcError as error:
        return {"stopped": sorted({d.code for d in error.diagnostics})}


def shown(results: Results) -> Shown:
    """The results in a form that can be compared: of an error its code."""
    found: Shown = {}
    for name, values in results.terms.items():
        found[name] = {
            tuple(k if isinstance(k, str) else f"{k.clock} {k.label}" for k in key):
            f"error {value.code}" if isinstance(value, RunError) else value
            for key, value in values.items()
        }  # fmt: skip
    found["(left out)"] = {(x.record, x.reason): x.rows for x in sorted(results.left_out, key=str)}
    found["(read)"] = dict(results.rows)
    found["(agreements)"] = sorted(
        (section, tuple(k if isinstance(k, str) else k.label for k in key))
        for section, key in results.broken_agreements
    )
    found["(not checked)"] = sorted(
        (section, tuple(k if isinstance(k, str) else k.label for k in key))
        for section, key in results.unchecked_agreements
    )
    found["(errors)"] = sorted({error.code for error in results.errors})
    return found


def differences(one: Shown, two: Shown) -> dict[str, Any]:
    """The terms with different keys or values: name → list of (key, first, second)."""
    found: dict[str, Any] = {}
    if "stopped" in one and "stopped" not in two:  # wrong cells of a roster: told at once, or with each value
        values = [v for name in two if name[0] != "(" for v in two[name].values()]
        if set(one["stopped"]) <= {str(v).removeprefix("error ") for v in values} or not values:
            return {}
    both = set(one.get("(read)", ())) & set(two.get("(read)", ()))  # what no value needs need not be read
    one, two = _as_read(one, both), _as_read(two, both)
    for name in dict.fromkeys([*one, *two]):
        a, b = one.get(name), two.get(name)
        if a == b and (not isinstance(a, dict) or (list(a) == list(b) and _types(a) == _types(b))):  # type: ignore[arg-type]
            continue
        if isinstance(a, dict) and isinstance(b, dict):
            keys = [k for k in dict.fromkeys([*a, *b]) if not _same(a.get(k, "no key"), b.get(k, "no key"))]
            if not keys and list(a) == list(b):
                continue
            found[name] = [(k, a.get(k, "no key"), b.get(k, "no key")) for k in keys] or [
                ("order or types", list(a.items()), list(b.items()))
            ]
        elif name != "(errors)" or bool(a) != bool(b) or _codes(one) == _codes(two):
            found[name] = [("", a, b)]
    return found


def _same(a: object, b: object) -> bool:
    """Whether two values are one. Where several errors stop a value, either may be the one that is named."""
    return a == b or (str(a).startswith("error ") and str(b).startswith("error "))


def _codes(shown: Shown) -> set[str]:
    """The errors that values name."""
    return {
        str(v)
        for name, of in shown.items()
        if name[0] != "(" and name != "stopped"
        for v in of.values()
        if str(v).startswith("error")
    }


def _as_read(shown: Shown, records: set[str]) -> Shown:
    left_out = {key: rows for key, rows in shown.get("(left out)", {}).items() if key[0] in records}
    return {
        **shown,
        "(left out)": left_out,
        "(read)": {name: shown.get("(read)", {}).get(name) for name in sorted(records)},
    }


def _types(values: dict[Any, Any]) -> list[type]:
    return [type(v) for v in values.values()]


def disagreement(case: Case, rng: random.Random | None = None) -> dict[str, Any]:
    """Where the columnar engine differs from the reference, in one of several ways of feeding it."""
    contract = compiled(case)
    meaning = run(case, contract, reference)
    rng = rng or random.Random(case.seed)
    ways: list[tuple[str, Callable[[], Shown]]] = [
        ("whole", lambda: run(case, contract, arrow)),
        (
            "small batches, two threads",
            lambda: run(case, contract, arrow, rows=rng.choice((1, 2, 3, 7)), threads=2),
        ),
        ("shuffled", lambda: run(case, contract, arrow, rows=rng.choice((None, 5)), shuffled=rng)),
    ]
    for way, give in ways:
        found = differences(meaning, give())
        if found:
            return {"way": way, **found}
    return {}
