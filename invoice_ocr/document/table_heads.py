"""The heads of a table of items: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from invoice_ocr.document.head_blocks import blocks
from invoice_ocr.layout.grid import Cell, Grid
from invoice_ocr.model import Box
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import find_amounts

# Heads of a table stand in one row, or in up to three rows this many points apart.
_HEAD_HEIGHT = 26.0
_WORDY = 3  # letters
_SIGNS = re.compile(r"\.?\s?\(?[%€$£]\)?")  # behind a head: `Disc. %`
LEAST = 3  # columns that make a table; what and how much alone may head anything


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: its kind and where its head stands."""

    kind: str
    box: Box
    told: bool = True  # by its head; else only by its place


def find_head(grid: Grid, pack: RulePack, start: int) -> tuple[list[Column], int] | None:
    """The first head of a table at or below a row, and the row after it."""
    for index in range(start, len(grid.rows)):
        columns = heads(grid.rows[index], pack)
        if len({column.kind for column in columns}) < 2:
            continue
        last = index
        top = columns[0].box.top
        above = heads(grid.rows[index - 1], pack) if index else []
        if above and top - above[0].box.top < 0.6 * _HEAD_HEIGHT:
            columns = _stacked(above, columns)
        for below in range(index + 1, min(index + 4, len(grid.rows))):
            more = heads(grid.rows[below], pack)
            near = grid.rows[below][0].box.bottom - top < _HEAD_HEIGHT
            if not near or not more or has_amount(grid.rows[below]):
                break
            columns += [column for column in more if not any(shares(column.box, known.box) for known in columns)]
            last = below
        columns = _in_two_rows(grid.rows[index : last + 2], columns, pack)
        columns, last = _in_blocks(grid, index, last, columns, pack)
        columns += _first_text(grid, last, columns)
        kinds = {column.kind for column in columns}
        if kinds == {"description", "amount"} or (
            len(columns) >= LEAST
            and kinds & {"amount", "gross", "unit_price"}
            and kinds & {"description", "article_number"}
        ):
            return _named(columns), last + 1
    return None


def _in_two_rows(rows: Sequence[Sequence[Cell]], columns: list[Column], pack: RulePack) -> list[Column]:
    """The columns with those whose head goes on right below, and is known only as a whole: `Tax` over `amount`."""
    for above, below in pairwise(rows):
        for one in above if not has_amount(below) else ():
            under = [cell for cell in below if shares(cell.box, one.box)]
            if len(under) != 1 or under[0].box.bottom - one.box.top > _HEAD_HEIGHT:
                continue
            text = f"{one.text.strip()} {under[0].text.strip()}"
            hit = next(iter(pack.headers.find(text)), None)
            if hit and not hit.start and hit.end > len(one.text.strip()) and not text[hit.end :].strip(" .%()"):
                box = Box.around((one.box, under[0].box))
                whole = Column("/".join(pack.columns[hit.key]), box)
                columns = [*(known for known in columns if not shares(known.box, box)), whole]
    return columns


def _in_blocks(grid: Grid, index: int, last: int, columns: list[Column], pack: RulePack) -> tuple[list[Column], int]:
    """The columns with those whose heads are words over one another, `Value` over `net`, and the last row of these.

    Rows of text right over and under those of known heads belong to them as far as they end such a head.
    """
    rows = grid.rows
    first, end = index, last
    while first and _goes_on(rows[first - 1], rows[first]):
        first -= 1
    while end + 1 < len(rows) and _goes_on(rows[end], rows[end + 1]):
        end += 1
    for stop in range(end, last - 1, -1):
        found, below = [], stop == last
        for text, box in blocks(rows[first : stop + 1]):
            hit = next(iter(pack.headers.find(text)), None)
            if hit and not hit.start and not text[hit.end :].strip(" .:'%()"):
                found.append(Column("/".join(pack.columns[hit.key]), box))
                below |= box.bottom > max(cell.box.center_y for cell in rows[stop])
        if found and below:
            return [*(known for known in columns if not any(shares(known.box, one.box) for one in found)), *found], stop
    return columns, last


