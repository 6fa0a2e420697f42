"""Many contracts at once: payments by program and party, shares by HCP-LAN category, dated targets.

`read` finds and settles the contracts, `category` derives a category from the clauses, `targets` reads the targets
and measures them, `show` prints. Used by `vbc portfolio`.
"""

from vbcdsl.portfolio.category import Derived, derive
from vbcdsl.portfolio.read import Portfolio, Settlement, settle_portfolio
from vbcdsl.portfolio.targets import Outcome, Plan, read_plan

__all__ = ["Derived", "Outcome", "Plan", "Portfolio", "Settlement", "derive", "read_plan", "settle_portfolio"]
