"""Contracts tested by the examples in their own text; `examples` is also what a pytest plug-in calls."""
