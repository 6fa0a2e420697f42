"""Stage `rules`: typed contract in, rule set out; no surface sugar is left.

`nodes` is the core language (what an engine evaluates), `program` is one contract text in force in that
language, `lower` makes it. Every node keeps the span and the section it came from, so that each number can
be traced to the sentence that paid it.
"""
