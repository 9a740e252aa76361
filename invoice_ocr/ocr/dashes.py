"""Rules and frames of dashes, as tills and old ERPs print them, taken off the page: they are no words and hide some."""

from __future__ import annotations

import cv2
import numpy as np

WINDOW, DARKER = 31, 12  # pixels around that tell paper, and grey levels from which ink is darker than these
LOWEST, WIDEST = 3, 40  # pixels: height and width of a dash; lower ones do not disturb
LYING, FULL = 1.3, 0.5  # of a dash's height, that it is wide at least; of its box, that it fills
ALIKE, BETWEEN = 0.3, 2.5  # by how much dashes of a rule differ in width; widths of white between two at most
SHORTEST = 6  # dashes of a rule
CLEAR = 0.1  # of the white between two dashes, that specks may fill
AROUND = 2  # pixels around a dash that are painted too: print is soft


def erased(pixels: np.ndarray) -> np.ndarray | None:
    """A page without its rules of dashes; None where it has none.

    pixels: uint8, shape (height, width, 3). Not modified.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    ink = cv2.adaptiveThreshold(grey, 1, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, WINDOW, DARKER)
    found = rules(ink)
    if not found:
        return None
    clean = pixels.copy()
    for left, top, width, height in (dash for rule in found for dash in rule.tolist()):
        y, x = slice(max(0, top - AROUND), top + height + AROUND), slice(max(0, left - AROUND), left + width + AROUND)
        beside = pixels[max(0, top - height) : top + 2 * height, max(0, left - width) : left + 2 * width]
        clean[y, x] = np.median(beside[::2, ::2].reshape(-1, 3), axis=0)
    return clean


def rules(ink: np.ndarray) -> list[np.ndarray]:
    """The dashes of each rule: int, shape (n, 4), left, top, width, height. ink: uint8, 1 where there is some."""
    stats = cv2.connectedComponentsWithStatsWithAlgorithm(ink, 8, cv2.CV_32S, cv2.CCL_BBDT)[2][1:]  # the quickest
    width, height, area = stats[:, 2], stats[:, 3], stats[:, 4]
    lies = (width >= LYING * height) & (width <= WIDEST) & (height >= LOWEST) & (area >= FULL * width * height)
    dashes = stats[lies, :4]
    dashes = dashes[np.argsort(dashes[:, 0])]
    chains: list[list[int]] = []
    for i, (left, top, wide, high) in enumerate(dashes.tolist()):
        for chain in reversed(chains):
            x, y, w, h = dashes[chain[-1]].tolist()
            near = 0 < left - x - w <= BETWEEN * w and abs(2 * top + high - 2 * y - h) <= max(high, h)
            if near and abs(wide - w) <= ALIKE * max(wide, w) and ink[y : y + h, x + w : left].mean() <= CLEAR:
                chain.append(i)
                break
        else:
            chains.append([i])
    return [dashes[chain] for chain in chains if len(chain) >= SHORTEST]