def _goes_on(above: Sequence[Cell], below: Sequence[Cell]) -> bool:
    """Whether two rows may be of one head: close to one another, and without figures."""
    near = below[0].box.top - above[0].box.top < _HEAD_HEIGHT / 2
    return near and not any(map(str.isdigit, "".join(cell.text for cell in (*above, *below))))


def _first_text(grid: Grid, last: int, columns: Sequence[Column]) -> list[Column]:
    """The column of what items are, left of all that have heads, where words stand in it below: `Run | Loads`."""
    kinds = {column.kind for column in columns}
    if kinds & {"description", "article_number"} or not kinds & {"amount"} or last + 1 >= len(grid.rows):
        return []
    left, text = min(column.box.left for column in columns), grid.rows[last + 1][0]
    if text.box.right >= left or sum(map(str.isalpha, text.text)) < _WORDY or len(grid.rows[last + 1]) < LEAST:
        return []
    return [Column("description", text.box, told=False)]


def unnamed(row: Sequence[Cell], columns: Sequence[Column]) -> list[Box]:
    """Where cells of a head stand that are not understood, left to right."""
    return [cell.box for cell in row if not any(shares(cell.box, column.box) for column in columns)]


def heads(row: Sequence[Cell], pack: RulePack) -> list[Column]:
    """The column heads in a row, left to right; none when the row is mostly something else."""
    columns, covered = [], 0
    for cell in row:
        forgiving = cell.line.words[0].source == "ocr"
        for hit in pack.headers.find(cell.text, forgiving=forgiving):
            covered += sum(map(str.isalpha, cell.text[hit.start : hit.end]))
            rest = _SIGNS.match(cell.text, hit.end)
            end = rest.end() if rest else hit.end
            columns.append(Column("/".join(pack.columns[hit.key]), cell.box_of(hit.start, end)))
    if not columns:
        return []
    return columns if covered >= 0.5 * sum(sum(map(str.isalpha, cell.text)) for cell in row) else []


def _named(columns: list[Column]) -> list[Column]:
    """Columns with one kind each: a head that may be several is given the first that no other column has for sure."""
    ordered = sorted(columns, key=lambda column: column.box.left)
    taken = {column.kind for column in ordered if "/" not in column.kind}
    named: list[Column] = []
    for column in ordered:
        kinds = column.kind.split("/")
        kind = next((kind for kind in kinds if kind not in taken), kinds[0]) if len(kinds) > 1 else kinds[0]
        taken.add(kind)
        named.append(Column(kind, column.box, column.told))
    prices = [index for index, column in enumerate(named) if column.kind == "unit_price"]
    if len(prices) > 1 and not {"amount", "gross"} & {column.kind for column in named}:
        named[prices[-1]] = Column("amount", named[prices[-1]].box)
    amounts = [index for index, column in enumerate(named) if column.kind == "amount"]
    if len(amounts) > 1 and any(column.kind == "tax" for column in named[amounts[-2] : amounts[-1]]):
        last = amounts.pop()
        named[last] = Column("gross", named[last].box)
    text = next((column.box.left for column in named if column.kind == "description"), 0.0)
    for index in amounts[:-1]:
        before = named[index].box.left < text and "quantity" not in taken
        kind = "quantity" if before else "unit_price" if "unit_price" not in taken else "other"
        named[index] = Column(kind, named[index].box)
    return named


def _stacked(above: Sequence[Column], columns: Sequence[Column]) -> list[Column]:
    """Heads in two rows: what stands over no other is a column of its own; `Preis/` over `Einheit` is the price."""
    merged = list(columns)
    for column in above:
        under = [index for index, known in enumerate(merged) if shares(column.box, known.box)]
        if not under:
            merged.append(column)
        elif merged[under[0]].kind == "unit" and column.kind in ("unit_price", "quantity"):
            merged[under[0]] = Column(column.kind, merged[under[0]].box)
    return merged


def shares(box: Box, other: Box) -> bool:
    return box.left < other.right and other.left < box.right


def has_amount(row: Sequence[Cell]) -> bool:
    return any(amount.decimals == 2 for cell in row for amount in find_amounts(cell.text))
