"""Doubtful words cut out again, closer and wider, and read as all cuts of them together say.

Where a box lies a pixel off, or a line runs into a letter, another cut says another word; what is printed fits all.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from invoice_ocr.ocr import crops
from invoice_ocr.ocr.ctc import Text, likelihoods
from invoice_ocr.ocr.scripts import LATIN_OF

DOUBTFUL = 0.6  # of confidence, under which a word is cut out again
CLOSER, WIDER = 0.05, 0.08  # of a box's height: by how much closer above and below, by how much wider on all sides
CLEAR = 0.1  # by which mean logarithm another reading must be better


def around(grey: np.ndarray, boxes: np.ndarray) -> list[np.ndarray]:
    """The pixels under each box, and so much around it as `wider` takes.

    grey: uint8, shape (height, width), of the page. boxes: float, shape (n, 4), pixels. Returns copies, for views would
    keep the page.
    """
    reach = WIDER * (boxes[:, 3:] - boxes[:, 1:2]) * np.array([[-1, -1, 1, 1]], np.float32)
    return [part.copy() for part in crops.cut(grey, boxes + reach)]


def closer(part: np.ndarray) -> np.ndarray:
    """The picture that a closer cut makes of a result of `around`, as `crops.normalise` has them."""
    high = len(part) / (1 + 2 * WIDER)
    rows, columns = round((WIDER + CLOSER) * high), round(WIDER * high)
    return crops.normalise(part[rows : len(part) - rows, columns : part.shape[1] - columns])


def wider(part: np.ndarray) -> np.ndarray:
    """The picture that a wider cut makes of a result of `around`."""
    return crops.normalise(part)


@dataclass(frozen=True, slots=True)
class Heard:
    """What a picture of a word says. chances: float, shape (steps, classes + 1)."""

    picture: np.ndarray
    text: Text
    chances: np.ndarray


@dataclass(frozen=True, slots=True)
class Cut:
    """A word, cut out once. around: its result of `around`; picture: as it was read; read: what it was read as."""

    around: np.ndarray
    picture: np.ndarray
    read: Text


def again(
    words: Sequence[Cut], hear: Callable[[Sequence[np.ndarray], Sequence[int]], list[Heard]], alphabet: str
) -> dict[int, Heard]:
    """The cuts that say words better, by the words' places; those that a closer cut says alike are not cut again.

    hear: what pictures say, of the words at some places.
    """
    every = range(len(words))
    closest = hear([closer(word.around) for word in words], every)
    open_to = [k for k in every if differs(closest[k].text, words[k].read)]
    first = hear([words[k].picture for k in open_to], open_to)
    widest = hear([wider(words[k].around) for k in open_to], open_to)
    best = {
        k: agreed(words[k].read, (one, closest[k], other), alphabet)
        for k, one, other in zip(open_to, first, widest, strict=True)
    }
    return {k: found for k, found in best.items() if found is not None}


def differs(one: Text, other: Text) -> bool:
    """Whether two cuts of a word say other signs, whatever their case and whatever is taken for a figure.

    Only a cut to its line tells case; figures are told from letters by the words around.

    >>> [differs(Text(one, 0.5, ()), Text("к1", 0.5, ())) for one in ("K1", "n1", "", "k!", "1")]
    [False, True, False, False, True]
    """
    same_kinds = [char.isdigit() for char in one.text] == [char.isdigit() for char in other.text]
    alike = len(one.text) == len(other.text) and not same_kinds
    return bool(one.text) and not alike and _folded(one.text) != _folded(other.text)


def _folded(text: str) -> str:
    return "".join(LATIN_OF.get(char, char) for char in text.upper())


def agreed(read: Text, ways: Sequence[Heard], alphabet: str) -> Heard | None:
    """The cut whose reading all cuts of a word together say; None where that is hardly likelier than what was read."""
    said = [read.text, *(way.text.text for way in ways)]
    likely = np.mean([likelihoods(way.chances, said, alphabet) for way in ways], 0)
    best = int(likely.argmax())
    clear = best > 0 and differs(ways[best - 1].text, read) and likely[best] > likely[0] + CLEAR
    return ways[best - 1] if clear else None
