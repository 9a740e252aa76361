"""Print that runs up or down beside the lines of a page: where it stands, and the page turned so that it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from invoice_ocr.clean import heads
from invoice_ocr.clean.direction import gaps
from invoice_ocr.clean.heads import Recogniser
from invoice_ocr.clean.sight import Sight, coarse_pieces_of
from invoice_ocr.frames import placed
from invoice_ocr.model import Frame, PageWords, Word

_REACH = 0.5  # of the height of the page's letters: ink that near above or below belongs together
_LONG, _TALL = 3.0, 2.0  # widths and letters of the page, from which what belongs together may be a word so turned
_WIDE = (0.45, 3.0)  # of the height of the page's letters: how high the letters of such a word may be
_FILLED = (0.2, 0.95)  # of its box
_NEXT = 1.6  # widths between two words of a line
_ALIGNED = 0.5  # of the narrower of two words' width, shared in a line
_WORDS, _LINES = 3, 40  # words of a line and lines that are read to tell which way they run
_BESIDE = 0.5  # of the letters of such a line may have their nearest neighbour beside them
_READ, _AHEAD = 0.6, 0.1  # confidence, and by how much it is more than that of the other way up
_LETTERS = 4  # and figures, that are read of a line at least
_AROUND = 0.2  # of a line's width, taken with it
_MARGIN = 0.18  # of a word's width


@dataclass(frozen=True, slots=True)
class Aside:
    """The lines of a page that run one way, up or down.

    turns: quarter turns, counter-clockwise, that bring them across: 1 for lines that run down, 3 for lines that run up.
    boxes: int, shape (n, 4): left, top, right, bottom of each line in pixels of the page.
    """

    turns: int
    boxes: np.ndarray


def asides_of(pixels: np.ndarray, seen: Sight, recognise: Recogniser) -> list[Aside]:
    """What is printed across the lines of a page, one Aside for each way that it runs.

    pixels: uint8, shape (height, width, 3), RGB, lines across, of which `seen` was taken. Columns of figures and rules
    are none: a line runs up or down where it is read so.
    """
    lines = _lines_of(seen)
    found: dict[int, list[np.ndarray]] = {}
    for line, turns in zip(lines, _turns_of(pixels, [line / seen.scale for line in lines], recognise), strict=True):
        if turns:
            low, high = line[:, :2].min(0), line[:, 2:].max(0)
            room = _AROUND * (high[0] - low[0]) + 1
            found.setdefault(turns, []).append(np.concatenate([low - room, high + room]) / seen.scale)
    size = np.array([pixels.shape[1], pixels.shape[0]] * 2)
    return [Aside(turns, np.clip(np.round(boxes), 0, size).astype(int)) for turns, boxes in sorted(found.items())]


def without(pixels: np.ndarray, asides: Sequence[Aside]) -> np.ndarray:
    """The page with paper in place of what runs up or down. pixels: uint8, RGB, not modified."""
    out = pixels.copy()
    for aside in asides:
        for left, top, right, bottom in aside.boxes.tolist():
            out[top:bottom, left:right] = _paper(pixels[top:bottom, left:right])
    return out


def alone(pixels: np.ndarray, aside: Aside) -> np.ndarray:
    """The page turned so that the lines of `aside` lie across, with nothing else on it."""
    out = np.empty_like(pixels)
    out[:] = _paper(pixels)
    for left, top, right, bottom in aside.boxes.tolist():
        out[top:bottom, left:right] = pixels[top:bottom, left:right]
    return np.ascontiguousarray(np.rot90(out, aside.turns))


def back(words: PageWords, turns: int) -> tuple[Word, ...]:
    """Words read on the page as `alone` turns it, where they stand on the page. turns: as `Aside` has them."""
    across, down = words.width, words.height  # of the turned page: the page is `down` wide and `across` high
    matrix = (
        (0.0, 1.0, 0.0, -1.0, 0.0, down, 0.0, 0.0, 1.0)
        if turns == 1
        else (0.0, -1.0, across, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0)
    )
    found = placed(words, Frame(across, down, matrix), down, across)
    return tuple(replace(word, turn=90 if turns == 1 else 270) for word in found.words)


def _paper(pixels: np.ndarray) -> np.ndarray:
    """The usual colour: float, shape (3,)."""
    return np.asarray(np.median(pixels.reshape(-1, 3)[:: max(1, pixels.size // 30_000)], 0))


def _lines_of(seen: Sight) -> list[np.ndarray]:
    """What may be lines that run up or down, the longest first, each as its words: float32, shape (n, 4), in pixels of
    `seen`.
    """
    if not len(seen.marks):
        return []
    letter = float(np.median(seen.marks[:, 3]))
    reach = max(3, round(_REACH * letter)) | 1
    joined = cv2.morphologyEx(seen.ink.view(np.uint8), cv2.MORPH_CLOSE, np.ones((reach, 1), np.uint8))
    left, top, width, height, area = coarse_pieces_of(joined).T.astype(np.float32)
    filled = area / (width * height)
    good = (width > _WIDE[0] * letter) & (width < _WIDE[1] * letter) & (filled > _FILLED[0]) & (filled < _FILLED[1])
    pieces = np.stack([left, top, left + width, top + height], 1)
    long = np.flatnonzero(good & (height > _LONG * width) & (height > _TALL * letter))
    free = (width < _WIDE[1] * letter) & (height > 1)
    lines = []
    for place in long[np.argsort(-height[long], kind="stable")].tolist():
        if free[place]:
            line = _line(pieces, place, free)
            free[line] = False
            lines.append(pieces[line])
    return [line for line in lines if not _is_stacked(line, seen.marks)][:_LINES]


def _is_stacked(line: np.ndarray, marks: np.ndarray) -> bool:
    """Whether most letters of what may run up or down are nearer to one beside: they are of lines across, set close.

    line: its words, float32, shape (n, 4), left, top, right, bottom. marks: as `Sight` has them.
    """
    middles = marks[:, :2] + marks[:, 2:] / 2
    low, high = line[:, :2].min(0), line[:, 2:].max(0)
    own = marks[((middles > low) & (middles < high)).all(1)]
    beside, stacked = gaps(own, marks)
    return int((beside < stacked).sum()) > _BESIDE * len(own)


def _line(pieces: np.ndarray, seed: int, free: np.ndarray) -> list[int]:
    """The places of the pieces that go on above and below one of them, top to bottom."""
    box = pieces[seed]
    width = box[2] - box[0]
    shared = np.minimum(pieces[:, 2], box[2]) - np.maximum(pieces[:, 0], box[0])
    narrow = np.minimum(pieces[:, 2] - pieces[:, 0], width)
    column = np.flatnonzero(free & (shared > _ALIGNED * narrow) & (pieces[:, 2] - pieces[:, 0] < 1.5 * width))
    column = column[np.argsort(pieces[column, 1], kind="stable")]
    tops, bottoms = pieces[column, 1], np.maximum.accumulate(pieces[column, 3])
    breaks = np.flatnonzero(tops[1:] - bottoms[:-1] > _NEXT * width) + 1
    own: list[int] = next(part for part in np.split(column, breaks) if seed in part).tolist()
    return own


def _turns_of(pixels: np.ndarray, lines: Sequence[np.ndarray], recognise: Recogniser) -> list[int]:
    """Quarter turns, counter-clockwise, by which each line is brought across; 0 for what is not read either way."""
    pictures, owners = [], []
    for owner, line in enumerate(lines):
        longest = line[np.argsort(line[:, 1] - line[:, 3], kind="stable")[:_WORDS]]
        pictures += [_cut(pixels, word) for word in longest]
        owners += [owner] * len(longest)
    if not pictures:
        return []
    read = {turns: recognise([np.ascontiguousarray(np.rot90(p, turns)) for p in pictures]) for turns in (1, 3)}
    return [
        _best({turns: [texts[i] for i, own in enumerate(owners) if own == owner] for turns, texts in read.items()})
        for owner in range(len(lines))
    ]


def _cut(pixels: np.ndarray, word: np.ndarray) -> np.ndarray:
    """The picture of a word that runs up or down, and a little around. word: float, shape (4,)."""
    room = _MARGIN * (word[2] - word[0])
    left, top, right, bottom = np.round(word + np.array([-room, -room, room, room])).astype(int).clip(0).tolist()
    return pixels[top:bottom, left:right]


def _best(read: dict[int, list[tuple[str, float]]]) -> int:
    sure = {turns: heads.confidence(texts) for turns, texts in read.items()}
    best, other = sorted(sure, key=lambda turns: -sure[turns])
    letters = sum(char.isalnum() for text, _ in read[best] for char in text)
    return best if letters >= _LETTERS and sure[best] >= max(_READ, sure[other] + _AHEAD) else 0
