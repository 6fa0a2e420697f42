"""Every family of nodes, imported so that each registers its nodes in `expr.EVALUATE`."""

from vbcdsl.engines.arrow import expr, lookups, pools, rows, terms

__all__ = ["expr", "lookups", "pools", "rows", "terms"]
