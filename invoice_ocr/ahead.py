"""Things made in a thread of their own before they are asked for, so that two stages work at the same time."""

from __future__ import annotations

import math
import threading
from collections import deque
from contextvars import ContextVar
from queue import SimpleQueue
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

T = TypeVar("T")

_LAST_SECONDS = 4.0  # that closing waits for what is being made: a page is read in less
_NAME = "invoice-ocr-ahead"
_closed: ContextVar[threading.Event | None] = ContextVar("closed", default=None)


class NotWanted(Exception):
    """Nobody asks any more for what this thread makes."""


def go_on() -> None:
    """Raises NotWanted in a thread whose items are no longer asked for; nothing elsewhere. For long work."""
    if (closed := _closed.get()) is not None and closed.is_set():
        raise NotWanted


def are_made() -> bool:
    """Whether something is still being made in a thread; Python must not end then as it does, but at once."""
    return any(thread.name == _NAME for thread in threading.enumerate())


def ahead(
    items: Iterator[T], most: int, *, size: Callable[[T], int] = lambda _: 0, room: float = math.inf
) -> Generator[T, None, None]:
    """The same items in the same order, at most `most` of them made before they are asked for.

    None is made while those that wait take up `room` or more together, each as much as `size` says.

    What making one raises is raised here, in its place. Close it: the thread then ends as soon as the item that is
    being made is done, and closes `items` where they are a generator. It is waited for four seconds at most.
    """
    made: SimpleQueue[tuple[T | None, BaseException | None, bool]] = SimpleQueue()
    waiting: deque[int] = deque()
    turn = threading.Condition()
    closed = threading.Event()

    def may_make() -> bool:
        return closed.is_set() or (len(waiting) < most and sum(waiting) < room)

    def make() -> None:
        _closed.set(closed)
        try:
            while not closed.is_set():
                item = next(items)
                with turn:
                    waiting.append(size(item))
                    made.put((item, None, False))
                    del item
                    turn.wait_for(may_make)
        except StopIteration:
            made.put((None, None, True))
        except BaseException as error:  # noqa: BLE001  whoever asks for the item is told
            made.put((None, error, True))
        finally:
            if close := getattr(items, "close", None):
                close()

    thread = threading.Thread(target=make, name=_NAME, daemon=True)
    thread.start()
    try:
        while True:
            item, error, ended = made.get()
            if error is not None:
                raise error
            if ended:
                return
            with turn:
                waiting.popleft()
                turn.notify()
            yield item  # type: ignore[misc]  # None only where it ended
            del item
    finally:
        with turn:
            closed.set()
            turn.notify()
        thread.join(_LAST_SECONDS)
