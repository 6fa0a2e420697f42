"""Stage `types`: the kind and unit of every expression of the core language, and what may not be mixed.

It runs on core nodes, after sugar is gone, so that one small set of rules sees everything.
"""
