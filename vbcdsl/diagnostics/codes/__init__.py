"""The registry of codes. One module for each group; the number says the stage.

1xxx the sentence · 2xxx names and sections · 3xxx kinds, units and grains · 4xxx tables, dates, overrides and
lints · 5xxx data and bindings · 6xxx found while computing · 7xxx amendments · 8xxx command line and files.
"""

from __future__ import annotations

from vbcdsl.diagnostics.codes import (
    amend,
    checks,
    data,
    files,
    kinds,
    names,
    renewal,
    run,
    scenarios,
    sentence,
    sql,
    statement,
    stores,
)
from vbcdsl.diagnostics.codes.code import Code

ALL: dict[str, Code] = {
    code.id: code
    for module in (
        sentence,
        names,
        kinds,
        checks,
        data,
        stores,
        run,
        amend,
        files,
        renewal,
        scenarios,
        statement,
        sql,
    )
    for code in module.CODES
}

__all__ = ["ALL", "Code"]
