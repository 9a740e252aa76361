"""The sheet of paper in a photograph found by its four edges, whatever it lies on: the desk may be of many colours."""

from __future__ import annotations

from itertools import combinations

import cv2
import numpy as np

from invoice_ocr.clean.sight import reduced

_SIDE = 500  # pixels that a photograph is reduced to
_PRINT = 9  # pixels: print on paper is thinner
_SHORT, _LONG = 0.03, 0.12  # of the shorter side: of a piece of an edge, and of all pieces of one
_NEAR = 4.0  # pixels beside a line in which its other pieces lie
_LINES = 28  # looked at
_APART = 3.0  # pixels inside and outside an edge at which paper and desk are compared
_BRIGHTER = 3.0  # grey levels that paper is brighter than the desk at least
_BLUE = 2  # the colour in which paper stands out most: wood, cardboard and cloth give back less of it
_QUANTISED = 1.0  # grey levels by which a slope may be wrong: twice as many hide the edges of paper in the shade
_FAR, _SUDDEN = 9.0, 0.5  # pixels, and the share of the difference there that an edge has near by: shade has a third
_OPPOSITE, _ACROSS = -0.8, 0.5  # cosines between the directions in which paper lies from two edges of a sheet
_LEAST, _MOST = 0.12, 0.985  # of the picture that a sheet covers
_MARGIN = 0.03  # of the picture's sides, by which a corner may lie beside it
_SAMPLES = 48  # places on an edge
_SEEN, _SEEN_EACH = 0.8, 0.55  # of these that are brighter inside: in the mean of the edges and of each one
_FRAME, _FRAMED = 8, 30.0  # pixels of a frame around the picture, and grey levels that it is brighter than the desk
_LARGER = 0.3  # what covering the whole picture counts for beside being seen


def four_edges(pixels: np.ndarray) -> np.ndarray | None:
    """The corners of the quadrangle that is brighter than what lies around it, clockwise; None when there is none.

    pixels: uint8, shape (height, width, 3), RGB. Returns float32, shape (4, 2), in its pixels.
    """
    scale = min(1.0, _SIDE / max(pixels.shape[:2]))
    grey = reduced(np.ascontiguousarray(pixels[..., _BLUE]), scale)
    plain = cv2.medianBlur(cv2.morphologyEx(grey, cv2.MORPH_CLOSE, np.ones((_PRINT, _PRINT), np.uint8)), 5)
    plain = _framed(plain)
    corners = _quads(_lines_of(plain), plain.shape)
    if not len(corners):
        return None
    seen = _seen(plain, corners)
    score = seen.mean(1) + _LARGER * _areas(corners) / plain.size
    score[(seen.mean(1) < _SEEN) | (seen.min(1) < _SEEN_EACH)] = 0
    best = int(score.argmax())
    return np.asarray((corners[best] - _FRAME) / scale, np.float32) if score[best] else None


def _framed(plain: np.ndarray) -> np.ndarray:
    """The picture in a frame brighter than the desk and darker than paper: a sheet that is cut off has edges there."""
    ring = np.concatenate([plain[0], plain[-1], plain[:, 0], plain[:, -1]])
    tone = min(255.0, float(np.median(ring)) + _FRAMED)
    return np.asarray(
        cv2.copyMakeBorder(plain, _FRAME, _FRAME, _FRAME, _FRAME, cv2.BORDER_CONSTANT, value=(tone, tone, tone))
    )


def _lines_of(plain: np.ndarray) -> np.ndarray:
    """Straight edges, the longest first: float64, shape (n, 3), a unit vector towards the brighter side and how far
    along it the edge lies.
    """
    found = cv2.createLineSegmentDetector(quant=_QUANTISED).detect(plain)[0]
    if found is None:
        return np.zeros((0, 3))
    ends = found.reshape(-1, 2, 2).astype(np.float64)
    along = ends[:, 1] - ends[:, 0]
    length = np.hypot(along[:, 0], along[:, 1])
    kept = length > _SHORT * min(plain.shape)
    ends, along, length = ends[kept], along[kept], length[kept]
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / length[:, None]
    brighter = _brighter(plain, ends[:, 0], ends[:, 1], normal)
    normal *= np.sign(np.median(brighter, 1))[:, None]
    lines, weights, free = [], [], np.abs(normal).sum(1) > 0
    for seed in np.argsort(-length).tolist():
        if not free[seed]:
            continue
        apart = np.abs((ends - ends[seed].mean(0)) @ normal[seed]).max(1)
        own = free & (apart < _NEAR) & (normal @ normal[seed] > np.cos(np.radians(8)))
        free &= ~own
        points = ends[own].reshape(-1, 2)
        weight = np.repeat(length[own], 2)
        middle = np.average(points, 0, weight)
        _, _, axes = np.linalg.svd((points - middle) * np.sqrt(weight)[:, None])
        across = axes[1] * np.sign(axes[1] @ normal[seed])
        lines.append([*across, across @ middle])
        weights.append(length[own].sum())
    order = [place for place in np.argsort(weights)[::-1] if weights[place] > _LONG * min(plain.shape)]
    return np.array([lines[place] for place in order[:_LINES]]).reshape(-1, 3)


