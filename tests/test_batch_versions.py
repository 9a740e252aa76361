"""Ledgers that earlier programs wrote: their results, words and corrections are there, and a run goes on in them."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest
from test_batch_run import LAYER, PACK

from invoice_ocr.batch import results, scheduler, schema
from invoice_ocr.batch.ledger import opened
from invoice_ocr.batch.search import search

FIXTURES = Path(__file__).parent.parent / "fixtures"
LETTER = FIXTURES / "samples" / "born-digital-german-letter" / "rechnung.pdf"
VERSIONS = range(1, schema.VERSION + 1)


@pytest.fixture(params=VERSIONS)
def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A ledger as a program of each version left it: a letter, corrected, and a file that is no document."""
    return Path(shutil.copy(FIXTURES / "ledgers" / f"version-{request.param}.ledger", tmp_path / "books.ledger"))


def test_an_old_ledger_says_what_it_said(ledger: Path) -> None:
    before = ledger.read_bytes()
    with opened(ledger) as book:
        assert {name: count for name, count in results.counts(book).items() if count} == {"post": 1, "failed": 1}
        broken, letter = results.records(book)
        assert {hit.file for hit in search(book, "rechnung")} == {"in/rechnung.pdf"}
    assert broken.failure is not None
    assert broken.failure.code == "E_NOT_A_DOCUMENT"
    assert letter.invoice is not None
    assert letter.invoice.fields["total_gross"].value == Decimal("24241.82")
    number = letter.invoice.fields["invoice_number"]
    assert (number.value, number.status) == ("R-1", "corrected")
    assert ledger.read_bytes() == before


def test_a_run_goes_on_in_an_old_ledger(ledger: Path) -> None:
    with opened(ledger, write=True) as book:
        scheduler.run([LETTER], book, LAYER, pack=PACK)
        _, letter = results.records(book)
        assert book.connection.execute("SELECT count(*) FROM document").fetchone() == (2,)
    assert letter.invoice is not None
    assert letter.recipe != ""
    assert letter.invoice.fields["total_gross"].value == Decimal("24241.82")
    assert letter.invoice.fields["invoice_number"].value == "R-1"
    with closing(sqlite3.connect(ledger)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
