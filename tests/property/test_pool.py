"""Dividing a pool: parts to the cent that add up, the largest remainder first, limits that hold (Q25)."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from vbcdsl.engines.reference.aggregates import divide_pool

CENT = Fraction(1, 100)
pools = st.integers(0, 100_000).map(lambda cents: Fraction(cents, 100))
weights = st.one_of(st.integers(0, 20).map(Fraction), st.fractions(0, 50, max_denominator=40))
keys = st.integers(1, 6).map(lambda n: [f"F{i}" for i in range(n)])
limits = st.integers(0, 60_000).map(lambda cents: Fraction(cents, 100))


@st.composite
def divisions(
    draw: st.DrawFn, limited: bool = False
) -> tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]]:
    """A pool, and the weight and the limit of each."""
    names = draw(keys)
    cap = st.one_of(st.none(), limits) if limited else st.none()
    return draw(pools), {name: (draw(weights), draw(cap)) for name in names}


@given(divisions())
def test_parts_add_up_to_the_pool_to_the_cent(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]],
) -> None:
    pool, parts = case
    shares = divide_pool(pool, parts, again=False, cents=True)
    assert all((share / CENT).denominator == 1 for share in shares.values())
    some = any(weight > 0 for weight, _ in parts.values())
    assert sum(shares.values()) == (pool if some else 0)


@given(divisions())
def test_exact_parts_are_in_proportion(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]],
) -> None:
    pool, parts = case
    shares = divide_pool(pool, parts, again=False, cents=False)
    total = sum(weight for weight, _ in parts.values())
    for name, (weight, _) in parts.items():
        assert shares[name] == (pool * weight / total if total else 0)


@given(divisions())
def test_leftover_cents_go_to_the_largest_remainders(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]],
) -> None:
    """Said without an algorithm: each part is its share cut down to the cent or one cent more; nobody with a
    smaller cut-off fraction, or an equal one and a later name, has a cent that another lacks."""
    pool, parts = case
    shares = divide_pool(pool, parts, again=False, cents=True)
    total = sum(weight for weight, _ in parts.values())
    if not total:
        return
    exact = {name: pool * weight / total for name, (weight, _) in parts.items()}
    cut = {name: (share / CENT).__floor__() * CENT for name, share in exact.items()}
    extra = {name: shares[name] - cut[name] for name in parts}
    assert set(extra.values()) <= {Fraction(0), CENT}
    order = list(parts)
    for one, other in product(parts, parts):
        if extra[one] == CENT and extra[other] == 0:
            assert (exact[one] - cut[one], -order.index(one)) > (
                exact[other] - cut[other],
                -order.index(other),
            )


@given(divisions(limited=True), st.booleans(), st.booleans())
def test_no_part_is_above_its_limit(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]], again: bool, cents: bool
) -> None:
    pool, parts = case
    shares = divide_pool(pool, parts, again=again, cents=cents)
    assert sum(shares.values()) <= pool
    for name, (_, cap) in parts.items():
        assert shares[name] >= 0
        assert cap is None or shares[name] <= cap


@given(divisions(limited=True))
def test_divided_again_until_nothing_is_left_or_all_are_at_their_limit(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]],
) -> None:
    """Said by what it must be: below their limits all have one amount per unit of weight, and that amount is the
    largest that the pool allows."""
    pool, parts = case
    shares = divide_pool(pool, parts, again=True, cents=False)
    open_ = {n: shares[n] / w for n, (w, cap) in parts.items() if w > 0 and (cap is None or shares[n] < cap)}
    assert len(set(open_.values())) <= 1
    level = next(iter(open_.values()), None)
    for name, (weight, cap) in parts.items():
        if name not in open_ and weight > 0 and level is not None:
            assert cap is not None and shares[name] == cap and shares[name] <= level * weight
    if open_:
        assert sum(shares.values()) == pool


@given(divisions(limited=True))
def test_not_divided_again_each_is_its_share_or_its_limit(
    case: tuple[Fraction, dict[str, tuple[Fraction, Fraction | None]]],
) -> None:
    pool, parts = case
    shares = divide_pool(pool, parts, again=False, cents=False)
    total = sum(weight for weight, _ in parts.values())
    for name, (weight, cap) in parts.items():
        share = pool * weight / total if total else Fraction(0)
        assert shares[name] == (share if cap is None else min(share, cap))
