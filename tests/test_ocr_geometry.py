"""Views, boxes, crops and lines: where words are, before anything is read."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from invoice_ocr.ocr import boxes, crops, views
from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.order import lines_of
from invoice_ocr.ocr.sight import straighten, turn_points

EXACT = Thresholds(pixel=0.3, box=0.4, shrink=0.4, swell=0.0)


def shrunk(width: float, height: float) -> float:
    """By how much DB's training brings each side of a box in."""
    return width * height * (1 - 0.4**2) / (2 * (width + height))


def heat_of(words: list[tuple[int, int, int, int]], size: tuple[int, int] = (300, 600)) -> np.ndarray:
    heat = np.zeros(size, np.float32)
    for left, top, right, bottom in words:
        d = shrunk(right - left, bottom - top)
        heat[round(top + d) : round(bottom - d), round(left + d) : round(right - d)] = 0.9
    return heat


def test_growing_undoes_the_shrinking_of_training() -> None:
    for width, height in ((100, 20), (20, 20), (8, 30), (400, 12)):
        d = shrunk(width, height)
        heart = np.array([[10 + d, 40 + d, 10 + width - d, 40 + height - d]], np.float32)
        assert boxes.grow(heart, EXACT)[0] == pytest.approx([10, 40, 10 + width, 40 + height], abs=0.01)


def test_swollen_spots_grow_to_the_same_box() -> None:
    d = shrunk(100, 20)
    heart = np.array([[10 + d - 1, 40 + d - 1, 110 - d + 1, 60 - d + 1]], np.float32)
    grown = boxes.grow(heart, Thresholds(shrink=0.4, swell=1.0))[0]
    assert grown == pytest.approx([10, 40, 110, 60], abs=0.01)


def test_every_word_of_a_map_becomes_its_box() -> None:
    words = [(20, 20, 120, 50), (140, 20, 200, 50), (20, 80, 400, 120)]
    spots = boxes.find_spots(heat_of(words), EXACT)
    grown = boxes.grow(spots.boxes, EXACT)
    assert len(grown) == 3
    for box in words:
        assert min(np.abs(grown - np.array(box)).max(1)) < 2.5


def test_faint_spots_and_empty_maps_give_no_box() -> None:
    faint = heat_of([(20, 20, 120, 50)]) * 0.4
    assert len(boxes.find_spots(faint, EXACT).boxes) == 0
    assert len(boxes.find_spots(np.zeros((64, 64), np.float32), EXACT).boxes) == 0


def test_a_map_of_noise_gives_a_bounded_number_of_boxes() -> None:
    heat = np.zeros((1024, 736), np.float32)
    heat[::4, ::4] = 1.0
    assert len(boxes.find_spots(heat, EXACT).boxes) == boxes.MOST_BOXES


@pytest.mark.parametrize("angle", [-3.0, -0.8, 0.0, 1.5, 4.0])
def test_the_skew_of_a_page_is_measured(angle) -> None:
    heat = heat_of([(x, y, x + 110, y + 24) for y in range(60, 240, 40) for x in (60, 200, 340)])
    matrix = cv2.getRotationMatrix2D((300, 150), -angle, 1.0)
    turned = cv2.warpAffine(heat, matrix, (600, 300))
    assert boxes.skew_of(boxes.find_spots(turned, EXACT)) == pytest.approx(angle, abs=0.3)


def test_specks_inside_a_box_are_dropped_and_neighbours_kept() -> None:
    found = np.array([[0, 0, 100, 30], [40, 10, 50, 20], [95, 0, 180, 30], [0, 0, 100, 30.5]])
    assert boxes.distinct(found).tolist() == [False, False, True, True]
    assert boxes.distinct(np.zeros((0, 4))).tolist() == []


def test_a_page_of_few_words_counts_as_straight() -> None:
    assert boxes.skew_of(boxes.find_spots(heat_of([(20, 20, 120, 50)]), EXACT)) == 0.0


def test_turned_boxes_fit_the_words_of_a_skew_page() -> None:
    heat = heat_of([(60, 100, 400, 130)])
    turned = cv2.warpAffine(heat, cv2.getRotationMatrix2D((230, 115), -2.0, 1.0), (600, 300))
    upright = boxes.grow(boxes.find_spots(turned, EXACT).boxes, EXACT)[0]
    fitted = boxes.grow(boxes.find_spots(turned, EXACT, turn=2.0).boxes, EXACT)[0]
    assert upright[3] - upright[1] > 37
    assert fitted[3] - fitted[1] < 34


def test_straightening_brings_a_point_where_turn_points_says() -> None:
    pixels = np.full((400, 300, 3), 255, np.uint8)
    pixels[200:203, 120:123] = 0
    straight, origin = straighten(pixels, 3.0)
    y, x = np.argwhere(straight[..., 0] < 128).mean(0)
    wanted_x, wanted_y = turn_points(np.array([121.5]), np.array([201.5]), 3.0)
    assert (x + 0.5 + origin[0], y + 0.5 + origin[1]) == pytest.approx((wanted_x[0], wanted_y[0]), abs=1.0)


