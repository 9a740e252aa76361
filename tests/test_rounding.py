"""What a till rounded, and what only looks so."""

from __future__ import annotations

from decimal import Decimal

from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.sketch import sketch


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
