"""PDF pages as they are displayed: turned, cropped, unlocked, mended; boxes where the ink is; limits by name."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy as np
import pikepdf
import pymupdf
import pytest

from invoice_ocr.errors import (
    Empty,
    Encrypted,
    InputError,
    NotADocument,
    PageTooBig,
    TooManyPages,
    Truncated,
    Unsupported,
)
from invoice_ocr.intake import expand, open_documents
from invoice_ocr.intake.pages import Part, Pixels, Request, Sheet
from invoice_ocr.intake.parse import parse
from invoice_ocr.settings import Settings

A4 = (595.0, 842.0)


def document(*texts: str, size: tuple[float, float] = A4, **options: Any) -> bytes:
    made = pymupdf.open()
    for text in texts:
        page = made.new_page(width=size[0], height=size[1])
        page.insert_text((72, 100), text, fontsize=12)
    return made.tobytes(**options)


def read(data: bytes, **settings: Any) -> Part:
    return parse(Request(data, **settings))


def sheet(data: bytes, **settings: Any) -> Sheet:
    (only,) = read(data, **settings).sheets
    return only


def texts(page: Sheet) -> list[str]:
    assert page.words is not None
    return [text for text, _ in page.words]


def array(pixels: Pixels | None) -> np.ndarray:
    assert pixels is not None
    return np.frombuffer(pixels.buffer, np.uint8).reshape(pixels.height, pixels.width, 3)


def ink(pixels: Pixels | None) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of what is dark, in points."""
    assert pixels is not None
    rows, columns = np.nonzero(array(pixels)[:, :, 0] < 128)
    scale = 72 / pixels.dpi
    return (columns.min() * scale, rows.min() * scale, (columns.max() + 1) * scale, (rows.max() + 1) * scale)


def test_a_born_digital_page_is_words_and_no_picture() -> None:
    page = sheet(document("Total 12.50 EUR"))
    assert texts(page) == ["Total", "12.50", "EUR"]
    assert (page.pixels, page.width, page.height, page.rotation) == (None, 595.0, 842.0, 0)


def test_text_ocr_gives_pixels_at_the_dpi() -> None:
    page = sheet(document("Total"), text="ocr", dpi=144.0)
    assert page.words is None
    assert array(page.pixels).shape == (1684, 1190, 3)


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
@pytest.mark.parametrize("crop", [None, (40, 50, 400, 300)])
@pytest.mark.parametrize("origin", [(0, 0), (-100, 200)])
def test_boxes_stand_where_the_displayed_page_shows_ink(
    rotation: int, crop: tuple[float, float, float, float] | None, origin: tuple[int, int]
) -> None:
    made = pymupdf.open()
    page = made.new_page(width=500, height=700)
    page.insert_text((100, 120), "HHHH", fontsize=20)
    if crop is not None:
        page.set_cropbox(pymupdf.Rect(crop))
    page.set_rotation(rotation)
    data = moved(made.tobytes(), origin)
    read_page, drawn = sheet(data, text="layer"), sheet(data, text="ocr")
    assert read_page.words is not None
    ((text, (left, top, right, bottom)),) = read_page.words
    assert text == "HHHH"
    assert read_page.rotation == rotation
    width, height = (crop[2] - crop[0], crop[3] - crop[1]) if crop else (500, 700)
    assert (read_page.width, read_page.height) == ((width, height) if rotation % 180 == 0 else (height, width))
    dark = ink(drawn.pixels)
    assert left - 1 <= dark[0]
    assert top - 1 <= dark[1]
    assert dark[2] <= right + 1
    assert dark[3] <= bottom + 1
    assert (right - left) * (bottom - top) < 3 * (dark[2] - dark[0]) * (dark[3] - dark[1])


def moved(data: bytes, origin: tuple[int, int]) -> bytes:
    """The same page with its boxes and content moved, so that the media box does not start at 0, 0."""
    with pikepdf.open(io.BytesIO(data)) as pdf:
        page = pdf.pages[0]
        for name in ("/MediaBox", "/CropBox"):
            if name in page:
                box = [float(number) for number in page[name]]
                page[name] = pikepdf.Array(
                    [box[0] + origin[0], box[1] + origin[1], box[2] + origin[0], box[3] + origin[1]]
                )
        page.contents_add(f"1 0 0 1 {origin[0]} {origin[1]} cm ".encode(), prepend=True)
        out = io.BytesIO()
        pdf.save(out)
        return out.getvalue()


