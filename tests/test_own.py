"""The own company, named in settings, is the buyer and never the seller."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.intake.einvoice import read
from invoice_ocr.intake.testimony import heard
from invoice_ocr.model import Invoice, Witness
from invoice_ocr.parties.own import Own, of
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import Sale, cii

# Nothing here says who sells: the larger name stands where a letterhead does.
PAGE = """
Northwind Traders Ltd
GB 123 4567 82

Invoice
Invoice number: | A-17
Invoice date: | 12 March 2026
Fabrikam Tools Ltd, 9 Mill Lane, Leeds LS1 4AP
VAT number: GB 980 7806 84
Net total | 100.00
VAT 20 % | 20.00
Total GBP | 120.00
"""


def understood(page: str, *witnesses: Witness, **options: str) -> Invoice:
    (invoice,) = understand(sketch(page), load_pack(), Settings(**options), witnesses)  # type: ignore[arg-type]
    return invoice


def test_the_own_name_is_the_buyer_wherever_it_stands() -> None:
    assert understood(PAGE).fields["seller_name"].value == "Northwind Traders Ltd"
    invoice = understood(PAGE, own_names="Contoso plc; Northwind Traders Ltd")
    assert invoice.fields["buyer_name"].value == "Northwind Traders Ltd"
    assert invoice.fields["seller_name"].value != "Northwind Traders Ltd"


def test_the_own_vat_id_is_the_buyers() -> None:
    invoice = understood(PAGE, own_vat_ids="GB980780684")
    assert invoice.fields["buyer_vat_id"].value == "GB980780684"
    assert invoice.fields["seller_vat_id"].value != "GB980780684"


def test_entries_stand_apart_by_semicolons_and_spelling_is_forgiven() -> None:
    own = of(Settings(own_names="Müller & Söhne, Inc.; Contoso plc", own_vat_ids="de 136 695 976"))
    assert own.is_name("MULLER & SOHNE INC")
    assert own.is_name("Contoso PLC, Accounts Payable")
    assert not own.is_name("Contoso")
    assert own.is_vat_id("DE136695976")
    assert own.is_vat_id("136695976")
    assert not own.is_vat_id("DE811907980")


def test_nothing_is_own_when_nothing_is_named() -> None:
    assert of(Settings()) == Own()
    assert not Own().is_name("")


def test_an_e_invoice_that_names_the_own_company_as_seller_is_asked_about() -> None:
    said = read(cii(Sale()), "x.xml")
    witness = heard([said.source, said.form, said.title, 0, said.corners, said.statements, [], []])
    invoice = understood("", witness, own_vat_ids=Sale().seller_vat)
    assert "party.own-seller" in invoice.reasons
    assert invoice.decision == "review"
    assert invoice.fields["seller_vat_id"].status == "review"


def test_own_vat_ids_whose_check_digits_are_wrong_are_told_once(caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings(own_vat_ids="DE136695976; gb 980 7806 84; de136695975; 12-3456789")
    of(settings)
    of(settings)
    assert [one.getMessage() for one in caplog.records] == [
        "--own-vat-ids: the check digits of de136695975 are wrong",
    ]
