"""Which invoices have been written for which program's import, so that none is booked twice."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Record

Key = tuple[str, int]  # SHA-256 of a document, and which invoice in it


def key_of(record: Record) -> Key:
    return record.sha256, record.invoice.document if record.invoice else 1


def exported(book: Ledger, to: str) -> set[Key]:
    """What was kept with `keep` for a format."""
    rows = book.connection.execute("SELECT sha256, invoice FROM exported WHERE format = ?", (to,))
    return {(sha256, invoice) for sha256, invoice in rows}


def keep(book: Ledger, to: str, keys: Iterable[Key]) -> None:
    """Remember that these invoices have been written in a format."""
    now = datetime.now(UTC).isoformat(timespec="seconds")
    with book.transaction("exported") as rows:
        rows.executemany("INSERT OR IGNORE INTO exported VALUES (?, ?, ?, ?)", [(*key, to, now) for key in keys])
