"""Dashes and bullets, told by their size on the page: cut out alone, a longer dash looks like a shorter one.

Widths are those of type: a hyphen is a quarter to a third of an em, an en dash half of one and an em dash one, and
capitals are seven tenths high. Measured on 30 printed pages, in heights of capitals: hyphens 0.29 to 0.40, en dashes
0.69 to 0.94, em dashes 1.27 to 1.30; bullets 0.23 to 0.53, large ones 0.62, middle dots 0.14, out of focus 0.22.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.ink import PAD_Y
from invoice_ocr.ocr.spaces import inked

DASHES = (0.47, "-"), (1.08, "–"), (2.5, "—")  # up to which width which sign
DOTS = (0.26, "·"), (0.58, "•"), (1.0, "●")
FOUND = {"–": DASHES, "—": DASHES, "·": DOTS, "•": DOTS, "●": DOTS}  # hyphens stay: print of fixed pitch has wide ones
FLAT = 0.25  # of capitals' height, that a dash is high at most
ROUND = (0.75, 1.33)  # width to height of a dot
NEAREST = 4  # words that say how high capitals are, of the line where it has any


def by_size(
    texts: list[Text], lines: Sequence[Sequence[int]], boxes: np.ndarray, pictures: Sequence[np.ndarray]
) -> None:
    """Give dashes and bullets that stand alone the sign that is as wide as they are; in place.

    texts: what each box says. lines: places in it, line by line. boxes: float, shape (n, 4), pixels of the straightened
    page. pictures: uint8, shape (32, width), as the recogniser saw each.
    """
    alone = [(i, line) for line in lines for i in line if texts[i].text in FOUND]
    words = [i for i, text in enumerate(texts) if any(char.isalnum() for char in text.text)] if alone else []
    for i, line in alone:
        far = np.abs(boxes[:, 1] + boxes[:, 3] - boxes[i, 1] - boxes[i, 3]) + 0.2 * np.abs(boxes[:, 0] - boxes[i, 0])
        near = sorted({*line} & {*words} or words, key=far.__getitem__)[:NEAREST]
        if near:
            capital = float(np.min(boxes[near, 3] - boxes[near, 1])) / (1 + 2 * PAD_Y)
            width, height = _size(pictures[i]) * (boxes[i, 3] - boxes[i, 1]) / HEIGHT / capital
            kinds = FOUND[texts[i].text]
            fits = height <= FLAT if kinds is DASHES else ROUND[0] <= width / height <= ROUND[1]
            sign = next((sign for widest, sign in kinds if width <= widest), texts[i].text)
            if fits:
                texts[i] = replace(texts[i], text=sign)


def _size(picture: np.ndarray) -> np.ndarray:
    """Width and height of a picture's ink, in its pixels: int, shape (2,)."""
    ink = inked(picture)
    return np.array([np.ptp(np.flatnonzero(ink.any(axis))) + 1 for axis in (0, 1)])
