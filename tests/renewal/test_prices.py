"""What each change is worth: parts that add up to the whole, exactly, for each party."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.renewal.texts import BASE, changed, data, side
from vbcdsl.compiler import compile_text
from vbcdsl.data import load_bindings
from vbcdsl.diagnostics import VbcError
from vbcdsl.renewal import sides as sides_module
from vbcdsl.renewal.attribute import averaged, orders, to_cents
from vbcdsl.renewal.facts import Facts, read_as
from vbcdsl.renewal.price import Method, Priced, price, year_and_shifts
from vbcdsl.renewal.sides import Side, around_amendment, sides_at
from vbcdsl.resources import library_dir
from vbcdsl.results.settle import RunOptions, settle

MSSP = library_dir() / "mssp"
CROSSWALK = "Track: A as 1, B as 1, C as 1, D as 1, E as 1, EN as 3"
ONE_OR_TWO = "Track: A as 1, B as 1, C as 2, D as 2, E as 2, EN as 2"
TO_PLUS = "Track: A as 1, B as 1, C as 1+, D as 1+, E as 1+, EN as 3"
RATE = ("| 40%          |", "| 45%          |")
CAP = ("10% of Benchmark", "1.9% of Benchmark")
GATE = (" and the Size Gate is met,", ",")
FEE = ("$3.00 times", "$3.50 times")


def priced(
    old: Side, new: Side, inputs: dict[str, object], *, year: int | None = None, method: Method = "order",
    reading: tuple[str, ...] = (), bindings: Path | None = None,
    as_years: tuple[int | None, int | None] = (None, None),
) -> Priced:  # fmt: skip
    bound = load_bindings(bindings) if bindings else None
    facts = Facts(inputs, bound, (old.program, new.program), read_as(reading))
    label, years = year_and_shifts(old, new, facts, year, *as_years)
    return price(old, new, facts, label, years, method)


def small(tmp_path: Path, *exchanges: tuple[str, str], method: Method = "order") -> Priced:
    new = side(changed(*exchanges), "new.vbc")
    return priced(side(BASE, "old.vbc"), new, data(tmp_path), method=method)


def net(text: str, tmp_path: Path) -> dict[str, Fraction]:
    settled = settle(compile_text(text), data(tmp_path), None, RunOptions((2024,)))
    return {row.party: row.net for row in settled.rows if isinstance(row.net, Fraction)}


def assert_adds_up(found: Priced) -> None:
    for party in found.parties:
        parts = [worth.part[party] for worth in found.worth]
        assert sum(parts, Fraction(0)) == found.new[party] - found.old[party], party
        assert all((part * 100).denominator == 1 for part in parts)


@pytest.mark.parametrize("method", ["order", "shapley"])
def test_parts_add_up_to_the_difference_of_two_settlements(tmp_path: Path, method: Method) -> None:
    found = small(tmp_path, RATE, CAP, GATE, FEE, method=method)
    assert found.old == net(BASE, tmp_path)
    assert found.new == net(changed(RATE, CAP, GATE, FEE), tmp_path)
    assert len(found.worth) == 4
    assert_adds_up(found)


def test_alone_is_the_old_text_with_one_change_and_last_the_new_text_without_it(tmp_path: Path) -> None:
    exchanges = (RATE, CAP, GATE, FEE)
    found = small(tmp_path, *exchanges)
    old, new = net(BASE, tmp_path), net(changed(*exchanges), tmp_path)
    of_section = {"2.3": RATE, "2.5": FEE}
    for worth, change in zip(found.worth, found.comparison.changes, strict=True):
        exchange = of_section.get(change.sections[0]) or (CAP if change.kind == "cap or floor" else GATE)
        alone = net(changed(exchange), tmp_path)
        without = net(changed(*(e for e in exchanges if e != exchange)), tmp_path)
        assert worth.alone == {party: alone[party] - old[party] for party in old}
        assert worth.last == {party: new[party] - without[party] for party in old}


def test_interaction_is_what_changes_make_together_beyond_each_alone(tmp_path: Path) -> None:
    found = small(tmp_path, RATE, CAP)
    assert found.interaction is not None
    for party in found.parties:
        alone = sum((w.alone[party] for w in found.worth if w.alone), Fraction(0))
        assert found.interaction[party] == found.change(party) - alone
    assert any(found.interaction.values()), "the higher rate meets the lower cap"


def test_the_average_over_all_orders_is_that_of_every_order_by_hand(tmp_path: Path) -> None:
    exchanges = (RATE, CAP, FEE)
    found = small(tmp_path, *exchanges, method="shapley")
    value = {
        chosen: net(changed(*(exchanges[i] for i in chosen)), tmp_path)
        for size in range(4) for chosen in itertools.combinations(range(3), size)
    }  # fmt: skip
    for party in found.parties:
        exact = [Fraction(0)] * 3
        for order in itertools.permutations(range(3)):
            for place, i in enumerate(order):
                before = tuple(sorted(order[:place]))
                exact[i] += (value[tuple(sorted((*before, i)))][party] - value[before][party]) / 6
        assert [w.part[party] for w in found.worth] == to_cents(exact)


def test_wording_is_worth_nothing_and_is_not_settled_again(tmp_path: Path) -> None:
    found = small(tmp_path, ("is at least 5,000", "is 5,000 or more"), FEE)
    assert found.settlements == 2
    assert [any(worth.part.values()) for worth in found.worth] == [False, True]


def test_a_renamed_term_is_worth_nothing(tmp_path: Path) -> None:
    new = side(BASE.replace("Shared Savings Payment", "Savings Bonus"), "new.vbc")
    found = priced(side(BASE, "old.vbc"), new, data(tmp_path))
    assert found.total == 0 and found.settlements == 1


def test_a_change_that_needs_another_is_priced_on_top_of_it(tmp_path: Path) -> None:
    bonus = '2.7 The Payer must pay the Provider the "Bonus": $10,000.\n2.6 Notwith'
    limit = "2.8 The total of the Bonus and the Care Fee must not exceed $30,000; the Bonus is reduced first;"
    limit += " the Care Fee is reduced next.\n"
    found = small(tmp_path, ("2.6 Notwith", limit + bonus))
    payment, cap = (next(c for c in found.comparison.changes if c.sections == (s,)) for s in ("2.7", "2.8"))
    assert cap.needs == (payment.number,)
    alone = found.worth_of(payment.number)
    on_top = found.worth_of(cap.number)
    assert alone is not None and set(alone.part.values()) == {Fraction(10_000)}
    assert on_top is not None and on_top.alone == on_top.part
    assert on_top.part["A1"] == Fraction(30_000 - 37_000)
    assert_adds_up(found)


def test_a_party_that_one_text_cannot_settle_is_named_and_left_out(tmp_path: Path) -> None:
    row = "| 80% or more                          |"
    quotient = '2.7 "Quotient" means $1 divided by (Benchmark minus $10,000,000).\n2.1 "Savings Rate"'
    new = changed((f"{row} 50%          |", f"{row} Quotient     |"), ('2.1 "Savings Rate"', quotient))
    found = priced(side(BASE, "old.vbc"), side(new, "new.vbc"), data(tmp_path))
    assert list(found.left_out) == ["A1"] and "A1" not in found.parties
    assert "section 2.7" in found.left_out["A1"]
    assert_adds_up(found)


def test_a_text_of_other_years_is_moved_to_the_year_of_the_data(tmp_path: Path) -> None:
    phase = '2.7 "Phase" is 0% in performance year 1 and 100% from performance year 2.\n'
    times = ("Sharing Rate times Savings,", "Phase times Sharing Rate times Savings,")
    phased = changed(FEE, ("2.6 Notwith", f"{phase}2.6 Notwith"), times)
    renewed = phased.replace("January 1, 2024", "January 1, 2027").replace("31, 2026", "31, 2029")
    old, new = side(BASE, "old.vbc"), side(renewed, "new.vbc")
    first = priced(old, new, data(tmp_path))
    assert first.comparison.years == (0, -3) and first.new["A1"] == Fraction(31_500)
    second = priced(old, new, data(tmp_path), as_years=(None, 2028))
    assert second.comparison.years == (0, -4) and second.new["A1"] == Fraction(200_000 + 31_500)
    assert_adds_up(first)
    assert_adds_up(second)


def test_what_the_old_text_does_not_list_is_read_as_what_it_lists(tmp_path: Path) -> None:
    head = "aco,performance_year,track,benchmark,savings,quality_score,members\n"
    same = "10000000,400000,0.85,9000\n"
    rows = data(tmp_path, f"{head}A1,2024,Extra,{same}A2,2024,Full,{same}")
    of_track = changed(("$3.00 times Members.", '$3.00 times Members, only if Track is "Full".'))
    new = changed(
        ('one of "Basic" or "Full"', 'one of "Basic", "Full" or "Extra"'),
        ("$3.00 times Members, only", "$4.00 times Members, only"),
        ('only if Track is "Full"', 'only if Track is "Extra"'), text=of_track,
    )  # fmt: skip
    sides = side(of_track, "old.vbc"), side(new, "new.vbc")
    with pytest.raises(VbcError) as caught:
        priced(*sides, rows)
    assert {d.code for d in caught.value.diagnostics} == {"VBC5114"}
    found = priced(*sides, rows, reading=("Track: Extra as Full",))
    assert found.change("A1") == 9000 and found.change("A2") == -27000
    assert_adds_up(found)


@pytest.mark.parametrize("written", ["Track", "Track: Extra", "Path: Extra as Full", "Track: Extra as Half"])
def test_a_reading_that_cannot_be_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(VbcError) as caught:
        priced(side(BASE), side(BASE), data(tmp_path), reading=(written,))
    assert [d.code for d in caught.value.diagnostics] == ["VBC8092"]


def test_more_than_eight_changes_are_not_averaged(tmp_path: Path) -> None:
    fees = "".join(
        f'2.{20 + i} The Payer must pay the Provider the "Fee {"ABCDEFGHI"[i]}": $1.00.\n' for i in range(9)
    )
    with pytest.raises(VbcError) as caught:
        small(tmp_path, ("2.6 Notwith", f"{fees}2.6 Notwith"), method="shapley")
    assert [d.code for d in caught.value.diagnostics] == ["VBC8093"]


# ---------------------------------------------------------------- the Medicare Shared Savings Program


@pytest.fixture(autouse=True, scope="module")
def read_once() -> Iterator[None]:
    """The contract is compiled once for all of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sides_module, "_read", cache(sides_module._read))
        yield


