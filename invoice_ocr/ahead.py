"""Things made in a thread of their own before they are asked for, so that two stages work at the same time."""

from __future__ import annotations

import math
import threading
from collections import deque
from contextvars import ContextVar
from queue import SimpleQueue
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

T = TypeVar("T")
U = TypeVar("U")

_LAST_SECONDS = 4.0  # that closing waits for what is being made: a page is read in less
_NAME = "invoice-ocr-ahead"
_DEALT = 1  # items that may wait for a thread while another has none
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


def side_by_side(
    work: Callable[[Iterator[T]], Iterable[U]], items: Iterable[T], threads: int
) -> Generator[U, None, None]:
    """What `work` makes of the items, one for each and in their order: they are dealt in turn to so many threads.

    work: is called once a thread, and may take several items before it gives the first result back. Items are taken in
    the caller's thread, when one of the others asks. What is raised is raised here, in its place. Close it as `ahead`.
    """
    table = _Table[T, U](threads)
    servants = [threading.Thread(target=table.serve, args=(k, work), name=_NAME, daemon=True) for k in range(threads)]
    for servant in servants:
        servant.start()
    source = iter(items)
    try:
        while not table.is_done():
            if (found := table.next_made()) is None:
                table.deal(source)
                continue
            result, error = found
            if error is not None:
                raise error
            yield result  # type: ignore[misc]  # None only where it failed
            del result, found
    finally:
        table.close()
        for servant in servants:
            servant.join(_LAST_SECONDS)


class _Table(Generic[T, U]):
    """Items that lie dealt to threads, and what these have made of them."""

    def __init__(self, threads: int) -> None:
        self._turn = threading.Condition()
        self._closed = threading.Event()
        self._dealt: list[deque[T]] = [deque() for _ in range(threads)]
        self._made: list[deque[tuple[U | None, BaseException | None]]] = [deque() for _ in range(threads)]
        self._asking: set[int] = set()
        self._ended: set[int] = set()  # threads that take no more, whatever lies dealt to them
        self._given = self._taken = 0
        self._is_all_given = False

    def is_done(self) -> bool:
        return self._is_all_given and self._taken == self._given

    def serve(self, k: int, work: Callable[[Iterator[T]], Iterable[U]]) -> None:
        """What thread `k` does."""
        _closed.set(self._closed)
        try:
            for result in work(self._own(k)):
                self._put(k, result, None)
                del result
        except BaseException as error:  # noqa: BLE001  whoever asks for the result is told
            self._put(k, None, error)
        finally:
            with self._turn:
                self._ended.add(k)
                self._turn.notify_all()

    def _put(self, k: int, result: U | None, error: BaseException | None) -> None:
        with self._turn:
            self._made[k].append((result, error))
            self._turn.notify_all()

    def _own(self, k: int) -> Iterator[T]:
        """The items of thread `k`, as they are dealt."""
        while True:
            with self._turn:
                self._asking.add(k)
                self._turn.notify_all()
                self._turn.wait_for(lambda: self._dealt[k] or self._is_all_given or self._closed.is_set())
                self._asking.discard(k)
                go_on()
                if not self._dealt[k]:
                    return
                item = self._dealt[k].popleft()
                self._turn.notify_all()
            yield item
            del item

    def next_made(self) -> tuple[U | None, BaseException | None] | None:
        """The next result, or what was raised instead; None where an item has to be dealt before that is made."""
        k = self._taken % len(self._made)
        with self._turn:
            self._turn.wait_for(lambda: self._made[k] or k in self._ended or self._is_asked())
            if self._made[k]:
                self._taken += 1
                return self._made[k].popleft()
            if k in self._ended and self._taken < self._given:
                return None, RuntimeError("There are fewer results than items.")
            return None

    def _is_asked(self) -> bool:
        full = any(len(dealt) >= _DEALT for k, dealt in enumerate(self._dealt) if k not in self._ended)
        return not self._is_all_given and bool(self._asking) and not full

    def deal(self, source: Iterator[T]) -> None:
        """Take an item and lay it before the thread whose turn it is."""
        try:
            item = next(source)
        except StopIteration:
            with self._turn:
                self._is_all_given = True
                self._turn.notify_all()
            return
        with self._turn:
            self._dealt[self._given % len(self._dealt)].append(item)
            self._given += 1
            self._turn.notify_all()

    def close(self) -> None:
        with self._turn:
            self._closed.set()
            self._turn.notify_all()
