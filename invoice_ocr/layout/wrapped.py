"""Cells of tables whose text is broken in two lines with the values of their row half-way between, made one line."""

from __future__ import annotations

import re
from collections.abc import Sequence

from invoice_ocr.model import Box, Line
from invoice_ocr.values.text import has_digit

Row = tuple[Line, ...]

_CLOSE, _FLUSH = 0.8, 3.0  # heights between the two lines of a cell; points between their edges
_HALFWAY = 0.35  # of a height: how far from the middle between the two lines the values of their row may stand
_MONEY = re.compile(r"\W{0,3}(?:[A-Z]{3}\s)?\W{0,3}\d[\d.,'\s]*[.,]\d\d\D{0,4}|[$€£¥₹₩]\s?[\d.,'\s]+")
_WORDS = 8  # of a line of a cell: more is a sentence


def joined(rows: Sequence[Row]) -> tuple[Row, ...]:
    """Rows in which cells of two lines stand in the row of their values: `VAT of` over `420.00`, `88.20` beside them.

    Tables set their values half-way up a cell that a narrow column broke, so that its lines make rows of their own,
    above and below that of the values.
    """
    kept = [list(row) for row in rows]
    for index in range(1, len(kept) - 1):
        above, values, below = kept[index - 1 : index + 2]
        if not above or not below or not any(_MONEY.fullmatch(line.text) for line in values):
            continue
        cells = [(upper, lower) for upper in above for lower in below if _is_cell(upper, lower, values)]
        cells = [cell for cell in cells if _stands_free(cell[0], above, cells) and _stands_free(cell[1], below, cells)]
        for upper, lower in cells:
            if upper in above and lower in below:
                above.remove(upper)
                below.remove(lower)
                both = (*upper.words, *lower.words)
                values.append(Line(both, Box.around(word.box for word in both)))
        values.sort(key=lambda line: line.box.left)
    return tuple(tuple(row) for row in kept if row)


def _is_cell(upper: Line, lower: Line, values: Sequence[Line]) -> bool:
    """Whether two lines are those of one cell, half-way between which values stand right of them."""
    one, two = upper.box, lower.box
    height = min(one.height, two.height)
    apart = min(abs(one.left - two.left), abs(one.right - two.right), abs(one.center_x - two.center_x))
    if apart > _FLUSH or not -0.3 * height < two.top - one.bottom < _CLOSE * height:
        return False
    if max(len(upper.words), len(lower.words)) > _WORDS or not any(map(str.isalpha, upper.text + lower.text)):
        return False
    middle = (one.center_y + two.center_y) / 2
    right = sorted((line for line in values if line.box.left > one.left), key=lambda line: line.box.left)
    return (
        bool(right)
        and has_digit(right[0].text)
        and any(_MONEY.fullmatch(line.text) for line in right)
        and right[0].box.left > max(one.right, two.right)
        and abs(right[0].box.center_y - middle) < _HALFWAY * height
        and not any(line.box.left < max(one.right, two.right) and line.box.right > one.left for line in values)
    )


def _stands_free(line: Line, row: Sequence[Line], cells: Sequence[tuple[Line, Line]]) -> bool:
    """Whether nothing with figures stands right of a line in its own row: that would be the value of this line.

    Of other cells of two lines only figures in both tell so: `3.150,00` over `TL` is one value of them all.
    """
    whole = [line for pair in cells if not all(has_digit(part.text) for part in pair) for line in pair]
    return not any(
        other.box.left > line.box.right and has_digit(other.text) and not any(other is part for part in whole)
        for other in row
    )
