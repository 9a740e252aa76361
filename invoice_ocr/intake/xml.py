"""XML that nobody vouches for, read with lxml and without trust: no document type, no entities, bounded in all ways."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from invoice_ocr.errors import XmlInvalid, XmlUnsafe
from invoice_ocr.intake import sniff

_MOST_BYTES = 50_000_000
_DEEPEST = 60  # elements within elements; invoices have about 12
_MOST_ELEMENTS = 500_000  # ten thousand lines of an invoice have 300,000
_CHUNK = 1 << 16


def parse_xml(content: bytes) -> etree._Element:
    """The root element. XmlUnsafe for a document type, entities, or more of anything than an e-invoice has;
    XmlInvalid for what is not well-formed.
    """
    if len(content) > _MOST_BYTES:
        raise XmlUnsafe(f"This XML has more than {_MOST_BYTES // 1_000_000} MB.", fix="Ask its sender for a sane file.")
    if sniff.unsafe_xml(content[: sniff.HEAD]):
        raise _declares()
    parser = etree.XMLPullParser(
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        attribute_defaults=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth = count = 0
    try:
        for start in range(0, len(content), _CHUNK):
            parser.feed(content[start : start + _CHUNK])
            for event, element in parser.read_events():
                if not count and element.getroottree().docinfo.doctype:
                    raise _declares()
                depth += 1 if event == "start" else -1
                count += event == "start"
                if depth > _DEEPEST or count > _MOST_ELEMENTS:
                    raise XmlUnsafe(f"This XML has more than {_DEEPEST} levels or {_MOST_ELEMENTS} elements.")
        root: etree._Element = parser.close()
    except etree.XMLSyntaxError as error:
        if error.code == etree.ErrorTypes.ERR_RESOURCE_LIMIT:
            raise XmlUnsafe("This XML is deeper, or has longer texts, than an e-invoice.") from None
        raise XmlInvalid(
            f"This XML is not well-formed: {error.msg.strip()}.", fix="Ask its sender for a whole file."
        ) from None
    if root.getroottree().docinfo.doctype:
        raise _declares()
    return root


def _declares() -> XmlUnsafe:
    return XmlUnsafe("This XML declares a document type or entities.")


def name_of(element: etree._Element) -> str:
    """An element's name without its namespace."""
    return str(element.tag).rpartition("}")[2]


def all_of(element: etree._Element, path: str) -> list[etree._Element]:
    """Elements below `element` along a path of names, whatever their namespaces: `Party|TradeParty/Name`."""
    found = [element]
    for step in path.split("/"):
        names = step.split("|")
        found = [child for parent in found for child in parent if name_of(child) in names]
    return found


def first(element: etree._Element | None, path: str) -> etree._Element | None:
    """The first such element."""
    return None if element is None else next(iter(all_of(element, path)), None)


def text_at(element: etree._Element | None, path: str) -> str | None:
    """The text of the first such element that has one, on one line."""
    if element is None:
        return None
    texts = (" ".join((found.text or "").split()) for found in all_of(element, path))
    return next((text for text in texts if text), None)


def amount_at(element: etree._Element | None, path: str) -> str | None:
    """The first such element's number in plain digits; None where there is none."""
    return plain_amount(text_at(element, path))


def plain_amount(text: str | None) -> str | None:
    """A number as XML writes it, in plain digits; None for anything else."""
    if text is None or len(text) > 30:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return format(value, "f") if value.is_finite() and abs(value.adjusted()) < 20 else None


def plain_date(text: str | None) -> str | None:
    """A date as CII (20260312) or UBL (2026-03-12, also with a time zone) writes it, as YYYY-MM-DD."""
    if text is None:
        return None
    digits = text[:10].replace("-", "")[:8]
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8])).isoformat()
    except ValueError:
        return None
