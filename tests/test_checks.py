"""Doubts become issues with stable codes, and an issue never stands beside an accepted field."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ("Net total | 100.00\nVAT | 20.00\nGrand total | 130.00", "totals.mismatch"),
        ("Invoice date: 2024-05-03\nDue date: 2024-05-01", "date.order"),
        ("Invoice 17\nIBAN: DE89 3704 0044 0532 0130 01", "iban.invalid"),
        ("Rechnung 17\nUSt-IdNr.: DE123456789", "vat-id.invalid"),
        ("Invoice date: 03/04/2026", "date.ambiguous"),
        ("Grand total | 1.234", "amount.ambiguous"),
        ("Invoice 17\nGrand total | -120.00", "amount.sign"),
    ],
)
def test_a_doubt_has_its_code_and_keeps_its_fields_from_being_accepted(page: str, code: str) -> None:
    invoice = read(page)
    (issue,) = [issue for issue in invoice.issues if issue.code == code]
    assert issue.fields
    assert all(invoice.fields[name].status != "accepted" for name in issue.fields)
    assert code in invoice.reasons
    assert invoice.decision == "review"


def test_a_document_whose_sums_hold_has_no_issue() -> None:
    assert read("Net total | 100.00\nVAT | 20.00\nGrand total | 120.00").issues == ()


@pytest.mark.parametrize(("number", "doubted"), [("INVO09819", True), ("2024-1l7", True), ("INV009819", False)])
def test_a_letter_that_may_be_a_digit_is_doubted_where_pixels_were_read(number: str, doubted: bool) -> None:
    page = f"Invoice number: {number}\nInvoice date: 14 May 2024\nGrand total | 120.00 EUR"
    (seen,) = understand(sketch(page, source="ocr"), load_pack(), Settings())
    (sure,) = understand(sketch(page), load_pack(), Settings())
    assert ("identifier.look-alike" in seen.reasons) is doubted
    assert "identifier.look-alike" not in sure.reasons
    assert not doubted or seen.fields["invoice_number"].status == "review"


def test_a_slip_is_posted_though_its_number_may_be_misread() -> None:
    slip = (
        "Kopitiam Angsana Sdn Bhd\nReceipt no: A1O9-44171\n14 May 2024\nNoodles | 12.80\nTotal | RM 12.80\n"
        "Cash | 20.00\nChange | 7.20"
    )
    (seen,) = understand(sketch(slip, source="ocr"), load_pack(), Settings())
    assert "identifier.look-alike" in {issue.code for issue in seen.issues}
    assert seen.fields["invoice_number"].status == "review"
    assert (seen.decision, seen.reasons) == ("post", ())


def test_a_net_and_a_tax_are_doubted_that_do_not_make_a_proved_total() -> None:
    invoice = read(
        "Invoice 17\nNet total | 100.00\nVAT | 20.00\nGrand total | 130.00\nPaid | 45.00\nAmount due | 85.00"
    )
    (issue,) = [issue for issue in invoice.issues if issue.code == "totals.mismatch"]
    assert set(issue.fields) == {"total_net", "total_tax"}


def test_what_no_label_names_is_doubted_with_the_total_that_its_sum_mended() -> None:
    rates = "MwSt | Netto | Steuer | Brutto\n19 % | 20,00 | 3,80 | 23,80\n7 % | 10,00 | 0,70 | 10,70"
    (invoice,) = understand(sketch(f"Beleg\n{rates}\nSumme EUR | 34,90", source="ocr"), load_pack(), Settings())
    (issue,) = [issue for issue in invoice.issues if issue.code == "amount.repaired"]
    assert set(issue.fields) == {"total_gross", "total_net", "total_tax"}


@pytest.mark.parametrize(("total", "doubted"), [("7", True), ("7.00", False)])
def test_a_total_read_without_the_decimals_that_others_have_is_doubted(total: str, doubted: bool) -> None:
    page = (
        "Restaurant\nBill no: 118\nDate: 10/02/2017\n1 Noodles | 7.00\nSub total | RM 7.00\n"
        f"Nett total | RM {total}\nCash | 7.40"
    )
    (invoice,) = understand(sketch(page, source="ocr"), load_pack(), Settings())
    assert invoice.fields["total_gross"].value == Decimal("7.00")
    assert ("amount.digit-lost" in {issue.code for issue in invoice.issues}) is doubted
    assert (invoice.fields["total_gross"].status == "accepted") is not doubted
