"""The reference engine: row by row, with fractions, written to be read. It is the meaning of the language.

Every other engine must give the same values. It is slow on purpose: nothing is clever here.
"""

from __future__ import annotations

from vbcdsl.data.store import Store
from vbcdsl.engines.interface import Request, Results
from vbcdsl.engines.needs import on_needed
from vbcdsl.engines.reference.evaluate import Evaluator
from vbcdsl.rules.program import Bundle


def evaluate(bundle: Bundle, store: Store, request: Request) -> Results:
    """Compute the requested terms."""
    return on_needed(lambda *given: Evaluator(*given).run(), bundle, store, request)


__all__ = ["evaluate"]
