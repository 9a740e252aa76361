"""Dates of which a recogniser took marks, digits or months for others."""

from __future__ import annotations

from datetime import date

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.values.misread_date import find_read_dates

MONTHS = load_pack().months


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("28/0272018", date(2018, 2, 28)),
        ("23705/2018", date(2018, 5, 23)),
        ("09 10.2016", date(2016, 10, 9)),
        ("30 04 – 20 18", date(2018, 4, 30)),
        ("Datum: 14.03 2026", date(2026, 3, 14)),
        ("Mach 5, 2024", date(2024, 3, 5)),
        ("24/05/1 8", date(2018, 5, 24)),
        ("22/01/202610-44", date(2026, 1, 22)),
        ("Sales2018-01-05 22:55:25", date(2018, 1, 5)),
        ("14-11-202$", date(2025, 11, 14)),
        ("05 lan 2017", date(2017, 1, 5)),
        ("13 Septenber 2024", date(2024, 9, 13)),
        ("15/18/2025", date(2025, 10, 15)),
    ],
)
def test_a_torn_date_is_read_as_the_only_one_it_can_be(text: str, day: date) -> None:
    assert find_read_dates(text, MONTHS)[0].readings[0] == day


@pytest.mark.parametrize(
    "text",
    [
        "12 50.20",
        "Tel 07-386 7524",
        "GST 000800589824",
        "33/0572018",
        "45 Main 2018",
        "03.05.2018",
        "35.18.2025",
        "Order 5, 2024",
    ],
)
def test_what_is_no_torn_date_is_left_alone(text: str) -> None:
    assert find_read_dates(text, MONTHS) == []


def scanned(text: str) -> Invoice:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice


def test_a_mended_date_is_for_a_person_to_see() -> None:
    invoice = scanned("Kedai\nDate: 28/0272018\nTotal | 12.80\nCash | 20.00\nChange | 7.20")
    assert (invoice.fields["issue_date"].value, invoice.fields["issue_date"].status) == (date(2018, 2, 28), "review")
    assert "date.repaired" in {issue.code for issue in invoice.issues}


@pytest.mark.parametrize(("text", "doubted"), [("02.05 2020", False), ("30-04 2018", False), ("24/05/1 8", True)])
def test_a_date_that_lost_no_digit_is_certain(text: str, doubted: bool) -> None:
    invoice = scanned(f"Markt\nDatum: {text}\nSumme | 12.80\nBar | 20.00\nRückgeld | 7.20")
    assert ("date.repaired" in {issue.code for issue in invoice.issues}) is doubted
    assert invoice.fields["issue_date"].status == ("review" if doubted else "accepted")


def test_a_printed_date_is_taken_before_a_mended_one() -> None:
    invoice = scanned("Kedai\nDate: 28/0272018\nTotal | 12.80\n28/02/2018 13:40")
    assert invoice.fields["issue_date"].value == date(2018, 2, 28)
    assert "date.repaired" not in {issue.code for issue in invoice.issues}


def test_nothing_is_mended_in_print() -> None:
    (invoice,) = understand(sketch("Invoice date: 28/0272018\nTotal | 12.80"), load_pack(), Settings())
    assert invoice.fields["issue_date"].value is None


def test_a_blank_in_a_date_may_have_been_a_digit() -> None:
    for text, lost in (("05/ 2/2025", True), ("5. 2. 2025", False), ("02. 05.2020", False)):
        assert ("date.digit-lost" in {issue.code for issue in scanned(f"Invoice date: {text}").issues}) is lost


def test_a_due_date_far_off_or_beside_no_issue_date_is_believed_less() -> None:
    page = "Invoice no. 17-A\nInvoice date: {}\nDue date: 14/11/2025\nTotal | 12.80"
    near, far = (scanned(page.format(day)).fields["due_date"] for day in ("15/10/2025", "15/10/2023"))
    alone = scanned("Invoice no. 17-A\nDue date: 14/11/2025\nTotal | 12.80").fields["due_date"]
    assert near.support > far.support
    assert near.support > alone.support
