"""What a paper is: titles in print of their own, papers that are no invoice, and the words of tills."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice, PageWords, Reading, Word
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def read(text: str, *, large: str = "") -> Invoice:
    """The invoice on a sketched page; the words of `large` are twice as high."""
    page = sketch(text).pages[0]
    words = tuple(_grown(word) if word.text in large.split() else word for word in page.words)
    (invoice,) = understand(Reading((PageWords(1, page.width, page.height, words),)), load_pack(), Settings())
    return invoice


def _grown(word: Word) -> Word:
    box = word.box
    return Word(word.text, type(box)(box.left, box.top - 0.5 * box.height, box.right, box.bottom), word.confidence)


def kind(invoice: Invoice) -> object:
    return invoice.fields["document_type"].value


REMINDER = """2. Mahnung
Elektro Sommer GmbH
Rechnung | Rechnungsdatum | Betrag
R26-0388 | 20.02.2026 | 784,21 €
Gesamtbetrag | 794,21 €"""


def test_a_reminder_is_no_invoice_though_it_lists_one() -> None:
    invoice = read(REMINDER, large="2. Mahnung")
    assert kind(invoice) == "other"
    assert invoice.decision == "reject"


def test_a_statement_of_account_is_no_invoice() -> None:
    page = (
        "Statement of Account\nPennine Paper Ltd\nDate | Details | Debit\n02/04/2026 | Invoice | 412.80\nTotal | 412.80"
    )
    assert kind(read(page, large="Statement of Account")) == "other"


def test_the_name_of_another_paper_in_plain_print_is_a_label() -> None:
    page = "Nordwind GmbH\nRechnung\nLieferschein | 4711\nRechnungsnummer: 17\nGesamtbetrag | 119,00 €"
    assert kind(read(page)) == "invoice"


def test_the_name_of_another_paper_below_the_title_is_a_label() -> None:
    page = "TAX INVOICE\nNilgiri Tools Private Limited\nDelivery Note | DN-1187\nInvoice No. NPT/0412\nTotal | 119.00"
    assert kind(read(page, large="Delivery Note")) == "invoice"


def test_a_word_of_tills_inside_another_word_says_nothing() -> None:
    page = (
        "Velowerk AG\nRechnung 260508-3\nZahlbar bis | 07.06.2026\nZahlbar durch\nNachbarschaft Bern\nTotal CHF | 82.90"
    )
    assert kind(read(page)) == "invoice"


@pytest.mark.parametrize(
    "title", ["Pro Forma Invoice", "Factura proforma", "Honorarnote", "Parcella", "PVM sąskaita faktūra"]
)
def test_invoices_by_other_names_are_invoices(title: str) -> None:
    assert kind(read(f"{title}\nTotal | 119.00")) == "invoice"


@pytest.mark.parametrize(
    "title", ["FACTURA RECTIFICATIVA", "Facture rectificative", "Adjustment Note", "Rechnungskorrektur"]
)
def test_invoices_that_correct_another_are_credit_notes(title: str) -> None:
    assert kind(read(f"{title}\nTotal | -74.88")) == "credit_note"


def test_a_proforma_is_never_booked_unseen() -> None:
    page = "{title}\nNordwind GmbH\nInvoice no: A-17\nInvoice date: 2024-05-03\nNet | 100.00 EUR\nVAT 19% | 19.00 EUR"
    total = "\nGrand total | 119.00 EUR"
    proforma = read(page.format(title="PROFORMA INVOICE") + total, large="PROFORMA INVOICE")
    assert (kind(proforma), proforma.decision) == ("invoice", "review")
    assert "document.proforma" in {issue.code for issue in proforma.issues}
    assert read(page.format(title="INVOICE") + total, large="INVOICE").decision == "post"


def test_a_slip_to_pay_with_below_an_invoice_makes_it_no_receipt() -> None:
    rows = "\n".join(f"Bolt {index} | 2.00" for index in range(30))
    assert (
        kind(read(f"Invoice 26-0441\nNordwind GmbH\n{rows}\nTotal | 60.00\n\nReceipt | Amount\nEUR | 60.00"))
        == "invoice"
    )


def test_a_card_on_a_printed_invoice_makes_it_no_receipt() -> None:
    page = "Invoice\nHotel Nordwind\nRoom | 98.00\nVisa | 50.00\nCash | 48.00\nTotal | 98.00"
    assert kind(read(page)) == "invoice"


def test_what_gives_change_is_a_slip_though_it_has_a_number() -> None:
    page = "Kopitiam Angsana\nTax invoice no. CS00018842\nTotal | 12.80\nCash | {}"
    (slip,) = understand(sketch(page.format("20.00\nChange | 7.20"), source="ocr"), load_pack(), Settings())
    (invoice,) = understand(sketch(page.format("12.80"), source="ocr"), load_pack(), Settings())
    assert (kind(slip), kind(invoice)) == ("receipt", "invoice")


def test_the_head_of_a_column_is_no_title() -> None:
    page = (
        "Hôtel du Lac SARL\nFacture n° 26/4418\nDate : 19/08/2026\nDate | Libellé | Qté | P.U. TTC | Débit | Crédit\n"
        "16/08/2026 | Chambre | 3 | 132,00 | 396,00\nTotal TTC | | | | | 396,00 €"
    )
    assert kind(read(page)) == "invoice"


def test_a_numbered_page_that_asks_for_money_is_an_invoice_without_a_title() -> None:
    page = "Ondalia S.L.\nNº factura | 26E0044\nFecha de emisión | 01/08/2026\nTotal a pagar | 99,72 €"
    assert read(page).fields["document_type"].value == "invoice"


@pytest.mark.parametrize(
    "slip",
    [
        "GASOLINERA EL PINO SA DE CV\nBOMBA: 07\nTOTAL: $500.00\nEFECTIVO $500.00\nFacture en: www.elpino.example",
        "SOL\nde Consumidor Eletrônica\nValor a Pagar | 42,80\nNFC-e\nVia Consumidor\nCONSUMIDOR NÃO IDENTIFICADO",
        "SOL\nde Consumidor Eletronica\nValor a Pagar | 42,80\nCONSUMIDOR NAO IDENTIFICADO",
        "Kiosk Stasjonen AS\nSalgskvittering 118\nKaffe | 54,00\nBrus | 39,90\nTotalt NOK | 93,90\nBankAxept | 93,90",
    ],
)
def test_words_of_tills_of_many_countries_make_a_slip(slip: str) -> None:
    (invoice,) = understand(sketch(slip, source="ocr"), load_pack(), Settings())
    assert kind(invoice) == "receipt"


def on_paper(width: float, text: str) -> Invoice:
    page = sketch(text).pages[0]
    (invoice,) = understand(Reading((PageWords(1, width, page.height, page.words),)), load_pack(), Settings())
    return invoice


def test_a_titled_page_as_narrow_as_the_paper_of_tills_is_a_slip_by_fewer_words() -> None:
    text = "Markt Ost\nRechnung\nBelegnr.: 877/65\n11.06.2025\nBrezel | 1,25\nHeft | 7,79\nTotal | 9,04 €\nBar | 20,00"
    text += "\nSteuersatz | Netto | Steuer | Brutto\n19 % | 7,60 | 1,44 | 9,04\nAuf Wiedersehen und bis bald in Ostheim"
    assert kind(on_paper(226.0, text)) == "receipt"
    assert kind(on_paper(595.0, text)) == "invoice"
