"""Slips that give money back are never booked as spent."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "HARBOUR & FINCH HOME LTD\n44 Market Place\nWells BA5 2RB\n20/02/2026 15:11\nTill 2 | Trans 44817\n"


def slip(text: str) -> Invoice:
    (invoice,) = understand(sketch(HEAD + text, source="ocr"), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    "rows",
    [
        "Cushion cover | £24.99-\nTOTAL | £24.99\nRefunded to VISA | £24.99",
        "Cushion cover Qty 1 @ 24.99 | -24.99\nLamp | -10.00\nTOTAL | £34.99\nRefund to VISA | -£34.99",
        "Cushion cover | 24.99\nTOTAL | £24.99\nRefund to VISA | -£24.99\nVAT @ 20% included | -4.17",
    ],
)
def test_a_total_without_the_minus_of_its_prices_is_left_open(rows: str) -> None:
    invoice = slip(rows)
    assert invoice.fields["total_gross"].status == "review"
    assert invoice.decision == "review"


@pytest.mark.parametrize(
    "rows",
    [
        "Cushion cover | £24.99\nVoid | -£24.99\nLamp | £34.99\nTOTAL | £34.99\nVISA | £34.99",
        "Cushion cover | £24.99\nTOTAL | £24.99\nGift card | -£24.99",
    ],
)
def test_a_void_or_a_payment_with_a_minus_gives_nothing_back(rows: str) -> None:
    assert slip(rows).fields["total_gross"].status == "accepted"
