"""Payment QR codes: what each kind says, that pixels are enough, and that they are witnesses like e-invoices."""

from __future__ import annotations

import base64
import io
import json
import sys
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf
import pytest
import zxingcpp
from PIL import Image

from invoice_ocr import extract
from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.intake import Intake, Opened, expand
from invoice_ocr.intake.payment_codes import read
from invoice_ocr.model import Box, Evidence, Statement, Witness
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import BIC, IBAN, Sale, pdf, printed

QR_IBAN = "CH4431999123000889012"
EPC = f"BCD\n002\n1\nSCT\n{BIC}\nBeispiel Werkzeuge GmbH\n{IBAN}\nEUR345.00\n\nRF18539007547034\n\n"
SWISS = "\r\n".join(
    ["SPC", "0200", "1", QR_IBAN, "S", "Muster AG", "Gasse", "1", "9490", "Vaduz", "LI", *[""] * 7, "1949.75", "CHF",
     "S", "Käufer Sàrl", "Rue", "1", "1000", "Lausanne", "CH", "QRR", "210000000003139471430009017", "Auftrag 7",
     "EPD", "//S1/10/10201409/11/190512/20/1400.000-53/30/106017086/31/180508"]
)  # fmt: skip


def zatca(**values: str) -> str:
    told = {"1": "شركة المثال", "2": "310122393500003", "3": "2026-04-25T15:30:00Z", "4": "1150.00", "5": "150.00"}
    parts = {tag: text.encode() for tag, text in (told | values).items()}
    return base64.b64encode(b"".join(bytes([int(tag), len(text)]) + text for tag, text in parts.items())).decode()


def india(**values: Any) -> str:
    invoice = {
        "SellerGstin": "27AAPFU0939F1ZV", "BuyerGstin": "29AAGCB7383J1Z4", "DocNo": "GST/26/001", "DocTyp": "INV",
        "DocDt": "16/03/2026", "TotInvVal": 12908.5, "ItemCnt": 1, "Irn": "a" * 64,
    } | values  # fmt: skip
    parts = [{"alg": "RS256"}, {"data": json.dumps(invoice), "iss": "NIC"}]
    coded = [base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts]
    return ".".join([*coded, "c2lnbmF0dXJl" * 28])


def stated(text: str) -> dict[str, str]:
    said = read(text.encode())
    assert said is not None
    return {name: value for name, value, *_ in reversed(said.statements)}


def code(text: str, side: int = 240) -> Image.Image:
    """A QR code as a picture, its modules whole pixels wide."""
    made = zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode))
    picture = Image.fromarray(np.array(made))
    scale = max(2, side // picture.width)
    return picture.resize((picture.width * scale, picture.height * scale), Image.Resampling.NEAREST)


def with_code(page: str, text: str, width: float = 110.0) -> bytes:
    document = pymupdf.open(stream=pdf(page))
    held = io.BytesIO()
    code(text).save(held, "PNG")
    document[0].insert_image(pymupdf.Rect(400, 600, 400 + width, 600 + width), stream=held.getvalue())
    return bytes(document.tobytes())


def opened(document: bytes, **options: Any) -> Opened:
    with Intake(Settings(jobs=1, **options)) as intake:
        (one,) = intake.open_documents(expand([document]))
    return one


def test_an_epc_code_says_who_gets_how_much_on_which_account() -> None:
    assert stated(EPC) == {
        "iban": IBAN, "bic": BIC, "seller_name": "Beispiel Werkzeuge GmbH", "amount_due": "345.00", "currency": "EUR",
        "payment_reference": "RF18539007547034",
    }  # fmt: skip


def test_a_swiss_code_says_it_with_both_parties_and_the_bill() -> None:
    assert stated(SWISS) == {
        "iban": QR_IBAN, "seller_name": "Muster AG", "buyer_name": "Käufer Sàrl", "amount_due": "1949.75",
        "currency": "CHF", "payment_reference": "210000000003139471430009017", "invoice_number": "10201409",
        "issue_date": "2019-05-12", "buyer_reference": "1400.000-53", "seller_vat_id": "CHE106017086",
    }  # fmt: skip


def test_a_zatca_code_says_seller_day_and_totals() -> None:
    assert stated(zatca()) == {
        "seller_name": "شركة المثال", "seller_vat_id": "310122393500003", "issue_date": "2026-04-25",
        "total_gross": "1150.00", "total_tax": "150.00",
    }  # fmt: skip


def test_an_indian_code_says_what_the_registry_signed() -> None:
    assert stated(india(DocTyp="CRN")) == {
        "document_type": "credit_note", "invoice_number": "GST/26/001", "issue_date": "2026-03-16",
        "seller_vat_id": "27AAPFU0939F1ZV", "buyer_vat_id": "29AAGCB7383J1Z4", "total_gross": "12908.5",
    }  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "https://example.org/pay?iban=DE89", "WIFI:S:net;;", "BCD\n003\n1\nSCT", "SPC\n0100\n1", "AQID", "a.b.c", "",
        "BCD", "SPC", base64.b64encode(b"\x01\xff\x02").decode(), "x" * 5001, "\x00\xff",
        india().replace(".", "!"), base64.b64encode(b"\x01\x01a\x02\x01b\x03\x01c\x04\x011\x05\x011").decode(),
    ],
)  # fmt: skip
def test_other_codes_say_nothing(text: str) -> None:
    assert read(text.encode()) is None


