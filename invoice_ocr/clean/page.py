"""One page cleaned: what it needs is measured, what moves it is done in one go, and the way back is kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from invoice_ocr.clean import aside, direction, ghost, heads, light, marker, quality, ruled, sheet
from invoice_ocr.clean.aside import Aside
from invoice_ocr.clean.heads import Recogniser
from invoice_ocr.clean.quality import Quality
from invoice_ocr.clean.sight import Sight, marks_of, see, usual_size
from invoice_ocr.model import Frame, Issue, PageImage
from invoice_ocr.settings import CLEANING_STEPS as STEPS

_LEAST_TILT = 0.1  # degrees: less is left when asked
_TILT = 2.0  # degrees: less is left by `auto`, for turning softens letters, and the engine follows lines that far
_EVEN = 0.6  # of the light of the brightest paper
_FAINT = 90.0  # grey levels between paper and ink
_GRAIN = 9.0  # grey levels
_SOFT = 0.85  # sharpness under which blur is undone; at 0.89 some lost words
_SOFT_ENLARGED, _STEEPER_ENLARGED = 0.77, 2.0  # the same once a page is enlarged; at 0.79 to 0.83 some lost words
_STEADY = 4.0  # grey levels of grain, over which nothing is sharpened
_SMALL = 1400  # pixels: long side of pictures that gain from being enlarged
_LOW = 11.0  # pixels: height of their letters at most; slips of 16 and more lose, F1 0.777 to 0.770
_FEWEST = 12  # marks, under which there is nothing to be made readable
_ROTATIONS = {1: cv2.ROTATE_90_COUNTERCLOCKWISE, 2: cv2.ROTATE_180, 3: cv2.ROTATE_90_CLOCKWISE}
_ROOM = 0.02  # of the long side, that is left around the ink of a page turned straight
_KEPT = 0.7  # of its sides, that are kept however little ink there is
_FAINTEST = 12  # grey levels below the paper: what is lighter is no print
_LARGEST = 40_000_000  # pixels of an enlarged page


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page as an engine should see it.

    image: the very page that was given where nothing was done. frame: where the upright page lies in it, None when it
    was not moved. done: the names of the steps taken, in order. issues: what its pixels leave in doubt.
    asides: what runs up or down beside the lines of `image`, which does not show it.
    """

    image: PageImage
    frame: Frame | None
    done: tuple[str, ...]
    quality: Quality
    issues: tuple[Issue, ...] = ()
    asides: tuple[Aside, ...] = ()


def clean(page: PageImage, steps: str = "auto", *readers: Recogniser) -> Cleaned:
    """The page after `steps`: "auto", "none", or names of STEPS joined by commas, which are then taken without asking.

    readers: read pictures of words, the quickest first, a later one where those before it cannot read the page; without
    any, pages are not told from pages on their heads.
    """
    wanted = set(STEPS) if steps == "auto" else set(steps.split(",")) - {"none", ""}
    unmarked = marker.without_marker(page.pixels) if "background" in wanted else None
    page = page if unmarked is None else replace(page, pixels=unmarked)
    seen = see(page.pixels)
    if steps == "none":
        return Cleaned(page, None, (), quality.measure(page.pixels, seen))
    asked = steps != "auto"
    grain = quality.grain_of(page.pixels)
    calm = _calm(page.pixels, seen, grain, wanted, asked=asked)
    image, given = page, seen
    if calm is not None:
        image, seen = replace(page, pixels=calm), see(calm)
    corners = sheet.corners_of(image.pixels, seen, readers) if wanted & {"crop", "dewarp"} else None
    matrix, size, done, recognise = _geometry(image, seen, corners, wanted, readers, asked=asked)
    frame, shown = None, image.pixels
    if done:
        shown = _moved(image.pixels, matrix, size)
        image, frame = replace(image, pixels=shown), _frame(page, matrix, size, 1.0)
    elif corners is not None:
        shown = sheet.alone(shown, corners)
    if done or corners is not None:
        seen = see(shown)
        found = quality.measure(shown, seen, grain)
    else:
        found = quality.measure(page.pixels, given, grain)
    issues = quality.doubts(found, page.number)
    asides = aside.asides_of(shown, seen, recognise) if "orient" in wanted and recognise is not None else []
    taken = done if calm is None else [*done, "denoise"]
    pixels, lit = _lit(shown, seen, found, wanted, recognise, taken, asked=asked)
    if _enlarges(found, pixels, wanted, asked=asked):
        pixels = cv2.resize(pixels, None, fx=2, fy=2, interpolation=cv2.INTER_CUBIC)
        if "contrast" in wanted and 0 < quality.sharpness_of(pixels) < _SOFT_ENLARGED and found.grain < _STEADY:
            pixels = light.sharpened(pixels, _STEEPER_ENLARGED)
            lit = [*(step for step in lit if step != "contrast"), "contrast"]
        lit = [*lit, "upscale"]
        image = replace(image, dpi=image.dpi * 2)
        asides = [replace(one, boxes=one.boxes * 2) for one in asides]
    if lit != done:
        image = replace(image, pixels=pixels)
    if unmarked is not None and "background" not in lit:
        lit = [*lit, "background"]
    return Cleaned(image, frame, tuple(lit), found, issues, tuple(asides))


