"""IBANs broken over two lines, and references of payments known by their check digits."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def iban(page: str) -> object:
    (invoice,) = understand(sketch(page), load_pack(), Settings())
    return invoice.fields["iban"].value


@pytest.mark.parametrize(
    "page",
    [
        "Invoice A-17\nIBAN: DE89 3704 0044\n0532 0130 00",
        "Invoice A-17\nIBAN\nDE8937040044\n0532013000\nBIC COBADEFFXXX",
        "Invoice A-17\nTerms 14 days | IBAN DE89 3704\nthank you | 0044 0532 0130 00",
        "Invoice A-17\nIBAN DE89 3704 0044 0532\n0130 00 | Page 1",
    ],
)
def test_an_iban_goes_on_in_the_line_below(page: str) -> None:
    assert iban(page) == "DE89370400440532013000"


@pytest.mark.parametrize(
    "page",
    [
        "Invoice A-17\nIBAN: DE89 3704 0044\n0532 0130 01",  # check digits
        "Invoice A-17\nIBAN: DE89 3704 0044\n0532 0130 0012",  # too long
        "Invoice A-17\nIBAN: DE89 3704 0044\n\n\n\n0532 0130 00",  # too far
    ],
)
def test_what_is_no_iban_together_is_none(page: str) -> None:
    assert iban(page) != "DE89370400440532013000"


@pytest.mark.parametrize(
    ("printed", "reference"),
    [
        ("21 00000 00003 13947 14300 09017", "210000000003139471430009017"),
        ("21 00000 00003 13947 14300 09018", None),  # its check digit does not hold
    ],
)
def test_the_reference_of_a_swiss_bill_shows_by_itself_what_it_is(printed: str, reference: str | None) -> None:
    page = sketch(f"Empfangsschein\nReferenz\n{printed}\nBetrag | 4 111.45")
    (invoice,) = understand(page, load_pack(), Settings())
    assert invoice.fields["payment_reference"].value == reference


@pytest.mark.parametrize(
    ("page", "vat_id"),
    [
        ("Nordwind Ltd, 12 Quay Street, VAT Reg No. GB 220 430\n231", "GB220430231"),
        ("Nordwind GmbH, Hauptstr. 5, 20095 Hamburg, USt-IdNr. DE 136\n695 976 | Seite 1", "DE136695976"),
        ("Nordwind Ltd, 12 Quay Street, VAT Reg No. GB 220 430\n232", None),  # check digits
    ],
)
def test_a_vat_id_goes_on_in_the_line_below(page: str, vat_id: str | None) -> None:
    (invoice,) = understand(sketch(f"Invoice A-17\n{page}"), load_pack(), Settings())
    assert invoice.fields["seller_vat_id"].value == vat_id


def test_an_account_behind_a_word_that_is_of_other_numbers_too_is_the_account() -> None:
    assert iban("Factură seria AB nr. 118\nCont: RO49AAAA1B31007593840000\nTotal de plată | 119,00 lei") == (
        "RO49AAAA1B31007593840000"
    )
