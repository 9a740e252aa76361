"""Things made before they are asked for: order, room, errors, and an end that comes when it is asked for."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from invoice_ocr.ahead import NotWanted, ahead, are_made, go_on


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
