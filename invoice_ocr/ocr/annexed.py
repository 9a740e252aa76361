"""Signs that stand in no box, or in the white between two boxes: part of the words beside them."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import cv2
import numpy as np

from invoice_ocr.ocr.order import lines_of

REACH_Y = 0.4  # of a box's height: how far above and below it ink still counts
GAP_X = 0.16  # of a box's height: white up to this wide is inside a word
LEAST_CONTRAST = 24  # grey levels under which there is no ink to go by
SHARE = 0.4  # of the strongest contrast in a box, from which a pixel is ink
RULE = 0.92  # of a row or column inked, beyond the box too, from which it is a ruled line
SPACE, USUAL_SPACE = (0.2, 1.4), 0.45  # white that can be a space between words, of their height; what it mostly is
ANNEXED = 0.55  # of it, within which a sign in no box belongs to the word beside it
WIDEST_BAR, THICKEST_BAR = 1.3, 0.2  # of the lower of two words' height: white that an underscore fills; its own height
FILLED, OVERHANG = 0.75, 0.25  # of that white, filled at least; of the height, that it reaches below the words at most
WIDEST_SIGN = 0.75  # of a word's height, that such a sign is wide at most
LEAST_SIGN = 0.006  # of the square of a word's height, inked at least
LEAST_HEIGHT = 0.6  # of the detected height: a dash keeps some of the line around it


def annexed(grey: np.ndarray, tight: np.ndarray, found_at: np.ndarray, inked: np.ndarray) -> tuple[np.ndarray, ...]:
    """Boxes widened by signs that stand in no box, nearer than a space of their line; one box where they fill a gap.

    Detectors leave out a comma, a bracket or a one that much white parts from its word, as fixed pitch does, and see
    two words where an underscore joins them.
    """
    kept, gone = tight.copy(), np.zeros(len(tight), bool)
    around = found_at.copy()
    for line in lines_of(tight):
        places = [i for i in line if inked[i]]
        reach = ANNEXED * _usual_space(tight[places])
        for i, j in pairwise([-1, *places, -1]):
            bar = _underscore(grey, tight[i], tight[j]) if i >= 0 <= j else None
            if bar is not None:
                kept[j], around[j], gone[i] = covering(kept[i], kept[j]), covering(around[i], around[j]), True
                kept[j, 3] = max(kept[j, 3], bar)
                continue
            for start, end in _signs(grey, tight, i, j, reach):
                before = start - kept[i, 2] if i >= 0 else np.inf
                after = kept[j, 0] - end if j >= 0 else np.inf
                near_i = i >= 0 and before <= reach * (tight[i, 3] - tight[i, 1])
                near_j = j >= 0 and after <= reach * (tight[j, 3] - tight[j, 1])
                if near_i and near_j:
                    kept[j], around[j], gone[i] = covering(kept[i], kept[j]), covering(around[i], around[j]), True
                    break
                if near_i:
                    kept[i, 2] = end
                elif near_j:
                    kept[j, 0] = start
                    break
    return kept[~gone], around[~gone], inked[~gone]


def _usual_space(boxes: np.ndarray) -> float:
    """The white between words of a line, of their height. boxes: float, shape (n, 4), of ink, left to right."""
    high = np.minimum(boxes[1:, 3] - boxes[1:, 1], boxes[:-1, 3] - boxes[:-1, 1])
    whites = (boxes[1:, 0] - boxes[:-1, 2]) / np.maximum(1.0, high)
    spaces = whites[(whites > SPACE[0]) & (whites < SPACE[1])]
    return float(np.median(spaces)) if len(spaces) > 1 else USUAL_SPACE


def _signs(grey: np.ndarray, tight: np.ndarray, i: int, j: int, reach: float) -> list[tuple[float, float]]:
    """First and last + 1 column of narrow pieces of ink between two boxes of a line; -1 for a box: there is none.

    A piece that touches the end of what is looked at, or is as high as that, is no sign but a rule or another word.
    """
    box = tight[i] if i >= 0 else tight[j]
    high = float(box[3] - box[1])
    far = (2 * reach + WIDEST_SIGN) * high
    start = float(tight[i, 2]) if i >= 0 else float(tight[j, 0]) - far
    end = float(tight[j, 0]) if j >= 0 else start + far
    if end - start > 2 * far:
        return [*_signs(grey, tight, i, -1, reach), *_signs(grey, tight, -1, j, reach)]
    x0, x1 = max(0, int(start)), min(grey.shape[1], int(end))
    y0, y1 = max(0, int(box[1])), min(grey.shape[0], int(box[3] + 0.3 * high) + 1)
    strip, inside = grey[y0:y1, x0:x1], grey[y0:y1, max(0, int(box[0])) : max(0, int(box[2]) + 1)]
    if x1 - x0 < 3 or y1 - y0 < 3 or not inside.size or int(strip.max()) - int(strip.min()) < LEAST_CONTRAST:
        return []
    paper = int(middle(inside[::2, ::2]))
    peak = max(int(inside.max()) - paper, paper - int(inside.min()))
    part = contrast_of(strip, paper) > max(LEAST_CONTRAST, SHARE * peak)
    part[share(part, 1) > RULE] = False
    busy = np.flatnonzero(part.any(0))
    if not len(busy):
        return []
    breaks = np.flatnonzero(np.diff(busy) > GAP_X * high)
    signs = []
    for first, last in zip(busy[np.r_[0, breaks + 1]].tolist(), (busy[np.r_[breaks, -1]] + 1).tolist(), strict=True):
        sign = part[:, first:last]
        free = first > 0 and last < part.shape[1] and sign.any(1).sum() < RULE * len(sign)
        if free and last - first <= WIDEST_SIGN * high and sign.sum() >= LEAST_SIGN * high * high:
            signs.append((float(x0 + first), float(x0 + last)))
    return signs


def _underscore(grey: np.ndarray, before: np.ndarray, after: np.ndarray) -> float | None:
    """The lower side of a bar that fills the white between two boxes at their feet; None where none does.

    An underline goes on below the letters; an underscore ends with the white.
    """
    high = float(min(before[3] - before[1], after[3] - after[1]))
    start, end, aside = float(before[2]), float(after[0]), OVERHANG * high
    if not SPACE[0] * high < end - start < WIDEST_BAR * high:
        return None
    x0, y0 = max(0, int(start - 2 * aside)), max(0, int(max(before[1], after[1]) + LEAST_HEIGHT * high))
    y1 = int(max(before[3], after[3]) + REACH_Y * high) + 1
    part = grey[y0:y1, x0 : int(end + 2 * aside) + 1]
    if min(part.shape) < 3:
        return None
    paper = middle(grey[max(0, int(before[1])) : y1, max(0, int(before[0])) : int(after[2]) + 1])
    contrast = contrast_of(part, paper)
    ink: np.ndarray = contrast > max(LEAST_CONTRAST, SHARE * float(contrast.max()))
    first, last = int(start) - x0, int(np.ceil(end)) - x0
    rows = share(ink[:, first:last], 1) > FILLED
    bars = [*pieces(rows)]
    if len(bars) != 1 or bars[0][1] - bars[0][0] > THICKEST_BAR * high:
        return None
    bar: np.ndarray = ink[slice(*bars[0])].min(0)
    left, right = bar[: max(0, first - round(aside))], bar[last + round(aside) :]
    above = ink[: bars[0][0] - 1, first + 1 : last - 1]
    return None if left.any() or right.any() or above.any() else float(y0 + bars[0][1])


def covering(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The box around two."""
    return np.concatenate([np.minimum(one, other)[:2], np.maximum(one, other)[2:]])


