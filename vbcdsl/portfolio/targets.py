"""Shares of payments by HCP-LAN category, against dated targets from a TOML file.

[[target]]
name = "Alternative payment models"
at_least = "3A"                        # these categories and all above; or categories = ["3B", "4B"]
shares = { 2024 = "5%", 2025 = "10%", 2026 = "15%" }   # a year without a share keeps the last one

[[other]]                              # what is paid outside these contracts, or for care under them
name = "Fee for service"
category = "1"
year = 2024
amount = "1250000.00"
"""

from __future__ import annotations

import tomllib
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import attrs

from vbcdsl.diagnostics import Diagnostic, VbcError
from vbcdsl.portfolio.category import ALL
from vbcdsl.portfolio.read import Flow

UNDECLARED: Final = "none declared"


@attrs.frozen
class Target:
    """A share of payments that must be in `categories`, by year from which it holds."""

    name: str
    categories: tuple[str, ...]
    shares: dict[int, Fraction] = attrs.field(eq=False)

    def share_in(self, year: int) -> Fraction | None:
        """The share that holds in a year; None before the first."""
        held = [start for start in self.shares if start <= year]
        return self.shares[max(held)] if held else None


@attrs.frozen
class Other:
    """An amount paid outside the contracts of the portfolio."""

    name: str
    category: str
    year: str
    amount: Fraction


@attrs.frozen
class Plan:
    """Targets and other payments."""

    targets: tuple[Target, ...] = ()
    other: tuple[Other, ...] = ()


@attrs.frozen
class Outcome:
    """A target in a year. `share`: None if nothing was paid. `short`: the amount that would have to move into its
    categories."""

    target: str
    year: str
    categories: tuple[str, ...]
    wanted: Fraction
    share: Fraction | None
    short: Fraction

    @property
    def met(self) -> bool:
        """Whether the share is at least the target."""
        return self.share is not None and self.share >= self.wanted


def paid_by_category(flows: tuple[Flow, ...], plan: Plan) -> dict[str, dict[str, Fraction]]:
    """Year → category → what was paid to parties. What parties pay or what is withheld is not subtracted: the
    framework counts payments."""
    found: dict[str, dict[str, Fraction]] = {}
    amounts = [(f.year, f.category or UNDECLARED, f.amount) for f in flows if f.amount.numerator > 0]
    amounts += [(each.year, each.category, each.amount) for each in plan.other]
    for year, category, amount in amounts:
        years = found.setdefault(year, {})
        years[category] = years.get(category, Fraction(0)) + amount
    return {year: dict(sorted(found[year].items())) for year in sorted(found)}


def outcomes(flows: tuple[Flow, ...], plan: Plan) -> tuple[Outcome, ...]:
    """Each target in each year for which it has a share."""
    paid = paid_by_category(flows, plan) if plan.targets else {}
    found = []
    for target in plan.targets:
        for year, categories in paid.items():
            wanted = target.share_in(int(year))
            if wanted is None:
                continue
            whole = sum(categories.values(), Fraction(0))
            counted = sum((categories.get(each, Fraction(0)) for each in target.categories), Fraction(0))
            share = counted / whole if whole else None
            short = max(Fraction(0), wanted * whole - counted)
            found.append(Outcome(target.name, year, target.categories, wanted, share, short))
    return tuple(found)


def read_plan(path: Path) -> Plan:
    """The targets and other payments of a TOML file. `VbcError` (VBC8038) if it cannot be read."""
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
        unknown = [key for key in tables if key not in ("target", "other")]
        if unknown:
            raise ValueError(f"there is no [[{unknown[0]}]]")
        return Plan(
            tuple(map(_target, tables.get("target", ()))), tuple(map(_other, tables.get("other", ())))
        )
    except (
        OSError,
        UnicodeDecodeError,
        KeyError,
        TypeError,
        AttributeError,
        ValueError,
        InvalidOperation,
    ) as error:
        why = f"{error} is missing" if isinstance(error, KeyError) else str(error)
        raise VbcError([
            Diagnostic("VBC8038", f"{path.as_posix()} cannot be read as targets: {why}",
                       help="a target has a name, at_least or categories, and shares by year")
        ]) from None  # fmt: skip


def _target(table: dict[str, Any]) -> Target:
    if ("at_least" in table) == ("categories" in table):
        raise ValueError(f"target {table['name']}: give at_least or categories, one of them")
    if "at_least" in table:
        first = _category(table["at_least"])
        # risk without quality (3N, 4N) is no alternative payment model in the framework's count
        categories = tuple(each for each in ALL[ALL.index(first) :] if not each.endswith("N"))
    else:
        categories = tuple(_category(each) for each in table["categories"])
    shares = {int(year): _share(text) for year, text in table["shares"].items()}
    return Target(str(table["name"]), categories, shares)


def _other(table: dict[str, Any]) -> Other:
    amount = Fraction(Decimal(str(table["amount"])))
    if amount < 0:
        raise ValueError(f"the amount of {table['name']} is below zero")
    return Other(str(table["name"]), _category(table["category"]), str(int(table["year"])), amount)


def _category(text: object) -> str:
    if str(text) not in ALL:
        raise ValueError(f"{text} is no HCP-LAN category; they are {', '.join(ALL)}")
    return str(text)


def _share(text: object) -> Fraction:
    written = str(text)
    if not isinstance(text, str) or not written.endswith("%"):
        raise ValueError(f"a share is written as a text with a percent sign, like “50%”, not {written}")
    return Fraction(Decimal(written[:-1].strip())) / 100
