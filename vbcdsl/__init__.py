"""Executable value-based contracts: the text that the parties sign is the program that pays."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vbcdsl.api import (
        Contract,
        Settlement,
        check,
        consolidate,
        diff,
        explain,
        fmt,
        load,
        run,
        sample,
        simulate,
        test,
    )
    from vbcdsl.diagnostics import VbcError

__version__ = "0.1.0"

__all__ = [
    "Contract", "Settlement", "VbcError", "__version__", "check", "consolidate", "diff", "explain", "fmt", "load",
    "run", "sample", "simulate", "test",
]  # fmt: skip

_STAGES = ("check", "sample")  # names of functions here that are also names of folders


def _public(name: str) -> Any:
    """A name of the interface, imported when it is first asked for: `import vbcdsl` costs nothing."""
    if name == "VbcError":
        from vbcdsl.diagnostics import VbcError

        return VbcError
    from vbcdsl import api

    return getattr(api, name)


def __getattr__(name: str) -> Any:
    if name in __all__:
        return _public(name)
    raise AttributeError(f"module 'vbcdsl' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


def _function(name: str) -> property:
    # Importing the folder `vbcdsl.check` would put the module in the place of the function of the same name.
    return property(lambda _: _public(name), lambda _, __: None)


class _Package(ModuleType):
    """This package, whose functions `check` and `sample` stay functions."""


for _name in _STAGES:
    setattr(_Package, _name, _function(_name))
sys.modules[__name__].__class__ = _Package
