"""E-invoices: every syntax read to the same values, and hostile XML refused with a type before it can hurt."""

from __future__ import annotations

import io
import sys
import time
from pathlib import Path

import pikepdf
import pytest

from invoice_ocr.errors import XmlInvalid, XmlUnsafe
from invoice_ocr.intake import Intake, Opened, expand, testimony
from invoice_ocr.intake.einvoice import read
from invoice_ocr.intake.testimony import heard
from invoice_ocr.model import FIELD_KINDS
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import BIC, IBAN, Sale, cii, pdf, ubl

SYNTAXES = {
    "cii": cii(),
    "zugferd-1": cii(generation=1),
    "ubl": ubl(),
    "envelope": b"<StandardBusinessDocument><Header/>" + ubl().partition(b"?>")[2] + b"</StandardBusinessDocument>",
}
EXPECTED = {
    "document_type": "invoice",
    "invoice_number": "RE-2026-117",
    "issue_date": "2026-03-12",
    "due_date": "2026-04-11",
    "delivery_date": "2026-03-10",
    "currency": "EUR",
    "total_net": "300.00",
    "total_tax": "45.00",
    "total_gross": "345.00",
    "prepaid": None,
    "amount_due": "345.00",
    "seller_name": "Beispiel Werkzeuge GmbH",
    "seller_vat_id": "DE136695976",
    "seller_tax_number": "201/113/40209",
    "buyer_name": "Muster Handel AG",
    "customer_number": "K-77",
    "buyer_reference": "04011000-1",
    "purchase_order": "PO-9",
    "iban": IBAN,
    "bic": BIC,
    "payment_reference": "RF18539007547034",
    "payment_terms": "30 Tage netto",
}


def open_one(document: bytes, **options: object) -> Opened:
    with Intake(Settings(text="layer", jobs=1, **options)) as intake:  # type: ignore[arg-type]
        (opened,) = intake.open_documents(expand([document]))
    return opened


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_every_syntax_says_the_same(syntax: str) -> None:
    said = read(SYNTAXES[syntax], "x.xml")
    assert {name: said.stated(name) for name in EXPECTED} == EXPECTED
    assert said.tax_lines == [("19.00", "200.00", "38.00", "S"), ("7.00", "100.00", "7.00", "S")]
    assert said.line_items == [
        ("1", "A1", "Hobel", "2", "C62", "100.00", "19", "200.00"),
        ("2", "A2", "Fachbuch", "4", "C62", "25.00", "7", "100.00"),
    ]


def test_statements_name_fields_of_the_contract_and_terms_of_the_norm() -> None:
    said = read(cii(), "x.xml")
    assert {name for name, *_ in said.statements} <= set(FIELD_KINDS)
    assert all(term.startswith("BT-") for *_, term in said.statements)
    assert ("issue_date", "2026-03-12", "20260312", "BT-2") in said.statements


@pytest.mark.parametrize("code", ["381", "261", "396"])
def test_type_codes_of_credit_notes_are_known(code: str) -> None:
    assert read(cii(Sale(kind=code)), "").stated("document_type") == "credit_note"


@pytest.mark.parametrize("code", ["380", "384", "389", "326", "877"])
def test_other_type_codes_are_invoices(code: str) -> None:
    assert read(cii(Sale(kind=code)), "").stated("document_type") == "invoice"


def test_a_ubl_credit_note_is_one_whatever_its_code() -> None:
    said = read(ubl(Sale(kind="380"), root="CreditNote"), "")
    assert said.stated("document_type") == "credit_note"
    assert said.stated("due_date") == "2026-04-11"
    assert len(said.line_items) == 2


def test_an_invoice_below_zero_is_a_credit_note_with_its_signs_turned() -> None:
    """The contract's credit notes are positive; German programs write 380 with minus signs."""
    sale = Sale(net="-300.00", tax="-45.00", gross="-345.00", taxes=(("19.00", "-300.00", "-45.00"),))
    said = read(cii(sale), "")
    assert said.stated("document_type") == "credit_note"
    assert [said.stated(name) for name in ("total_net", "total_tax", "total_gross")] == ["300.00", "45.00", "345.00"]
    assert said.tax_lines == [("19.00", "300.00", "45.00", "S")]


def test_account_numbers_that_are_no_ibans_are_not_passed_on_as_such() -> None:
    assert read(ubl(Sale(iban="12345678")), "").stated("iban") is None
    assert read(ubl(Sale(iban="de89 3704 0044 0532 0130 00")), "").stated("iban") == IBAN


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<?xml version='1.0'?><note/>", "neither a UBL nor a CII"),
        (b"<Invoice xmlns='http://www.ebinterface.at/schema/6p1/'/>", "neither a UBL nor a CII"),
        (cii()[:900], "not well-formed"),
        (b"<Invoice xmlns='urn:oasis:names:specification:ubl:schema:xsd:Invoice-2'/>", "neither an invoice number"),
        (b"<SCRDMCCBDACIOMessageStructure xmlns='urn:x'/>", "Order-X"),
    ],
)
def test_other_xml_is_refused_for_what_it_is(content: bytes, message: str) -> None:
    with pytest.raises(XmlInvalid, match=message):
        read(content, "x.xml")


def with_doctype(declared: str, used: str = "") -> bytes:
    return cii(Sale(seller=used or "x")).replace(b"<rsm:Cross", f"<!DOCTYPE x [{declared}]><rsm:Cross".encode(), 1)


