"""Whether a text layer says what the page shows: every word is looked for in a small rendering of the page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from invoice_ocr.intake.pages import Corners
from invoice_ocr.intake.tokens import Token

_LEAST_SIZE = 1.5  # points; smaller print nobody reads
_CONTRAST = 24  # of 255 between text and its ground, under which nobody sees it
_INK_SHARE = 0.15  # of that contrast that thin, antialiased strokes must reach at 72 dpi
_LEAST_INK = 6  # greys
_WORD = 4  # letters from which a word must show ink all along
_PARTS = 4  # into which a long word is cut for that
_LEGIBLE = 4.0  # points; smaller print is too few pixels to look at parts of it
_TALL = 0.25  # share of the rows of a word's box that letters ink at least; 0.37 in 12,000 born-digital words
_MOSTLY = 0.75  # share of a word's box that ink covers on the page's own ground at most
_SAMPLE = 10_000  # pixels that tell the ground of a page
_ENOUGH = 2000  # pixels to look at under one word
_DENSE = 0.8  # share of its box that print covers at most
_INK = 40  # greys by which a pixel differs from the page's ground to count as ink
_BLANK = 0.0002  # share of ink under which a page is blank: dust and a hairline
_HIDDEN_SHARE = 0.3  # of the words; a page with more hidden ones has a text layer made for something else
_HIDDEN_FEW = 3
_BROKEN_SHARE = 0.02  # of the words
_READABLE_SHARE, _READABLE = 0.15, 40  # of the words, and words, that may be read from pixels instead
SCANNED = 0.5  # share of the page under images from which it may be a scan
_SCAN_RATIO = 2.0  # unexplained to explained ink of a page under images: letterheads 0.1-1, scans over 10
_FEW_WORDS = 25  # with fewer words, much unexplained ink may be text drawn as curves
_FEW_RATIO = 4.0


@dataclass(frozen=True, slots=True)
class Raster:
    """A page in grey. samples: width * height bytes, row by row; scale: pixels a point."""

    samples: bytes
    width: int
    height: int
    scale: float


@dataclass(frozen=True, slots=True)
class Verdict:
    """words: those that can be seen. trusted: whether they are what the page shows. why: one reason against it.

    Some of the words may have glyphs without meaning (`Token.readable`): these are to be read from pixels.
    """

    words: list[Token]
    hidden: int
    trusted: bool
    why: str = ""


def judge(
    tokens: Sequence[Token],
    raster: Raster,
    images: Sequence[Corners],
    covered: Sequence[bool] | None = None,
    *,
    fill_in: bool = False,
) -> Verdict:
    """What of a text layer can be believed.

    images: boxes of the page's pictures, points. covered: for each token, whether an opaque picture was drawn over it.
    fill_in: whether a few words that are `readable` may stay among the others.
    """
    width, height = raster.width / raster.scale, raster.height / raster.scale
    ground = _ground(raster.samples)
    seen: list[Token] = []
    hidden = broken = 0
    for index, token in enumerate(tokens):
        x, y = (token.left + token.right) / 2, (token.top + token.bottom) / 2
        if not (0 <= x <= width and 0 <= y <= height):
            continue  # outside the displayed page: neither shown nor a sign of anything
        if (
            not token.painted
            or token.size < _LEAST_SIZE
            or (covered is not None and covered[index])
            or not _shows(token, raster, ground)
        ):
            hidden += 1
        elif fill_in and token.readable:
            seen.append(token)
        elif token.broken == len(token.text):
            continue  # an icon out of a symbol font
        elif token.broken:
            broken += _weight(token)
        else:
            seen.append(token)
    partly = [token for token in seen if 0 < token.broken < len(token.text)]
    readable = sum(token.broken > 0 for token in seen) if partly else 0
    if readable > min(_READABLE, _READABLE_SHARE * len(seen)):
        broken, readable = broken + sum(map(_weight, partly)), 0
    if not readable:
        seen = [token for token in seen if not token.broken]
    why = _against(seen, hidden, broken, raster, images)
    return Verdict(seen, hidden, not why, why)


def _weight(token: Token) -> int:
    """How much a word with unknown letters tells against its page."""
    return 2 if any(char.isdigit() for char in token.text) else 1


def is_blank(raster: Raster) -> bool:
    """Whether a page shows nothing."""
    table = _inked(_ground(raster.samples))
    return raster.samples.translate(table).count(1) <= _BLANK * len(raster.samples)


def _against(seen: list[Token], hidden: int, broken: int, raster: Raster, images: Sequence[Corners]) -> str:
    """Why the words that are seen cannot stand for the page; empty when they can."""
    if hidden > _HIDDEN_FEW and hidden > _HIDDEN_SHARE * (hidden + len(seen)):
        return "most of its text cannot be seen" if hidden > len(seen) else "much of its text cannot be seen"
    if broken > _BROKEN_SHARE * (len(seen) + broken):
        return "its letters have no known meaning"
    if not seen:
        return "" if is_blank(raster) else "it has no text that can be seen"
    if sum(len(token.text) for token in seen if token.baseline is None) * 2 > sum(len(token.text) for token in seen):
        return "most of its text lies on its side or upside down"
    scanned = coverage(images, raster.width / raster.scale, raster.height / raster.scale) > SCANNED
    if scanned and _unexplained(seen, raster) > _SCAN_RATIO:
        return "it is a picture with little text of its own"
    if len(seen) < _FEW_WORDS and _unexplained(seen, raster) > _FEW_RATIO:
        return "it shows far more than its text says"
    return ""


def _shows(token: Token, raster: Raster, ground: int) -> bool:
    """Whether ink of the token's lightness stands where it claims to be, on a ground it can be told from.

    ground: the most common grey of the page, on which most words stand; for those this answers at once.
    """
    rows = _rows(token, raster.samples, raster)
    pixels = b"".join(rows)
    if not pixels:
        return False
    contrast = abs(token.grey - ground)
    if contrast >= _CONTRAST:
        inked = pixels.translate(_ink_of(token.grey, ground))
        if (ink := inked.count(1)) <= _MOSTLY * len(inked):
            return ink > 0 and _is_printed(token, inked, len(rows[0]))
    return _shows_on_other(token.grey, pixels[:: 1 + len(pixels) // _ENOUGH], print_like_page=contrast < _CONTRAST)


def _is_printed(token: Token, pixels: bytes, width: int) -> bool:
    """Whether ink stands where a word would have it: not just a rule that runs through its place, nor part of it.

    pixels: row by row, each of this width: 1 where there is ink, else 0; somewhere there is.
    """
    if len(token.text) < _WORD or token.size < _LEGIBLE:
        return True
    rows = [pixels[start : start + width] for start in range(0, len(pixels), width)]
    if token.baseline is None and len(rows) > len(rows[0]):  # it runs up or down the page
        rows = [bytes(column) for column in zip(*rows, strict=True)]
    inked = [row for row in rows if 1 in row]
    if len(inked) < _TALL * len(rows) and any(map(str.isalnum, token.text)):
        return False
    width, parts = len(rows[0]), min(_PARTS, len(token.text) // 2)
    left = 0
    for part in range(1, parts + 1):
        right = width * part // parts
        for row in inked:
            if row.find(1, left, right) >= 0:
                break
        else:
            return False
        left = right
    return True


@cache
def _ink_of(grey: int, ground: int) -> bytes:
    """A table that turns samples to 1 where they are ink of lightness `grey` on `ground`, else to 0."""
    least = max(_LEAST_INK, _INK_SHARE * abs(grey - ground))
    return bytes((ground - value if grey < ground else value - ground) >= least for value in range(256))


def _shows_on_other(grey: int, pixels: bytes, *, print_like_page: bool) -> bool:
    """The same on a ground of another grey, on a picture, or where the print covers most of its box."""
    if max(pixels) - min(pixels) < _LEAST_INK:
        return False
    counts = [0] * 16
    for value in pixels:
        counts[value >> 4] += 1
    common = max(range(16), key=counts.__getitem__)
    ground = next(value for value in pixels if value >> 4 == common)
    if abs(ground - grey) < _CONTRAST:
        if print_like_page:  # white on white, though something dark stands there too
            return False
        # Bold print may be the most common value itself: then its ground is the little that is left beside it.
        far = max(pixels, key=lambda value: abs(value - grey))
        near = sum(abs(value - grey) < _CONTRAST for value in pixels)
        return abs(far - grey) >= 2 * _CONTRAST and near <= _DENSE * len(pixels)
    reached = (ground - min(pixels)) if grey < ground else (max(pixels) - ground)
    return reached >= max(_LEAST_INK, _INK_SHARE * abs(ground - grey))


def _rows(token: Token, samples: bytes, raster: Raster) -> list[bytes]:
    """The part of a page under a token, row by row; none where it lies outside the page."""
    scale, width = raster.scale, raster.width
    left, right = max(0, int(token.left * scale)), min(width, int(token.right * scale) + 1)
    top, bottom = max(0, int(token.top * scale)), min(raster.height, int(token.bottom * scale) + 1)
    if left >= right or top >= bottom:
        return []
    return [samples[start + left : start + right] for start in range(top * width, bottom * width, width)]


def _ground(samples: bytes) -> int:
    """The most common grey of the page."""
    sample = samples[:: 1 + len(samples) // _SAMPLE]
    if 2 * sample.count(sample[0]) > len(sample):  # as on most pages, whose corner is as white as they are
        return sample[0]
    return Counter(sample).most_common(1)[0][0]


def _inked(ground: int) -> bytes:
    """A table that turns a page's samples to 1 where they differ from its ground, else 0."""
    return bytes(1 if abs(value - ground) > _INK else 0 for value in range(256))


def _unexplained(seen: Sequence[Token], raster: Raster) -> float:
    """Ink outside the words over ink inside them."""
    table = _inked(_ground(raster.samples))
    ink = raster.samples.translate(table)
    inside = sum(row.count(1) for token in seen for row in _rows(token, ink, raster))
    return (ink.count(1) - inside) / max(1, inside)


def coverage(images: Sequence[Corners], width: float, height: float) -> float:
    """Share of a page of width x height points under images, 0..1; where they overlap they count twice."""
    area = 0.0
    for left, top, right, bottom in images:
        area += max(0.0, min(right, width) - max(left, 0.0)) * max(0.0, min(bottom, height) - max(top, 0.0))
    return min(1.0, area / max(1e-6, width * height))
