"""The loops that run over every row of the data, in two forms that give the same numbers.

They are generic over columns: no code is made for a contract. `plain` is NumPy. `fused` is the same loops
compiled by numba (the extra `fast`): one pass over the rows where NumPy makes several, without the interpreter's
lock, so that threads run side by side. It is loaded where it pays off: when a run reads many rows.
`VBC_KERNELS=numpy` or `VBC_KERNELS=numba` decides it by hand. Whole numbers only: sums cannot depend on which form
added them up.
"""

from __future__ import annotations

import importlib.util
import os
from types import ModuleType
from typing import Final

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.kernels import plain

MANY_ROWS: Final = 2_000_000  # from here on the half second of loading numba is won back
CHOICES: Final = ("numpy", "numba")

_active: ModuleType = plain


def active() -> ModuleType:
    """The kernels in use: the functions of `plain`, by either module."""
    return _active


def choose(rows: int | None) -> None:
    """Loads the kernels for a run that reads so many rows (None: not known). Kernels once loaded stay. `VbcError`
    if `VBC_KERNELS` asks for what there is not."""
    global _active
    chosen = os.environ.get("VBC_KERNELS", "")
    if chosen and (chosen not in CHOICES or (chosen == "numba" and not installed())):
        raise VbcError([_no_kernels(chosen)])
    if chosen == "numpy":
        _active = plain
    elif _active is plain and (chosen == "numba" or (rows or 0) >= MANY_ROWS) and installed():
        from vbcdsl.kernels import fused

        _active = fused


def _no_kernels(chosen: str) -> Diagnostic:
    if chosen in CHOICES:
        help = "Install the extra: `pip install 'vbcdsl[fast]'`, or leave VBC_KERNELS out."
        return Diagnostic("VBC8039", "VBC_KERNELS asks for numba, which is not installed.", help=help)
    help = "Write `numpy` or `numba`, or leave VBC_KERNELS out."
    return Diagnostic(
        "VBC8039", f"VBC_KERNELS is “{chosen[:40]}”, which is no form of the kernels.", help=help
    )


def installed() -> bool:
    """Whether numba is there."""
    return importlib.util.find_spec("numba") is not None
