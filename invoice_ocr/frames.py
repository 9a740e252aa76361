"""Pages that lie askew, on their side or in a photograph: boxes from the page to its upright frame, and back."""

from __future__ import annotations

import math
from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar

from invoice_ocr.model import Box, Candidate, Document, Evidence, Frame, Invoice, Line, Page, PageWords, Reading

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from invoice_ocr.model import Word

T = TypeVar("T")
_ELSEWHERE = frozenset({"qr", "e-invoice"})  # evidence whose place was never in a frame


def point(matrix: Sequence[float], x: float, y: float) -> tuple[float, float]:
    """Where a matrix (3 x 3, row by row) moves a point."""
    a, b, c, d, e, f, g, h, i = matrix
    weight = g * x + h * y + i
    return (a * x + b * y + c) / weight, (d * x + e * y + f) / weight


def inverse(matrix: Sequence[float]) -> tuple[float, ...]:
    """The matrix (3 x 3, row by row) that moves points back; ZeroDivisionError when there is none."""
    a, b, c, d, e, f, g, h, i = matrix
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    whole = a * first + b * second + c * third
    adjugate = (
        first,
        c * h - b * i,
        b * f - c * e,
        second,
        a * i - c * g,
        c * d - a * f,
        third,
        b * g - a * h,
        a * e - b * d,
    )
    return tuple(value / whole for value in adjugate)


def moved(box: Box, matrix: Sequence[float]) -> Box:
    """The box about the middle of `box` moved by `matrix` (3 x 3, row by row), as wide and high as it is there.

    Sides are exchanged where the matrix turns by about a quarter; they do not grow with a tilt.
    """
    x, y = box.center_x, box.center_y
    to_x, to_y = point(matrix, x, y)
    a, b, _, d, e, _, g, h, i = matrix
    weight = g * x + h * y + i
    across = ((a - to_x * g) / weight, (d - to_y * g) / weight)
    down = ((b - to_x * h) / weight, (e - to_y * h) / weight)
    width, height = box.width * math.hypot(*across), box.height * math.hypot(*down)
    if abs(across[1]) > abs(across[0]):
        width, height = height, width
    return Box(to_x - width / 2, to_y - height / 2, to_x + width / 2, to_y + height / 2)


def angle_of(frame: Frame) -> float:
    """Degrees clockwise, -180..180, by which the text is turned in the middle of the page."""
    back = inverse(frame.matrix)
    x, y = point(back, frame.width / 2, frame.height / 2)
    ahead_x, ahead_y = point(back, frame.width / 2 + 1, frame.height / 2)
    return math.degrees(math.atan2(ahead_y - y, ahead_x - x))


def placed(words: PageWords, frame: Frame, width: float, height: float) -> PageWords:
    """Words read in a frame as words of the page it lies in, which is `width` by `height` points."""
    back = inverse(frame.matrix)
    return replace(words, width=width, height=height, words=_words(words.words, back), frame=frame)


def upright(reading: Reading) -> Reading:
    """The reading with pages that have a frame seen in it; the others as they are."""
    return Reading(tuple(_upright(page) for page in reading.pages))


def _upright(page: PageWords) -> PageWords:
    frame = page.frame
    if frame is None:
        return page
    return replace(page, width=frame.width, height=frame.height, words=_words(page.words, frame.matrix), frame=None)


def on_the_page(found: T, reading: Reading) -> T:
    """What was understood upright, each box where it is on the page as it is displayed.

    found: a Document, a Candidate or an Invoice. What payment codes and e-invoices state stays where it is.
    """
    back = {page.number: inverse(page.frame.matrix) for page in reading.pages if page.frame is not None}
    if not back:
        return found
    if isinstance(found, Document):
        sizes = {page.number: (page.width, page.height) for page in reading.pages}
        pages = (_page_back(page, back[page.number], sizes) if page.number in back else page for page in found.pages)
        return Document(tuple(pages))  # type: ignore[return-value]
    if isinstance(found, Invoice | Candidate):
        return _back(found, back)  # type: ignore[no-any-return]
    raise TypeError(f"{type(found).__name__} has no boxes to be moved")


def _page_back(page: Page, matrix: Sequence[float], sizes: Mapping[int, tuple[float, float]]) -> Page:
    made = {id(line): Line(_words(line.words, matrix), moved(line.box, matrix)) for line in page.lines}
    rows = tuple(tuple(made[id(line)] for line in row) for row in page.rows)
    return Page(page.number, *sizes[page.number], tuple(made[id(line)] for line in page.lines), rows)


def _back(value: Any, back: Mapping[int, Sequence[float]]) -> Any:
    """A value of the model with every Evidence in it moved."""
    if isinstance(value, Evidence):
        if value.page not in back or value.source in _ELSEWHERE:
            return value
        matrix = back[value.page]
        return replace(value, box=moved(value.box, matrix), words=_words(value.words, matrix))
    if isinstance(value, tuple):
        return tuple(_back(item, back) for item in value)
    if isinstance(value, dict):
        return {name: _back(item, back) for name, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return replace(value, **{field.name: _back(getattr(value, field.name), back) for field in fields(value)})
    return value


def _words(words: Sequence[Word], matrix: Sequence[float]) -> tuple[Word, ...]:
    return tuple(replace(word, box=moved(word.box, matrix)) for word in words)
