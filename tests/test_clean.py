"""Cleaning: a damaged page is mended, a clean one is left alone, and boxes are always on the page as it came."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import cv2
import damage_table
import numpy as np
import pytest
from damages import DAMAGES, photographed, shadowed, tilted, turned

from invoice_ocr.clean import CleaningEngine, clean, heads, light, marker
from invoice_ocr.clean.aside import asides_of
from invoice_ocr.clean.direction import share_upright, tilt_of
from invoice_ocr.clean.quality import blur_of, measure
from invoice_ocr.clean.ruled import without_lines
from invoice_ocr.clean.sheet import corners_of
from invoice_ocr.clean.sight import see
from invoice_ocr.frames import angle_of, inverse, moved, on_the_page, point, upright
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Box, Frame, PageImage, PageWords, Reading, Word
from invoice_ocr.ocr.replay import ReplayEngine, parse_reading, write_reading
from invoice_ocr.pipeline import laid_out

WORDS = ("TYFPT", "FPTTY", "TFTPT", "PTTFY", "YTFPT", "TTPFT")  # more ink above than below: upside down is told


def page(ink: int = 20, paper: int = 255) -> PageImage:
    """A page of 22 lines of words in letters of 20 pixels, 200 dots an inch, like a letter."""
    pixels = np.full((1400, 1000, 3), paper, np.uint8)
    for line in range(22):
        left = 90
        for place in range(6 if line % 3 else 4):
            word = WORDS[(line + place) % len(WORDS)]
            cv2.putText(
                pixels, word, (left, 150 + line * 50), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (ink,) * 3, 2, cv2.LINE_AA
            )
            left += 128
    return PageImage(1, pixels, 200.0)


def recognise(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
    """Reads what has more ink above than below."""
    read = []
    for crop in crops:
        ink = 255.0 - crop.mean(2)
        half = len(ink) // 2
        read.append(("word", 0.95 if ink[:half].sum() > 1.1 * ink[-half:].sum() else 0.2))
    return read


def damaged(name: str) -> PageImage:
    pixels = DAMAGES[name](page().pixels)
    return PageImage(1, pixels, 100.0 if name == "100 dpi" else 200.0)


def likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two pages, the second brought to the size of the first."""
    size = one.shape[1], one.shape[0]
    first, second = (
        cv2.GaussianBlur(cv2.cvtColor(p, cv2.COLOR_RGB2GRAY), (0, 0), 4) for p in (one, cv2.resize(other, size))
    )
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1])


def test_a_clean_page_passes_untouched() -> None:
    given = page()
    cleaned = clean(given, "auto", recognise)
    assert cleaned.image is given
    assert (cleaned.frame, cleaned.done, cleaned.issues) == (None, (), ())


def test_nothing_is_done_when_none_is_asked() -> None:
    given = damaged("turned 90")
    assert clean(given, "none", recognise).image is given


@pytest.mark.parametrize("name", ["turned 90", "turned 180", "turned 270"])
def test_a_page_put_in_sideways_or_upside_down_comes_back_to_the_pixel(name: str) -> None:
    cleaned = clean(damaged(name), "auto", recognise)
    assert cleaned.done == ("orient",)
    assert np.array_equal(cleaned.image.pixels, page().pixels)


@pytest.mark.parametrize("degrees", [-14, -8, -2.3, -0.6, 0.7, 3.1, 8, 13])
def test_a_tilt_is_found_to_a_tenth_of_a_degree_and_undone(degrees: float) -> None:
    crooked = PageImage(1, tilted(degrees)(page().pixels), 200.0)
    assert tilt_of(see(crooked.pixels).marks) == pytest.approx(degrees, abs=0.1)
    steps = "auto" if abs(degrees) > 2 else "deskew"  # the engine follows lines that are less crooked
    assert "deskew" not in clean(crooked, "auto", recognise).done or steps == "auto"
    cleaned = clean(crooked, steps, recognise)
    assert "deskew" in cleaned.done
    assert tilt_of(see(cleaned.image.pixels).marks) == pytest.approx(0, abs=0.1)
    assert cleaned.frame is not None
    assert angle_of(cleaned.frame) == pytest.approx(degrees, abs=0.1)


