"""How good a picture of a page is, in numbers: what cleaning decides by, and what is said of bad ones."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from invoice_ocr.clean.sight import Sight
from invoice_ocr.model import Issue

_SAMPLE = 800  # pixels: side of the part of a page whose grain is measured
_UNEVEN = 0.8  # of the light of the brightest paper: less is looked at twice, for it may be a filled band
_FEWEST = 8  # pixels of a side, under which nothing is measured
_SPAN = 40  # grey levels between the brightest and the darkest near a place where print is
_KERNEL = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)

LOW_CONTRAST = 40.0  # grey levels between paper and ink
LOW_RESOLUTION = 6.5  # pixels that letters are high
LOW_LIGHT = 0.3  # of the brightest paper that the darkest has
LOUD = 25.0  # grey levels of grain
_BANDS = (0.08, 0.12), (0.16, 0.2)  # waves a pixel, whose power is compared to tell how wide a blur is
_PRINTED = 0.8  # square pixels of blur that the print itself seems to have: 0.1 to 1.5 on 15 pages
_LEVELS = 4096  # grain of one pixel is under 2,041: eight times 255
_ENOUGH = 40  # marks without which a page has too little print to be judged


@dataclass(frozen=True, slots=True)
class Quality:
    """contrast: grey levels between paper and ink. paper: 0..255, its usual brightness. evenness: 0..1, how bright the
    darkest paper is beside the brightest, bands filled with a colour apart. grain: standard deviation of noise in grey
    levels. letters: median height of small letters in pixels. marks: how many such letters were seen.
    sharpness: how steep edges are, about 1 and more in
    focus, 0.8 where they are four pixels wide; 0.0 when there are none.
    """

    contrast: float
    paper: float
    evenness: float
    grain: float
    letters: float
    marks: int
    sharpness: float


def measure(pixels: np.ndarray, sight: Sight, grain: float | None = None) -> Quality:
    """The quality of one page. pixels: uint8, shape (height, width, 3), RGB, of which `sight` was taken.

    grain: where it is known already, as of a page before it was moved.
    """
    dark, usual, bright = _light(sight.paper, sight)
    if dark < _UNEVEN * bright:
        dark, usual, bright = _light(sight.paper[~sight.filled], sight)
    depth = cv2.subtract(sight.paper, sight.grey)[sight.ink]
    contrast = float(np.quantile(depth, 0.8)) if depth.size else 0.0
    grain, sharpness = grain_of(pixels) if grain is None else grain, sharpness_of(pixels)
    return Quality(contrast, usual, dark / max(1.0, bright), grain, sight.mark_height, len(sight.marks), sharpness)


def grain_of(pixels: np.ndarray) -> float:
    """The standard deviation of noise in the middle of a page, in grey levels. pixels: as `measure` has them.

    After Immerkaer, Fast noise variance estimation, 1996, with the median: print is no noise.
    """
    grey = _middle(pixels)
    if min(grey.shape) < _FEWEST:
        return 0.0
    return _median(np.abs(cv2.filter2D(grey, cv2.CV_16S, _KERNEL)[1:-1, 1:-1])) / (6 * 0.6745)


def _light(paper: np.ndarray, sight: Sight) -> tuple[float, float, float]:
    """How bright the darkest, the usual and the brightest paper is; of the whole page where nothing else is left."""
    some = (paper if paper.size else sight.paper).ravel()
    dark, usual, bright = np.percentile(some[:: max(1, some.size // 4000)], (4, 50, 96))
    return float(dark), float(usual), float(bright)


def _middle(pixels: np.ndarray) -> np.ndarray:
    """The middle of a page in grey."""
    height, width = pixels.shape[:2]
    top, left = max(0, (height - _SAMPLE) // 2), max(0, (width - _SAMPLE) // 2)
    part = np.ascontiguousarray(pixels[top : top + _SAMPLE, left : left + _SAMPLE])
    return np.asarray(cv2.cvtColor(part, cv2.COLOR_RGB2GRAY))


def sharpness_of(pixels: np.ndarray) -> float:
    """Of places where print is, the steepest slope within three pixels, as a part of what lies between their brightest
    and darkest; 0.0 without such places. pixels: as `measure` has them.
    """
    grey = _middle(pixels)
    if min(grey.shape) < _FEWEST:
        return 0.0
    across, down = (cv2.Sobel(grey, cv2.CV_16S, 1 - axis, axis) for axis in (0, 1))
    near = np.ones((7, 7), np.uint8)
    span = cv2.subtract(cv2.dilate(grey, near), cv2.erode(grey, near))
    steepest = cv2.dilate(np.abs(across) + np.abs(down), near)
    print_ = span > _SPAN
    return float(np.median(steepest[print_] / span[print_])) / 4 if print_.sum() > _SAMPLE else 0.0


def blur_of(pixels: np.ndarray) -> float:
    """The standard deviation in pixels of the bell-shaped blur of a page, about; 0.0 where there is none.

    Such a blur leaves less of higher frequencies: the logarithm of their power falls with the square of both. pixels:
    as `measure` has them.
    """
    grey = _middle(pixels)
    if min(grey.shape) < _FEWEST:
        return 0.0
    height, width = grey.shape
    power = np.abs(np.fft.rfft2(grey * np.hanning(height)[:, None] * np.hanning(width))) ** 2
    squares = np.fft.fftfreq(height)[:, None] ** 2 + np.fft.rfftfreq(width) ** 2
    low, high = ((squares > least**2) & (squares < most**2) for least, most in _BANDS)
    if not low.any() or not high.any() or not power[high].any():
        return 0.0
    fall = np.log(power[low].mean() / power[high].mean()) / (squares[high].mean() - squares[low].mean())
    return float(np.sqrt(max(0.0, fall / (2 * np.pi) ** 2 - _PRINTED)))


def _median(whole: np.ndarray) -> float:
    """The median of int16 from 0 to a few thousand; counted, which is quicker than sorting them."""
    counts = cv2.calcHist([whole.view(np.uint16)], [0], None, [_LEVELS], [0, _LEVELS])
    return float(np.searchsorted(np.cumsum(counts), whole.size / 2))


def doubts(quality: Quality, number: int) -> tuple[Issue, ...]:
    """What is to be said of a bad page, with the numbers; each sends its document to review."""
    if quality.marks < _ENOUGH:
        return ()
    found = []
    if quality.contrast < LOW_CONTRAST:
        text = (
            f"its ink is {quality.contrast:.0f} of 255 grey levels darker than its paper (wanted: {LOW_CONTRAST:.0f})"
        )
        found.append(Issue("page.low-contrast", f"Page {number} is faint: {text}."))
    if quality.letters < LOW_RESOLUTION:
        text = f"its letters are {quality.letters:.0f} pixels high (wanted: {LOW_RESOLUTION:.0f})"
        found.append(
            Issue("page.low-resolution", f"Page {number} is coarse: {text}; scan it at 200 dots an inch or more.")
        )
    if quality.evenness < LOW_LIGHT:
        text = f"its darkest part has {quality.evenness:.0%} of the light of its brightest (wanted: {LOW_LIGHT:.0%})"
        found.append(Issue("page.uneven-light", f"Page {number} is unevenly lit: {text}."))
    if quality.grain > LOUD:
        text = f"grain of {quality.grain:.0f} of 255 grey levels (wanted: under {LOUD:.0f})"
        found.append(Issue("page.noisy", f"Page {number} is noisy: {text}."))
    return tuple(found)
