"""Ctrl-C, SIGTERM and SIGHUP: they unwind a run once, wherever it is, and the process ends with their exit code."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import threading
import time
import weakref
from typing import TYPE_CHECKING, NoReturn

from invoice_ocr import ahead
from invoice_ocr.errors import ExitCode

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_UNWINDING_SECONDS = 10.0  # that a run has to put away what it holds; who asks again later does not wait for it
_LOST_SECONDS = 0.25  # between two looks at a run that was told to end; two that see no unwinding, and it is told again


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came.

    No plain KeyboardInterrupt: where one passes through `exec` of a text, as within the import of a dataclass, Python
    3.11 remembers it, and dies of SIGINT at its end although it was caught.
    """


class Terminated(BaseException):
    """SIGTERM came, or the terminal went away."""


class Stop:
    """The handler of these signals: the first raises, the next ones do not disturb its unwinding.

    What it raises may get nowhere: Python ignores it in what objects do when they go, a library may catch everything,
    and a signal that comes just before a read begins does not end the wait for it. A thread sees to that, and ends the
    process where unwinding comes to no end.
    """

    def __init__(self) -> None:
        self._since: float | None = None
        self._raised: weakref.ref[Interrupted | Terminated] | None = None
        self._is_settled = False

    def listen(self) -> None:
        """Take the signals from now on, but for those that the caller ignores, as nohup does. In the main thread."""
        if hasattr(signal, "pthread_kill"):  # not on Windows
            reader, writer = _pipe()
            signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
            threading.Thread(target=self._watch, args=(reader,), name="invoice-ocr-stopping", daemon=True).start()
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self)
        atexit.register(_ignore)  # registered first, called last: Python gives back what is not ignored

    def settle(self) -> None:
        """Raise no more: how the run ends is settled, and nothing is left to unwind."""
        self._is_settled = True
        self._since = self._since or time.monotonic()

    def _watch(self, reader: int) -> None:
        """See to it that each of our signals, as its number arrives, ends the run."""
        while come := os.read(reader, 1):
            looks, since = 0, time.monotonic()
            while come[0] in _SIGNALS and not self._is_settled:
                time.sleep(_LOST_SECONDS)
                if time.monotonic() - since > _UNWINDING_SECONDS:
                    _give_up(come[0])
                looks = 0 if self._is_unwinding() else looks + 1
                if looks > 1 and not self._is_settled:
                    looks, self._since = 0, None
                    signal.pthread_kill(threading.main_thread().ident, come[0])  # type: ignore[arg-type]  # it runs

    def _is_unwinding(self) -> bool:
        return self._raised is not None and self._raised() is not None

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        if self._since is None:
            self._since = time.monotonic()
            raise self._remembered(Interrupted() if number == signal.SIGINT else Terminated())
        if time.monotonic() - self._since > _UNWINDING_SECONDS:
            _give_up(number)

    def _remembered(self, error: Interrupted | Terminated) -> Interrupted | Terminated:
        self._raised = weakref.ref(error)  # it is there as long as it is on its way, or held by who unwinds
        return error


def _give_up(number: int) -> NoReturn:
    os._exit(ExitCode.INTERRUPTED if number == signal.SIGINT else ExitCode.TERMINATED)


def _pipe() -> tuple[int, int]:
    """Both ends of a pipe whose writer never waits, with numbers that stdin, stdout and stderr do not have."""
    import fcntl

    ends = os.pipe()
    reader, writer = (fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 3) for end in ends)
    for end in ends:
        os.close(end)
    os.set_blocking(writer, False)
    return reader, writer


def leave(code: int, stop: Stop) -> NoReturn:
    """End the process; a reader of our output that has gone away is no reason to complain."""
    stop.settle()
    try:
        sys.stdout.flush()
    except (BrokenPipeError, ValueError, AttributeError):
        with contextlib.suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if ahead.are_made():  # in a library that ends the process with SIGABRT when its thread is taken from it
        os._exit(code)
    sys.exit(code)


def _ignore() -> None:
    for number in _SIGNALS:
        signal.signal(number, signal.SIG_IGN)
