"""An account that will be debited is the payer's: its IBAN is never accepted as the one to pay to."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

GERMAN = (
    "Ostsee Gas GmbH\nRechnung Nr. R-77120\nRechnungsdatum | 04.05.2026\n"
    "Nettobetrag | 100,00 €\n19 % USt | 19,00 €\nRechnungsbetrag | 119,00 €\n"
)
ENGLISH = "Northgate Gas Ltd\nInvoice no. | 77120\nDate | 4 May 2026\nNet | 100.00\nVAT | 20.00\nTotal | £120.00\n"


def understood(page: str) -> Invoice:
    (invoice,) = understand(sketch(page), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    "page",
    [
        GERMAN + "Der Betrag wird von Ihrem Konto DE89 3704 0044 0532 0130 00 abgebucht.",
        GERMAN + "SEPA-Lastschrift\nKontoinhaber: Greta Hinrichs\nIBAN: DE89 3704 0044 0532 0130 00",
        ENGLISH + "We will collect this by direct debit from\nIBAN GB29 NWBK 6016 1331 9268 19",
    ],
)
def test_an_account_to_be_debited_waits_for_review_and_the_document_does_not(page: str) -> None:
    invoice = understood(page)
    assert invoice.fields["iban"].status == "review"
    assert "iban.debited" in {issue.code for issue in invoice.issues}
    assert invoice.decision == "post"


@pytest.mark.parametrize("lines", ["\n", "\n\n\n\n\n\n"])
def test_the_account_to_pay_to_is_taken_where_the_one_to_be_debited_stands_as_well(lines: str) -> None:
    page = (
        GERMAN
        + "Wir buchen von Ihrem Konto DE89 3704 0044 0532 0130 00 ab.\n\n\n\n\n\nIBAN: DE02 1203 0000 0000 2020 51"
    )
    assert understood(page).fields["iban"].value == "DE02120300000000202051"


def test_an_account_without_such_words_is_in_no_doubt() -> None:
    iban = understood(GERMAN + "IBAN: DE02 1203 0000 0000 2020 51").fields["iban"]
    assert iban.status == "accepted"
