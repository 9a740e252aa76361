"""What a till takes off below a sum is taken off the total; what invoices offer below theirs is not."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Corner Store\n118 Mill Lane\nReceipt\n12/03/2026 18:02\nTea | 27.90\nRice | 16.98\nOil | 21.50\n"


def gross(text: str) -> Field:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.fields["total_gross"]


@pytest.mark.parametrize(
    ("foot", "total"),
    [
        ("TOTAL | 66.38\nDISCOUNT | 1.38\nTO PAY | 65.00\nCASH | 100.00\nCHANGE | 35.00", "65.00"),
        ("TOTAL | 66.38\nDISCOUNT | 1.38\nNETT | 65.00", "65.00"),
        ("TOTAL | 66.38\nDISCOUNT | 1.35\nROUND OFF | -0.03\nNETT | 65.00", "65.00"),
        ("TOTAL | 66.38\nOptional service | 5.96\nTotal inc service | 72.34", "72.34"),
        ("TOTAL | 66.38\nService | 5.96\nVISA | 72.34", "66.38"),
        ("TOTAL | 66.38\nDISCOUNT CARD 118\nCASH | 66.38", "66.38"),
        ("TOTAL | 66.38\nDISCOUNT | 1.38\nVISA | 65.00", "66.38"),  # what was paid may leave a coupon out
    ],
)
def test_the_total_of_a_slip_is_what_is_left_below_a_discount(foot: str, total: str) -> None:
    assert gross(HEAD + foot).value == Decimal(total)


def test_the_equation_is_kept_as_its_proof() -> None:
    assert gross(HEAD + "TOTAL | 66.38\nDISCOUNT | 1.38\nTO PAY | 65.00").proof == "66.38 - 1.38 = 65.00"


def test_a_discount_below_the_total_of_an_invoice_is_for_who_pays_early() -> None:
    text = (
        "Nordwind Ltd\nInvoice\nInvoice no: A-17\nInvoice date: 3 May 2024\nBill to: Smith & Sons Ltd, 5 High Street\n"
        "Hours of advice on the sale of a house | 66.38\nTotal | 66.38\nDiscount | 1.38\nIf paid by 10 May | 65.00"
    )
    assert gross(text).value == Decimal("66.38")


@pytest.mark.parametrize(("paid", "total"), [("\nAmount paid | 65.00", "65.00"), ("", "66.38")])
def test_a_discount_counts_on_an_invoice_whose_amount_due_was_paid(paid: str, total: str) -> None:
    text = (
        "Nordwind Ltd\nInvoice\nInvoice no: A-17\nInvoice date: 3 May 2024\nBill to: Smith & Sons Ltd, 5 High Street\n"
        "Tea | 27.90\nRice | 16.98\nOil | 21.50\nTotal | 66.38\nDiscount | 1.38\nAmount due | 65.00"
    )
    assert gross(text + paid).value == Decimal(total)


def test_a_smaller_sum_asked_for_below_leaves_the_total_open() -> None:
    total = gross(HEAD + "TOTAL | 66.38\nONLINE OFFER | .38\nDelivery | 2.50\nTOTAL TO PAY | 64.50")
    assert total.value == Decimal("64.50")
    assert total.status == "review"
    assert Decimal("66.38") in [other.value for other in total.alternatives]


@pytest.mark.parametrize("foot", ["DEPOSIT PAID | 20.00\nBALANCE DUE | 46.38", "CASH | 70.00\nBALANCE | 3.62"])
def test_what_is_left_after_a_payment_is_no_other_total(foot: str) -> None:
    total = gross(HEAD + "TOTAL | 66.38\n" + foot)
    assert total.value == Decimal("66.38")
    assert total.status == "accepted"


def test_totals_with_tips_that_are_suggested_are_none() -> None:
    tips = "Suggested gratuity\n18% | $13.03 | Total $91.40\n20% = $14.48 | Total $92.85"
    total = gross(
        "Smokey Hollow\nAustin TX 78704\nServer: Jo\n02/21/2026\nRibs | 45.50\nBeef | 26.90\nSubtotal | 72.40\n"
        f"Sales Tax 8.25% | 5.97\nTOTAL DUE | $78.37\n{tips}"
    )
    assert total.value == Decimal("78.37")


def test_a_voucher_below_the_total_may_have_been_paid_for() -> None:
    for foot in (
        "TOTAL | 66.38\nGift voucher | -25.00\nTO PAY | 41.38",
        "TOTAL | 66.38\n8827 | -25.00\nTO PAY | 41.38",
        "SUBTOTAL | 66.38\nGift voucher | -25.00\nTO PAY | 41.38",
        "SUBTOTAL | 66.38\nGift voucher | -25.00\nTOTAL | 41.38",
    ):
        total = gross(HEAD + foot + "\nVISA | 41.38")
        assert total.status == "review"
        assert {total.value, *(other.value for other in total.alternatives)} >= {Decimal("66.38"), Decimal("41.38")}


def test_a_balance_of_rewards_is_not_the_total() -> None:
    foot = "SUBTOTAL | 66.38\nTAX 8% | 5.31\nGRATUITY | 11.95\nTOTAL | 84.92\nREWARD BALANCE | 4.50"
    assert gross(HEAD + foot).value != Decimal("4.50")


def test_a_printed_slip_asks_for_the_total_below_a_sum_with_its_tax() -> None:
    text = (
        "HARBOUR CABS\nHalifax, NS\nHST# 10844 1772 RT0001\n2026-02-17 23:12\nCab 144 | Driver 3381\nFare | 58.26\n"
        "HST 15% | 8.74\nSubtotal | 67.00\nTip | 10.00\nTOTAL CAD | $77.00\nMASTERCARD ****4410\nAUTH CODE 018834\n"
        "Visa slip\nThank you"
    )
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    assert invoice.fields["document_type"].value == "receipt"
    assert invoice.fields["total_gross"].value == Decimal("77.00")
