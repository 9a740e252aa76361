"""Totals that several sums give: cash less change, prices added up, taxes by rate; and amounts mended by them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.values.misread import find_read_amounts, mend


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice


def total(text: str) -> Decimal | None:
    value = read(text).fields["total_gross"].value
    assert value is None or isinstance(value, Decimal)
    return value


@pytest.mark.parametrize(
    ("text", "value", "lettered"),
    [
        ("1.19O,00", "1190.00", True),
        ("l2.50", "12.50", True),
        ("RM 1O.5O SR", "10.50", True),
        ("12. 15", "12.15", False),
        ("2.778.29", "2778.29", False),
        ("1,433,60 EUR", "1433.60", False),
        ("17 . 33", "17.33", False),
        ("30 45", "30.45", False),
        ("22 - 60", "22.60", False),
        ("RM40. 00", "40.00", False),
        ("1 234,50", "1234.50", False),
    ],
)
def test_an_amount_from_pixels_is_read_though_its_marks_were_not(text: str, value: str, lettered: bool) -> None:
    ((amount, trust, letters),) = find_read_amounts(text)
    assert str(amount.value) == value
    assert letters is lettered
    assert (trust == 1.0) is (text == "1 234,50")


@pytest.mark.parametrize(
    "text", ["12. 05 2024", "12.05.2024", "DIN A4", "ISO 9001", "B 12,50", "7,0 %", "Tisch 5 12", "1SO.50x"]
)
def test_what_is_no_broken_amount_stays(text: str) -> None:
    assert mend(text) == text


@given(st.decimals("0.01", "9999.99", places=2), st.sampled_from(["{}", "{} EUR", "EUR {}", "{}-", "-{}"]))
def test_an_amount_that_is_whole_is_never_another(value: Decimal, form: str) -> None:
    text = form.format(value)
    assert mend(text) == text


@given(st.integers(0, 99999), st.integers(0, 99), st.data())
def test_letters_for_digits_give_the_amount_or_none(whole: int, cents: int, data: st.DataObject) -> None:
    text = f"{whole}.{cents:02d}"
    like = {"0": "OoQD", "1": "Il|", "2": "Z", "5": "S", "8": "B"}
    damaged = "".join(data.draw(st.sampled_from((char, *like.get(char, "")))) for char in text)
    values = [amount.value for amount, _, _ in find_read_amounts(damaged)]
    if any(char.isdigit() for char in damaged) and whole < 1000:
        assert values == [Decimal(text)]


def test_a_letter_in_a_total_is_a_digit_where_the_sum_holds_only_so_and_is_told() -> None:
    invoice = read("Rechnung 17\nNetto | 1.000,00\nMwSt 19 % | 190,00\nGesamtbetrag | 1.19O,00 EUR")
    field = invoice.fields["total_gross"]
    assert (field.value, field.status) == (Decimal("1190.00"), "review")
    assert field.evidence
    assert field.evidence.text.startswith("1.19O,00")
    (issue,) = [issue for issue in invoice.issues if issue.code == "amount.repaired"]
    assert "1000.00 + 190.00 = 1190.00" in issue.message


def test_a_misread_digit_gives_way_to_what_taxes_by_rate_make() -> None:
    page = (
        "Beleg\nMwSt | Netto | Steuer | Brutto\n19 % | 20,00 | 3,80 | 23,80\n7 % | 10,00 | 0,70 | 10,70\nSumme EUR | {}"
    )
    invoice = read(page.format("34,90"))
    assert invoice.fields["total_gross"].value == Decimal("34.50")
    assert "amount.repaired" in invoice.reasons
    assert "amount.repaired" not in read(page.format("34,50")).reasons


@pytest.mark.parametrize(
    ("page", "value"),
    [
        ("Tomato | 12.10\nBread | 3.40\nXqzt | 15.50\nCash | 20.00\nChange | 4.50", "15.50"),
        ("Tomato | 12.10\nBread | 3.40\nXqzt\nCash | 20.00\nChange | 4.50", "15.50"),
        ("Tomato | 12.10\nBread | 3.40\nSub total | 15.50\nTotal | 15.5O\nCash | 20.00\nChange | 4.50", "15.50"),
        ("Tomato | 12.10\nBread | 3.40\nTotal | 15 50\nCash | 20.00\nChange | 4 50", "15.50"),
        ("Bread | 10.44\nTotal | 10.44\nRounding | 0.01\nTotal | 10.45\nCash | 20.00\nChange | 9.55", "10.45"),
        ("Lamp | 40.00\nSub total | 40.00\nCash | 50.00\nChange | 10.00", "40.00"),
        ("Lamp | 92.50\nSubtotal | 92.50\nGST 6% | 5.55\nXqzt | 98.05\n", "98.05"),
    ],
)
def test_a_till_slip_is_what_cash_less_change_prices_and_taxes_make(page: str, value: str) -> None:
    assert total(page) == Decimal(value)


def test_prices_that_are_still_to_be_taxed_make_no_total() -> None:
    assert total("Lamp | 40.00\nRug | 20.00\nTotal | 60.00\nGrand total | 63.60") == Decimal("63.60")


def test_sums_of_different_kinds_make_a_total_surer() -> None:
    alone = read("Receipt\nTotal | 15.50\nCash | 20.00").fields["total_gross"]
    paid = read("Receipt\nTotal | 15.50\nCash | 20.00\nChange | 4.50").fields["total_gross"]
    priced = read("Receipt\nTomato | 12.10\nBread | 3.40\nTotal | 15.50\nCash | 20.00\nChange | 4.50").fields[
        "total_gross"
    ]
    assert alone.support < paid.support < priced.support


def test_change_is_no_tax() -> None:
    invoice = read("Lamp | 247.50\nSubTotal | 247.50\nTotal incl GST | 247.50\nCash | 300.00\nChange | 52.50")
    assert invoice.fields["total_gross"].value == Decimal("247.50")
    assert invoice.fields["total_tax"].value != Decimal("52.50")


def test_no_change_given_back_is_not_looked_for_elsewhere() -> None:
    page = "Bread | 3.80\nTotal (1 item) | 20.92\nCard | 20.92\nChange | 0.00\nVAT 20%  Goods 7.50  VAT 1.50"
    assert total(page) == Decimal("20.92")


def test_change_alone_tells_the_total_and_the_cash_above_it() -> None:
    assert total("Parking\nPey ticket | 1.50\nAccepted total | 2.00\nChange | 0.50") == Decimal("1.50")
    assert total("Print shop\nPeyed sum : | 7.40\nPsd Amont : | 10.00\nChenge : | 2.60") == Decimal("7.40")


def test_a_total_that_is_paid_to_the_cent_is_surer() -> None:
    page = "Kiosk\nDate: 03.05.2024\nTotal | 42.34"
    once, paid = read(page).fields["total_gross"], read(page + "\nVisa | 42.34").fields["total_gross"]
    assert (once.value, paid.value) == (Decimal("42.34"), Decimal("42.34"))
    assert paid.support > once.support
    given_back = read(page + "\nCash | 50.00\nChange | 7.66\nCard | 42.00").fields["total_gross"]
    assert given_back.value == Decimal("42.34")


def test_the_one_amount_that_a_tax_is_contained_in_is_the_total_where_none_is_labelled() -> None:
    field = read("Taxi Elbufer\nGesa E | 33,60\ninkl. 7% MwSt | 2,20\nTrinkgeld | 3,40").fields["total_gross"]
    assert (field.value, field.status) == (Decimal("33.60"), "review")
    added = "Taxi Elbufer\nFahr reis | 31,60\nZusc lag | 2,00\nGesa E | 33,60\ninkl. 7% MwSt | 2,20\nTrinkgeld | 3,40"
    assert total(added) == Decimal("33.60")
    assert total("Taxi Elbufer\nFahrt | 33,60\nA | 33,61\ninkl. 7% MwSt | 2,20") is None


def test_what_was_paid_is_the_total_of_a_slip_that_names_none() -> None:
    assert total("City Garage\nReceipt\nThank you\nAmount paid | 14.50") == Decimal("14.50")
    assert read("City Garage\nReceipt\nAmount paid | 14.50").fields["total_gross"].status == "review"
    assert total("Kundenbeleg\nTerminal-ID: 30119822\nZahlung erfolgt\nEUR | 24,60") == Decimal("24.60")
    assert total("Kundenbeleg\nTerminal-ID: 30119822\nZahlung erfolgt\nEUR | 24,60\nEUR | 3,10") is None


TILL = "Tankstelle Birkenhof\nHauptstr. 112\n14.11.2025 07:22\nBeleg 7714\n"


def test_a_total_said_twice_is_surer_where_nothing_larger_is_printed() -> None:
    once = read(TILL + "Diesel 41,2 L\nSumme | 67,32 EUR\nVielen Dank").fields["total_gross"]
    twice = read(TILL + "Diesel 41,2 L | 67,32 EUR\nSumme | 67,32 EUR\nVielen Dank").fields["total_gross"]
    more = read(TILL + "Diesel 41,2 L | 67,32 EUR\nSumme | 67,32 EUR\nmit Trinkgeld | 70,00 EUR").fields["total_gross"]
    assert twice.proof == "67.32 again"
    assert twice.confidence > once.confidence
    assert not more.proof


def test_prices_of_a_till_hold_the_tax_printed_among_them() -> None:
    items = TILL + "Brot | 15,00\nWein | 142,50\nSeife | 219,90\ndarin MwSt | 38,21\nSumme | 377,40"
    assert read(items).fields["total_gross"].proof == "15.00 + 142.50 + 219.90 = 377.40"


def test_a_tax_at_the_rate_of_its_country_proves_the_total_of_a_till() -> None:
    slip = "Ferramenta Bianchi\nVia Roma 88\nP.IVA 02194310367\nDocumento commerciale\nTotale complessivo | 35,00\n{}"
    tax = "di cui IVA | {}\nPagamento contante | 35,00\n23-01-2026 10:36"
    right = read(slip.format(tax.format("6,31"))).fields
    assert right["total_tax"].proof == "35.00 * 22 / 122 = 6.31"
    assert right["total_tax"].status == "accepted"
    assert not read(slip.format(tax.format("5,00"))).fields["total_tax"].proof


def test_the_rule_of_a_table_is_no_last_letter_of_an_amount() -> None:
    ((amount, _, _),) = find_read_amounts("1136.36l")
    assert amount.value == Decimal("1136.36")


def test_a_low_quotation_mark_between_digits_was_a_comma() -> None:
    ((amount, _, _),) = find_read_amounts("87„00")
    assert amount.value == Decimal("87.00")


def test_a_total_less_what_was_paid_is_no_total() -> None:
    page = "Rechnung 17\nPosten | 434,20 €\nMehr | 267,30 €\nSumme | 701,50 €\nAbzug | -300,00 €\nZu zahlen | 401,50 €"
    (invoice,) = understand(sketch(page), load_pack(), Settings())
    assert [invoice.fields[name].value for name in ("total_gross", "amount_due")] == [
        Decimal("701.50"),
        Decimal("401.50"),
    ]
