"""A page as cells that know their neighbours: what stands right of a place, and what below it."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from invoice_ocr.layout.lines import usual_space
from invoice_ocr.layout.wrapped import joined
from invoice_ocr.model import Box, Document, Line, Page, Word

# A gap wider than this many heights and usual spaces, though too narrow for a column, is shown as two spaces, so
# that `1 234,56` in one number and `1  234,56` in two stay different texts.
_WIDE_SPACE = 0.42
_WIDER = 1.5
# What a narrow column breaks behind a hyphen or a stroke: `KPT/26-` over `27/0931`, `2026-10-` over `09`. A minus
# may stand behind an amount. Groups of digits behind a colon go on with such groups alone.
_BROKEN, _REST = re.compile(r".*[A-Z\d](?<![.,]\d\d)[-/]"), re.compile(r"\d[\w./-]*")
_GROUPED, _GROUPS = re.compile(r".*[:：].*\d{2,} \d{2,}"), re.compile(r"\d{1,4}(?: \d{1,4})*")
# Of the days of a period the second, behind a word or a dash that ends the line above it.
_OPENED, _DAY = re.compile(r".*\d[./-]\d{1,4}\s+\S{1,3}"), re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}\.?")
_FORMS = ((_BROKEN, _REST, ""), (_GROUPED, _GROUPS, " "), (_OPENED, _DAY, " "))
# What numbers a column, alone or with what it is worked out of: `5 (3x4)`, `7=5+6`.
_COUNT = re.compile(r"(\d{1,2})(?:\s?[(=][\d\s()+x*×/=.-]+)?$")
_FEWEST_COLUMNS, _LONGEST_COUNT = 4, 12
CLOSE, FLUSH = 0.8, 3.0  # heights between the lines of one text; points between their edges


@dataclass(frozen=True, slots=True)
class Cell:
    """One line of a page as text with the way back to its words.

    row, column: its place on the page, from 0. starts: where each word begins in `text`. box: of its line.
    """

    page: int
    row: int
    column: int
    line: Line
    text: str
    starts: tuple[int, ...]
    box: Box

    def words(self, start: int, end: int) -> tuple[Word, ...]:
        """The words that hold the characters start..end of the text."""
        first = max(0, bisect_right(self.starts, start) - 1)
        last = max(first, bisect_right(self.starts, end - 1) - 1)
        return self.line.words[first : last + 1]

    def box_of(self, start: int, end: int) -> Box:
        """Where the characters start..end stand; inside a word, in proportion to its length."""
        first = max(0, bisect_right(self.starts, start) - 1)
        words = self.words(start, end)
        box = Box.around(word.box for word in words)
        head, tail = words[0], words[-1]
        into = max(0, start - self.starts[first]) / max(1, len(head.text))
        last_start = self.starts[first + len(words) - 1]
        out = max(0, last_start + len(tail.text) - end) / max(1, len(tail.text))
        left = head.box.left + min(into, 1.0) * head.box.width
        right = tail.box.right - min(out, 1.0) * tail.box.width
        return Box(left, box.top, max(left, right), box.bottom)


@dataclass(frozen=True, slots=True)
class Grid:
    """One page as rows of cells."""

    page: Page
    rows: tuple[tuple[Cell, ...], ...]

    def cells(self) -> Iterator[Cell]:
        """All cells, in reading order."""
        return chain.from_iterable(self.rows)

    def right_of(self, cell: Cell) -> tuple[Cell, ...]:
        """The cells right of one in its row, nearest first."""
        return self.rows[cell.row][cell.column + 1 :]

    def below(self, cell: Cell, box: Box, reach: float) -> Iterator[Cell]:
        """The cells under a box that share some of its width, nearest first, down to `reach` points under it."""
        for row in self.rows[cell.row + 1 :]:
            if row[0].box.top - box.bottom > reach and min(other.box.top for other in row) - box.bottom > reach:
                return
            for other in row:
                if other.box.left < box.right and other.box.right > box.left and other.box.center_y > box.bottom:
                    yield other


_last: tuple[Document, tuple[Grid, ...]] | None = None


def make_grids(document: Document) -> tuple[Grid, ...]:
    """One grid a page. Those of the last document are remembered, since every stage asks for them."""
    global _last  # noqa: PLW0603  (a memory of one, so that stages stay strangers to one another)
    if _last is None or _last[0] is not document:
        _last = (document, tuple(_make_grid(page) for page in document.pages))
    return _last[1]


def _make_grid(page: Page) -> Grid:
    wide = max(_WIDE_SPACE, _WIDER * usual_space(line.words for line in page.lines))
    rows = tuple(
        tuple(_make_cell(page.number, row, column, line, wide) for column, line in enumerate(lines))
        for row, lines in enumerate(joined([lines for lines in page.rows if not _counts_columns(lines)]))
    )
    return Grid(page, tuple(tuple(_whole(cell, rows) for cell in cells) for cells in rows))


def _counts_columns(lines: Sequence[Line]) -> bool:
    """Whether a row numbers the columns of a table, as forms do under their heads: `0 1 2 3 4 5 (3x4) 6`."""
    if len(lines) < _FEWEST_COLUMNS or not all(len(line.text) <= _LONGEST_COUNT for line in lines):
        return False
    counts = [_COUNT.match(line.text) for line in lines]
    numbers = [int(count[1]) for count in counts if count]
    return len(numbers) == len(lines) and numbers == list(range(numbers[0], numbers[0] + len(lines))) and numbers[0] < 2


def _whole(cell: Cell, rows: tuple[tuple[Cell, ...], ...]) -> Cell:
    """The cell with the text below it that goes on its last number, or ends its period."""
    goes_on = [(form, space) for ends, form, space in _FORMS if ends.fullmatch(cell.text)]
    if not goes_on or cell.row + 1 == len(rows):
        return cell
    form, space = goes_on[0]
    for other in rows[cell.row + 1]:
        close = other.box.top - cell.box.bottom < CLOSE * cell.box.height
        flush = min(abs(other.box.left - cell.box.left), abs(other.box.right - cell.box.right)) < FLUSH
        if close and flush and form.fullmatch(other.text):
            line = replace(cell.line, words=cell.line.words + other.line.words)
            by = len(cell.text) + len(space)
            starts = (*cell.starts, *(by + start for start in other.starts))
            return replace(cell, line=line, text=f"{cell.text}{space}{other.text}", starts=starts)
    return cell


def _make_cell(page: int, row: int, column: int, line: Line, wide: float) -> Cell:
    parts, starts, at = [], [], 0
    previous: Word | None = None
    for word in line.words:
        if previous is not None:
            height = min(previous.box.height, word.box.height)
            space = "  " if word.box.left - previous.box.right > wide * height else " "
            parts.append(space)
            at += len(space)
        starts.append(at)
        parts.append(word.text)
        at += len(word.text)
        previous = word
    return Cell(page, row, column, line, "".join(parts), tuple(starts), line.box)
