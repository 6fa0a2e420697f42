"""The DuckDB engine: counts and sums in SQL where that is exact, everything else by the columnar engine.

It stands beside `engines/arrow`, whose plan and settlement it uses. `rows.py` gives DuckDB the checked rows of
a record, `scan.py` runs the groups; what is not in the exact core, and every record with something wrong in it,
is read by the columnar engine, so that values and errors are the same.
"""

from vbcdsl.engines.duckdb.evaluate import evaluate

__all__ = ["evaluate"]
