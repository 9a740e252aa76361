"""The sheet of paper in a photograph: where its corners are, and the picture of the sheet alone."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from invoice_ocr.clean import heads
from invoice_ocr.clean.edges import four_edges
from invoice_ocr.clean.heads import Recogniser
from invoice_ocr.clean.sight import Sight

_RING = 0.02  # of the sides: the border, where the desk is seen
_BRIGHT = 215  # of 255: a border brighter than this is paper
_STEP = 8  # pixels between those of the border that are looked at
_OUTSIDE = 0.03  # of the marks that may lie beside the sheet: of more it is asked whether they are words
_WORDS, _LETTERS, _READ = 2, 4, 0.6  # words beside the sheet, of so many letters, read with such confidence
_SLANT = 1.5  # degrees that its sides lean, in the mean, up to which engines follow
_FAR = 0.5  # of the picture that a sheet covers, under which its print is small


def corners_of(pixels: np.ndarray, seen: Sight, readers: Sequence[Recogniser]) -> np.ndarray | None:
    """The four corners of the sheet of paper in a picture, clockwise from the top left; None when there is no other.

    pixels: uint8, shape (height, width, 3), RGB, of which `seen` was taken. Returns float32, shape (4, 2). A scan that
    shows nothing but the page has none, nor has a picture with words beside what was taken for the sheet: nothing that
    can be read may be cut away. Desks have marks like letters too: without readers they are taken for words.
    """
    if min(pixels.shape[:2]) < 16 or _is_paper(pixels):
        return None
    found = four_edges(pixels)
    if found is None:
        return None
    corners = _in_order(found)
    beside = ~_within(corners, seen)
    if not beside.any() or beside.mean() <= _OUTSIDE:
        return corners
    if not readers or beside.all():
        return None
    return None if _words_beside(pixels, seen, corners, seen.marks[~beside], readers[0]) else corners


def _words_beside(
    pixels: np.ndarray, seen: Sight, corners: np.ndarray, inside: np.ndarray, recognise: Recogniser
) -> bool:
    """Whether words are read beside the sheet, whichever way they run. inside: the marks on it."""
    sheet = np.zeros(seen.ink.shape, np.uint8)
    cv2.fillConvexPoly(sheet, (_grown(corners) * seen.scale).round().astype(np.int32), 1)
    ink = seen.ink & (sheet == 0)
    pictures = []
    for turns in (0, 1):
        height = float(np.median(inside[:, 2 if turns else 3]))
        boxes = heads.word_boxes(np.ascontiguousarray(np.rot90(ink, turns)), height) / seen.scale
        words = heads.cut(np.ascontiguousarray(np.rot90(pixels, turns)), np.eye(3), boxes)
        pictures += [*words, *(np.ascontiguousarray(word[::-1, ::-1]) for word in words)]
    read = recognise(pictures) if pictures else []
    return sum(sum(map(str.isalnum, text)) >= _LETTERS and sure >= _READ for text, sure in read) >= _WORDS


def _is_paper(pixels: np.ndarray) -> bool:
    """Whether the border of a picture is so bright that nothing can be brighter as paper is brighter than a desk."""
    return float(np.median(_border(pixels[::_STEP, ::_STEP]).mean(1))) > _BRIGHT


def _border(pixels: np.ndarray) -> np.ndarray:
    """The pixels along the four sides of a picture: uint8, shape (n, 3)."""
    ring = max(2, round(_RING * min(pixels.shape[:2])))
    sides = (pixels[:ring], pixels[-ring:], pixels[:, :ring], pixels[:, -ring:])
    return np.concatenate([side.reshape(-1, 3) for side in sides])


def _in_order(corners: np.ndarray) -> np.ndarray:
    """Corners clockwise, the one nearest to the top left first."""
    middle = corners.mean(0)
    around = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    return np.roll(around, -int(around.sum(1).argmin()), axis=0)


def _grown(corners: np.ndarray) -> np.ndarray:
    """The corners a little apart."""
    return np.asarray(corners.mean(0) + (corners - corners.mean(0)) * 1.02)


def _within(corners: np.ndarray, seen: Sight) -> np.ndarray:
    """Which marks lie between the corners: bool, shape (n,)."""
    middles = (seen.marks[:, :2] + seen.marks[:, 2:] / 2) / seen.scale
    grown = _grown(corners)
    edges = np.roll(grown, -1, axis=0) - grown
    to = middles[:, None] - grown[None]
    return np.asarray((edges[None, :, 0] * to[..., 1] - edges[None, :, 1] * to[..., 0] >= 0).all(1))


def needs_laying(corners: np.ndarray, size: tuple[int, int]) -> bool:
    """Whether the sheet is held at a slant or far away: else an engine reads it as well beside the desk.

    size: width and height of the picture. Two slips in a black frame lose words when they are cut out of it.
    """
    sides = np.roll(corners, -1, axis=0) - corners
    slant = np.degrees(np.arctan(np.abs(sides).min(1) / np.maximum(1.0, np.abs(sides).max(1))))
    return float(slant.mean()) > _SLANT or cv2.contourArea(corners.astype(np.float32)) < _FAR * size[0] * size[1]


def alone(pixels: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """The picture with the desk around the sheet painted over in the colour of paper."""
    inside = np.zeros(pixels.shape[:2], np.uint8)
    cv2.fillConvexPoly(inside, corners.round().astype(np.int32), 255)
    out = pixels.copy()
    out[inside == 0] = np.median(pixels[::8, ::8][inside[::8, ::8] > 0], 0)
    return out


def flat(corners: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The matrix (3 x 3) that lays the sheet between `corners` flat, and its width and height in pixels."""
    top, right, bottom, left = np.linalg.norm(np.roll(corners, -1, axis=0) - corners, axis=1)
    width, height = max(1, round(max(top, bottom))), max(1, round(max(left, right)))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    return cv2.getPerspectiveTransform(corners.astype(np.float32), target), (width, height)


def cut(corners: np.ndarray) -> tuple[np.ndarray, tuple[int, int]]:
    """The matrix (3 x 3) that cuts out what lies around `corners`, still in perspective, and its width and height."""
    low, high = np.floor(corners.min(0)).clip(0), np.ceil(corners.max(0))
    matrix = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]], np.float64)
    return matrix, (max(1, int(high[0] - low[0])), max(1, int(high[1] - low[1])))
