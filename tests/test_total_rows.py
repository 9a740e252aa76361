"""Rows of totals at the end of a table, whose amounts no label names one by one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Invoice no: A-17\nInvoice date: 2024-05-03\n"


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(HEAD + text), load_pack(), Settings())
    return invoice


def totals(text: str) -> tuple[object, ...]:
    fields = read(text).fields
    return tuple(fields[name].value for name in ("total_net", "total_tax", "total_gross"))


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


ROMANIAN = (
    "Item | Qty | Value | VAT\nBox | 40 | 6,000.00 | 1,260.00\nFoil | 8 | 1,512.00 | 317.52\n"
    "Total | | 7,512.00 | 1,577.52\nTotal to pay | | | 9,089.52"
)
INDIAN = (
    "Item | Qty | Taxable amt | CGST | SGST | Amount\n"
    "Print | 500 | 42,000.00 | 1,050.00 | 1,050.00 | 44,100.00\n"
    "Total | 500 | 42,000.00 | 1,050.00 | 1,050.00 | 44,100.00"
)


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        (ROMANIAN, amounts("7512.00", "1577.52", "9089.52")),
        (INDIAN, amounts("42000.00", "2100.00", "44100.00")),
    ],
)
def test_amounts_that_add_up_are_net_tax_and_gross(rows: str, wanted: tuple[Decimal, ...]) -> None:
    assert totals(rows) == wanted


def test_halves_of_a_tax_that_go_to_two_states_are_added() -> None:
    page = "Sub total | 57,500.00\nCGST | 2,445.00\nSGST | 2,445.00\nTotal | 62,390.00"
    assert totals(page) == amounts("57500.00", "4890.00", "62390.00")


def test_a_row_of_totals_above_the_rounded_total_leaves_that_one() -> None:
    page = (
        "Item | Qty | Rate | Amount\nMill | 60 | 1,245.00 | 74,700.00\nOutput IGST 18% | | | 13,446.00\n"
        "Round off | | | 0.40\nTotal | | | ₹ 88,146.40\n"
        "HSN | Taxable value | Rate | Tax\n8207 | 74,700.00 | 18% | 13,446.00\nTotal | 74,700.00 | | 13,446.00"
    )
    assert totals(page) == amounts("74700.00", "13446.00", "88146.40")


def test_what_a_state_pays_for_the_buyer_does_not_lessen_the_net() -> None:
    page = "Net | 30,770.00\nVAT 25% | 7,692.50\nDiscount | -8,970.00\nTotal | 29,492.50"
    assert totals(page)[:2] == amounts("30770.00", "7692.50")


def test_a_base_without_tax_under_a_row_of_taxes_is_part_of_the_net() -> None:
    page = (
        "Aliquota | Imponibile | Imposta\n10% | 242,00 | 24,20\n22% | 20,00 | 4,40\nFuori campo IVA | 7,00 | 0,00\n"
        "Totale documento | 297,60"
    )
    assert totals(page) == amounts("269.00", "28.60", "297.60")


def test_the_first_amount_may_stand_close_behind_the_word_for_a_total() -> None:
    page = "Račun broj 17\nDostava | 40.600,00 | 8.120,00 | 48.720,00\nOtkup | 2.100,00 | 420,00 | 2.520,00\n"
    page += "UKUPNO: 42.700,00 | 8.540,00 | 51.240,00\nZa uplatu: 51.240,00 RSD"
    assert totals(page)[:3] == amounts("42700.00", "8540.00", "51240.00")


@pytest.mark.parametrize("words", ["", "Signature of the seller | "])
def test_net_and_tax_under_their_columns_are_no_totals_with_tax(words: str) -> None:
    rows = f"Box | 40 | 6,000.00 | 1,260.00\nFoil | 8 | 1,512.00 | 317.52\n{words}Total | | 7,512.00 | 1,577.52"
    fields = read(f"Item | Qty | Value | VAT\n{rows}").fields
    assert fields["total_gross"].status != "accepted"
    assert totals(f"{rows}\nWhat is left to be paid by you | | | 9,089.52") == amounts("7512.00", "1577.52", "9089.52")
