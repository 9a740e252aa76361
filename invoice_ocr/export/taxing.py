"""The VAT breakdown of EN 16931 (BG-23) from what an invoice says of its taxes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from invoice_ocr.model import Invoice, TaxLine

_CENT = Decimal("0.01")
_NOTHING = Decimal(0)
_HIGHEST = Decimal(60)  # percent; no country asks for more
# Categories without tax, and the reason that the standard wants with them.
REASONS = {
    "E": "Exempt from VAT, as stated on the invoice",
    "AE": "Reverse charge",
    "K": "Intra-community supply",
    "G": "Export outside the EU",
    "O": "Not subject to VAT",
}
_CATEGORIES = frozenset({"S", "Z", "L", "M", *REASONS})


class Totals(Protocol):
    """The sums that taxes have to make."""

    @property
    def net(self) -> Decimal: ...
    @property
    def tax(self) -> Decimal: ...


@dataclass(frozen=True, slots=True)
class Tax:
    """One rate's share. category: BT-118 (UNTDID 5305). rate: percent, None for what is not subject to VAT."""

    category: str
    rate: Decimal | None
    net: Decimal
    tax: Decimal

    @property
    def percent(self) -> Decimal:
        return self.rate or _NOTHING

    @property
    def reason(self) -> str | None:
        """Why no tax is charged (BT-120)."""
        return REASONS.get(self.category)


def taxes_of(invoice: Invoice, sums: Totals, problems: list[str]) -> tuple[Tax, ...]:
    """The breakdown, one a category and rate, that makes the sums; what is in the way is added to `problems`."""
    value = {name: field.value for name, field in invoice.fields.items()}
    known = bool(value.get("seller_vat_id") or value.get("seller_tax_number"))
    stated = [one for one in (_stated(line, sums, invoice, known=known) for line in invoice.tax_lines) if one]
    made = _evened(_merged(stated), sums, invoice)
    if len(stated) == len(invoice.tax_lines) and made and _makes(made, sums):
        return made
    whole = _whole(sums, known=known)
    if whole is None or len(made) > 1:
        problems.append("the taxes by rate do not make the totals")
        return ()
    return (whole,)


def _stated(line: TaxLine, sums: Totals, invoice: Invoice, *, known: bool) -> Tax | None:
    """A line of the breakdown; what it leaves out follows from its others, or from the totals where it is alone."""
    alone = len(invoice.tax_lines) == 1
    net = line.net if line.net is not None else sums.net if alone else None
    tax = line.tax if line.tax is not None else sums.tax if alone else None
    rate = line.rate
    if net is None and tax is not None and rate:
        net = (tax * 100 / rate).quantize(_CENT)
    if tax is None and net is not None and rate is not None:
        tax = (net * rate / 100).quantize(_CENT)
    if net is None or tax is None:
        return None
    if rate is None and line.category != "O":
        rate = _rate(net, tax)
    category = _category(line.category, rate, known=known)
    return Tax(category, None if category == "O" else rate, net, tax)


def _category(stated: str | None, rate: Decimal | None, *, known: bool) -> str:
    if stated in _CATEGORIES and (stated != "S" or rate):
        return stated
    if rate:
        return "S"
    return "E" if known else "O"


def _merged(taxes: list[Tax]) -> tuple[Tax, ...]:
    """One a category and rate: what stands apart on paper is one line of the breakdown."""
    made: dict[tuple[str, Decimal | None], Tax] = {}
    for tax in taxes:
        key = tax.category, tax.rate
        before = made.get(key)
        made[key] = tax if before is None else Tax(*key, before.net + tax.net, before.tax + tax.tax)
    return tuple(made.values())


def _evened(taxes: tuple[Tax, ...], sums: Totals, invoice: Invoice) -> tuple[Tax, ...]:
    """The breakdown with bases that followed from taxes, and so are a little uncertain, made to add up to the net."""
    followed = {line.rate for line in invoice.tax_lines if line.net is None}
    left = sums.net - sum((tax.net for tax in taxes), _NOTHING)
    loose = [tax for tax in taxes if tax.rate in followed and tax.rate]
    if not left or not loose or abs(left) > sum(_CENT * 100 / tax.percent for tax in loose):
        return taxes
    lowest = min(loose, key=lambda tax: tax.percent)
    return tuple(replace(tax, net=tax.net + left) if tax is lowest else tax for tax in taxes)


def _makes(taxes: tuple[Tax, ...], sums: Totals) -> bool:
    """Whether the breakdown makes the totals (BR-CO-14) and each tax is its rate's but for rounding (BR-CO-17)."""
    return (
        sum((tax.net for tax in taxes), _NOTHING) == sums.net
        and sum((tax.tax for tax in taxes), _NOTHING) == sums.tax
        and all(tax.rate is not None or not tax.tax for tax in taxes)
        and all(abs(tax.net * tax.percent / 100 - tax.tax) < 1 for tax in taxes)
    )


def _whole(sums: Totals, *, known: bool) -> Tax | None:
    """All at one rate, where net and tax agree on one."""
    rate = _rate(sums.net, sums.tax)
    if rate is None:
        return None
    category = _category(None, rate, known=known)
    return Tax(category, None if category == "O" else rate, sums.net, sums.tax)


def _rate(net: Decimal, tax: Decimal) -> Decimal | None:
    """The roundest rate that makes this tax of this base to the cent."""
    if not tax:
        return _NOTHING
    if not net:
        return None
    exact = tax * 100 / net
    for places in (Decimal(1), Decimal("0.5"), Decimal("0.1")):  # finer ones are a mixture of several rates
        rate = (exact / places).quantize(Decimal(1)) * places
        if 0 < rate <= _HIGHEST and abs((net * rate / 100).quantize(_CENT) - tax) <= _CENT:
            return rate
    return None
