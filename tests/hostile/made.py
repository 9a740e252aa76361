"""Small files made to hurt a parser: bombs, loops, lies about size, rubbish. Each is built here, none is anybody's."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable


def pdf(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """A PDF of `objects`, numbered from 1, with a table that fits."""
    out, places = b"%PDF-1.7\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    start = len(out)
    size = len(objects) + 1
    return out + b"xref\n0 %d\n0000000000 65535 f \n%strailer <</Size %d %s>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        trailer,
        start,
    )


def stream(content: bytes, extra: bytes = b"") -> bytes:
    return b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(content), extra, content)


def page(content: bytes = b"", resources: bytes = b"<<>>", *more: bytes, box: bytes = b"[0 0 300 200]") -> bytes:
    """A PDF of one page whose content is object 4; `more` are objects 5 and up."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox %s/Contents 4 0 R/Resources %s>>" % (box, resources),
        stream(content),
        *more,
    )


def pages_that_contain_themselves() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>")


def deep_pages() -> bytes:
    links = [b"<</Type/Pages/Kids[%d 0 R]/Count 1>>" % number for number in range(3, 3000)]
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", *links, b"<</Type/Page/MediaBox[0 0 9 9]>>")


def million_pages() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1000000>>", b"<</Type/Page>>")


def form_that_draws_itself() -> bytes:
    form = stream(b"/X Do /X Do", b"/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 5 0 R>>>>")
    return page(b"/X Do", b"<</XObject<</X 5 0 R>>>>", form)


def forms_that_double() -> bytes:
    """Thirty forms, each drawing the next twice: a thousand million drawings."""
    forms = [
        stream(
            b"/X Do /X Do",
            b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]/Resources<</XObject<</X %d 0 R>>>>" % (number + 1),
        )
        for number in range(5, 35)
    ]
    last = stream(b"0 0 9 9 re f", b"/Type/XObject/Subtype/Form/BBox[0 0 300 200]")
    return page(b"/X Do", b"<</XObject<</X 5 0 R>>>>", *forms, last)


def content_that_unpacks_to_a_gigabyte() -> bytes:
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(b"0 0 1 1 re f\n" * 80_000) for _ in range(200)) + packer.flush()
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 200]/Contents 4 0 R>>",
        stream(packed, b"/Filter/FlateDecode"),
    )


def image_that_claims_to_be_huge() -> bytes:
    image = stream(
        zlib.compress(bytes(1000)),
        b"/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB/BitsPerComponent 8"
        b"/Filter/FlateDecode",
    )
    return page(b"300 0 0 200 0 0 cm /X Do", b"<</XObject<</X 5 0 R>>>>", image)


def page_as_large_as_a_town() -> bytes:
    return page(b"0 0 9 9 re f", box=b"[0 0 90000000 90000000]")


def page_without_size() -> bytes:
    return page(b"0 0 9 9 re f", box=b"[0 0 0 0]")


def page_of_no_numbers() -> bytes:
    return page(b"q " * 200_000, box=b"[(a) null 1e99 -1e99]")


def cross_reference_loop() -> bytes:
    good = page(b"0 0 9 9 re f")
    start = good.rindex(b"startxref")
    place = int(good[start:].split()[1])
    return good.replace(b"trailer <<", b"trailer <</Prev %d " % place)


def nested_brackets() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R/A " + b"[" * 100_000 + b">>", b"<</Type/Pages/Kids[]/Count 0>>")


def locked_with_nonsense() -> bytes:
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[]/Count 0>>",
        b"<</Filter/Standard/V 99/R 99/O(x)/U(y)/P -1>>",
        trailer=b"/Root 1 0 R/Encrypt 3 0 R",
    )


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_whose_comment_is_a_bomb() -> bytes:
    header = struct.pack(">IIBBBBB", 8, 8, 8, 0, 0, 0, 0)
    bomb = b"Comment\0\0" + zlib.compress(bytes(300_000_000), 9)
    pixels = zlib.compress(bytes(72))
    parts = [_chunk(b"IHDR", header), _chunk(b"zTXt", bomb), _chunk(b"IDAT", pixels), _chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def png_of_a_billion_pixels() -> bytes:
    header = struct.pack(">IIBBBBB", 40_000, 40_000, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", header)
        + _chunk(b"IDAT", zlib.compress(bytes(1000)))
        + _chunk(b"IEND", b"")
    )


def _directory(next_one: int) -> bytes:
    """A TIFF directory of one grey pixel whose data stands at 8."""
    tags = [
        (256, 4, 1),
        (257, 4, 1),
        (258, 3, 8),
        (259, 3, 1),
        (262, 3, 1),
        (273, 4, 8),
        (277, 3, 1),
        (278, 4, 1),
        (279, 4, 1),
    ]
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in tags)
    return struct.pack("<H", len(tags)) + body + struct.pack("<I", next_one)


def tiff_whose_frames_go_round() -> bytes:
    return b"II*\0" + struct.pack("<I", 12) + bytes(4) + _directory(12)


def tiff_of_five_thousand_frames() -> bytes:
    size = len(_directory(0))
    frames = [_directory(12 + (number + 1) * size) for number in range(4999)] + [_directory(0)]
    return b"II*\0" + struct.pack("<I", 12) + bytes(4) + b"".join(frames)


def bitmap_of_negative_size() -> bytes:
    header = struct.pack("<2sIHHIIiiHHIIiiII", b"BM", 54, 0, 0, 54, 40, -5, -(2**31), 1, 24, 0, 0, 0, 0, 0, 0)
    return header + bytes(100)


def webp_that_is_all_header() -> bytes:
    return b"RIFF" + struct.pack("<I", 2**32 - 9) + b"WEBPVP8X" + struct.pack("<I", 10) + b"\xff" * 10


def picture_and_pdf_at_once() -> bytes:
    return b"GIF89a" + bytes(50) + page(b"0 0 9 9 re f")


def laughing_xml() -> bytes:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a0 "ha">{entities}]><Invoice>&a11;</Invoice>'.encode()


def rubbish() -> bytes:
    return bytes((n * 7919 + n * n) % 256 for n in range(5000))


ALL: tuple[Callable[[], bytes], ...] = (
    pages_that_contain_themselves, deep_pages, million_pages, form_that_draws_itself, forms_that_double,
    content_that_unpacks_to_a_gigabyte, image_that_claims_to_be_huge, page_as_large_as_a_town, page_without_size,
    page_of_no_numbers, cross_reference_loop, nested_brackets, locked_with_nonsense, png_whose_comment_is_a_bomb,
    png_of_a_billion_pixels, tiff_whose_frames_go_round, tiff_of_five_thousand_frames, bitmap_of_negative_size,
    webp_that_is_all_header, picture_and_pdf_at_once, laughing_xml, rubbish,
)  # fmt: skip
