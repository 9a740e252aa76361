"""The totals of two till slips in one picture are never accepted."""

from __future__ import annotations

import pytest

from invoice_ocr.model import Box, Invoice, PageWords, Reading, Word
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

ONE = ["CORNER CAFE", "8 Elm St, Salem MA", "06/02/2026 08:11", "Latte|4.50", "Bagel|3.25", "SUBTOTAL|7.75"]
ONE += ["TAX|0.48", "TOTAL|$8.23", "VISA|8.23"]
OTHER = ["QUAY BOOKS", "2 Dock St, Salem MA", "06/02/2026 09:40", "Atlas|12.00"]


def words(column: list[str], left: float) -> list[Word]:
    made = []
    for row, line in enumerate(column):
        text, _, amount = line.partition("|")
        top, at = 40.0 + 16 * row, left
        for word in text.split():
            made.append(Word(word, Box(at, top, at + 6 * len(word), top + 10), 0.99, "ocr"))
            at += 6 * len(word) + 5
        if amount:
            made.append(Word(amount, Box(left + 150 - 6 * len(amount), top, left + 150, top + 10), 0.99, "ocr"))
    return made


def understood(*columns: list[str]) -> Invoice:
    every = tuple(word for index, column in enumerate(columns) for word in words(column, 20 + 190 * index))
    (invoice,) = understand(Reading((PageWords(1, 420, 300, every),)), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize("blanks", [0, 3], ids=["in another row", "in the same row"])
def test_totals_of_two_slips_side_by_side_go_to_review(blanks: int) -> None:
    invoice = understood(ONE, [*OTHER, *["Pen|0.00"] * blanks, "TOTAL|$12.00", "VISA|12.00"])
    assert "totals.two-slips" in invoice.reasons
    assert invoice.fields["total_gross"].status == "review"


def test_one_slip_is_in_no_such_doubt() -> None:
    assert "totals.two-slips" not in understood(ONE).reasons
