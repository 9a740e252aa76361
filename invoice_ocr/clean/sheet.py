"""The sheet of paper in a photograph: where its corners are, and the picture of the sheet alone."""

from __future__ import annotations

import cv2
import numpy as np

_SIDE = 400  # pixels that a photograph is reduced to
_BORDER_DARK = 0.6  # of a picture's border that is not paper, from which it may be a photograph of a sheet
_APART = 40  # grey levels between paper and desk
_LEAST, _MOST = 0.2, 0.985  # of the picture that a sheet covers
_FILLED = 0.93  # of its four corners' area that is paper
_OUTSIDE = 0.03  # of the marks that may lie beside the sheet: more, and it is a light part of a page


def corners_of(grey: np.ndarray, marks: np.ndarray) -> np.ndarray | None:
    """The four corners of the sheet of paper in a picture, clockwise from the top left; None when there is no other.

    grey: uint8, shape (height, width), ink darker than paper. marks: float32, shape (n, 4), of what may be letters.
    Returns float32, shape (4, 2), in pixels of `grey`. A scan that shows nothing but the page has none.
    """
    scale = min(1.0, _SIDE / max(grey.shape))
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(cv2.morphologyEx(small, cv2.MORPH_CLOSE, np.ones((9, 9), np.uint8)), (0, 0), 1.5)
    threshold, light = cv2.threshold(small, 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    border = np.concatenate([light[2], light[-3], light[:, 2], light[:, -3]])
    if (border == 0).mean() < _BORDER_DARK:
        return None
    inside, outside = small[light > 0], small[light == 0]
    if (
        not (inside.size and outside.size)
        or float(np.median(inside)) - float(np.median(outside)) < _APART
        or threshold < 20
    ):
        return None
    light = cv2.morphologyEx(light, cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    contours, _ = cv2.findContours(light, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    if not contours:
        return None
    hull = cv2.convexHull(max(contours, key=cv2.contourArea))
    corners = _four(hull)
    share = cv2.contourArea(corners) / small.size
    filled = np.zeros_like(light)
    cv2.fillConvexPoly(filled, corners.round().astype(np.int32), 255)
    if not _LEAST < share < _MOST or (light[filled > 0] > 0).mean() < _FILLED:
        return None
    found = _in_order(corners) / scale
    return found if _beside(found, marks) <= _OUTSIDE else None


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
