"""Training crops on disk: ragged shards, pixels of all crops end to end, and tables of where each begins."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.alphabet import ALPHABET, ALPHABETS
from invoice_ocr.training.crops import Crop, random_crop
from invoice_ocr.training.fonts import FaceChooser
from invoice_ocr.training.mixtures import KINDS, crop_of


def write_shard(path: Path, crops: Sequence[Crop], alphabet: str = ALPHABET) -> None:
    """Save crops as one .npz of ragged arrays, written beside its place and renamed."""
    classes = {char: index for index, char in enumerate(alphabet)}
    widths = np.array([c.pixels.shape[1] for c in crops], np.int32)
    lengths = np.array([len(c.text) for c in crops], np.int32)
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        pixels=np.concatenate([np.ascontiguousarray(c.pixels.T) for c in crops]),
        widths=widths,
        lengths=lengths,
        labels=np.array([classes[char] for c in crops for char in c.text], np.int16),
        centers=np.concatenate([c.centers for c in crops]).astype(np.float16),
    )
    part.replace(path)


def make_shards(
    folder: Path,
    *,
    first: int,
    count: int,
    size: int = 20000,
    held_out: bool = False,
    alphabet: str = "european",
    kinds: Sequence[str] = ("usual",),
) -> None:
    """Write shards number `first` to `first + count - 1` of `size` crops each; a shard's number is its seed.

    alphabet: a name of `ALPHABETS`, whose classes the labels count. kinds: names of `mixtures.KINDS`, of which the
    shards are by turns; every alphabet but the European has usual ones alone.
    """
    folder.mkdir(parents=True, exist_ok=True)
    chooser = FaceChooser(alphabet, held_out=held_out)
    for number in range(first, first + count):
        path = folder / f"crops-{number:05d}.npz"
        if path.exists():
            continue
        rng = random.Random(number + (1 << 30) * held_out)
        kind = KINDS.get(kinds[number % len(kinds)])
        drawn = [
            crop_of(rng, chooser, kind) if kind else random_crop(rng, chooser, alphabet=alphabet) for _ in range(size)
        ]
        write_shard(path, drawn, ALPHABETS[alphabet])
