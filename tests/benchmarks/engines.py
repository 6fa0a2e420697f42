"""Which engine when: the same contract and Parquet on every engine, each in a process of its own.

    python -m tests.benchmarks.engines --rows 10000000 --out engines.json [--shuffled] [--only arrow,duckdb]

Prints, for each engine and round: seconds from opening the data to the payments, the largest memory of the process
with all its children (Java among them), and for Spark what its shuffle wrote and what came to the driver. The
payments must be the same to the cent. It is a measurement and gates nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from tests.benchmarks.data import Shape, make

LAKESIDE = Path(__file__).parents[2] / "contract_library" / "lakeside"
ON_A_TABLE = " on a table of a DuckDB file"
ENGINES = (
    "arrow", "duckdb", f"arrow{ON_A_TABLE}", f"duckdb{ON_A_TABLE}",
    "spark local[2]", "spark local-cluster[2,1,2048]",
)  # fmt: skip


def one(name: str, home: Path) -> dict[str, Any]:
    """Runs one engine in this process."""
    on_a_table = name.endswith(ON_A_TABLE)
    engine, _, master = name.removesuffix(ON_A_TABLE).partition(" ")
    if master:
        os.environ["PYSPARK_SUBMIT_ARGS"] = (
            f"--master {master} --driver-memory 2g --conf spark.ui.showConsoleProgress=false "
            "--conf spark.ui.enabled=false --conf spark.driver.bindAddress=127.0.0.1 "
            "--conf spark.driver.host=127.0.0.1 "
            "--conf spark.sql.shuffle.partitions=4 "
            f"--conf spark.executorEnv.PYTHONPATH={os.environ.get('PYTHONPATH', '')} pyspark-shell"
        )
        os.environ["PYSPARK_PYTHON"] = sys.executable
    from importlib import import_module

    from vbcdsl.compiler import compile_path
    from vbcdsl.data import load_bindings, open_store
    from vbcdsl.engines.interface import Request
    from vbcdsl.results.settle import all_records

    compiled = compile_path(LAKESIDE)
    bundle = compiled.bundle
    bindings = None if on_a_table else load_bindings(home / "bindings.toml")
    inputs: dict[str, object] = warehouse(home) if on_a_table else {}
    found: dict[str, Any] = {"engine": name}
    if master:
        from vbcdsl.engines.spark.session import session

        begun = time.perf_counter()
        session(2)
        found["start_of_spark_s"] = round(time.perf_counter() - begun, 2)
    rounds = []
    for _ in range(2):
        begun = time.perf_counter()
        store = open_store(all_records(bundle), bundle.calendar, inputs, bindings)
        request = Request(tuple(bundle.by_year), threads=2)
        if master:
            from vbcdsl.engines.arrow.results import collect
            from vbcdsl.engines.spark.evaluate import SparkEvaluation

            evaluation = SparkEvaluation(bundle, store, request)
            evaluation.read()
            results = collect(evaluation)
            found["on_spark"] = dict(evaluation.on_spark)
            found["to_the_driver_bytes"] = evaluation.moved_bytes
        else:
            results = import_module(f"vbcdsl.engines.{engine}").evaluate(bundle, store, request)
        rounds.append(round(time.perf_counter() - begun, 2))
    found["seconds"] = rounds
    if master:
        found["shuffle_write_bytes"] = shuffled_bytes() // len(rounds)
    payments = [t for p in bundle.by_year.values() for t in p.terms.values() if t.payment is not None]
    found["payments"] = sorted(
        f"{term} {' '.join(str(getattr(k, 'label', k)) for k in key)} {value}"
        for term in dict.fromkeys(t.name for t in payments)
        if term in results.terms
        for key, value in results.terms[term].items()
    )
    return found


def warehouse(home: Path) -> dict[str, object]:
    """The same rows as tables of a DuckDB file, made once."""
    import duckdb

    path = home / "warehouse.duckdb"
    names = ("member_months", "quality_results", "financial_schedule")
    if not path.exists():
        room = home / "warehouse.part"
        room.unlink(missing_ok=True)
        with duckdb.connect(str(room)) as database:
            for name in names:
                database.execute(
                    f"CREATE TABLE {name} AS SELECT * FROM read_parquet('{home / name}.parquet')"
                )
        room.rename(path)
    return {name: f"duckdb:{path}#{name}" for name in names}


def shuffled_bytes() -> int:
    """What the shuffles of this session wrote."""
    from vbcdsl.engines.spark.session import session

    context = session().sparkContext
    store = context._jsc.sc().statusStore()
    none = context._gateway.new_array(context._gateway.jvm.double, 0)
    stages = store.stageList(None, False, False, none, None)
    return sum(int(stages.apply(i).shuffleWriteBytes()) for i in range(stages.size()))


def memory_of(pid: int) -> int:
    """Bytes that a process and its descendants have in memory; shared pages are counted once (PSS)."""
    below: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            below.setdefault(int(fields[1]), []).append(int(entry.name))
    total, todo = 0, [pid]
    while todo:
        current = todo.pop()
        todo += below.get(current, [])
        try:
            lines = Path(f"/proc/{current}/smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))
    return total


def measured(name: str, home: Path) -> dict[str, Any]:
    """One engine in a process of its own, with the largest memory seen."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out, tempfile.TemporaryFile() as said:
        command = [
            sys.executable,
            "-m",
            "tests.benchmarks.engines",
            "--one",
            name,
            "--home",
            str(home),
            "--out",
            out.name,
        ]
        process = subprocess.Popen(command, stdout=said, stderr=said)
        most = [0]

        def watch() -> None:
            while process.poll() is None:
                most[0] = max(most[0], memory_of(process.pid))
                time.sleep(0.1)

        watcher = threading.Thread(target=watch)
        watcher.start()
        process.wait(timeout=1800)
        watcher.join()
        if process.returncode:
            said.seek(0)
            return {"engine": name, "failed": said.read()[-1500:].decode(errors="replace")}
        found: dict[str, Any] = json.loads(Path(out.name).read_text())
    return {**found, "most_memory_mb": most[0] // (1 << 20)}


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--shuffled", action="store_true")
    parser.add_argument("--only", default="", help="arrow, duckdb, spark, with commas between")
    parser.add_argument("--folder", type=Path, default=Path(tempfile.gettempdir()) / "vbcdsl-bench")
    parser.add_argument("--one")
    parser.add_argument("--home", type=Path)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    if arguments.one:
        arguments.out.write_text(json.dumps(one(arguments.one, arguments.home)))
        return 0
    home = make(Shape(arguments.rows, arguments.shuffled), arguments.folder)
    wanted = arguments.only.split(",") if arguments.only else ENGINES
    names = [name for name in ENGINES if name in wanted or name.partition(" ")[0] in wanted]
    warehouse(home)
    found = []
    for name in names:
        result = measured(name, home)
        found.append(result)
        print({k: v for k, v in result.items() if k != "payments"}, flush=True)
    payments = [result["payments"] for result in found if "payments" in result]
    same = all(each == payments[0] for each in payments)
    said = "the same to the cent" if same else "DIFFERENT"
    print(f"{len(payments[0])} payments, {said} on {len(payments)} engines")
    if arguments.out:
        arguments.out.write_text(
            json.dumps([{k: v for k, v in r.items() if k != "payments"} for r in found], indent=2)
        )
    return 0 if same and len(payments) == len(names) else 1


if __name__ == "__main__":
    sys.exit(main())
