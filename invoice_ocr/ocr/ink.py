"""Boxes drawn tight around the ink that is in them, on the full page: the detector sees it at half its size or less."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from invoice_ocr.ocr.annexed import (
    GAP_X,
    LEAST_CONTRAST,
    LEAST_HEIGHT,
    REACH_Y,
    RULE,
    SHARE,
    annexed,
    contrast_of,
    covering,
    middle,
    pieces,
    share,
)
from invoice_ocr.ocr.order import lines_of

REACH_X = 0.6  # of a box's height: how far beyond its sides ink still counts
GAP_Y = 0.14  # of a box's height: white up to this high is between a letter and its accent
DOT_GAP, DOT = 0.2, 0.2  # of a box's height: white up to this high is between a letter and a dot below, so wide at most
AROUND = 0.25  # of a box's height, beyond its sides, that is looked at too to tell paper: bold print fills half of it
BLANK = 10  # grey levels under which there is no print at all, but paper
LEAST_PRINT = 5.0  # pixels; what is lower, its line's letters included, is dots of a dotted rule and no word
INSIDE = 0.3  # of a piece of ink within the detected box, from which it belongs to the word
BESIDE, PASSING = 2.0, 0.35  # of a box's height: columns on one side of it; their part that a dashed rule has inked
UNDERLINED = 1.5  # of its height, that a word is wide at least whose lower rows can be an underline
TOUCHING = 0.18  # of the lower of two boxes' height: ink nearer than that is one word, found in two pieces
LOOSE = 0.27  # the same where letters stand that far apart within the pieces too (ones, fixed pitch); less than a space
NEIGHBOURS = 4  # words on each side that say where a line's capitals and baseline are
NEAR = 20.0  # of a box's height: words farther off may be set in another size
TOP_SLACK, BOTTOM_SLACK = 0.5, 0.25  # of a detected box's height, by which it may lie below capitals, above the line
SAME = (0.93, 1.07)  # of a word's height: words around are as high as that where it has a capital too
TALLER = (1.25, 1.6)  # and as that where it is of low letters alone
WITNESSES = 30  # words around that say which
PAD_X, PAD_Y = 0.12, 0.08  # of the ink's height, kept around it: the middle of what the recogniser learnt with


def fit(grey: np.ndarray, boxes: np.ndarray) -> np.ndarray:
    """The boxes moved to the ink they hold, pieces of one word joined, with a little paper around it.

    grey: uint8, shape (height, width). boxes: float, shape (n, 4), pixels of it. A box without clear ink, or whose ink
    runs on beyond reach, keeps its sides there; a box of blank paper, of a ruled line alone or of dots is left out.
    Returns float32, shape (m, 4), m <= n.
    """
    found_at = np.array(boxes, np.float32).reshape(-1, 4)
    fits = [_fit(grey, *box) for box in found_at.tolist()]
    found_at = found_at[[fitted is not None for fitted in fits]]
    tight = np.array([fitted for fitted in fits if fitted is not None], np.float32).reshape(-1, 5)
    tight, found_at, inked = _joined(tight[:, :4], found_at, tight[:, 4])
    tight, found_at, inked = annexed(grey, tight, found_at, inked)
    tight = _levelled(tight, found_at, inked)
    printed = tight[:, 3] - tight[:, 1] >= LEAST_PRINT
    tight, inked = tight[printed], inked[printed]
    high = (tight[:, 3:] - tight[:, 1:2]) * inked[:, None]
    padded: np.ndarray = tight + high * np.array([[-PAD_X, -PAD_Y, PAD_X, PAD_Y]], np.float32)
    return padded


def _joined(tight: np.ndarray, found_at: np.ndarray, gaps: np.ndarray) -> tuple[np.ndarray, ...]:
    """Boxes of ink with those of one line that touch made one, as detected too, and which of them are of ink."""
    kept: list[tuple[np.ndarray, np.ndarray]] = []
    white: list[float] = []
    for line in lines_of(tight):
        last = -1
        for i in line:
            box, gap = tight[i], float(gaps[i])
            if last >= 0 and not np.isnan(gap):
                before = kept[last][0]
                high = float(min(box[3] - box[1], before[3] - before[1]))
                apart = float(box[0] - before[2])
                if apart < max(TOUCHING * high, min(LOOSE * high, 1.2 * max(gap, white[last]))):
                    kept[last] = covering(before, box), covering(kept[last][1], found_at[i])
                    white[last] = max(gap, white[last], apart)
                    continue
            kept.append((box, found_at[i]))
            white.append(gap)
            last = last if np.isnan(gap) else len(kept) - 1
    both = np.array(kept, np.float32).reshape(-1, 2, 4)
    return both[:, 0], both[:, 1], ~np.isnan(np.array(white, np.float32))


def _levelled(tight: np.ndarray, found_at: np.ndarray, inked: np.ndarray) -> np.ndarray:
    """Boxes of ink stretched to their line's baseline and capitals, as far as they were detected to reach.

    Cut to its ink, "zu" cannot be told from "ZU", nor a dash from an underscore.
    """
    levelled = tight.copy()
    for line in lines_of(found_at):
        places = np.array([i for i in line if inked[i]], int)
        for at, i in enumerate(places.tolist()):
            around = places[max(0, at - NEIGHBOURS) : at + NEIGHBOURS + 1]
            high = found_at[i, 3] - found_at[i, 1]
            apart = np.maximum(tight[around, 0] - tight[i, 2], tight[i, 0] - tight[around, 2])
            near = tight[around[apart < NEAR * high]]
            tops, bottoms = sorted(near[:, 1].tolist()), sorted(near[:, 3].tolist())
            # The highest of many may be an accent or a bracket, the second is a capital.
            capital = max(tops[min(1, len(tops) // 4)], found_at[i, 1] - TOP_SLACK * high)
            base = min(bottoms[len(bottoms) // 2], found_at[i, 3] + BOTTOM_SLACK * high)
            levelled[i, 1] = min(tight[i, 1], capital)
            levelled[i, 3] = max(tight[i, 3], base)
    return levelled


def raised(boxes: np.ndarray) -> np.ndarray:
    """The boxes as they would be if each that is lower than the words around it were of low letters alone.

    A line without a capital cannot tell "один" from "ОДИН"; the lines around it can, if they are set in the same size.
    boxes: float, shape (n, 4), results of `fit`. Returns the same shape; boxes that fit in with their neighbours or are
    of another size than they keep their sides.
    """
    higher = np.array(boxes, np.float32)
    if len(boxes) < WITNESSES // 2:
        return higher
    high = boxes[:, 3] - boxes[:, 1]
    across, down = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    for i in range(len(boxes)):
        far = np.abs(down - down[i]) + 0.2 * np.abs(across - across[i])
        ratio = high[np.argsort(far)[1 : WITNESSES + 1]] / high[i]
        taller = ratio[(ratio > TALLER[0]) & (ratio < TALLER[1])]
        same = int(np.count_nonzero((ratio > SAME[0]) & (ratio < SAME[1])))
        if len(taller) > max(WITNESSES // 10, same):
            higher[i, 1] = boxes[i, 3] - high[i] * np.median(taller)
    return higher


def _fit(grey: np.ndarray, left: float, top: float, right: float, bottom: float) -> tuple[float, ...] | None:
    """The sides of the ink in and around one box, and the widest white between two columns of it; None without print.

    Faint print has no clear ink: the sides stay as detected, and the white is NaN.
    """
    high = bottom - top
    x0, x1 = max(0, int(left - REACH_X * high)), min(grey.shape[1], int(right + REACH_X * high) + 1)
    y0, y1 = max(0, int(top - REACH_Y * high)), min(grey.shape[0], int(bottom + REACH_Y * high) + 1)
    part = grey[y0:y1, x0:x1]
    inner = (max(0, int(left) - x0), max(0, int(top) - y0), int(right) + 1 - x0, int(bottom) + 1 - y0)
    core = part[inner[1] : inner[3], inner[0] : inner[2]]
    if min(core.shape) < 3:
        return None
    around = round(AROUND * high)
    beside = part[max(0, inner[1] - around) : inner[3] + around, max(0, inner[0] - around) : inner[2] + around]
    paper = middle(beside[::2, ::2])
    contrast = contrast_of(part, paper)
    peak = float(contrast[inner[1] : inner[3], inner[0] : inner[2]].max())
    if peak < BLANK:
        return None
    if peak < LEAST_CONTRAST:
        return left, top, right, bottom, float("nan")
    least = max(LEAST_CONTRAST * 0.75, SHARE * peak)
    ink: np.ndarray = contrast > least
    ink[:, share(ink, 0) > RULE] = False  # a letter's stem ends with the letter, a ruled line goes on
    ink[share(ink, 1) > RULE] = False
    if right - left > UNDERLINED * high:
        low = max(0, int(bottom - y0 - 0.45 * high))
        ink[low:][share(ink[low:, inner[0] : inner[2]], 1) > RULE] = False
    rows: np.ndarray = ink[:, inner[0] : inner[2]].max(1)
    far = round(BESIDE * high)
    for first, last in pieces(rows):
        if min(last, inner[3]) - max(first, inner[1]) < INSIDE * (last - first):
            strip = grey[y0 + first : y0 + last]
            sides = strip[:, max(0, x0 + inner[0] - far) : x0 + inner[0]], strip[:, x0 + inner[2] : x0 + inner[2] + far]
            rows[first:last] = not _passes(sides, paper, least)
    run = _run(rows, top - y0, bottom - y0, GAP_Y * high)
    if run is None:
        return None
    upper, lower = run[0], _below(ink[:, inner[0] : inner[2]] & rows[:, None], run[1], high)
    columns: np.ndarray = ink[upper:lower].max(0)
    across = _run(columns, left - x0, right - x0, GAP_X * high)
    if across is None:
        return None
    new_top, new_bottom = _sides(upper, lower, ink.shape[0], y0, top, bottom)
    new_left, new_right = _sides(*across, ink.shape[1], x0, left, right)
    spare = max(0.0, LEAST_HEIGHT * high - (new_bottom - new_top))
    if spare:
        new_top -= spare * max(0.0, new_top - top) / max(1e-3, new_top - top + bottom - new_bottom)
        new_bottom = new_top + LEAST_HEIGHT * high
    white = np.diff(np.flatnonzero(columns[across[0] : across[1]])) - 1
    return new_left, new_top, new_right, new_bottom, float(white.max(initial=0))


def _passes(beside: Sequence[np.ndarray], paper: float, least: float) -> bool:
    """Whether what stands above or below a word goes on beside it, as a dashed frame does and no accent.

    beside: uint8, shapes (rows, columns), to its left and to its right. least: contrast of ink.
    """
    return any(part.size and (contrast_of(part, paper) > least).any(0).mean() > PASSING for part in beside)


def _below(ink: np.ndarray, lower: int, high: float) -> int:
    """The lower end of a word's ink with a dot below it: that of "lệ" is farther off than other marks are.

    ink: bool, shape (rows, columns), in the columns of the word. lower: the end without the dot.
    """
    rows = np.asarray(ink[lower:].any(1))
    first, last = next(pieces(rows), (0, 0))
    wide = ink[lower + first : lower + last].any(0).sum()
    is_dot = 0 < first <= DOT_GAP * high and max(wide, last - first) <= DOT * high and lower + last < len(ink)
    return lower + last if is_dot else lower


def _run(busy: np.ndarray, start: float, end: float, gap: float) -> tuple[int, int] | None:
    """First and last + 1 of the busy places from `start` to `end`, and on while no gap is wider than `gap`."""
    places = np.flatnonzero(busy)
    if not len(places):
        return None
    breaks = np.flatnonzero(np.diff(places) > gap + 1)
    firsts = places[np.concatenate([[0], breaks + 1])]
    lasts = places[np.concatenate([breaks, [len(places) - 1]])] + 1
    inside = np.minimum(lasts, end) - np.maximum(firsts, start)
    kept = inside > INSIDE * (lasts - firsts)
    if not kept.any():
        kept = inside == inside.max()
    return int(firsts[kept][0]), int(lasts[kept][-1])


def _sides(first: int, last: int, length: int, offset: int, low: float, high: float) -> tuple[float, float]:
    """The run as two sides on the page; a side whose ink reaches the end of what was looked at stays as detected."""
    return (low if first == 0 else float(first + offset)), (high if last == length else float(last + offset))
