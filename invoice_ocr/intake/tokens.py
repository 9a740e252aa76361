"""Glyphs of a PDF's text layer to words: split at spaces and gaps, letterspaced ones joined, boxes even in height."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from invoice_ocr.intake.pages import Corners

_FILLED_OR_STROKED = 16 | 32  # FZ_STEXT_FILLED, FZ_STEXT_STROKED: neither means render mode 3, which paints nothing
_ASCENT, _DESCENT = 0.80, 0.22  # of the font size: fonts' own claims reach from 0.5 to 2, which would join lines
_GAP = 0.22  # of the font size between two glyphs of one word; MuPDF itself puts a space at most gaps over 0.15
_LETTERSPACED = 4  # single letters in a row from which they are taken for one spaced-out word
_SPACED_WITHIN = 1.1  # of the font size: wider gaps stand between columns
_BROKEN_CATEGORIES = frozenset({"Cc", "Co", "Cs", "Cn"})  # control, private use, lone surrogate, unassigned
_INVISIBLE = frozenset("\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202b\u202c\u202d\u202e")


@dataclass(slots=True)
class Token:
    """One word of a text layer, before anybody has looked whether it can be seen.

    left..bottom: points of the displayed page. size: of the font, points. grey: 0 black .. 255 white, of the fill.
    painted: whether it is filled or stroked at all, and not transparent. broken: glyphs whose meaning is unknown.
    baseline: of horizontal text, points; None for text that runs in another direction.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    grey: int
    painted: bool
    broken: int = 0
    baseline: float | None = None

    @property
    def corners(self) -> Corners:
        return (self.left, self.top, self.right, self.bottom)


def tokens_of(blocks: list[dict[str, Any]]) -> list[Token]:
    """The words in `blocks`, in the order of the page's content.

    blocks: as PyMuPDF's rawdict has them, in coordinates of the displayed page.
    """
    found: list[Token] = []
    for block in blocks:
        for line in block.get("lines", ()):
            found.extend(_joined(_split(line)))
    return _once(found)


def _split(line: dict[str, Any]) -> list[Token]:
    """Words of one line of glyphs, split where there is a space, a gap or a turn of style after a colon."""
    across, down = line["dir"]
    horizontal = across > 0.99
    words: list[Token] = []
    current: Token | None = None
    for span in line["spans"]:
        size = span["size"]
        painted = span["alpha"] > 12 and bool(span["char_flags"] & _FILLED_OR_STROKED)
        grey = _grey(span["color"])
        after_label = current is not None and current.text[-1:] == ":"
        for glyph in span["chars"]:
            char = glyph["c"]
            if char.isspace() or char in _INVISIBLE:
                if char.isspace():
                    current = None
                continue
            left, top, right, bottom = glyph["bbox"]
            if horizontal:
                baseline = glyph["origin"][1]
                top, bottom = baseline - _ASCENT * size, baseline + _DESCENT * size
            if current is not None and (after_label or _apart(current, left, top, right, bottom, across, down)):
                current = None
            after_label = False
            broken = _is_broken(char)
            if current is None or current.painted != painted or (current.grey != grey and _differ(current.grey, grey)):
                current = Token("", left, top, right, bottom, size, grey, painted, 0, baseline if horizontal else None)
                words.append(current)
            current.text += char
            current.broken += broken
            current.left, current.top = min(current.left, left), min(current.top, top)
            current.right, current.bottom = max(current.right, right), max(current.bottom, bottom)
    return words


def _apart(word: Token, left: float, top: float, right: float, bottom: float, across: float, down: float) -> bool:
    """Whether a glyph stands too far from the end of `word` to belong to it."""
    if across > 0.99:
        gap = left - word.right
    elif across < -0.99:
        gap = word.left - right
    elif down > 0.99:
        gap = top - word.bottom
    elif down < -0.99:
        gap = word.top - bottom
    else:
        return False
    return gap > _GAP * word.size or gap < -4 * word.size


def _joined(words: list[Token]) -> list[Token]:
    """`words` with runs of single, evenly spaced letters made into the words they spell."""
    if len(words) < _LETTERSPACED:
        return words
    result: list[Token] = []
    for run in _runs(words):
        result.extend(_spelled(run) if len(run) >= _LETTERSPACED else run)
    return result


def _runs(words: list[Token]) -> Iterator[list[Token]]:
    """`words` cut into runs of single letters or digits that stand close together, and runs of one for the rest."""
    run: list[Token] = []
    for word in words:
        single = len(word.text) == 1 and word.text.isalnum() and word.baseline is not None
        if run and (not single or not 0 <= word.left - run[-1].right <= _SPACED_WITHIN * word.size):
            yield run
            run = []
        if single:
            run.append(word)
        else:
            yield [word]
    if run:
        yield run


def _spelled(run: list[Token]) -> list[Token]:
    """The words that a run of single letters spells: cut where a gap is much wider than the usual one."""
    gaps = sorted(after.left - before.right for before, after in pairwise(run))
    usual = gaps[len(gaps) // 2]
    if sum(token.text.isalpha() for token in run) * 2 < len(run) and usual > 0.6 * run[0].size:
        return run  # digits this far apart are more likely a row of a table
    words = [run[0]]
    for before, after in pairwise(run):
        word = words[-1]
        if after.left - before.right > max(1.8 * usual, usual + 0.15 * after.size):
            words.append(after)
            continue
        word.text += after.text
        word.right, word.broken = after.right, word.broken + after.broken
        word.top, word.bottom = min(word.top, after.top), max(word.bottom, after.bottom)
    return words


def _once(words: list[Token]) -> list[Token]:
    """`words` without those printed twice in one place, which is how some programs make bold."""
    seen: dict[tuple[str, int, int], Token] = {}
    result = []
    for word in words:
        x, y = round(word.left), round(word.top)
        twins = (seen.get((word.text, x + dx, y + dy)) for dx in (0, -1, 1) for dy in (0, -1, 1))
        if word.painted and any(twin is not None for twin in twins):
            continue
        if word.painted:
            seen[word.text, x, y] = word
        result.append(word)
    return result


def _grey(color: int) -> int:
    """Lightness 0..255 of an sRGB colour."""
    return (299 * (color >> 16 & 255) + 587 * (color >> 8 & 255) + 114 * (color & 255)) // 1000


def _differ(one: int, other: int) -> bool:
    """Whether two greys are so far apart that text in both may be partly invisible."""
    return abs(one - other) > 96


def _is_broken(char: str) -> bool:
    return char == "\ufffd" or (not char.isascii() and unicodedata.category(char) in _BROKEN_CATEGORIES) or char < " "
