"""Searchable PDFs: the words are found where they stand, the page is what it was, and little is added."""

from __future__ import annotations

import ctypes
import io
from pathlib import Path

import numpy as np
import pikepdf
import pymupdf
import pypdfium2
import pytest
from fontTools.ttLib import TTFont
from PIL import Image, ImageOps

from invoice_ocr.frames import inverse, moved
from invoice_ocr.intake import glyphless
from invoice_ocr.model import Box, Frame, PageWords, Reading, Transcript, Word
from invoice_ocr.ocr.replay import ReplayEngine
from invoice_ocr.searchable import searchable
from invoice_ocr.settings import Settings

WORDS = (
    Word("Rechnung", Box(50, 100, 110, 112), 0.9),
    Word("Größe", Box(115, 100, 160, 112), 0.9),
    Word("Сумма", Box(50, 200, 100, 210), 0.9),
    Word("€", Box(300, 200, 306, 210), 0.9),
    Word("№7", Box(50, 300, 62, 310), 0.9),
)
HELVETICA = pikepdf.Dictionary(Type=pikepdf.Name.Font, Subtype=pikepdf.Name.Type1, BaseFont=pikepdf.Name.Helvetica)
OCR = Settings(text="ocr", jobs=1, clean="none")
TURNS = {0: (0, 0), 90: (90, 6), 180: (180, 3), 270: (270, 8)}  # /Rotate, and EXIF orientation


def reading(width: float, height: float, rotation: int = 0, frame: Frame | None = None) -> Reading:
    return Reading((PageWords(1, width, height, WORDS, rotation, frame),))


def made(document: bytes, read: Reading) -> tuple[Transcript, bytes]:
    (result,) = searchable([document], OCR, engine=ReplayEngine.of(read))
    return result


def pdf(rotate: int = 0) -> bytes:
    """A page of 400 x 600 points as it is displayed, its crop box away from the corner, with a picture of noise."""
    noise = np.random.default_rng(1).integers(0, 256, (200, 150), np.uint8)
    document = pymupdf.open()
    lying = rotate in {90, 270}
    page = document.new_page(width=700 if lying else 500, height=500 if lying else 700)
    page.insert_image(page.rect, pixmap=pymupdf.Pixmap(pymupdf.csGRAY, 150, 200, noise.tobytes(), False))
    page.set_cropbox(pymupdf.Rect(60, 40, 660, 440) if lying else pymupdf.Rect(60, 40, 460, 640))
    page.set_rotation(rotate)
    return bytes(document.tobytes())


def altered(document: bytes, **entries: object) -> bytes:
    """The PDF with these entries of its first page set."""
    with pikepdf.open(io.BytesIO(document)) as changed:
        for name, value in entries.items():
            changed.pages[0].obj[f"/{name}"] = value
        return saved(changed)


def saved(document: pikepdf.Pdf) -> bytes:
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def picture(kind: str, orientation: int = 1, mode: str = "RGB") -> bytes:
    shape = (600, 400) if orientation < 5 else (400, 600)
    pixels = np.random.default_rng(2).integers(0, 256, (*shape, 3), np.uint8)
    image, saved = Image.fromarray(pixels).convert(mode), io.BytesIO()
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.save(saved, kind, exif=exif, **({"dpi": (100, 100)} if kind != "WEBP" else {}))
    return saved.getvalue()


def words_of(document: bytes) -> list[tuple[str, Box]]:
    """Words with their boxes on the page as it is displayed."""
    page = pymupdf.open(stream=document, filetype="pdf")[0]
    return [
        (text, Box(*(pymupdf.Rect(place) * page.rotation_matrix))) for *place, text, _, _, _ in page.get_text("words")
    ]


