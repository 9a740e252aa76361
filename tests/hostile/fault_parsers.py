"""Parsers that crash, stall, eat and lie: put in the place of the real one, in its process, through its own seam.

A document reads `fault:argument`; one that names no fault is one page with the words it has.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from invoice_ocr.errors import Encrypted
from invoice_ocr.intake.pages import Part, Pixels, Request, Sheet


def parse(request: Request) -> Part:
    text = request.document.decode()
    fault, _, argument = text.partition(":")
    if fault in FAULTS:
        answer = FAULTS[fault](argument, request)
        if answer is not None:
            return answer
    return Part([Sheet(1, 100.0, 100.0, words=[(word, (0.0, 0.0, 1.0, 1.0)) for word in text.split()])])


def die(name: str, _request: Request) -> None:
    os.kill(os.getpid(), getattr(signal, name))
    time.sleep(60)


def segfault(_argument: str, _request: Request) -> None:
    ctypes.string_at(1)


def die_unless_mended(_argument: str, request: Request) -> None:
    if not request.mend:
        os.kill(os.getpid(), signal.SIGABRT)


def stall(_argument: str, _request: Request) -> None:
    time.sleep(600)


def spin(_argument: str, _request: Request) -> None:
    while True:
        pass


def eat(_argument: str, _request: Request) -> Part:
    held = [bytes(50_000_000) for _ in range(1000)]
    return Part([Sheet(len(held), 1.0, 1.0)])


def refuse(_argument: str, _request: Request) -> None:
    raise Encrypted("locked on purpose")


def bug(_argument: str, _request: Request) -> None:
    raise KeyError("a mistake in a parser")


def lie(_argument: str, _request: Request) -> Part:
    return Part([Sheet(1, 10.0, 10.0, pixels=Pixels(100, 100, 72.0, b"few"))])


def nonsense(_argument: str, _request: Request) -> Part:
    return Part([Sheet("one", None, [], 0)])  # type: ignore[arg-type]


def shout(_argument: str, _request: Request) -> None:
    os.write(1, b"noise on stdout\n" * 100)
    os.write(2, b"noise on stderr\n" * 1000)


def write(place: str, _request: Request) -> None:
    Path(place).write_bytes(b"x" * 1000)


def pages(count: str, request: Request) -> Part:
    final = min(request.first + 2, int(count))
    sheets = [_page(number) for number in range(request.first + 1, final + 1)]
    return Part(sheets, rest=final if final < int(count) else None)


def page_then_die(_argument: str, request: Request) -> Part:
    if request.first:
        os.kill(os.getpid(), signal.SIGKILL)
    return Part([_page(1)], rest=1)


def connect(port: str, _request: Request) -> None:
    socket.create_connection(("127.0.0.1", int(port)), 5).close()


def run(program: str, _request: Request) -> None:
    subprocess.run([program], check=True)


def kill_parent(_argument: str, _request: Request) -> None:
    os.kill(os.getppid(), signal.SIGTERM)


def slow(seconds: str, _request: Request) -> None:
    time.sleep(float(seconds))


def pid(_argument: str, _request: Request) -> Part:
    return Part([Sheet(1, 100.0, 100.0, words=[(str(os.getpid()), (0.0, 0.0, 1.0, 1.0))])])


def scan(count: str, _request: Request) -> Part:
    """Takes memory for a few large pictures, gives it back, and says how often the system was asked for some."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    held = [b"x" * 12_000_000 for _ in range(int(count))]
    del held
    asked = resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
    return Part([Sheet(1, 100.0, 100.0, words=[(str(asked), (0.0, 0.0, 1.0, 1.0))])])


def _page(number: int) -> Sheet:
    return Sheet(number, 10.0, 10.0, pixels=Pixels(10, 10, 72.0, bytes([number]) * 300))


_DEATHS = (die, segfault, die_unless_mended, stall, spin, eat)
_LIES = (refuse, bug, lie, nonsense, shout)
_BREAKS = (write, connect, run, kill_parent)
_WORK = (pages, page_then_die, slow, pid, scan)
FAULTS: dict[str, Callable[[str, Request], Part | None]] = {
    fault.__name__.replace("_", "-"): fault for fault in _DEATHS + _LIES + _BREAKS + _WORK
}
