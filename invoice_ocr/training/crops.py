"""Pictures of single words as a detector would cut them from a page: drawn, damaged, scaled to height 32.

A crop keeps, beside its text, the centre of every character in pixels: the alignment that lets training skip the
long search of CTC.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass

import cv2
import numpy as np

from invoice_ocr.ocr.crops import HEIGHT, NARROWEST, WIDTHS
from invoice_ocr.ocr.ink import PAD_X, PAD_Y
from invoice_ocr.training import chinese, texts
from invoice_ocr.training.crop_damage import USUAL, Arrival, printed
from invoice_ocr.training.fonts import HAN, Face, FaceChooser
from invoice_ocr.training.typesetting import set_at_till, set_line, stretched

WIDEST = WIDTHS[-1]
_TEXTS = {"european": texts.random_text, "chinese": chinese.random_text}
TILLS = 0.12  # share of crops as tills and impact printers set them
_SIZES = (11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 32, 36, 42, 50, 64)
_SIZE_WEIGHTS = (3, 5, 7, 9, 10, 10, 10, 9, 8, 7, 6, 5, 4, 3, 2)
_LEAST_FOR_HAN = 15  # pixels, under which their strokes run together


@dataclass(frozen=True, slots=True)
class Crop:
    """pixels: uint8 (32, width), grey, 8 <= width <= 512; centers: x of each character's middle, in pixels."""

    pixels: np.ndarray
    text: str
    centers: np.ndarray


