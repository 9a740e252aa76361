"""The page's own print as a witness: characters of codes and numbers compared with the same ones elsewhere on it.

To a recogniser "R00" and "RO0" are the same few strokes, and it guesses by what stands beside them. A page shows how
its faces draw both: figures in amounts and dates, capitals in words. A character that is clearly more like its
look-alike is that one. And a doubtful number of which every character is like its own kind, and less like all others,
is hardly misread: of 33 such words on pages undamaged and damaged in three ways none was wrong, where 1 in 5 as
doubtful was.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.spaces import inked

_PAIRS = (("O", "0"), ("I", "1"), ("S", "5"), ("B", "8"), ("Z", "2"), ("G", "6"))
TWINS = {one: other for pair in _PAIRS for one, other in (pair, pair[::-1])}
SURE = 0.95  # confidence from which a word shows what its characters look like
CONFIRMED = 0.97  # confidence of a word whose every character is like its own kind
OWN, AHEAD = 0.93, 0.03  # how like it is then (1.0: the same), and by how much less like any other kind
TWIN, CLEARLY = 0.96, 0.15  # how like its look-alike a character is that was misread, and by how much less like its own
SAME = 0.985  # how like it is where the page shows no other of its own kind in that size: O and 0 of few faces
AS_HIGH = (0.87, 1.15)  # heights of characters that are compared
HEIGHTS = (0.7, 1.4)  # heights of the boxes of words whose characters may be
WITNESSES = 96  # words that show what characters look like; more cost time
BEST = 3  # of a kind that a character is compared with
SPECK = 3  # pixels, under which ink is none
SPREAD = 0.3  # of the narrower of two pieces of ink above each other, from which they are one character
_TALL, _WIDE = 32, 48  # pixels of a form
_SOFT = 1.2  # by which forms are blurred, so that a pixel's shift does not tell
_PRINT = re.compile(r"[A-Z0-9/.,:()#€$%&+'\"-]+|[A-Z][a-z]+[.,:]?")
_CODE = re.compile(r"(?=.*[A-Z])(?=.*[0-9])[A-Z0-9/.:#()-]{3,}")
_NUMBER = re.compile(r"[A-Z]{0,4}[#/-]?[0-9][0-9/-]{2,}|\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


@dataclass(frozen=True, slots=True)
class Form:
    """One character as it is drawn: float32 (32 * 48,) of length 1, mean 0, its proportions kept; and its height."""

    ink: np.ndarray
    high: float


@dataclass(frozen=True, slots=True)
class _Shown:
    """What a page's sure words show: characters, words they are of, forms (n, 32 * 48), heights in pixels."""

    chars: np.ndarray
    words: np.ndarray
    forms: np.ndarray
    heights: np.ndarray

    def like(self, form: Form, word: int) -> dict[str, float]:
        """How like each kind of character a form is, -1..1, among those of other words that are as high."""
        near = (self.words != word) & (self.heights > form.high * AS_HIGH[0]) & (self.heights < form.high * AS_HIGH[1])
        alike, chars = self.forms[near] @ form.ink, self.chars[near]
        return {char: float(np.sort(alike[chars == char])[-BEST:].mean()) for char in set(chars.tolist())}


def compare(texts: list[Text], boxes: np.ndarray, pictures: Sequence[np.ndarray]) -> None:
    """Take look-alikes for what the page shows them to be, and be sure of numbers that it confirms; in place.

    texts: what each box says. boxes: float, shape (n, 4), pixels of the page. pictures: uint8, shape (32, width), as
    the recogniser saw each.
    """
    asked = [i for i, text in enumerate(texts) if _is_asked(text)]
    if not asked:
        return
    drawn = dict(_drawn(texts, boxes, pictures, [*asked, *_witnesses(texts, boxes, asked)]))
    shown = _shown(texts, drawn)
    for i in filter(drawn.__contains__, asked):
        said = texts[i]
        alike = [shown.like(form, i) if char.isalnum() else {} for char, form in zip(said.text, drawn[i], strict=True)]
        code = _CODE.fullmatch(said.text) is not None
        said = replace(said, text="".join(_settled(*one, alone=code) for one in zip(said.text, alike, strict=True)))
        if _NUMBER.fullmatch(said.text) and all(map(_is_confirmed, said.text, alike)):
            said = replace(said, confidence=max(said.confidence, CONFIRMED))
        texts[i] = said


