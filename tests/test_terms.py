"""Terms of payment that no label introduces, and the due date they make."""

from __future__ import annotations

from datetime import date

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.finding.terms import days_in
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

PAGE = "Invoice No. A-17\nInvoice date: 3 May 2024\nGrand total | 120.00 EUR\n"


def read(more: str) -> Invoice:
    (invoice,) = understand(sketch(PAGE + more), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("30 days net", 30),
        ("Net 45", 45),
        ("2 % Skonto bei Zahlung innerhalb von 10 Tagen, 21 Tage netto.", 21),
        ("Paiement à réception", 0),
        ("Betaling per omgaande", 0),
        ("14 dni od daty wystawienia", 14),
        ("Pago a 30 días fecha factura.", 30),
        ("30 jours fin de mois", None),
        ("Net weight 30 kg", None),
        ("Bank transfer", None),
    ],
)
def test_terms_tell_in_how_many_days_the_whole_is_due(text: str, days: int | None) -> None:
    assert days_in(text, load_pack()) == days


@pytest.mark.parametrize(
    "text",
    ["Zahlbar innerhalb von 14 Tagen ohne Abzug.", "Due on receipt", "Règlement sous 30 jours", "Net 30 days"],
)
def test_a_sentence_of_terms_needs_no_label(text: str) -> None:
    assert read(text).fields["payment_terms"].value == text


def test_a_label_that_nobody_taught_us_is_not_part_of_the_terms() -> None:
    assert read("Mode de règlement: 45 jours nets").fields["payment_terms"].value == "45 jours nets"


@pytest.mark.parametrize("text", ["Claims are to be made within 14 days of delivery", "Room for 3 days", "10 days"])
def test_days_that_are_not_about_paying_are_no_terms(text: str) -> None:
    assert read(text).fields["payment_terms"].value is None


def test_terms_make_the_due_date_where_none_is_printed() -> None:
    due = read("Payment terms: 30 days net").fields["due_date"]
    assert due.value == date(2024, 6, 2)
    assert due.evidence is not None
    assert (due.evidence.source, due.evidence.text) == ("derived", "30 days net")


def test_a_printed_due_date_stays_and_terms_that_agree_bear_it_out() -> None:
    alone, agreed = read("Due date: 2 June 2024"), read("Due date: 2 June 2024\nTerms: 30 days net")
    other = read("Due date: 9 June 2024\nTerms: 30 days net")
    assert other.fields["due_date"].value == date(2024, 6, 9)
    assert (alone.fields["due_date"].basis, agreed.fields["due_date"].basis) == ("", "proved")


def test_a_count_behind_net_is_days_whatever_follows() -> None:
    assert days_in("Net 7, direct deposit BSB 063-000", load_pack()) == 7


@pytest.mark.parametrize("terms", ["TERMS ............. NET 30", "Terms: 2% 10 days, Net 30"])
def test_terms_behind_dots_and_commas_make_a_due_date(terms: str) -> None:
    assert read(terms).fields["due_date"].value == date(2024, 6, 2)


@pytest.mark.parametrize(
    "text",
    [
        "Please remit the balance by 12 June 2024 to our account",
        "Bitte überweisen Sie die Nachzahlung bis 12.06.2024 auf unser Konto",
        "Начин на плащане: по банков път до 12.06.2024 г.",
    ],
)
def test_the_day_that_a_sentence_asks_to_pay_by_is_the_due_date(text: str) -> None:
    due = read(text).fields["due_date"]
    assert (due.value, due.evidence and due.evidence.rule) == (date(2024, 6, 12), "universal.due_date.by")


def test_the_day_of_a_payment_is_not_when_all_is_due() -> None:
    assert read("Payment by card on 12 June 2024").fields["due_date"].value is None


def test_the_day_of_a_discount_is_not_when_all_is_due_whatever_the_sentence_goes_on_with() -> None:
    assert read("Zahlung: bis 21.06.24 mit 2 % Skonto, bis 10.07.24 netto").fields["due_date"].status == "review"
    assert read("Zahlung: bis 21.06.24 ohne Abzug").fields["due_date"].status == "accepted"
