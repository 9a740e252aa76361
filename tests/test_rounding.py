"""What a till rounded, and what only looks so."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def total(text: str) -> Field:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.fields["total_gross"]


MARKET = (
    "Ewald Holtkamp oHG\nLindenallee 114\n38442 Wolfsburg\nKaffee 500g | 12,02\nBrot | 6,99\nSUMME EUR | 19,01\n"
    "Geg. Girocard EUR | 19,01\nMwSt 7% | 17,77 | 1,24 | 19,01\n12.02.2026 18:22 | Bon-Nr.: 2190\n{foot}\n"
    "Vielen Dank für Ihren Einkauf"
)


def test_a_number_without_cents_near_a_total_is_not_what_it_was_rounded_to() -> None:
    found = total(MARKET.format(foot="Ihre Karte: 19 Punkte gesammelt"))
    assert (found.value, found.status) == (Decimal("19.01"), "accepted")


def test_a_total_off_by_what_was_rounded_was_not_misread() -> None:
    found = total(
        "MAPLE & BIRKIN HARDWARE LTD\n3388 Cook Street\nVictoria, BC V8X 1A4\nGST/HST 81427 5563 RT0001\n"
        "2026/02/11 11:03 AM\nCashier: TOM\nDeck screws | 27.98\nLatex white | 36.99\nSUBTOTAL | 64.97\nGST 5% | .25\n"
        "TOTAL | 72.77\nRounding | 0.02\nCASH | 80.00\nCHANGE | 7.25"
    )
    assert (found.value, found.status) == (Decimal("72.77"), "accepted")


STATIONER = (
    "BINTANG STATION\nNo 8, Jalan Bulan 4\n53300 Kuala Lumpur\n17/04/2024 18:02\nCashier: c1000\nGlue stick | 14.30\n"
    "Item discount | -1.43\nRounding Adj | 0.01\n{total}Change | 7.12\nGST Summary | Net | GST | Total\n"
    "SR 6% | 12.14 | 0.73 | 12.87\nTotal | 12.14 | 0.73 | 12.87"
)


def test_a_total_that_only_taxes_below_show_may_be_that_before_rounding() -> None:
    assert total(STATIONER.format(total="")).status == "review"


def test_one_that_was_read_settles_it() -> None:
    found = total(STATIONER.format(total="Total RM | 12.88\n"))
    assert (found.value, found.status) == (Decimal("12.88"), "accepted")


EATERY = (
    "SANTAPAN DELIMA SDN BHD\nReceipt no 20417\nCashier: Mei\n14/05/2024 12:41\nNasi lemak | 50.40\n"
    "Teh tarik | 21.20\nTotal | 71.60\nService 10% | 7.16\nSST 6% | 4.73\nGrand Total | 83.49\n"
    "Rounding Adjustment | {by}\nNet Total | {rounded}\n"
    "SST summary | Amount | Tax\n6% | 78.76 | 4.73"
)


def test_a_total_a_few_cents_off_below_a_rounding_that_was_not_read_leaves_both_open() -> None:
    found = total(EATERY.format(by="0.0g", rounded="83.56"))
    assert found.status == "review"
    assert {found.value, *(other.value for other in found.alternatives)} >= {Decimal("83.49"), Decimal("83.56")}


def test_a_rounding_that_was_read_settles_what_it_left() -> None:
    found = total(EATERY.format(by="0.01", rounded="83.50"))
    assert (found.value, found.status) == (Decimal("83.50"), "accepted")


COPIES = (
    "PERCETAKAN SURIA SDN BHD\nReceipt no 30518\nCashier: Lim\n21/05/2024 16:54\nBinding A4 | 12.10\n"
    "Colour copy | 7.37\nTotal incl GST | 19.47\nRounding Adjustment | {by}\nTotal Amt Payable |\nThank you"
)


@pytest.mark.parametrize(("by", "status"), [("(0.02)", "review"), ("0.00", "accepted")])
def test_a_total_before_a_rounding_whose_own_total_was_not_read_waits(by: str, status: str) -> None:
    found = total(COPIES.format(by=by))
    assert (found.value, found.status) == (Decimal("19.47"), status)


def test_where_a_rounding_was_misread_the_total_below_it_that_coins_can_pay_is_the_likelier() -> None:
    found = total(
        "SERI PELANGI PRINT\n12 Jalan Kenari 5\n47100 Puchong\nReceipt no PR-20418\n21/03/2024 09:13\n"
        "A4 paper | 11.32\nTotal Amt Incl GST @ 6% | 11.32\nRounding Adjustment | 0.01\nTotal Amt Payable | 11.30\n"
        "Paid Amount | 20.00\nChange | 8.70\nGST Summary | Amount | Tax\nSR 6% | 10.68 | 0.64"
    )
    assert (found.value, found.status) == (Decimal("11.30"), "review")
