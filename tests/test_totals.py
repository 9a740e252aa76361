"""Totals by labels and sums, where several of either compete."""

from __future__ import annotations

from decimal import Decimal

from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.sketch import sketch


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


def value(text: str, name: str) -> object:
    return read(text).fields[name].value


def test_a_labelled_net_and_tax_overrule_a_total_of_items() -> None:
    page = (
        "Invoice no: PC-4\nItem | Sum | This claim\nSlab | 126,000.00 | 31,500.00\nRoof | 98,000.00 | 39,200.00\n"
        "Total | 224,000.00 | 70,700.00\nLess retention | -3,535.00\nTotal excl. GST | 67,165.00\n"
        "GST 10% | 6,716.50\nTo be settled | 73,881.50"
    )
    assert value(page, "total_gross") == Decimal("73881.50")


def test_words_that_only_tell_more_of_a_label_do_not_part_it_from_its_amount() -> None:
    assert value("Amount payable (incl. GST)  $80,465.00", "amount_due") == Decimal("80465.00")
