"""QR codes and barcodes on a page come out as data, from pictures and from PDFs whose text is believed."""

from __future__ import annotations

import io
import json

import numpy as np
import pymupdf
import zxingcpp
from PIL import Image

from invoice_ocr import pipeline
from invoice_ocr.export import record_to_dict
from invoice_ocr.export.words import transcript_to_dict
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


def test_nobody_looks_for_codes_when_they_are_not_to_be_heard() -> None:
    (transcript,) = pipeline.read([picture()], Settings(jobs=1, witnesses="none"), engine=engine())
    assert transcript.reading is not None
    assert transcript.reading.pages[0].codes == ()


def test_codes_survive_being_recorded() -> None:
    reading = Reading((PageWords(1, 10.0, 10.0, codes=(Code("QR Code", "a\nb", Box(1.0, 2.0, 3.0, 4.0)),)),))
    assert parse_reading(write_reading(reading)) == reading
