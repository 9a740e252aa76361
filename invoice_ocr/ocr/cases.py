"""Small letters of Cyrillic and Greek have the form of capitals, and only height tells which of them a word has.

A word without a capital among capitals' neighbours is cut as high as these, and one alone as high as itself, so the
recogniser's case is a guess there. On the page it is none: measured from its line's baseline, a word that rises no
higher than the small letters around it has no capital, and one of like letters that rises as capitals do has no other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from invoice_ocr.ocr import scripts
from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.spaces import RULE, inked

CAPITALS = 1.42  # heights of small letters that capitals and figures are high: 1.35 to 1.48 in most faces
LOW = (0.8, 1.12)  # heights of the small letters around, between which a word has no capital
HIGH = (1.28, 1.6)  # and between which it is of capitals, if all of its letters have one form
SURE = 0.6  # confidence from which a word's letters say how high it is
WITNESSES = 6  # words around that tell, where its own line has none
HANGING = frozenset("рущцдфgjpqyQ,;()[]/|")  # what reaches below the baseline
ABOVE = frozenset("Йй()[]'\"«»„“”’")  # and what rises above capitals
SLANTED = frozenset("дв")  # small letters that are as high as capitals in italics


@dataclass(frozen=True, slots=True)
class _Witness:
    """A word of which is known how high small letters are in its face: pixels, at (x, y) on the page."""

    line: int
    x: float
    y: float
    small: float


def by_height(
    texts: list[Text], lines: Sequence[Sequence[int]], boxes: np.ndarray, pictures: Sequence[np.ndarray]
) -> None:
    """Give words whose letters look alike small and large the case that they are high, in lines of Cyrillic or Greek.

    In place.

    texts: what each box says. lines: places in it, line by line. boxes: float, shape (n, 4), pixels of the straightened
    page. pictures: uint8, shape (32, width), as the recogniser saw each.
    """
    written = scripts.written_in([[texts[i].text for i in line] for line in lines])
    if "cyrillic" not in written and "greek" not in written:
        return
    rises: dict[int, float] = {}
    for line in lines:
        rises.update(_rises(line, texts, boxes, pictures))
    witnesses = list(_witnesses(lines, written, texts, boxes, rises))
    for at, (line, script) in enumerate(zip(lines, written, strict=True)):
        for i in line:
            if script == "latin" or i not in rises:
                continue
            low, high = _may_be_low(texts[i].text, script), _may_be_high(texts[i].text, script)
            if not low and not high:
                continue
            around = [w.small for w in witnesses if w.line == at]
            if not around and low:
                x, y = boxes[i, 0], boxes[i, 1]
                near = sorted(witnesses, key=lambda w: abs(w.y - y) + 0.2 * abs(w.x - x))
                around = [w.small for w in near[:WITNESSES]]
            rise = rises[i] / float(np.median(around)) if around else 0.0
            if high and HIGH[0] < rise < HIGH[1]:
                texts[i] = replace(texts[i], text=texts[i].text.upper())
            elif low and LOW[0] < rise < LOW[1]:
                own = scripts.LOOKALIKES[script]
                said = "".join(own.get(letter, letter).lower() for letter in texts[i].text)
                texts[i] = replace(texts[i], text=said)


def _rises(
    line: Sequence[int], texts: Sequence[Text], boxes: np.ndarray, pictures: Sequence[np.ndarray]
) -> dict[int, float]:
    """How high each word of a line rises above the baseline, in pixels of the page."""
    tops, bottoms = {}, []
    for i in line:
        rows = _rows(pictures[i]) if texts[i].text else None
        if rows is None:
            continue
        scale = (boxes[i, 3] - boxes[i, 1]) / HEIGHT
        tops[i] = float(boxes[i, 1] + rows[0] * scale)
        if HANGING.isdisjoint(texts[i].text.lower()) and any(letter.isalnum() for letter in texts[i].text):
            bottoms.append(float(boxes[i, 1] + rows[1] * scale))
    return {i: float(np.median(bottoms)) - top for i, top in tops.items()} if bottoms else {}


def _rows(picture: np.ndarray) -> tuple[int, int] | None:
    """First and last + 1 row of the letters: of the rows with ink those together that hold most of it."""
    if not picture.shape[1]:
        return None
    count = inked(picture).sum(1)
    count[count > RULE * picture.shape[1]] = 0
    sides = np.flatnonzero(np.diff(count > 0, prepend=False, append=False))
    runs = [(int(first), int(last)) for first, last in zip(sides[::2], sides[1::2], strict=True)]
    return max(runs, key=lambda run: count[slice(*run)].sum(), default=None)


def _witnesses(
    lines: Sequence[Sequence[int]],
    written: Sequence[str],
    texts: Sequence[Text],
    boxes: np.ndarray,
    rises: dict[int, float],
) -> Iterator[_Witness]:
    for at, (line, script) in enumerate(zip(lines, written, strict=True)):
        if script == "latin":
            continue
        for i in line:
            share = _shows(texts[i].text, script) if i in rises and texts[i].confidence >= SURE else 0.0
            if share:
                yield _Witness(at, float(boxes[i, 0]), float(boxes[i, 1]), rises[i] / share)


def _shows(word: str, script: str) -> float:
    """How high a word is in heights of small letters, where what it says leaves no doubt; else 0."""
    if word.isdigit():
        return CAPITALS
    small = any(letter.islower() and _telling(letter, script) for letter in word)
    if not small or not scripts.HIGH.isdisjoint(word):
        return 0.0
    if word.isalpha() and word.islower():
        return 1.0
    return CAPITALS if word[0].isupper() and ABOVE.isdisjoint(word) else 0.0


def _may_be_low(word: str, script: str) -> bool:
    """Whether a word has capitals, but only such as look like small letters, and nothing that rises higher."""
    capitals = [letter for letter in word if letter.isupper()]
    return (
        bool(capitals)
        and scripts.HIGH.isdisjoint(word.lower())
        and not any(letter.isdigit() for letter in word)
        and not any(_telling(letter, script) for letter in capitals)
    )


def _may_be_high(word: str, script: str) -> bool:
    """Whether a word is of two small letters or more and of no others, all of which look like their capitals."""
    letters = [letter for letter in word if letter.isalpha()]
    return (
        len(letters) > 1
        and word.islower()
        and (scripts.HIGH | ABOVE | SLANTED).isdisjoint(word)
        and not any(letter.isdigit() for letter in word)
        and not any(_telling(letter, script) for letter in letters)
    )


def _telling(letter: str, script: str) -> bool:
    """Whether a letter's small form differs from its capital."""
    own = scripts.LOOKALIKES[script].get(letter, letter)
    return letter.isalpha() and own.lower() not in scripts.SAME_FORM[script]