def _quads(lines: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """The quadrangles that have four lines as sides and the brighter side of each inside: float64, shape (n, 4, 2)."""
    pairs = [(i, j) for i, j in combinations(range(len(lines)), 2) if lines[i, :2] @ lines[j, :2] < _OPPOSITE]
    both = [
        (a, b, c, d)
        for (a, c), (b, d) in combinations(pairs, 2)
        if abs(lines[a, :2] @ lines[b, :2]) < _ACROSS and len({a, b, c, d}) == 4
    ]
    if not both:
        return np.zeros((0, 4, 2))
    sides = lines[np.array(both)]
    after = np.roll(sides, -1, axis=1)
    corners = np.cross(sides, after)
    places = np.abs(corners[..., 2]) > 1e-6
    corners = -corners[..., :2] / np.where(places, corners[..., 2], 1)[..., None]
    room = _MARGIN * np.array(shape[1::-1])
    inside = ((corners > -room) & (corners < np.array(shape[1::-1]) + room)).all((1, 2)) & places.all(1)
    # each corner lies on the brighter side of the two lines that do not meet there
    gaps = np.einsum("nki,nli->nkl", corners, sides[..., :2]) - sides[:, None, :, 2]
    for place in range(4):
        inside &= (gaps[:, place, (place + 2) % 4] > 0) & (gaps[:, place, (place + 3) % 4] > 0)
    corners = corners[inside]
    share = _areas(corners) / (shape[0] * shape[1])
    corners = corners[(share > _LEAST) & (share < _MOST)]
    turned = _signed(corners) < 0
    corners[turned] = corners[turned][:, ::-1]
    return np.asarray(corners)


def _seen(plain: np.ndarray, corners: np.ndarray) -> np.ndarray:
    """How much of each side of quadrangles is brighter inside than outside, 0..1: shape (n, 4)."""
    first, second = corners.reshape(-1, 2), np.roll(corners, -1, axis=1).reshape(-1, 2)
    along = second - first
    inward = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(1e-6, np.hypot(along[:, 0], along[:, 1]))[:, None]
    near = _brighter(plain, first, second, inward)
    sudden = near > _SUDDEN * _brighter(plain, first, second, inward, _FAR)
    return np.asarray(((near > _BRIGHTER) & sudden).mean(1).reshape(-1, 4))


def _brighter(
    plain: np.ndarray, first: np.ndarray, second: np.ndarray, normal: np.ndarray, apart: float = _APART
) -> np.ndarray:
    """By how many grey levels a picture is brighter on the side of `normal`, at places between two points each."""
    shares = (np.arange(_SAMPLES) + 0.5) / _SAMPLES
    places = first[:, None] + (second - first)[:, None] * shares[None, :, None]
    inner, outer = places + apart * normal[:, None], places - apart * normal[:, None]
    return np.asarray(_at(plain, inner) - _at(plain, outer))


def _at(plain: np.ndarray, places: np.ndarray) -> np.ndarray:
    x, y = places[..., 0].round().astype(int), places[..., 1].round().astype(int)
    return np.asarray(plain[y.clip(0, plain.shape[0] - 1), x.clip(0, plain.shape[1] - 1)].astype(np.float64))


def _signed(corners: np.ndarray) -> np.ndarray:
    x, y = corners[..., 0], corners[..., 1]
    return np.asarray((x * np.roll(y, -1, -1) - np.roll(x, -1, -1) * y).sum(-1) / 2)


def _areas(corners: np.ndarray) -> np.ndarray:
    return np.asarray(np.abs(_signed(corners)))
