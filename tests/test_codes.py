"""QR codes and barcodes on a page come out as data, from pictures and from PDFs whose text is believed."""

from __future__ import annotations

import io
import json
from functools import partial

import numpy as np
import pymupdf
import pytest
import zxingcpp
from PIL import Image

from invoice_ocr import pipeline
from invoice_ocr.export import record_to_dict
from invoice_ocr.export.words import transcript_to_dict
from invoice_ocr.intake.code_places import may_be_pieces, places
from invoice_ocr.intake.pages import Request
from invoice_ocr.intake.parse import parse
from invoice_ocr.model import Box, Code, PageWords, Reading
from invoice_ocr.ocr.replay import ReplayEngine, parse_reading, write_reading
from invoice_ocr.settings import Settings

FREE = "https://example.com/pay?id=17"
PARCEL = "RR123456785DE"


def drawn() -> np.ndarray:
    """A page of 600 x 800 pixels with a QR code that is no payment, and a Code 128."""
    page = np.full((800, 600), 255, np.uint8)
    for text, kind, top, left in ((FREE, "QRCode", 80, 60), (PARCEL, "Code128", 420, 80)):
        code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
        image = np.asarray(zxingcpp.write_barcode_to_image(code, scale=4 if kind == "QRCode" else 2))
        page[top : top + image.shape[0], left : left + image.shape[1]] = image
    return page


def picture() -> bytes:
    saved = io.BytesIO()
    Image.fromarray(drawn()).save(saved, "PNG", dpi=(100, 100))
    return saved.getvalue()


def engine() -> ReplayEngine:
    return ReplayEngine.of(Reading((PageWords(1, 432, 576),)))


def assert_both(found: tuple[Code, ...]) -> None:
    assert {(code.format, code.text) for code in found} == {("QR Code", FREE), ("Code 128", PARCEL)}
    (qr,) = [code for code in found if code.text == FREE]
    assert qr.box.overlap(Box(43, 57, 140, 150)) > 0.5 * qr.box.area


def test_codes_of_a_picture_are_read_with_their_places() -> None:
    (transcript,) = pipeline.read([picture()], Settings(jobs=1), engine=engine())
    assert transcript.reading is not None
    assert_both(transcript.reading.pages[0].codes)
    (page,) = transcript_to_dict(transcript)["pages"]
    assert {code["text"] for code in page["codes"]} == {FREE, PARCEL}
    assert transcript.witnesses == ()


def test_codes_come_with_the_invoice_too() -> None:
    (record,) = pipeline.extract([picture()], Settings(jobs=1), engine=engine())
    made = json.loads(json.dumps(record_to_dict(record)))
    assert {(code["page"], code["text"]) for code in made["codes"]} == {(1, FREE), (1, PARCEL)}
    assert len(made["codes"][0]["box"]) == 4


def test_codes_of_a_page_whose_text_is_believed_are_read_as_well() -> None:
    document = pymupdf.open()
    page = document.new_page(width=432, height=576)
    upper, lower = Image.fromarray(drawn()[60:300, 40:280]), Image.fromarray(drawn()[400:600])
    for place, part in (((28, 43, 201, 216), upper), ((0, 288, 432, 432), lower)):
        saved = io.BytesIO()
        part.save(saved, "PNG")
        page.insert_image(pymupdf.Rect(place), stream=saved.getvalue())
    page.insert_text((60, 40), "Invoice 17 of 3 April 2026, total 5.00 EUR")
    (transcript,) = pipeline.read([document.tobytes()], Settings(jobs=1, text="layer"))
    assert transcript.reading is not None
    assert_both(transcript.reading.pages[0].codes)


def modules(text: str, kind: str) -> np.ndarray:
    """A code with one pixel a module, True where it is dark."""
    code = zxingcpp.create_barcode(text, zxingcpp.barcode_format_from_str(kind))
    return np.asarray(zxingcpp.write_barcode_to_image(code, scale=1, add_quiet_zones=False)) < 128


def qr_squares(page: pymupdf.Page, *, together: bool) -> None:
    """A QR code drawn square by square, each on its own or all as one path."""
    shape = page.new_shape()
    for row, column in np.argwhere(modules(FREE, "QRCode")):
        left, top = 300 + 1.5 * column, 400 + 1.5 * row
        shape.draw_rect(pymupdf.Rect(left, top, left + 1.5, top + 1.5))
        if not together:
            shape.finish(fill=(0, 0, 0), color=None, width=0)
    if together:
        shape.finish(fill=(0, 0, 0), color=None, width=0)
    shape.commit()