def _geometry(
    page: PageImage,
    seen: Sight,
    corners: np.ndarray | None,
    wanted: set[str],
    readers: Sequence[Recogniser],
    *,
    asked: bool,
) -> tuple[np.ndarray, tuple[int, int], list[str], Recogniser | None]:
    """The matrix (3 x 3) that moves the page's pixels, the size they then take, the steps that this is made of, and
    the reader of the page's words.
    """
    height, width = page.pixels.shape[:2]
    base, matrix, size, done = np.eye(3), np.eye(3), (width, height), []
    recognise = readers[0] if readers else None
    if corners is not None and (asked or sheet.needs_laying(corners, size)):
        how = "dewarp" if "dewarp" in wanted else "crop"
        base, size = (sheet.flat if how == "dewarp" else sheet.cut)(corners)
        seen = _laid(seen, base, size)
        done.append(how)
    marks = seen.marks
    if "orient" in wanted and direction.share_upright(marks) < 1 - direction.SIDEWAYS:
        matrix, size = _quarter(size) @ matrix, (size[1], size[0])
        marks = _marks_in(seen, matrix)
        done.append("orient")
    tilt = direction.tilt_of(marks) if wanted & {"orient", "deskew"} else 0.0
    straight = _turn(size, tilt) if abs(tilt) > _LEAST_TILT else (np.eye(3), size)
    if "orient" in wanted and readers:
        upside_down, recognise = heads.way_up(_words_of(page, seen, base, straight[0] @ matrix, straight[1]), readers)
        if upside_down:
            matrix = _half(size) @ matrix
            done = [*(step for step in done if step != "orient"), "orient"]
    if "deskew" in wanted and abs(tilt) >= (_LEAST_TILT if asked else _TILT):
        matrix, size = straight[0] @ matrix, straight[1]
        if corners is None:
            matrix, size = _tight(seen, matrix, size)
        done.append("deskew")
    return matrix @ base, size, done, recognise


def _laid(seen: Sight, matrix: np.ndarray, size: tuple[int, int]) -> Sight:
    """Ink and marks of a page moved by `matrix`: letters that stood askew have boxes that overlap."""
    ink = _ink_in(seen, matrix, size)
    return replace(seen, ink=ink, marks=marks_of(ink))


