"""Totals whose tax is more than the printed rates allow are other amounts that add up: they wait for review."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Alder Roofing Ltd\nInvoice number | AR-3381\nInvoice date | 14 May 2026\n"
TO_DATE = (
    " | Previous | This period | To date\nWork completed | $120,000.00 | $38,500.00 | $158,500.00\n"
    "Sales tax 7.5% | $9,000.00 | $2,887.50 | $11,887.50\nTotal | $129,000.00 | $41,387.50 | $170,387.50"
)


def understood(page: str) -> Invoice:
    (invoice,) = understand(sketch(HEAD + page), load_pack(), Settings())
    return invoice


def test_a_tax_above_the_printed_rate_sends_the_totals_to_review() -> None:
    invoice = understood(TO_DATE)
    assert "totals.rate" in invoice.reasons
    assert invoice.fields["total_gross"].status == "review"


@pytest.mark.parametrize(
    "page",
    [
        "Subtotal | 100.00\nGST 5% | 5.00\nPST 7% | 7.00\nTotal | $112.00",
        "Net | 100.00\nVAT 20% | 20.00\nTotal | £120.00",
        "Net | 100.00\nDelivery | 20.00\nVAT 20% | 24.00\nTotal | £144.00",
        "Net | 1.00\nVAT 5% | 0.10\nTotal | £1.10",
    ],
)
def test_a_tax_at_the_printed_rates_is_in_no_such_doubt(page: str) -> None:
    assert "totals.rate" not in understood(page).reasons


def test_the_rates_of_all_tax_rows_count_though_one_names_a_register_number() -> None:
    page = "Subtotal | 3,120.00\nGST (5%) #83412 7755 RT0001 | 156.00\nPST (7%) | 218.40\nTotal | $3,494.40"
    assert "totals.rate" not in understood(page).reasons
