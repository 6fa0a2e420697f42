"""Settling again when files were added: what each file gave is kept, by its content, and only new files are read.

A reading of the columnar engine reduces the rows of a record to partial results by group. Whole numbers are
added, so the rows of each file can be reduced by themselves and put together in any order. `reading` does that
file by file (or segment by segment of a prepared store), `cache` keeps what came of each under a name that
stands for the bytes of the file and for everything in the contract and in other records that the partial
results depend on (`depends`), and `entry` is the form in which it is kept: Arrow, whole or not at all.
"""

from vbcdsl.incremental.cache import PartialCache

__all__ = ["PartialCache"]
