"""Synthetic data that fits a contract's own records, so that anybody can try a contract without data.

`people` invents who is with whom in which month; `make` makes the rows of each record from it; `values` fills
the columns by their kinds; `write` makes the files. The same seed gives the same bytes.
"""

from vbcdsl.sample.make import Sample, make_sample
from vbcdsl.sample.write import write_sample

__all__ = ["Sample", "make_sample", "write_sample"]