def _witnesses(texts: Sequence[Text], boxes: np.ndarray, asked: Sequence[int]) -> list[int]:
    """Places of sure words in print about as high as that of the words asked about, no more than are needed."""
    heights = boxes[:, 3] - boxes[:, 1]
    found = [
        i
        for i, text in enumerate(texts)
        if text.confidence >= SURE
        and _PRINT.fullmatch(text.text)
        and any(HEIGHTS[0] < heights[i] / heights[k] < HEIGHTS[1] for k in asked)
    ]
    return found[:: -(-len(found) // WITNESSES)] if found else []


def _is_asked(text: Text) -> bool:
    code = _CODE.fullmatch(text.text) is not None and not TWINS.keys().isdisjoint(text.text)
    return text.confidence < CONFIRMED and (code or _NUMBER.fullmatch(text.text) is not None)


def _settled(char: str, like: dict[str, float], *, alone: bool) -> str:
    """The character, or the look-alike that it clearly is. alone: whether the page need not show its own kind."""
    twin = TWINS.get(char, "")
    chance = like.get(twin, 0.0)
    clearly = chance >= TWIN and chance >= like[char] + CLEARLY if char in like else alone and chance >= SAME
    return twin if clearly else char


def _is_confirmed(char: str, like: dict[str, float]) -> bool:
    others = max((chance for other, chance in like.items() if other != char), default=0.0)
    return not char.isalnum() or (like.get(char, 0.0) >= OWN and like[char] >= others + AHEAD)


def _shown(texts: Sequence[Text], drawn: dict[int, list[Form]]) -> _Shown:
    seen = [
        (char, i, form)
        for i, forms in drawn.items()
        if texts[i].confidence >= SURE
        for char, form in zip(texts[i].text, forms, strict=True)
        if char.isdecimal() or char.isupper()
    ]
    return _Shown(
        np.array([char for char, _, _ in seen]),
        np.array([i for _, i, _ in seen]),
        np.array([form.ink for _, _, form in seen], np.float32).reshape(-1, _TALL * _WIDE),
        np.array([form.high for _, _, form in seen]),
    )


def _drawn(
    texts: Sequence[Text], boxes: np.ndarray, pictures: Sequence[np.ndarray], places: Sequence[int]
) -> Iterator[tuple[int, list[Form]]]:
    """The form of each character of words in figures and capitals; not of those that touch or fall apart."""
    for i in places:
        picture = pictures[i]
        if not picture.shape[1] or not (ink := inked(picture)).any():
            continue
        light = picture[ink].mean() > picture.mean()
        strength = (picture if light else 255 - picture) * ink.astype(np.float32)
        count, marks, stats, _ = cv2.connectedComponentsWithStats(ink.astype(np.uint8), connectivity=8)
        pieces = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= SPECK]
        spans = list(_spans(pieces, stats))
        if len(spans) == len(texts[i].text):
            scale = (boxes[i, 3] - boxes[i, 1]) / HEIGHT
            yield i, [_form(strength, marks, span, stats, scale) for span in spans]


def _spans(pieces: Sequence[int], stats: np.ndarray) -> Iterator[list[int]]:
    """Pieces of ink above each other together, left to right."""
    last: list[int] = []
    begin = end = 0
    for k in sorted(pieces, key=lambda k: int(stats[k, cv2.CC_STAT_LEFT])):
        left, wide = int(stats[k, cv2.CC_STAT_LEFT]), int(stats[k, cv2.CC_STAT_WIDTH])
        if last and left >= end - SPREAD * min(wide, end - begin):
            yield last
            last = []
        if not last:
            begin, end = left, left
        last, end = [*last, k], max(end, left + wide)
    if last:
        yield last


def _form(strength: np.ndarray, marks: np.ndarray, span: Sequence[int], stats: np.ndarray, scale: float) -> Form:
    left, top = stats[span, :2].min(0)
    right, bottom = (stats[span, :2] + stats[span, 2:4]).max(0)
    cut = strength[top:bottom, left:right]
    if len(span) == 1 and stats[span[0], cv2.CC_STAT_AREA] < cut.size:
        cut = cut * (marks[top:bottom, left:right] == span[0])
    high, wide = cut.shape
    across = max(2, min(_WIDE, round(wide * _TALL / high)))
    canvas = np.zeros((_TALL, _WIDE), np.float32)
    at = (_WIDE - across) // 2
    canvas[:, at : at + across] = cv2.resize(cut, (across, _TALL), interpolation=cv2.INTER_LINEAR)
    soft = cv2.GaussianBlur(canvas, (0, 0), _SOFT)
    soft = soft - soft.mean()
    return Form((soft / max(1e-6, float(np.linalg.norm(soft)))).ravel(), high * scale)
