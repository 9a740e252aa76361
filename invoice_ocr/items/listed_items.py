"""Items of lists without heads, as tills print them: what was bought and its sum, row by row, down to their total."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from invoice_ocr.choices import Resolution
from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.items.item_rows import Row, is_product, read_item
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Document, LineItem, Word
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import Amount, find_amounts
from invoice_ocr.values.text import has_digit

_ENDS = frozenset({"total_net", "total_gross", "subtotal", "amount_due"})
_SUMS = _ENDS | {"total_tax", "cash", "change", "prepaid", "rounding", "balance", "withheld"}
_REDUCED = frozenset({"discount"})
_CENTS, _CODE, _WORDY, _SEVERAL = 2, 2, 3, 2  # decimals; letters behind a sum; letters of what was bought; items
_MOSTLY = 0.5  # of the letters of a row are its label
_UNIT = 2  # words: a number and its unit
_COUNT = re.compile(r"\d{1,3}(?:[xX×])?")
_GLUED = re.compile(r"(?<=\d[.,]\d\d)[A-H](?!\w)")  # the code of a tax at a sum: `13,80C`
_TIMES = re.compile(r"[xX×*]")


@dataclass(slots=True)
class _Listed:
    """A row that tells what was bought, in its own words or those of the line above, and for how much.

    labelled: it begins with a label, and so may tell of something else. reduced: that of a discount.
    """

    words: list[Word]
    amount: list[Word]
    value: Decimal
    page: int
    labelled: bool
    reduced: bool


def find(document: Document, pack: RulePack, decimal: str, resolution: Resolution) -> tuple[LineItem, ...]:
    """The items above the first total of a document that they add up to, or with its tax; () where none do.

    decimal: the document's decimal mark, or "" when unknown.
    """
    gross, net, tax = (resolution.amount(name) for name in ("total_gross", "total_net", "total_tax"))
    totals = [value for value in (gross, net, gross - tax if gross and tax else None) if value is not None]
    for least in (0.0, _MOSTLY) if totals else ():
        for grid in make_grids(document):
            if found := _of_page(grid, pack, decimal, totals, least):
                return tuple(_items([one for one in found if not one.reduced], decimal))
    return ()


def _of_page(grid: Grid, pack: RulePack, decimal: str, totals: Sequence[Decimal], least: float) -> Sequence[_Listed]:
    """The rows of a page that make one of its totals. totals: the document's. least: as for `_fields`."""
    listed: list[_Listed] = []
    loose: list[Word] = []
    for row in grid.rows:
        fields = _fields(row, pack, least)
        total = _value(row, decimal) if fields & _ENDS and listed else None
        if total is not None and total <= max(totals):
            sums = (total, *totals) if total in totals else (total,)
            if found := next((rows for value in sums if (rows := _adding_up_to(value, listed))), None):
                return found
        one = None if fields & _SUMS else _read(row, grid, loose, decimal, fields)
        if one:
            listed.append(one)
        loose = [] if one or len(row) > 1 else list(row[0].line.words)
    return ()


def _fields(row: Sequence[Cell], pack: RulePack, least: float) -> set[str]:
    """The fields of the label that a row begins with.

    least: share of the letters before the sum that it is, as in `Total care shampoo` it is little.
    """
    text = row[0].text
    hits = [hit for hit in find_labels(row[0], pack)[:1] if not text[: hit.start].strip(" *•-(")]
    told = sum(map(str.isalpha, text))
    hits = [hit for hit in hits if sum(map(str.isalpha, text[: hit.end])) > least * told]
    return {rule.field for hit in hits for rule in pack.by_label[hit.key]}


def _last(row: Sequence[Cell]) -> Amount | None:
    """The amount with cents that ends a row, with the code of a tax behind it at most."""
    text = _GLUED.sub(" ", row[-1].text)
    found = find_amounts(text)
    if not found or found[-1].decimals != _CENTS or sum(map(str.isalpha, text[found[-1].end :])) > _CODE:
        return None
    return found[-1]


