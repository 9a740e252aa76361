"""Credit notes with all their amounts above zero, as EN 16931 and accounting programs want them."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from invoice_ocr.model import Invoice, LineItem, TaxLine

_NOTHING = Decimal(0)


def facing(invoice: Invoice) -> Invoice:
    """The invoice; of a credit note whose lines are printed with a minus, and its totals are not, the lines turned.

    The totals of a credit note are above zero whatever is printed; what its lines and taxes say is kept as it stands.
    """
    kind, net = invoice.fields.get("document_type"), invoice.fields.get("total_net")
    if kind is None or kind.value != "credit_note":
        return invoice
    items, taxes = invoice.line_items, invoice.tax_lines
    against = net.value if net is not None and isinstance(net.value, Decimal) else Decimal(1)
    if _turned(sum((item.amount or _NOTHING for item in items), _NOTHING), against):
        items = tuple(map(_item, items))
    if _turned(sum(((line.net or _NOTHING) + (line.tax or _NOTHING) for line in taxes), _NOTHING), against):
        taxes = tuple(map(_tax, taxes))
    return replace(invoice, line_items=items, tax_lines=taxes)


def _turned(found: Decimal, against: Decimal) -> bool:
    return found * against < 0


def _item(item: LineItem) -> LineItem:
    """A line with the other sign: of its quantity or its price, whichever has it."""
    amount = None if item.amount is None else -item.amount
    if item.quantity is not None and item.quantity < 0:
        return replace(item, amount=amount, quantity=-item.quantity)
    return replace(item, amount=amount, unit_price=None if item.unit_price is None else _like(item.unit_price, amount))


def _like(price: Decimal, amount: Decimal | None) -> Decimal:
    """A price that agrees with the sign of what it makes: prices of credits are often printed without a minus."""
    return price.copy_abs() if amount is None or amount >= 0 else -price.copy_abs()


def _tax(line: TaxLine) -> TaxLine:
    return replace(line, net=None if line.net is None else -line.net, tax=None if line.tax is None else -line.tax)
