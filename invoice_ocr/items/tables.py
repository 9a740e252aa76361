"""Line items: tables read under their heads, wrapped rows joined, each row proved by quantity times price."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import permutations

from invoice_ocr.document.table_heads import LEAST, Column, find_head, has_amount, heads, shares, unnamed
from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.items import bare_items
from invoice_ocr.items.item_rows import PROVED, RATE, Row, is_proved, read_item, starts_item
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Box, Document, LineItem, Word
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.currency import read_currency

_ENDS = frozenset({"total_net", "total_gross", "subtotal", "amount_due", "total_tax"})
_BESIDE = 12.0  # points right of a table's last column, from which words are not of it
_FAR = 40.0  # points below a row, from which words no longer go on with it
_NUMERIC = frozenset({"quantity", "unit_price", "amount", "gross", "tax", "tax_rate", "discount"})
_SEVERAL = 2
_LETTERS = re.compile(r"[^\W\d_]{4}")  # more than a currency has


def find(document: Document, pack: RulePack, decimal: str) -> tuple[LineItem, ...]:
    """The items of the tables of a document, in reading order; () where no table head is understood.

    decimal: the document's decimal mark, "." or ",", or "" when unknown.
    """
    items: list[LineItem] = []
    columns: list[Column] = []
    grids = make_grids(document)
    for grid in grids:
        start = 0
        while True:
            head = find_head(grid, pack, start)
            if head:
                columns, start = head
            elif not columns or start:
                break
            first = start
            rows, start, ended = _gather(grid, columns, first, pack, decimal)
            found = _without_carried(_items(rows, decimal), items)
            if head:
                found = _by_product(grid, columns, first, pack, decimal, found)
                if not _is_table(columns, found, grids):
                    columns, start = [], first
                    continue
            items += found
            if ended:
                columns = []
            if not head or not start:
                break
    if not any(bare_items.adds_up(item) for item in items):
        bare = bare_items.find(grids, decimal)
        items = bare if len(bare) >= max(1, len(items)) and _is_summed(bare, grids) else items
    return tuple(items)


def _items(rows: Sequence[Row], decimal: str) -> list[LineItem]:
    return [item for row in rows if (item := read_item(row, decimal))]


def _without_carried(found: Sequence[LineItem], before: Sequence[LineItem]) -> list[LineItem]:
    """The items of a table without sums carried over from page to page: what all items before make, without a price.

    before: the items of the tables above.
    """
    kept: list[LineItem] = []
    total = sum((item.amount for item in before if item.amount is not None), Decimal(0))
    count = len(before)
    for item in found:
        plain = item.quantity is None and item.unit_price is None
        if plain and count >= _SEVERAL and item.amount == total:
            continue
        kept.append(item)
        total, count = total + (item.amount or 0), count + 1
    return kept


def _is_table(columns: Sequence[Column], items: Sequence[LineItem], grids: Sequence[Grid]) -> bool:
    """Whether heads that alone say little, two or none over the words, are those of items."""
    if not all(column.told for column in columns):
        return bool(items) and all(item.confidence > PROVED for item in items)
    return len(columns) >= LEAST or _is_summed(items, grids)


def _is_summed(items: Sequence[LineItem], grids: Sequence[Grid]) -> bool:
    """Whether items add up to an amount that the document prints; one alone to one that stands elsewhere, too."""
    total = sum((item.amount for item in items if item.amount is not None), Decimal(0))
    printed = (amount for grid in grids for cell in grid.cells() for amount in find_amounts(cell.text))
    return sum(total in amount.readings for amount in printed) > (len(items) < _SEVERAL)


def _by_product(
    grid: Grid, columns: Sequence[Column], first: int, pack: RulePack, decimal: str, known: list[LineItem]
) -> list[LineItem]:
    """The items with quantity and price from columns whose heads are not understood, or name a unit as `per day` does,
    where one times the other makes the amount in every row; those already known where none do.
    """
    places = unnamed(grid.rows[first - 1], columns) + [column.box for column in columns if column.kind == "unit"]
    if not places or not known or all(item.confidence > PROVED for item in known):
        return known
    kinds = [column.kind for column in columns]
    wanted = [kind for kind in ("quantity", "unit_price") if kind not in kinds]
    for boxes in permutations(places, len(wanted)) if 0 < len(wanted) <= len(places) else ():
        told = [Column(kind, box) for kind, box in zip(wanted, boxes, strict=True)]
        others = [column for column in columns if column.box not in boxes]
        found = _items(_gather(grid, [*others, *told], first, pack, decimal)[0], decimal)
        if len(found) >= len(known) and all(item.confidence > PROVED for item in found):
            return found
    return known


def _gather(
    grid: Grid, columns: Sequence[Column], start: int, pack: RulePack, decimal: str
) -> tuple[list[Row], int, bool]:
    """Rows of items from a row on; where reading stopped (0: the page ended); whether totals ended it.

    A row that proves itself is an item, though its goods may be named as a total is: a monthly fee, `Cuota mensual`.
    """
    rows: list[Row] = []
    bottom = 0.0
    for index in range(start, len(grid.rows)):
        cells = grid.rows[index]
        row = Row(_by_column(_within(cells, columns), columns), grid.page.number)
        if _ends(cells, columns, pack) and not is_proved(row, decimal):
            return rows, index + 1, True
        if len(heads(cells, pack)) >= 3 and not has_amount(cells):
            return rows, index, False
        if not any(map(str.isdigit, "".join(cell.text for cell in cells[:-1]))) and len(heads(cells[:-1], pack)) >= 3:
            return rows, index + 1, True  # the head of a table of taxes, with a total at the end of its row
        if _is_of_taxes(cells):
            return rows, index + 1, True
        far = cells[0].box.top - bottom >= _FAR
        if rows and far and is_proved(rows[-1], decimal) and not is_proved(row, decimal):
            return rows, 0, False  # the foot of the page
        if starts_item(row.words):
            rows.append(row)
            bottom = max(cell.box.bottom for cell in cells)
        elif rows and not far and set(row.words) <= {"description", "article_number", "position"}:
            for kind, more in row.words.items():
                rows[-1].words.setdefault(kind, []).extend(more)
            bottom = max(cell.box.bottom for cell in cells)
    return rows, 0, False


def _ends(cells: Sequence[Cell], columns: Sequence[Column], pack: RulePack) -> bool:
    """Whether a row begins the sums below a table: a label of a total, with its amount, and nothing in between."""
    for cell in cells:
        for hit in find_labels(cell, pack)[:1]:
            fields = {rule.field for rule in pack.by_label[hit.key]}
            if not fields & _ENDS or cell.text[: hit.start].strip(" *("):
                continue
            amounts = sum(len(find_amounts(other.text)) for other in cells[cell.column :])
            if cell.column == 0 or len(cells) - cell.column <= 2:
                return 1 <= amounts <= 3 and not any(
                    _is_item_text(other, columns, pack) for other in cells[: cell.column]
                )
    return False


def _is_of_taxes(cells: Sequence[Cell]) -> bool:
    """Whether a row stands in a table of taxes: it begins with a rate and goes on with sums alone, or totals after."""
    if not RATE.fullmatch(cells[0].text.strip()) or len(cells) < 3:
        return False
    return all(len(find_amounts(cell.text)) == 1 and not _LETTERS.search(cell.text) for cell in cells[1:3])


def _is_item_text(cell: Cell, columns: Sequence[Column], pack: RulePack) -> bool:
    """Whether a cell tells what an item is: it stands under that head, and is no head (of taxes) itself."""
    if any(not cell.text[: hit.start].strip() for hit in pack.headers.find(cell.text)[:1]):
        return False
    return any(column.kind == "description" and shares(cell.box, column.box) for column in columns)


def _within(cells: Sequence[Cell], columns: Sequence[Column]) -> list[Cell]:
    """The cells of a row without those that stand beside the table: right of a last column that holds something."""
    last = max(columns, key=lambda column: column.box.right).box
    if not any(shares(cell.box, last) for cell in cells):
        return list(cells)
    return [cell for cell in cells if cell.box.left < last.right + _BESIDE]


def _by_column(cells: Sequence[Cell], columns: Sequence[Column]) -> dict[str, list[Word]]:
    """The words of a row by the kind of column they stand in."""
    found: dict[str, list[Word]] = {}
    for cell in cells:
        under = [column for column in columns if shares(cell.box, column.box)]
        for word in cell.line.words:
            column = under[0] if len(under) == 1 and not _mixed(cell) else _column_of(word, columns)
            found.setdefault(column.kind, []).append(word)
    return found


def _mixed(cell: Cell) -> bool:
    return len(find_amounts(cell.text)) > 1


def _column_of(word: Word, columns: Sequence[Column]) -> Column:
    """The column a word stands in: numbers by the nearest head, other text never right of its own column's head."""
    numeric = any(char.isdigit() for char in word.text) and not any(char.isalpha() for char in word.text)
    numeric = numeric or bool(read_currency(word.text))
    if not numeric:
        left = [column for column in columns if column.box.left <= word.box.center_x + 4]
        wordy = (
            [column for column in left if column.kind not in _NUMERIC] if left and left[-1].kind in _NUMERIC else left
        )
        near = min(columns, key=lambda column: _apart(word.box, column.box))
        if _apart(word.box, near.box) == 0:
            return near
        return wordy[-1] if wordy else (left[-1] if left else columns[0])
    return min(columns, key=lambda column: _apart(word.box, column.box))


def _apart(box: Box, other: Box) -> float:
    return max(0.0, other.left - box.right, box.left - other.right)
