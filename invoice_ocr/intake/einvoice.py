"""E-invoices: which syntax an XML file is written in, and what it says. Runs inside a worker."""

from __future__ import annotations

import re
from decimal import Decimal

from lxml import etree

from invoice_ocr import assumed
from invoice_ocr.errors import InputError, XmlInvalid
from invoice_ocr.intake import cii, ubl
from invoice_ocr.intake.testimony import Testimony
from invoice_ocr.intake.xml import all_of, name_of, parse_xml

# UNTDID 1001, as EN 16931 allows its codes: those that give money back.
_CREDITS = frozenset({"81", "83", "261", "262", "296", "308", "381", "396", "420", "458", "502", "503", "532"})
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_TOTALS = ("total_net", "total_tax", "total_gross", "prepaid", "amount_due")


def is_order(root: etree._Element) -> bool:
    """Whether it is an order (Order-X), which is left alone."""
    return "SCRDMCCBDACIO" in name_of(root)


def read(content: bytes, title: str) -> Testimony:
    """What an e-invoice says. XmlUnsafe, or XmlInvalid for anything that is no UBL or CII invoice."""
    root = parse_xml(content)
    if is_order(root):
        raise XmlInvalid("This XML is an order (Order-X) and no invoice.", fix="Give the invoice that follows it.")
    if name_of(root) == "StandardBusinessDocument":
        root = next(iter(all_of(root, "Invoice|CreditNote|CrossIndustryInvoice")), root)
    space = str(root.tag).partition("}")[0]
    if name_of(root) in {"CrossIndustryInvoice", "CrossIndustryDocument"}:
        said = Testimony("e-invoice", "cii", title)
        cii.read(root, said)
    elif name_of(root) in {"Invoice", "CreditNote"} and "oasis:names:specification:ubl" in space:
        said = Testimony("e-invoice", "ubl", title)
        ubl.read(root, said)
    else:
        raise XmlInvalid(f"This XML is neither a UBL nor a CII invoice: it begins with {name_of(root)[:40]}.")
    if said.stated("invoice_number") is None and said.stated("total_gross") is None:
        raise XmlInvalid("This XML has neither an invoice number nor a total.", fix="Ask its sender for a whole file.")
    _plain_ibans(said)
    _settle_kind(said)
    _settle_categories(said)
    _leave_out(assumed.in_notes(_notes(root)), said)
    return said


def _notes(root: etree._Element) -> list[str]:
    """The notes on the whole document (BT-22)."""
    found = [*all_of(root, "Note"), *all_of(root, "ExchangedDocument/IncludedNote/Content")]
    return [" ".join((note.text or "").split()) for note in found]


def attached(content: bytes, title: str) -> tuple[Testimony | None, tuple[str, str] | None]:
    """What an XML file inside a PDF says, or the issue (code, message) that it gives instead."""
    try:
        return read(content, title), None
    except XmlInvalid as error:
        if "Order-X" in error.message:
            return None, ("e-invoice.order", f"{title}: {error.message}")
        return None, ("e-invoice.unreadable", f"{title}: {error.message}")
    except InputError as error:
        return None, ("e-invoice.unsafe", f"{title}: {error.message}")


def _plain_ibans(said: Testimony) -> None:
    """IBANs without spaces; account numbers that are none are not passed on."""
    kept = []
    for name, value, text, term in said.statements:
        compact = re.sub(r"\W", "", value).upper()
        if name != "iban":
            kept.append((name, value, text, term))
        elif _IBAN.fullmatch(compact):
            kept.append((name, compact, text, term))
    said.statements = kept


def _settle_kind(said: Testimony) -> None:
    """The type code as the contract names it. Of what is given back by an invoice below zero, the sign is turned."""
    gross = said.stated("total_gross") or ""
    turned = gross.startswith("-") and gross.strip("-0.") != ""
    statements = []
    for name, value, text, term in said.statements:
        if name == "document_type":
            credit = value in _CREDITS or turned
            statements.append((name, "credit_note" if credit else "invoice", text, term))
        else:
            statements.append((name, _negated(value) if turned and name in _TOTALS else value, text, term))
    said.statements = statements
    if turned:
        said.tax_lines = [
            (rate, net and _negated(net), tax and _negated(tax), category)
            for rate, net, tax, category in said.tax_lines
        ]


def _settle_categories(said: Testimony) -> None:
    """The breakdown without categories that contradict it: there is no standard rate (S) of nothing."""
    said.tax_lines = [
        (rate, net, tax, None if category == "S" and rate is not None and not rate.strip("0.") else category)
        for rate, net, tax, category in said.tax_lines
    ]


def _leave_out(terms: frozenset[str], said: Testimony) -> None:
    """Take out what an e-invoice made here says of itself that no invoice says."""
    names = {name for name, term in assumed.FIELDS.items() if term in terms}
    said.statements = [statement for statement in said.statements if statement[0] not in names]
    if assumed.LINES in terms:
        said.line_items = []
    said.tax_lines = [
        (rate, net, tax, None if assumed.category_at(Decimal(rate or 0)) in terms else category)
        for rate, net, tax, category in said.tax_lines
        if assumed.BREAKDOWN not in terms
    ]


def _negated(amount: str) -> str:
    return amount[1:] if amount.startswith("-") else f"-{amount}" if amount.strip("0.") else amount
