"""How well a detector finds words on made-up pages in fonts it never saw: recall and precision at IoU 0.5."""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
import torch

from invoice_ocr.ocr.boxes import Thresholds, find_spots, grow
from invoice_ocr.training.cuts import SHRINK
from invoice_ocr.training.detector import normalised
from invoice_ocr.training.detector_net import Detector
from invoice_ocr.training.pages import draw_page
from invoice_ocr.training.sheet import DrawnPage

THRESHOLDS = Thresholds(pixel=0.5, box=0.5, shrink=SHRINK)


def find_words(net: Detector, pixels: np.ndarray, thresholds: Thresholds = THRESHOLDS) -> np.ndarray:
    """Boxes of the words on a page: float32 (words, 4) in pixels. pixels: uint8 (height, width, 3) RGB, any size."""
    height, width = pixels.shape[:2]
    page = np.full((-(-height // 32) * 32, -(-width // 32) * 32, 3), 255, np.uint8)
    page[:height, :width] = pixels
    with torch.no_grad():
        heat = torch.sigmoid(net.eval()(normalised(page[None])))[0, 0].numpy()
    return grow(find_spots(heat, thresholds).boxes, thresholds)


def matched(found: np.ndarray, true: np.ndarray, overlap: float = 0.5) -> int:
    """How many boxes pair up one to one with an intersection over union of at least `overlap`, best pairs first."""
    if not len(found) or not len(true):
        return 0
    low, high = np.maximum(found[:, None, :2], true[None, :, :2]), np.minimum(found[:, None, 2:], true[None, :, 2:])
    common = np.clip(high - low, 0, None).prod(2)
    union = _areas(found)[:, None] + _areas(true)[None] - common
    ratio = common / np.maximum(union, 1e-6)
    pairs = np.argwhere(ratio >= overlap)
    pairs = pairs[np.argsort(-ratio[pairs[:, 0], pairs[:, 1]], kind="stable")]
    rows: set[int] = set()
    columns: set[int] = set()
    for row, column in pairs.tolist():
        if row not in rows and column not in columns:
            rows.add(row)
            columns.add(column)
    return len(rows)


def _areas(boxes: np.ndarray) -> np.ndarray:
    return np.asarray((boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1]))


def score(net: Detector, pages: Iterable[DrawnPage], long_side: int = 1024) -> dict[str, float]:
    """Recall, precision (0..1) and the number of words, over pages shown with their long side at `long_side` pixels."""
    hits = true = found = 0
    for page in pages:
        scale = long_side / max(page.pixels.shape[:2])
        size = (round(page.pixels.shape[1] * scale), round(page.pixels.shape[0] * scale))
        boxes = find_words(net, np.asarray(cv2.resize(page.pixels, size, interpolation=cv2.INTER_AREA)))
        hits += matched(boxes, page.boxes * scale)
        true, found = true + len(page.boxes), found + len(boxes)
    return {"recall": hits / max(1, true), "precision": hits / max(1, found), "words": float(true)}


def held_out_pages(count: int, seed: int = 99) -> Iterable[DrawnPage]:
    """Pages drawn in the font families kept from training."""
    rng = np.random.default_rng(seed)
    return (draw_page(rng, held_out=True) for _ in range(count))
