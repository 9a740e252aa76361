"""The neutral table of accounting: a bill's rows, which always add up to what the bill says."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from invoice_ocr.export.facing import facing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from invoice_ocr.model import Invoice, LineItem, Record, TaxLine, Value

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a bill. net, tax, gross: amounts in the bill's currency; rate: percent, None where it is unknown."""

    net: Decimal
    tax: Decimal
    gross: Decimal
    rate: Decimal | None
    description: str = ""
    article_number: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal = _NOTHING


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice to be booked. values: its fields by name, with `file`, `sha256`, `id` and `decision` beside them."""

    values: dict[str, Value | None]
    rows: tuple[Row, ...]
    key: tuple[str, int]  # SHA-256 of the document, and which invoice in it

    @property
    def credit(self) -> bool:
        return self.values.get("document_type") == "credit_note"


def bill_of(record: Record, *, rows: str) -> Bill | None:
    """The bill that a record is; None where there is no total.

    rows: "lines" for one a line item, "rates" for one a rate of tax, "whole" for a single one. Finer rows are given
    only where they add up to net, tax and gross of the bill; else coarser ones.
    """
    invoice = record.invoice
    if invoice is None or not isinstance(_value(invoice, "total_gross"), Decimal):
        return None
    values = {name: field.value for name, field in invoice.fields.items()}
    invoice = facing(invoice)
    key = (record.sha256, invoice.document)
    values |= {"file": record.file, "sha256": record.sha256, "id": record.sha256[:12], "decision": invoice.decision}
    wanted = {"lines": (_of_lines, _of_rates), "rates": (_of_rates,), "whole": ()}[rows]
    for make in wanted:
        made = make(invoice)
        if made and _adds_up(made, invoice):
            return Bill(values, made, key)
    return Bill(values, (_whole(invoice),), key)


def _of_lines(invoice: Invoice) -> tuple[Row, ...]:
    """A row a line item, tax by its rate or the bill's only one; cents that rounding leaves over go to the largest."""
    only = invoice.tax_lines[0].rate if len(invoice.tax_lines) == 1 else None
    if not invoice.tax_lines and _amount(invoice, "total_tax") == 0:
        only = _NOTHING
    rows = []
    for item in invoice.line_items:
        rate = item.tax_rate if item.tax_rate is not None else only
        if item.amount is None or rate is None:
            return ()
        tax = (item.amount * rate / 100).quantize(_CENT)
        rows.append(_row(item.amount, tax, rate, item))
    return _evened(rows, _amount(invoice, "total_tax"))


def _row(net: Decimal, tax: Decimal, rate: Decimal, item: LineItem) -> Row:
    quantity, price = item.quantity, item.unit_price
    if quantity is None or price is None or (quantity * price).quantize(_CENT, ROUND_HALF_UP) != net:
        quantity, price = Decimal(1), net  # a program that multiplies would book another amount
    return Row(net, tax, net + tax, rate, item.description or "", item.article_number or "", quantity, price)


def _evened(rows: list[Row], tax: Decimal | None) -> tuple[Row, ...]:
    """The rows with a difference of cents between their taxes and the bill's put where it weighs least."""
    left = (tax or _NOTHING) - sum((row.tax for row in rows), _NOTHING)
    if not rows or tax is None or abs(left) > _CENT * len(rows):
        return tuple(rows)
    index = max(range(len(rows)), key=lambda one: abs(rows[one].net))
    row = rows[index]
    rows[index] = Row(
        row.net,
        row.tax + left,
        row.gross + left,
        row.rate,
        row.description,
        row.article_number,
        row.quantity,
        row.unit_price,
    )
    return tuple(rows)


def _of_rates(invoice: Invoice) -> tuple[Row, ...]:
    rows = tuple(_of_rates_one(line) for line in invoice.tax_lines)
    return tuple(row for row in rows if row is not None and (row.net or row.tax)) if all(rows) else ()


def _of_rates_one(line: TaxLine) -> Row | None:
    if line.net is None or line.tax is None:
        return None
    return Row(line.net, line.tax, line.net + line.tax, line.rate, unit_price=line.net)


def _whole(invoice: Invoice) -> Row:
    """One row for all: what is not known of net and tax follows from the other, or the gross amount is net."""
    gross = _amount(invoice, "total_gross") or _NOTHING
    net, tax = _amount(invoice, "total_net"), _amount(invoice, "total_tax")
    if net is None:
        net = gross - (tax or _NOTHING)
    only = invoice.tax_lines[0].rate if len(invoice.tax_lines) == 1 else None
    return Row(net, gross - net, gross, only, unit_price=net)


def _adds_up(rows: Sequence[Row], invoice: Invoice) -> bool:
    """Whether rows sum up to the amounts of the bill, to the cent."""
    wanted = [("net", "total_net"), ("tax", "total_tax"), ("gross", "total_gross")]
    sums = [(sum((getattr(row, part) for row in rows), _NOTHING), _amount(invoice, name)) for part, name in wanted]
    return all(total is None or made == total for made, total in sums)


def _amount(invoice: Invoice, name: str) -> Decimal | None:
    value = _value(invoice, name)
    return value if isinstance(value, Decimal) else None


def _value(invoice: Invoice, name: str) -> Value | None:
    field = invoice.fields.get(name)
    return field.value if field else None


def bills(records: Iterator[Record], *, rows: str, decisions: Sequence[str]) -> Iterator[Bill]:
    """The bills among records whose decision is one of `decisions`. Of nothing at all there is no booking."""
    for record in records:
        if record.invoice is not None and record.invoice.decision in decisions:
            bill = bill_of(record, rows=rows)
            if bill is not None and (rows == "lines" or any(row.net or row.tax for row in bill.rows)):
                yield bill
