"""What makes two invoices the same one, and what a supplier is known by: the ledger's memory of earlier documents."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any

from invoice_ocr.model import Invoice, Issue

if TYPE_CHECKING:
    from invoice_ocr.model import Value

_ALIKE = 85  # of 100: names of sellers as far apart as one misread letter in seven are still the same
_NAMES = {
    "invoice_number": "number",
    "issue_date": "date",
    "total_gross": "gross",
    "seller_vat_id": "vat_id",
    "seller_name": "seller",
    "iban": "iban",
}


@dataclass(frozen=True, slots=True)
class Keys:
    """What the ledger compares of an invoice, folded; "" where it does not say. sure: a person gave the IBAN."""

    number: str = ""
    date: str = ""
    gross: str = ""
    vat_id: str = ""
    seller: str = ""
    iban: str = ""
    sure: bool = False

    def with_value(self, name: str, value: Value | None) -> Keys:
        """The keys after a correction of the field `name`."""
        if name not in _NAMES:
            return self
        changes: dict[str, Any] = {_NAMES[name]: folded(value)}
        return replace(self, **changes, sure=self.sure or name == "iban")


def keys_of(invoice: Invoice | None) -> list[str | bool] | None:
    """The values of an invoice's Keys, in order, for JSON; None for no invoice."""
    if invoice is None:
        return None
    values = {key: folded(f.value if (f := invoice.fields.get(name)) else None) for name, key in _NAMES.items()}
    return [values.get(one.name, False) for one in fields(Keys)]


def folded(value: Value | None) -> str:
    """A value as text without case, blanks and marks; amounts as they are."""
    from decimal import Decimal

    if value is None:
        return ""
    if isinstance(value, Decimal):
        return str(value.normalize())
    return "".join(c for c in str(value).casefold() if c.isalnum())


@dataclass(slots=True)
class Memory:
    """Invoices met so far: the same ones by number, date and amount, sellers by VAT id or name with their accounts."""

    _invoices: defaultdict[tuple[str, str, str], list[tuple[Keys, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _accounts: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def meet(self, keys: Keys, name: str) -> list[Issue]:
        """Issues of an invoice in the light of those met before it; it is remembered. name: of its document."""
        return [*self._duplicate(keys, name), *self._bank(keys)]

    def _duplicate(self, keys: Keys, name: str) -> list[Issue]:
        if not (keys.number and keys.date and keys.gross and (keys.vat_id or keys.seller)):
            return []
        others = self._invoices[keys.number, keys.date, keys.gross]
        first = next((other for earlier, other in others if _same_seller(keys, earlier)), None)
        if first is not None:
            return [Issue("duplicate", f"the same invoice as {first}: seller, number, date and amount agree")]
        others.append((keys, name))
        return []

    def _bank(self, keys: Keys) -> list[Issue]:
        sellers = [seller for seller in (keys.vat_id, keys.seller) if seller]
        known = set().union(*(self._accounts[seller] for seller in sellers)) if sellers else set()
        if not keys.iban or not sellers:
            return []
        if known and keys.iban not in known and not keys.sure:
            shown = ", ".join(sorted(iban.upper() for iban in known))
            return [Issue("bank.changed", f"earlier invoices of this seller bore another IBAN: {shown}", ("iban",))]
        if keys.sure or _is_iban(keys.iban):  # one misread would call every right one changed
            for seller in sellers:
                self._accounts[seller].add(keys.iban)
        return []


def _is_iban(text: str) -> bool:
    from stdnum import iban

    return bool(iban.is_valid(text))


def _same_seller(one: Keys, other: Keys) -> bool:
    from rapidfuzz import fuzz

    if one.vat_id and other.vat_id:
        return one.vat_id == other.vat_id
    return bool(one.seller and other.seller and fuzz.ratio(one.seller, other.seller) >= _ALIKE)