def found_by_pdfium(document: bytes, text: str) -> Box:
    """Where Chromium's viewer would mark a searched word, in points of the page as it is displayed."""
    page = pypdfium2.PdfDocument(document)[0]
    read = page.get_textpage()
    hits = read.search(text, match_case=True)
    first, count = hits.get_next()
    assert hits.get_next() is None
    corners = []
    for i in range(first, first + count):
        left, bottom, right, top = read.get_charbox(i)
        corners += [_displayed(page, left, bottom), _displayed(page, right, top)]
    across, down = zip(*corners, strict=True)
    return Box(min(across), min(down), max(across), max(down))


def _displayed(page: pypdfium2.PdfPage, x: float, y: float) -> tuple[float, float]:
    across, down, fine = ctypes.c_int(), ctypes.c_int(), 100
    size = (round(side * fine) for side in page.get_size())
    pypdfium2.raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
    return across.value / fine, down.value / fine


def pixels_of(document: bytes) -> np.ndarray:
    drawn = pymupdf.open(stream=document, filetype="pdf")[0].get_pixmap(dpi=72)
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width, -1)


def displayed(document: bytes) -> np.ndarray:
    """The samples of the only picture of the only page, as it is drawn there."""
    (page,) = pymupdf.open(stream=document, filetype="pdf")
    (image,) = page.get_image_info()
    scale = image["width"] / page.rect.width
    drawn = page.get_pixmap(matrix=pymupdf.Matrix(scale, scale))
    return np.frombuffer(drawn.samples, np.uint8).reshape(drawn.height, drawn.width, -1)


def assert_found(document: bytes, expected: tuple[Word, ...] = WORDS) -> None:
    found = words_of(document)
    assert [text for text, _ in found] == [word.text for word in expected]
    for (_, box), word in zip(found, expected, strict=True):
        assert (box.left, box.right) == pytest.approx((word.box.left, word.box.right), abs=1)
        assert box.center_y == pytest.approx(word.box.center_y, abs=1)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_words_of_a_pdf_are_found_at_their_places_however_it_is_rotated(rotate: int) -> None:
    original = pdf(rotate)
    _, copy = made(original, reading(400, 600, rotate))
    assert_found(copy)
    assert np.array_equal(pixels_of(original), pixels_of(copy))
    assert len(copy) < len(original) + 5000


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_search_in_chromiums_viewer_marks_the_words(rotate: int) -> None:
    _, copy = made(pdf(rotate), reading(400, 600, rotate))
    for word in WORDS:
        box = found_by_pdfium(copy, word.text)
        assert (box.left, box.top, box.right, box.bottom) == pytest.approx(
            (word.box.left, word.box.top, word.box.right, word.box.bottom), abs=1.5
        )


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_a_page_in_units_of_two_points_has_its_words_at_their_places(rotate: int) -> None:
    original = altered(pdf(rotate), UserUnit=2)
    _, copy = made(original, reading(800, 1200, rotate))
    assert np.array_equal(pixels_of(original), pixels_of(copy))
    width, height = pypdfium2.PdfDocument(copy)[0].get_size()
    for word in WORDS:
        box = found_by_pdfium(copy, word.text)
        shares = (box.left / width, box.top / height, box.right / width, box.bottom / height)
        place = (word.box.left / 800, word.box.top / 1200, word.box.right / 800, word.box.bottom / 1200)
        assert shares == pytest.approx(place, abs=0.004)


@pytest.mark.parametrize(
    ("media", "crop", "size"),
    [
        ([-100, -200, 400, 500], [-100, -200, 400, 500], (500, 700)),
        ([-100, -200, 400, 500], [-50, -150, 350, 450], (400, 600)),
        ([0, 0, 500, 700], [-60, -90, 400, 900], (400, 700)),
        ([500, 700, 0, 0], [450, 650, 50, 50], (400, 600)),
    ],
)
def test_words_stand_on_the_part_of_the_sheet_that_is_displayed(
    media: list[int], crop: list[int], size: tuple[int, int]
) -> None:
    original = altered(pdf(), MediaBox=pikepdf.Array(media), CropBox=pikepdf.Array(crop))
    _, copy = made(original, reading(*size))
    assert pymupdf.open(stream=original, filetype="pdf")[0].rect[2:] == size
    assert_found(copy)
    assert np.array_equal(pixels_of(original), pixels_of(copy))


