"""The columnar engine, the default: whole columns of exact whole numbers, data read as a stream.

It stands after the rules (`vbcdsl.rules`) and beside `engines/reference`, whose values it gives to the last
digit. `evaluate.py` is the way in.
"""

from vbcdsl.engines.arrow.evaluate import evaluate

__all__ = ["evaluate"]
