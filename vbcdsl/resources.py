"""Where the grammar and the contract library are: beside the package in a checkout, inside it once installed.

Used by `syntax` (grammar files) and by `vbc library`, `vbc new` and the resolution of library clauses.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BESIDE = _PACKAGE.parent


def grammar_dir() -> Path:
    """The folder of the `.lark` files."""
    return _find("grammar", "_grammar")


def library_dir() -> Path:
    """The folder of the runnable contracts, one folder each."""
    return _find("contract_library", "_library")


def _find(in_checkout: str, in_wheel: str) -> Path:
    """The checkout's folder first, so that an editable install sees each change; `pyproject.toml` tells a
    checkout from a folder of installed packages."""
    checkout = _BESIDE / in_checkout
    if checkout.is_dir() and (_BESIDE / "pyproject.toml").is_file():
        return checkout
    installed = _PACKAGE / in_wheel
    if installed.is_dir():
        return installed
    raise FileNotFoundError(f"vbcdsl is installed without its folder {in_checkout}: install it again")
