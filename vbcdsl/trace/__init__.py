"""Traces: for every amount its section, the rule that applied, what it displaced, its inputs and its roundings.

`lift` makes each part of a sentence that visits rows of data a term of its own, so that its value is known;
`visit` evaluates a sentence again over computed values and keeps what it visited; `records` turns that into
`vbc.trace/1`, and `write` into a file. Used by `vbc trace`, `vbc explain --format json` and `vbc audit`.
"""

from vbcdsl.trace.facts import Facts, find_facts
from vbcdsl.trace.records import Tracer
from vbcdsl.trace.write import write_trace

__all__ = ["Facts", "Tracer", "find_facts", "write_trace"]
