"""JSON as the contract has it: one object a record; `json` for reading, `jsonl` for streams."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from invoice_ocr.model import FIELD_KINDS, Box, Evidence, Field, Invoice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from invoice_ocr.model import Alternative, Code, LineItem, Record, TaxLine, Value

SCHEMA = "invoice-ocr/1"


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """One indented object where there is one record, a list of them where there are more or none."""
    write_objects((record_to_dict(record) for record in records), stream)


def write_lines(records: Iterable[Record], stream: BinaryIO) -> None:
    """One object a line, each flushed as soon as it is known."""
    for record in records:
        stream.write(encode(record_to_dict(record)) + b"\n")
        stream.flush()


def write_objects(objects: Iterable[dict[str, Any]], stream: BinaryIO) -> None:
    """One indented object where there is one, a list of them where there are more or none."""
    objects = iter(objects)
    first = list(islice(objects, 2))
    if len(first) == 1:
        stream.write(encode(first[0], indent=2) + b"\n")
        return
    stream.write(b"[")
    for index, one in enumerate(chain(first, objects)):
        stream.write((b",\n" if index else b"\n") + encode(one, indent=2))
    stream.write(b"\n]\n" if first else b"]\n")


def encode(value: Any, indent: int | None = None) -> bytes:
    """The value as UTF-8 JSON; text that UTF-8 cannot hold, as in odd file names, is escaped."""
    try:
        return json.dumps(value, ensure_ascii=False, indent=indent).encode()
    except UnicodeEncodeError:
        return json.dumps(value, indent=indent).encode()


def record_to_dict(record: Record) -> dict[str, Any]:
    """The record as the contract's JSON object: plain types only, decimals and dates as text."""
    invoice, failure = record.invoice, record.failure
    if invoice is None:
        missing = {name: Field(name, None, 0.0, "missing") for name in FIELD_KINDS}
        invoice = Invoice(missing, (), "reject", (failure.code,) if failure else ())
    return {
        "schema": SCHEMA,
        "file": record.file,
        "sha256": record.sha256,
        "document": invoice.document,
        "pages": list(invoice.pages),
        "decision": invoice.decision,
        "reasons": list(invoice.reasons),
        "fields": {name: _field(field) for name, field in invoice.fields.items()},
        "tax_lines": [_tax_line(line) for line in invoice.tax_lines],
        "line_items": [_line_item(item) for item in invoice.line_items],
        "issues": [{"code": i.code, "message": i.message, "fields": list(i.fields)} for i in invoice.issues],
        "error": {"code": failure.code, "message": failure.message, "fix": failure.fix} if failure else None,
        "recipe": record.recipe,
        **({"codes": [code_to_dict(code) | {"page": page} for page, code in record.codes]} if record.codes else {}),
    }


def code_to_dict(code: Code) -> dict[str, Any]:
    """A QR code or barcode: what kind it is, what it holds, where it is."""
    return {"format": code.format, "text": code.text, "box": plain_box(code.box)}


def plain(value: Value | None) -> str | None:
    """A value as text: decimals with a point and no exponent, dates as YYYY-MM-DD."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, date):
        return value.isoformat()
    return value


def plain_box(box: Box) -> list[float]:
    """[left, top, right, bottom] in points, to a hundredth."""
    return [round(float(side), 2) for side in (box.left, box.top, box.right, box.bottom)]


def plain_confidence(confidence: float) -> float:
    """To four places: more is noise."""
    return round(float(confidence), 4)


def _place(evidence: Evidence | None) -> dict[str, Any]:
    if evidence is None:
        return {"page": None, "box": None, "text": None}
    if not evidence.page:
        return {"page": None, "box": None, "text": evidence.text}
    return {"page": evidence.page, "box": plain_box(evidence.box), "text": evidence.text}


def _field(field: Field) -> dict[str, Any]:
    return {
        "value": plain(field.value),
        "confidence": plain_confidence(field.confidence),
        "status": field.status,
        **_place(field.evidence),
        "source": field.evidence.source if field.evidence else None,
        "rule": field.evidence.rule if field.evidence else None,
        "witnesses": [{"source": said.source, "rule": said.rule, "text": said.text} for said in field.witnesses],
        "alternatives": [_alternative(rival) for rival in field.alternatives],
    }


def _alternative(rival: Alternative) -> dict[str, Any]:
    return {
        "value": plain(rival.value),
        "confidence": plain_confidence(rival.confidence),
        **_place(rival.evidence),
    }


def _tax_line(line: TaxLine) -> dict[str, Any]:
    return {
        "rate": plain(line.rate),
        "net": plain(line.net),
        "tax": plain(line.tax),
        "category": line.category,
        "confidence": plain_confidence(line.confidence),
        **_span(line.evidence),
    }


def _line_item(item: LineItem) -> dict[str, Any]:
    return {
        "position": item.position,
        "article_number": item.article_number,
        "description": item.description,
        "quantity": plain(item.quantity),
        "unit": item.unit,
        "unit_price": plain(item.unit_price),
        "tax_rate": plain(item.tax_rate),
        "amount": plain(item.amount),
        "confidence": plain_confidence(item.confidence),
        **_span(item.evidence),
    }


def _span(evidence: tuple[Evidence, ...]) -> dict[str, Any]:
    """Where a row was seen: its first page, and the box around what stands there."""
    if not evidence or not evidence[0].page:
        return {"page": None, "box": None}
    page = evidence[0].page
    return {"page": page, "box": plain_box(Box.around(e.box for e in evidence if e.page == page))}
