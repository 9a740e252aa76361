"""The commands: parse flags, call one function, map errors to exit codes."""

from __future__ import annotations

import atexit
import gc
import os
import sys
from typing import NoReturn

from invoice_ocr.cli.stopping import Stop, Terminated, leave
from invoice_ocr.errors import ExitCode

_GARBAGE = 50_000  # new objects after which Python looks for circles: rules and words are as many, and none is in one
_ARENA_MAX = -8  # the option that limits how many heaps there are, in glibc's numbers


def main() -> NoReturn:
    """Run the `invoice-ocr` command and leave with its exit code (see ExitCode)."""
    gc.set_threshold(_GARBAGE)
    # OpenCV's threads ask for work all the time: 3 to 5 % of a scanned page's CPU time, with all cores busy.
    os.environ.setdefault("OPENCV_FOR_THREADS_NUM", "1")
    _share_heap()
    atexit.register(gc.freeze)  # what ends with the process is not looked through for circles again
    stop = Stop()
    try:
        stop.listen()
        leave(_code(), stop)
    except KeyboardInterrupt:
        leave(ExitCode.INTERRUPTED, stop)
    except Terminated:
        leave(ExitCode.TERMINATED, stop)


def _share_heap() -> None:
    """Have all threads take memory from one heap, where the system has one for each.

    What the pixels of a page leave free in a thread, those of the next take in another: reading 63 pages takes 864 MiB
    so, and 935 to 950 without.
    """
    if sys.platform != "linux" or "MALLOC_ARENA_MAX" in os.environ:
        return
    import ctypes

    libc = ctypes.CDLL(None)
    if hasattr(libc, "mallopt"):  # glibc; musl has one heap
        libc.mallopt(_ARENA_MAX, 1)


def _code() -> int:
    import typer

    from invoice_ocr.cli.app import app

    try:
        return app(prog_name="invoice-ocr", standalone_mode=False) or ExitCode.OK
    except typer.Abort:
        return ExitCode.INTERRUPTED
    except typer.TyperException as error:
        from invoice_ocr.cli.console import report
        from invoice_ocr.cli.usage import mistake

        if error.format_message():  # empty where help was asked for by giving nothing, and is printed already
            report(mistake(error))
        return ExitCode.USAGE