@pytest.mark.parametrize("rotation", [0, 90])
def test_a_clip_shows_what_stands_in_its_box(rotation: int) -> None:
    made = pymupdf.open()
    page = made.new_page(width=500, height=700)
    page.insert_text((100, 120), "HHHH", fontsize=20)
    page.set_rotation(rotation)
    data = made.tobytes()
    words = sheet(data, text="layer").words
    assert words is not None
    box = words[0][1]
    on, off, outside = read(
        data, clips=((1, box), (1, (300.0, 300.0, 400.0, 320.0)), (1, (-50.0, -50.0, -20.0, -20.0)))
    ).clips
    assert (on.width, on.height) == (round((box[2] - box[0]) * 200 / 72), round((box[3] - box[1]) * 200 / 72))
    assert array(on).min() < 60
    assert array(off).min() == 255
    assert array(outside).shape == (83, 83, 3)
    with pytest.raises(Empty):
        read(data, clips=((2, box),))


def test_a_clip_that_reaches_over_the_edge_is_white_there() -> None:
    made = pymupdf.open()
    made.new_page(width=100, height=100).draw_rect(pymupdf.Rect(0, 0, 100, 100), fill=(0, 0, 0), color=(0, 0, 0))
    (clip,) = read(made.tobytes(), clips=((1, (90.0, 90.0, 110.0, 110.0)),), dpi=72.0).clips
    assert array(clip).shape == (20, 20, 3)
    assert array(clip)[5, 5, 0] == 0
    assert array(clip)[15, 15, 0] == 255


@pytest.mark.parametrize(
    "method", [pymupdf.PDF_ENCRYPT_RC4_128, pymupdf.PDF_ENCRYPT_AES_128, pymupdf.PDF_ENCRYPT_AES_256]
)
def test_a_locked_document_opens_with_its_password_and_with_no_other(method: int) -> None:
    locked = document("secret", encryption=method, user_pw="öffne", owner_pw="owner")
    with pytest.raises(Encrypted, match="password"):
        read(locked)
    with pytest.raises(Encrypted, match="none of those"):
        read(locked, passwords=("wrong", "also wrong"))
    assert texts(sheet(locked, passwords=("wrong", "öffne"))) == ["secret"]


def test_passwords_come_from_a_file_one_a_line(tmp_path: Path) -> None:
    (tmp_path / "passwords").write_text("wrong\n\nöffne\n", encoding="utf-8")
    locked = document("secret", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="öffne", owner_pw="owner")
    (opened,) = open_documents(expand([locked]), Settings(jobs=1, password_file=tmp_path / "passwords"))
    assert opened.failure is None
    assert [word.text for word in opened.pages[0].words or ()] == ["secret"]


def test_a_document_locked_with_an_empty_password_is_read() -> None:
    locked = document("open", encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="", owner_pw="owner", permissions=0)
    assert texts(sheet(locked)) == ["open"]


def test_rubbish_before_the_header_is_forgiven_up_to_a_point() -> None:
    data = document("still here")
    assert texts(sheet(b"\r\n" * 100 + data)) == ["still", "here"]


def test_a_broken_table_of_objects_is_rebuilt_and_said() -> None:
    data = document("mended")
    cut = data[: data.rindex(b"startxref")]
    part = read(cut)
    assert texts(part.sheets[0]) == ["mended"]
    assert [code for code, _ in part.issues] == ["file.repaired"]


def test_what_cannot_be_mended_is_truncated() -> None:
    data = document("gone")
    for broken in (data[:60], b"%PDF-1.7\n", b"%PDF-1.7\n" + bytes(range(256)) * 40):
        with pytest.raises(Truncated):
            read(broken)


MISCOUNTED = b"""%PDF-1.2
1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj
2 0 obj <</Type /Pages /Kids [3 0 R] /Count 9999999999>> endobj
3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents 4 0 R /Resources <</Font <</F1 5 0 R>>>>>> endobj
4 0 obj <</Length 40>> stream
BT /F1 24 Tf 20 100 Td (rescued) Tj ET

endstream endobj
5 0 obj <</Type /Font /Subtype /Type1 /BaseFont /Helvetica>> endobj
trailer <</Root 1 0 R /Size 6>>
%%EOF
"""


def test_a_second_library_mends_what_the_first_gives_up() -> None:
    with pytest.raises(RuntimeError), pymupdf.open(stream=MISCOUNTED, filetype="pdf") as first:
        len(first)
    part = read(MISCOUNTED)
    assert texts(part.sheets[0]) == ["rescued"]
    assert [code for code, _ in part.issues] == ["file.repaired"]


def test_a_repair_is_told_once_where_two_libraries_had_to_mend() -> None:
    whole = Path("fixtures/samples/born-digital-german-letter/rechnung.pdf").read_bytes()
    codes = [code for code, _ in read(whole[:500]).issues]
    assert codes.count("file.repaired") == 1


def test_limits_have_names() -> None:
    three = document("a", "b", "c")
    with pytest.raises(TooManyPages, match="--max-pages"):
        read(three, max_pages=2)
    assert [page.number for page in read(three, max_pages=2, pages="2-3").sheets] == [2, 3]
    part = read(document("x", size=(8000, 8000)), text="ocr", max_pixels=10_000_000)
    assert part.sheets == []
    ((number, name, message),) = part.lost
    assert (number, name) == (1, PageTooBig.__name__)
    assert "--max-image-mpixels" in message


