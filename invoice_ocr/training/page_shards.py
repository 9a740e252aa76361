"""Drawn pages kept on disk, so that each is drawn once and cut many times.

A shard is one .npz: all pages as JPEG end to end, where each begins, and their boxes. Shards appear under their name
only when whole, so a trainer may read a folder that another process still fills.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from invoice_ocr.training.pages import draw_page
from invoice_ocr.training.sheet import DrawnPage


@dataclass(frozen=True, slots=True)
class Shard:
    """Pages of one file. blob: uint8, the JPEGs; starts, firsts: int64, one longer than there are pages.

    boxes: float32 (words, 4) in pixels; page i owns blob[starts[i]:starts[i+1]] and boxes[firsts[i]:firsts[i+1]].
    scales: float32, pixels a point.
    """

    blob: np.ndarray
    starts: np.ndarray
    boxes: np.ndarray
    firsts: np.ndarray
    scales: np.ndarray

    def __len__(self) -> int:
        return len(self.scales)

    def page(self, index: int) -> DrawnPage:
        """Page `index`, decoded."""
        encoded = self.blob[self.starts[index] : self.starts[index + 1]]
        pixels = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR_RGB))
        return DrawnPage(pixels, self.boxes[self.firsts[index] : self.firsts[index + 1]], float(self.scales[index]))


def write_shard(path: Path, seed: int, count: int, *, held_out: bool = False) -> None:
    """Draw `count` pages from `seed` and write them to `path` at once; held_out: in the fonts kept from training."""
    rng = np.random.default_rng(seed)
    encoded, boxes, scales = [], [], []
    for _ in range(count):
        page = draw_page(rng, float(rng.choice([2.0, 2.4, 2.8])), held_out)
        good, jpeg = cv2.imencode(".jpg", cv2.cvtColor(page.pixels, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 93])
        if not good:
            raise ValueError("a drawn page could not be encoded")
        encoded.append(jpeg.ravel())
        boxes.append(page.boxes)
        scales.append(page.scale)
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        np.savez(
            file,
            blob=np.concatenate(encoded),
            starts=np.cumsum([0, *map(len, encoded)]),
            boxes=np.concatenate(boxes),
            firsts=np.cumsum([0, *map(len, boxes)]),
            scales=np.array(scales, np.float32),
        )
    part.replace(path)


def write_shards(folder: Path, *, seed: int, shards: int, pages: int) -> None:
    """Fill a folder with shards of `pages` pages each; those already there are kept, so it can be begun again."""
    for index in range(shards):
        path = folder / f"pages-{seed}-{index:04d}.npz"
        if not path.exists():
            write_shard(path, seed * 10_000 + index, pages)


def read_shard(path: Path) -> Shard:
    """A shard from its file."""
    with np.load(path, allow_pickle=False) as arrays:
        return Shard(**{name: arrays[name] for name in ("blob", "starts", "boxes", "firsts", "scales")})