def _value(row: Sequence[Cell], decimal: str) -> Decimal | None:
    amount = _last(row)
    if amount is None:
        return None
    readings = amount.readings
    return readings[-1] if len(readings) > 1 and decimal and decimal in amount.text else readings[0]


def _read(row: Sequence[Cell], grid: Grid, loose: list[Word], decimal: str, fields: set[str]) -> _Listed | None:
    amount, value = _last(row), _value(row, decimal)
    if amount is None or not value:
        return None
    own = [word for cell in row[:-1] for word in cell.line.words]
    before = row[-1].words(0, amount.start) if row[-1].text[: amount.start].strip() else ()
    words = [*own, *before]
    if sum(map(str.isalpha, "".join(word.text for word in words))) < _WORDY:
        words = [*loose, *words]
    if sum(map(str.isalpha, "".join(word.text for word in words))) < _WORDY:
        return None
    words_of_sum = [replace(word, text=_GLUED.sub("", word.text)) for word in row[-1].words(amount.start, amount.end)]
    return _Listed(words, words_of_sum, value, grid.page.number, bool(fields), bool(fields & _REDUCED))


def _adding_up_to(total: Decimal, listed: Sequence[_Listed]) -> list[_Listed]:
    """The first of some rows that make a total, above those of taxes, or the last; two at least of several."""
    for rows in (listed, listed[::-1]):
        whole = Decimal(0)
        for count, one in enumerate(rows, 1):
            whole += one.value
            if whole == total and (count >= _SEVERAL or (len(listed) == 1 and not one.labelled)):
                return [one for one in listed if one in rows[:count]]
    return []


def _items(listed: Sequence[_Listed], decimal: str) -> Iterator[LineItem]:
    counts = [one.words[0].text for one in listed]
    counted = all(_COUNT.fullmatch(text) for text in counts)
    in_order = len(listed) > 1 and counts == [str(place) for place in range(1, len(listed) + 1)]
    for one in listed:
        words = list(one.words)
        row = Row({"amount": one.amount}, one.page)
        times = len(words) > 1 and bool(_TIMES.fullmatch(words[1].text))
        if has_digit(words[0].text) and _COUNT.fullmatch(words[0].text):
            told = times or not words[0].text.isdigit() or (counted and not in_order)
            if told or (counted and in_order):
                row.words["quantity" if told else "position"] = [words.pop(0)]
                words = words[1:] if times else words
        row.words["description"] = words
        priced = _priced(words, one.value, decimal)
        row.words |= {kind: [word] for kind, word in priced.items()} if "quantity" not in row.words else {}
        item = read_item(row, decimal)
        if item:
            yield item


def _priced(words: Sequence[Word], value: Decimal, decimal: str) -> dict[str, Word]:
    """The words of how many and for how much each in `6 pcs x 9.45` or `6 | 9.45`, where they make the sum; else {}."""
    for count, price in _pairs(words):
        row = Row({"quantity": [count], "unit_price": [price], "amount": [price]})
        item = read_item(row, decimal)
        if item and item.quantity and item.unit_price and is_product(item.quantity, item.unit_price, value):
            return {"quantity": count, "unit_price": price}
    return {}


def _pairs(words: Sequence[Word]) -> Iterator[tuple[Word, Word]]:
    """What may be how many and for how much each: on both sides of a sign of multiplication, and the last numbers."""
    for place, word in enumerate(words):
        if not _TIMES.match(word.text) or not (len(word.text) == 1 or word.text[1].isdigit()):
            continue
        counts = [one for one in words[max(0, place - _UNIT) : place] if has_digit(one.text)]
        behind = words[place + 1 : place + 1 + _UNIT] if len(word.text) == 1 else [word]
        prices = [one for one in behind if has_digit(one.text)]
        if counts and prices:
            yield counts[-1], prices[0]
    numbers = [word for word in words[1:] if has_digit(word.text) and not any(map(str.isalpha, word.text))]
    if len(numbers) > 1:
        yield numbers[-2], numbers[-1]
