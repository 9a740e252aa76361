"""A page typed as text becomes a Reading: how rules show their examples and tests their documents."""

from __future__ import annotations

from invoice_ocr.model import Box, Origin, PageWords, Reading, Word

_CHAR, _ROW, _MARGIN = 5.0, 14.0, 36.0


def sketch(text: str, *, source: Origin = "text-layer") -> Reading:
    """A reading with one word for each word typed.

    Lines are rows; ` | ` sets cells apart, and cells of the same place in their rows stand in one column;
    a line of `---` begins a new page.

    >>> [word.text for word in sketch("Total | 12.00").pages[0].words]
    ['Total', '12.00']
    """
    sheets = [sheet.strip("\n").split("\n") for sheet in ("\n" + text + "\n").split("\n---\n")]
    return Reading(tuple(_page(number, rows, source) for number, rows in enumerate(sheets, 1)))


def _page(number: int, rows: list[str], source: Origin) -> PageWords:
    table = [[cell.strip() for cell in row.split("|")] for row in rows]
    lefts = _columns(table)
    words = []
    for index, cells in enumerate(table):
        top = _MARGIN + index * _ROW
        for left, cell in zip(lefts, cells, strict=False):
            at = left
            for word in cell.split():
                width = len(word) * _CHAR
                words.append(Word(word, Box(at, top, at + width, top + 10.0), source=source))
                at += width + 3.0
    return PageWords(number, max(595.0, lefts[-1] + 200.0), max(842.0, _MARGIN * 2 + len(rows) * _ROW), tuple(words))


def _columns(table: list[list[str]]) -> list[float]:
    lefts = [_MARGIN]
    for column in range(max(len(cells) for cells in table)):
        widest = max((len(cells[column]) for cells in table if len(cells) > column + 1), default=0)
        lefts.append(lefts[-1] + widest * _CHAR + 40.0)
    return lefts[:-1]
