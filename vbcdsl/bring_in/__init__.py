"""Contracts that exist as documents: their numbered clauses become recitals, beside sections to be written."""

from vbcdsl.bring_in.clauses import Clause, DocumentText, read_document
from vbcdsl.bring_in.draft import draft_contract

__all__ = ["Clause", "DocumentText", "draft_contract", "read_document"]
