"""Print of fixed pitch: tills, typewriters, old ERPs. Every sign stands in a cell, so cells and not white end words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from invoice_ocr.ocr.ctc import Text

LETTERS, WORDS = 5, 10  # signs of a word that shows its pitch; such words of a page that shows one
NEAR, MOST = 0.05, 0.88  # how near a word's pitch is to the page's; the share of words that are so near
# Of 36 pages seven are of fixed pitch, and 0.90 to 0.98 of their words are that near; of the others 0.20 to 0.82.
LINE = 0.1  # how near a line's pitch must be to the page's, or to its double, to be told by it
SHORT = 3  # signs of a word that shows its line's pitch
HYPHENS = dict.fromkeys(map(ord, "\u2013\u2014\u2212"), "-")
NEXT = 1.5  # cells from one sign's middle to the next one's, from which there is a space between


def pitch_of(texts: Sequence[Text], boxes: np.ndarray) -> float | None:
    """The cell's width on a page of fixed pitch, in the pixels of `boxes`; None on others.

    boxes: float, shape (n, 4), of the texts.
    """
    widths = np.array([_width(text, box) for text, box in zip(texts, boxes, strict=True) if _shows(text, LETTERS)])
    if len(widths) < WORDS:
        return None
    near = np.abs(widths[:, None] / widths - 1) < NEAR
    best = int(near.sum(0).argmax())
    return float(np.median(widths[near[:, best]])) if near[:, best].mean() >= MOST else None


def of_line(texts: Sequence[Text], boxes: np.ndarray, pitch: float) -> float | None:
    """The cell's width in one line: the page's, its double in wide print; None where the line is set otherwise."""
    widths = [_width(text, box) for text, box in zip(texts, boxes, strict=True) if _shows(text, SHORT)]
    own = float(np.median(widths)) if widths else pitch
    return next((times * pitch for times in (1, 2) if abs(own / pitch / times - 1) < LINE), None)


def spaced(text: Text, box: np.ndarray, pitch: float) -> Text:
    """The text with a space wherever a cell is left out, and none elsewhere. box: float, shape (4,).

    A cell has one dash, the hyphen: longer ones are of print in which letters are as wide as they are.
    """
    places = [place for place, letter in enumerate(text.text) if letter != " "]
    letters, steps = "", list[float]()
    for before, place in zip([-1, *places], places, strict=False):
        if before >= 0 and (text.steps[place] - text.steps[before]) * (box[2] - box[0]) > NEXT * pitch:
            letters += " "
            steps.append((text.steps[place] + text.steps[before]) / 2)
        letters += text.text[place]
        steps.append(text.steps[place])
    return replace(text, text=letters.translate(HYPHENS), steps=tuple(steps))


def is_next(left: Text, left_box: np.ndarray, right: Text, right_box: np.ndarray, pitch: float) -> bool:
    """Whether the first sign of one box stands in the cell after the last of another."""
    return _middle(right, right_box, 0) - _middle(left, left_box, -1) < NEXT * pitch


def _middle(text: Text, box: np.ndarray, place: int) -> float:
    return float(box[0] + text.steps[place] * (box[2] - box[0]))


def _shows(text: Text, letters: int) -> bool:
    return len(text.text) >= letters and " " not in text.text


def _width(text: Text, box: np.ndarray) -> float:
    return float((text.steps[-1] - text.steps[0]) * (box[2] - box[0]) / (len(text.text) - 1))
