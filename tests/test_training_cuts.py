"""Made-up pages: where hearts and weights lie, what a cut shows, what a shard keeps."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import ImageFont

from invoice_ocr.training.cuts import cut_page, draw_maps, shrink
from invoice_ocr.training.page_damage import FAXED, UNFOCUSED, arrive, damage
from invoice_ocr.training.page_shards import read_shard
from invoice_ocr.training.page_text import JOIN
from invoice_ocr.training.sheet import DrawnPage, Sheet, Type

STILL = np.array([[1.0, 0, 0], [0, 1, 0]])


def page_of_bars() -> DrawnPage:
    """A page whose words are dark bars, so that no font is needed."""
    pixels = np.full((300, 300, 3), 255, np.uint8)
    boxes = [(x, y, x + 40, y + 12) for y in range(10, 280, 30) for x in range(10, 260, 60)]
    for left, top, right, bottom in boxes:
        pixels[top:bottom, left:right] = 20
    return DrawnPage(pixels, np.array(boxes, np.float32), 1.2)


def write_bars(folder: Path) -> None:
    page = page_of_bars()
    _, jpeg = cv2.imencode(".jpg", page.pixels)
    folder.mkdir(parents=True)
    np.savez(
        folder / "pages.npz",
        blob=jpeg.ravel(),
        starts=np.array([0, len(jpeg.ravel())]),
        boxes=page.boxes,
        firsts=np.array([0, len(page.boxes)]),
        scales=np.array([page.scale], np.float32),
    )


def default_font() -> Type:
    """Pillow's own font at 20 pixels, so that none has to be installed."""
    face = ImageFont.load_default(20)
    assert isinstance(face, ImageFont.FreeTypeFont)
    return Type(face, 20)


def test_a_shrunken_wide_box_keeps_half_its_height() -> None:
    heart = shrink(np.array([[0.0, 0.0, 1000.0, 20.0]]))[0]
    assert heart[3] - heart[1] == pytest.approx(10, abs=0.3)


def test_a_tiny_box_keeps_a_heart_of_two_pixels() -> None:
    heart = shrink(np.array([[5.0, 5.0, 6.0, 11.0]]))[0]
    assert heart[2] - heart[0] == 2
    assert (heart[0] + heart[2]) / 2 == 5.5


def test_hearts_of_neighbouring_words_and_lines_stay_apart() -> None:
    boxes = np.array([[10, 10, 40, 18], [43, 10, 80, 18], [10, 20, 40, 28], [43, 20, 80, 28]], np.float32)
    heart, *_ = draw_maps(boxes, STILL, 96)
    assert cv2.connectedComponents(heart)[0] - 1 == 4


def test_the_heart_lies_where_the_box_says() -> None:
    heart, weight, _, _ = draw_maps(np.array([[20, 30, 60, 50]], np.float32), STILL, 96)
    rows, columns = np.nonzero(heart)
    assert abs((rows.min() + rows.max() + 1) / 2 - 40) <= 0.5
    assert abs((columns.min() + columns.max() + 1) / 2 - 40) <= 0.5
    assert weight[40, 40] == 4.5
    assert weight[90, 90] == 1


def test_words_too_low_to_read_count_neither_way() -> None:
    heart, weight, _, _ = draw_maps(np.array([[20, 30, 60, 33]], np.float32), STILL, 96)
    assert not heart.any()
    assert weight[31, 40] == 0


def test_a_cut_shows_the_words_its_map_marks() -> None:
    rng = np.random.default_rng(4)
    cuts = [cut_page(page_of_bars(), rng, 128) for _ in range(12)]
    dark = [cut.image[cut.heart > 0].mean() < cut.image[cut.heart == 0].mean() for cut in cuts if cut.heart.any()]
    assert len(dark) >= 8
    assert sum(dark) >= 0.8 * len(dark)  # a few are inverted on purpose


def test_damage_keeps_shape_and_differs_between_draws() -> None:
    image = page_of_bars().pixels
    rng = np.random.default_rng(1)
    outs = [damage(image, rng) for _ in range(6)]
    assert all(out.shape == image.shape and out.dtype == np.uint8 for out in outs)
    assert len({out.tobytes() for out in outs}) > 3


def test_some_cuts_come_by_fax_and_some_out_of_focus_and_show_the_same_words_at_their_place() -> None:
    page = page_of_bars()
    plain, faxed, blurred = 0, 0, 0
    for seed in range(200):
        came = arrive(page.pixels, page.scale, np.random.default_rng(seed))
        back = cv2.resize(came, page.pixels.shape[1::-1], interpolation=cv2.INTER_AREA)
        if np.array_equal(came, page.pixels):
            plain += 1
        elif len(np.unique(came)) == 2:
            faxed += 1
        else:
            blurred += 1
        inside = np.mean([back[y0:y1, x0:x1].mean() for x0, y0, x1, y1 in page.boxes.astype(int)])
        assert inside < 110
        assert back[:8].mean() > 180
    assert faxed / 200 == pytest.approx(FAXED, abs=0.06)
    assert blurred / 200 == pytest.approx(UNFOCUSED, abs=0.06)
    assert plain > 100


def test_a_shard_gives_back_its_page(tmp_path: Path) -> None:
    write_bars(tmp_path / "pages")
    page = read_shard(tmp_path / "pages" / "pages.npz").page(0)
    assert page.pixels.shape == (300, 300, 3)
    assert np.array_equal(page.boxes, page_of_bars().boxes)


def test_a_number_with_spaces_between_its_thousands_is_one_box() -> None:
    sheet = Sheet(np.random.default_rng(0), 300, 50, 2.0, (255, 255, 255))
    font = default_font()
    sheet.line(10, 30, f"1{JOIN}234,56 EUR", font)
    boxes = sheet.done().boxes
    assert len(boxes) == 2
    assert boxes[0, 2] - boxes[0, 0] > boxes[1, 2] - boxes[1, 0]


def test_the_box_of_a_dash_is_as_tall_as_a_capital() -> None:
    sheet = Sheet(np.random.default_rng(0), 300, 50, 2.0, (255, 255, 255))
    font = default_font()
    sheet.line(10, 30, "- H", font)
    dash, capital = sheet.done().boxes
    assert dash[3] - dash[1] == pytest.approx(capital[3] - capital[1], abs=1)
    assert dash[2] - dash[0] < capital[2] - capital[0]
