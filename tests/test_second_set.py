"""Totals beside which another whole set of totals stands are never accepted."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Alder Supplies Ltd\nInvoice number | AS-3381\nInvoice date | 14 May 2026\n"
TWO_SETS = {
    "two currencies": "Net total | 2,000.00 | 1,720.00\nVAT 20% | 400.00 | 344.00\nInvoice total | 2,400.00 | 2,064.00",
    "corrected": "Net total | 500.00 | 450.00 | -50.00\n"
    "VAT 20% | 100.00 | 90.00 | -10.00\nTotal | 600.00 | 540.00 | -60.00",
    "to date": "Net total | 1,000.00 | 600.00 | 1,600.00\n"
    "VAT | 200.00 | 120.00 | 320.00\nTotal | 1,200.00 | 720.00 | 1,920.00",
    "one under the other": "Net EUR | 1,000.00\nVAT 21% EUR | 210.00\nTotal EUR | 1,210.00\n"
    "Net CZK | 25,000.00\nVAT 21% CZK | 5,250.00\nTotal CZK | 30,250.00",
}
ONE_SET = {
    "alone": "Net total | 2,000.00\nVAT 20% | 400.00\nInvoice total | 2,400.00",
    "columns of rates": "Net total | 1,000.00 | 600.00 | 1,600.00\n"
    "VAT | 200.00 | 30.00 | 230.00\nTotal | 1,200.00 | 630.00 | 1,830.00",
    "the same twice": "Net total | 2,000.00 | 2,000.00\nVAT 20% | 400.00 | 400.00\nInvoice total | 2,400.00 | 2,400.00",
    "parts of it": "Labour | 1,000.00\nVAT 20% | 200.00\nLabour in all | 1,200.00\n"
    "Parts | 500.00\nVAT 20% | 100.00\nParts in all | 600.00\n"
    "Net total | 1,500.00\nVAT 20% | 300.00\nInvoice total | 1,800.00",
}


def understood(page: str) -> Invoice:
    (invoice,) = understand(sketch(HEAD + page), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize("page", TWO_SETS.values(), ids=TWO_SETS)
def test_a_second_set_of_totals_sends_them_to_review(page: str) -> None:
    invoice = understood(page)
    assert "totals.two-sets" in invoice.reasons
    assert {invoice.fields[name].status for name in ("total_net", "total_tax", "total_gross")} == {"review"}
    assert invoice.fields["currency"].status != "accepted"


@pytest.mark.parametrize("page", ONE_SET.values(), ids=ONE_SET)
def test_one_set_of_totals_is_in_no_such_doubt(page: str) -> None:
    assert "totals.two-sets" not in understood(page).reasons
