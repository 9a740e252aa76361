"""Boxes too wide for the recogniser, as lines of Chinese are, parted where the ink leaves most white."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr.annexed import contrast_of
from invoice_ocr.ocr.crops import HEIGHT, WIDTHS
from invoice_ocr.ocr.ink import PAD_X, PAD_Y

WIDEST = WIDTHS[-1] / HEIGHT  # of a box, in its heights, that a recogniser sees at its true shape
PIECE = 0.8  # of that: about how wide the pieces become
REACH = 1.2  # of its height: how far from an even division white is looked for
SHARE = 0.4  # of the strongest contrast, from which a pixel is ink


def parted(grey: np.ndarray, boxes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The boxes with those that are too wide parted: as words have them, and as pictures are cut.

    grey: uint8, shape (height, width). boxes: float, shape (n, 4), results of `ink.fit`. Returns two float32 arrays of
    shape (m, 4), m >= n, pieces left to right. A piece's box has the usual paper around its ink, even where it
    overlaps the next one; its picture ends in the middle of the white.
    """
    words, pictures = [], []
    for box in boxes.astype(np.float32):
        high = float(box[3] - box[1])
        if box[2] - box[0] <= WIDEST * high:
            words.append(box)
            pictures.append(box)
            continue
        gaps = _gaps(grey, box, high)
        pad = PAD_X * high / (1 + 2 * PAD_Y)
        sides = [(box[0], box[0]), *gaps, (box[2], box[2])]
        for k in range(len(sides) - 1):
            start, end = sides[k], sides[k + 1]
            left = start[1] - pad if k else box[0]
            right = end[0] + pad if k + 2 < len(sides) else box[2]
            words.append(np.array([left, box[1], right, box[3]], np.float32))
            pictures.append(np.array([sum(start) / 2, box[1], sum(end) / 2, box[3]], np.float32))
    return np.array(words, np.float32).reshape(-1, 4), np.array(pictures, np.float32).reshape(-1, 4)


def _gaps(grey: np.ndarray, box: np.ndarray, high: float) -> list[tuple[float, float]]:
    """First and last + 1 column of the whites to part a box at, one near each of its even divisions."""
    x0, x1 = max(0, int(box[0])), min(grey.shape[1], int(box[2]) + 1)
    part = grey[max(0, int(box[1])) : int(box[3]) + 1, x0:x1]
    paper = float(np.median(part[::2, ::2]))
    contrast = contrast_of(part, paper)
    inked = (contrast > SHARE * float(contrast.max())).sum(0)
    count = int(np.ceil((x1 - x0) / (PIECE * WIDEST * high)))
    reach = max(1, int(REACH * high))
    gaps = []
    for k in range(1, count):
        middle = (x1 - x0) * k // count
        first = max(1, middle - reach)
        near = inked[first : middle + reach]
        start, end = _widest(near == near.min())
        gaps.append((float(x0 + first + start), float(x0 + first + end)))
    return gaps


def _widest(free: np.ndarray) -> tuple[int, int]:
    """First and last + 1 of the longest run of True."""
    sides = np.flatnonzero(np.diff(np.concatenate([[False], free, [False]])))
    starts, ends = sides[::2], sides[1::2]
    best = int(np.argmax(ends - starts))
    return int(starts[best]), int(ends[best])
