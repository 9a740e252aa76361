"""What a witness says on its way between processes: plain texts from the worker, values made of them here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from invoice_ocr.intake.pages import Corners
from invoice_ocr.model import FIELD_KINDS, Box, Evidence, LineItem, Statement, TaxLine, Value, Witness

_LONGEST = 2000  # characters of a text that is passed on
_MOST_DIGITS = 40  # of an amount
NOWHERE: Corners = (0.0, 0.0, 0.0, 0.0)


@dataclass(slots=True)
class Testimony:
    """A witness as a worker gives it.

    source: e-invoice or qr. statements: (field, value, text as written, term); values spelled as the contract's JSON
    has them. tax_lines: (rate, net, tax, category). line_items: as the columns of LineItem, from position to amount.
    page: 0 and corners all 0 for what is printed nowhere.
    """

    source: str
    form: str
    title: str
    page: int = 0
    corners: Corners = NOWHERE
    statements: list[tuple[str, str, str, str]] = field(default_factory=list)
    tax_lines: list[tuple[str | None, ...]] = field(default_factory=list)
    line_items: list[tuple[str | None, ...]] = field(default_factory=list)

    def state(self, name: str, value: str | None, text: str | None = None, *, term: str) -> None:
        """Add that the field `name` has this value; nothing when the value is empty. text: as written, if unlike it."""
        if value and len(value) <= _LONGEST:
            self.statements.append((name, value, text or value, term))

    def stated(self, name: str) -> str | None:
        """The first value stated for a field."""
        return next((value for field_name, value, _, _ in self.statements if field_name == name), None)


def heard(parts: Sequence[Any]) -> Witness:
    """The Witness that a worker's message describes. ValueError or TypeError where it makes no sense."""
    source, form, title, page, corners, statements, tax_lines, line_items = parts
    if source not in {"e-invoice", "qr"}:
        raise ValueError(f"no witness is called {source!r}")
    box, number = Box(*map(float, corners)), int(page)

    def evidence(text: object, term: object) -> Evidence:
        return Evidence(number, box, str(text), f"{source}.{form}.{term}", source)

    return Witness(
        source,
        str(form),
        str(title),
        tuple(Statement(name, _value(name, value), evidence(text, term)) for name, value, text, term in statements),
        tuple(_tax_line(row, evidence(" ".join(filter(None, row)), "BG-23")) for row in tax_lines),
        tuple(_line_item(row, evidence(" ".join(filter(None, row)), "BG-25")) for row in line_items),
        number,
    )


def _value(name: str, text: str) -> Value:
    kind = FIELD_KINDS[name]
    if kind == "decimal":
        return _number(text)
    return date.fromisoformat(text) if kind == "date" else str(text)


def _number(text: str) -> Decimal:
    if not isinstance(text, str) or len(text) > _MOST_DIGITS or not Decimal(text).is_finite():
        raise ValueError("no amount")
    return Decimal(text)


def _maybe(text: str | None) -> Decimal | None:
    return None if text is None else _number(text)


def _tax_line(row: Sequence[str | None], evidence: Evidence) -> TaxLine:
    rate, net, tax, category = row
    return TaxLine(_maybe(rate), _maybe(net), _maybe(tax), category, 0.0, (evidence,))


def _line_item(row: Sequence[str | None], evidence: Evidence) -> LineItem:
    position, article, description, quantity, unit, price, rate, amount = row
    return LineItem(
        position, article, description, _maybe(quantity), unit, _maybe(price), _maybe(rate), _maybe(amount), 0.0,
        (evidence,),
    )  # fmt: skip
