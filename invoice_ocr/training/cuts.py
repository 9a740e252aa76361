"""Cuts of made-up pages and the maps a detector should give for them.

Targets follow Differentiable Binarization with r = SHRINK: each side of a box comes in by area * (1 - r^2) / perimeter.
docTR shrinks with r = 0.4, which leaves 16 % of a long word's height: one pixel of 8 pt type on a page of 1024 rows.
r^2 = 0.5 leaves half, so that small type learns fast and neighbouring lines still stand apart.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from invoice_ocr.training.page_damage import arrive, damage
from invoice_ocr.training.sheet import DrawnPage

SHRINK = 0.5**0.5
LEAST_HEART = 2.0  # pixels: no side of a shrunken box is smaller
LEAST_BOX = 4.5  # pixels: lower words are neither text nor background in the loss
SMALL_HEART = 24.0  # square pixels
_SUBPIXEL = 4  # bits of cv2's fixed-point coordinates


@dataclass(frozen=True, slots=True)
class Cut:
    """image: uint8 (size, size, 3) RGB. heart: uint8 (size, size), 1 inside shrunken boxes.

    weight: float32 (size, size), what a pixel counts in the loss. edge, edge_mask: float32, the threshold map and where
    it is defined.
    """

    image: np.ndarray
    heart: np.ndarray
    weight: np.ndarray
    edge: np.ndarray
    edge_mask: np.ndarray


def cut_page(page: DrawnPage, rng: np.random.Generator, size: int, hard: float = 1.0) -> Cut:
    """A random square of a page at a random scale and angle, damaged, with its maps.

    hard: 0..1, the share of cuts that may be turned and damaged at all.
    """
    scale = _pick_scale(rng) / page.scale
    angle = _pick_angle(rng) if rng.random() < hard else 0.0
    room = size if angle == 0 else size * (1 + 2 * np.sin(np.radians(abs(angle))))
    side = int(np.ceil(room / scale))
    x0, y0 = _pick_corner(page, rng, side)
    source = _window(page.pixels, x0, y0, side)
    if rng.random() < hard:
        source = arrive(source, page.scale, rng)
    whole = max(size, round(side * scale))
    shrinks = len(source) > whole
    source = cv2.resize(source, (whole, whole), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    ratio = whole / side
    turn = np.array(cv2.getRotationMatrix2D((whole / 2, whole / 2), angle, 1.0))
    turn[:, 2] = turn[:, 2] + (size - whole) / 2
    paper = tuple(int(v) for v in np.median(source.reshape(-1, 3)[::97], axis=0))
    if angle:
        image = cv2.warpAffine(source, turn, (size, size), flags=cv2.INTER_LINEAR, borderValue=paper)
    else:
        image = source[:size, :size]
        turn = np.array([[1.0, 0, 0], [0, 1, 0]])
    boxes = (page.boxes - np.array([x0, y0, x0, y0], np.float32)) * ratio
    inside = (boxes[:, 2] > -size) & (boxes[:, 0] < 2 * size) & (boxes[:, 3] > -size) & (boxes[:, 1] < 2 * size)
    image = np.ascontiguousarray(image)
    if rng.random() < hard:
        image = damage(image, rng)
    return Cut(image, *draw_maps(boxes[inside], turn, size))


def _pick_scale(rng: np.random.Generator) -> float:
    """Pixels a point: an A4 page 1280 high has 1.52, one 1792 high 2.13; others for robustness."""
    if rng.random() < 0.6:
        return float(rng.uniform(1.3, 1.75))
    return float(np.exp(rng.uniform(np.log(0.95), np.log(2.6))))


def _pick_angle(rng: np.random.Generator) -> float:
    way = rng.random()
    if way < 0.6:
        return 0.0
    return float(rng.uniform(-2, 2)) if way < 0.9 else float(rng.uniform(-7, 7))


def _pick_corner(page: DrawnPage, rng: np.random.Generator, side: int) -> tuple[int, int]:
    """The left top corner of a square that mostly lies on the page: of three around a word the one with most words."""
    height, width = page.pixels.shape[:2]
    slack = 0.1 * side if rng.random() < 0.8 else 0.5 * side
    best, most = (0, 0), -1
    for _ in range(3 if rng.random() < 0.7 else 1):
        if len(page.boxes) and rng.random() < 0.9:
            box = page.boxes[int(rng.integers(len(page.boxes)))]
            corner = (box[:2] + box[2:]) / 2 - rng.uniform(0.05, 0.95, 2) * side
        else:
            corner = rng.uniform((0, 0), (width, height)) - side / 2
        x, y = (
            float(np.clip(at, -slack, max(-slack, full - side + slack)))
            for at, full in zip(corner, (width, height), strict=True)
        )
        middle = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
        count = int(((middle > (x, y)) & (middle < (x + side, y + side))).all(1).sum())
        if count > most:
            best, most = (int(x), int(y)), count
    return best


def _window(pixels: np.ndarray, x0: int, y0: int, side: int) -> np.ndarray:
    """A square of a picture; what lies outside repeats the edge."""
    part = pixels[max(0, y0) : max(0, y0 + side), max(0, x0) : max(0, x0 + side)]
    if part.shape[:2] == (side, side):
        return part
    if part.size == 0:
        return np.full((side, side, 3), 255, np.uint8)
    top, left = max(0, -y0), max(0, -x0)
    top, left = min(top, side - part.shape[0]), min(left, side - part.shape[1])
    bottom, right = side - part.shape[0] - top, side - part.shape[1] - left
    return cv2.copyMakeBorder(part, top, bottom, left, right, cv2.BORDER_REPLICATE)


def shrink(boxes: np.ndarray, ratio: float = SHRINK) -> np.ndarray:
    """Boxes (n, 4) with each side brought in by area * (1 - ratio^2) / perimeter, but never under LEAST_HEART."""
    width, height = boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]
    distance = (1 - ratio**2) / 2 * width * height / np.maximum(width + height, 1e-6)
    x, y = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    wide = np.maximum(width - 2 * distance, LEAST_HEART) / 2
    high = np.maximum(height - 2 * distance, LEAST_HEART) / 2
    return np.stack([x - wide, y - high, x + wide, y + high], 1)


def draw_maps(boxes: np.ndarray, turn: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """The maps of `Cut` for boxes (n, 4) in pixels, each moved by the affine matrix `turn` (2, 3)."""
    heart = np.zeros((size, size), np.uint8)
    weight = np.ones((size, size), np.float32)
    edge = np.zeros((size, size), np.float32)
    near = np.zeros((size, size), np.uint8)
    low = boxes[:, 3] - boxes[:, 1] < LEAST_BOX
    hearts = shrink(boxes)
    margin = (boxes - hearts) * 1.0
    _fill(near, boxes + margin * 0.6, turn, 1)
    weight[near > 0] = 3.0
    wide = np.stack([boxes[:, 0] + margin[:, 0], hearts[:, 1], boxes[:, 2] + margin[:, 2], hearts[:, 3]], 1)
    _fill(weight, wide, turn, 6.0)  # what lies between two words of a line is the hardest to learn
    for part in (1.0, 0.5, 0.0, -0.5):  # the threshold map as terraces, highest on the box's edge
        level = 1 - abs(part)
        layer = np.zeros((size, size), np.uint8)
        _fill(layer, boxes + margin * part, turn, 1)
        edge = np.where(layer > 0, level if part >= 0 else np.maximum(level, 0.5), edge).astype(np.float32)
    _fill(heart, hearts[~low], turn, 1)
    weight[heart > 0] = 4.5  # against the gaps' 6: words must not break at their full stops either
    small = (hearts[:, 2] - hearts[:, 0]) * (hearts[:, 3] - hearts[:, 1]) < SMALL_HEART
    _fill(weight, hearts[small], turn, 8.0)  # a lone "1" has few pixels to speak for it
    _fill(weight, boxes[low], turn, 0.0)
    return heart, weight, 0.3 + 0.4 * edge, (near > 0).astype(np.float32)


def _corners(boxes: np.ndarray, turn: np.ndarray) -> np.ndarray:
    """int32 (n, 4, 2): corners after the turn, in cv2's fixed point, whose pixels have their centre on the integer."""
    points = boxes[:, [0, 1, 2, 1, 2, 3, 0, 3]].reshape(-1, 4, 2)
    moved = points @ turn[:, :2].T + turn[:, 2]
    inner = moved + np.array([[0.0, 0.0], [-1, 0], [-1, -1], [0, -1]])  # fillPoly draws its border too
    return np.asarray(np.round(inner * 2**_SUBPIXEL).astype(np.int32))


def _fill(canvas: np.ndarray, boxes: np.ndarray, turn: np.ndarray, value: float) -> None:
    for corners in _corners(boxes, turn):
        cv2.fillConvexPoly(canvas, corners, value, shift=_SUBPIXEL)