@pytest.mark.parametrize("degrees", [-8, 8])
def test_a_page_turned_straight_gets_no_empty_borders_and_loses_no_ink(degrees: float) -> None:
    printed = page().pixels.copy()
    printed[1360:1372, 480:520] = 225  # faint, and far below all else
    cleaned = clean(PageImage(1, tilted(degrees)(printed), 200.0), "auto", recognise)
    height, width = cleaned.image.pixels.shape[:2]
    assert (height, width) < (1400, 1000)
    reaches = [np.ptp(np.nonzero(pixels[..., 0] < 235), axis=1) for pixels in (printed, cleaned.image.pixels)]
    assert reaches[1].tolist() == pytest.approx(reaches[0].tolist(), abs=3)


def test_rules_of_a_page_turned_straight_go_too() -> None:
    with_a_rule = page().pixels.copy()
    cv2.line(with_a_rule, (60, 100), (60, 1300), (20, 20, 20), 1)
    cleaned = clean(PageImage(1, tilted(8)(with_a_rule), 200.0), "auto", recognise)
    assert cleaned.done == ("deskew", "lines")
    columns = np.flatnonzero((cleaned.image.pixels[..., 0] < 128).any(0))
    assert np.ptp(columns) == pytest.approx(np.ptp(np.flatnonzero((page().pixels[..., 0] < 128).any(0))), abs=3)


def test_a_rule_dotted_by_turning_goes_whole_and_strokes_across_it_stay() -> None:
    pixels = np.full((200, 100, 3), 255, np.uint8)
    pixels[10:190, 50] = 120
    pixels[10:190:4, 50] = 20
    pixels[100:104, 40:60] = 20
    out = without_lines(pixels, np.array([[50.0, 10, 51, 190]], np.float32))
    wanted = np.full_like(pixels, 255)
    wanted[100:104, 40:60] = 20
    assert np.array_equal(out, wanted)


def test_lines_that_run_up_are_told_from_lines_that_run_across() -> None:
    assert share_upright(see(page().pixels).marks) > 0.9
    assert share_upright(see(turned(90)(page().pixels)).marks) < 0.1
    assert share_upright(np.zeros((0, 4), np.float32)) == 0.5


def test_crumbs_of_letters_do_not_say_which_way_lines_run() -> None:
    letters = [(x * 20, y * 60, 16, 24) for y in range(20) for x in range(0, 40, 2)]
    crumbs = [(x * 20 + 2, y * 60 + k * 8, 5, 6) for y in range(20) for x in range(1, 40, 2) for k in range(3)]
    assert share_upright(np.array(sorted(letters + crumbs), np.float32)) > 0.9


def test_faint_print_is_seen_beside_the_dark_rim_of_a_scan() -> None:
    given = 255 - (255 - cv2.GaussianBlur(page().pixels, (0, 0), 1).astype(np.float32)) / 4
    given[:, 20:50] = np.linspace(0, 160, 30)[None, :, None]
    assert len(see(given.astype(np.uint8)).marks) > 150


def test_a_photographed_sheet_is_found_and_laid_flat() -> None:
    photo = PageImage(1, photographed(page().pixels), 200.0)
    cleaned = clean(photo, "auto", recognise)
    assert cleaned.done[0] == "dewarp"
    assert likeness(page().pixels, cleaned.image.pixels) > 0.75
    assert likeness(page().pixels, photo.pixels) < 0.2


