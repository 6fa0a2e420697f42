"""From the user's files to exact columns: the only door through which data comes into a run.

`open_store` takes what was given for each record, with `Bindings` that say which column is which, and gives the
`Store` that engines read (`vbcdsl.data.store`). In between: `inputs` (files in order) → `readers` (one for each
format) → `matching` (columns by name) → `convert` (cells to exact values) → `source` (batches, and every mistake
in one message). `keys` finds duplicate rows, `rows` gives Python values, `fingerprint` and `write` serve the
audit package and results.
"""

from vbcdsl.data.bindings import Bindings, load_bindings, make_bindings
from vbcdsl.data.open import DataStore, open_store
from vbcdsl.data.options import Options

__all__ = ["Bindings", "DataStore", "Options", "load_bindings", "make_bindings", "open_store"]
