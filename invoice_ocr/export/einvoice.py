"""A record as EN 16931 wants it: every sum settled, every mandatory term there, or the list of what is in the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from invoice_ocr import assumed
from invoice_ocr.errors import NotExportable
from invoice_ocr.export.countries import country_of, vat_country
from invoice_ocr.export.facing import facing
from invoice_ocr.export.taxing import Tax, taxes_of
from invoice_ocr.export.units import unit_code

if TYPE_CHECKING:
    from invoice_ocr.model import Invoice, LineItem, Record, Value

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_DIFFERENCE = "Difference between the lines and the total"


@dataclass(frozen=True, slots=True)
class Party:
    """Seller (BG-4) or buyer (BG-7). tax_number: BT-32, registration: BT-30 or BT-47, identifier: BT-29 or BT-46.

    A VAT id without the prefix of a country stands where other registrations do: BT-31 and BT-48 want one.
    """

    name: str
    country: str
    vat_id: str | None = None
    tax_number: str | None = None
    registration: str | None = None
    identifier: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line (BG-25). price: net, of one unit; unit: code of UN/ECE Recommendation 20; tax: its breakdown.

    note: BT-127, what of it is assumed.
    """

    number: str
    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    amount: Decimal
    tax: Tax
    article: str | None = None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class Adjustment:
    """An allowance (BG-20), or with `charge` a charge (BG-21), of the whole document. amount: above zero."""

    charge: bool
    amount: Decimal
    tax: Tax
    reason: str = _DIFFERENCE


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals (BG-22), which agree with each other."""

    lines: Decimal
    allowances: Decimal
    charges: Decimal
    net: Decimal
    tax: Decimal
    gross: Decimal
    prepaid: Decimal
    rounding: Decimal
    due: Decimal


@dataclass(frozen=True, slots=True)
class EInvoice:
    """What is written, in the terms of EN 16931. texts, dates: the other fields of the contract, by name."""

    number: str
    issued: date
    credit: bool
    currency: str
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    taxes: tuple[Tax, ...]
    sums: Sums
    note: str
    texts: dict[str, str]
    dates: dict[str, date]

    @property
    def terms(self) -> str | None:
        """BT-20. The standard wants it, or a due date, wherever something is to be paid."""
        owed = self.sums.due > 0 and "due_date" not in self.dates
        return self.texts.get("payment_terms") or ("Not stated on the invoice" if owed else None)

    @property
    def means(self) -> str | None:
        """BT-81: 58 SEPA transfer, 30 transfer, 1 not said; None where nothing is known of the payment."""
        if "iban" in self.texts:
            return "58" if self.currency == "EUR" else "30"
        return "1" if "payment_reference" in self.texts else None


_TEXTS = ("buyer_reference", "purchase_order", "contract", "iban", "bic", "payment_reference", "payment_terms")
_DATES = ("due_date", "delivery_date", "period_start", "period_end")


def einvoice_of(record: Record, *, force: bool = False) -> EInvoice:
    """The record as an e-invoice. force: also one that is for review.

    Raises NotExportable, which names everything that is in the way: EN 16931 has no room for gaps.
    """
    invoice = record.invoice
    if invoice is None:
        raise NotExportable(f"{record.file} could not be read.", fix="See its error in invoice-ocr status.")
    if invoice.decision != "post" and not force:
        raise NotExportable(f"{record.file} is for review: {', '.join(invoice.reasons)}.")
    invoice = facing(invoice)
    problems: list[str] = []
    values = {name: field.value for name, field in invoice.fields.items() if field.value is not None}
    sums = _totals(values, [line.tax for line in invoice.tax_lines], problems)
    taxes = taxes_of(invoice, sums, problems) if sums else ()
    seller, buyer, unsaid = _parties(values, problems)
    number, issued, currency = values.get("invoice_number"), values.get("issue_date"), values.get("currency")
    for value, term in ((number, "number"), (issued, "issue date"), (currency, "currency")):
        if value is None:
            problems.append(f"the {term} is missing")
    if values.get("document_type") == "other":
        problems.append("it is no invoice")
    problems += _tax_ids(taxes, seller, buyer)
    if problems or sums is None:
        raise NotExportable(f"{record.file} lacks what EN 16931 asks for: {'; '.join(dict.fromkeys(problems))}.")
    lines = _lines(invoice, taxes, sums)
    adjustments = tuple(_adjustments(lines, taxes))
    unsaid += _unsaid(invoice, values, sums)
    return EInvoice(
        str(number),
        issued if isinstance(issued, date) else date.min,
        values.get("document_type") == "credit_note",
        str(currency),
        seller,
        buyer,
        lines,
        adjustments,
        taxes,
        _with_lines(sums, lines, adjustments),
        assumed.note(record.file, unsaid),
        {name: str(values[name]) for name in _TEXTS if name in values},
        {name: value for name in _DATES if isinstance(value := values.get(name), date)},
    )


def _unsaid(invoice: Invoice, values: dict[str, Value], sums: Sums) -> Iterator[str]:
    """What the standard wants and the invoice does not say."""
    written = {"prepaid": bool(sums.prepaid), "payment_terms": sums.due > 0 and "due_date" not in values}
    yield from (term for name, term in assumed.FIELDS.items() if name not in values and written.get(name, True))
    if not invoice.line_items:
        yield assumed.LINES
    if not invoice.tax_lines:
        yield assumed.BREAKDOWN
    yield from (assumed.category_at(line.rate) for line in invoice.tax_lines if line.category is None)


def _totals(values: dict[str, Value], by_rate: list[Decimal | None], problems: list[str]) -> Sums | None:
    """The document's totals, those that are missing from the others. by_rate: the taxes that make the whole one."""
    net, tax, gross, prepaid, due = (
        value if isinstance(value := values.get(name), Decimal) else None
        for name in ("total_net", "total_tax", "total_gross", "prepaid", "amount_due")
    )
    taxes = [tax for tax in by_rate if tax is not None]
    if tax is None and taxes and len(taxes) == len(by_rate):
        tax = sum(taxes, _NOTHING)
    if gross is None and net is not None and tax is not None:
        gross = net + tax
    if gross is not None and net is None and tax is not None:
        net = gross - tax
    if gross is None or net is None:
        problems.append("net and gross total are not both known")
        return None
    if tax is None:
        tax = gross - net
    if net + tax != gross:
        problems.append(f"net {net} and tax {tax} do not make {gross}")
        return None
    if prepaid is None:
        less = due is not None and _NOTHING <= due < gross and not _is_rounded(gross, due)
        prepaid = gross - due if less and due is not None else _NOTHING
    if due is None:
        due = gross - prepaid
    rounding = due - (gross - prepaid)
    if abs(rounding) >= 1:
        problems.append(f"gross {gross} less prepaid {prepaid} does not make {due}")
    return Sums(_NOTHING, _NOTHING, _NOTHING, net, tax, gross, prepaid, rounding, due)


