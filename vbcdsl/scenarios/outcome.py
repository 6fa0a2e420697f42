"""What a simulation gives: each payment of each party in each scenario, in whole cents, and sums of them.

The sign of a net amount is that of a settlement: positive to the settled party, negative from it.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import Any

import attrs
import numpy as np

from vbcdsl.compiler import Compiled
from vbcdsl.diagnostics import Diagnostic, RunError
from vbcdsl.model.periods import Period
from vbcdsl.scenarios.plan import Scenarios

QUANTILES = (0, 10, 25, 50, 75, 90, 100)  # percent of the parties


@attrs.define(eq=False)
class PaymentAmounts:
    """One payment of a year: `values` / `den` dollars, a line for each scenario (one line: the same in all) and
    an entry for each party, of whom `present` have it. `sign`: +1 to the settled party, -1 from it, 0 between
    others. `wrong`: numbers of errors, which `errors` holds."""

    section: str
    name: str
    payer: str
    payee: str
    sign: int
    values: Any
    den: int
    present: Any
    wrong: Any = None
    errors: dict[int, RunError] = attrs.field(factory=dict)


@attrs.define(eq=False)
class YearOutcome:
    """A performance year in all scenarios. `effort`: how many values the exact engine computed."""

    year: Period
    parties: tuple[str, ...]
    payments: tuple[PaymentAmounts, ...]
    count: int
    effort: Any = None
    _net: Any = None

    @property
    def den(self) -> int:
        """The units of a dollar in which net amounts are whole."""
        return math.lcm(1, *(p.den for p in self.payments))

    def net(self) -> tuple[Any, Any]:
        """Net amounts by scenario and party in units of 1/den, and where one could not be computed (or None)."""
        if self._net is None:
            total = np.zeros((self.count, len(self.parties)), dtype=np.int64)
            wrong: Any = None
            for payment in self.payments:
                if not payment.sign:
                    continue
                values = payment.values
                factor = payment.sign * (self.den // payment.den)
                if values.dtype == object or factor not in (1, -1):
                    values = values.astype(object) * factor
                    factor = 1
                total = total + values if factor == 1 else total - values
                if payment.wrong is not None:
                    bad = np.broadcast_to(payment.wrong != 0, total.shape)
                    wrong = bad if wrong is None else wrong | bad
            self._net = (total, wrong)
        return self._net[0], self._net[1]


@attrs.frozen(eq=False)
class Summary:
    """A scenario in one line: the total of the net amounts, its change against the text as written, quantiles
    over parties (and years), and how many parties could not be settled. Amounts in dollars."""

    name: str
    total: Fraction
    change: Fraction
    quantiles: tuple[Fraction, ...]
    failed: int


@attrs.frozen(eq=False)
class Outcome:
    """A simulated contract. `reads_again`: varied things for which the data had to be read more than once."""

    compiled: Compiled
    scenarios: Scenarios
    years: tuple[YearOutcome, ...]
    reads_again: tuple[str, ...] = ()
    readings: int = 1
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def title(self) -> str:
        """The title of the contract."""
        return self.compiled.program.title

    @property
    def errors(self) -> tuple[RunError, ...]:
        """Why values could not be computed, each reason once."""
        found: dict[RunError, None] = {}
        for year in self.years:
            for payment in year.payments:
                found |= dict.fromkeys(payment.errors.values())
        return tuple(found)

    def nets(self) -> tuple[Any, int, Any]:
        """Net amounts of all years side by side: (scenario by party and year, units of a dollar, errors)."""
        den = math.lcm(1, *(y.den for y in self.years))
        parts, bad = [], []
        for year in self.years:
            net, wrong = year.net()
            kept = np.ones(len(year.parties), dtype=bool)
            if year.parties and year.parties[0] == "":
                kept[0] = any(p.present[0] and p.sign for p in year.payments)
            parts.append((net if den == year.den else net * (den // year.den))[:, kept])
            bad.append((np.zeros(net.shape, dtype=bool) if wrong is None else wrong)[:, kept])
        if not parts:
            empty = np.zeros((len(self.scenarios), 0), dtype=np.int64)
            return empty, den, empty.astype(bool)
        return np.concatenate(parts, axis=1), den, np.concatenate(bad, axis=1)

    def summary(self) -> tuple[Summary, ...]:
        """A line for each scenario."""
        net, den, wrong = self.nets()
        lines = []
        first = Fraction(0)
        for number, name in enumerate(self.scenarios.names):
            values = net[number][~wrong[number]]
            total = Fraction(int(values.astype(object).sum()) if len(values) else 0, den)
            if number == 0:
                first = total
            lines.append(
                Summary(name, total, total - first, quantiles_of(values, den), int(wrong[number].sum()))
            )
        return tuple(lines)


def quantiles_of(values: Any, den: int, percents: tuple[int, ...] = QUANTILES) -> tuple[Fraction, ...]:
    """The quantiles of whole amounts by the nearest rank: each is an amount that a party has."""
    if not len(values):
        return (Fraction(0),) * len(percents)
    ordered = np.sort(values)
    places = [max(math.ceil(p * len(ordered) / 100), 1) - 1 for p in percents]
    return tuple(Fraction(int(ordered[p]), den) for p in places)


def put_together(parts: list[tuple[list[int], YearOutcome]], count: int) -> YearOutcome:
    """A year whose scenarios were computed in groups."""
    first = parts[0][1]
    payments = []
    for at, example in enumerate(first.payments):
        den = math.lcm(*(part.payments[at].den for _, part in parts))
        values = np.zeros((count, len(first.parties)), dtype=np.int64)
        wrong = np.zeros((count, len(first.parties)), dtype=np.int64)
        errors: dict[int, RunError] = {}
        for lines, part in parts:
            payment = part.payments[at]
            here = payment.values * (den // payment.den)
            if here.dtype == object and values.dtype != object:
                values = values.astype(object)
            values[lines] = here
            if payment.wrong is not None:
                shift = len(errors)
                numbers = {old: shift + i for i, old in enumerate(sorted(payment.errors), start=1)}
                errors |= {numbers[old]: error for old, error in payment.errors.items()}
                table = np.zeros(max(numbers) + 1, dtype=np.int64)
                for old, new in numbers.items():
                    table[old] = new
                wrong[lines] = table[payment.wrong]
        payments.append(attrs.evolve(
            example, values=values, den=den, wrong=wrong if wrong.any() else None, errors=errors,
        ))  # fmt: skip
    return YearOutcome(first.year, first.parties, tuple(payments), count, first.effort)
