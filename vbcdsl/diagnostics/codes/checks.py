"""Codes of tables, dates, overrides and lints (4xxx)."""

from __future__ import annotations

from vbcdsl.diagnostics.codes.code import Code

CODES: tuple[Code, ...] = ()
