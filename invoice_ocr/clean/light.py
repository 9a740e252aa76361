"""Light and ink evened out: picture to picture, nothing moves. uint8, shape (height, width, 3), RGB, none modified."""

from __future__ import annotations

import cv2
import numpy as np

from invoice_ocr.clean.sight import Sight

_INK_LEFT = 0.1  # of the pixels that are ink are darker than what becomes black
_FOCUS = 1.3  # pixels: width of the blur that is undone; less than lenses have it, for halos of wide ones merge strokes
_SMOOTH, _GRAIN = (0.5, 0.9), (9.0, 28.0)  # pixels of blur against so many grey levels of grain; between, in proportion
_LOST = 0.003  # of the power of print that a frequency has left, at which half of what it lost is given back
_REACH, _PERIOD = 16, 128  # pixels: of a filter to each side, and what it is counted in
_TONES, _BETWEEN = (30, 225), 0.002  # grey levels between black and white, and their share of a page of two tones
_LONELY = 0.6  # of a letter's height, within which nothing else stands around a speck
_SPECK = 8  # pixels of black in a speck at most
_SPECKS = 60  # black pixels of specks on a page, from which they are taken away
_EDGE = 5  # pixels: print and its soft edges, around what is darker than a ghost


def inverted(pixels: np.ndarray) -> np.ndarray:
    """Light print on dark ground as dark print on light ground."""
    return np.asarray(cv2.bitwise_not(pixels))


def evened(pixels: np.ndarray, sight: Sight) -> np.ndarray:
    """The page with the same brightness of paper everywhere, in grey: shadows and coloured paper become white.

    What is filled with a dark colour and printed on in a light one stays as it is.
    """
    grey = _grey(pixels, sight)
    paper = sight.paper.copy()
    paper[sight.filled] = 255
    paper = cv2.resize(paper, (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return _rgb(cv2.divide(grey, np.maximum(paper, 1), scale=255))


def without_ghost(pixels: np.ndarray, sight: Sight, depth: float) -> np.ndarray:
    """The page, in grey, without what is at most `depth` grey levels darker than the paper, edges of print apart.

    Print keeps its soft edges: cut off at the ghost's depth, thin strokes break.
    """
    grey = _grey(pixels, sight)
    paper = float(np.median(sight.paper))
    print_ = (grey < paper - depth).astype(np.uint8)
    near = cv2.dilate(print_, cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (_EDGE, _EDGE)))
    return _rgb(np.where(near > 0, grey, np.uint8(255)))


def stretched(pixels: np.ndarray, sight: Sight) -> np.ndarray:
    """The page with its ink as black and its paper as white as they go, in grey."""
    white = float(np.median(sight.paper))
    black = float(np.quantile(sight.grey[sight.ink], _INK_LEFT)) if sight.ink.any() else 0.0
    return _rgb(cv2.LUT(_grey(pixels, sight), _ramp(black, white)))


def sharpened(pixels: np.ndarray, strength: float) -> np.ndarray:
    """The page with its edges steeper, in grey: for pictures out of focus. strength: 0 leaves it, 6 is much."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    soft = cv2.GaussianBlur(grey, (0, 0), _FOCUS)
    return _rgb(cv2.addWeighted(grey, 1 + strength, soft, -strength, 0))


def refocused(pixels: np.ndarray, width: float) -> np.ndarray:
    """The page as it was before a bell-shaped blur, in grey. width: its standard deviation in pixels.

    After Wiener, Extrapolation, interpolation, and smoothing of stationary time series, 1949: frequencies that the blur
    left are given back what it took, those that it lost are left to noise.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    left = np.exp(-2 * (np.pi * width * np.fft.fftfreq(_PERIOD)) ** 2)
    left = left[:, None] * left
    kernel = np.fft.ifft2(left / (left**2 + _LOST)).real
    near = np.arange(-_REACH, _REACH + 1)
    kernel = kernel[np.ix_(near, near)]
    return _rgb(cv2.filter2D(grey, -1, (kernel / kernel.sum()).astype(np.float32), borderType=cv2.BORDER_REPLICATE))


def _ramp(black: float, white: float) -> np.ndarray:
    return np.asarray(((np.arange(256) - black) * (255 / max(1.0, white - black))).clip(0, 255).astype(np.uint8))


def without_grain(pixels: np.ndarray, grain: float) -> np.ndarray:
    """The page with its grain smoothed, in grey: no pixel darker or lighter than all that touch it, and a slight blur.

    grain: grey levels of it, as `quality.grain_of` has them.

    Words read on nine pages with grain of 35 levels and specks have F1 0.942 so, 0.929 with a blur of 0.5; medians,
    bilateral, guided and Wiener filters and non-local means thin the strokes and give less than the blur.
    """
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    around = np.array([[1, 1, 1], [1, 0, 1], [1, 1, 1]], np.uint8)
    calm = cv2.min(cv2.max(grey, cv2.erode(grey, around)), cv2.dilate(grey, around))
    return _rgb(cv2.GaussianBlur(calm, (0, 0), float(np.interp(grain, _GRAIN, _SMOOTH))))


def specks_of(pixels: np.ndarray, letters: float) -> np.ndarray | None:
    """Lonely black dots of a page in black and white, as faxes have them; None when it has few or is in grey.

    letters: height of small letters in pixels. Returns bool, shape (height, width). Full stops are near letters.
    """
    some = pixels[::4, ::4, 1]
    if ((some > _TONES[0]) & (some < _TONES[1])).mean() > _BETWEEN or not letters:
        return None
    ink = (pixels[..., 1] < 128).astype(np.uint8)
    reach = 2 * round(_LONELY * letters) + 1
    close, far = (
        cv2.boxFilter(ink, cv2.CV_16U, (side, side), normalize=False, borderType=cv2.BORDER_CONSTANT)
        for side in (5, max(7, reach))
    )
    lonely = (ink > 0) & (far == close) & (close <= _SPECK)
    return lonely if lonely.sum() > _SPECKS else None


def _grey(pixels: np.ndarray, sight: Sight) -> np.ndarray:
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.bitwise_not(grey)) if sight.light_on_dark else grey


def _rgb(grey: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB))
