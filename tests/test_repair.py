"""Numbers misread from pixels are repaired only where one look-alike alone makes their check digits hold."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.iso7064 import mod_97_10

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice, Origin
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.values.repair import check_digits, is_kind, repair_iban, repair_number, repair_vat_id

TAKEN_FOR = {"0": "ODQo", "1": "Il|", "2": "Z", "5": "Ss", "6": "Gb", "8": "B", "9": "g", "B": "8", "O": "0", "S": "5"}


def read(text: str, source: Origin = "ocr") -> Invoice:
    (invoice,) = understand(sketch(text, source=source), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("NL 1234.56.782.890", "NL123456782B90"),
        ("DE I36 695 976 Finanzamt", "DE136695976"),
        ("0E136695976", "DE136695976"),
        ("ATUI3585627", "ATU13585627"),
        ("ATUl35B5627", "ATU13585627"),
    ],
)
def test_a_vat_id_is_repaired_by_its_check_digit(text: str, value: str) -> None:
    found = repair_vat_id(text)
    assert found
    assert found.value == value
    assert text.startswith(found.text)


@pytest.mark.parametrize("text", ["DE136695976", "DE136695975", "DE13669597B", "NL", "", "Bank of Ireland", "12.50"])
def test_a_vat_id_that_holds_or_that_no_look_alike_mends_is_left(text: str) -> None:
    assert repair_vat_id(text) is None


@given(st.data())
def test_no_account_becomes_another_one(data: st.DataObject) -> None:
    body = data.draw(st.text("0123456789", min_size=18, max_size=18))
    iban = "DE" + mod_97_10.calc_check_digits(body + "DE") + body
    places = data.draw(st.sets(st.integers(0, len(iban) - 1), min_size=1, max_size=4))
    printed = "".join(
        data.draw(st.sampled_from(TAKEN_FOR.get(char, char))) if place in places else char
        for place, char in enumerate(iban)
    )
    found = repair_iban(printed)
    assert (found.value if found else printed) == iban


@given(st.text("0123456789", min_size=8, max_size=8), st.sets(st.integers(0, 8), min_size=1, max_size=3), st.data())
def test_a_number_of_digits_is_mended_whatever_letters_were_read(
    body: str, places: set[int], data: st.DataObject
) -> None:
    siren = body + luhn.calc_check_digit(body)
    printed = "".join(
        data.draw(st.sampled_from(TAKEN_FOR.get(char, char))) if place in places else char
        for place, char in enumerate(siren)
    )
    found = repair_number(printed, ["fr.siren"])
    assert (found.value if found else printed) == siren


def test_two_look_alikes_that_hold_settle_nothing() -> None:
    assert check_digits("RF12I5155BSBBQ", ["iso11649"]) == check_digits("RF1215L5SBSBBO", ["iso11649"]) == "holds"
    assert repair_number("RF1215155BSBBO", ["iso11649"]) is None


@pytest.mark.parametrize(("kind", "known"), [("tr.vkn", True), ("iso11649", True), ("tr.none", False), ("os", False)])
def test_kinds_are_those_of_stdnum(kind: str, known: bool) -> None:
    assert is_kind(kind) is known


def test_a_repaired_id_is_recorded_with_what_was_printed_and_not_accepted() -> None:
    invoice = read("Factuur 17\nBTW-nummer: NL123456782890\nTotaal | 121,00 EUR")
    field = invoice.fields["seller_vat_id"]
    assert (field.value, field.status) == ("NL123456782B90", "review")
    assert field.evidence
    assert field.evidence.text == "NL123456782890"
    assert field.evidence.rule.endswith(".repaired")
    assert "identifier.repaired" in invoice.reasons


def test_a_printed_id_is_never_repaired() -> None:
    invoice = read("Factuur 17\nBTW-nummer: NL123456782890\nTotaal | 121,00 EUR", source="text-layer")
    assert invoice.fields["seller_vat_id"].value == "NL123456782890"
    assert "vat-id.invalid" in invoice.reasons


def test_the_same_id_read_well_elsewhere_needs_no_repair() -> None:
    page = "Factuur 17\nBTW-nummer: NL123456782890\nTotaal | 121,00 EUR\nBTW NL123456782B90"
    invoice = read(page)
    assert invoice.fields["seller_vat_id"].value == "NL123456782B90"
    assert "identifier.repaired" not in invoice.reasons


@pytest.mark.parametrize(
    ("page", "field", "value"),
    [
        ("SATIŞ FATURASI\nVergi no: 454O53692O", "seller_tax_number", "4540536920"),
        ("Facture 17\nSIREN : 732 B29 320", "seller_registration", "732829320"),
        ("Faktura VAT 17\nNIP: 856-734-62-I5", "seller_tax_number", "8567346215"),
    ],
)
def test_national_numbers_are_repaired_by_their_check_digits(page: str, field: str, value: str) -> None:
    found = read(page).fields[field]
    assert (found.value, found.status) == (value, "review")


def test_a_number_from_pixels_whose_check_digits_fail_is_doubted() -> None:
    assert "identifier.check-digit" in read("Facture 17\nSIREN : 732 829 321").reasons
    assert "identifier.check-digit" not in read("Facture 17\nSIREN : 732 829 321", source="text-layer").reasons
    assert "identifier.check-digit" not in read("Facture 17\nSIREN : 732 829 320").reasons


def test_letters_that_check_digits_prove_are_no_look_alikes() -> None:
    page = "Tax invoice 17\nGSTIN: 27AAPFU0939F1ZV"
    assert "identifier.look-alike" not in read(page).reasons
    assert read(page).fields["seller_tax_number"].status == "accepted"
