"""Pictures in any clothes come out upright, square, in eight bits of RGB on white, or as one typed error."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from invoice_ocr.errors import (
    Empty,
    ImageBomb,
    InputError,
    NotADocument,
    TooManyPages,
    Truncated,
    XmlInvalid,
    XmlUnsafe,
)
from invoice_ocr.intake import resolution
from invoice_ocr.intake.pages import Part, Pixels, Request, Sheet
from invoice_ocr.intake.parse import parse

HEIC = Path(__file__).parent.parent / "fixtures/pictures/turned.heic"
RED, WHITE, BLACK = (255, 0, 0), (255, 255, 255), (0, 0, 0)


def encoded(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def sheets(document: bytes, **settings: object) -> list[Sheet]:
    part: Part = parse(Request(document, **settings))  # type: ignore[arg-type]
    assert not part.lost, part.lost
    return part.sheets


def array(sheet: Sheet) -> np.ndarray:
    assert sheet.pixels is not None
    return np.frombuffer(sheet.pixels.buffer, np.uint8).reshape(sheet.pixels.height, sheet.pixels.width, 3)


def only(document: bytes, **settings: object) -> np.ndarray:
    (sheet,) = sheets(document, **settings)
    return array(sheet)


def marked(mode: str = "RGB", size: tuple[int, int] = (60, 40)) -> Image.Image:
    """White, with a red patch at the top left."""
    image = Image.new("RGB", size, WHITE)
    image.paste(RED, (0, 0, 20, 10))
    return image.convert(mode)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP", "AVIF"])
def test_every_kind_is_told_by_its_bytes_and_read(kind: str) -> None:
    options = {"quality": 95} if kind in {"JPEG", "WEBP", "AVIF"} else {}
    pixels = only(encoded(marked(), kind, **options))
    assert pixels.shape == (40, 60, 3)
    assert np.abs(pixels[3, 5].astype(int) - RED).max() < 12
    assert np.abs(pixels[30, 50].astype(int) - WHITE).max() < 12


@pytest.mark.parametrize("kind", ["JPEG", "TIFF", "PNG", "WEBP"])
@pytest.mark.parametrize(
    ("orientation", "turned"), [(1, 0), (2, 0), (3, 180), (4, 180), (5, 90), (6, 90), (7, 270), (8, 270)]
)
def test_orientation_of_the_camera_is_undone(kind: str, orientation: int, turned: int) -> None:
    upright = marked()
    undo = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = upright if undo is None else upright.transpose(undo)
    if kind == "TIFF":
        document = encoded(stored, kind, tiffinfo={0x0112: orientation})
    else:
        exif = Image.Exif()
        exif[0x0112] = orientation
        document = encoded(stored, kind, exif=exif, **({} if kind == "PNG" else {"quality": 95}))
    (sheet,) = sheets(document)
    pixels = array(sheet)
    assert pixels.shape == (40, 60, 3)
    assert np.abs(pixels[4, 8].astype(int) - RED).max() < 60
    assert np.abs(pixels[30, 50].astype(int) - WHITE).max() < 12
    assert sheet.rotation == turned


def test_a_photograph_as_telephones_save_it_is_read_as_it_is_displayed() -> None:
    pixels = only(HEIC.read_bytes())
    assert pixels.shape == (80, 120, 3)
    assert np.abs(pixels[8, 16].astype(int) - RED).max() < 20
    assert np.abs(pixels[60, 100].astype(int) - WHITE).max() < 12


@pytest.mark.parametrize("length", [40, 300, 600])
def test_a_torn_photograph_is_damaged(length: int) -> None:
    with pytest.raises(Truncated):
        parse(Request(HEIC.read_bytes()[:length]))


def test_a_photograph_that_claims_to_be_huge_is_refused_before_it_is_decoded() -> None:
    size = b"ispe\0\0\0\0"
    claims = re.sub(re.escape(size) + b"........", size + b"\0\1\0\0" * 2, HEIC.read_bytes(), flags=re.DOTALL)
    with pytest.raises(ImageBomb):
        parse(Request(claims))


def test_a_film_is_no_picture() -> None:
    with pytest.raises(NotADocument, match="film"):
        parse(Request(b"\0\0\0\x18ftypisom\0\0\2\0isommp42" + b"\0" * 64))


def test_all_frames_of_a_tiff_are_pages_and_thumbnails_are_not() -> None:
    frames = [Image.new("RGB", (50 + index, 40), (index * 20, 0, 0)) for index in range(4)]
    pages = sheets(encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:]))
    assert [(page.number, array(page).shape[1], int(array(page)[0, 0, 0])) for page in pages] == [
        (1, 50, 0),
        (2, 51, 20),
        (3, 52, 40),
        (4, 53, 60),
    ]
    stream = io.BytesIO()
    frames[0].save(stream, "TIFF", save_all=True, append_images=[_thumbnail(frames[1]), frames[2]])
    assert [array(page).shape[1] for page in sheets(stream.getvalue())] == [50, 52]


def _thumbnail(image: Image.Image) -> Image.Image:
    image = image.copy()
    image.encoderinfo = {"tiffinfo": {0x00FE: 1}}  # type: ignore[attr-defined]
    return image


def test_of_a_picture_that_moves_or_has_several_views_the_first_is_the_page() -> None:
    frames = [Image.new("RGB", (50, 40), (index * 100, 0, 0)) for index in range(2)]
    for kind in ("PNG", "WEBP", "MPO"):
        document = encoded(frames[0], kind, save_all=True, append_images=frames[1:])
        assert [int(array(page)[5, 5, 0]) for page in sheets(document)] == [0]


def test_chosen_pages_are_read_and_no_others() -> None:
    frames = [Image.new("L", (20, 20), index) for index in range(6)]
    document = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert [page.number for page in sheets(document, pages="2-3,6")] == [2, 3, 6]
    assert [page.number for page in sheets(document, pages="5-")] == [5, 6]
    with pytest.raises(Empty, match="it has 6"):
        sheets(document, pages="9")
    with pytest.raises(TooManyPages, match="max-pages"):
        sheets(document, max_pages=5)
    assert len(sheets(document, max_pages=5, pages="1-5")) == 5


def test_pages_over_the_budget_are_left_for_the_next_request() -> None:
    frames = [Image.new("L", (100, 100), index) for index in range(5)]
    document = encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    first = parse(Request(document, budget=60_000))
    assert ([sheet.number for sheet in first.sheets], first.rest) == ([1, 2], 2)
    second = parse(Request(document, budget=60_000, first=2))
    assert ([sheet.number for sheet in second.sheets], second.rest) == ([3, 4], 4)
    assert parse(Request(document, budget=60_000, first=4)).rest is None


def test_sixteen_bits_are_scaled_and_not_cut() -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)[None].repeat(8, 0)
    for kind in ("PNG", "TIFF"):
        pixels = only(encoded(Image.fromarray(ramp), kind))
        assert np.abs(pixels[4, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize(
    ("samples", "expected"),
    [
        (np.float32([[0.0, 0.5, 1.0]]), [0, 128, 255]),
        (np.float32([[0.0, 100.0, 255.0]]), [0, 100, 255]),
        (np.float32([[-500.0, 250.0, 1000.0]]), [0, 128, 255]),
        (np.float32([[0.0, np.nan, 1.0]]), [0, 0, 255]),
        (np.int32([[0, 32768, 65535]]), [0, 128, 255]),
        (np.int32([[0, 1_000_000, 2_000_000]]), [0, 128, 255]),
    ],
)
def test_floating_point_and_long_integers_are_scaled(samples: np.ndarray, expected: list[int]) -> None:
    pixels = only(encoded(Image.fromarray(samples), "TIFF"))
    assert np.abs(pixels[0, :, 0].astype(int) - expected).max() <= 1


def test_a_palette_is_looked_up() -> None:
    assert tuple(only(encoded(marked().quantize(4)))[3, 5]) == RED


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_stands_on_white(mode: str) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    if mode == "P":
        image = image.quantize(4)
    pixels = only(encoded(image if mode in {"RGBA", "P"} else image.convert(mode)))
    assert tuple(pixels[5, 5]) == BLACK
    assert tuple(pixels[5, 15]) == WHITE


def test_half_transparent_is_half_way_to_white() -> None:
    assert abs(int(only(encoded(Image.new("RGBA", (4, 4), (0, 0, 0, 128))))[0, 0, 0]) - 127) <= 1


def test_one_bit_is_black_and_white() -> None:
    image = Image.new("1", (33, 20), 1)
    image.paste(0, (0, 0, 9, 20))
    for options in ({}, {"compression": "group4"}):
        pixels = only(encoded(image, "TIFF", **options))
        assert (tuple(pixels[5, 3]), tuple(pixels[5, 30])) == (BLACK, WHITE)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_printing_colours_are_turned_to_light(kind: str) -> None:
    image = Image.new("CMYK", (40, 40), (0, 0, 0, 0))
    image.paste((0, 255, 255, 0), (0, 0, 20, 40))
    pixels = only(encoded(image, kind))
    assert np.abs(pixels[20, 5].astype(int) - RED).max() < 12
    assert np.abs(pixels[20, 35].astype(int) - WHITE).max() < 12


def test_inverted_printing_colours_of_adobe_are_turned_to_light() -> None:
    """Adobe writes 255 for no ink, and says so with an APP14 mark; without the mark 0 is no ink."""
    image = Image.new("CMYK", (40, 40), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 20, 40))
    adobe = encoded(image, "JPEG", quality=95)
    assert b"Adobe" in adobe  # Pillow writes it as Adobe does
    pixels = only(adobe)
    assert pixels[20, 5].max() < 12
    assert pixels[20, 35].min() > 243


@pytest.mark.parametrize(
    ("width", "height", "claimed", "dpi"),
    [
        (1654, 2339, 200, 200),  # a scanner that knows
        (2480, 3508, 0, 300),  # A4 without a word
        (1240, 1754, 72, 150),  # 72 is what programs write that do not know
        (3000, 4000, 72, 363),  # a phone's photo
        (4000, 3000, 72, 363),
        (300, 200, 1, 72),
        (640, 5000, 203, 203),  # a till receipt
        (1167, 54, 0, 141),
        (100000, 9, 0, 600),
    ],
)
def test_dots_per_inch_are_believed_when_the_paper_exists(width: int, height: int, claimed: float, dpi: float) -> None:
    assert resolution.page_dpi(width, height, claimed) == pytest.approx(dpi, abs=1)


def test_boxes_in_points_fit_the_paper() -> None:
    (sheet,) = sheets(encoded(Image.new("L", (1654, 2339), 255), dpi=(200, 200)))
    assert (sheet.width, sheet.height) == (pytest.approx(595.4, abs=0.5), pytest.approx(842, abs=0.5))


def test_a_fax_gets_square_dots() -> None:
    (sheet,) = sheets(encoded(Image.new("1", (1728, 1100), 1), "TIFF", dpi=(204, 98)))
    assert sheet.pixels is not None
    assert (sheet.pixels.width, sheet.pixels.height) == (1728, 2290)
    assert sheet.height / sheet.width == pytest.approx((1100 / 98) / (1728 / 204), rel=0.01)


def test_very_fine_scans_are_made_coarser() -> None:
    (sheet,) = sheets(encoded(Image.new("L", (4960, 7016), 255), dpi=(600, 600)))
    assert sheet.pixels is not None
    assert (sheet.pixels.width, sheet.pixels.dpi) == (2480, pytest.approx(300, abs=0.1))
    assert sheet.width == pytest.approx(595.2, abs=0.5)


def test_a_clip_is_cut_at_the_dpi_asked_for() -> None:
    image = Image.new("RGB", (400, 200), WHITE)
    image.paste(RED, (200, 100, 400, 200))
    document = encoded(image, dpi=(100, 100))
    clips = parse(
        Request(document, dpi=200.0, clips=((1, (108.0, 36.0, 180.0, 108.0)), (1, (500.0, 500.0, 501.0, 501.0))))
    ).clips
    assert [(clip.width, clip.height, clip.dpi) for clip in clips] == [(200, 200, 200.0), (3, 3, 200.0)]
    pixels = _pixels(clips[0])
    assert tuple(pixels[50, 50]) == WHITE  # above the patch
    assert tuple(pixels[150, 150]) == RED
    assert _pixels(clips[1]).min() == 255  # off the page
    with pytest.raises(Empty):
        parse(Request(document, clips=((2, (0.0, 0.0, 1.0, 1.0)),)))


def _pixels(clip: Pixels) -> np.ndarray:
    return np.frombuffer(clip.buffer, np.uint8).reshape(clip.height, clip.width, 3)


def test_a_picture_over_the_limit_is_refused_before_it_is_decoded() -> None:
    with pytest.raises(ImageBomb, match="max-image-mpixels"):
        parse(Request(_png_that_claims(30_000, 30_000)))
    with pytest.raises(ImageBomb):
        parse(Request(encoded(Image.new("L", (1100, 1000))), max_pixels=1_000_000))


def _png_that_claims(width: int, height: int) -> bytes:
    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(100))) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "BMP", "WEBP"])
def test_a_picture_cut_short_anywhere_is_truncated_and_nothing_worse(kind: str) -> None:
    noise = np.random.default_rng(0).integers(0, 255, (64, 64, 3), np.uint8)
    whole = encoded(Image.fromarray(noise), kind)
    for share in (0.02, 0.1, 0.5, 0.9):
        document = whole[: max(20, int(len(whole) * share))]
        part_or_error = _outcome(document)
        assert part_or_error in {"E_TRUNCATED", "E_NOT_A_DOCUMENT"}, (share, part_or_error)


def _outcome(document: bytes) -> str:
    try:
        part = parse(Request(document))
    except InputError as error:
        return error.code
    return "E_TRUNCATED" if part.lost and not part.sheets else "read"


@pytest.mark.parametrize("seed", range(4))
def test_mutated_pictures_are_read_or_refused_with_a_type(seed: int) -> None:
    random = np.random.default_rng(seed)
    for kind in ("PNG", "JPEG", "TIFF", "BMP", "WEBP"):
        whole = bytearray(encoded(marked(), kind))
        for place in random.integers(0, len(whole), 8):
            whole[place] = random.integers(0, 256)
        assert _outcome(bytes(whole)) in {"read", "E_TRUNCATED", "E_NOT_A_DOCUMENT", "E_IMAGE_BOMB"}


def test_a_broken_frame_costs_its_page_only() -> None:
    good = encoded(Image.new("RGB", (30, 30), RED), "TIFF", compression="tiff_lzw")
    frames = [Image.effect_noise((64, 64), 90) for _ in range(3)]
    document = bytearray(
        encoded(frames[0], "TIFF", save_all=True, append_images=frames[1:], compression="tiff_adobe_deflate")
    )
    document[8:2000] = bytes(1992)  # the first frame's pixels
    part = parse(Request(bytes(document)))
    assert [number for number, _, _ in part.lost] == [1]
    assert [sheet.number for sheet in part.sheets] == [2, 3]
    assert sheets(good)


def test_what_is_no_document_is_told_what_it_seems_to_be() -> None:
    for document, word in (
        (encoded(marked(), "GIF"), "GIF"),
        (b"PK\x03\x04" + bytes(100), "ZIP"),
        (b"hello world, this is a letter", "text"),
        (b"<!doctype html><html><body>x</body></html>", "web page"),
        (bytes(200), "zero"),
        (b"\x01\x02\x03\x04" * 20, "no known kind"),
    ):
        with pytest.raises(NotADocument, match=word):
            parse(Request(document))


def test_what_holds_documents_is_to_be_unpacked_and_not_taken_for_one_of_them() -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:  # stored as it is, its header among the first bytes
        packed.writestr("invoice.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\nstartxref\n0\n%%EOF")
    mail = b"Return-Path: <a@example.org>\r\nReceived: from b\r\n\tby c\r\nSubject: Invoice\r\n\r\nSee attachment."
    for document, word in ((archive.getvalue(), "ZIP"), (mail, "mail")):
        with pytest.raises(NotADocument, match=word) as caught:
            parse(Request(document))
        assert "Take the documents out" in caught.value.fix


def test_xml_is_refused_for_what_it_is() -> None:
    with pytest.raises(XmlUnsafe):
        parse(Request(b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><Invoice/>'))
    with pytest.raises(XmlInvalid):
        parse(Request(b'<?xml version="1.0"?><note>hello</note>'))
    with pytest.raises(InputError):
        parse(Request('﻿<?xml version="1.0"?><Invoice xmlns="x"></Invoice>'.encode("utf-16")))


def test_pictures_have_no_text_layer() -> None:
    part = parse(Request(encoded(marked()), text="layer"))
    assert part.sheets[0].words == []
    assert part.sheets[0].pixels is None
    assert part.issues[0][0] == "text.no-layer"
    with pytest.raises(Truncated):
        parse(Request(b"\x89PNG\r\n\x1a\n", text="layer"))