def test_a_large_page_with_words_needs_no_pixels_and_breaks_no_limit() -> None:
    assert texts(sheet(document("plan", size=(8000, 8000)), max_pixels=10_000_000)) == ["plan"]


def test_a_page_that_is_too_big_costs_itself_only() -> None:
    made = pymupdf.open()
    for size in (300, 9000, 300):
        made.new_page(width=size, height=size).draw_line((10, 10), (200, 200))
    part = read(made.tobytes(), text="ocr", max_pixels=50_000_000)
    assert ([page.number for page in part.sheets], [number for number, _, _ in part.lost]) == ([1, 3], [2])


def test_pages_over_the_budget_are_left_for_the_next_request() -> None:
    data = document(*"abcde", size=(100, 100))
    first = read(data, text="ocr", dpi=72.0, budget=60_000)
    assert ([page.number for page in first.sheets], first.rest) == ([1, 2], 2)
    last = read(data, text="ocr", dpi=72.0, budget=60_000, first=4)
    assert ([page.number for page in last.sheets], last.rest) == ([5], None)


def test_a_photo_taken_for_a_page_a_yard_wide_is_drawn_at_its_own_resolution() -> None:
    photo = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 1200, 1600), False)
    photo.clear_with(200)
    made = pymupdf.open()
    made.new_page(width=1200, height=1600).insert_image(pymupdf.Rect(0, 0, 1200, 1600), pixmap=photo)
    page = sheet(made.tobytes())
    assert page.pixels is not None
    assert (page.pixels.width, page.pixels.height, page.pixels.dpi) == (1200, 1600, 72.0)
    assert (page.width, page.height) == (1200, 1600)


def test_an_empty_page_is_no_words_and_needs_no_ocr() -> None:
    made = pymupdf.open()
    made.new_page()
    page = sheet(made.tobytes())
    assert (page.words, page.pixels) == ([], None)


def test_a_form_of_adobe_reader_is_refused_for_what_it_is() -> None:
    with pikepdf.open(io.BytesIO(document("Please wait..."))) as pdf:
        pdf.Root.NeedsRendering = True
        pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pikepdf.Stream(pdf, b"<xdp/>"), Fields=pikepdf.Array([]))
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(Unsupported, match="XFA"):
        read(out.getvalue())


def test_a_portfolio_is_refused_but_attachments_alone_are_not() -> None:
    made = pymupdf.open()
    made.new_page().insert_text((72, 100), "cover")
    made.embfile_add("inner.pdf", document("inner"), filename="inner.pdf")
    plain = made.tobytes()
    assert texts(sheet(plain)) == ["cover"]
    with pikepdf.open(io.BytesIO(plain)) as pdf:
        pdf.Root.Collection = pikepdf.Dictionary(Type=pikepdf.Name.Collection, View=pikepdf.Name.T)
        out = io.BytesIO()
        pdf.save(out)
    with pytest.raises(Unsupported, match="portfolio"):
        read(out.getvalue())


def test_what_a_reader_typed_into_a_form_is_text() -> None:
    made = pymupdf.open()
    page = made.new_page()
    page.insert_text((72, 100), "Number", fontsize=12)
    field = pymupdf.Widget()
    field.field_type, field.field_name = pymupdf.PDF_WIDGET_TYPE_TEXT, "number"
    field.rect, field.field_value = pymupdf.Rect(150, 85, 300, 105), "4711"
    page.add_widget(field)
    assert texts(sheet(made.tobytes())) == ["Number", "4711"]


@pytest.mark.parametrize("seed", range(5))
def test_mutated_documents_are_read_or_refused_with_a_type(seed: int) -> None:
    """Mutations that kill PyMuPDF itself belong into a worker; these stay clear of compressed streams."""
    random = np.random.default_rng(seed)
    whole = document("Invoice 4711", "Total 12.50")
    for _ in range(20):
        data = bytearray(whole)
        for place in random.integers(0, len(data), 6):
            data[place] = random.integers(32, 127)
        with contextlib.suppress(InputError):  # anything else fails the test
            assert read(bytes(data)).sheets is not None


def test_text_that_mentions_pdf_is_no_pdf() -> None:
    with pytest.raises(NotADocument):
        read(b"A note about %PDF.")


def test_documents_attached_to_a_pdf_are_told() -> None:
    made = pymupdf.open(stream=document("see the attached file"))
    made.embfile_add("1", document("Invoice 4711"), filename="invoice.pdf")
    made.embfile_add("2", b"hours,rate", filename="hours.csv")
    part = read(made.tobytes())
    assert part.issues == [("file.attachments", "Documents attached to this PDF were not read: invoice.pdf.")]