def contrast_of(part: np.ndarray, paper: float) -> np.ndarray:
    """How far each pixel is from paper, grey levels. OpenCV takes four pixels below each other for no picture."""
    if not part.size:
        return part
    row = part.reshape(1, -1)
    return np.asarray(cv2.absdiff(row, paper)).reshape(part.shape)  # type: ignore[call-overload]  # not in its stubs


def pieces(busy: np.ndarray) -> Iterator[tuple[int, int]]:
    """First and last + 1 of every run of True."""
    framed = np.zeros(len(busy) + 2, bool)  # a third of the time that np.diff takes
    framed[1:-1] = busy
    edges = np.flatnonzero(framed[1:] != framed[:-1]).tolist()
    return zip(edges[::2], edges[1::2], strict=True)


def middle(values: np.ndarray) -> float:
    """The median of some whole numbers, in a third of the time that np.median takes for a few hundred."""
    flat = values.flatten()
    half = flat.size // 2
    flat.partition((half - 1, half) if flat.size > 1 else 0)
    return float(flat[half]) if flat.size % 2 else (float(flat[half - 1]) + float(flat[half])) / 2


def share(ink: np.ndarray, axis: int) -> np.ndarray:
    """The part of each column (axis 0) or row (axis 1) that is inked: float64. ink: bool, shape (rows, columns)."""
    shares: np.ndarray = np.add.reduce(ink.view(np.uint8), axis, dtype=np.int32) / ink.shape[axis]
    return shares
