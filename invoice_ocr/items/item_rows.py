"""Rows of items: the words of one gathered by kind of column, and what they say, proved by quantity times price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import pairwise

from invoice_ocr.model import Box, Evidence, LineItem, Word
from invoice_ocr.values.amount import find_amounts

RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
PROVED = 0.9  # the confidence of an item whose quantity times price is its amount is more
_UNIT = re.compile(r"[\d\s.,']+([^\W\d_][^\s\d]{0,14})$")
_CENT = Decimal("0.01")
_APART = 0.6, 1.0  # heights between two words, which are those of lines in text layers, and of letters in pixels


@dataclass(slots=True)
class Row:
    """One item while its rows are gathered: words by kind of column."""

    words: dict[str, list[Word]] = field(default_factory=dict)
    page: int = 1

    def text(self, kind: str) -> str:
        """Its words of one kind; two spaces where they stand so far apart that they make no one number."""
        words = self.words.get(kind, ())
        text = words[0].text if words else ""
        for before, word in pairwise(words):
            apart = word.box.left - before.box.right > _APART[word.source == "ocr"] * word.box.height
            text += f"{'  ' if apart else ' '}{word.text}"
        return text


def starts_item(words: dict[str, list[Word]]) -> bool:
    """Whether a row begins an item: it has a sum, and says what for or how many."""
    total = words.get("amount") or words.get("gross") or words.get("unit_price")
    if not total or not find_amounts(" ".join(word.text for word in total)):
        return False
    return bool(words.get("description") or words.get("article_number") or words.get("quantity"))


def _numbers(text: str, decimal: str) -> list[Decimal]:
    """Amounts of a cell under the document's decimal mark; both readings stay where it is unknown."""
    values: list[Decimal] = []
    for amount in find_amounts(RATE.sub(" ", text)):
        readings = list(amount.readings)
        if len(readings) > 1 and decimal:
            readings = readings[1:] if decimal in amount.text else readings[:1]
        values += readings
    return values


def is_proved(row: Row, decimal: str) -> bool:
    """Whether its quantity times its price is its amount. decimal: as for `lines.find`."""
    item = read_item(row, decimal) if "quantity" in row.words and "unit_price" in row.words else None
    return item is not None and item.confidence > PROVED


def read_item(row: Row, decimal: str) -> LineItem | None:
    """The item a row tells of; None where it has no amount, nor a quantity and a price to make it of."""
    quantities = _numbers(row.text("quantity"), decimal) or _leading_number(row.text("quantity"), decimal)
    prices = _numbers(row.text("unit_price"), decimal)
    amounts = _numbers(row.text("amount"), decimal) or _numbers(row.text("gross"), decimal)
    quantity, price, amount, proved = _agree(quantities, prices, amounts)
    if quantity is None and not proved:  # a column headed `#` or `Nr` may count pieces
        found = _agree(_numbers(row.text("position"), decimal), prices, amounts)
        quantity, price, amount, proved = found if found[3] else (quantity, price, amount, proved)
    if not proved and amounts and (sum_ := _elsewhere(row, quantities, prices, decimal)):
        quantity, price, amount, proved = *sum_, True
    if not proved and (beside := _side_by_side(row, amounts, decimal)):
        quantity, price, amount, proved = *beside, True
    description = " ".join(row.text("description").split())
    if amount is None and (price is None or quantity is None):
        return None
    if amount is None and price is not None and quantity is not None:
        amount = (price * quantity).quantize(_CENT)
    words = tuple(word for group in row.words.values() for word in group)
    box = Box.around(word.box for word in words)
    text = " ".join(word.text for word in sorted(words, key=lambda word: (word.box.top, word.box.left)))
    evidence = Evidence(row.page, box, text, "universal.line_item", words[0].source, words)
    return LineItem(
        position=row.text("position") or None,
        article_number=row.text("article_number") or None,
        description=description or None,
        quantity=quantity,
        unit=row.text("unit") or _unit(row.text("quantity")),
        unit_price=price,
        tax_rate=_tax_rate(row, decimal),
        amount=amount,
        confidence=0.95 if proved else 0.7,
        evidence=(evidence,),
    )


def _elsewhere(
    row: Row, quantities: Sequence[Decimal], prices: Sequence[Decimal], decimal: str
) -> tuple[Decimal, Decimal, Decimal] | None:
    """Quantity, price and the sum they make in a column that heads do not tell: before tax, beside one with it."""
    others = _numbers(row.text("other"), decimal)
    found = ((quantity, price, amount) for quantity in quantities for price in prices for amount in others)
    return next((numbers for numbers in found if numbers[2] and is_product(*numbers)), None)


def _side_by_side(row: Row, amounts: Sequence[Decimal], decimal: str) -> tuple[Decimal, Decimal, Decimal] | None:
    """Quantity, price and sum where two numbers side by side make the sum: a head was not read, or stands aside.

    The sum may stand in another column than that of the amounts, which then are those of taxes.
    """
    words = sorted(
        (word for kind, group in row.words.items() if kind not in ("position", "description") for word in group),
        key=lambda word: word.box.left,
    )
    numbers = [values[0] for word in words if len(values := _numbers(word.text, decimal)) == 1]
    for place, (quantity, price) in enumerate(pairwise(numbers)):
        others = numbers[:place] + numbers[place + 2 :]
        for amount in (*amounts, *others):
            if amount and amount in others and is_product(quantity, price, amount):
                return quantity, price, amount
    return None


def is_product(quantity: Decimal, price: Decimal, amount: Decimal) -> bool:
    """Whether a sum is quantity times price, also on a credit note that prints a minus before the sum alone."""
    return abs(abs(quantity * price) - abs(amount)) <= max(_CENT, abs(amount) / 2000)


def _leading_number(text: str, decimal: str) -> list[Decimal]:
    """The number at the start of `120h` or `5kg`."""
    hit = re.match(r"\s*(\d+(?:[.,]\d+)?)(?=[^\W\d_])", text)
    return _numbers(hit.group(1), decimal) if hit else []


def _agree(
    quantities: Sequence[Decimal], prices: Sequence[Decimal], amounts: Sequence[Decimal]
) -> tuple[Decimal | None, Decimal | None, Decimal | None, bool]:
    """Quantity, price and sum that fit each other (quantity times price), or the first of each."""
    for quantity in quantities:
        for price in prices:
            for amount in amounts:
                if is_product(quantity, price, amount):
                    return quantity, price, amount, True
    first = tuple(values[0] if values else None for values in (quantities, prices))
    return first[0], first[1], amounts[-1] if amounts else None, False


def _unit(text: str) -> str | None:
    hit = _UNIT.match(text.strip())
    return hit.group(1) if hit else None


def _tax_rate(row: Row, decimal: str) -> Decimal | None:
    texts = [
        row.text("tax_rate"),
        *(row.text(kind) for kind in ("unit_price", "amount", "description") if "%" in row.text(kind)),
    ]
    hit = RATE.search(texts[0]) if texts[0] else None
    if hit:
        values = _numbers(hit.group(1), decimal)
        return values[-1] if values else None
    if texts[0]:
        values = [value for value in _numbers(texts[0], decimal) if 0 <= value <= 30]
        return values[0] if values else None
    return None
