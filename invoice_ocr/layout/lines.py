"""Words to lines, rows and reading order: pure geometry, for clean text layers and jittery recognisers alike."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise
from operator import itemgetter
from statistics import median

from invoice_ocr.layout.stacked import placed, stacks
from invoice_ocr.model import Box, Document, Line, Page, PageWords, Reading, Word
from invoice_ocr.patience import check

# Two words belong to one line while the gap between them is under this many heights of their text: a space is
# 0.2 to 0.3 heights wide, in justified text up to 0.6; columns of tables keep at least one.
COLUMN_GAP = 0.85
# Fixed-width faces space their words a whole letter apart, wider than that: there, columns begin at this many spaces.
_SPACES_APART = 1.7
_NEAR = 1.3  # heights: gaps above are of columns, whatever the face
# Words share a row while their middles are closer than this share of the smaller height.
ROW_SHARE = 0.5
_ENOUGH = 60  # neighbours measured for the slope of a page
_FEWEST = 12  # gaps that tell the usual space of a page
# Letters of a line and lines of a row, where they are cut: three times what sheets hold. What reads a line or a row may
# compare its parts with each other, and would take minutes over a page made to be slow.
_LONGEST_LINE = 500
_LONGEST_ROW = 60


def lay_out(reading: Reading) -> Document:
    """A reading with its words grouped: rows top to bottom, in each row the lines (cells) left to right.

    Skew of up to about 5 degrees is measured from neighbouring words and taken out before rows are formed;
    the boxes that come back are those that went in.
    """
    return Document(tuple(_lay_out_page(page) for page in reading.pages))


def _lay_out_page(page: PageWords) -> Page:
    check()
    printed = [part for word in page.words if word.text.strip() for part in _parts(word)]
    words = [word for word in printed if not word.turn]
    downward = stacks(words)
    if downward:
        inside = {id(word) for stack in downward for word in stack.parts}
        words = [word for word in words if id(word) not in inside]
    slope = measure_slope(words)
    grouped = [(row, _gaps(row)) for row in group_rows(words, slope)]
    least = max(COLUMN_GAP, _SPACES_APART * _usual(gaps for _, gaps in grouped))
    split = [part for row, gaps in grouped for part in _cut(list(_split_row(row, gaps, least)))]
    for stack in downward:
        placed(stack, split)
    rows = [*(tuple(row) for row in split), *((line,) for line in _lines_aside(printed))]
    lines = tuple(line for row in rows for line in row)
    return Page(page.number, page.width, page.height, lines, tuple(rows))


def _lines_aside(words: Sequence[Word]) -> Iterable[Line]:
    """The lines that run up or down beside the others, cut where a gap is too wide for a space."""
    for turn in sorted({word.turn for word in words} - {0}):
        lying = [(replace(word, box=_across(word.box, turn)), word) for word in words if word.turn == turn]
        standing = {id(copy): word for copy, word in lying}
        for row in group_rows([copy for copy, _ in lying]):
            for line in _split_row(row, _gaps(row), COLUMN_GAP):
                own = tuple(standing[id(copy)] for copy in line.words)
                yield Line(own, Box.around(word.box for word in own))


def _across(box: Box, turn: int) -> Box:
    """The box as one sees it who turns the page so that what is turned by 90 or 270 degrees lies across."""
    if turn == 90:
        return Box(box.top, -box.right, box.bottom, -box.left)
    return Box(-box.bottom, box.left, -box.top, box.right)


def measure_slope(words: Sequence[Word]) -> float:
    """How much text sinks to the right, in points a point; 0.0 when there are too few neighbours to say."""
    if all(word.source == "text-layer" for word in words):
        return 0.0  # a text layer is level as it is displayed
    ordered = sorted(words, key=lambda word: word.box.left)
    step = max(1, len(ordered) // (4 * _ENOUGH))
    slopes: list[float] = []
    for index, word in enumerate(ordered):
        box = word.box
        if len(word.text) < 2 or index % step:
            continue
        for other in ordered[index + 1 : index + 40]:
            apart = other.box.left - box.right
            if not -1 <= apart < 3 * box.height or abs(other.box.height - box.height) > 0.2 * box.height:
                continue
            sink = other.box.center_y - box.center_y
            if abs(sink) < 0.4 * box.height:
                slopes.append(sink / max(1.0, other.box.center_x - box.center_x))
                break
        if len(slopes) >= _ENOUGH:
            break
    if len(slopes) < 8:
        return 0.0
    slope = median(slopes)
    return slope if 0.001 < abs(slope) < math.tan(math.radians(6)) else 0.0


def usual_space(rows: Iterable[Sequence[Word]]) -> float:
    """The median gap between neighbours of one line, in heights of the smaller; 0.0 when there are too few to say."""
    return _usual(map(_gaps, rows))


def _usual(rows: Iterable[Sequence[float]]) -> float:
    """The usual space of rows of which the gaps are given."""
    gaps = [gap for row in rows for gap in row if 0.0 < gap < _NEAR]
    return median(gaps) if len(gaps) >= _FEWEST else 0.0


def group_rows(words: Sequence[Word], slope: float = 0.0) -> list[list[Word]]:
    """Words grouped by height on the page, top to bottom, each group left to right.

    A word joins the row whose last word to its left (or nearest) lies at its height; big print beside small
    print makes one row when their middles meet.
    """
    rows: list[_Row] = []
    middles = [word.box.center_y - slope * word.box.center_x for word in words]
    for middle, word in sorted(zip(middles, words, strict=True), key=itemgetter(0)):
        height = word.box.height
        best: _Row | None = None
        nearest = math.inf
        for row in rows[-4:]:
            apart = abs(middle - row.middle)
            if apart < nearest and apart < ROW_SHARE * height and apart < ROW_SHARE * row.height:
                best, nearest = row, apart
        if best is None:
            rows.append(_Row(word, middle))
        else:
            best.add(word, middle)
    rows.sort(key=lambda row: row.middle)
    return [sorted(row.words, key=lambda word: word.box.left) for row in rows]


class _Row:
    """A row while it grows: its middle and height are means over its words."""

    def __init__(self, word: Word, middle: float) -> None:
        self.words = [word]
        self.middle = middle
        self.height = word.box.height

    def add(self, word: Word, middle: float) -> None:
        count = len(self.words)
        self.words.append(word)
        self.middle = (self.middle * count + middle) / (count + 1)
        self.height = (self.height * count + word.box.height) / (count + 1)


def _split_row(row: Sequence[Word], gaps: Sequence[float], least: float) -> Iterable[Line]:
    """Lines of one row: cut where a gap is too wide for a space, or a line gets too long. least: heights."""
    start = letters = 0
    for index in range(1, len(row) + 1):
        letters += len(row[index - 1].text) + 1
        if index == len(row) or gaps[index - 1] > least or letters + len(row[index].text) > _LONGEST_LINE:
            words = tuple(row[start:index])
            yield Line(words, Box.around([word.box for word in words]))
            start, letters = index, 0


def _cut(lines: list[Line]) -> Iterable[list[Line]]:
    return (lines[start : start + _LONGEST_ROW] for start in range(0, len(lines), _LONGEST_ROW))


def _parts(word: Word) -> Iterable[Word]:
    """The word, in as many parts as lines it would fill."""
    count = -(-len(word.text) // _LONGEST_LINE)
    if count == 1:
        return (word,)
    box, wide = word.box, (word.box.right - word.box.left) / count
    return (
        replace(
            word,
            text=word.text[index * _LONGEST_LINE : (index + 1) * _LONGEST_LINE],
            box=Box(box.left + index * wide, box.top, box.left + (index + 1) * wide, box.bottom),
        )
        for index in range(count)
    )


def _gaps(row: Sequence[Word]) -> list[float]:
    """The room between each two words of a row, in heights of the smaller."""
    return [
        (after.left - before.right) / max(0.1, min(before.bottom - before.top, after.bottom - after.top))
        for before, after in pairwise([word.box for word in row])
    ]