def test_a_wrong_check_digit_or_amount_in_a_code_is_not_passed_on() -> None:
    said = stated(EPC.replace(IBAN, "DE89370400440532013001").replace("345.00", "1,5x"))
    assert "iban" not in said
    assert "amount_due" not in said


@pytest.mark.parametrize("text", [EPC, SWISS, zatca(), india()], ids=["epc", "swiss", "zatca", "india"])
def test_a_code_is_read_from_the_pixels_of_a_page_with_a_text_layer(text: str) -> None:
    (witness,) = opened(with_code("Rechnung", text, 120), text="layer").witnesses
    assert (witness.source, witness.page) == ("qr", 1)
    box = witness.statements[0].evidence.box
    assert 395 < box.left < box.right < 525
    assert 595 < box.top < box.bottom < 725


def test_a_code_drawn_square_by_square_is_read() -> None:
    document = pymupdf.open(stream=pdf("Rechnung"))
    squares = np.array(zxingcpp.write_barcode_to_image(zxingcpp.create_barcode(EPC, zxingcpp.BarcodeFormat.QRCode)))
    shape = document[0].new_shape()
    for row, column in np.argwhere(squares == 0):
        left, top = 300 + 2.0 * column, 500 + 2.0 * row
        shape.draw_rect(pymupdf.Rect(left, top, left + 2.0, top + 2.0))
        shape.finish(fill=(0, 0, 0), color=None)
    shape.commit()
    (witness,) = opened(bytes(document.tobytes()), text="layer").witnesses
    assert witness.form == "epc"


def test_a_code_is_read_from_a_picture_turned_and_pale() -> None:
    page = Image.new("RGB", (1240, 1754), "white")
    page.paste(code(EPC, 300).convert("RGB").rotate(8, fillcolor="white", expand=True), (700, 1100))
    pale = page.point(lambda value: 90 + value * 160 // 255)
    held = io.BytesIO()
    pale.save(held, "PNG", dpi=(150, 150))
    (witness,) = opened(held.getvalue()).witnesses
    assert witness.form == "epc"


def test_codes_are_not_looked_for_when_settings_say_so() -> None:
    document = with_code("Rechnung", EPC)
    assert opened(document, text="layer", witnesses="none").witnesses == ()
    assert opened(document, text="layer", witnesses="e-invoice").witnesses == ()
    assert len(opened(document, text="layer", witnesses="qr").witnesses) == 1


def test_a_code_that_says_what_is_printed_makes_it_surer() -> None:
    plain = extract(pdf(printed()), text="layer")
    coded = extract(with_code(printed(), EPC), text="layer")
    for name in ("iban", "total_gross"):
        assert coded.fields[name].value == plain.fields[name].value
        assert coded.fields[name].confidence > plain.fields[name].confidence
        assert [said.source for said in coded.fields[name].witnesses] == ["qr"]
    assert coded.decision == "post"


def test_what_only_a_code_of_the_printed_account_says_is_taken_from_it() -> None:
    reference = extract(with_code(printed(), EPC), text="layer").fields["payment_reference"]
    assert (reference.value, reference.status) == ("RF18539007547034", "accepted")
    assert reference.evidence is not None
    assert (reference.evidence.source, reference.evidence.page) == ("qr", 1)


def test_another_account_in_the_code_than_in_print_goes_to_review() -> None:
    invoice = extract(with_code(printed(), EPC.replace(IBAN, "DE02120300000000202051")), text="layer")
    assert "iban.mismatch" in invoice.reasons
    assert invoice.fields["iban"].status == "review"
    assert invoice.decision == "review"


def qr(*statements: tuple[str, str | Decimal | date], form: str = "epc") -> Witness:
    place = Evidence(1, Box(400, 600, 500, 700), "…", f"qr.{form}.x", "qr")
    return Witness("qr", form, "the code", tuple(Statement(name, value, place) for name, value in statements), page=1)


def test_an_amount_that_is_printed_somewhere_is_no_contradiction_one_that_is_not_is() -> None:
    page = printed() + "\nBei Zahlung bis 20.03.2026: | 338,10 €\n"
    for amount, wanted in (("338.10", False), ("999.00", True)):
        (invoice,) = understand(sketch(page), load_pack(), Settings(), [qr(("amount_due", Decimal(amount)))])
        assert ("qr.mismatch" in [issue.code for issue in invoice.issues]) == wanted
        assert invoice.fields["amount_due"].value == Decimal(Sale().gross)


def test_what_a_code_calls_the_account_holder_disturbs_no_name() -> None:
    witness = qr(("seller_name", "Factoring Bank AG"), ("payment_reference", "Kundennr 7"))
    (invoice,) = understand(sketch(printed()), load_pack(), Settings(), [witness])
    assert invoice.fields["seller_name"].value == Sale().seller
    assert invoice.issues == ()


def test_a_signature_that_was_not_verified_is_told_and_stops_nothing() -> None:
    (invoice,) = understand(
        sketch(printed()), load_pack(), Settings(), [qr(("total_gross", Decimal("345.00")), form="india")]
    )
    assert [issue.code for issue in invoice.issues] == ["qr.unverified"]
    assert invoice.decision == "post"
