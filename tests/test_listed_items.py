"""Items of lists without heads: till slips, bills of restaurants, letters."""

from __future__ import annotations

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import LineItem
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def items(text: str) -> tuple[LineItem, ...]:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.line_items


def told(text: str) -> list[tuple[str | None, str, str]]:
    return [(item.description, str(item.quantity), str(item.amount)) for item in items(text)]


HEAD = "GOLDEN HERON NOODLES\n88 Pine Road\nDate: 09 Aug 2026 19:08\n"


def test_rows_that_add_up_to_the_first_total_are_items() -> None:
    slip = (
        HEAD + "2 Laksa | 17.60\n1 Chicken rice | 9.50\nSub-total | 27.10\nGST 9% | 2.44\nTOTAL | 29.54\nCash | 30.00"
    )
    assert told(slip) == [("Laksa", "2", "17.60"), ("Chicken rice", "1", "9.50")]


def test_rows_that_do_not_add_up_are_none() -> None:
    assert told(HEAD + "Laksa | 17.60\nChicken rice | 9.00\nTOTAL | 27.10") == []


def test_what_was_bought_may_stand_above_its_sum() -> None:
    slip = HEAD + "Walnut oil 1 l\n4711 0815 | 8.99 A\nBread | 3.99 B\nTOTAL | 12.98"
    assert told(slip) == [("Walnut oil 1 l 4711 0815", "None", "8.99"), ("Bread", "None", "3.99")]


def test_numbers_that_count_the_rows_are_positions() -> None:
    found = items(HEAD + "1 Laksa | 17.60\n2 Chicken rice | 9.50\nTOTAL | 27.10")
    assert [(item.position, item.quantity) for item in found] == [("1", None), ("2", None)]


def test_a_labelled_row_alone_is_no_item() -> None:
    assert told(HEAD + "Tel. 5550 117 | 27.10\nTOTAL | 27.10") == []
    assert told(HEAD + "Parking ticket | 27.10\nTOTAL | 27.10") == [("Parking ticket", "None", "27.10")]


def test_how_many_and_for_how_much_each_may_stand_before_the_sum() -> None:
    (first, second) = items(
        HEAD + "Gypsum board\n6 pcs x 9.45 | 56.70\nScrews | 14.40\nDiscount | -4.50\nTOTAL | 66.60"
    )
    assert (str(first.quantity), str(first.unit_price), str(first.amount)) == ("6", "9.45", "56.70")
    assert str(second.amount) == "14.40"


def test_the_total_may_be_what_items_make_with_their_tax() -> None:
    text = "Fiduciaire SARL\nNote d'honoraires 26/0447\nExpert, 14 heures | 2 310,00\nDébours | 20,00\n"
    text += "TVA 17 % sur 2 310,00 | 392,70\nTotal dû EUR | 2 722,70"
    assert [str(item.amount) for item in items(text)] == ["2310.00", "20.00"]


def test_goods_may_be_called_like_a_total_and_taxes_stand_below_them() -> None:
    slip = HEAD + "Total care shampoo x | 3.00\nSoap | 2.00\nTOTAL | 5.00"
    assert [str(item.amount) for item in items(slip)] == ["3.00", "2.00"]
    taxed = HEAD + "Bread 2 *6.90 | 13.80C\nWine | 10.00A\nSold at A | 10.00\nSold at C | 13.80\nTOTAL | 23.80"
    assert [(str(item.quantity), str(item.amount)) for item in items(taxed)] == [("2", "13.80"), ("None", "10.00")]