def test_a_page_that_leaves_its_state_of_drawing_askew_has_its_words_at_their_places() -> None:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.pages[0].contents_add(document.make_stream(b"q 2 0 0 2 30 40 cm q"))
        original = saved(document)
    _, copy = made(original, reading(400, 600))
    assert_found(copy)
    assert np.array_equal(pixels_of(original), pixels_of(copy))


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_photograph_that_says_how_it_is_to_be_turned_is_turned(turn: int) -> None:
    rotation, orientation = TURNS[turn]
    original = picture("JPEG", orientation)
    _, copy = made(original, reading(288, 432, rotation))
    with pikepdf.open(io.BytesIO(copy)) as document:
        (image,) = document.pages[0].get_images().values()
        assert image.Filter == "/DCTDecode" or "/DCTDecode" in list(image.Filter)
    assert_found(copy, tuple(word for word in WORDS if word.box.right < 288))
    assert len(copy) < len(original) + 5000
    page = pymupdf.open(stream=copy, filetype="pdf")[0]
    assert (page.rect.width, page.rect.height) == pytest.approx((288, 432), abs=0.5)


@pytest.mark.parametrize(
    ("kind", "orientation"),
    [("JPEG", 2), ("JPEG", 4), ("JPEG", 5), ("JPEG", 7), ("TIFF", 3), ("TIFF", 5), ("TIFF", 6), ("TIFF", 8)],
)
def test_a_picture_that_no_page_could_turn_is_drawn_upright(kind: str, orientation: int) -> None:
    original = picture(kind, orientation)
    turn = {2: 0, 3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}[orientation]
    _, copy = made(original, reading(288, 432, turn))
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(original))))
    assert np.array_equal(displayed(copy), upright)
    assert_found(copy, tuple(word for word in WORDS if word.box.right < 288))


def test_a_transparent_picture_that_is_to_be_turned_is_turned() -> None:
    original = picture("PNG", 6, "RGBA")
    _, copy = made(original, reading(288, 432, 90))
    assert displayed(copy).shape == (600, 400, 3)
    assert_found(copy, tuple(word for word in WORDS if word.box.right < 288))


def test_a_fax_of_coarser_rows_is_as_high_as_its_paper() -> None:
    fax, file = Image.new("1", (800, 600), 1), io.BytesIO()
    fax.save(file, "TIFF", dpi=(200, 100), compression="group4")
    _, copy = made(file.getvalue(), reading(288, 432))
    assert pymupdf.open(stream=copy, filetype="pdf")[0].rect[2:] == pytest.approx((288, 432), abs=0.5)
    assert_found(copy, tuple(word for word in WORDS if word.box.right < 288))


def test_frames_keep_their_size_when_one_is_read_and_thumbnails_are_no_pages() -> None:
    page, wide, file = Image.new("L", (400, 600), 255), Image.new("L", (800, 500), 255), io.BytesIO()
    thumbnail = Image.new("L", (40, 60), 255)
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    wide.encoderinfo = {"tiffinfo": {254: 0}, "dpi": (100, 100)}
    page.save(file, "TIFF", dpi=(100, 100), save_all=True, append_images=[thumbnail, wide])
    words = tuple(word for word in WORDS if word.box.right < 288)
    read = Reading((PageWords(2, 576, 360, words),))
    settings = Settings(text="ocr", jobs=1, clean="none", pages="2")
    ((_, copy),) = searchable([file.getvalue()], settings, engine=ReplayEngine.of(read))
    document = pymupdf.open(stream=copy, filetype="pdf")
    assert [tuple(page.rect[2:]) for page in document] == [pytest.approx((288, 432)), pytest.approx((576, 360))]
    assert [word[4] for word in document[1].get_text("words")] == [word.text for word in words]
    assert not document[0].get_text("words")


