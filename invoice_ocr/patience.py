"""How long a page, or understanding a document, may take: asked for in loops, since nothing can stop a thread."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from invoice_ocr.ahead import go_on

_due: ContextVar[float] = ContextVar("due", default=float("inf"))


class Overdue(Exception):
    """What is being read takes longer than it may."""


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """For so long, `check` raises nothing in this thread."""
    before = _due.set(time.monotonic() + seconds)
    try:
        yield
    finally:
        _due.reset(before)


def check() -> None:
    """Raises Overdue when patience is at its end, NotWanted when nobody asks for this any more; else nothing."""
    go_on()
    if time.monotonic() > _due.get():
        raise Overdue