LAUGHS = '<!ENTITY a0 "ha">' + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
HOSTILE = {
    "billion laughs": with_doctype(LAUGHS, "&a11;"),
    "external entity": with_doctype('<!ENTITY e SYSTEM "file:///etc/passwd">', "&e;"),
    "parameter entity": with_doctype('<!ENTITY % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;'),
    "external dtd": cii().replace(b"<rsm:Cross", b'<!DOCTYPE x SYSTEM "http://127.0.0.1:9/"><rsm:Cross', 1),
    "doctype far behind": cii().replace(b"<rsm:Cross", b"<!--" + b"x" * 9000 + b"--><!DOCTYPE x><rsm:Cross", 1),
    "utf-16": with_doctype(LAUGHS, "&a11;").decode().replace("UTF-8", "UTF-16").encode("utf-16"),
    "too deep": b"<Invoice>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</Invoice>",
    "too many": b"<Invoice>" + b"<a/>" * 600_000 + b"</Invoice>",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_xml_is_refused_quickly(name: str) -> None:
    since = time.process_time()
    with pytest.raises(XmlUnsafe) as refused:
        read(HOSTILE[name], "x.xml")
    assert refused.value.code == "E_XML_UNSAFE"
    assert time.process_time() - since < 5


def test_an_entity_is_never_looked_up(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("TOP-SECRET")
    with pytest.raises(XmlUnsafe) as refused:
        read(with_doctype(f'<!ENTITY e SYSTEM "{secret.as_uri()}">', "&e;"), "x.xml")
    assert "TOP-SECRET" not in str(refused.value)


def test_an_xml_file_is_opened_without_pages() -> None:
    opened = open_one(ubl())
    assert opened.failure is None
    assert opened.pages == ()
    (witness,) = opened.witnesses
    assert (witness.source, witness.form, witness.page) == ("e-invoice", "ubl", 0)


def test_hostile_xml_files_fail_by_type_in_the_worker() -> None:
    for content in (HOSTILE["billion laughs"], HOSTILE["external entity"]):
        failure = open_one(content).failure
        assert failure is not None
        assert failure.code == "E_XML_UNSAFE"


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml", "anything.xml"])
def test_an_attached_e_invoice_is_heard_whatever_its_name(name: str) -> None:
    opened = open_one(pdf("Rechnung", {name: cii()}))
    assert [witness.title for witness in opened.witnesses] == [name]
    assert len(opened.pages) == 1


def test_an_e_invoice_that_the_catalog_only_associates_is_heard() -> None:
    with pikepdf.open(io.BytesIO(pdf("Rechnung", {"factur-x.xml": cii()}))) as document:
        document.Root.AF = pikepdf.Array([document.make_indirect(document.Root.Names.EmbeddedFiles.Names[1])])
        del document.Root.Names
        held = io.BytesIO()
        document.save(held)
    assert [witness.title for witness in open_one(held.getvalue()).witnesses] == ["factur-x.xml"]


def test_of_two_generations_both_are_heard_the_newer_first() -> None:
    opened = open_one(pdf("Rechnung", {"ZUGFeRD-invoice.xml": cii(generation=1), "factur-x.xml": cii()}))
    assert [witness.title for witness in opened.witnesses] == ["factur-x.xml", "ZUGFeRD-invoice.xml"]


def test_a_licence_of_many_pages_before_its_root_hides_no_e_invoice() -> None:
    content = cii().replace(b"<rsm:Cross", b"<!-- " + b"licence " * 2000 + b"--><rsm:Cross", 1)
    assert len(open_one(pdf("Rechnung", {"factur-x.xml": content})).witnesses) == 1


def test_other_attachments_are_left_alone() -> None:
    opened = open_one(pdf("Rechnung", {"a.txt": b"hello", "b.xml": b"<config/>", "c.pdf": pdf("x")}))
    assert opened.witnesses == ()
    assert [issue.code for issue in opened.issues] == ["file.attachments"]  # of the document among them


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (HOSTILE["billion laughs"], "e-invoice.unsafe"),
        (cii()[:2000], "e-invoice.unreadable"),
        (b"<SCRDMCCBDACIOMessageStructure xmlns='urn:x'/>", "e-invoice.order"),
    ],
)
def test_a_bad_attachment_costs_itself_and_not_the_document(content: bytes, code: str) -> None:
    opened = open_one(pdf("Rechnung", {"factur-x.xml": content}))
    assert opened.failure is None
    assert len(opened.pages) == 1
    assert [issue.code for issue in opened.issues] == [code]


def test_an_e_invoice_is_not_asked_for_when_settings_say_so() -> None:
    document = pdf("Rechnung", {"factur-x.xml": cii()})
    assert open_one(document, witnesses="none").witnesses == ()
    assert open_one(document, witnesses="qr").witnesses == ()
    assert len(open_one(document, witnesses="e-invoice").witnesses) == 1


def test_what_a_worker_gone_wrong_sends_is_no_witness() -> None:
    good = testimony.Testimony("e-invoice", "cii", "x")
    good.state("total_gross", "12.00", term="BT-112")
    parts = [good.source, good.form, good.title, 0, good.corners, good.statements, [], []]
    assert heard(parts).statements[0].name == "total_gross"
    for wrong in (("no_field", "1", "1", "t"), ("total_gross", "NaN", "x", "t"), ("issue_date", "never", "x", "t")):
        with pytest.raises((ValueError, KeyError)):
            heard([*parts[:5], [wrong], [], []])
    with pytest.raises(ValueError, match="no witness"):
        heard(["ocr", *parts[1:]])


def test_a_text_of_many_megabytes_is_refused() -> None:
    with pytest.raises(XmlUnsafe):
        read(b"<Invoice>" + b"x" * 20_000_000 + b"</Invoice>", "x.xml")
