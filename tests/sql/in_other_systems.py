"""By hand: the SQL of the library and the worked cases, run on PostgreSQL or Spark, against the columnar engine.

    python -m tests.sql.in_other_systems postgres --psql "psql -h /tmp -U postgres"
    python -m tests.sql.in_other_systems spark

Prints how many terms were accepted and refused, and how many values were equal; a value that differs is shown.
"""

from __future__ import annotations

import argparse
import csv
import io
import shlex
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Any

from tests.conformance import worked_cases
from tests.library import test_library as library
from tests.sql.running import Cell, Loaded, expected, loaded
from tests.sql.test_settlement import sayable
from vbcdsl.compiler import Compiled
from vbcdsl.data import load_bindings, open_store
from vbcdsl.data.store import Store
from vbcdsl.diagnostics import RunError
from vbcdsl.results.settle import all_records, years_with_rows
from vbcdsl.sql.settlement import Written, settlement_sql

KINDS = {"HUGEINT": "NUMERIC", "DOUBLE": "DOUBLE PRECISION"}


def contracts() -> Iterator[tuple[str, Compiled, Store]]:
    """Each contract with its data."""
    for folder in library.PROGRAMS:
        data = library.shipped_data(folder)
        if data:
            compiled = library.compiled(folder)
            bundle, files = compiled.bundle, compiled.files
            bindings = load_bindings(files.bindings) if files and files.bindings else None
            yield folder.name, compiled, open_store(all_records(bundle), bundle.calendar, data, bindings)
    for case in worked_cases.all_cases():
        compiled = worked_cases.compiled(case)
        bundle = compiled.bundle
        yield case.id, compiled, open_store(all_records(bundle), bundle.calendar, case.data)


def tables(db: Loaded) -> list[tuple[str, list[tuple[str, str]]]]:
    """The tables of a loaded database with their columns."""
    names = [row[0] for row in db.connection.execute("SHOW TABLES").fetchall()]
    return [(n, [(r[0], r[1]) for r in db.connection.execute(f'DESCRIBE "{n}"').fetchall()]) for n in names]


class Postgres:
    """PostgreSQL by its command line."""

    def __init__(self, command: str) -> None:
        self.command = shlex.split(command)

    def run(self, db: Loaded, written: Written, folder: Path) -> list[list[str | None]]:
        """The rows of the query; the checks must find nothing."""
        script = ["DROP SCHEMA IF EXISTS vbc CASCADE; CREATE SCHEMA vbc; SET search_path TO vbc;"]
        for name, columns in tables(db):
            path = folder / f"{name}.csv"
            db.connection.execute(f"COPY \"{name}\" TO '{path}' (HEADER, NULLSTR '\\N')")
            kinds = ", ".join(f'"{c}" {KINDS.get(kind, kind)}' for c, kind in columns)
            script.append(f'CREATE TABLE "{name}" ({kinds});')
            script.append(f"\\copy \"{name}\" FROM '{path}' (FORMAT csv, HEADER, NULL '\\N')")
        text = written.in_dialect("postgres")
        checks, query = text.split("-- SETTLEMENT")
        script += ["\\pset null '\\\\N'", checks, "\\echo ====", f"-- {query}"]
        done = subprocess.run(
            [*self.command, "-q", "-v", "ON_ERROR_STOP=1", "--csv"], input="\n".join(script),
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(done.stderr[:300])
        wrong, _, rows = done.stdout.partition("====\n")
        assert len(wrong.splitlines()) <= 1, wrong
        found = list(csv.reader(io.StringIO(rows)))[1:]
        return [[None if cell == "\\N" else cell for cell in row] for row in found]


class Spark:
    """Spark on this machine."""

    def __init__(self) -> None:
        from vbcdsl.engines.spark.session import session

        self.spark = session(2)

    def run(self, db: Loaded, written: Written, folder: Path) -> list[list[Any]]:
        """The rows of the query; the checks must find nothing."""
        for name, _ in tables(db):
            path = folder / f"{name}.parquet"
            db.connection.execute(f"COPY \"{name}\" TO '{path}' (FORMAT parquet)")
            self.spark.read.parquet(str(path)).createOrReplaceTempView(name)
        checks, query = written.in_dialect("spark").split("-- SETTLEMENT")
        if "-- CHECKS" in checks:
            assert not self.spark.sql(checks[checks.index("-- CHECKS") :].strip().rstrip(";")).collect()
        found = self.spark.sql("-- " + query.strip().rstrip(";")).collect()
        return [list(row) for row in found]


def values(rows: list[list[Any]]) -> dict[Cell, object]:
    """The rows of a result by cell."""
    found: dict[Cell, object] = {}
    for _, term, year, party, _, period, keys, numerator, denominator, said in rows:
        value = said if said is not None else Fraction(int(numerator), int(denominator))
        found[term, int(year), party or "", str(period or ""), keys or ""] = value
    return found


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("system", choices=["postgres", "spark"])
    parser.add_argument("--psql", default="psql")
    parser.add_argument("--only", default="")
    arguments = parser.parse_args()
    system: Any = Postgres(arguments.psql) if arguments.system == "postgres" else Spark()
    total: Counter[str] = Counter()
    for name, compiled, store in contracts():
        if arguments.only and arguments.only not in name:
            continue
        years = tuple(y.number for y in years_with_rows(compiled.bundle, store))
        db = loaded(compiled, store)
        good, refused = sayable(compiled, years, db)
        total += Counter(contracts=1, accepted=len(good), refused=len(refused))
        if not good:
            continue
        wanted = expected(compiled, store, years, good)
        try:
            with tempfile.TemporaryDirectory() as folder:
                Path(folder).chmod(0o755)
                found = values(system.run(db, settlement_sql(compiled, years, good, db.of), Path(folder)))
        except Exception as error:
            meant = "section " in str(error) and any(isinstance(v, RunError) for v in wanted.values())
            total["stopped as the contract says" if meant else "failed"] += 1
            if not meant:
                print(f"{name}: {type(error).__name__} {str(error)[:400]}")
            continue
        different = [key for key in {**wanted, **found} if wanted.get(key) != found.get(key)]
        total += Counter(equal=len(found) - len(different), different=len(different))
        for key in different[:3]:
            print(f"{name}: {key}: {wanted.get(key)} {found.get(key)}")
    print(dict(total))
    return 1 if total["different"] or total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main())
