"""Glyphs of a PDF's text layer to words: split at spaces and gaps, letterspaced ones joined, boxes even in height."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from invoice_ocr.intake.ideographs import unified
from invoice_ocr.intake.pages import Corners

_FILLED_OR_STROKED = 16 | 32  # FZ_STEXT_FILLED, FZ_STEXT_STROKED: neither means render mode 3, which paints nothing
_ASCENT, _DESCENT = 0.80, 0.22  # of the font size: fonts' own claims reach from 0.5 to 2, which would join lines
_GAP = 0.22  # of the font size between two glyphs of one word; MuPDF itself puts a space at most gaps over 0.15
_BACK = -4.0  # of the font size; a glyph further back belongs to something else
_RAISED = 0.15  # of the font size between the baselines of one word
_OTHER_GREY = 96  # of 255; text of two such colours may be partly invisible
_TRANSPARENT = 12  # of 255
_NO_WIDTH = 0.01  # of the font size
_LIGATURE_TAILS = frozenset("filtjhkbs")  # ff, fi, fl, ffi, ft, fj, fh, fk, fb, st
_LETTERSPACED = 4  # single letters in a row from which they are taken for one spaced-out word
_SPACED_APART = 2.0  # of the font size: gaps wider than this stand between columns, not between spaced-out words
_SPACED_LETTERS, _SPACED_DIGITS = 0.9, 0.6  # of the font size: gaps within such words; wider ones are rows of a table
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

    @property
    def marked(self) -> str:
        """The text with U+FFFD for each glyph that is known to mean nothing."""
        return "".join("\ufffd" if unicodedata.category(char) in _BROKEN_CATEGORIES else char for char in self.text)

    @property
    def readable(self) -> bool:
        """Whether pixels can fill in what is unknown: some glyphs mean nothing, and it is known which."""
        return 0 < self.broken == self.marked.count("\ufffd")


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
    """Words of one line of glyphs, split where there is a space, a gap, or a turn of style."""
    across, down = line["dir"]
    horizontal = across > 0.99
    words: list[Token] = []
    open_end = False  # whether the next span may go on with the last word
    for span in line["spans"]:
        size = span["size"] or 1.0
        painted = span["alpha"] > _TRANSPARENT and bool(span["char_flags"] & _FILLED_OR_STROKED)
        grey = _grey(span["color"])
        runs, starts, ends = _runs_of_glyphs(span["chars"], size, across, down)
        for index, run in enumerate(runs):
            word = _word(run, size, grey, painted, horizontal=horizontal)
            if index == 0 and starts and open_end and _goes_on(words[-1], word, across, down):
                _append(words[-1], word)
            else:
                words.append(word)
        open_end = ends and bool(words)
    for word in words:
        if word.baseline is not None:
            word.top, word.bottom = word.baseline - _ASCENT * word.size, word.baseline + _DESCENT * word.size
    return words


def _runs_of_glyphs(
    glyphs: list[dict[str, Any]], size: float, across: float, down: float
) -> tuple[list[list[dict[str, Any]]], bool, bool]:
    """`glyphs` cut at spaces and gaps, and whether the first run starts, and the last one ends, without a space."""
    horizontal, least, most = across > 0.99, _BACK * size, _GAP * size
    runs: list[list[dict[str, Any]]] = []
    run: list[dict[str, Any]] | None = None
    before: Corners = (0.0, 0.0, 0.0, 0.0)
    for glyph in glyphs:
        char = glyph["c"]
        if char.isspace():
            run = None
            continue
        box = glyph["bbox"]
        if char in _INVISIBLE:
            before = box
            continue
        if run is not None and least < (box[0] - before[2] if horizontal else _gap(before, box, across, down)) <= most:
            run.append(glyph)
        else:
            run = [glyph]
            runs.append(run)
        before = box
    return runs, bool(glyphs) and not glyphs[0]["c"].isspace(), run is not None


def _word(run: list[dict[str, Any]], size: float, grey: int, painted: bool, *, horizontal: bool) -> Token:
    """One word of glyphs that stand together."""
    text = "".join([glyph["c"] for glyph in run])
    if not text.isascii():
        text = unified(text)
    broken = 0
    narrow = _NO_WIDTH * size
    left, top, right, bottom = run[0]["bbox"]
    if horizontal:
        right = run[-1]["bbox"][2]
        if not (text.isascii() and text.isprintable()) or min([g["bbox"][2] - g["bbox"][0] for g in run]) < narrow:
            broken = sum(_is_broken(g["c"], g["bbox"][2] - g["bbox"][0] < narrow) for g in run)
        return Token(text, left, top, right, bottom, size, grey, painted, broken, run[0]["origin"][1])
    boxes = [glyph["bbox"] for glyph in run]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(box[2] for box in boxes), max(box[3] for box in boxes)
    return Token(text, left, top, right, bottom, size, grey, painted, sum(_is_broken(char, False) for char in text))


def _goes_on(word: Token, after: Token, across: float, down: float) -> bool:
    """Whether a word in another style belongs to the one before: not after a label, nor when raised, like cents."""
    if word.baseline is not None and after.baseline is not None:
        gap = after.left - word.right
        raised = abs(word.baseline - after.baseline) > _RAISED * word.size
    else:
        gap, raised = _gap(word.corners, after.corners, across, down), False
    other = word.painted != after.painted or abs(word.grey - after.grey) > _OTHER_GREY
    return not (raised or other or word.text[-1] == ":") and _BACK * after.size < gap <= _GAP * after.size


def _append(word: Token, after: Token) -> None:
    """Make one word of two."""
    word.text += after.text
    word.broken += after.broken
    word.left, word.right = min(word.left, after.left), max(word.right, after.right)
    word.top, word.bottom, word.size = (
        min(word.top, after.top),
        max(word.bottom, after.bottom),
        max(word.size, after.size),
    )


def _gap(before: Corners, after: Corners, across: float, down: float) -> float:
    """Points between two boxes of text that does not run to the right; 0 when it runs aslant."""
    if across < -0.99:
        return before[0] - after[2]
    if down > 0.99:
        return after[1] - before[3]
    if down < -0.99:
        return before[1] - after[3]
    return 0.0


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
        if run and (not single or not 0 <= word.left - run[-1].right <= _SPACED_APART * word.size):
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
    letters = sum(token.text.isalpha() for token in run) * 2 >= len(run)
    if usual > (_SPACED_LETTERS if letters else _SPACED_DIGITS) * run[0].size:
        return run
    words = [run[0]]
    for before, after in pairwise(run):
        word = words[-1]
        if after.left - before.right > max(1.8 * usual, usual + 0.15 * after.size):
            words.append(after)
            continue
        _append(word, after)
    return words


def _once(words: list[Token]) -> list[Token]:
    """`words` without those printed twice in one place, which is how some programs make bold."""
    places: dict[str, list[Token]] = {}
    result = []
    for word in words:
        twins = places.setdefault(word.text, [])
        if word.painted:
            if twins and any(abs(word.left - twin.left) < 1.5 and abs(word.top - twin.top) < 1.5 for twin in twins):
                continue
            twins.append(word)
        result.append(word)
    return result


def _grey(color: int) -> int:
    """Lightness 0..255 of an sRGB colour."""
    return (299 * (color >> 16 & 255) + 587 * (color >> 8 & 255) + 114 * (color & 255)) // 1000


def _is_broken(char: str, narrow: bool) -> bool:
    """Whether nobody can say what a glyph shows. narrow: its box has no width.

    A glyph without width is the tail of one that stands for several characters: right for ligatures, also with an
    accent as in `fí`, else a lie.
    """
    plain = unicodedata.normalize("NFD", char)[0] if narrow else char
    if narrow and char.isalnum() and plain not in _LIGATURE_TAILS and not unicodedata.combining(char):
        return True
    return char == "\ufffd" or unicodedata.category(char) in _BROKEN_CATEGORIES
