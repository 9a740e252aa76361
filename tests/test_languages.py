"""Which languages a document is in, and that rules of other languages keep out of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.document import languages
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import RulePack, load_pack
from invoice_ocr.settings import Settings

GERMAN = (
    "Wir danken für Ihren Auftrag und bitten um Zahlung auf das Konto der Bank",
    "Rechnungsnummer: 17", "Rechnungsdatum: 03.04.2024", "Nettobetrag", "Gesamtbetrag", "Zahlbar bis zum 01.05.2024",
)  # fmt: skip


def test_the_language_of_most_frequent_words_is_detected() -> None:
    assert languages.detect(GERMAN, load_pack()) == "de"
    assert languages.detect(["Thank you for your order, please pay the amount to the bank"], load_pack()) == "en"
    assert languages.detect(["4711"], load_pack()) == ""


def test_only_rules_of_the_languages_of_a_document_and_of_english_are_used() -> None:
    assert languages.fitting(GERMAN, load_pack()).languages == {"de", "en"}


def test_labels_tell_a_language_that_the_text_around_them_is_not_in() -> None:
    labels = ["Rechnungsnummer", "Rechnungsdatum", "Nettobetrag", "Gesamtbetrag", "Kundennummer", "Fälligkeitsdatum"]
    letter = ["Thank you for your order and please note that the amount is due on receipt of this invoice"]
    assert {"de", "en"} <= languages.fitting([*labels, *letter], load_pack()).languages


def test_all_rules_are_used_where_too_little_tells_a_language() -> None:
    assert languages.fitting(["Total | 12.00"], load_pack()) is load_pack()


def test_a_narrowed_pack_is_built_once_and_finds_its_own_labels_alone() -> None:
    pack = load_pack()
    german = pack.only(frozenset({"de"}))
    assert german is pack.only(frozenset({"de"}))
    assert german.digest == pack.digest
    assert [hit.key for hit in german.labels.find("Rechnungsnurnmer", forgiving=True)] == ["rechnungsnummer"]
    assert not german.labels.find("Invoice number", forgiving=True)
    assert "quantity" not in german.columns
    assert "quantity" in pack.columns


def test_rules_of_the_user_hold_in_every_language(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text(
        "language: fr\nrules:\n  - {id: mine.number, field: invoice_number, source: a supplier, labels: [Vorgangscode],"
        ' accept: ["Vorgangscode: A-7 => A-7"], reject: ["Vorgang 7"]}\n'
    )
    pack = languages.fitting(GERMAN, load_pack(tmp_path))
    assert "mine.number" in {rule.id for rule in pack.rules}


def foreign(pack: RulePack) -> RulePack:
    """The pack with a label in Danish that is an English word."""
    rule = next(rule for rule in pack.rules if rule.id == "de.payment_terms")
    misleading = replace(rule, id="da.payment_terms.odd", language="da", labels=("Cashier",))
    return replace(pack, rules=(*pack.rules, misleading))


def test_a_label_of_another_language_does_not_mislead() -> None:
    page = """
        Tax invoice
        Invoice number: 17 | Invoice date: 3 March 2024
        Thank you for your order, please pay the amount due to the bank account
        Cashier | Anna Example
        Subtotal | 100.00
        Total amount | 100.00
    """
    (invoice,) = understand(sketch(page), foreign(load_pack()), Settings())
    assert invoice.fields["payment_terms"].value is None
