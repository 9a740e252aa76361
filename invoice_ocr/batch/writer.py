"""Finished documents to the ledger in a thread of its own: reading and understanding need not wait for the disk."""

from __future__ import annotations

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoice_ocr.batch.ledger import Job, Kept, Ledger, State
    from invoice_ocr.batch.scheduler import Watcher
    from invoice_ocr.model import Record

_BEHIND = 16  # documents that may wait to be written; what is lost with them when the power fails is read again


class Writer:
    """Writes what comes of documents, each in its own transaction and in the order given.

    `watcher` hears of a document in the caller's thread, and only after it is written.
    """

    def __init__(self, book: Ledger, watcher: Watcher) -> None:
        self._book = book
        self._watcher = watcher
        self._thread = ThreadPoolExecutor(1, "invoice-ocr-ledger")
        self._behind: deque[tuple[Future[None], State, list[Record], int]] = deque()

    def finish(self, job: Job, state: State, records: list[Record], kept: Kept | None, pages: int) -> None:
        """Have a document finished as `Ledger.finish` does. Raises what writing an earlier one raised."""
        written = self._thread.submit(self._book.finish, job, state, records, kept)
        self._behind.append((written, state, records, pages))
        self._tell(_BEHIND)

    def settle(self) -> None:
        """Return when all is written. Raises what writing raised."""
        self._tell(0)

    def close(self) -> None:
        """Write what was given, and end the thread; nothing is raised or told any more."""
        self._thread.shutdown()

    def _tell(self, most: int) -> None:
        while len(self._behind) > most or (self._behind and self._behind[0][0].done()):
            written, state, records, pages = self._behind.popleft()
            written.result()
            if state != "again":
                self._watcher.finished(state, records, pages)
