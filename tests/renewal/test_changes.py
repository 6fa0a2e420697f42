"""What changed between two texts, and what sort of change it is."""

from __future__ import annotations

import pytest

from tests.renewal.texts import BASE, changed, compared, side
from vbcdsl.renewal.align import align
from vbcdsl.renewal.compare import Comparison, compare
from vbcdsl.renewal.kinds import fingerprint

SECTION_24 = "but not more than 10% of Benchmark, if Savings Rate is at least 2% and the Size Gate is met"


def kinds(found: Comparison) -> list[tuple[str, tuple[str, ...]]]:
    return [(change.kind, change.sections) for change in found.changes]


@pytest.mark.parametrize(
    ("old", "new", "kind", "section"),
    [
        ("Savings Rate is at least 2%", "Savings Rate is more than 2%", "boundary", "2.4"),
        ("Savings Rate is at least 2%", "Savings Rate is at least 3%", "threshold", "2.4"),
        ("at least 5,000", "at least 4,000", "threshold", "2.2"),
        ("10% of Benchmark", "12% of Benchmark", "cap or floor", "2.4"),
        ("but not more than 10% of Benchmark, if", "if", "cap or floor", "2.4"),
        ("| 40%          |", "| 45%          |", "rate", "2.3"),
        ("$3.00 times", "$3.50 times", "amount", "2.5"),
        (" and the Size Gate is met,", ",", "gate removed", "2.4"),
        ("$3.00 times Members", "$3.00 times Members, rounded up to the dollar", "rounding", "2.5"),
        ("rounded half up to the cent", "rounded down to the cent", "rounding", ""),
        ("December 31, 2026", "December 31, 2027", "dates", ""),
        ("if Members is less than 500", "if Members is less than 600", "threshold", "2.6"),
        ('one of "Basic" or "Full"', 'one of "Basic", "Full" or "Extra"', "data", "1.1"),
        ("means Savings divided by Benchmark.", "means (Savings plus $1) divided by Benchmark.", "formula", "2.1"),
        ("otherwise $0.", "otherwise $0, due within 90 days after notice.", "dates", "2.4"),
    ],
)  # fmt: skip
def test_a_change_has_the_kind_of_what_the_rules_show(old: str, new: str, kind: str, section: str) -> None:
    found = compared((old, new))
    assert kinds(found) == [(kind, (section,))]
    assert not found.same_rules


def test_one_more_condition_is_a_gate_added() -> None:
    found = compared((SECTION_24, f"{SECTION_24} and Quality Score is at least 50%"))
    assert kinds(found) == [("gate added", ("2.4",))]
    (words,) = found.changes[0].words
    assert (words.old, words.new) == ("", "and Quality Score is at least 50%")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("| 80% or more                          |", "| at least 80%                         |"),
        ("$3.00 times", "$3 times"),
        ('2.1 "Savings Rate" means', '2.1 Rate of savings. "Savings Rate" means'),
        ("is at least 5,000", "is 5,000 or more"),
    ],
)  # fmt: skip
def test_other_words_with_the_same_rules_are_wording_only(old: str, new: str) -> None:
    found = compared((old, new))
    assert [kind for kind, _ in kinds(found)] == ["wording"]
    assert found.same_rules
    assert fingerprint(found.old.program) == fingerprint(found.new.program)


def test_several_changes_in_one_section_are_several_changes_with_their_words_and_places() -> None:
    found = compared(("10% of Benchmark", "12% of Benchmark"), ("is at least 2%", "is more than 3%"))
    assert kinds(found) == [("cap or floor", ("2.4",)), ("boundary", ("2.4",)), ("threshold", ("2.4",))]
    assert [(w.old, w.new) for change in found.changes for w in change.words] == [
        ("10%", "12%"), ("at least", "more than"), ("2%", "3%"),
    ]  # fmt: skip
    line = next(i for i, text in enumerate(BASE.splitlines(), 1) if "10% of" in text)
    assert found.changes[0].words[0].old_at.startswith(f"old.vbc:{line}:")


def test_an_edge_of_a_table_moves_with_its_neighbour_as_one_change() -> None:
    found = compared(
        ("up to but not including 80% |", "up to but not including 75% |"),
        ("| 80% or more                          |", "| 75% or more                          |"),
    )
    (change,) = found.changes
    assert (change.kind, change.sections, len(change.words)) == ("edge", ("2.3",), 2)
    assert "only together" in change.joined


def test_a_row_added_and_a_row_removed() -> None:
    split = (
        "| 80% or more                          | 50%          |",
        "| from 80% up to but not including 90% | 50%          |\n    | 90% or more | 60% |",
    )
    (change,) = compared(split).changes
    assert "row added" in change.kinds
    back = compare(side(changed(split), "old.vbc"), side(BASE, "new.vbc"))
    assert "row removed" in back.changes[0].kinds