def _is_rounded(gross: Decimal, due: Decimal) -> bool:
    """Whether what is to be paid is the gross total rounded, as cash is: to five cents, ten, a half, or whole units."""
    return abs(due - gross) < 1 and any(
        due % step == 0 and abs(due - gross) <= step / 2 for step in map(Decimal, ("0.05", "0.1", "0.5", "1"))
    )


def _parties(values: dict[str, Value], problems: list[str]) -> tuple[Party, Party, list[str]]:
    """Seller, buyer, and what was assumed of them."""

    def text(name: str) -> str | None:
        return str(values[name]) if name in values else None

    vat, number, registration = text("seller_vat_id"), text("seller_tax_number"), text("seller_registration")
    if vat and not vat_country(vat):
        vat, number = None, number or vat
    identifier = number if not (vat or registration) else None
    seller_country = country_of(vat, text("iban"), text("currency"))
    buyer_vat, buyer_number = text("buyer_vat_id"), None
    if buyer_vat and not vat_country(buyer_vat):
        buyer_vat, buyer_number = None, buyer_vat
    buyer_country = vat_country(buyer_vat or "")
    seller = Party(text("seller_name") or "", seller_country or "", vat, number, registration, identifier)
    buyer = Party(text("buyer_name") or "", buyer_country or seller_country or "", buyer_vat)
    buyer = replace(buyer, registration=buyer_number, identifier=text("customer_number"))
    for value, term in (
        (seller.name, "seller's name"),
        (buyer.name, "buyer's name"),
        (seller.country, "seller's country"),
        (vat or number or registration, "seller's VAT id or registration"),
    ):
        if not value:
            problems.append(f"the {term} is missing")
    return seller, buyer, [] if buyer_country else ["the buyer's country"]


