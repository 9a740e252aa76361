"""Heads up or heads down: a few words read both ways up, for nothing tells it as surely as reading."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import cv2
import numpy as np

from invoice_ocr.clean.sight import coarse_pieces_of

Recogniser = Callable[[Sequence[np.ndarray]], list[tuple[str, float]]]

_WORDS = 8  # words read
_FEWEST = 3
_FIRST = 4  # of them read first
_CLEAR = 0.8  # mean confidence of these from which the others are left unread
_SURE = 0.6  # mean confidence from which words stand upright: of 20 kinds of pages 0.6 to 1.0, upside down under 0.4
_AHEAD = 0.08  # of mean confidence that upside down has to be ahead
_SHAPES = (2.0, 14.0)  # width for height of a word worth reading
_USUAL = 5.0


def word_boxes(ink: np.ndarray, height: float, beside: np.ndarray | None = None, most: int = _WORDS) -> np.ndarray:
    """Boxes of words of ordinary size that lie across: float32, shape (n, 4), left, top, right, bottom, at most `most`.

    ink: bool, shape (height, width). height: of the usual mark, in its pixels. beside: as `ink`, what may not be in
    their boxes.
    """
    reach = max(3, round(0.45 * height))
    smeared = cv2.dilate(ink.view(np.uint8), np.ones((1, reach), np.uint8))
    pieces = coarse_pieces_of(smeared)
    boxes = pieces[:, :4].astype(np.float32)
    filled = pieces[:, 4] / np.maximum(1, boxes[:, 2] * boxes[:, 3])
    shape = boxes[:, 2] / np.maximum(1, boxes[:, 3])
    tall = (boxes[:, 3] > 0.7 * height) & (boxes[:, 3] < 2.6 * height) & (filled > 0.25) & (filled < 0.95)
    good = np.flatnonzero(tall & (shape > _SHAPES[0]) & (shape < _SHAPES[1]))
    if beside is not None:
        clear = [not beside[y : y + h, x : x + w].any() for x, y, w, h in boxes[good].astype(int).tolist()]
        good = good[np.array(clear, bool)]
    best = good[np.argsort(np.abs(np.log(shape[good] / _USUAL)), kind="stable")[:most]]
    chosen = boxes[best]
    return np.concatenate([chosen[:, :2], chosen[:, :2] + chosen[:, 2:]], 1)


def cut(pixels: np.ndarray, matrix: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
    """Pictures of the words in `boxes` (shape (n, 4)) of the page as `matrix` (3 x 3) turns it, and a little around."""
    pictures = []
    for left, top, right, bottom in boxes.tolist():
        margin = 0.18 * (bottom - top)
        shift = np.array([[1, 0, margin - left], [0, 1, margin - top], [0, 0, 1]])
        size = (max(2, round(right - left + 2 * margin)), max(2, round(bottom - top + 2 * margin)))
        pictures.append(cv2.warpPerspective(pixels, shift @ matrix, size, borderMode=cv2.BORDER_REPLICATE))
    return pictures


def way_up(pictures: Sequence[np.ndarray], readers: Sequence[Recogniser]) -> tuple[bool, Recogniser]:
    """Whether words are read better upside down, and the first of `readers` that reads them, or the first of all.

    pictures: uint8, RGB, of words whose lines lie across. readers: the quickest first; one at least. The first is shown
    some of them before the others; the next, all: an engine takes few doubtful words for no sign of another script.
    """
    upside_down = False
    if len(pictures) >= _FEWEST and confidence(readers[0](pictures[:_FIRST])) >= _CLEAR:
        return False, readers[0]
    for recognise in readers if len(pictures) >= _FEWEST else ():
        upright = confidence(recognise(pictures))
        if upright >= _SURE:
            return False, recognise
        turned = confidence(recognise([np.ascontiguousarray(picture[::-1, ::-1]) for picture in pictures]))
        upside_down = turned > upright + _AHEAD
        if upside_down and turned >= _SURE:
            return True, recognise
    return upside_down, readers[0]


def confidence(texts: Sequence[tuple[str, float]]) -> float:
    """Mean confidence, a text counted as much as it is long up to six letters."""
    weights = [min(6, len(text)) for text, _ in texts]
    return sum(weight * confidence for weight, (_, confidence) in zip(weights, texts, strict=True)) / max(
        1, sum(weights)
    )
