"""The number of a document behind or under its title, and with its series in a cell of its own."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.rulepack.labels import LabelIndex
from invoice_ocr.settings import Settings


def read(page: str) -> Invoice:
    (invoice,) = understand(sketch(page), load_pack(), Settings())
    return invoice


def number(page: str) -> object:
    return read(page).fields["invoice_number"].value


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        ("Kostenrechnung 26-00731\nBetrag | 12,00", "26-00731"),  # a title no rule of numbers lists
        ("Nota de Crédito\nNC 2026/19\nData: 2026-03-30\nTotal | 12,00 €", "NC 2026/19"),
        ("Fahrzeugrechnung K-0331\nGesamtbetrag | 12,00 €", "K-0331"),  # a word made of two
        ("Slutfaktura 20841\nSumma | 12,00 kr", "20841"),
        ("FATTURA | Numero | 44/2026 | del | 30/06/2026\nTotale | 12,00 €", "44/2026"),
        ("Kostenrechnung Nr. 2600418\nGesamtbetrag | 12,00 €", "2600418"),
        ("FAKTURA nr 7/06/2026\nData wystawienia: 30.06.2026\nRazem | 12,00 PLN", "7/06/2026"),
        ("FAKTURA 7/06/2026\nRazem | 12,00 PLN", None),  # a date
        ("2. Abschlagsrechnung | AR-260418-2\nGesamtbetrag | 12,00 €", "AR-260418-2"),
    ],
)
def test_a_number_with_its_title_needs_no_label(page: str, expected: str) -> None:
    assert number(page) == expected


@pytest.mark.parametrize(
    "page",
    [
        "Kostenrechnung 2026\nBetrag | 12,00",  # a year
        "Berechnung 4711\nBetrag | 12,00",
        "Kostenrechnung für 3 Tage\nBetrag | 12,00",
        "Freight Invoice\n12 March 2026\nTotal | 12.00",
        "Freight Invoice\nNorthwind Traders 417\nTotal | 12.00",
        "Delivery Note 88417\nTotal | 12.00",
    ],
)
def test_what_stands_there_may_be_none(page: str) -> None:
    assert number(page) is None


@pytest.mark.parametrize(
    "page",
    [
        "FACTURĂ FISCALĂ\nSeria | Numărul | Data\nCLP | 00418 | 23/06/2026\nTotal de plată | 119,00 lei",
        "Factură\nSeria: CLP | Număr: 00418\nTotal de plată | 119,00 lei",
        "Factură\nSeria | CLP\nNumăr factură | 00418\nTotal de plată | 119,00 lei",
        "Factură\nSeria CLP nr. 00418\nTotal de plată | 119,00 lei",
    ],
)
def test_a_series_of_its_own_is_part_of_the_number(page: str) -> None:
    assert number(page) == "CLP 00418"
    assert read(page).fields["invoice_number"].status == "review"  # habits differ


def test_a_series_of_digits_is_told_apart_from_the_number() -> None:
    assert number("Nota fiscal\nNúmero | Série\n1187 | 1\nTotal | R$ 12,00") != "1 1187"


def test_digits_are_no_misread_letters_at_the_end_of_a_label() -> None:
    labels = LabelIndex(["honorarnotenr"])
    assert labels.find("Honorarnote 26-00731", forgiving=True) == ()
    assert labels.find("Honorarnole Nr 26-00731", forgiving=True) != ()


def test_the_reference_under_a_title_is_the_number_where_none_is_told_to_be_confirmed() -> None:
    page = "Note d'honoraires\nRéf. : 2026-0914/CD\nTotal TTC | 1 200,00 €"
    invoice = read(page)
    assert invoice.fields["invoice_number"].value == "2026-0914/CD"
    assert invoice.fields["invoice_number"].status == "review"
    assert number("Facture\nRéf. : 2026-0914/CD\nFacture n° : 118-A\nTotal TTC | 1 200,00 €") == "118-A"
    assert number("Cher client\nRéf. : 2026-0914/CD\nTotal TTC | 1 200,00 €") is None


def test_a_series_may_stand_within_a_title() -> None:
    rest = "\nTotal de plată | 119,00 lei"
    assert number(f"Factura fiscală seria VVN nr. 5520187 emisă la 03.05.2026{rest}") == "VVN 5520187"
    issued = read(f"Factura fiscală seria VVN nr. 5520187 emisă la 03.05.2026  Scadența 18.05.2026{rest}")
    assert str(issued.fields["issue_date"].value) == "2026-05-03"


def test_a_letter_that_begins_a_number_is_no_misread_sign_of_its_label() -> None:
    labels = LabelIndex(["receipt#"])
    assert [hit.end for hit in labels.find("Receipt: A0044187", forgiving=True)] == [7]


def test_what_a_title_tells_behind_a_dash_is_none_of_its_number() -> None:
    assert number("Dauerrechnung Nr. DR-488/2026 – gültig ab 1. Juni 2026\nBetrag | 119,00 EUR") == "DR-488/2026"


def test_a_paragraph_of_a_law_is_no_number() -> None:
    page = "Gutschrift im Sinne des § 14 Abs. 2 UStG\nBetrag | 119,00 EUR"
    assert number(page) is None