def test_a_pdf_that_lost_its_header_becomes_searchable() -> None:
    original = pdf()
    _, copy = made(b"x" * 2000 + original[original.index(b"\n") :], reading(400, 600))
    assert_found(copy)


@pytest.mark.parametrize(
    ("kind", "mode"), [("PNG", "RGB"), ("PNG", "P"), ("PNG", "RGBA"), ("TIFF", "1"), ("BMP", "L"), ("WEBP", "RGB")]
)
def test_pictures_of_every_kind_become_pages_of_the_same_samples(kind: str, mode: str) -> None:
    original = picture(kind, mode=mode)
    transcript, copy = made(original, reading(288, 432))
    assert transcript.failure is None
    with pikepdf.open(io.BytesIO(copy)) as document:
        (image,) = document.pages[0].get_images().values()
        samples = np.asarray(pikepdf.PdfImage(image).as_pil_image().convert("RGB"))
    assert np.array_equal(samples, np.asarray(Image.open(io.BytesIO(original)).convert("RGB")))


def test_text_on_a_page_that_lies_on_its_side_runs_as_the_page_does() -> None:
    frame = Frame(600, 400, (0, -1, 600, 1, 0, 0, 0, 0, 1))  # the page is displayed 400 x 600, its text runs up
    back = inverse(frame.matrix)
    words = tuple(Word(word.text, moved(word.box, back), 0.9) for word in WORDS[:2])
    _, copy = made(pdf(), Reading((PageWords(1, 400, 600, words, frame=frame),)))
    page = pymupdf.open(stream=copy, filetype="pdf")[0]
    (line,) = [line for block in page.get_text("dict")["blocks"] for line in block.get("lines", [])]
    assert line["dir"] == pytest.approx((0, -1), abs=1e-3)
    assert "".join(span["text"] for span in line["spans"]).strip() == "Rechnung Größe"
    assert_found(copy, words)


@pytest.mark.parametrize(("turn", "direction"), [(90, (0, 1)), (270, (0, -1))])
def test_words_that_run_up_or_down_do_so_in_the_text_layer(turn: int, direction: tuple[int, int]) -> None:
    aside = Word("HRB", Box(20, 400, 30, 440), 0.9, turn=turn)
    _, copy = made(pdf(), Reading((PageWords(1, 400, 600, (*WORDS, aside)),)))
    assert_found(copy, (*WORDS, aside))
    page = pymupdf.open(stream=copy, filetype="pdf")[0]
    lines = [line for block in page.get_text("dict")["blocks"] for line in block.get("lines", [])]
    assert lines[-1]["dir"] == pytest.approx(direction, abs=1e-3)
    box = found_by_pdfium(copy, "HRB")
    assert (box.left, box.top, box.right, box.bottom) == pytest.approx((20, 400, 30, 440), abs=1.5)


def test_a_page_whose_text_layer_was_believed_gets_no_second_one() -> None:
    sample = Path(__file__).parent.parent / "fixtures/samples/born-digital-german-letter/rechnung.pdf"
    ((transcript, copy),) = searchable([sample], Settings(jobs=1))
    assert transcript.failure is None
    before = pymupdf.open(sample)[0].get_text("text")
    assert pymupdf.open(stream=copy, filetype="pdf")[0].get_text("text") == before


def test_the_layer_of_an_earlier_ocr_gives_way_to_the_new_one() -> None:
    _, first = made(pdf(), reading(400, 600))
    _, second = made(first, reading(400, 600))
    assert_found(second)
    assert np.array_equal(pixels_of(first), pixels_of(second))
    assert len(second) < len(first) + 200


def test_what_the_visible_text_of_a_page_says_is_not_said_again_unless_it_lies() -> None:
    with pymupdf.open(stream=pdf(), filetype="pdf") as document:
        page = document[0]
        page.insert_text((50, 111), "Rechnunq", fontsize=12)  # as printed, whatever the recogniser made of it
        page.insert_text((50, 209), "xqzvv", fontsize=12)  # over which another word is seen
        own = bytes(document.tobytes())
    _, copy = made(own, reading(400, 600))
    found = [text for text, _ in words_of(copy)]
    assert "Rechnung" not in found
    assert found.count("Rechnunq") == 1
    assert {"Größe", "Сумма", "№7"} <= set(found)


