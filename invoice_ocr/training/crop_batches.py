"""Crops from disk, in batches of like width, as the recogniser learns from them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.crops import HEIGHT, levelled
from invoice_ocr.ocr.tensorflow import RECOGNISER_MEAN, RECOGNISER_STD
from invoice_ocr.training.recogniser_plan import Plan

Sample = tuple[np.ndarray, np.ndarray, np.ndarray]  # pixels (width, 32), labels, centres
STEP = 4  # pixels of width a time step of the network sees first


@dataclass
class Shards:
    """Crops on disk, read a few files at a time; new files are noticed between rounds."""

    folder: Path
    at_once: int = 6
    seen: dict[str, int] = field(default_factory=dict)

    def round(self, rng: random.Random) -> list[Sample]:
        """Crops of some least-used files: (pixels uint8 (width, 32), labels int16, centres float16) each."""
        names = sorted(path.name for path in self.folder.glob("crops-*.npz") if ".part" not in path.name)
        if not names:
            raise FileNotFoundError(f"no crops in {self.folder}")
        names.sort(key=lambda name: (self.seen.get(name, 0), rng.random()))
        crops = []
        for name in names[: self.at_once]:
            self.seen[name] = self.seen.get(name, 0) + 1
            with np.load(self.folder / name, allow_pickle=False) as shard:
                pixels, widths, lengths, labels, centers = (
                    shard[key] for key in ("pixels", "widths", "lengths", "labels", "centers")
                )
            ends, label_ends = np.cumsum(widths), np.cumsum(lengths)
            for end, width, label_end, length in zip(ends, widths, label_ends, lengths, strict=True):
                spot = slice(label_end - length, label_end)
                crops.append((pixels[end - width : end], labels[spot], centers[spot]))
        return crops


def batches(crops: list[Sample], plan: Plan, rng: random.Random, *, widest: int = 512) -> Iterator[list[Sample]]:
    """Crops of like width together, as many as `plan.pixels` allows, in random order."""
    fitting = [crop for crop in crops if len(crop[0]) <= widest and len(crop[1]) <= len(crop[0]) // STEP]
    fitting = [crop for crop in fitting if len(crop[0]) <= 256 or rng.random() < plan.wide]
    fitting.sort(key=lambda crop: len(crop[0]) + rng.uniform(-6, 6))
    groups: list[list[Sample]] = []
    group: list[Sample] = []
    for crop in fitting:
        width = _padded(len(crop[0]))
        if group and (len(group) >= plan.most or (len(group) + 1) * width > plan.pixels):
            groups.append(group)
            group = []
        group.append(crop)
    if group:
        groups.append(group)
    rng.shuffle(groups)
    yield from groups


def _padded(width: int) -> int:
    return -(-width // 16) * 16


def collate(
    group: list[Sample], noise: np.random.Generator | None, blank: int = len(ALPHABET)
) -> tuple[Tensor, Tensor, Tensor, Tensor]:
    """Images float32 (batch, 3, 32, width), as reading gives them; labels, their lengths, the class of each step."""
    room = 0 if noise is None else int(noise.integers(0, 3)) * 16
    wide = min(512, _padded(max(len(pixels) for pixels, _, _ in group)) + room)
    grey = np.zeros((len(group), wide, HEIGHT), np.float32)
    inside = np.zeros((len(group), wide, 1), np.float32)
    target = np.full((len(group), wide // STEP), blank, np.int64)
    for row, (pixels, labels, centers) in enumerate(group):
        grey[row, : len(pixels)] = levelled(pixels)
        inside[row, : len(pixels)] = 1
        last = -1
        for label, center in zip(labels, centers, strict=True):
            spot = max(last + 1, int(center) // STEP)
            if spot < target.shape[1]:
                target[row, spot] = label
            last = spot
    images = _roughened(grey, inside, noise)
    images -= np.array(RECOGNISER_MEAN, np.float32)
    images /= np.array(RECOGNISER_STD, np.float32)
    labels = np.concatenate([labels for _, labels, _ in group]).astype(np.int64)
    lengths = np.array([len(labels) for _, labels, _ in group])
    picture = torch.from_numpy(images).permute(0, 3, 2, 1).contiguous(memory_format=torch.channels_last)
    return picture, torch.from_numpy(labels), torch.from_numpy(lengths), torch.from_numpy(target)


def _roughened(grey: np.ndarray, inside: np.ndarray, noise: np.random.Generator | None) -> np.ndarray:
    """(batch, width, 32) grey 0..255 to (batch, width, 32, 3) in 0..1, a quarter of them with fresh grain."""
    shade = grey / 255
    if noise is not None:
        rough = noise.random(len(grey)) < 0.25
        shade[rough] += noise.normal(0, 0.02, shade[rough].shape).astype(np.float32)
        np.clip(shade, 0, 1, out=shade)
    shade *= inside  # what lies beyond the crop stays black, as when reading
    return np.repeat(shade[..., None], 3, axis=3)
