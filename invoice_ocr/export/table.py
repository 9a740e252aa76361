"""Records as rows and columns: the one table that CSV and XLSX write, in values still typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoice_ocr.model import FIELD_KINDS, Value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoice_ocr.model import Record

Cell = Value | float | int | None

COLUMNS: tuple[str, ...] = (
    *FIELD_KINDS,
    *(f"{name}_confidence" for name in FIELD_KINDS),
    "decision",
    "reasons",
    "file",
    "pages",
)
ITEM_COLUMNS: tuple[str, ...] = (
    "file",
    "document",
    "invoice_number",
    "position",
    "article_number",
    "description",
    "quantity",
    "unit",
    "unit_price",
    "tax_rate",
    "amount",
    "confidence",
)
TAX_COLUMNS: tuple[str, ...] = ("file", "document", "invoice_number", "rate", "net", "tax", "category", "confidence")

# Excel, LibreOffice and Google Sheets take text that starts so for a formula, some after blanks, some full-width.
_STARTS_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def row(record: Record) -> list[Cell]:
    """One record under COLUMNS; an input that failed has no values, and its error's code as reason."""
    invoice = record.invoice
    if invoice is None:
        reasons = record.failure.code if record.failure else ""
        return [*[None] * (2 * len(FIELD_KINDS)), "reject", reasons, record.file, ""]
    fields = [invoice.fields.get(name) for name in FIELD_KINDS]
    return [
        *(field.value if field else None for field in fields),
        *(round(field.confidence, 4) if field and field.value is not None else None for field in fields),
        invoice.decision,
        ", ".join(invoice.reasons),
        record.file,
        ", ".join(map(str, invoice.pages)),
    ]


def item_rows(record: Record) -> Iterator[list[Cell]]:
    """The record's line items under ITEM_COLUMNS."""
    if record.invoice is None:
        return
    for item in record.invoice.line_items:
        yield [
            *_whose(record),
            item.position,
            item.article_number,
            item.description,
            item.quantity,
            item.unit,
            item.unit_price,
            item.tax_rate,
            item.amount,
            round(item.confidence, 4),
        ]


def tax_rows(record: Record) -> Iterator[list[Cell]]:
    """The record's tax lines under TAX_COLUMNS."""
    if record.invoice is None:
        return
    for line in record.invoice.tax_lines:
        yield [*_whose(record), line.rate, line.net, line.tax, line.category, round(line.confidence, 4)]


def starts_formula(text: str) -> bool:
    """Whether a spreadsheet may take this text for a formula."""
    return text[:1] in {"\t", "\r"} or text.lstrip().lstrip("\ufeff\u200b\x00").startswith(_STARTS_FORMULA)


def _whose(record: Record) -> list[Cell]:
    invoice = record.invoice
    number = invoice.fields.get("invoice_number") if invoice else None
    return [record.file, invoice.document if invoice else 1, number.value if number else None]