def test_an_earlier_layer_within_a_form_gives_way_and_text_that_is_seen_stays() -> None:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        page = document.pages[0]
        page.add_resource(document.make_indirect(HELVETICA), "/Font", "/F1")
        form = document.make_stream(b"BT /F1 12 Tf 3 Tr 80 80 Td (earlier) Tj ET BT 0 Tr 80 60 Td (stamp) Tj ET")
        form.Type, form.Subtype = pikepdf.Name.XObject, pikepdf.Name.Form
        form.BBox, form.Resources = pikepdf.Array([0, 0, 500, 700]), page.resources
        page.add_resource(form, "/XObject", "/Earlier")
        mixed = b"BT /F1 12 Tf 90 300 Td (seen) Tj 3 Tr ( hidden) Tj ET BT 1 0 0 1 90 320 Tm (alone) Tj ET 0 Tr "
        page.contents_add(document.make_stream(mixed + b"/Earlier Do"))
        original = saved(document)
    _, copy = made(original, reading(400, 600))
    found = [text for text, _ in words_of(copy)]
    assert sorted(found) == sorted([*(word.text for word in WORDS), "seen", "hidden", "stamp"])
    assert np.array_equal(pixels_of(original), pixels_of(copy))


@pytest.mark.parametrize("signed", [True, False])
def test_a_signature_that_the_copy_breaks_is_told(signed: bool) -> None:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="signature")
        if signed:
            field.V = pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"))
        group = pikepdf.Dictionary(T="group", Kids=pikepdf.Array([document.make_indirect(field)]))
        document.Root.AcroForm = pikepdf.Dictionary(Fields=pikepdf.Array([document.make_indirect(group)]))
        original = saved(document)
    transcript, copy = made(original, reading(400, 600))
    assert [issue.code for issue in transcript.issues] == ["file.signature"] * signed
    assert_found(copy)


@pytest.mark.parametrize("form", [b"3", b"<</Fields null>>", b"<</Fields [null 3 <</Kids 7>>]>>"])
def test_a_malformed_form_and_malformed_content_do_no_harm(form: bytes) -> None:
    with pikepdf.open(io.BytesIO(pdf())) as document:
        document.Root.AcroForm = pikepdf.Object.parse(form)
        page = document.pages[0]
        page.contents_add(document.make_stream(b"q BT /No Tr (x) Tj ET Q ] >> ( "))
        page.add_resource(pikepdf.Dictionary(), "/XObject", "/Nothing")
        original = saved(document)
    _, copy = made(original, reading(400, 600))
    assert_found(copy)


def test_what_cannot_become_a_searchable_pdf_says_why() -> None:
    sample = next((Path(__file__).parent.parent / "fixtures/e-invoices").rglob("*.xml"))
    ((transcript, copy),) = searchable([sample], Settings(jobs=1))
    assert (copy, transcript.reading) == (b"", None)
    assert transcript.failure is not None
    assert transcript.failure.code == "E_UNSUPPORTED"
    assert "XML" in transcript.failure.message


def test_the_font_draws_nothing_and_is_whole() -> None:
    font = TTFont(io.BytesIO(glyphless.font()), checkChecksums=2)
    assert {font["hmtx"][name] for name in font.getGlyphOrder()} == {(glyphless.WIDTH, 0)}
    points = [list(font["glyf"][name].getCoordinates(font["glyf"])[0]) for name in font.getGlyphOrder()]
    assert points == [[], [(0, 0), (glyphless.WIDTH, glyphless.UNITS)]]
    assert font["head"].unitsPerEm == glyphless.UNITS
    assert len(glyphless.font()) < 1000