def test_a_section_that_names_a_new_term_needs_the_section_that_defines_it() -> None:
    found = compared(
        ('2.3 "Sh', '2.7 The "Quality Gate" is met if Quality Score is at least 50%.\n2.3 "Sh'),
        ("the Size Gate is met,", "the Size Gate is met and the Quality Gate is met,"),
    )  # fmt: skip
    by_section = {change.sections: change for change in found.changes}
    gate, payment = by_section["2.7",], by_section["2.4",]
    assert (gate.kind, payment.kind) == ("gate added", "gate added")
    assert payment.needs == (gate.number,) and gate.needs == ()


def test_a_payment_that_goes_and_a_payment_that_comes() -> None:
    bonus = '2.7 The Payer must pay the Provider the "Bonus": $10,000.\n'
    assert kinds(compared(("2.6 Notwith", f"{bonus}2.6 Notwith"))) == [("payment added", ("2.7",))]
    fee = next(line for line in BASE.splitlines(keepends=True) if line.startswith("2.5"))
    assert kinds(compared((fee, ""))) == [("payment removed", ("2.5",))]


def test_an_exception_is_a_matter_of_precedence() -> None:
    line = next(line for line in BASE.splitlines(keepends=True) if line.startswith("2.6"))
    assert kinds(compared((line, ""))) == [("precedence", ("2.6",))]


def test_sections_with_other_numbers_are_renumbered_and_nothing_else() -> None:
    found = compared(
        ("2.4 The Payer", "2.7 The Payer"), ("section 2.4", "section 2.7"), ("2.5 The Payer", "2.4 The Payer"),
    )  # fmt: skip
    assert found.same_rules
    assert {(c.kind, c.words[0].old, c.words[0].new) for c in found.changes if c.kind == "renumbered"} == {
        ("renumbered", "2.4", "2.7"), ("renumbered", "2.5", "2.4"),
    }  # fmt: skip


def test_a_section_that_stands_elsewhere_is_moved() -> None:
    fee = next(line for line in BASE.splitlines(keepends=True) if line.startswith("2.5"))
    found = compared((fee, ""), ('2.1 "Savings', f'{fee}2.1 "Savings'))
    assert [change.kind for change in found.changes] == ["moved"]
    assert found.same_rules


def test_a_term_with_another_name_is_renamed_wherever_it_stands() -> None:
    renamed = BASE.replace("Sharing Rate", "Gain Share")
    found = compare(side(BASE, "old.vbc"), side(renamed, "new.vbc"))
    assert [(c.kind, c.words[0].old, c.words[0].new) for c in found.changes] == [
        ("renamed", "Sharing Rate", "Gain Share")
    ]
    assert found.same_rules
    runs = [
        run for piece in found.redline for block in piece.blocks if isinstance(block, tuple) for run in block
    ]
    assert ("ins", "Gain Share") in [(run.op, run.text.strip()) for run in runs]


def test_a_renamed_term_and_a_real_change_are_told_apart() -> None:
    renamed = BASE.replace("Sharing Rate", "Gain Share").replace("| 40%          |", "| 45%          |")
    found = compare(side(BASE, "old.vbc"), side(renamed, "new.vbc"))
    assert sorted(change.kind for change in found.changes) == ["rate", "renamed"]


def test_a_column_of_a_table_that_comes_is_one_change() -> None:
    table = """2.7 "Fees" are:
    | Level | Fee Amount |
    | "A"   | $1         |
    | "B"   | $2         |
2.6 Notwith"""
    old = changed(("2.6 Notwith", table))
    found = compared(
        ("| Level | Fee Amount |", "| Level | Fee Amount | Weight |"),
        ('| "A"   | $1         |', '| "A"   | $1 | 1 |'),
        ('| "B"   | $2         |', '| "B"   | $2 | 2 |'), old=old,
    )  # fmt: skip
    assert [(c.kind, len(c.words)) for c in found.changes] == [("data", 1)]


def test_every_text_between_old_and_new_is_made_from_the_old_one() -> None:
    exchanges = (("10% of", "12% of"), ("at least 5,000", "at least 4,000"), ("$3.00 times", "$4.00 times"))
    found = compared(*exchanges)
    for change, exchange in zip(
        sorted(found.changes, key=lambda c: c.sections[0] != "2.4"), exchanges, strict=True
    ):
        assert fingerprint(side(changed(exchange)).program) == found.between.print_of(frozenset(change.hunks))


def test_examples_and_recitals_compute_nothing() -> None:
    given = "given the performance year is 1 and Members is 10"
    example = f'\nexample "the fee":\n  {given}, expect the Care Fee is $30.\n'
    found = compare(side(BASE, "old.vbc"), side(BASE + example, "new.vbc"))
    assert found.same_rules and [c.title for c in found.changes] == ["examples: 1 added"]


def test_the_same_text_has_no_changes() -> None:
    found = compare(side(BASE), side(BASE))
    assert found.changes == () and all(piece.state == "same" for piece in found.redline)


def test_sentences_without_a_term_are_matched_by_their_words() -> None:
    new = changed(("2.6 Notwith", "2.9 Notwith"), ("less than 500", "less than 400"))
    pairs = align(side(BASE), side(new)).pairs
    assert ("2.6", "2.9") in [(p.old.number, p.new.number) for p in pairs if p.old and p.new]
