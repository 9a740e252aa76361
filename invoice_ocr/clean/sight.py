"""A page seen small: its paper, its ink and the marks that may be letters. All measuring starts here."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

LONG_SIDE = 1400  # pixels that a page is reduced to: A4 at 120 dots an inch, where 7-point print is still told apart
_PAPER_PART = 24  # the widest dark thing that is print and not shade, as a part of the long side: 12 mm on A4
_DARK_PART = 0.8  # of the brightness of the paper, under which it is shaded or filled
_LEAST_DEPTH = 18  # grey levels that ink is darker than paper
_MOST_MARKS = 6000
# Marks under which ink may be the dark rim of a scan, and print fainter. It covers 7 to 160 times as much then; what is
# grain, or print of which more is seen so, at most 5.6 times as much.
_FEW, _MORE = 350, 6
_USUAL = 7  # of every fourth pixel, whose usual brightness print is compared with: 6 mm on A4
_PRINTED = 12  # of these pixels that are lighter in what is filled, at least: two letters
DARK = 110  # of 255: paper darker than this is the ground of light print


@dataclass(frozen=True)
class Sight:
    """What of a page is measured.

    scale: pixels here for one of the page. grey: uint8, shape (height, width), ink darker than paper: inverted where
    the page is light on dark. paper: uint8, same shape, how bright the paper is at each place. ink: bool, same shape.
    marks: float32, shape (n, 4), left, top, width and height of what has a letter's size, in pixels here.
    """

    scale: float
    grey: np.ndarray
    paper: np.ndarray
    ink: np.ndarray
    marks: np.ndarray
    light_on_dark: bool

    @property
    def mark_height(self) -> float:
        """The median height of the marks in pixels of the page; 0.0 without marks."""
        return float(np.median(self.marks[:, 3])) / self.scale if len(self.marks) else 0.0

    @cached_property
    def filled(self) -> np.ndarray:
        """Where a page is not shaded but filled with a dark colour: what stands out there is lighter. bool, as `paper`.

        Told from every fourth pixel of every fourth row.
        """
        bright = float(np.quantile(self.paper[::8, ::8], 0.9))
        grey = np.ascontiguousarray(self.grey[::4, ::4])
        usual = cv2.medianBlur(grey, _USUAL)
        count, labels = cv2.connectedComponents((usual < _DARK_PART * bright).astype(np.uint8))
        if count == 1:
            return np.zeros(self.grey.shape, bool)
        lighter = np.bincount(labels[cv2.subtract(grey, usual) > _LEAST_DEPTH], minlength=count)
        darker = np.bincount(labels[cv2.subtract(usual, grey) > _LEAST_DEPTH], minlength=count)
        is_filled = lighter > np.maximum(darker, _PRINTED)
        is_filled[0] = False
        near = cv2.dilate(is_filled[labels].astype(np.uint8), np.ones((_USUAL, _USUAL), np.uint8))
        return cv2.resize(near, self.grey.shape[::-1], interpolation=cv2.INTER_NEAREST) > 0


def see(pixels: np.ndarray) -> Sight:
    """A page as it is measured. pixels: uint8, shape (height, width, 3), RGB."""
    scale = min(1.0, LONG_SIDE / max(pixels.shape[:2]))
    grey = reduced(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), scale)
    light_on_dark = _is_light_on_dark(grey)
    if light_on_dark:
        grey = 255 - grey
    paper = paper_of(grey)
    depth = cv2.subtract(paper, grey)
    level = _ink_depth(depth)
    ink = depth > level
    marks = marks_of(ink)
    if len(marks) < _FEW:
        fainter = _ink_depth(np.where(ink, 0, depth))
        others = marks_of(depth > fainter)
        if fainter > _LEAST_DEPTH and _covered(others) > _MORE * _covered(marks):
            ink, marks = depth > fainter, others
    return Sight(scale, grey, paper, ink, marks, light_on_dark)


def reduced(grey: np.ndarray, scale: float) -> np.ndarray:
    """A picture `scale` times as large: by a whole number and then by less than two, a quarter of the time of one go.

    What a whole number leaves over at the right and below, a pixel or two, is left out.
    """
    height, width = grey.shape
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    whole = int(1 / scale)
    if 1 < whole <= min(height, width):
        across, down = width // whole, height // whole
        grey = cv2.resize(grey[: down * whole, : across * whole], (across, down), interpolation=cv2.INTER_AREA)
    return grey if size == grey.shape[::-1] else cv2.resize(grey, size, interpolation=cv2.INTER_LINEAR)


def paper_of(grey: np.ndarray) -> np.ndarray:
    """How bright the paper is at each pixel: uint8 of `grey`'s shape (height, width).

    What is darker than its surroundings and narrower than a twenty-fourth of the page is taken for print.
    """
    height, width = grey.shape
    tiny = reduced(cv2.dilate(grey, np.ones((3, 3), np.uint8)), min(1.0, 200 / max(height, width)))
    reach = max(3, max(tiny.shape) // _PAPER_PART) | 1
    closed = cv2.morphologyEx(tiny, cv2.MORPH_CLOSE, np.ones((reach, reach), np.uint8), borderType=cv2.BORDER_REPLICATE)
    smooth = cv2.GaussianBlur(cv2.medianBlur(closed, 5), (0, 0), 2.0, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cv2.resize(smooth, (width, height), interpolation=cv2.INTER_LINEAR))


def _is_light_on_dark(grey: np.ndarray) -> bool:
    """Whether most of a page is dark, and what stands out of its neighbourhood is light, as shade has it not."""
    height, width = grey.shape
    middle = grey[height // 6 : height - height // 6, width // 6 : width - width // 6]
    if not middle.size or float(np.median(middle)) >= DARK:
        return False
    apart = middle.astype(np.int16) - cv2.medianBlur(np.ascontiguousarray(middle), 31)
    return float(apart[apart > _LEAST_DEPTH].sum()) > -float(apart[apart < -_LEAST_DEPTH].sum())


def _ink_depth(depth: np.ndarray) -> float:
    """Grey levels below the paper from which a pixel is ink: Otsu's, among those that are darker at all."""
    darker = depth[depth > _LEAST_DEPTH // 2]
    if darker.size < 50:
        return float(_LEAST_DEPTH)
    threshold, _ = cv2.threshold(darker.reshape(1, -1), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    return max(float(_LEAST_DEPTH), 0.8 * float(threshold))


def pieces_of(ink: np.ndarray) -> np.ndarray:
    """Boxes of connected ink and how much of it there is: int32, shape (n, 5), left, top, width, height, area.

    The way of Grana, Borghesani and Cucchiara (2010), by blocks, takes half the time of OpenCV's own choice.
    """
    found = cv2.connectedComponentsWithStatsWithAlgorithm(ink.view(np.uint8), 8, cv2.CV_32S, cv2.CCL_BBDT)
    return np.asarray(found[2][1:])


def coarse_pieces_of(ink: np.ndarray) -> np.ndarray:
    """As `pieces_of`, to two pixels, in a third of the time: what stands a pixel apart may be one piece."""
    even = ink[: ink.shape[0] // 2 * 2, : ink.shape[1] // 2 * 2].view(np.uint8)
    boxes = pieces_of(cv2.dilate(even, np.ones((2, 2), np.uint8), anchor=(0, 0))[::2, ::2])
    return np.asarray(boxes * np.array([2, 2, 2, 2, 4], np.int32))


def marks_of(ink: np.ndarray) -> np.ndarray:
    """Boxes of connected ink of a letter's size, or of a few letters that touch, in reading direction or across."""
    boxes = pieces_of(ink)
    width, height, area = boxes[:, 2], boxes[:, 3], boxes[:, 4]
    short, long = np.minimum(width, height), np.maximum(width, height)
    good = (
        (long >= 4) & (short >= 2) & (long <= 90) & (short <= 45) & (long < 9 * short) & (area > 0.12 * width * height)
    )
    chosen: np.ndarray = boxes[good][:, :4].astype(np.float32)
    if len(chosen) > _MOST_MARKS:
        chosen = chosen[np.random.default_rng(0).choice(len(chosen), _MOST_MARKS, replace=False)]
    return chosen


def _covered(marks: np.ndarray) -> float:
    return float((marks[:, 2] * marks[:, 3]).sum())


def usual_size(marks: np.ndarray, sizes: np.ndarray) -> float:
    """The size of marks up to which half of what they cover lies: dashes, specks and crumbs of letters are many.

    marks: float32, shape (n, 4), n at least 1. sizes: one of each, shape (n,).
    """
    order = np.argsort(sizes)
    covered = np.cumsum((marks[:, 2] * marks[:, 3])[order])
    return float(sizes[order][np.searchsorted(covered, covered[-1] / 2)])
