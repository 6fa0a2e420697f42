"""Classes of `frozen` behave as those of `attrs.frozen`; their methods are only written later."""

from __future__ import annotations

import copy
import pickle

import attrs
import pytest

from vbcdsl.model.frozen import compared, frozen


@frozen
class Place:
    """A base with a field that does not count."""

    span: int = attrs.field(default=0, eq=False, kw_only=True, repr=False)


@frozen
class Sum(Place):
    """A class below it."""

    left: object
    right: object = None
    notes: dict[str, int] = attrs.field(factory=dict, eq=False)


@frozen
class Pair(Place):
    """One without a factory."""

    left: object
    right: int = 7


@attrs.frozen
class AttrsPair:
    """The same, by attrs."""

    left: object
    right: int = 7
    span: int = attrs.field(default=0, eq=False, kw_only=True, repr=False)


def test_fields_are_given_by_place_or_name_and_have_defaults() -> None:
    assert (Pair(1).left, Pair(1).right, Pair(1).span) == (1, 7, 0)
    assert (Pair(left=1, right=2, span=3).span, Pair(1, 2).right) == (3, 2)
    assert Sum(1).notes == {} and Sum(1).notes is not Sum(1).notes


@pytest.mark.parametrize(
    "arguments,named", [((), {}), ((1, 2, 3), {}), ((1,), {"colour": 1}), ((1,), {"left": 1})]
)
def test_a_wrong_call_is_refused_with_the_words_of_attrs(
    arguments: tuple[int, ...], named: dict[str, int]
) -> None:
    with pytest.raises(TypeError) as ours:
        Pair(*arguments, **named)
    with pytest.raises(TypeError) as theirs:
        AttrsPair(*arguments, **named)
    assert str(ours.value).replace("Pair", "") == str(theirs.value).replace("AttrsPair", "")


def test_two_are_equal_if_the_fields_that_count_are() -> None:
    assert Pair(1, span=1) == Pair(1, span=2)
    assert hash(Pair(1, span=1)) == hash(Pair(1, span=2))
    assert Pair(1) != Pair(2) and Pair(1) != Sum(1, 7) and Pair(1) != 1
    assert len({Pair(1), Pair(1, span=5), Pair(2)}) == 2
    assert compared(Sum) == ("left", "right")


def test_it_is_shown_as_attrs_shows_it() -> None:
    assert (
        repr(Pair("a", span=4))
        == repr(AttrsPair("a")).replace("AttrsPair", "Pair")
        == "Pair(left='a', right=7)"
    )


def test_nothing_can_be_changed() -> None:
    for act in (
        lambda: setattr(Pair(1), "left", 2),
        lambda: delattr(Pair(1), "left"),
        lambda: setattr(Pair(1), "x", 2),
    ):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            act()


def test_attrs_functions_take_it() -> None:
    changed = attrs.evolve(Pair(1, span=9), right=2)
    assert (changed.left, changed.right, changed.span) == (1, 2, 9)
    assert [field.name for field in attrs.fields(Pair)] == ["span", "left", "right"]
    assert attrs.asdict(Sum(Pair(1))) == {
        "span": 0, "left": {"span": 0, "left": 1, "right": 7}, "right": None, "notes": {},
    }  # fmt: skip
    assert attrs.has(Pair)


def test_it_can_be_matched_copied_and_pickled() -> None:
    match Pair(1, 2):
        case Pair(left, right):
            assert (left, right) == (1, 2)
    assert copy.deepcopy(Pair(1)) == pickle.loads(pickle.dumps(Pair(1))) == Pair(1)