def _tax_ids(taxes: tuple[Tax, ...], seller: Party, buyer: Party) -> Iterator[str]:
    """What the categories of VAT ask of both parties and do not find (rules BR-S-02 and its like)."""
    categories = {tax.category for tax in taxes}
    if categories & {"S", "Z", "E", "AE"} and not (seller.vat_id or seller.tax_number):
        yield "the seller's VAT id or tax number is missing"
    if categories & {"K", "G"} and not seller.vat_id:
        yield "the seller's VAT id is missing"
    if categories & {"AE", "K"} and not buyer.vat_id:
        yield "the buyer's VAT id is missing"
    if "O" in categories and (seller.vat_id or buyer.vat_id or len(taxes) > 1):
        yield "VAT ids or rates stand beside what is not subject to VAT"


def _lines(invoice: Invoice, taxes: tuple[Tax, ...], sums: Sums) -> tuple[Line, ...]:
    """The invoice's lines where they add up, or come from an e-invoice; else one a rate of tax."""
    made = [_line(invoice, index, taxes) for index in range(len(invoice.line_items))]
    lines = tuple(line for line in made if line is not None)
    stated = all(_is_stated(item) for item in invoice.line_items)
    adds_up = abs(sum((line.amount for line in lines), _NOTHING) - sums.net) <= _CENT * len(lines)
    if lines and len(lines) == len(made) and (stated or adds_up):
        return lines
    return tuple(
        Line(str(number), f"As invoiced, VAT {tax.percent} %", Decimal(1), "C62", abs(tax.net), tax.net, tax)
        if tax.net >= 0
        else Line(str(number), f"As invoiced, VAT {tax.percent} %", Decimal(-1), "C62", -tax.net, tax.net, tax)
        for number, tax in enumerate(taxes, 1)
    )


def _is_stated(item: LineItem) -> bool:
    """Whether an e-invoice says so: then nothing about it was misread."""
    return bool(item.evidence) and item.evidence[0].source == "e-invoice"


def _line(invoice: Invoice, index: int, taxes: tuple[Tax, ...]) -> Line | None:
    """One line item, or None where its amount, its rate or its name is not known."""
    item = invoice.line_items[index]
    tax = next((one for one in taxes if item.tax_rate is not None and one.percent == item.tax_rate), None)
    if tax is None and (item.tax_rate is None or not item.tax_rate) and len(taxes) == 1:
        tax = taxes[0]
    if tax is None or item.amount is None or not (item.description or item.article_number):
        return None
    quantity = item.quantity or Decimal(1)
    price = item.unit_price
    if price is None:
        price = (item.amount / quantity).quantize(Decimal("0.0001"))
    if price < 0:
        quantity, price = -quantity, -price
    name = item.description or item.article_number or ""
    unit = item.unit if item.unit and _is_stated(item) else unit_code(item.unit)
    amount = item.amount.quantize(_CENT)
    note = assumed.line_note([column for column in assumed.COLUMNS if getattr(item, column) is None])
    return Line(item.position or str(index + 1), name, quantity, unit, price, amount, tax, item.article_number, note)


def _adjustments(lines: tuple[Line, ...], taxes: tuple[Tax, ...]) -> Iterator[Adjustment]:
    """What is between the lines of each rate and its base: discounts and freight that no line tells of, and cents."""
    for tax in taxes:
        left = tax.net - sum((line.amount for line in lines if line.tax == tax), _NOTHING)
        if left:
            yield Adjustment(left > 0, abs(left), tax)


def _with_lines(sums: Sums, lines: tuple[Line, ...], adjustments: tuple[Adjustment, ...]) -> Sums:
    charges = sum((one.amount for one in adjustments if one.charge), _NOTHING)
    allowances = sum((one.amount for one in adjustments if not one.charge), _NOTHING)
    return replace(sums, lines=sum((line.amount for line in lines), _NOTHING), allowances=allowances, charges=charges)
