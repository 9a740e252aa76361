"""How a batch goes on: a bar on a terminal, a line every half minute elsewhere."""

from __future__ import annotations

import time
from collections import Counter
from typing import TYPE_CHECKING, Self

from invoice_ocr.cli.console import Verbosity, console, counted, note

if TYPE_CHECKING:
    from collections.abc import Callable

    from rich.progress import Progress as Bar

    from invoice_ocr.batch.ledger import State
    from invoice_ocr.model import Record

_EVERY = 30.0  # seconds between lines where nobody looks


class Progress:
    """Watches a run and shows it on stderr, unless -q. clock: seconds, for tests."""

    def __init__(self, verbosity: Verbosity, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._verbosity = verbosity
        self._clock = clock
        self._told: Counter[str] = Counter()
        self._left = self._pages = 0
        self._since = self._last = clock()
        self._bar: Bar | None = None
        out = console()
        if out.is_terminal and not verbosity.quiet and not verbosity.verbose:
            from rich.progress import BarColumn, TextColumn
            from rich.progress import Progress as RichProgress

            self._bar = RichProgress(BarColumn(), TextColumn("{task.description}"), console=out, transient=True)
            self._task = self._bar.add_task("looking for documents", total=None)

    def __enter__(self) -> Self:
        if self._bar:
            self._bar.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar:
            self._bar.stop()

    def scanned(self, inputs: int) -> None:
        self._show(f"{inputs} inputs found")

    def begun(self, documents: int, left: int) -> None:
        self._left = left
        self._since = self._last = self._clock()
        if self._bar:
            self._bar.update(self._task, total=left)
        if documents > left:
            note(f"{documents - left} of {counted(documents)} done already", self._verbosity)

    def finished(self, state: State, records: list[Record], pages: int) -> None:
        decisions = {record.invoice.decision if record.invoice else "reject" for record in records}
        worst = next((one for one in ("reject", "review") if one in decisions), "done")
        self._told[worst if state == "done" else "reject"] += 1
        self._left -= 1
        self._pages += pages
        if self._bar:
            self._bar.advance(self._task)
        self._show(self.line())

    def line(self) -> str:
        """done, for review, rejected, left, pages a second, time left."""
        seconds = max(self._clock() - self._since, 1e-3)
        finished = self._told.total()
        parts = [
            f"{self._told['done']} done",
            f"{self._told['review']} review",
            f"{self._told['reject']} rejected",
            f"{self._left} left",
            f"{self._pages / seconds:.1f} pages/s",
        ]
        if finished and self._left:
            parts.append(f"{_clock_time(seconds / finished * self._left)} to go")
        return " · ".join(parts)

    def _show(self, text: str) -> None:
        if self._bar:
            self._bar.update(self._task, description=text)
        elif self._clock() - self._last >= _EVERY:
            self._last = self._clock()
            note(text, self._verbosity)


def _clock_time(seconds: float) -> str:
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
