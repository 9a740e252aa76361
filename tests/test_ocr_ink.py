"""Boxes drawn tight around ink, whatever the detector was unsure of."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from invoice_ocr.ocr.annexed import annexed, contrast_of, middle, pieces, share
from invoice_ocr.ocr.ink import PAD_X, PAD_Y, fit, raised


def printed(
    text: str = "1.190,00", *, paper: int = 255, ink: int = 30, thick: int = 2
) -> tuple[np.ndarray, np.ndarray]:
    """A page with one word, and the box of its ink."""
    page = np.full((200, 500), paper, np.uint8)
    cv2.putText(page, text, (120, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.1, ink, thick, cv2.LINE_8)
    rows, columns = np.flatnonzero((page != paper).any(1)), np.flatnonzero((page != paper).any(0))
    return page, np.array([columns[0], rows[0], columns[-1] + 1, rows[-1] + 1], float)


def padded(box: np.ndarray) -> np.ndarray:
    high = box[3] - box[1]
    return box + high * np.array([-PAD_X, -PAD_Y, PAD_X, PAD_Y])


@pytest.mark.parametrize("off", [(0, 0, 0, 0), (-6, -5, 6, 5), (5, 4, -5, -4), (-4, 5, 7, 4)])
@pytest.mark.parametrize(("paper", "ink"), [(255, 30), (40, 230), (200, 140)])
def test_a_loose_or_tight_box_becomes_that_of_the_ink(off: tuple[int, ...], paper: int, ink: int) -> None:
    page, box = printed(paper=paper, ink=ink)
    (found,) = fit(page, (box + np.array(off))[None])
    assert found == pytest.approx(padded(box), abs=1.01)


@pytest.mark.parametrize("band", [0, 8])
def test_bold_print_that_fills_most_of_its_box_is_ink(band: int) -> None:
    page, box = printed("HMEM", thick=11, paper=255 if not band else 0, ink=30 if not band else 250)
    left, top, right, bottom = box.astype(int).tolist()
    assert (np.abs(page[top:bottom, left:right] - page[0, 0].astype(int)) > 100).mean() > 0.55
    if band:  # white on a dark band that is little higher than the word
        page[: top - band] = page[bottom + band :] = 255
    (found,) = fit(page, box[None])
    assert found == pytest.approx(padded(box), abs=1.01)


def test_ruled_lines_around_a_word_are_left_out() -> None:
    page, box = printed()
    high = int(box[3] - box[1])
    page[int(box[3]) + 3 : int(box[3]) + 5] = 0
    page[:, int(box[2]) + high // 3 : int(box[2]) + high // 3 + 2] = 0
    (found,) = fit(page, (box + np.array([-2, -2, high // 2, 8]))[None])
    assert found == pytest.approx(padded(box), abs=1.01)


@pytest.mark.parametrize("text", ["Total", "1.190,00"])
def test_a_line_under_a_word_alone_is_left_out_too(text: str) -> None:
    page, box = printed(text)
    page[int(box[3]) + 2 : int(box[3]) + 4, int(box[0]) : int(box[2])] = 30
    (found,) = fit(page, (box + np.array([-2, -2, 2, 5]))[None])
    assert found == pytest.approx(padded(box), abs=1.01)


def test_a_dash_is_no_line_under_a_word() -> None:
    page = np.full((200, 500), 255, np.uint8)
    page[100:103, 120:140] = 30
    (found,) = fit(page, np.array([[119.0, 92, 141, 112]]))
    assert found[0] < 120
    assert found[2] > 139


@pytest.mark.parametrize("below", [True, False])
def test_a_dashed_frame_above_or_below_a_word_is_left_out(below: bool) -> None:
    page, box = printed("8.00")
    row = int(box[3]) + 2 if below else int(box[1]) - 6
    for x in range(40, 400, 28):
        page[row : row + 4, x : x + 15] = 30
    (found,) = fit(page, (box + np.array([-2, -1, 2, 1]))[None])
    assert found == pytest.approx(padded(box), abs=1.01)


def test_an_accent_cut_off_comes_in() -> None:
    page, box = printed("Aus")
    page[int(box[1]) - 6 : int(box[1]) - 2, int(box[0]) + 4 : int(box[0]) + 8] = 30
    (found,) = fit(page, box[None])
    assert found[1] < box[1] - 5


@pytest.mark.parametrize(("white", "wide", "belongs"), [(0.17, 0.15, True), (0.17, 0.5, False), (0.3, 0.15, False)])
def test_a_dot_below_a_word_comes_in_though_farther_off_than_other_marks(
    white: float, wide: float, belongs: bool
) -> None:
    page, box = printed("HE")
    high = box[3] - box[1]
    top, left = round(box[3] + white * high), round(box[0] + 5)
    page[top : top + 4, left : left + round(wide * high)] = 30
    (found,) = fit(page, box[None])
    assert (found[3] > top + 4) is np.bool_(belongs)


def test_neighbours_stay_out_and_cut_letters_come_in() -> None:
    page, box = printed("4711")
    cv2.putText(page, "4711", (120 + int(box[2] - box[0]) + 14, 110), cv2.FONT_HERSHEY_SIMPLEX, 1.1, 30, 2, cv2.LINE_8)
    (found,) = fit(page, (box + np.array([6, 0, -4, 0]))[None])
    assert found == pytest.approx(padded(box), abs=1.01)


def test_a_word_found_in_pieces_is_one_word() -> None:
    page, box = printed()
    middle = (box[0] + box[2]) / 2
    pieces = np.array([[box[0], box[1], middle - 2, box[3]], [middle + 2, box[1], box[2], box[3]]])
    found = fit(page, pieces)
    assert len(found) == 1
    assert found[0] == pytest.approx(padded(box), abs=1.01)


def test_words_a_space_apart_stay_two() -> None:
    page, box = printed("17 EUR")
    inked = np.flatnonzero((page[:, int(box[0]) : int(box[2])] < 255).any(0))
    gap = int(np.diff(inked).argmax())
    ends = box[0] + inked[gap] + 1, box[0] + inked[gap + 1]
    words = np.array([[box[0], box[1], ends[0], box[3]], [ends[1], box[1], box[2], box[3]]])
    found = fit(page, words)
    assert [f[0] for f in found] == pytest.approx([padded(w)[0] for w in words], abs=1.01)


def test_a_dash_keeps_some_of_the_line_around_it() -> None:
    page = np.full((200, 500), 255, np.uint8)
    page[100:103, 120:140] = 0
    (found,) = fit(page, np.array([[118.0, 85.0, 142.0, 115.0]]))
    assert found[3] - found[1] >= 18
    assert found[1] < 100
    assert found[3] > 103


def test_faint_print_keeps_its_box() -> None:
    page = np.full((200, 500), 250, np.uint8)
    page[90:110, 120:140] = 235
    box = np.array([[118.0, 85.0, 142.0, 115.0]])
    assert (fit(page, box) == box.astype(np.float32)).all()


def test_blank_paper_rules_and_dots_are_no_words() -> None:
    page = np.full((200, 500), 250, np.uint8)
    assert len(fit(page, np.array([[-5.0, -5.0, 1.0, 1.0], [118.0, 85.0, 142.0, 115.0]]))) == 0
    page[99:102] = 0
    assert len(fit(page, np.array([[118.0, 96.0, 142.0, 105.0]]))) == 0
    page[:] = 250
    page[99:101, 120:124] = 0
    assert len(fit(page, np.array([[118.0, 98.0, 126.0, 102.0]]))) == 0


def test_no_boxes_are_no_boxes() -> None:
    assert fit(np.zeros((10, 10), np.uint8), np.zeros((0, 4))).shape == (0, 4)


def line_of(top: float, *heights: float) -> list[list[float]]:
    return [[60.0 * i, top + 20 - high, 60.0 * i + 40, top + 20] for i, high in enumerate(heights)]


def test_low_words_among_taller_lines_may_be_of_low_letters() -> None:
    lines = [box for row in range(6) for box in line_of(30 * row, *[20.0] * 6)]
    low, small = line_of(180, 14, 14), line_of(210, 9, 9)  # low letters; print of another size
    boxes = np.array([*lines, *low, *small], np.float32)
    higher = raised(boxes)
    assert higher[-4:-2, 1] == pytest.approx(boxes[-4:-2, 3] - 20)
    assert (higher[:-4] == boxes[:-4]).all()
    assert (higher[-2:] == boxes[-2:]).all()


def test_few_words_show_no_size() -> None:
    boxes = np.array(line_of(0, 20, 20, 14), np.float32)
    assert (raised(boxes) == boxes).all()


def row(*inks: tuple[int, int, int, int]) -> np.ndarray:
    """A page with an H in each of these places (left, top, right, bottom), a stroke where they are thin."""
    page = np.full((80, 700), 255, np.uint8)
    for left, top, right, bottom in inks:
        page[top:bottom, left:right] = 0
        page[top : (top + bottom) // 2 - 2, left + 4 : right - 4] = 255
        page[(top + bottom) // 2 + 2 : bottom, left + 4 : right - 4] = 255
    return page


def letters(*starts: int) -> list[tuple[int, int, int, int]]:
    return [(x, 20, x + 14, 44) for x in starts]


WORDS = [*letters(40, 60, 80), *letters(122, 142), *letters(184, 204), *letters(259, 279)]  # spaces of 28 pixels
FOUND = np.array([[40, 20, 94, 44], [122, 20, 156, 44], [184, 20, 218, 44], [259, 20, 293, 44]], float)


def test_a_comma_beside_a_word_belongs_to_it() -> None:
    boxes = fit(row(*WORDS, (226, 38, 231, 49)), FOUND)
    assert boxes[2, 2] == pytest.approx(231 + PAD_X * 24, abs=3)
    assert boxes[[0, 1, 3]] == pytest.approx(fit(row(*WORDS), FOUND)[[0, 1, 3]], abs=3)


def test_a_one_between_two_pieces_makes_them_one_word() -> None:
    pieces = [*letters(40, 60), (86, 20, 92, 44), *letters(104, 124), *letters(166, 186), *letters(228, 248)]
    found = np.array([[40, 20, 74, 44], [104, 20, 138, 44], [166, 20, 200, 44], [228, 20, 262, 44]], float)
    boxes = fit(row(*pieces), found)
    assert len(boxes) == 3
    assert boxes[0, [0, 2]] == pytest.approx([40 - PAD_X * 24, 138 + PAD_X * 24], abs=3)


@pytest.mark.parametrize(
    "beside",
    [
        (226, 0, 229, 80),  # a ruled line down the page
        (219, 31, 258, 33),  # a rule from word to word
        (238, 38, 243, 49),  # nearly as far off as another word
    ],
)
def test_rules_and_far_signs_belong_to_no_word(beside: tuple[int, int, int, int]) -> None:
    assert fit(row(*WORDS, beside), FOUND) == pytest.approx(fit(row(*WORDS), FOUND), abs=0.5)


PARTS = np.array([[40, 20, 74, 44], [98, 20, 132, 44]], float)


def test_an_underscore_between_two_pieces_makes_them_one_word() -> None:
    (box,) = fit(row(*letters(40, 60, 98, 118), (75, 47, 97, 49)), PARTS)
    assert box[[0, 2]] == pytest.approx([40 - PAD_X * 29, 132 + PAD_X * 29], abs=3)
    assert box[3] == pytest.approx(49 + PAD_Y * 29, abs=1.5)


@pytest.mark.parametrize("bar", [(40, 47, 132, 49), (80, 47, 90, 49), (75, 40, 97, 49), (75, 20, 97, 22)])
def test_underlines_and_other_bars_join_no_words(bar: tuple[int, int, int, int]) -> None:
    assert len(fit(row(*letters(40, 60, 98, 118), bar), PARTS)) == 2


def test_an_underscore_at_the_edge_of_the_page_joins_too() -> None:
    page = row(*letters(2, 22, 60, 80), (37, 47, 59, 49))[20:]
    (box,) = annexed(page, *edge_of_page())[0]
    assert box == pytest.approx([-1, -2, 94, 29])


def edge_of_page() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two boxes of ink, the first of which begins beyond the page; as detected; that both are of ink."""
    boxes = np.array([[-1, -2, 36, 24], [60, 0, 94, 24]], np.float32)
    return boxes, boxes, np.array([True, True])


@pytest.mark.parametrize("values", [[7], [7, 1], [5, 1, 9], [255, 254, 3, 9], [[1, 2, 3], [9, 9, 9]]])
def test_the_middle_of_pixels_is_their_median(values: list[int]) -> None:
    pixels = np.array(values, np.uint8)
    assert middle(pixels) == np.median(pixels)
    assert pixels.tolist() == values  # and they keep their order


def test_pieces_are_the_runs_and_shares_the_means_of_ink() -> None:
    busy = np.array([True, False, True, True, False, True])
    assert [*pieces(busy)] == [(0, 1), (2, 4), (5, 6)]
    assert [*pieces(busy[:0])] == []
    ink = np.stack([busy, ~busy, busy])
    for axis in (0, 1):
        assert share(ink, axis).tolist() == ink.mean(axis).tolist()


@pytest.mark.parametrize("shape", [(4, 1), (1, 4), (4, 4), (3, 2), (0, 5), (5, 0)])
def test_parts_of_any_shape_have_a_contrast(shape: tuple[int, int]) -> None:
    contrast = contrast_of(np.full(shape, 7, np.uint8), 200.0)
    assert contrast.shape == shape
    assert (contrast == 193).all()
