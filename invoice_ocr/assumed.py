"""What an e-invoice made here says that the invoice itself does not: marked where it is written, left out when read.

EN 16931 has no room for gaps: it wants lines, terms and a category of VAT also where an invoice names none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

_MADE = "Reconstructed from "
_BY = " by invoice-ocr; this is not the original invoice."
_ASSUMED = " Assumed, since it does not say: "
_IN_LINE = "Assumed, since the invoice does not say: "
# Terms of the whole document, by the fields of the contract.
FIELDS = {
    "payment_terms": "the payment terms",
    "amount_due": "the amount due",
    "prepaid": "the prepaid amount",
    "total_net": "the net total",
    "total_tax": "the tax total",
    "total_gross": "the gross total",
}
LINES = "the lines"
BREAKDOWN = "the VAT breakdown"
# Terms of a line, by the columns of a line item.
COLUMNS = {
    "position": "number",
    "description": "name",
    "quantity": "quantity",
    "unit": "unit",
    "unit_price": "price",
    "tax_rate": "VAT rate",
}
_ROW = ("position", "article_number", "description", "quantity", "unit", "unit_price", "tax_rate", "amount")


def category_at(rate: Decimal | None) -> str:
    """The category of VAT at a rate in percent."""
    return f"the category of VAT at {0 if not rate else format(rate.normalize(), 'f')} %"


def note(file: str, assumed: list[str]) -> str:
    """The note (BT-22) of an e-invoice made of what was read in `file`."""
    name = file.replace("\\", "/").rpartition("/")[2]
    return f"{_MADE}{name}{_BY}" + (f"{_ASSUMED}{', '.join(assumed)}." if assumed else "")


def line_note(columns: list[str]) -> str | None:
    """The note (BT-127) of a line some of whose columns no invoice states; None where it states all."""
    return _IN_LINE + ", ".join(COLUMNS[column] for column in columns) if columns else None


def in_notes(texts: Iterable[str]) -> frozenset[str]:
    """What the notes on a document say is assumed; nothing where none of them is ours."""
    ours = re.compile(f"{re.escape(_MADE)}.*{re.escape(_BY + _ASSUMED)}(.*)\\.")
    return frozenset(term for text in texts if (found := ours.fullmatch(text)) for term in found[1].split(", "))


def stated(row: Sequence[str | None], text: str | None) -> tuple[str | None, ...]:
    """A line without the columns that its note says are assumed. row: the columns of a line item in their order."""
    if text is None or not text.startswith(_IN_LINE):
        return tuple(row)
    told = text[len(_IN_LINE) :].split(", ")
    return tuple(None if COLUMNS.get(column) in told else value for column, value in zip(_ROW, row, strict=True))
