"""The other side of thin paper, shining through: fainter than the print, and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil

import cv2
import numpy as np

from invoice_ocr.clean import heads
from invoice_ocr.clean.heads import Recogniser
from invoice_ocr.clean.sight import Sight, marks_of, usual_size

_FAINT = 0.62  # of the depth of ordinary print
_FAINTEST = 0.1
_LEAST_SHARE = 0.2  # of all marks
_SMALLEST = 8  # pixels of a mark: letters of five points have ten
_WORDS = 16  # looked at
_FEWEST = 3  # words that have to be read mirrored
_READ, _LONG = 0.6, 4  # confidence, and letters: crumbs of print pass for two or three
_GUESSED, _AHEAD = 0.3, 0.12  # mean confidence of words hardly read, and by how much it is more than unmirrored
_DARKEST = 0.98  # of a word's box is no darker than its letters
_DEEP, _MARGIN = 0.75, 1.6  # of the ghost's words are no darker, and how much darker than that its darkest may be


def depth_of(pixels: np.ndarray, seen: Sight, recognise: Recogniser) -> float:
    """How much darker than the paper the ghost of the other side is, in grey levels; 0.0 when there is none.

    pixels: uint8, shape (height, width, 3), RGB, lines across, of which `seen` was taken. Faint words are a ghost when
    they are read better mirrored: grey print is not.
    """
    if len(seen.marks) < 40:
        return 0.0
    depth = cv2.subtract(seen.paper, seen.grey)
    around = cv2.dilate(depth, np.ones((7, 7), np.uint8))
    usual = float(np.quantile(_at(around, seen.marks), 0.8))
    ink = (depth > int(max(8.0, _FAINTEST * usual))) & (around < ceil(_FAINT * usual))
    fewest = _LEAST_SHARE / (1 - _LEAST_SHARE) * len(seen.marks)
    if ink.sum() < _SMALLEST * fewest:
        return 0.0
    faint = marks_of(ink)
    if len(faint) < fewest:
        return 0.0
    boxes = heads.word_boxes(ink, usual_size(faint, faint[:, 3]), depth >= _FAINT * usual, _WORDS)
    ghosts = boxes[_mirrored(heads.cut(pixels, np.eye(3), boxes / seen.scale), recognise)]
    places = (depth[int(top) : int(bottom), int(left) : int(right)] for left, top, right, bottom in ghosts)
    deep = [float(np.quantile(place, _DARKEST)) for place in places]
    return _MARGIN * float(np.quantile(deep, _DEEP)) if deep else 0.0


def _at(around: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """What stands in `around` at the middle of each mark."""
    middles = (marks[:, :2] + marks[:, 2:] / 2).astype(int)
    return np.asarray(around[middles[:, 1], middles[:, 0]].astype(np.float32))


def _mirrored(words: Sequence[np.ndarray], recognise: Recogniser) -> np.ndarray:
    """Which words are read mirrored and not as they stand; none when they are few. bool, shape (n,).

    Where they are hardly read either way, all are a ghost that together, and not one alone, are read better mirrored.
    """
    found = np.zeros(len(words), bool)
    if len(words) < _FEWEST:
        return found
    upright = recognise(words)
    unread = np.flatnonzero([not _is_read(text) for text in upright])
    if len(unread) < _FEWEST:
        return found
    mirrored = recognise([np.ascontiguousarray(words[place][:, ::-1]) for place in unread.tolist()])
    ghosts = unread[[_is_read(text) for text in mirrored]]
    said = sum(len(text) >= _LONG for text, _ in mirrored)
    if len(ghosts) < _FEWEST <= said and len(unread) > len(words) / 2:
        sure, before = heads.confidence(mirrored), heads.confidence([upright[place] for place in unread.tolist()])
        ghosts = unread if sure > max(_GUESSED, before + _AHEAD) else ghosts
    if len(ghosts) >= _FEWEST:
        found[ghosts] = True
    return found


def _is_read(text: tuple[str, float]) -> bool:
    return len(text[0]) >= _LONG and text[1] > _READ
