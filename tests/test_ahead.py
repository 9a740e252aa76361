"""Things made before they are asked for: order, room, errors, and an end that comes when it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from itertools import islice

import pytest

from invoice_ocr.ahead import NotWanted, ahead, are_made, go_on, side_by_side


def test_items_come_in_order_and_what_making_raises_comes_in_its_place() -> None:
    def made() -> Iterator[int]:
        yield from range(20)
        raise OSError("no more")

    one = ahead(made(), 3)
    assert [next(one) for _ in range(20)] == list(range(20))
    with pytest.raises(OSError, match="no more"):
        next(one)


def test_no_more_are_made_than_there_is_room_for() -> None:
    made: list[int] = []
    enough = threading.Event()

    def items() -> Iterator[int]:
        for number in range(100):
            made.append(number)
            if len(made) == 3:
                enough.set()
            yield number

    one = ahead(items(), 2)
    assert next(one) == 0
    assert enough.wait(10)
    time.sleep(0.05)
    assert made == [0, 1, 2]
    one.close()


def test_large_items_wait_in_no_more_room_than_they_have() -> None:
    made: list[int] = []
    enough = threading.Event()

    def items() -> Iterator[int]:
        for size in (10, 40, 60, 500, 10, 10):
            made.append(size)
            if len(made) == 3:
                enough.set()
            yield size

    one = ahead(items(), 9, size=int, room=100)
    assert next(one) == 10
    assert enough.wait(10)
    time.sleep(0.05)
    assert made == [10, 40, 60]
    assert [next(one) for _ in range(3)] == [40, 60, 500]  # one that needs more than there is, waits alone
    assert list(one) == [10, 10]


def test_the_next_item_is_made_while_one_is_used() -> None:
    begun = threading.Event()

    def items() -> Iterator[int]:
        yield 0
        begun.set()
        yield 1

    one = ahead(items(), 1)
    assert next(one) == 0
    assert begun.wait(10)
    one.close()


def test_closing_ends_the_thread_and_what_it_works_on() -> None:
    ended = threading.Event()

    def items() -> Iterator[int]:
        try:
            while True:
                yield 1
        finally:
            ended.set()

    one = ahead(items(), 2)
    next(one)
    before = threading.active_count()
    one.close()
    assert ended.is_set()
    assert threading.active_count() == before - 1


def test_long_work_stops_when_nobody_asks_for_it_any_more() -> None:
    begun, stopped = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        yield 0
        begun.set()
        try:
            while True:
                go_on()
                time.sleep(0.001)
        except NotWanted:
            stopped.set()
            raise

    go_on()
    one = ahead(items(), 1)
    assert next(one) == 0
    assert begun.wait(10)
    assert are_made()
    one.close()
    assert stopped.is_set()
    assert not are_made()


def doubled(items: Iterator[int]) -> Iterator[int]:
    """Takes two before it gives one back."""
    waiting: list[int] = []
    for item in items:
        waiting.append(item)
        if len(waiting) == 2:
            yield from (2 * one for one in waiting)
            waiting = []
    yield from (2 * one for one in waiting)


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7, 40])
@pytest.mark.parametrize("threads", [1, 2, 3])
def test_what_several_threads_make_comes_in_order(count: int, threads: int) -> None:
    assert list(side_by_side(doubled, range(count), threads)) == [2 * one for one in range(count)]


def test_threads_work_at_the_same_time() -> None:
    together = threading.Barrier(2)

    def met(items: Iterator[int]) -> Iterator[int]:
        for item in items:
            together.wait(10)
            yield item

    assert list(side_by_side(met, range(6), 2)) == list(range(6))


def test_a_slow_thread_has_no_heap_of_items_before_it() -> None:
    taken: list[int] = []
    go = threading.Event()

    def items() -> Iterator[int]:
        for number in range(50):
            taken.append(number)
            yield number

    def work(own: Iterator[int]) -> Iterator[int]:
        for number in own:
            if number == 1:
                go.wait(10)
            yield number

    made = side_by_side(work, items(), 2)
    assert next(made) == 0
    threading.Timer(0.2, go.set).start()
    assert next(made) == 1
    assert len(taken) <= 6
    assert list(made) == list(range(2, 50))


def test_what_a_thread_or_the_items_raise_comes_in_its_place() -> None:
    def fails(own: Iterator[int]) -> Iterator[int]:
        for number in own:
            if number == 5:
                raise OSError("no more")
            yield number

    made = side_by_side(fails, range(20), 2)
    assert [next(made) for _ in range(5)] == [0, 1, 2, 3, 4]
    with pytest.raises(OSError, match="no more"):
        next(made)

    def items() -> Iterator[int]:
        yield 0
        raise KeyError("gone")

    with pytest.raises(KeyError, match="gone"):
        list(side_by_side(doubled, items(), 2))


@pytest.mark.parametrize("taken", [0, 1, 3])
@pytest.mark.parametrize("fails", [True, False])
def test_a_thread_that_ends_early_leaves_nobody_waiting(fails: bool, taken: int) -> None:
    names = iter(range(3))

    def work(own: Iterator[int]) -> Iterator[int]:
        if next(names) == 1:
            for _ in range(taken):
                next(own)
            if fails:
                raise OSError("no more")
            return
        while five := list(islice(own, 5)):
            yield from five

    heard: list[BaseException] = []

    def ask() -> None:
        try:
            list(side_by_side(work, range(40), 3))
        except (OSError, RuntimeError) as error:
            heard.append(error)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(30)
    assert [str(error) for error in heard] == ["no more" if fails else "There are fewer results than items."]


def test_threads_end_when_nobody_asks_for_more() -> None:
    stopped = threading.Event()

    def long(own: Iterator[int]) -> Iterator[int]:
        for number in own:
            yield number
            try:
                while True:
                    time.sleep(0.005)
                    go_on()
            except NotWanted:
                stopped.set()
                raise

    made = side_by_side(long, range(9), 2)
    assert next(made) == 0
    since = time.monotonic()
    made.close()
    assert stopped.wait(1)
    assert time.monotonic() - since < 2
    assert not are_made()
