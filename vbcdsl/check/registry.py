"""The checks, in the order in which their findings are shown."""

from __future__ import annotations

from collections.abc import Callable

from vbcdsl.check.bands import check_bands
from vbcdsl.check.conditions import check_conditions
from vbcdsl.check.dates import check_dates_in_force
from vbcdsl.check.divisions import check_divisors, check_fine_divisions
from vbcdsl.check.inside_periods import check_changes_inside_periods
from vbcdsl.check.jumps import check_jumps, check_redundant_rows
from vbcdsl.check.limits import check_limits
from vbcdsl.check.own_clock import check_own_clock
from vbcdsl.check.payments import check_negative_payments, check_reduction_order
from vbcdsl.check.pools import check_pools, check_zero_sum
from vbcdsl.check.readings import (
    check_discretion,
    check_rounded_comparisons,
    check_rounded_inputs,
    check_two_bases,
    check_whole_amounts,
)
from vbcdsl.check.tables import check_tables
from vbcdsl.check.unused import check_unused_terms
from vbcdsl.check.view import View
from vbcdsl.check.yearly_amounts import check_yearly_counts, check_yearly_limits, check_yearly_parts
from vbcdsl.diagnostics import Diagnostic

Check = Callable[[View], list[Diagnostic]]

CHECKS: tuple[Check, ...] = (
    check_tables,
    check_bands,
    check_own_clock,
    check_dates_in_force,
    check_changes_inside_periods,
    check_limits,
    check_yearly_parts,
    check_yearly_counts,
    check_yearly_limits,
    check_divisors,
    check_fine_divisions,
    check_negative_payments,
    check_reduction_order,
    check_pools,
    check_conditions,
    check_unused_terms,
    check_redundant_rows,
    check_jumps,
    check_zero_sum,
    check_whole_amounts,
    check_rounded_comparisons,
    check_rounded_inputs,
    check_two_bases,
    check_discretion,
)
