"""Ruled lines of tables and forms: found, and taken out of the picture, where they are read as letters l, I and 1."""

from __future__ import annotations

import cv2
import numpy as np

from invoice_ocr.clean.sight import Sight, pieces_of

_DEPTH = 18  # grey levels that a line is darker than its paper
_LEAST = 5.0  # times the height of a letter that a line is long
_SHORTEST = 50  # pixels of `Sight`
_THICKEST = 4  # pixels of `Sight`: half a millimetre and its soft edges
_THICK = 0.3  # of the height of a letter, that a line may be thick too
_DARKER = 40  # grey levels by which print is darker than a line that it crosses
_FLANKED = 0.35  # of the places beside a line that may be inked: more, and it is a part of letters


def lines_of(seen: Sight) -> np.ndarray:
    """Boxes of thin straight lines across and down: float32, shape (n, 4), left, top, right, bottom, in page pixels."""
    ink = (cv2.subtract(seen.paper, seen.grey) > _DEPTH).astype(np.uint8)
    letter = seen.mark_height * seen.scale
    length, thick = max(_SHORTEST, round(_LEAST * letter)), max(_THICKEST, round(_THICK * letter))
    down = _runs(ink, length, thick)
    across = _runs(np.ascontiguousarray(ink.T), length, thick)[:, [1, 0, 3, 2]]
    return np.asarray(np.concatenate([across, down]).astype(np.float32) / seen.scale)


def _runs(ink: np.ndarray, length: int, thick: int) -> np.ndarray:
    """Boxes of vertical lines of at least this length and at most this thick: int, shape (n, 4)."""
    long = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((length, 1), np.uint8))
    inked = long.any(0)
    columns = np.flatnonzero(inked | np.roll(inked, 1))  # with an empty one behind each, so that none touches another
    if not len(columns):
        return np.zeros((0, 4), int)
    found = []
    for place, top, width, height in pieces_of(np.ascontiguousarray(long[:, columns]))[:, :4].tolist():
        left = int(columns[place])
        if width > thick:
            continue
        sides = ink[top : top + height, [max(0, left - 2), min(ink.shape[1] - 1, left + width + 1)]]
        if sides.mean() < _FLANKED:
            found.append((left, top, left + width, top + height))
    return np.array(found, int).reshape(-1, 4)


def without_lines(pixels: np.ndarray, lines: np.ndarray) -> np.ndarray:
    """The page with what stands beside a line in place of it; strokes that cross the line or are darker stay.

    pixels: uint8, shape (height, width, 3), RGB, dark on light. Not modified. lines: as `lines_of` gives them.
    """
    out = pixels.copy()
    for left, top, right, bottom in lines.tolist():
        if right - left < bottom - top:
            _fill(out, left, top, right, bottom)
        else:
            _fill(out.transpose(1, 0, 2), top, left, bottom, right)
    return out


def _fill(out: np.ndarray, left: float, top: float, right: float, bottom: float) -> None:
    """A vertical line overwritten, in place, row by row with the lighter of its two neighbours."""
    x0, x1 = max(1, int(left) - 1), min(out.shape[1] - 1, int(np.ceil(right)) + 1)
    rows = slice(max(0, int(top) - 1), int(np.ceil(bottom)) + 1)
    if x1 <= x0:
        return
    line, left_of, right_of = out[rows, x0:x1], out[rows, x0 - 1 : x0], out[rows, x1 : x1 + 1]
    crossed = _darker(line.min((1, 2))) & _darker(np.minimum(left_of, right_of).min((1, 2)))
    out[rows, x0:x1] = np.where(crossed[:, None, None], line, np.maximum(line, np.maximum(left_of, right_of)))


def _darker(greys: np.ndarray) -> np.ndarray:
    """Which of them are much darker than most are: a line turned straight is dotted, but not beside it."""
    return np.asarray(greys < int(np.median(greys)) - _DARKER)
