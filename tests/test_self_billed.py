"""An invoice that the buyer writes: the parties and their VAT ids change sides, and are to be confirmed."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.values.text import fold

PAGE = """
Contoso Agrar eG
USt-IdNr. DE136695976

Nordwind Saaten GmbH
Deichweg 4
46446 Emmerich

Gutschrift
{words}
Gutschrift-Nr. | GS-118
Ausstellungsdatum | 17.08.2026
Ihre USt-IdNr. | DE811907980
Nettobetrag | 100,00
19 % USt | 19,00
Gutschriftbetrag EUR | 119,00
"""


def understood(page: str) -> Invoice:
    (invoice,) = understand(sketch(page), load_pack(), Settings())
    return invoice


def told(invoice: Invoice) -> dict[str, object]:
    names = ("seller_name", "buyer_name", "seller_vat_id", "buyer_vat_id", "document_type")
    return {name: invoice.fields[name].value for name in names}


def test_who_is_written_to_sells() -> None:
    invoice = understood(PAGE.format(words="Abrechnung im Gutschriftverfahren"))
    assert told(invoice) == {
        "seller_name": "Nordwind Saaten GmbH",
        "buyer_name": "Contoso Agrar eG",
        "seller_vat_id": "DE811907980",
        "buyer_vat_id": "DE136695976",
        "document_type": "invoice",
    }


def test_it_is_to_be_confirmed() -> None:
    invoice = understood(PAGE.format(words="Abrechnung im Gutschriftverfahren"))
    assert "party.self-billed" in invoice.reasons
    assert all(invoice.fields[name].status == "review" for name in told(invoice))
    assert invoice.fields["total_gross"].status == "accepted"


def test_a_credit_note_is_the_sellers() -> None:
    assert told(understood(PAGE.format(words="für Ihre Rücksendung"))) == {
        "seller_name": "Contoso Agrar eG",
        "buyer_name": "Nordwind Saaten GmbH",
        "seller_vat_id": "DE136695976",
        "buyer_vat_id": "DE811907980",
        "document_type": "credit_note",
    }


@pytest.mark.parametrize("words", ["Self-billed invoice", "Recipient Created Tax Invoice", "SELF-BILLING"])
def test_parties_that_labels_name_stay(words: str) -> None:
    invoice = understood(
        f"{words}\nInvoice no: | A-17\nSupplier: | Nordwind Ltd\nCustomer: | Contoso plc\nTotal | 9.00"
    )
    assert invoice.fields["seller_name"].value == "Nordwind Ltd"
    assert invoice.fields["buyer_name"].value == "Contoso plc"


def test_the_words_of_the_law_are_known_in_languages_of_the_union() -> None:
    words = load_pack().self_billed
    for said in (
        "Autofacturation",
        "Samofakturowanie",
        "Självfakturering",
        "Αυτοτιμολόγηση",
        "Uitgereikt door afnemer",
    ):
        assert fold(said) in words