def desk(kind: str, height: int, width: int) -> np.ndarray:
    """Something that a sheet may lie on."""
    y, x = np.mgrid[0:height, 0:width]
    light = {
        "light": np.full((height, width), 190),
        "chequered": np.where((x // 150 + y // 150) % 2, 205, 90),
        "boards": 120 + 25 * np.sin(y / 9) * np.sin(y / 41 + x / 700) - 60 * (y % 400 < 6),
    }[kind]
    return np.asarray((light[..., None] * np.array([1, 0.92, 0.8])).clip(0, 255).astype(np.uint8))


def laid_on(ground: np.ndarray, corners: Sequence[tuple[int, int]]) -> np.ndarray:
    """The page with its corners at these places of a ground."""
    pixels = (page().pixels * 0.95).astype(np.uint8)
    height, width = pixels.shape[:2]
    own = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    matrix = cv2.getPerspectiveTransform(own, np.array(corners, np.float32))
    size = ground.shape[1], ground.shape[0]
    inside = cv2.warpPerspective(np.ones_like(pixels), matrix, size) > 0
    return np.where(inside, cv2.warpPerspective(pixels, matrix, size), ground)


@pytest.mark.parametrize("kind", ["light", "chequered", "boards"])
def test_a_sheet_is_found_on_any_desk_and_turned_upright(kind: str) -> None:
    corners = [(600, 130), (1480, 420), (1060, 1730), (150, 1390)]
    photo = PageImage(1, laid_on(desk(kind, 1900, 1600), corners), 200.0)
    cleaned = clean(photo, "auto", lambda crops: [("", 0.0)] * len(crops))
    assert cleaned.done[0] == "dewarp"
    assert cleaned.frame is not None
    found = [point(cleaned.frame.matrix, x * 72 / 200, y * 72 / 200) for x, y in corners]
    width, height = cleaned.frame.width, cleaned.frame.height
    wanted = [(0, 0), (width, 0), (width, height), (0, height)]
    assert np.abs(np.array(found) - np.array(wanted)).max() < 0.02 * height


def test_a_sheet_is_found_on_pale_wood_in_deep_shade() -> None:
    corners = [(600, 130), (1480, 420), (1060, 1730), (150, 1390)]
    pale = np.full((1900, 1600, 3), (236, 228, 205), np.uint8)
    shade = 0.3 + 0.25 / (1 + np.exp((np.arange(1600) - 800) / 60))
    photo = (laid_on(pale, corners) * shade[None, :, None]).astype(np.uint8)
    found = corners_of(photo, see(photo), [lambda crops: [("", 0.0)] * len(crops)])
    assert found is not None
    assert np.abs(found - np.array(corners)).max() < 25


def test_a_slip_cut_off_by_the_picture_is_found() -> None:
    corners = [(700, -40), (1180, -40), (1160, 900), (680, 880)]
    photo = laid_on(np.full((1700, 1200, 3), 80, np.uint8), corners)
    found = corners_of(photo, see(photo), [])
    assert found is not None
    assert np.abs(found - np.array([(700, 0), (1180, 0), (1160, 900), (680, 880)])).max() < 25


def test_nothing_that_is_read_beside_a_sheet_is_cut_away() -> None:
    corners = [(600, 130), (1480, 420), (1060, 1730), (150, 1390)]
    ground = desk("light", 1900, 1600)
    for line in range(10):
        cv2.putText(ground, "TYFPT FPTTY", (30, 60 + 40 * line), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20,) * 3, 2)
    photo = laid_on(ground, corners)
    seen = see(photo)
    assert corners_of(photo, seen, [lambda crops: [("~", 0.9)] * len(crops)]) is not None
    assert corners_of(photo, seen, [lambda crops: [("word", 0.9)] * len(crops)]) is None
    assert corners_of(photo, seen, []) is None


def test_shade_is_evened_and_said_with_its_number() -> None:
    cleaned = clean(PageImage(7, shadowed(page().pixels), 200.0), "auto", recognise)
    paper = see(cleaned.image.pixels).paper
    assert cleaned.done == ("background",)
    assert paper.min() > 240
    (issue,) = cleaned.issues
    assert issue.code == "page.uneven-light"
    assert "Page 7" in issue.message
    assert "%" in issue.message


def marked(shown: PageImage, colour: tuple[int, int, int]) -> PageImage:
    """The page with three of its lines under a highlighter."""
    ink = np.full(shown.pixels.shape, 255, np.uint8)
    for line in (3, 8, 15):
        cv2.line(ink, (80, 140 + line * 50), (700, 140 + line * 50), colour, 34)
    return PageImage(1, (shown.pixels * (cv2.GaussianBlur(ink, (0, 0), 1) / 255)).astype(np.uint8), 200.0)


@pytest.mark.parametrize("colour", [(255, 245, 60), (255, 110, 185), (110, 240, 110), (255, 165, 50), (100, 185, 250)])
def test_marked_words_stand_on_white_paper(colour: tuple[int, int, int]) -> None:
    cleaned = clean(marked(page(), colour), "auto", recognise)
    assert cleaned.done == ("background",)
    assert np.abs(cleaned.image.pixels.astype(int) - page().pixels).max() < 20


def test_light_print_on_a_bright_colour_and_coloured_letters_stay() -> None:
    band = page()
    band.pixels[500:600] = (255, 140, 30)
    cv2.putText(band.pixels, "TYFPT FPTTY", (200, 565), cv2.FONT_HERSHEY_SIMPLEX, 1.2, (255,) * 3, 3)
    cv2.putText(band.pixels, "TYFPT", (200, 1350), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (255, 30, 60), 14)
    assert marker.without_marker(band.pixels) is None


def test_light_print_on_dark_is_turned_into_dark_on_light() -> None:
    inverse_page = PageImage(1, 255 - page().pixels, 200.0)
    cleaned = clean(inverse_page, "auto", recognise)
    assert cleaned.done == ("contrast",)
    assert likeness(page().pixels, cleaned.image.pixels) > 0.99


def test_a_band_filled_with_a_dark_colour_keeps_its_light_print() -> None:
    banded = page().pixels.copy()
    banded[1150:] = 60
    cv2.putText(banded, "TOTAL FATTY TFTPT", (90, 1290), cv2.FONT_HERSHEY_SIMPLEX, 2.5, (250,) * 3, 5, cv2.LINE_AA)
    band = clean(PageImage(1, banded, 200.0), "background", recognise).image.pixels[1180:1380]
    assert int(np.quantile(band, 0.995)) - int(np.median(band)) > 120


@pytest.mark.parametrize(
    ("as_a_ghost", "as_print", "said", "dashes", "goes"),
    [
        (0.9, 0.1, 99, 0, True),
        (0.9, 0.1, 99, 16, True),  # rows of dashes shine through too: many, and lower than letters
        (0.4, 0.1, 99, 0, True),
        (0.28, 0.1, 99, 0, False),
        (0.5, 0.45, 99, 0, False),
        (0.4, 0.1, 1, 0, False),  # of a piece of grey print alone, where nothing else says a word
    ],
)
def test_the_other_side_that_shines_through_is_taken_away_and_grey_print_is_not(
    as_a_ghost: float, as_print: float, said: int, dashes: int, goes: bool
) -> None:
    front = page().pixels.copy()
    front[:700] = 255
    back = np.full_like(front, 255)
    back[100:650] = page(ink=150).pixels[100:650]
    for row in range(dashes):
        back[2 + 6 * row : 5 + 6 * row].reshape(3, -1, 3)[:, np.arange(back.shape[1]) % 14 < 9] = 150

    def read_left_to_right(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        found = [("words", as_a_ghost if mirrored(crop) else as_print) for crop in crops]
        return [text if place < said else ("", 0.0) for place, text in enumerate(found)]

    def mirrored(crop: np.ndarray) -> bool:
        return any(np.array_equal(crop, known[:, ::-1]) for known in seen)

    seen: list[np.ndarray] = []

    def first_unread(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        found = read_left_to_right(crops)
        seen.extend(crops)
        return found

    both = np.minimum(front, back)
    ghostly = clean(PageImage(1, both, 200.0), "background", first_unread)
    plain = clean(PageImage(1, both, 200.0), "auto", lambda crops: [("words", 0.95)] * len(crops))
    assert (ghostly.image.pixels[100:650].min() > 200) == goes
    assert ghostly.image.pixels[750:].min() < 40
    assert plain.image.pixels[100:650].min() <= 160


def test_ruled_lines_go_and_what_crosses_them_stays() -> None:
    given = page().pixels.copy()
    clear = given.copy()
    cv2.line(given, (60, 100), (60, 1300), (20, 20, 20), 3)
    cv2.line(given, (40, 1230), (960, 1230), (20, 20, 20), 3)
    cv2.line(given, (500, 1215), (500, 1245), (20, 20, 20), 3)
    cv2.line(clear, (500, 1215), (500, 1245), (20, 20, 20), 3)
    cleaned = clean(PageImage(1, given, 200.0), "lines", recognise)
    assert cleaned.done == ("lines",)
    assert np.abs(cleaned.image.pixels.astype(int) - clear).max(2)[1180:1290].max() < 60
    assert np.array_equal(cleaned.image.pixels[:1100, 90:], clear[:1100, 90:])
    assert clean(PageImage(1, given, 200.0), "auto", recognise).done == ()


def test_lines_are_left_to_a_page_that_is_clean_otherwise_and_go_from_a_noisy_one() -> None:
    given = page().pixels.copy()
    cv2.line(given, (60, 100), (60, 1300), (20, 20, 20), 3)
    grain = np.random.default_rng(0).normal(0, 20, given.shape[:2])[..., None]
    noisy = (given + grain).clip(0, 255).astype(np.uint8)
    cleaned = clean(PageImage(1, noisy, 200.0), "auto", recognise)
    assert cleaned.done == ("denoise", "lines")
    assert cleaned.image.pixels[200:1200, 58:63].mean() > 240


def test_specks_of_a_fax_go_and_full_stops_stay() -> None:
    given = np.where(page().pixels < 128, np.uint8(0), np.uint8(255))
    end = int(np.flatnonzero(given[1180:1202, 90:210].min((0, 2)) == 0)[-1]) + 90
    cv2.rectangle(given, (end + 5, 1199), (end + 6, 1200), (0, 0, 0), -1)  # a stop behind the last line's first word
    dirty = given.copy()
    dirty[20:90:30, 20:980:15] = 0
    cleaned = clean(PageImage(1, dirty, 200.0), "auto", recognise)
    assert cleaned.done == ("denoise",)
    assert np.array_equal(cleaned.image.pixels[110:], given[110:])
    assert cleaned.image.pixels[:90].min() == 255
    assert clean(PageImage(1, given, 200.0), "auto", recognise).image.pixels is given


def test_grain_goes_and_thin_strokes_stay() -> None:
    thin = np.full((900, 900, 3), 255, np.uint8)
    for line in range(14):
        cv2.putText(thin, "TYFPT FPTTY TFTPT", (60, 90 + line * 55), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (0,) * 3, 1)
    calm = light.without_grain(DAMAGES["noise"](thin), 30.0)[..., 0].astype(float)
    ink = thin[..., 0] < 128
    assert calm[ink].mean() < 160
    assert calm[cv2.dilate(ink.astype(np.uint8), np.ones((7, 7))) == 0].std() < 22


def test_a_slip_in_a_black_frame_is_left_where_it_is() -> None:
    framed = np.zeros((1500, 1100, 3), np.uint8)
    framed[50:1450, 50:1050] = page().pixels
    given = PageImage(1, framed, 200.0)
    cleaned = clean(given, "auto", recognise)
    assert (cleaned.image, cleaned.done, cleaned.issues) == (given, (), ())
    assert clean(given, "crop", recognise).done == ("crop",)


def test_faint_coarse_and_noisy_pages_are_issues_with_numbers() -> None:
    faint = clean(page(ink=225), "auto", recognise)
    assert [issue.code for issue in faint.issues] == ["page.low-contrast"]
    assert "30 of 255" in faint.issues[0].message
    tiny = cv2.resize(page().pixels, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    assert "page.low-resolution" in {issue.code for issue in clean(PageImage(1, tiny, 50.0), "auto", recognise).issues}
    rough = np.random.default_rng(3).normal(0, 60, page().pixels.shape[:2])[..., None] + page().pixels
    loud = clean(PageImage(1, rough.clip(0, 255).astype(np.uint8), 200.0), "auto", recognise)
    assert "page.noisy" in {issue.code for issue in loud.issues}
    assert "denoise" in loud.done


def test_strokes_that_run_into_one_another_out_of_focus_come_apart() -> None:
    strokes = np.full((60, 80, 3), 255, np.uint8)
    for left in range(20, 60, 4):
        strokes[10:50, left : left + 2] = 20
    soft = cv2.GaussianBlur(strokes, (0, 0), 1.7)
    before, after = (np.ptp(pixels[30, 28:52].astype(int)) for pixels in (soft, light.refocused(soft, 1.7)))
    assert after > 5 * before


@pytest.mark.parametrize(("blur", "is_soft"), [(0.0, False), (0.6, False), (1.0, True)])
def test_small_print_out_of_focus_is_made_steeper_once_it_is_enlarged(blur: float, is_soft: bool) -> None:
    letters = np.full((1400, 1000, 3), 255, np.uint8)
    for place in range(220):  # so far apart that no blur joins them
        at = 60 + 88 * (place % 10), 100 + 56 * (place // 10)
        cv2.putText(letters, "TYFP"[place % 4], at, cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20,) * 3, 2, cv2.LINE_AA)
    small = cv2.resize(letters, None, fx=0.45, fy=0.45, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), blur) if blur else small
    cleaned = clean(PageImage(1, soft, 80.0), "auto")
    assert "upscale" in cleaned.done
    assert ("contrast" in cleaned.done) == is_soft


def test_the_width_of_a_blur_is_told() -> None:
    told = [blur_of(cv2.GaussianBlur(page().pixels, (0, 0), width)) for width in (1.2, 1.7, 2.2)]
    assert told == sorted(told)
    assert told == pytest.approx([1.2, 1.7, 2.2], abs=0.45)


def test_softness_and_grain_are_measured() -> None:
    sharp, soft, grainy = (measure(p.pixels, see(p.pixels)) for p in (page(), damaged("blur"), damaged("noise")))
    assert sharp.sharpness > 0.9 > soft.sharpness
    assert sharp.grain < 1
    assert grainy.grain > 10


@pytest.mark.parametrize("shape", [(1, 1), (2, 900), (900, 2), (40, 40)])
def test_pictures_of_nothing_pass(shape: tuple[int, int]) -> None:
    for value in (0, 128, 255):
        given = PageImage(1, np.full((*shape, 3), value, np.uint8), 200.0)
        assert clean(given, "auto", recognise).image is given


GREY = (76, 76, 76)


def block(pixels: np.ndarray) -> np.ndarray:
    """Where a picture is GREY over eleven pixels each way: no edge of a letter is."""
    grey = (np.abs(pixels.astype(int) - GREY[0]).max(2) < 15).astype(np.uint8)
    return np.asarray(cv2.morphologyEx(grey, cv2.MORPH_OPEN, np.ones((11, 11), np.uint8)) > 0)


class Painted:
    """An engine that finds the one word on a page: a block of grey."""

    name = "painted"

    def read(self, pages: Sequence[PageImage]) -> Iterator[PageWords]:
        for image in pages:
            found = block(image.pixels)
            rows, columns = np.flatnonzero(found.any(1)), np.flatnonzero(found.any(0))
            scale = 72 / image.dpi
            box = Box(*(float(v) * scale for v in (columns[0], rows[0], columns[-1] + 1, rows[-1] + 1)))
            yield PageWords(image.number, image.width, image.height, (Word("grey", box, 0.9),))

    def recognise(self, crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return recognise(crops)

    def describe(self) -> dict[str, object]:
        return {}


@pytest.mark.parametrize("name", ["turned 90", "turned 180", "turned 270", "tilted +8", "perspective"])
def test_boxes_are_on_the_page_as_it_came(name: str) -> None:
    pixels = page().pixels.copy()
    pixels[300:330, 600:700] = GREY
    changed = DAMAGES[name](pixels)
    (words,) = CleaningEngine(Painted(), "auto").read([PageImage(1, changed, 200.0)])
    rows, columns = np.nonzero(block(changed))
    box = words.words[0].box
    assert box.center_x == pytest.approx(float(columns.mean()) * 72 / 200, abs=1.5)
    assert box.center_y == pytest.approx(float(rows.mean()) * 72 / 200, abs=1.5)
    sideways = name in {"turned 90", "turned 270"}
    assert (box.height > box.width) == sideways
    assert (words.width, words.height) == (changed.shape[1] * 72 / 200, changed.shape[0] * 72 / 200)


@pytest.mark.parametrize(("side", "cleaned"), [(100, 7), (3000, 3)], ids=["small", "large"])
def test_pages_are_cleaned_for_an_engine_that_reads_several_at_once(side: int, cleaned: int) -> None:
    taken: list[int] = []
    enough = threading.Event()

    def pages() -> Iterator[PageImage]:
        for number in range(12):
            taken.append(number)
            if len(taken) == cleaned:
                enough.set()
            yield PageImage(number, np.full((side, side, 3), 255, np.uint8), 200.0)

    class Slow(Painted):
        def read(self, pages: Sequence[PageImage]) -> Iterator[PageWords]:
            for image in pages:
                if image.number == 0:
                    assert enough.wait(20)
                    time.sleep(0.05)
                    assert len(taken) == cleaned
                yield PageWords(image.number, image.width, image.height, ())

    found = CleaningEngine(Slow(), "none").read(pages())
    assert [words.number for words in found] == list(range(12))


def test_issues_come_with_the_words_and_what_was_seen_can_be_kept() -> None:
    kept = []
    pixels = shadowed(page().pixels)
    pixels[300:330, 200:300] = GREY
    engine = CleaningEngine(Painted(), "none", keep=lambda cleaned, words: kept.append((cleaned.done, words.number)))
    assert [words.issues for words in engine.read([PageImage(3, pixels, 200.0)])] == [()]
    assert kept == [((), 3)]


def with_a_note(down: bool, size: float = 0.9) -> PageImage:
    """The page with a line of its words beside the others, running down or up along the margin."""
    pixels = page().pixels.copy()
    note = np.full((50, 900, 3), 255, np.uint8)
    left = 10
    for word in WORDS:
        cv2.putText(note, word, (left, 38), cv2.FONT_HERSHEY_SIMPLEX, size, (20,) * 3, 2)
        left += cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, size, 2)[0][0] + round(20 * size)
    pixels[200:1100, 15:65] = np.rot90(note, 3 if down else 1)
    return PageImage(1, pixels, 200.0)


@pytest.mark.parametrize("size", [0.6, 0.9, 1.1])
@pytest.mark.parametrize(("down", "turns"), [(True, 1), (False, 3)])
def test_a_note_that_runs_up_or_down_beside_the_lines_is_told(down: bool, turns: int, size: float) -> None:
    (found,) = clean(with_a_note(down, size), "auto", recognise).asides
    assert found.turns == turns
    ((left, top, right, bottom),) = found.boxes.tolist()
    length = sum(cv2.getTextSize(word, cv2.FONT_HERSHEY_SIMPLEX, size, 2)[0][0] + 20 * size for word in WORDS)
    assert (left, right) == pytest.approx((22, 58), abs=16)
    assert bottom - top == pytest.approx(length, abs=40)


def test_what_cannot_be_read_sideways_and_pages_without_notes_have_none() -> None:
    assert clean(page(), "auto", recognise).asides == ()
    assert clean(with_a_note(down=True), "auto", lambda crops: [("word", 0.5)] * len(crops)).asides == ()
    assert clean(with_a_note(down=True), "deskew", recognise).asides == ()
    ruled = page().pixels.copy()
    for line in range(26):
        cv2.putText(ruled, str(line % 10), (30, 150 + line * 44), cv2.FONT_HERSHEY_SIMPLEX, 0.9, (20,) * 3, 2)
    ruled[100:1300, 70:74] = 0
    assert clean(PageImage(1, ruled, 200.0), "auto", recognise).asides == ()


def one_way_only(text: str) -> Callable[[Sequence[np.ndarray]], list[tuple[str, float]]]:
    """Reads that of what is shown first, and nothing of what is shown then: the same turned the other way."""
    sure = iter((0.95, 0.1))
    return lambda crops: [(text, next(sure))] * len(crops)


def test_columns_of_lines_set_close_and_what_reads_as_signs_are_no_notes() -> None:
    close = np.full((1400, 1000, 3), 255, np.uint8)
    for line in range(40):
        for place in range(30):
            letter = WORDS[line % len(WORDS)][place % 5]
            cv2.putText(close, letter, (100 + 18 * place, 150 + 24 * line), cv2.FONT_HERSHEY_PLAIN, 1.6, (20,) * 3, 2)
    assert asides_of(close, see(close), one_way_only("words")) == []
    noted = with_a_note(down=True).pixels
    assert [found.turns for found in asides_of(noted, see(noted), one_way_only("words"))] == [1]
    assert asides_of(noted, see(noted), one_way_only("-")) == []


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("down", [True, False])
def test_notes_are_read_apart_and_their_words_stand_where_they_are(down: bool, quarters: int) -> None:
    pixels = with_a_note(down).pixels.copy()
    pixels[600:700, 25:55] = GREY  # a grey word in the note, and one on the page
    pixels[300:330, 600:700] = GREY
    shown = np.ascontiguousarray(np.rot90(pixels, quarters))
    (words,) = CleaningEngine(Painted(), "auto").read([PageImage(1, shown, 200.0)])
    on_page, in_note = words.words
    assert (on_page.turn, in_note.turn) == (0, 90 if down else 270)
    for word, place in ((on_page, (650, 315)), (in_note, (40, 650))):
        x, y = {0: (0, 0), 1: (0, 1000), 2: (1000, 1400), 3: (1400, 0)}[quarters]
        right, down = {0: (1, 1), 1: (1, -1), 2: (-1, -1), 3: (-1, 1)}[quarters]
        across, along = place if quarters % 2 == 0 else place[::-1]
        middle = (x + right * across) * 0.36, (y + down * along) * 0.36
        assert (word.box.center_x, word.box.center_y) == pytest.approx(middle, abs=0.6)
    assert (in_note.box.height > in_note.box.width) == (quarters % 2 == 0)


SIDEWAYS = Frame(600, 800, (0, 1, 0, -1, 0, 800, 0, 0, 1))  # of a page 800 wide and 600 high, turned clockwise


def test_a_frame_and_its_inverse_bring_a_box_back() -> None:
    box = Box(10, 20, 110, 32)
    there = moved(box, SIDEWAYS.matrix)
    assert (there.width, there.height) == (12, 100)
    again = moved(there, inverse(SIDEWAYS.matrix))
    assert (again.left, again.top, again.right, again.bottom) == pytest.approx((10, 20, 110, 32))
    assert point(inverse(SIDEWAYS.matrix), *point(SIDEWAYS.matrix, 3, 4)) == pytest.approx((3, 4))


def test_a_page_on_its_side_is_laid_out_upright_and_its_lines_stay_where_they_are() -> None:
    upright_words = [
        Word(text, Box(left, 100, left + 40, 110)) for text, left in (("Total", 50), ("EUR", 95), ("9.50", 140))
    ]
    back = inverse(SIDEWAYS.matrix)
    words = tuple(Word(word.text, moved(word.box, back)) for word in upright_words)
    reading = Reading((PageWords(1, 800, 600, words, frame=SIDEWAYS),))
    (line,) = laid_out(reading).pages[0].lines
    assert line.text == "Total EUR 9.50"
    assert [word.box for word in line.words] == pytest.approx([word.box for word in words])
    assert (laid_out(reading).pages[0].width, upright(reading).pages[0].width) == (800, 600)
    assert on_the_page(lay_out(Reading(())), Reading(())).pages == ()


def test_a_frame_survives_being_recorded() -> None:
    reading = Reading((PageWords(1, 800.0, 600.0, (), frame=SIDEWAYS), PageWords(2, 10.0, 10.0)))
    assert parse_reading(write_reading(reading)) == reading
    turned = Reading((PageWords(1, 80.0, 60.0, (Word("a", Box(1, 2, 3, 4)), Word("b", Box(1, 2, 3, 4), turn=270))),))
    assert parse_reading(write_reading(turned)) == turned
    (first, _) = ReplayEngine.of(reading).read([page(), PageImage(2, page().pixels, 200.0)])
    assert first.frame == SIDEWAYS


def test_a_page_scores_by_the_words_it_shares_with_what_is_printed() -> None:
    assert damage_table.f1("a b b x", Counter(["a", "b", "b", "c"])) == pytest.approx(0.75)
    assert damage_table.f1("", Counter()) == 0
    coarse = damage_table.damaged("100 dpi", page())
    assert (coarse.dpi, coarse.pixels.shape) == (100.0, (700, 500, 3))


@pytest.mark.parametrize(("sure", "asked"), [(0.95, [4]), (0.7, [4, 8]), (0.3, [4, 8, 8, 8, 8])])
def test_no_more_words_are_read_than_it_takes_to_know_which_way_up_they_are(sure: float, asked: list[int]) -> None:
    counts: list[int] = []

    def recognise(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        counts.append(len(crops))
        return [("letters", sure)] * len(crops)

    words = [np.zeros((20, 80, 3), np.uint8)] * 8
    assert heads.way_up(words, [recognise, recognise]) == (False, recognise)
    assert counts == asked


@pytest.mark.parametrize("upside_down", [False, True])
def test_a_page_that_the_quick_reader_cannot_read_is_shown_to_the_next(upside_down: bool) -> None:
    def latin(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [("#%&", 0.1)] * len(crops)

    def chinese(crops: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [("发票", 0.9 if bool(crop[0, 0, 0]) == upside_down else 0.2) for crop in crops]

    word = np.zeros((20, 80, 3), np.uint8)
    word[-1] = 255
    assert heads.way_up([word] * 8, [latin, chinese]) == (upside_down, chinese)
    assert heads.way_up([word] * 2, [latin, chinese]) == (False, latin)
