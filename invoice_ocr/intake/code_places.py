"""Where on a page a QR code or barcode may be drawn: pictures, squares, rows of bars, fields of small squares."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from invoice_ocr.intake.pages import Corners

Shape = tuple[str, Corners]  # picture, filled or stroked; what it covers

_SMALLEST, _LARGEST, _SQUARE = 28.0, 400.0, 1.25  # points: sides of a code drawn as one shape; long side to short side
_NARROWEST = 10.0  # points: the short side of a picture with a barcode on it
_BAR = (6.0, 10.0, 120.0)  # points: how wide a bar of a barcode is at most, how high at least and at most
_BARS, _GAP = 15, 8.0  # bars with common ends from which they may be a code; points between two of them
_MODULE, _MODULES = 8.0, 40  # points, number: a code drawn square by square
_FIELD = 8.0  # points: sides of such a code; a dotted line is not as wide
_MOST = 50  # places; a page with more is looked at as a whole


def places(shapes: Iterable[Shape], page: Corners) -> list[Corners]:
    """The parts of a page that are worth looking at, largest first, in points. page: its own corners.

    Lines of a table are no reason: they do not stand as close together as bars do.
    """
    found: list[Corners] = []
    small: list[Corners] = []
    upright: list[Corners] = []
    lying: list[Corners] = []
    thickest, least, most = _BAR
    for kind, box in shapes:
        width, height = box[2] - box[0], box[3] - box[1]
        short, long = min(width, height), max(width, height)
        if kind == "picture" and short >= _NARROWEST and long >= _SMALLEST:
            found.append(box)
        elif kind != "stroked" and long <= _MODULE:
            small.append(box)
        elif kind == "filled" and short >= _SMALLEST and long <= min(_LARGEST, _SQUARE * short):
            found.append(box)
        elif short <= thickest and least <= long <= most:
            beyond = short / 2 if kind == "stroked" else 0.0  # MuPDF adds half a line's width to its ends
            if width < height:
                upright.append((box[0], box[1] + beyond, box[2], box[3] - beyond))
            else:
                lying.append((box[1], box[0] + beyond, box[3], box[2] - beyond))
    found += _rows(upright)
    found += [(left, top, right, bottom) for top, left, bottom, right in _rows(lying)]
    found += _fields(small)
    kept: list[Corners] = []
    for box in sorted({_within(box, page) for box in found}, key=_area, reverse=True):
        if _area(box) > 0 and not any(_within(box, other) == box for other in kept):
            kept.append(box)
    return kept if len(kept) <= _MOST else [page]


def may_be_pieces(shapes: Iterable[Shape]) -> bool:
    """Whether one of the paths has the size of a barcode drawn as a whole, so that its pieces are worth a look."""
    _, least, most = _BAR
    return any(
        least <= min(box[2] - box[0], box[3] - box[1]) <= most
        and _SMALLEST <= max(box[2] - box[0], box[3] - box[1]) <= _LARGEST
        for kind, box in shapes
        if kind != "picture"
    )


def _rows(bars: Sequence[Corners]) -> Iterator[Corners]:
    """The boxes of bars that end at common heights and stand close together."""
    rows: dict[tuple[float, int, int], list[Corners]] = defaultdict(list)
    for bar in bars:
        for shift in (0.0, 0.5):  # two ways to round, so that no edge lies between heights that are all but equal
            rows[shift, int(bar[1] + shift), int(bar[3] + shift)].append(bar)
    for row in rows.values():
        run: list[Corners] = []
        for bar in (*sorted(row), (math.inf,) * 4):
            if run and bar[0] - run[-1][2] > _GAP:
                if len(run) >= _BARS:
                    yield _around(run)
                run = []
            run.append(bar)


def _fields(small: Sequence[Corners]) -> Iterator[Corners]:
    """The boxes of many small squares that stand together."""
    cells: dict[tuple[int, int], list[Corners]] = defaultdict(list)
    for box in small:
        cells[int(box[0] // _MODULE), int(box[1] // _MODULE)].append(box)
    while cells:
        start, held = cells.popitem()
        edge = [start]
        while edge:
            across, down = edge.pop()
            for cell in [(across + x, down + y) for x in (-1, 0, 1) for y in (-1, 0, 1)]:
                if cell in cells:
                    held += cells.pop(cell)
                    edge.append(cell)
        box = _around(held)
        if len(held) >= _MODULES and min(box[2] - box[0], box[3] - box[1]) >= _FIELD:
            yield box


def _around(boxes: Sequence[Corners]) -> Corners:
    lefts, tops, rights, bottoms = zip(*boxes, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _within(box: Corners, frame: Corners) -> Corners:
    return max(box[0], frame[0]), max(box[1], frame[1]), min(box[2], frame[2]), min(box[3], frame[3])


def _area(box: Corners) -> float:
    return max(0.0, box[2] - box[0]) * max(0.0, box[3] - box[1])
