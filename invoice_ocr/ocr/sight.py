"""Where words stand: the detector's boxes on the page, straightened, fitted to ink, and the pictures cut out there."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TypeVar

import cv2
import numpy as np

from invoice_ocr.model import PageImage
from invoice_ocr.ocr import boxes as spots
from invoice_ocr.ocr import crops, cuts, dashes, ink, views
from invoice_ocr.ocr.parting import parted
from invoice_ocr.patience import Overdue, check

SMALL_PRINT = 8.6  # pixels of the first pass: capitals of 7 points on A4; lower print is looked at again, larger
COARSE = (
    61.0  # dots per inch left in the first pass, under which (pages larger than A3) the larger one is taken at once
)
MOST_WORDS = 4 * spots.MOST_BOXES  # on a page in several views, of which each has no more than MOST_BOXES
LOW = 0.6  # of the height of most print, under which a box may be of a dash
SKEWED = 0.3  # degrees from which a page is straightened before its words are cut out

T = TypeVar("T")
Detect = Callable[[np.ndarray], np.ndarray]


@dataclass(slots=True)
class Sighted:
    """A page whose words have been found but not read. boxes: pixels of the page turned upright by `angle`.

    around: what each is cut out of again (`cuts.around`), nothing where none is. raised: pictures of words that may be
    of low letters alone (`ink.raised`); telling: those of cuts that say words better, both by their place.
    """

    page: PageImage
    boxes: np.ndarray
    pictures: list[np.ndarray]
    angle: float
    around: list[np.ndarray]
    raised: dict[int, np.ndarray]
    telling: dict[int, np.ndarray] = field(default_factory=dict)


def sight(
    pages: list[PageImage], detect: Detect, thresholds: spots.Thresholds, *, at_once: int, twice: bool
) -> list[Sighted]:
    """Every page with its words found and cut out.

    detect: as `Networks.detect`. at_once: pages that go into it together. twice: look again, without rules of dashes
    and larger for small print, and keep what words are cut out of again.
    Raises Overdue (see `patience`), also for a page with more than MOST_WORDS words.
    """
    look = partial(_looked, detect=detect, thresholds=thresholds, at_once=at_once)
    large = [_first_view(page).scale * page.dpi < COARSE for page in pages]
    sizes = [views.SIZES[1] if is_large else views.SIZES[0] for is_large in large]
    sights = look(pages, sizes)
    clean = {
        i: replace(page, pixels=pixels)
        for i, (page, found) in enumerate(zip(pages, sights, strict=True))
        if twice and found.specks and (pixels := dashes.erased(page.pixels)) is not None
    }
    pages = [clean.get(i, page) for i, page in enumerate(pages)]
    for i, found in zip(clean, look([*clean.values()], [sizes[i] for i in clean]), strict=True):
        sights[i] = found
    again = [
        i
        for i, (found, is_large) in enumerate(zip(sights, large, strict=True))
        if twice and found.small and not is_large
    ]
    for i, found in zip(again, look([pages[i] for i in again], [views.SIZES[1]] * len(again)), strict=True):
        sights[i] = found
    return [_cut_out(page, found, again=twice) for page, found in zip(pages, sights, strict=True)]


def _looked(
    pages: list[PageImage], sizes: list[int], *, detect: Detect, thresholds: spots.Thresholds, at_once: int
) -> list[_Sight]:
    """The boxes of every page, all views of one input shape in one batch."""
    seen = [views.views_of(p.pixels.shape[1], p.pixels.shape[0], size) for p, size in zip(pages, sizes, strict=True)]
    heats: dict[tuple[int, int], np.ndarray] = {}
    wanted = [(i, j) for i, page_views in enumerate(seen) for j in range(len(page_views))]
    by_shape: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for i, j in wanted:
        by_shape.setdefault((seen[i][j].input_height, seen[i][j].input_width), []).append((i, j))
    for every in by_shape.values():
        for places in chunks(every, at_once):
            check()
            batch = np.stack([views.look(pages[i].pixels, seen[i][j]) for i, j in places])
            heats.update(zip(places, detect(batch), strict=True))
    return [
        _found(page_views, [heats[i, j] for j in range(len(page_views))], thresholds)
        for i, page_views in enumerate(seen)
    ]


def chunks(items: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of `size` items, the last perhaps shorter."""
    chunk: list[T] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


@dataclass(frozen=True, slots=True)
class _Sight:
    """Boxes of words in pixels of the page turned by `angle` degrees; small: whether their print is; specks: whether
    so many are much lower than it that they may be of a rule of dashes.
    """

    boxes: np.ndarray
    angle: float
    small: bool
    specks: bool


