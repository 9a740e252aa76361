"""What of a page the detector sees: its input shapes, and a page scaled into them."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

import cv2
import numpy as np

# The long side of the detector's input: the first pass, and the second for small print. Words of 27 pages found whole
# at 1024, 1280 and 1536: 0.904, 0.933, 0.948, for 0.23, 0.36 and 0.52 s on two cores.
SIZES = (1280, 1792)
SHORT_SIDES = {1280: 928, 1792: 1312}  # near A4 and multiples of 32, which the network needs
SQUARES = {1280: 1088, 1792: 1536}  # sides of square inputs, of about as many pixels: they bound time and memory
LARGEST_SCALE = 2.0  # pictures smaller than the input are not blown up further
LONGEST_ASPECT = 2.5  # longer pages (till rolls) are seen in pieces
MOST_PIECES = 64  # a hundred times as long as wide: no till roll, and made to keep us busy
OVERLAP = 0.15  # of a piece's length, shared with the next one


@dataclass(frozen=True, slots=True)
class View:
    """A part of a page as the detector sees it: `scale` times as large, in the top left corner of its input.

    left, top, width, height: pixels of the page. input_height, input_width: pixels of the input.
    """

    left: int
    top: int
    width: int
    height: int
    input_height: int
    input_width: int

    @property
    def scale(self) -> float:
        return min(self.input_width / self.width, self.input_height / self.height, LARGEST_SCALE)


def views_of(width: int, height: int, size: int = SIZES[0]) -> list[View]:
    """The views of a page of `width` by `height` pixels; one, unless the page is much longer than wide or wider.

    size: long side of the input, one of SIZES; the input is that by SHORT_SIDES, upright or lying, or square.
    """
    long, short = max(width, height), min(width, height)
    piece = max(1.5 * short, size / LARGEST_SCALE)  # a shorter one would be shown no larger
    pieces = 1 if long <= LONGEST_ASPECT * short else min(MOST_PIECES, ceil(long / piece))
    length = long if pieces == 1 else ceil(long / (pieces - (pieces - 1) * OVERLAP))
    starts = [round(i * (long - length) / max(1, pieces - 1)) for i in range(pieces)]
    if height >= width:
        return [View(0, start, width, length, *_input_shape(width, length, size)) for start in starts]
    return [View(start, 0, length, height, *_input_shape(length, height, size)) for start in starts]


def _input_shape(width: int, height: int, size: int) -> tuple[int, int]:
    """Height and width of the input that shows a view of this aspect largest."""
    aspect = height / width
    split = (1 + size / SHORT_SIDES[size]) / 2  # nearer to the upright shape than to the square one
    if aspect > split:
        return size, SHORT_SIDES[size]
    return (SHORT_SIDES[size], size) if aspect < 1 / split else (SQUARES[size], SQUARES[size])


def look(pixels: np.ndarray, view: View) -> np.ndarray:
    """The detector's input for one view of a page.

    pixels: uint8, shape (height, width, 3), RGB. Returns the same of the view's input shape; what the page leaves
    empty is white.
    """
    part = pixels[view.top : view.top + view.height, view.left : view.left + view.width]
    width = min(view.input_width, max(1, round(view.width * view.scale)))
    height = min(view.input_height, max(1, round(view.height * view.scale)))
    shrinks = view.scale < 1
    seen = np.full((view.input_height, view.input_width, 3), 255, np.uint8)
    seen[:height, :width] = cv2.resize(part, (width, height), interpolation=_filter(shrinks))
    return seen


def _filter(shrinks: bool) -> int:
    return cv2.INTER_AREA if shrinks else cv2.INTER_CUBIC


def is_own(view: View, others: list[View], x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Which points of the page (pixels) belong to `view` rather than to an overlapping one of `others`: bool array.

    A point in two views belongs to the one whose middle is nearer, so that a word on a seam is read once and whole.
    """
    own = _distance(view, x, y)
    mine = np.ones(len(x), bool)
    for index, other in enumerate(others):
        if other == view:
            continue
        nearer = own < _distance(other, x, y)
        mine &= nearer | ((own == _distance(other, x, y)) & (others.index(view) < index))
    return mine


def _distance(view: View, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.maximum(np.abs(x - view.left - view.width / 2), np.abs(y - view.top - view.height / 2))