def mssp(old: Side, new: Side, *, reading: tuple[str, ...] = (), method: Method = "order") -> Priced:
    inputs: dict[str, object] = {"aco_results": MSSP / "data" / "mssp_PY2022.csv"}
    return priced(
        old, new, inputs, year=2022, reading=reading, bindings=MSSP / "bindings.toml", method=method
    )


def test_mssp_2017_against_2021_is_priced_on_2022_and_adds_up_for_each_of_482_acos() -> None:
    found = mssp(*sides_at(f"{MSSP}@2017", f"{MSSP}@2021"), reading=(CROSSWALK,))
    assert len(found.parties) == 482 and not found.left_out
    assert_adds_up(found)
    assert found.total == Fraction("376463949.31")
    amounts = {
        c.sections: sum(w.part.values()) for c, w in zip(found.comparison.changes, found.worth, strict=False)
    }
    assert amounts["1.1", "2.1"] == Fraction(
        "-49876944.90"
    )  # the tracks of 2021 instead of those they are read as
    assert amounts["4.1",] == Fraction("426340894.21")  # the whole rate instead of the rate times the score


@pytest.mark.parametrize("method", ["order", "shapley"])
def test_mssp_2019_against_2021_adds_up_either_way(method: Method) -> None:
    found = mssp(*sides_at(f"{MSSP}@2019", f"{MSSP}@2021"), method=method)
    assert len(found.parties) == 482
    assert_adds_up(found)
    assert [change.sections for change in found.comparison.priced] == [("4.1",), ("5.1",)]