def _first_view(page: PageImage) -> views.View:
    return views.views_of(page.pixels.shape[1], page.pixels.shape[0])[0]


def _found(page_views: list[views.View], heats: list[np.ndarray], thresholds: spots.Thresholds) -> _Sight:
    """The boxes of a page's views together."""
    straight = [spots.find_spots(heat, thresholds) for heat in heats]
    angle = spots.skew_of(max(straight, key=lambda found: len(found.scores)))
    if abs(angle) < SKEWED:
        angle = 0.0
    all_boxes, sizes = [], []
    for view, heat, found in zip(page_views, heats, straight, strict=True):
        turned = spots.find_spots(heat, thresholds, turn=angle) if angle else found
        grown = spots.grow(turned.boxes, thresholds)
        sizes.append(grown[:, 2:] - grown[:, :2])
        x, y = turn_points((grown[:, 0] + grown[:, 2]) / 2, (grown[:, 1] + grown[:, 3]) / 2, -angle)
        x, y = x / view.scale + view.left, y / view.scale + view.top
        mine = views.is_own(view, page_views, x, y)
        along, down = turn_points(np.array([view.left]), np.array([view.top]), angle)
        shift = np.array([along[0], down[0], along[0], down[0]], np.float32)
        all_boxes.append((grown / view.scale + shift)[mine])
    if sum(map(len, all_boxes)) > MOST_WORDS:
        raise Overdue
    size = np.concatenate(sizes)
    high = print_height(size)
    specks = int(np.count_nonzero(size[:, 1] < LOW * high)) >= dashes.SHORTEST
    return _Sight(np.concatenate(all_boxes), angle, high < SMALL_PRINT, specks)


def print_height(sizes: np.ndarray) -> float:
    """The height that half of the print, by its width, is lower than; infinite without print.

    sizes: float, shape (n, 2), width and height of each box. Specks of dirt are many, but not wide.
    """
    if not len(sizes):
        return float("inf")
    order = np.argsort(sizes[:, 1])
    width = np.cumsum(sizes[order, 0])
    return float(sizes[order, 1][np.searchsorted(width, width[-1] / 2)])


def turn_points(x: np.ndarray, y: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """Coordinates in a frame turned clockwise by `angle` degrees about the origin."""
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    return x * cos + y * sin, y * cos - x * sin


def _cut_out(page: PageImage, found: _Sight, *, again: bool) -> Sighted:
    """Pictures of a page's words, scaled for the recogniser, cut from the full page (straightened when skewed).

    again: also what they are cut out of another time.
    """
    pixels, boxes = page.pixels, found.boxes
    origin = np.zeros(2)
    if found.angle:
        pixels, origin = straighten(pixels, found.angle)
    shift = np.concatenate([origin, origin])
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    fitted = ink.fit(grey, boxes - shift)
    fitted, shown = parted(grey, fitted[spots.distinct(fitted)])
    pictures = [crops.normalise(crop) for crop in crops.cut(pixels, shown)]
    higher = ink.raised(fitted)
    places = np.flatnonzero(again & (higher[:, 1] < fitted[:, 1]))
    raised = [crops.normalise(crop) for crop in crops.cut(pixels, higher[places])]
    blank = np.broadcast_to(np.uint8(255), page.pixels.shape)  # no memory: pages wait for their words, pixels need not
    return Sighted(
        replace(page, pixels=blank),
        fitted + shift,
        pictures,
        found.angle,
        cuts.around(grey, shown) if again else [],
        dict(zip(places.tolist(), raised, strict=True)),
    )


def straighten(pixels: np.ndarray, angle: float) -> tuple[np.ndarray, np.ndarray]:
    """A page turned back by `angle` degrees, whole, the new corners white; and where its first pixel lies.

    pixels: uint8, shape (height, width, 3). The second result is the place (x, y) of the new image's corner in the
    frame of `turn_points`.
    """
    height, width = pixels.shape[:2]
    x, y = turn_points(np.array([0, width, 0, width]), np.array([0, 0, height, height]), angle)
    origin = np.floor([x.min(), y.min()])
    size = (int(np.ceil(x.max() - origin[0])), int(np.ceil(y.max() - origin[1])))
    cos, sin = np.cos(np.radians(angle)), np.sin(np.radians(angle))
    matrix = np.array([[cos, sin, -origin[0]], [-sin, cos, -origin[1]]])
    turned = cv2.warpAffine(pixels, matrix, size, flags=cv2.INTER_LINEAR, borderValue=(255, 255, 255))
    return turned, origin
