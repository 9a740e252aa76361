"""Letters whatever their marks and case: "Mẳn" or "mắn", the word is there."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np

from invoice_ocr.ocr.ctc import decode


def sure_but_for_marks(chances: np.ndarray, alphabet: str) -> float:
    """The confidence, 0..1, of what a picture says, letters that differ by their marks or case taken for one.

    chances: float, shape (steps, classes + 1).

    >>> sure_but_for_marks(np.array([[0.5, 0.375, 0.0, 0.125], [0.0, 0.0, 0.75, 0.25]]), "aÁb")
    0.75
    """
    order, starts, bare = _classes(alphabet)
    together = np.add.reduceat(chances[:, order], starts, axis=1)
    (text,) = decode(together.argmax(-1)[None], together.max(-1)[None], bare)
    return text.confidence


@cache
def _classes(alphabet: str) -> tuple[np.ndarray, np.ndarray, str]:
    """The classes, blank last, in order of their small letters without marks; where each of these begins; they all."""
    keys = [unicodedata.normalize("NFD", char.lower())[0] if char.isalpha() else char for char in alphabet]
    bare = "".join(sorted(set(keys)))
    places = np.array([*map(bare.index, keys), len(bare)])
    order = np.argsort(places, kind="stable")
    starts = np.searchsorted(places[order], np.arange(len(bare) + 1))
    return order, starts, bare