@pytest.mark.parametrize("number", [1, 2, 3, 4, 5, 6])
def test_each_amendment_of_mssp_before_and_after(number: int) -> None:
    reading = {1: ONE_OR_TWO, 2: CROSSWALK, 3: TO_PLUS}.get(number)
    found = mssp(*around_amendment(str(MSSP), number), reading=(reading,) if reading else ())
    assert len(found.parties) == 482 and not found.left_out
    assert_adds_up(found)
    if number in (5, 6):  # what the Payer may enter is not entered
        assert found.total == 0


# ---------------------------------------------------------------- the method itself


@given(
    st.lists(st.integers(-5000, 5000), min_size=8, max_size=8),
    st.sampled_from([(), ((0, 1),), ((1, 2), (0, 2))]),
)
def test_parts_add_up_whatever_the_values_and_needs(
    values: list[int], edges: tuple[tuple[int, int], ...]
) -> None:
    needs = [frozenset(a for a, b in edges if b == i) for i in range(3)]

    def value(made: frozenset[int]) -> Fraction:
        return Fraction(values[sum(1 << i for i in made)], 100)

    parts = averaged(3, orders(3, needs, lambda made: True), value)
    assert sum(parts) == value(frozenset({0, 1, 2})) - value(frozenset())


def test_a_symmetric_game_is_shared_equally_and_the_cent_left_over_goes_to_the_first() -> None:
    free = [frozenset[int]()] * 3
    parts = averaged(3, orders(3, free, lambda made: True), lambda made: Fraction(int(len(made) == 3)))
    assert parts == [Fraction("0.34"), Fraction("0.33"), Fraction("0.33")]