def draw(
    rng: random.Random,
    text: str,
    face: Face,
    *,
    till: bool | None = None,
    struck: bool | None = None,
    arrival: Arrival = USUAL,
) -> Crop | None:
    """One crop of `text` in `face`, damaged as scans are; None when nothing visible came out.

    till: as tills and impact printers set it; None for `TILLS` of all. struck: by needles; None for two fifths.
    """
    size = rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
    if size < _LEAST_FOR_HAN and any(ord(char) in HAN for char in text):
        size += _LEAST_FOR_HAN - _SIZES[0]
    over = 2 if size <= 36 and rng.random() < 0.6 else 1  # drawn twice as large and averaged: print without hinting
    till = rng.random() < TILLS if till is None else till
    if till:
        over, line = 1, set_at_till(rng, text, face, rng.random() < 0.4 if struck is None else struck)
    else:
        line = set_line(rng, text, face, size * over)
        if line is not None and rng.random() < 0.3:
            line = stretched(line, math.exp(rng.uniform(math.log(0.6), math.log(1.25))), 1.0)
    if line is None:
        return None
    ink = line.ink
    columns, rows = np.flatnonzero(ink.any(0)), np.flatnonzero(ink.any(1))
    if not len(columns):
        return None
    left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    levelled = rng.random() < 0.93  # as the engine cuts: never lower than a capital that stands on the baseline
    if levelled:
        top, bottom = min(top, line.baseline - line.capital), max(bottom, line.baseline)
    centers = (line.edges[:-1] + line.edges[1:]) / 2
    ink = _turned(rng, ink)
    loosened = _fitted if levelled and rng.random() < 0.75 else _slack
    left, right, top, bottom = loosened(rng, left, right, top, bottom, line.em)
    ink = _clutter(rng, ink, left, right, top, bottom)
    cut = _cut(ink, left, top, right, bottom)
    if over == 2:
        cut = cv2.resize(cut, (max(2, cut.shape[1] // 2), max(2, cut.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    grey = printed(rng, cut, 3.0 if till and not struck else 1.0, arrival)
    width = round(grey.shape[1] * HEIGHT / grey.shape[0])
    width = max(NARROWEST, min(WIDEST, width))
    scale = width / (right - left)
    shrink = grey.shape[0] > HEIGHT
    grey = cv2.resize(grey, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    return Crop(grey, text, ((centers - left) * scale).clip(0, width - 1).astype(np.float32))


def _fitted(rng: random.Random, left: int, right: int, top: int, bottom: int, em: int) -> tuple[int, int, int, int]:
    """The box as the engine fits it to ink: its own paddings, and the line's capitals where neighbours are higher."""
    high = bottom - top
    above, below = (round(high * max(0.0, rng.gauss(PAD_Y, 0.03))) for _ in "ab")
    before, after = (round(high * max(0.0, rng.gauss(PAD_X, 0.04))) for _ in "ab")
    if rng.random() < 0.2:  # the line's highest sign was an accent, its lowest a descender
        above += round(em * rng.uniform(0.0, 0.16))
    if rng.random() < 0.2:
        below += round(em * rng.uniform(0.0, 0.2))
    return left - before, right + after, top - above, bottom + below


def _slack(rng: random.Random, left: int, right: int, top: int, bottom: int, em: int) -> tuple[int, int, int, int]:
    """The ink's box as a detector gives it: seldom exact, never thinner than small letters are high."""
    least = int(em * 0.52)
    if bottom - top < least:  # a dash or a stop alone: its box reaches over part of the line
        more = least - (bottom - top)
        above = int(more * rng.uniform(0.2, 0.8))
        top, bottom = top - above, bottom + more - above
    high = bottom - top
    if rng.random() < 0.25:  # boxes of the whole line height
        spare = max(0.0, em * 1.15 - high)
        share = rng.uniform(0.3, 0.7)
        top, bottom = top - int(spare * share), bottom + int(spare * (1 - share))
    else:
        top -= round(high * rng.triangular(-0.04, 0.26, 0.07))
        bottom += round(high * rng.triangular(-0.04, 0.26, 0.07))
    left -= round(high * rng.triangular(-0.05, 0.4, 0.1))
    right += round(high * rng.triangular(-0.05, 0.4, 0.1))
    return left, max(right, left + 4), top, max(bottom, top + 4)


def _turned(rng: random.Random, ink: np.ndarray) -> np.ndarray:
    """A slight turn or slant of one crop in five. The middle keeps its place, so centres move by less than a pixel."""
    way = rng.random()
    if way > 0.2:
        return ink
    high, wide = ink.shape
    if way < 0.12:
        degrees = rng.gauss(0, 0.4 if wide > 4 * high else 1.0)
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    else:
        slant = rng.uniform(-0.14, 0.14)
        matrix = np.array([[1, slant, -slant * high / 2], [0, 1, 0]], np.float64)
    return cv2.warpAffine(ink, matrix, (wide, high))


def _clutter(rng: random.Random, ink: np.ndarray, left: int, right: int, top: int, bottom: int) -> np.ndarray:
    """Table rules, underlines and the feet of neighbouring lines that reach into the box."""
    if rng.random() > 0.16:
        return ink
    ink = ink.copy()
    high = bottom - top
    thick = max(1, round(high * rng.uniform(0.02, 0.07)))
    way = rng.random()
    shade = rng.randrange(90, 256)
    if way < 0.5:
        y = rng.choice((bottom - thick, top, bottom - thick - round(high * 0.03)))
        cv2.line(ink, (0, y), (ink.shape[1], y), shade, thick)
    elif way < 0.8:
        x = rng.choice((left, right - thick))
        cv2.line(ink, (x, 0), (x, ink.shape[0]), shade, thick)
    else:
        rows = max(1, round(high * rng.uniform(0.03, 0.1)))
        strip = (
            slice(max(0, top), max(0, top) + rows)
            if rng.random() < 0.5
            else slice(max(0, bottom - rows), max(0, bottom))
        )
        row = np.roll(ink[(top + bottom) // 2], rng.randrange(5, 60))
        ink[strip] = np.maximum(ink[strip], row)
    return ink


def _cut(ink: np.ndarray, left: int, top: int, right: int, bottom: int) -> np.ndarray:
    above, below = max(0, -top), max(0, bottom - ink.shape[0])
    before, after = max(0, -left), max(0, right - ink.shape[1])
    ink = np.pad(ink, ((above, below), (before, after)))
    return ink[top + above : bottom + above, left + before : right + before]


def random_crop(rng: random.Random, chooser: FaceChooser, *, longest: int = 60, alphabet: str = "european") -> Crop:
    """One training crop; short texts and long ones as the alphabet's texts mix them."""
    usual = 9 if alphabet == "european" else 6  # words on real pages are short, and short crops train faster
    while True:
        text = _TEXTS[alphabet](rng, longest=longest)
        if len(text) > usual and rng.random() > usual / len(text):
            continue
        face = chooser.choose(rng, text)
        crop = draw(rng, text, face) if face else None
        if crop is not None:
            return crop
