"""Items of tables whose heads say nothing: rows in which one number times another makes a third."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from invoice_ocr.items.item_rows import PROVED, RATE, Row, is_product, read_item
from invoice_ocr.layout.grid import Cell, Grid
from invoice_ocr.model import LineItem
from invoice_ocr.values.amount import find_amounts

_WORDY = 3  # letters that tell what an item is
_UNIT = 8  # letters that a unit or a currency beside a number may have
_NUMBERS = 3  # quantity, price and sum


def find(grids: Sequence[Grid], decimal: str) -> list[LineItem]:
    """The rows of a document's pages that prove themselves, in order; none where all of them only count one piece.

    decimal: as for `lines.find`. A single piece at its price proves nothing alone: any sum stands twice somewhere.
    """
    items = [item for grid in grids for cells in grid.rows if (item := _item(cells, grid.page.number, decimal))]
    if all(Decimal(1) in (item.quantity, item.unit_price) for item in items):
        return []
    whole = sum(_is_whole(item.unit_price) - _is_whole(item.quantity) for item in items)
    if whole > 0:  # pieces are whole numbers more often than prices are
        items = [replace(item, quantity=item.unit_price, unit_price=item.quantity) for item in items]
    return items


def adds_up(item: LineItem) -> bool:
    """Whether an item's quantity times its price is its amount."""
    if item.quantity is None or item.unit_price is None or item.amount is None:
        return False
    return is_product(item.quantity, item.unit_price, item.amount)


def _is_whole(value: Decimal | None) -> bool:
    return value is not None and value == value.to_integral_value()


def _item(cells: Sequence[Cell], page: int, decimal: str) -> LineItem | None:
    """The item of one row: what it is left of all its numbers, then quantity, price and, after them, the sum."""
    numbers = [cell for cell in cells if _is_number(cell)]
    words = [cell for cell in cells if sum(map(str.isalpha, cell.text)) >= _WORDY and cell not in numbers]
    if not words or len(numbers) < _NUMBERS or words[0].box.left > numbers[-_NUMBERS].box.left:
        return None
    for row in _rows(words, numbers, page):
        item = read_item(row, decimal)
        if item and item.confidence > PROVED and item.amount:
            return item
    return None


def _rows(words: Sequence[Cell], numbers: Sequence[Cell], page: int) -> Iterator[Row]:
    """What a row may say: every pair of its numbers as quantity and price of one that stands further right."""
    for kinds in combinations(numbers, _NUMBERS):
        named = zip(("quantity", "unit_price", "amount"), kinds, strict=True)
        told = {kind: list(cell.line.words) for kind, cell in named}
        told["description"] = [word for cell in words for word in cell.line.words]
        yield Row(told, page)


def _is_number(cell: Cell) -> bool:
    """Whether a cell holds one number, with a unit or a currency at most, and no rate."""
    letters = sum(map(str.isalpha, cell.text))
    return letters <= _UNIT and not RATE.search(cell.text) and len(find_amounts(cell.text)) == 1
