"""The sheet of paper in a photograph: where its corners are, and the picture of the sheet alone."""

from __future__ import annotations

import cv2
import numpy as np

_SIDE = 500  # pixels that a photograph is reduced to
_RING = 0.02  # of the sides: the border, where the desk is seen
_DESK = 0.6  # of the border that is desk, from which a picture may be a photograph of a sheet
_UNLIKE = (30, 70)  # grey levels in any colour, between which paper is unlike the desk
_APART = 40  # grey levels by which paper is brighter than the desk
_STEP = 8  # pixels between those of the border that are looked at first
_LEAST, _MOST = 0.2, 0.985  # of the picture that a sheet covers
_FILLED = 0.93  # of its four corners' area that is paper
_OUTSIDE = 0.03  # of the marks that may lie beside the sheet: more, and it is a light part of a page
_SLANT = 1.5  # degrees that its sides lean, in the mean, up to which engines follow
_FAR = 0.5  # of the picture that a sheet covers, under which its print is small
_STEEP, _PRINT = 70, 0.006  # grey levels between neighbours, and the share of such places beside a sheet that is print


def corners_of(pixels: np.ndarray, marks: np.ndarray) -> np.ndarray | None:
    """The four corners of the sheet of paper in a picture, clockwise from the top left; None when there is no other.

    pixels: uint8, shape (height, width, 3), RGB. marks: float32, shape (n, 4), of what may be letters, in its pixels.
    Returns float32, shape (4, 2). A scan that shows nothing but the page has none, nor has a photograph with something
    printed beside what was taken for the sheet: nothing that can be read may be cut away.
    """
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    if min(pixels.shape[:2]) * scale < 16 or _is_paper(pixels):
        return None
    size = (round(pixels.shape[1] * scale), round(pixels.shape[0] * scale))
    sharp = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA)
    paper = _unlike_desk(cv2.medianBlur(sharp, 5))
    if paper is None:
        return None
    contours, _ = cv2.findContours(paper, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    corners = _four(cv2.convexHull(max(contours, key=cv2.contourArea)))
    filled = np.zeros_like(paper)
    cv2.fillConvexPoly(filled, corners.round().astype(np.int32), 255)
    share = float((filled > 0).mean())
    if not _LEAST < share < _MOST or (paper[filled > 0] > 0).mean() < _FILLED:
        return None
    grey = cv2.cvtColor(sharp, cv2.COLOR_RGB2GRAY)
    darker = float(np.median(grey[filled > 0])) - float(np.median(grey[filled == 0]))
    if darker < _APART or _print_beside(grey, filled) > _PRINT:
        return None
    found = _in_order(corners) / scale
    return found if _beside(found, marks) <= _OUTSIDE else None


def _is_paper(pixels: np.ndarray) -> bool:
    """Whether the border of a picture is so bright that nothing can be brighter as paper is brighter than a desk."""
    return float(np.median(_border(pixels[::_STEP, ::_STEP]).mean(1))) > 255 - _APART


def _border(pixels: np.ndarray) -> np.ndarray:
    """The pixels along the four sides of a picture: int16, shape (n, 3)."""
    ring = max(2, round(_RING * min(pixels.shape[:2])))
    sides = (pixels[:ring], pixels[-ring:], pixels[:, :ring], pixels[:, -ring:])
    return np.concatenate([side.reshape(-1, 3) for side in sides]).astype(np.int16)


def _unlike_desk(small: np.ndarray) -> np.ndarray | None:
    """What is unlike the picture's border: 255 there, else 0; None when the border is not all of a kind."""
    border = _border(small)
    desk = np.median(border, 0)
    near = np.abs(border - desk).max(1)
    limit = float(np.clip(4 * np.median(near) + 20, *_UNLIKE))
    if (near <= limit).mean() < _DESK:
        return None
    unlike = (np.abs(small.astype(np.int16) - desk).max(2) > limit).astype(np.uint8) * 255
    closed = cv2.morphologyEx(unlike, cv2.MORPH_CLOSE, np.ones((11, 11), np.uint8))
    return np.asarray(cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((7, 7), np.uint8)))


def _print_beside(grey: np.ndarray, filled: np.ndarray) -> float:
    """The share of places well beside the sheet where neighbours differ as print does, 0..1."""
    steep = cv2.morphologyEx(grey, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8)) > _STEEP
    beside = cv2.dilate(filled, np.ones((21, 21), np.uint8)) == 0
    return float(steep[beside].sum()) / grey.size


def _four(hull: np.ndarray) -> np.ndarray:
    """The hull with as few corners as leave four: float32, shape (4, 2)."""
    length = cv2.arcLength(hull, True)
    for share in np.arange(0.01, 0.1, 0.005):
        simple = cv2.approxPolyDP(hull, share * length, True)
        if len(simple) == 4:
            return simple[:, 0].astype(np.float32)
    return cv2.boxPoints(cv2.minAreaRect(hull)).astype(np.float32)


def _in_order(corners: np.ndarray) -> np.ndarray:
    """Corners clockwise, the one nearest to the top left first."""
    middle = corners.mean(0)
    around = corners[np.argsort(np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0]))]
    return np.roll(around, -int(around.sum(1).argmin()), axis=0)


def _beside(corners: np.ndarray, marks: np.ndarray) -> float:
    """The share of marks that lie outside the corners, 0..1."""
    if not len(marks):
        return 0.0
    middles = marks[:, :2] + marks[:, 2:] / 2
    grown = corners.mean(0) + (corners - corners.mean(0)) * 1.02
    edges = np.roll(grown, -1, axis=0) - grown
    to = middles[:, None] - grown[None]
    inside = (edges[None, :, 0] * to[..., 1] - edges[None, :, 1] * to[..., 0] >= 0).all(1)
    return float(1 - inside.mean())


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
