"""Words marked with a highlighter: dark print on a colour whose strongest channel is as bright as paper."""

from __future__ import annotations

import cv2
import numpy as np

_STEP = 4  # pixels between those by which marks are looked for
_COLOURED = 50  # grey levels between the strongest and the weakest channel of a mark, at least
_BRIGHT = 0.8  # of the paper's brightness, that the strongest channel of a mark has
_WHITE = 25  # grey levels between the channels of white paper, at most
_LEAST = 24  # places of a mark, of `_STEP` squared pixels each: a word's
_AROUND = 2  # places around a mark that belong to it
_DARK, _PRINTED = 0.65, 0.03  # of the paper's brightness, under which is print; of a mark's places, that have it


def without_marker(pixels: np.ndarray) -> np.ndarray | None:
    """The page with marked words on white paper; None where none are marked.

    pixels: uint8, shape (height, width, 3), RGB, not modified. A coloured ground that light print stands on, or none,
    stays as it is, and so do coloured letters and coloured paper.
    """
    red, green, blue = cv2.split(np.ascontiguousarray(pixels[::_STEP, ::_STEP]))
    strongest = cv2.max(cv2.max(red, green), blue)
    coloured = cv2.subtract(strongest, cv2.min(cv2.min(red, green), blue))
    paper = float(np.median(strongest[::2, ::2]))
    if float(np.median(coloured[::2, ::2])) > _WHITE:
        return None
    bright = ((coloured > _COLOURED) & (strongest > _BRIGHT * paper)).astype(np.uint8)
    near = np.ones((3, 3), np.uint8)
    filled = cv2.morphologyEx(cv2.morphologyEx(bright, cv2.MORPH_CLOSE, near), cv2.MORPH_OPEN, near)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(filled)
    sizes = stats[:, cv2.CC_STAT_AREA]
    if not (sizes[1:] >= _LEAST).any():
        return None
    places = np.flatnonzero(labels)
    of, strong, colour = (each.ravel()[places] for each in (labels, strongest, coloured))
    dark = np.bincount(of[strong < _DARK * paper], minlength=count)
    light = np.bincount(of[(colour < _WHITE) & (strong > _BRIGHT * paper)], minlength=count)
    marked = (sizes >= _LEAST) & (dark > _PRINTED * sizes) & (dark > light)
    marked[0] = False
    if not marked.any():
        return None
    grown = cv2.dilate(marked[labels].astype(np.uint8), np.ones((2 * _AROUND + 1, 2 * _AROUND + 1), np.uint8))
    unmarked = pixels.copy()
    for left, top, width, height in stats[marked, :4].tolist():
        x, y = max(0, left - _AROUND), max(0, top - _AROUND)
        part = grown[y : top + height + _AROUND, x : left + width + _AROUND]
        whole = cv2.resize(part, None, fx=_STEP, fy=_STEP, interpolation=cv2.INTER_NEAREST)
        of_page = unmarked[y * _STEP :, x * _STEP :][: whole.shape[0], : whole.shape[1]]
        inside = whole[: of_page.shape[0], : of_page.shape[1]] > 0
        of_page[inside] = of_page[inside].max(1, keepdims=True)
    return unmarked