def bars(page: pymupdf.Page, *, together: bool = False, stroked: bool = False, lying: bool = False) -> None:
    """A Code 128 drawn bar by bar, or all as one path, or as lines."""
    dark = modules(PARCEL, "Code128")[0]
    edges = np.flatnonzero(np.diff(np.concatenate(([False], dark, [False])).astype(int))).reshape(-1, 2)
    shape = page.new_shape()
    for first, last in edges:
        low, high = 60 + 1.1 * first, 60 + 1.1 * last
        if stroked:
            shape.draw_line(((low + high) / 2, 300), ((low + high) / 2, 340))
            shape.finish(color=(0, 0, 0), width=high - low)
            continue
        shape.draw_rect(pymupdf.Rect(300, low, 340, high) if lying else pymupdf.Rect(low, 300, high, 340))
        if not together:
            shape.finish(fill=(0, 0, 0), color=None, width=0)
    if together:
        shape.finish(fill=(0, 0, 0), color=None, width=0)
    shape.commit()


DRAWN = {
    "squares": (FREE, partial(qr_squares, together=False)),
    "squares in one path": (FREE, partial(qr_squares, together=True)),
    "bars": (PARCEL, bars),
    "bars in one path": (PARCEL, partial(bars, together=True)),
    "lines": (PARCEL, partial(bars, stroked=True)),
    "lying bars": (PARCEL, partial(bars, lying=True)),
}


@pytest.mark.parametrize("rotation", [0, 90])
@pytest.mark.parametrize("how", DRAWN)
def test_codes_made_of_shapes_are_found_where_they_stand(how: str, rotation: int) -> None:
    text, draw = DRAWN[how]
    document = pymupdf.open()
    page = document.new_page(width=595, height=842)
    page.insert_text((60, 80), "Invoice 17 of 3 April 2026, total 5.00 EUR, to be paid within thirty days")
    draw(page)
    sides = np.array([tuple(drawing["rect"]) for drawing in page.get_drawings()])
    outline = pymupdf.Rect(*sides[:, :2].min(axis=0), *sides[:, 2:].max(axis=0))
    page.set_rotation(rotation)
    place = Box(*(outline * page.rotation_matrix))
    ((_, said, corners),) = parse(Request(document.tobytes(), text="layer")).sheets[0].codes
    assert said == text
    assert Box(*corners).overlap(place) > 0.6 * place.area


def test_a_ruled_table_is_no_place_for_a_code() -> None:
    rules = [
        ("filled", (40.0 + 60 * x, 100.0 + 14 * y, 99.5 + 60 * x, 100.5 + 14 * y)) for x in range(8) for y in range(40)
    ]
    borders = [("stroked", (40.0 + 60 * x, 100.0, 40.5 + 60 * x, 210.0)) for x in range(9)]
    assert places([*rules, *borders], (0.0, 0.0, 595.0, 842.0)) == []


def test_only_paths_of_the_size_of_a_barcode_are_taken_apart() -> None:
    assert may_be_pieces([("filled", (60.0, 300.0, 230.0, 340.0))])
    drawing, rule, logo = (
        ("filled", (0.0, 0.0, 595.0, 700.0)),
        ("stroked", (0.0, 9.0, 300.0, 9.5)),
        (9.0, 9.0, 99.0, 99.0),
    )
    assert not may_be_pieces([drawing, rule, ("picture", logo)])


def test_bars_are_told_from_a_table_around_them() -> None:
    lines = [("stroked", (20.0, 80.0 + 14 * y, 120.0, 80.5 + 14 * y)) for y in range(30)]
    row = [("filled", (60.0 + 3 * x, 100.02 - x % 2 * 0.05, 61.0 + 3 * x, 130.0)) for x in range(30)]
    assert places([*lines, *row], (0.0, 0.0, 595.0, 842.0)) == [(60.0, 99.97, 148.0, 130.0)]


def test_nobody_looks_for_codes_when_they_are_not_to_be_heard() -> None:
    (transcript,) = pipeline.read([picture()], Settings(jobs=1, witnesses="none"), engine=engine())
    assert transcript.reading is not None
    assert transcript.reading.pages[0].codes == ()


def test_codes_survive_being_recorded() -> None:
    reading = Reading((PageWords(1, 10.0, 10.0, codes=(Code("QR Code", "a\nb", Box(1.0, 2.0, 3.0, 4.0)),)),))
    assert parse_reading(write_reading(reading)) == reading
