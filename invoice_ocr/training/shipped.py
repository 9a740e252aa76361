"""Weights as they ship, for training to go on from."""

from __future__ import annotations

from pathlib import Path

import numpy as np


def read_weights(path: Path) -> list[np.ndarray]:
    """The arrays of a .npz of weights as float32, in docTR's order."""
    with np.load(path, allow_pickle=False) as shipped:
        return [shipped[name].astype(np.float32) for name in sorted(shipped.files)]
