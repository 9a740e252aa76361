"""Which words of a page are written by hand: what is read there is no more than a guess."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.hanzi import has_hanzi

Network = Callable[[np.ndarray], np.ndarray]  # uint8 (n, 32, width), paper light, to logits float32 (n, width / STEP)

STEP = 8  # pixels of width that one answer of the network is about
WIDEST = 192  # pixels of a word that it looks at
AT_ONCE = 64
LEAST = 0.9  # of the chance, from which a word is by hand
FEWEST = 2  # letters and digits of a word: the strokes of a lone sign are too few to tell


def places(pictures: Sequence[np.ndarray], texts: Sequence[str], network: Network) -> list[int]:
    """Which words of a page are written by hand. pictures: normalised; texts: what they say.

    None where Chinese is printed: the network has seen none.
    """
    if any(map(has_hanzi, texts)):
        return []
    asked = [i for i, text in enumerate(texts) if sum(map(str.isalnum, text)) >= FEWEST]
    found = chances([pictures[i] for i in asked], network)
    return [i for i, chance in zip(asked, found.tolist(), strict=True) if chance >= LEAST]


def chances(pictures: Sequence[np.ndarray], network: Network) -> np.ndarray:
    """How likely each normalised picture of a word is handwriting: float32, shape (n,), 0..1; 0 for an empty one."""
    found = np.zeros(len(pictures), np.float32)
    order = sorted((i for i, picture in enumerate(pictures) if picture.shape[1]), key=lambda i: pictures[i].shape[1])
    for start in range(0, len(order), AT_ONCE):
        places = order[start : start + AT_ONCE]
        steps = [-(-min(WIDEST, pictures[i].shape[1]) // STEP) for i in places]
        batch = np.full((len(places), HEIGHT, -(-steps[-1] // 2) * 2 * STEP), 255, np.uint8)
        for row, i in enumerate(places):
            picture = pictures[i][:, :WIDEST]
            batch[row, :, : picture.shape[1]] = picture
        logits = network(batch)
        means = [float(line[:count].mean()) for line, count in zip(logits, steps, strict=True)]
        found[places] = 1 / (1 + np.exp(-np.array(means)))
    return found
