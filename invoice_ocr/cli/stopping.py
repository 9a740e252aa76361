"""Ctrl-C, SIGTERM and SIGHUP: they unwind a run once, wherever it is, and the process ends with their exit code."""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import sys
import time
from typing import TYPE_CHECKING, NoReturn

from invoice_ocr import ahead
from invoice_ocr.errors import ExitCode

if TYPE_CHECKING:
    from types import FrameType

_SIGNALS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
_UNWINDING_SECONDS = 10.0  # that a run has to put away what it holds; who asks again later does not wait for it


class Interrupted(KeyboardInterrupt):
    """Ctrl-C came.

    No plain KeyboardInterrupt: where one passes through `exec` of a text, as within the import of a dataclass, Python
    3.11 remembers it, and dies of SIGINT at its end although it was caught.
    """


class Terminated(BaseException):
    """SIGTERM came, or the terminal went away."""


class Stop:
    """The handler of these signals: the first raises, the next ones do not disturb its unwinding."""

    def __init__(self) -> None:
        self._since: float | None = None

    def listen(self) -> None:
        """Take the signals from now on, but for those that the caller ignores, as nohup does. In the main thread."""
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self)
        atexit.register(_ignore)  # registered first, called last: Python gives back what is not ignored

    def settle(self) -> None:
        """Raise no more: how the run ends is settled, and nothing is left to unwind."""
        self._since = self._since or time.monotonic()

    def __call__(self, number: int, _frame: FrameType | None) -> None:
        interrupted = number == signal.SIGINT
        if self._since is None:
            self._since = time.monotonic()
            raise Interrupted if interrupted else Terminated
        if time.monotonic() - self._since > _UNWINDING_SECONDS:
            os._exit(ExitCode.INTERRUPTED if interrupted else ExitCode.TERMINATED)


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
