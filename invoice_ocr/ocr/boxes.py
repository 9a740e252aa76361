"""From the detector's map to upright boxes around words: connected spots, grown back by a closed formula."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

MOST_BOXES = 6000  # a page of noise must not cost more than a dense page of text
INSIDE = 0.7  # of a box's area within a larger one, from which it is a speck of that one's ink


@dataclass(frozen=True, slots=True)
class Thresholds:
    """How spots become boxes; the numbers are measured with the weights and stand in their manifest.

    pixel: probability from which a pixel is text. box: least mean probability of a spot. shrink: ratio by which the
    training shrank every box (DB's r): its sides came in by area * (1 - r^2) / perimeter. swell: pixels by which a spot
    outgrows the shrunken box on each side, when `pixel` is low and the map soft.
    """

    pixel: float = 0.7
    box: float = 0.5
    shrink: float = 0.5**0.5
    swell: float = 0.0


@dataclass(frozen=True, slots=True)
class Spots:
    """The text spots of one map.

    boxes: float32, shape (n, 4): left, top, right, bottom in pixels of the map, not yet grown.
    scores: float32, shape (n,), mean probability 0..1. angles, lengths: float32, shape (n,): the direction of each
    spot's long axis in degrees (positive: falling to the right) and its length in pixels.
    """

    boxes: np.ndarray
    scores: np.ndarray
    angles: np.ndarray
    lengths: np.ndarray


def find_spots(heat: np.ndarray, thresholds: Thresholds, *, turn: float = 0.0) -> Spots:
    """The connected spots of text in a map.

    heat: float32, shape (height, width), probability 0..1. turn: degrees; boxes are upright in a frame turned by that
    much about the top left corner, so that the words of a skew page fit theirs.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats((heat > thresholds.pixel).astype(np.uint8))
    if count <= 1:
        none = np.zeros(0, np.float32)
        return Spots(np.zeros((0, 4), np.float32), none, none, none)
    place = np.flatnonzero(labels)
    spot = labels.ravel()[place]
    area = np.bincount(spot, minlength=count)[1:].astype(np.float32)
    scores = np.bincount(spot, heat.ravel()[place], count)[1:].astype(np.float32) / area
    x, y = (place % heat.shape[1]).astype(np.float32), (place // heat.shape[1]).astype(np.float32)
    angles, lengths = _axes(spot, x, y, area, count)
    if turn:
        boxes = _turned_extents(spot, x, y, count, turn)
    else:
        left, top, width, height = stats[1:, :4].T.astype(np.float32)
        boxes = np.stack([left, top, left + width, top + height], 1)
    good = np.flatnonzero(scores >= thresholds.box)
    if len(good) > MOST_BOXES:
        good = good[np.argsort(-area[good], kind="stable")[:MOST_BOXES]]
    return Spots(boxes[good], scores[good], angles[good], lengths[good])


def _axes(spot: np.ndarray, x: np.ndarray, y: np.ndarray, area: np.ndarray, count: int) -> tuple[np.ndarray, ...]:
    """Direction (degrees) and length (pixels) of each spot, from its second moments."""

    def mean(values: np.ndarray) -> np.ndarray:
        means: np.ndarray = np.bincount(spot, values, count)[1:] / area
        return means

    mean_x, mean_y = mean(x), mean(y)
    dx, dy = x - mean_x[spot - 1], y - mean_y[spot - 1]
    xx, yy, xy = mean(dx * dx), mean(dy * dy), mean(dx * dy)
    angles = np.degrees(0.5 * np.arctan2(2 * xy, xx - yy))
    lengths = np.sqrt(12 * np.maximum(xx, yy))
    return angles.astype(np.float32), lengths.astype(np.float32)


def _turned_extents(spot: np.ndarray, x: np.ndarray, y: np.ndarray, count: int, turn: float) -> np.ndarray:
    cos, sin = np.cos(np.radians(turn)), np.sin(np.radians(turn))
    x, y = x + 0.5, y + 0.5
    along, down = x * cos + y * sin, y * cos - x * sin
    boxes = np.empty((count, 4), np.float32)
    boxes[:, :2], boxes[:, 2:] = np.inf, -np.inf
    for column, values, reduce in ((0, along, np.minimum), (1, down, np.minimum), (2, along, np.maximum)):
        reduce.at(boxes[:, column], spot, values.astype(np.float32))
    np.maximum.at(boxes[:, 3], spot, down.astype(np.float32))
    return boxes[1:] + np.array([-0.5, -0.5, 0.5, 0.5], np.float32)


def grow(boxes: np.ndarray, thresholds: Thresholds) -> np.ndarray:
    """The boxes of words whose shrunken hearts are `boxes`: float32, shape (n, 4), same unit, not clipped.

    Training brought each side in by d = k * area / (width + height), k = (1 - r^2) / 2. With s and p the sum and the
    product of the heart's sides, its inverse is the positive root of 4(1 - k) d^2 + (1 - 2k) s d - k p = 0.
    """
    k = (1 - thresholds.shrink**2) / 2
    swell = np.array([1, 1, -1, -1], np.float32) * thresholds.swell
    inner = boxes + swell
    width = np.maximum(inner[:, 2] - inner[:, 0], 0.5)
    height = np.maximum(inner[:, 3] - inner[:, 1], 0.5)
    total, product = width + height, width * height
    a, b = 4 * (1 - k), (1 - 2 * k) * total
    d = (np.sqrt(b * b + 4 * a * k * product) - b) / (2 * a)
    x, y = (inner[:, 0] + inner[:, 2]) / 2, (inner[:, 1] + inner[:, 3]) / 2
    out = np.stack([x - width / 2 - d, y - height / 2 - d, x + width / 2 + d, y + height / 2 + d], 1)
    return out.astype(np.float32)


def distinct(boxes: np.ndarray) -> np.ndarray:
    """Which boxes (shape (n, 4)) are not inside a larger one: bool, shape (n,)."""
    area = (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])
    kept = np.ones(len(boxes), bool)
    for start in range(0, len(boxes), 256):
        part = slice(start, start + 256)
        low = np.maximum(boxes[part, None, :2], boxes[None, :, :2])
        high = np.minimum(boxes[part, None, 2:], boxes[None, :, 2:])
        shared = np.clip(high - low, 0, None).prod(2)
        kept[part] = ~((shared > INSIDE * area[part, None]) & (area[None] > area[part, None])).any(1)
    return kept


def skew_of(spots: Spots) -> float:
    """How far the page's lines fall to the right, in degrees, -10..10; 0.0 where too little text tells.

    The median of the long spots' directions, weighted by their length.
    """
    height = spots.boxes[:, 3] - spots.boxes[:, 1]
    long = (spots.lengths > 3 * np.minimum(height, 12)) & (spots.lengths > 20) & (np.abs(spots.angles) < 10)
    if long.sum() < 5:
        return 0.0
    order = np.argsort(spots.angles[long])
    angles, weights = spots.angles[long][order], spots.lengths[long][order]
    return float(angles[np.searchsorted(np.cumsum(weights), weights.sum() / 2)])
