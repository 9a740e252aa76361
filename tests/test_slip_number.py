"""The number of a till slip: told by a word that elsewhere is of a payment."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

REST = "\n11.02.2026 08:15\nKaffe | 28,90\nAvis | 45,00\nSum | 73,90\nKort | 73,90\n"


def number(head: str, rest: str = REST) -> Field:
    (invoice,) = understand(sketch(head + rest, source="ocr"), load_pack(), Settings())
    return invoice.fields["invoice_number"]


@pytest.mark.parametrize(
    ("head", "value"),
    [
        ("Strandkaien AS\nSalgskvittering 118442", "118442"),
        ("Bakkerij Aar\nKerkstraat 44\nKassabon 018-4427", "018-4427"),
        ("Löwen-Apotheke\nMarktplatz 3\nKassenbon 118-4427", "118-4427"),
        ("Le Comptoir\n18 rue Nationale\nNOTE N° 11874", "11874"),
        ("Lakeshore Diner\n2209 Lakeshore Dr\nCheck #: 33107 | Table: 14", "33107"),
        ("Padaria Serrana\nRua das Flores 4\nNFC-e nº 000128834 Série 001", "000128834"),
    ],
)
def test_the_only_number_of_a_slip_is_accepted(head: str, value: str) -> None:
    found = number(head)
    assert (found.value, found.status) == (value, "accepted")


def test_two_numbers_of_a_slip_are_to_be_confirmed() -> None:
    assert number("Twin Oaks\n118 Main St\nReceipt no: 44718\nTicket no: 90213").status == "review"


def test_the_number_of_an_invoice_goes_before_that_of_a_payment() -> None:
    assert number("Twin Oaks\n118 Main St\nTrans no: 447118\nInvoice no: K42-7718").value == "K42-7718"


def test_a_number_of_a_payment_on_an_invoice_is_not_raised() -> None:
    text = (
        "Nordwind Ltd\nInvoice\nInvoice date: 3 May 2024\nBill to: Smith & Sons Ltd, 5 High Street\n"
        "Hours of advice on the sale of a house | 66.38\nTotal | 66.38\nTransaction no: 44718"
    )
    assert number("", text).status == "review"


def test_the_code_of_an_austrian_till_is_not_its_number() -> None:
    text = "Bäckerei Schwarz KG\nHauptplatz 7\nATU12345675\nRKSV Beleg: _R1-AT1_K1_44178"
    assert number(text).value is None
