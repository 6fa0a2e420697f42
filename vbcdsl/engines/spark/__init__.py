"""The Spark engine: executors run the columnar engine's own code on their part of the rows.

It stands beside `engines/arrow`, whose plan, partial results and settlement it uses. `inputs.py` cuts the data
into parts, `executor.py` reduces one part to partial results, `chunks.py` moves them through Spark's shuffle
and puts equal groups together, `scan.py` hands the result to the settlement on the driver.
"""

from vbcdsl.engines.spark.evaluate import evaluate

__all__ = ["evaluate"]