def test_the_input_follows_the_shape_of_the_page() -> None:
    shapes = {
        name: (v[0].input_height, v[0].input_width)
        for name, v in {
            "a4": views.views_of(1654, 2339),
            "landscape": views.views_of(2339, 1654),
            "square": views.views_of(900, 1000),
        }.items()
    }
    assert shapes == {"a4": (1280, 928), "landscape": (928, 1280), "square": (1088, 1088)}


def test_small_pictures_are_not_blown_up_without_end() -> None:
    (view,) = views.views_of(100, 140)
    assert view.scale == views.LARGEST_SCALE


def test_a_view_shows_the_page_at_its_scale_on_white() -> None:
    page = np.zeros((2339, 1654, 3), np.uint8)
    (view,) = views.views_of(1654, 2339)
    seen = views.look(page, view)
    assert seen.shape == (1280, 928, 3)
    assert seen[:, : round(1654 * view.scale)].max() == 0
    assert seen[:, round(1654 * view.scale) + 1 :].min() == 255


@pytest.mark.parametrize(("width", "height"), [(30_000, 2), (1, 100_000), (3_000_000, 30)])
def test_a_strip_made_to_keep_us_busy_is_seen_in_few_pieces(width: int, height: int) -> None:
    pieces = views.views_of(width, height)
    assert len(pieces) <= views.MOST_PIECES
    assert max(piece.left + piece.width for piece in pieces) >= width - 1
    assert max(piece.top + piece.height for piece in pieces) >= height - 1


@pytest.mark.parametrize(("width", "height"), [(600, 6000), (9000, 700)])
def test_long_rolls_are_seen_in_overlapping_pieces(width, height) -> None:
    pieces = views.views_of(width, height)
    assert len(pieces) > 2
    assert max(p.left + p.width for p in pieces) == width
    assert max(p.top + p.height for p in pieces) == height
    x, y = np.meshgrid(np.arange(5, width, 97), np.arange(5, height, 97))
    x, y = x.ravel(), y.ravel()
    inside = [(x >= p.left) & (x < p.left + p.width) & (y >= p.top) & (y < p.top + p.height) for p in pieces]
    owners = sum((views.is_own(p, pieces, x, y) & seen).astype(int) for p, seen in zip(pieces, inside, strict=True))
    assert (owners == 1).all()


def test_crops_keep_their_shape_at_height_32() -> None:
    assert crops.normalise(np.zeros((64, 200, 3), np.uint8)).shape == (32, 100)
    assert crops.normalise(np.zeros((16, 50, 3), np.uint8)).shape == (32, 100)


def test_very_wide_crops_are_squeezed_and_slivers_dropped() -> None:
    assert crops.normalise(np.zeros((20, 2000, 3), np.uint8)).shape == (32, 512)
    assert crops.normalise(np.zeros((1, 300, 3), np.uint8)).shape == (32, 0)


def test_faint_print_becomes_black_on_white_and_paper_stays() -> None:
    faint = np.full((32, 100, 3), 180, np.uint8)
    faint[8:24, 20:40] = 120
    grey = crops.normalise(faint)
    assert (int(grey.min()), int(grey.max())) == (0, 255)
    paper = np.random.default_rng(1).integers(180, 190, (32, 100, 3), np.uint8)
    assert int(crops.normalise(paper).min()) >= 180


def test_crops_reach_over_the_edge_of_the_page_without_harm() -> None:
    page = np.zeros((100, 100, 3), np.uint8)
    (cut,) = crops.cut(page, np.array([[-20.0, 90.0, 30.0, 140.0]]))
    assert cut.shape == (10, 30, 3)


def test_batches_hold_one_width_each_and_every_crop_once() -> None:
    rng = np.random.default_rng(1)
    pictures = [np.full((32, int(w)), 200, np.uint8) for w in rng.integers(0, 513, 300)]
    seen: list[int] = []
    for places, batch in crops.batches(pictures, 2048):
        assert batch.shape[2] in crops.WIDTHS
        assert len(batch) * batch.shape[2] <= 2048
        for place, picture in zip(places, batch, strict=True):
            width = pictures[place].shape[1]
            assert crops.bucket(width) == batch.shape[2]
            assert picture[:, :width].min() == 200
            assert picture[:, width:].max(initial=0) == 0
        seen += places
    assert sorted(seen) == [i for i, picture in enumerate(pictures) if picture.shape[1]]


def test_words_are_read_line_by_line_even_where_lines_rise() -> None:
    words = [[x, 100 + 0.02 * x, x + 60, 130 + 0.02 * x] for x in range(0, 900, 80)]
    words += [[x, 150 + 0.02 * x, x + 60, 180 + 0.02 * x] for x in range(0, 900, 80)]
    order = np.random.default_rng(3).permutation(len(words))
    lines = lines_of(np.array(words)[order])
    assert [[int(order[i]) for i in line] for line in lines] == [list(range(12)), list(range(12, 24))]


def test_a_logo_does_not_draw_small_print_onto_one_line() -> None:
    boxes_ = np.array([[0, 0, 100, 120], [120, 10, 200, 30], [120, 40, 200, 60], [120, 70, 200, 90]], float)
    assert sorted(map(len, lines_of(boxes_))) == [1, 1, 1, 1]
