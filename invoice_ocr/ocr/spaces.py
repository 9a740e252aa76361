"""Where words end, decided by the white between letters: detectors cut before a narrow 1 and overlook thin spaces.

All widths here are in heights of the line's capitals.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from unicodedata import east_asian_width

import numpy as np

from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.ink import PAD_X, PAD_Y

Piece = tuple[str, float, np.ndarray]  # text, confidence, box (left, top, right, bottom)

USUAL = 0.45  # the space of a page that shows none; of 26 printed pages the median is 0.5
SPACES = (0.12, 1.0)  # white between two boxes that can be a space; more is a column's
ENOUGH = 3  # spaces by which a line can be judged on its own
NARROW = frozenset("1Iil|.,:;'’!")  # signs that stand in more white than others
NUMBER_ENDS = re.compile(r"\d[./:-]?$|^\D*\d{1,3}(?:[.' ]\d{3})*,$")  # a comma that ends a date parts it from a time
CENTS = re.compile(r"(?<=\d[.]) (?=\d\d(?![\d.,]))")  # a space before two last digits: tills set stops wide
WHOLE, LAST_DIGITS = re.compile(r"\d[.]$"), re.compile(r"\d\d(?![\d.,])")
NUMBER_BEGINS = re.compile(r"[.,/:-]?\d")
CUT, CUT_NARROW = 0.72, 1.05  # of the line's space, from which white inside a box is one; beside a narrow sign
LEAST_CUT = 0.3
CUT_WIDE, JOIN_WIDE = 0.9, 0.7  # beside Chinese characters, whose signs bring half an em of white
JOIN, JOIN_ONE, JOIN_NUMBER = 0.5, 0.92, 0.85  # of the line's space, under which white between two boxes is none
MOST_JOINED = 0.52
JOIN_CENTS, MOST_CENTS = 1.05, 0.8  # the same between a stop and two last digits
INKED = 0.4  # of the strongest contrast, from which a pixel is ink
RULE = 0.92  # of a row inked, from which it is a ruled line


def typical(boxes: np.ndarray, lines: Sequence[Sequence[int]]) -> list[float]:
    """The usual space between words of each line; where a line has few, that of the page.

    boxes: float, shape (n, 4), as `ink.fit` gives them. lines: places in `boxes`, left to right.
    """
    whites = []
    for line in lines:
        gaps = [white(boxes[a], boxes[b]) for a, b in pairwise(line)]
        whites.append([gap for gap in gaps if SPACES[0] < gap < SPACES[1]])
    every = [gap for gaps in whites for gap in gaps]
    page = float(np.median(every)) if len(every) >= ENOUGH else USUAL
    return [float(np.median(gaps)) if len(gaps) >= ENOUGH else page for gaps in whites]


def white(left: np.ndarray, right: np.ndarray) -> float:
    """The white between the ink of two boxes of a line, in heights of the lower one; negative where they overlap."""
    one, other = ((box[3] - box[1]) / (1 + 2 * PAD_Y) for box in (left, right))
    return float((right[0] - left[2] + PAD_X * (one + other)) / max(1e-3, min(one, other)))


def apart(boxes: np.ndarray, lines: Sequence[Sequence[int]]) -> set[int]:
    """The boxes that have a space on both sides: what they say are whole words. Arguments as `typical` has them."""
    parts = {
        place
        for line, space in zip(lines, typical(boxes, lines), strict=True)
        for pair in pairwise(line)
        if white(boxes[pair[0]], boxes[pair[1]]) < min(JOIN * space, MOST_JOINED)
        for place in pair
    }
    return {place for line in lines for place in line} - parts


def spaced(text: Text, picture: np.ndarray, space: float) -> Text:
    """The text with a space wherever the picture shows one that was not read, and none before cents.

    picture: uint8, shape (32, width), as the recogniser saw it. space: the line's, see `typical`.
    """
    if len(text.text) < 2:
        return text
    letters, steps = list(text.text), list(text.steps)
    for start, end in reversed(_whites(picture)):
        width = (end - start) / HEIGHT * (1 + 2 * PAD_Y)
        if width < max(LEAST_CUT, CUT * space):
            continue
        middle = (start + end) / 2 / picture.shape[1]
        after = int(np.searchsorted(steps, middle))
        if not 0 < after < len(letters) or " " in letters[after - 1 : after + 1]:
            continue
        if width < CUT_WIDE and any(map(is_full_width, letters[after - 1 : after + 1])):
            continue
        if width < CUT_NARROW * space and not NARROW.isdisjoint(letters[after - 1 : after + 1]):
            continue
        letters.insert(after, " ")
        steps.insert(after, middle)
    for gap in reversed([match.start() for match in CENTS.finditer("".join(letters))]):
        del letters[gap], steps[gap]
    return replace(text, text="".join(letters), steps=tuple(steps)) if len(letters) != len(text.text) else text


def _whites(picture: np.ndarray) -> list[tuple[int, int]]:
    """First and last + 1 column of every stretch without ink that has ink on both sides."""
    ink = inked(picture)
    rows = np.add.reduce(ink.view(np.uint8), 1, dtype=np.int32)  # in half the time of a sum of bool
    busy = np.flatnonzero(ink[rows <= RULE * ink.shape[1]].any(0))
    breaks = np.flatnonzero(np.diff(busy) > 1)
    return list(zip((busy[breaks] + 1).tolist(), busy[breaks + 1].tolist(), strict=True))


def inked(picture: np.ndarray) -> np.ndarray:
    """Where a normalised picture of a word has ink, dark on light or light on dark: bool, of its shape."""
    dark, light = int(picture.min()), int(picture.max())
    share = INKED * (light - dark)
    ink: np.ndarray = picture < light - share if picture.mean() > (dark + light) / 2 else picture > dark + share
    return ink


def joined(line: Sequence[Sequence[Piece]], space: float, runs_on: Sequence[bool] = ()) -> list[Piece]:
    """The words of a line, those made one that too little white parts.

    line: the pieces of each box, left to right. runs_on: whether each box but the last ends in the middle of a word,
    where that is known.
    """
    words: list[Piece] = []
    for at, pieces in enumerate(line):
        if not pieces:
            continue
        one = words and (runs_on[at - 1] if runs_on else _is_one(words[-1], pieces[0], space))
        if one:
            words[-1] = _both(words[-1], pieces[0])
            words += pieces[1:]
        else:
            words += pieces
    return words


def is_full_width(char: str) -> bool:
    """Whether a character fills a square, as Chinese ones and their signs do; no spaces part words of them."""
    return east_asian_width(char) in "WF"


def _both(left: Piece, right: Piece) -> Piece:
    around = np.concatenate([np.minimum(left[2], right[2])[:2], np.maximum(left[2], right[2])[2:]])
    return left[0] + right[0], min(left[1], right[1]), around


def _is_one(left: Piece, right: Piece, space: float) -> bool:
    gap = white(left[2], right[2])
    before, after = left[0][-1], right[0][0]
    if is_full_width(before) and is_full_width(after):
        return gap < JOIN_WIDE
    most = JOIN
    if NUMBER_ENDS.search(left[0]) and NUMBER_BEGINS.match(right[0]):
        digits = before.isdigit() + after.isdigit()  # of two; none where both pieces bring a separator
        most = (JOIN, JOIN_NUMBER, JOIN_ONE if "1" in (before, after) else JOIN)[digits]
    if WHOLE.search(left[0]) and LAST_DIGITS.match(right[0]):
        return gap < min(JOIN_CENTS * space, MOST_CENTS)
    return gap < min(most * space, MOST_JOINED)
