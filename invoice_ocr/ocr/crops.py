"""Pictures of words as the recogniser takes them: 32 pixels high, in a few fixed widths, batched by width."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np

HEIGHT = 32
WIDTHS = (32, 64, 96, 128, 192, 256, 384, 512)  # 21 % of all columns are padding; 34 % without 192 and 384
NARROWEST = 8  # pixels, as in training
LEAST_CONTRAST = 24  # grey levels between paper and ink
UNDERLINED = 1.5  # of its height, that a picture is wide at least where a line from end to end is no letter
UNDER, THICKEST = 18, 6  # rows: the first that a line under letters can take, and how many it takes at most
INKED, RULE = 140, 0.82  # grey under which a pixel is ink; of a row inked, from which it is of a line
SMALLEST = 2  # pixels; a thinner or lower picture holds no letter


def cut(pixels: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
    """The parts of a page under `boxes` (shape (n, 4), pixels), clipped to the page; views, nothing is copied."""
    height, width = pixels.shape[:2]
    left, top = np.floor(boxes[:, 0]).clip(0, width), np.floor(boxes[:, 1]).clip(0, height)
    right, bottom = np.ceil(boxes[:, 2]).clip(0, width), np.ceil(boxes[:, 3]).clip(0, height)
    places = np.stack([top, bottom, left, right], 1).astype(int).tolist()
    return [pixels[y0:y1, x0:x1] for y0, y1, x0, x1 in places]


def normalise(crop: np.ndarray) -> np.ndarray:
    """One crop (uint8, RGB or grey) scaled to 32 pixels high, its shape kept, 8 to 512 wide (wider ones are squeezed).

    Returns uint8, shape (32, width), grey, `levelled`, because so were the pictures that the recogniser learnt from,
    and without a line under the word; width 0 for a crop thinner or lower than 2 pixels.
    """
    height, width = crop.shape[:2]
    if min(height, width) < SMALLEST:
        return np.zeros((HEIGHT, 0), np.uint8)
    wanted = max(NARROWEST, min(WIDTHS[-1], round(width * HEIGHT / height)))
    shrinks = height > HEIGHT or wanted < round(width * HEIGHT / height)
    scaled = cv2.resize(crop, (wanted, HEIGHT), interpolation=cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR)
    grey = scaled if scaled.ndim == 2 else cv2.cvtColor(scaled, cv2.COLOR_RGB2GRAY)
    return without_underline(levelled(grey))


def levelled(grey: np.ndarray) -> np.ndarray:
    """Faint or tinted print as black on white: the darkest hundredth becomes 0, the lightest twentieth 255.

    grey: uint8, any shape. A picture with hardly any contrast stays as it is: it is paper, whose grain is no print.
    """
    below = np.cumsum(np.bincount(grey.ravel(), minlength=256))
    dark, light = (int(np.searchsorted(below, share * grey.size)) for share in (0.01, 0.95))
    if light - dark < LEAST_CONTRAST or (dark == 0 and light == 255):
        return grey
    ramp = (np.arange(256) - dark) * (255 / (light - dark))
    return cv2.LUT(grey, ramp.clip(0, 255).astype(np.uint8))


def without_underline(picture: np.ndarray) -> np.ndarray:
    """A levelled picture with paper in the place of a line under its letters, but where they cross it.

    A line from end to end makes "Total Amount" one word and reads as stops between letters.
    """
    if picture.shape[1] < UNDERLINED * HEIGHT:
        return picture
    inked = picture < INKED
    ruled = UNDER + np.flatnonzero(inked[UNDER:].mean(1) > RULE)
    if not 0 < len(ruled) <= THICKEST:
        return picture
    first, last = int(ruled[0]), int(ruled[-1])
    crossed = inked[first - 2]
    if last + 2 < HEIGHT:
        crossed = crossed | inked[last + 2]
    erased = picture.copy()
    erased[first - 1 : last + 2, ~crossed] = 255
    return erased


def bucket(width: int) -> int:
    """The smallest of WIDTHS that holds a crop of `width` pixels."""
    return next(w for w in WIDTHS if width <= w)


def batches(crops: Sequence[np.ndarray], columns: int) -> Iterator[tuple[list[int], np.ndarray]]:
    """Crops of one bucket together: their places in `crops`, and uint8 of shape (n, 32, bucket, 3), black to the right.

    crops: results of `normalise`; empty ones are left out. columns: about how many pixel columns a batch may hold,
    which bounds its memory whatever the width.
    """
    order = sorted((i for i, crop in enumerate(crops) if crop.shape[1]), key=lambda i: crops[i].shape[1])
    for width in WIDTHS:
        members = [i for i in order if bucket(crops[i].shape[1]) == width]
        size = batch_size(width, columns)
        for start in range(0, len(members), size):
            chosen = members[start : start + size]
            batch = np.zeros((len(chosen), HEIGHT, width, 3), np.uint8)
            for row, i in enumerate(chosen):
                batch[row, :, : crops[i].shape[1]] = crops[i][..., None]
            yield chosen, batch


def batch_size(width: int, columns: int) -> int:
    """How many crops of a bucket of `width` go together."""
    return max(1, columns // width)
