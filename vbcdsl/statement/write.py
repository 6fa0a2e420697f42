"""Writes a statement as a document. The file appears when it is complete, and the same inputs give the same
bytes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from vbcdsl.data import Bindings
from vbcdsl.data.write import safe_file
from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.results.settlement import Settled, SettlementRow
from vbcdsl.results.write import cannot_write
from vbcdsl.statement.content import Statement, make_statement
from vbcdsl.trace import find_facts

KINDS = ("html", "docx", "pdf")


def write_statement(
    settled: Settled, row: SettlementRow, inputs: Mapping[str, object], bindings: Bindings | None,
    kind: str, out: Path,
    threads: int = 2,
) -> Statement:  # fmt: skip
    """Write the statement of a row of a settlement. `kind`: html, docx or pdf. `VbcError` if the place cannot be
    written or a package for the kind is not installed."""
    statement = make_statement(find_facts(settled, inputs, bindings, threads), row, inputs, bindings)
    content = document(statement, kind)
    try:
        with safe_file(out, "wb") as file:
            file.write(content)
    except OSError as error:
        raise cannot_write(out, error) from None
    return statement


def document(statement: Statement, kind: str) -> bytes:
    """The bytes of a document."""
    if kind == "html":
        from vbcdsl.statement.html import to_html

        return to_html(statement).encode("utf-8")
    try:
        if kind == "docx":
            from vbcdsl.statement.word import to_docx

            return to_docx(statement)
        from vbcdsl.statement.pdf import to_pdf

        return to_pdf(statement)
    except ImportError as error:
        raise VbcError([
            Diagnostic("VBC8020", f"the {kind} cannot be written: {error.name} is not installed",
                       help="pip install 'vbcdsl[docs-out]'")
        ]) from None  # fmt: skip