def _ink_in(seen: Sight, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The ink of a page moved by `matrix`: as `Sight.ink`."""
    if np.array_equal(matrix, np.eye(3)):
        return seen.ink
    small = np.diag([seen.scale, seen.scale, 1.0])
    shape = (max(1, round(size[0] * seen.scale)), max(1, round(size[1] * seen.scale)))
    moved = cv2.warpPerspective(seen.ink.astype(np.uint8), small @ matrix @ np.linalg.inv(small), shape)
    return np.asarray(moved > 0)


def _marks_in(seen: Sight, matrix: np.ndarray) -> np.ndarray:
    """The marks of a page moved by `matrix`: as `Sight.marks`, in pixels as `Sight` has them."""
    if not len(seen.marks) or np.array_equal(matrix, np.eye(3)):
        return seen.marks
    left, top, width, height = seen.marks.T / seen.scale
    x = np.stack([left, left + width, left + width, left])
    y = np.stack([top, top, top + height, top + height])
    places = np.einsum("ij,jkn->ikn", matrix, np.stack([x, y, np.ones_like(x)]))
    x, y = places[0] / places[2], places[1] / places[2]
    low_x, low_y = x.min(0), y.min(0)
    found = np.stack([low_x, low_y, x.max(0) - low_x, y.max(0) - low_y], 1) * seen.scale
    return np.asarray(found.astype(np.float32))


def _words_of(
    page: PageImage, seen: Sight, base: np.ndarray, matrix: np.ndarray, size: tuple[int, int]
) -> list[np.ndarray]:
    """Pictures of a few words of the page as `base`, which has moved the ink of `seen`, and `matrix` move it."""
    marks = _marks_in(seen, matrix)
    if not len(marks):
        return []
    boxes = heads.word_boxes(_ink_in(seen, matrix, size), usual_size(marks, marks[:, 3])) / seen.scale
    pixels = light.inverted(page.pixels) if seen.light_on_dark else page.pixels
    return heads.cut(pixels, matrix @ base, boxes)


def _quarter(size: tuple[int, int]) -> np.ndarray:
    """Turns a picture of this width and height counter-clockwise."""
    return np.array([[0.0, 1, 0], [-1, 0, size[0]], [0, 0, 1]])


def _half(size: tuple[int, int]) -> np.ndarray:
    return np.array([[-1.0, 0, size[0]], [0, -1, size[1]], [0, 0, 1]])


def _turn(size: tuple[int, int], tilt: float) -> tuple[np.ndarray, tuple[int, int]]:
    """Turns a picture back by `tilt` degrees, whole; and the size it then has."""
    cos, sin = float(np.cos(np.radians(tilt))), float(np.sin(np.radians(tilt)))
    width, height = size
    grown = round(width * cos + height * abs(sin)), round(height * cos + width * abs(sin))
    turn = np.array([[cos, sin, 0], [-sin, cos, 0], [0, 0, 1]])
    turn[:2, 2] = np.array(grown) / 2 - turn[:2, :2] @ (width / 2, height / 2)
    return turn, grown


def _tight(seen: Sight, matrix: np.ndarray, size: tuple[int, int]) -> tuple[np.ndarray, tuple[int, int]]:
    """`matrix` and the size of what it makes less the empty borders that turning adds: engines see a page smaller for
    them, and it takes them longer.
    """
    dark = cv2.subtract(seen.paper, seen.grey) > _FAINTEST
    rows = np.flatnonzero(dark.any(1))
    if not len(rows):
        return matrix, size
    first, last = dark[rows].argmax(1), dark.shape[1] - dark[rows, ::-1].argmax(1)
    x, y = np.concatenate([first, last, first, last]), np.concatenate([rows, rows, rows + 1, rows + 1])
    places = (matrix @ np.stack([x / seen.scale, y / seen.scale, np.ones(len(x))]))[:2]
    room = _ROOM * max(size) + np.maximum(0, _KEPT * np.array(size) - np.ptp(places, 1)) / 2
    low = np.floor(places.min(1) - room).clip(0)
    high = np.minimum(np.ceil(places.max(1) + room), size)
    shift = np.array([[1, 0, -low[0]], [0, 1, -low[1]], [0, 0, 1]])
    return shift @ matrix, (int(high[0] - low[0]), int(high[1] - low[1]))


def _moved(pixels: np.ndarray, matrix: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The picture moved by `matrix`, in grey, with new corners as the paper; quarter and half turns without any loss.

    Three colours take 70 ms more a page and give words of the same F1.
    """
    for turns in (1, 2, 3):
        turned = np.eye(3)
        shape = pixels.shape[1], pixels.shape[0]
        for _ in range(turns):
            turned, shape = _quarter(shape) @ turned, (shape[1], shape[0])
        if np.array_equal(turned, matrix):
            return np.asarray(cv2.rotate(pixels, _ROTATIONS[turns]))
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    around = (float(np.median(grey[::16, ::16])),)
    centred = matrix @ np.array(
        [[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1]]
    )  # OpenCV's pixels have their places in the middle
    centred = np.array([[1, 0, -0.5], [0, 1, -0.5], [0, 0, 1]]) @ centred
    moved = cv2.warpPerspective(grey, centred, size, flags=cv2.INTER_CUBIC, borderValue=around)
    return np.asarray(cv2.cvtColor(moved, cv2.COLOR_GRAY2RGB))


def _frame(page: PageImage, matrix: np.ndarray, size: tuple[int, int], scale: float) -> Frame:
    """The frame of a page moved by `matrix` in pixels and then enlarged."""
    to_points = 72 / page.dpi
    points = np.diag([to_points, to_points, 1]) @ matrix @ np.diag([1 / to_points, 1 / to_points, 1]) * scale
    points = points / points[2, 2]
    return Frame(size[0] * to_points, size[1] * to_points, tuple(float(value) for value in points.ravel()))


def _calm(pixels: np.ndarray, seen: Sight, grain: float, wanted: set[str], *, asked: bool) -> np.ndarray | None:
    """The page without its grain, or without lonely specks; None where it has neither."""
    if "denoise" not in wanted or (len(seen.marks) < _FEWEST and not asked):
        return None
    if asked or grain > _GRAIN:
        return light.without_grain(pixels, grain)
    specks = light.specks_of(pixels, seen.mark_height)
    return None if specks is None else np.where(specks[..., None], np.uint8(255), pixels)


def _lit(
    pixels: np.ndarray,
    seen: Sight,
    found: Quality,
    wanted: set[str],
    recognise: Recogniser | None,
    before: list[str],
    *,
    asked: bool,
) -> tuple[np.ndarray, list[str]]:
    """The page with its light and ink evened out as far as it needs it, and the steps taken, after those `before`."""
    done = list(before)
    if found.marks < _FEWEST and not asked:
        return pixels, done
    if "background" in wanted:
        behind = ghost.depth_of(pixels, seen, recognise) if recognise is not None else 0.0
        if behind:
            pixels = light.without_ghost(pixels, seen, behind)
            seen = see(pixels)
            done.append("background")
        elif asked or found.evenness < _EVEN:
            pixels = light.evened(pixels, seen)
            done.append("background")
    if "contrast" in wanted and "background" not in done and (asked or found.contrast < _FAINT or seen.light_on_dark):
        pixels = light.stretched(pixels, seen)
        done.append("contrast")
    if "contrast" in wanted and 0 < found.sharpness < _SOFT and found.grain < _STEADY:
        pixels = light.refocused(pixels, quality.blur_of(pixels))
        if "contrast" not in done:
            done.append("contrast")
    if "lines" in wanted and (asked or set(done) - {"orient"}) and len(lines := ruled.lines_of(seen)):
        pixels = ruled.without_lines(pixels, lines)
        done.append("lines")
    return pixels, done


def _enlarges(found: Quality, pixels: np.ndarray, wanted: set[str], *, asked: bool) -> bool:
    if "upscale" not in wanted or pixels.shape[0] * pixels.shape[1] * 4 > _LARGEST:
        return False
    return asked or (found.marks >= _FEWEST and max(pixels.shape) < _SMALL and found.letters <= _LOW)
