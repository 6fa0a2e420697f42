"""Pieces of data on their way through several threads: each once, wave after wave, whatever thread does what."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from functools import partial

import pytest

from vbcdsl.collector import without_collector
from vbcdsl.data.store import Batch, OutOfOrder, Step, made
from vbcdsl.engines.arrow.passes import AHEAD, in_waves

Piece = partial[Iterator[Step]]


def batch(number: int) -> Batch:
    return Batch(number, 0, {})


def piece(*numbers: int) -> Piece:
    return partial(made, [batch(number) for number in numbers])


def failing(error: BaseException, *numbers: int) -> Piece:
    def steps() -> Iterator[Step]:
        yield from made([batch(number) for number in numbers])
        raise error

    return partial(steps)


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("seed", range(20))
def test_each_batch_is_worked_on_once_in_its_wave_and_after_the_one_before_it(
    threads: int, seed: int
) -> None:
    draw = random.Random(seed)
    number = iter(range(1000))
    waves = [
        [
            piece(*(next(number) for _ in range(draw.choice([0, 1, 1, 1, 7]))))
            for _ in range(draw.randint(1, 6))
        ]
        for _ in range(draw.randint(1, 5))
    ]
    done: list[int] = []
    ends: list[int] = []
    jobs: list[int] = []
    lock = threading.Lock()

    def work(found: Batch) -> None:
        time.sleep(draw.random() / 2_000)
        with lock:
            done.append(found.rows)

    def between() -> list[partial[None]]:
        ends.append(len(done))
        return [partial(jobs.append, len(ends)) for _ in range(3)]

    in_waves(waves, work, threads, between)
    batches = [[step().rows for each in wave for step in each()] for wave in waves]
    assert sorted(done) == sorted(rows for wave in batches for rows in wave)
    before = 0
    for end, wave in zip([*ends, len(done)], batches, strict=True):
        assert sorted(done[before:end]) == sorted(wave)
        before = end
    for wave in waves:
        for each in wave:
            own = [step().rows for step in each()]
            assert [rows for rows in done if rows in own] == own
    assert sorted(jobs) == sorted([n for n in range(1, len(waves)) for _ in range(3)])


def test_a_piece_that_is_read_slowly_does_not_keep_its_wave_waiting_for_later_ones() -> None:
    """What is read ahead of later waves is full while the first piece still has steps to come."""
    opened = threading.Event()

    def slow() -> Iterator[Step]:
        for number in range(5):
            opened.wait(0.05)
            yield partial(batch, number)

    done: list[int] = []
    waves = [[partial(slow), piece(10)], [piece(n) for n in range(20, 20 + 3 * AHEAD)]]
    in_waves(waves, lambda found: done.append(found.rows), 2, lambda: [])
    assert sorted(done) == [*range(5), 10, *range(20, 20 + 3 * AHEAD)]


@pytest.mark.parametrize(
    ("errors", "told"),
    [
        ((KeyError("a"), ValueError("b")), KeyError),
        ((ValueError("b"), KeyError("a")), ValueError),
        ((ValueError("a cell"), OutOfOrder()), OutOfOrder),
    ],
)
def test_of_two_errors_the_earliest_piece_is_told_but_that_order_matters_comes_first(
    errors: tuple[Exception, Exception], told: type[Exception]
) -> None:
    together = threading.Barrier(2)

    def fails(error: Exception) -> Batch:
        together.wait(5)
        raise error

    # one thread works while the other reads; once as much is read ahead as may be it works too
    wave = [
        *(partial(iter, [partial(fails, error)]) for error in errors),
        *(piece(9) for _ in range(2 * AHEAD)),
    ]
    with pytest.raises(told):
        in_waves([wave], lambda _: None, 2)


def test_an_error_while_a_piece_is_read_is_raised() -> None:
    with pytest.raises(ValueError, match="torn"):
        in_waves([[piece(1), failing(ValueError("torn"), 2), piece(3)]], lambda _: None, 2)


@pytest.mark.parametrize("threads", [1, 2])
def test_an_error_in_work_between_waves_or_in_a_job_stops_the_pass(threads: int) -> None:
    def wrong(*_: object) -> list[partial[None]]:
        raise KeyError("wrong")

    waves = [[piece(1), piece(2)], [piece(3), piece(4)], [piece(5)]]
    with pytest.raises(KeyError):
        in_waves(waves, wrong, threads)
    with pytest.raises(KeyError):
        in_waves(waves, lambda _: None, threads, wrong)
    with pytest.raises(KeyError):
        in_waves(waves, lambda _: None, threads, lambda: [partial(wrong)])


def test_the_collector_of_cycles_is_as_before() -> None:
    import gc

    with pytest.raises(KeyError), without_collector():
        assert not gc.isenabled()
        raise KeyError
    assert gc.isenabled()
