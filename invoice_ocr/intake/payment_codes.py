"""What payment QR codes say: EPC (GiroCode), Swiss QR-bill, ZATCA, India's e-invoice. Signatures stay unverified.

Sources: EPC069-12 v3.1; Swiss Implementation Guidelines QR-bill v2.3; ZATCA Security Features Implementation Standards
v1.2; GST e-invoice QR code of the Indian Invoice Registration Portal.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from typing import Any

from stdnum import iban as ibans

from invoice_ocr.intake.testimony import Testimony
from invoice_ocr.intake.xml import plain_amount, plain_date

_LONGEST = 5000  # characters; a QR code holds 4,296 letters
_KINDS_OF_INDIA = {"INV": "invoice", "DBN": "invoice", "CRN": "credit_note"}
_SWICO = re.compile(r"/(\d{2})/((?:\\.|[^/\\])*)")


def read(content: bytes) -> Testimony | None:
    """What the content of a QR code says as a witness; None for a code that is none of the four."""
    if not content or len(content) > _LONGEST:
        return None
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    readers: tuple[Callable[[str], Testimony | None], ...] = (_epc, _swiss, _india, _zatca)
    return next((said for reader in readers if (said := reader(text.strip("\ufeff\r\n "))) is not None), None)


def _lines(text: str, count: int) -> list[str]:
    """The lines of a text, filled up to `count`."""
    lines = [line.strip() for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n")]
    return lines + [""] * (count - len(lines))


def _state_account(said: Testimony, number: str, term: str) -> None:
    compact = re.sub(r"[\W_]", "", number).upper()
    said.state("iban", compact if ibans.is_valid(compact) else None, number, term=term)


def _epc(text: str) -> Testimony | None:
    lines = _lines(text, 12)
    if lines[0] != "BCD" or lines[1] not in {"001", "002"} or lines[3] not in {"SCT", "INST"}:
        return None
    said = Testimony("qr", "epc", "the EPC code")
    _state_account(said, lines[6], "AT-20")
    said.state("bic", lines[4], term="AT-23")
    said.state("seller_name", lines[5], term="AT-21")
    if lines[7][:3] == "EUR":
        said.state("amount_due", plain_amount(lines[7][3:]), lines[7], term="AT-04")
        said.state("currency", "EUR", lines[7], term="AT-04")
    said.state("payment_reference", lines[9] or lines[10], term="AT-05")
    return said


def _swiss(text: str) -> Testimony | None:
    lines = _lines(text, 32)
    if lines[0] != "SPC" or lines[1][:2] != "02":
        return None
    said = Testimony("qr", "swiss", "the Swiss QR code")
    _state_account(said, lines[3], "IBAN")
    said.state("seller_name", lines[5], term="Cdtr")
    said.state("amount_due", plain_amount(lines[18]), lines[18], term="Amt")
    said.state("currency", lines[19], term="Ccy")
    said.state("buyer_name", lines[21], term="UltmtDbtr")
    if lines[27] in {"QRR", "SCOR"}:
        said.state("payment_reference", lines[28], term="Ref")
    if lines[31].startswith("//S1"):
        parts = {tag: re.sub(r"\\(.)", r"\1", value) for tag, value in _SWICO.findall(lines[31][4:])}
        said.state("invoice_number", parts.get("10"), term="S1/10")
        day = parts.get("11", "")
        said.state("issue_date", plain_date(f"20{day}") if len(day) == 6 else None, day, term="S1/11")
        said.state("buyer_reference", parts.get("20"), term="S1/20")
        number = parts.get("30", "")
        said.state("seller_vat_id", f"CHE{number}" if number.isdigit() and len(number) == 9 else None, term="S1/30")
    return said


def _zatca(text: str) -> Testimony | None:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    values: dict[int, str] = {}
    place = 0
    while place + 2 <= len(content):
        tag, size = content[place], content[place + 1]
        values.setdefault(tag, content[place + 2 : place + 2 + size].decode("utf-8", "replace"))
        place += 2 + size
    if not {1, 2, 3, 4, 5} <= values.keys() or not re.fullmatch(r"3\d{14}", values[2].strip()):
        return None
    said = Testimony("qr", "zatca", "the ZATCA code")
    said.state("seller_name", " ".join(values[1].split()), term="tag 1")
    said.state("seller_vat_id", values[2].strip(), term="tag 2")
    said.state("issue_date", plain_date(values[3]), values[3], term="tag 3")
    said.state("total_gross", plain_amount(values[4].strip()), values[4], term="tag 4")
    said.state("total_tax", plain_amount(values[5].strip()), values[5], term="tag 5")
    return said


def _india(text: str) -> Testimony | None:
    parts = text.split(".")
    if len(parts) != 3:
        return None
    data = _json(parts[1])
    told = data.get("data")
    try:
        invoice = json.loads(told) if isinstance(told, str) else told
    except (ValueError, RecursionError):
        return None
    if not isinstance(invoice, dict) or "SellerGstin" not in invoice:
        return None
    values = {name: str(value).strip() for name, value in invoice.items() if isinstance(value, str | int | float)}
    said = Testimony("qr", "india", "the code of India's invoice registry")
    said.state("document_type", _KINDS_OF_INDIA.get(values.get("DocTyp", "")), values.get("DocTyp"), term="DocTyp")
    said.state("invoice_number", values.get("DocNo"), term="DocNo")
    day = values.get("DocDt", "")
    said.state("issue_date", plain_date("".join(reversed(day.split("/")))), day, term="DocDt")
    said.state("seller_vat_id", values["SellerGstin"], term="SellerGstin")
    said.state("buyer_vat_id", values.get("BuyerGstin"), term="BuyerGstin")
    said.state("total_gross", plain_amount(values.get("TotInvVal")), values.get("TotInvVal"), term="TotInvVal")
    return said


def _json(part: str) -> dict[str, Any]:
    """The object in one part of a signed token; empty when there is none."""
    try:
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
