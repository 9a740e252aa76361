"""The other side of thin paper, shining through: fainter than the print, and mirrored."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from invoice_ocr.clean import heads
from invoice_ocr.clean.heads import Recogniser
from invoice_ocr.clean.sight import Sight, marks_of

_FAINT = 0.62  # of the depth of ordinary print
_FAINTEST = 0.1
_LEAST_SHARE = 0.2  # of all marks
_FEWEST = 3  # words that have to be read mirrored
_READ = 0.6  # confidence
_MARGIN = 1.1


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
    ink = (depth > max(8.0, _FAINTEST * usual)) & (around < _FAINT * usual)
    faint = marks_of(ink)
    if len(faint) < _LEAST_SHARE * (len(faint) + len(seen.marks)):
        return 0.0
    boxes = heads.word_boxes(ink, float(np.median(faint[:, 3]))) / seen.scale
    words = heads.cut(pixels, np.eye(3), boxes)
    return _MARGIN * float(np.quantile(_at(around, faint), 0.95)) if _is_mirrored(words, recognise) else 0.0


def _at(around: np.ndarray, marks: np.ndarray) -> np.ndarray:
    """What stands in `around` at the middle of each mark."""
    middles = (marks[:, :2] + marks[:, 2:] / 2).astype(int)
    return np.asarray(around[middles[:, 1], middles[:, 0]].astype(np.float32))


def _is_mirrored(words: Sequence[np.ndarray], recognise: Recogniser) -> bool:
    """Whether some words are read mirrored that are not read as they stand, and hardly any the other way round."""
    if len(words) < _FEWEST:
        return False
    plain, mirrored = recognise(words), recognise([np.ascontiguousarray(word[:, ::-1]) for word in words])
    ghosts = sum(_is_read(there) and not _is_read(here) for here, there in zip(plain, mirrored, strict=True))
    return ghosts >= _FEWEST and ghosts > 2 * sum(_is_read(here) for here in plain)


def _is_read(text: tuple[str, float]) -> bool:
    return len(text[0]) > 3 and text[1] > _READ
