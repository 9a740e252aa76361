"""The file itself with what was read on it as invisible text: a PDF that can be searched. Runs inside a worker."""

from __future__ import annotations

import io
import math
from typing import Any

from invoice_ocr.errors import Encrypted, Truncated, Unsupported
from invoice_ocr.intake import glyphless, picture_pages, shown, sniff, unseen
from invoice_ocr.intake.pages import LayerWord, Part, Request, TextLayer

_FONT = "/InvoiceOcrInvisible"
_FIRST = "/F1"  # by which OCRmyPDF takes a font over
_LAST = 0xFFFD  # what stands for letters beyond two bytes, which no alphabet here has
_MOST_FIELDS = 10_000
_UNSIGNED = (
    "file.signature",
    "It is signed, and the signature does not hold for the searchable copy: keep the original.",
)
_LEAST = 0.5  # points: lower text is not worth selecting


def make(request: Request) -> Part:
    """The document as a searchable PDF: a PDF as it was and a picture without loss, with `request.layers` over it."""
    import pikepdf

    kind = sniff.kind_of(request.document[: sniff.HEAD])
    if kind == "xml":
        raise Unsupported("An e-invoice in XML has no pages to be searched.", fix="Choose another format with --to.")
    document = request.document if kind is None or kind == "pdf" else picture_pages.to_pdf(request, kind)
    try:
        with _opened(document, request.passwords) as pdf:
            font = None
            for layer in shown.without_shown(document, request.passwords, request.layers or ()):
                if layer.number <= len(pdf.pages) and layer.words:
                    font, page = font or _font(pdf), pdf.pages[layer.number - 1]
                    if layer.anew:
                        unseen.take_out(pdf, page)
                    _write(pdf, page, layer, font)
            copy = io.BytesIO()
            pdf.save(copy, encryption=False, object_stream_mode=pikepdf.ObjectStreamMode.generate)
            issues = [_UNSIGNED] if _is_signed(pdf) else []
    except pikepdf.PdfError as error:
        raise Truncated("The PDF is damaged: text cannot be put on it.", fix="Print it to a new PDF first.") from error
    return Part(file=copy.getvalue(), issues=issues)


def _is_signed(pdf: Any) -> bool:
    """Whether a signature says that what it signed is unchanged."""
    waiting = _fields(pdf.Root.get("/AcroForm"), "/Fields")
    for field in waiting:  # which grows by fields within fields
        if field.get("/FT") == "/Sig" and "/V" in field:
            return True
        waiting += _fields(field, "/Kids")[: _MOST_FIELDS - len(waiting)]
    return False


def _fields(parent: Any, name: str) -> list[Any]:
    from pikepdf import Array, Dictionary

    listed = parent.get(name) if isinstance(parent, Dictionary) else None
    every = list(listed.as_list()) if isinstance(listed, Array) else []
    return [one for one in every if isinstance(one, Dictionary)][:_MOST_FIELDS]


def text_page(layer: TextLayer) -> bytes:
    """A PDF of one page that shows nothing and holds the layer's words: to be laid over the page they were read on."""
    import pikepdf

    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(layer.stored_width, layer.stored_height))
        _write(pdf, page, layer, _font(pdf), name=_FIRST)
        page.contents_coalesce()
        made = io.BytesIO()
        pdf.save(made)
    return made.getvalue()


def _opened(document: bytes, passwords: tuple[str, ...]) -> Any:
    import pikepdf

    for password in ("", *passwords):
        try:
            return pikepdf.open(io.BytesIO(document), password=password)
        except pikepdf.PasswordError:
            continue
    raise Encrypted("It needs a password.")


def _font(pdf: Any) -> Any:
    """The invisible font, once a file."""
    from pikepdf import Array, Dictionary, Name, Stream, String

    file = Stream(pdf, glyphless.font())
    file.Length1 = len(glyphless.font())
    glyphs = Stream(pdf, glyphless.to_glyphs(), Filter=Name.FlateDecode)
    descriptor = Dictionary(
        Type=Name.FontDescriptor, FontName=Name.Glyphless, Flags=5,
        FontBBox=Array([0, 0, glyphless.WIDTH, glyphless.UNITS]),
        Ascent=glyphless.UNITS, Descent=-1, CapHeight=glyphless.UNITS, ItalicAngle=0, StemV=80,
        FontFile2=pdf.make_indirect(file),
    )  # fmt: skip
    inner = Dictionary(
        Type=Name.Font, Subtype=Name.CIDFontType2, BaseFont=Name.Glyphless, DW=glyphless.WIDTH,
        CIDSystemInfo=Dictionary(Registry=String("Adobe"), Ordering=String("Identity"), Supplement=0),
        CIDToGIDMap=pdf.make_indirect(glyphs), FontDescriptor=pdf.make_indirect(descriptor),
    )  # fmt: skip
    return pdf.make_indirect(
        Dictionary(
            Type=Name.Font, Subtype=Name.Type0, BaseFont=Name.Glyphless, Encoding=Name("/Identity-H"),
            DescendantFonts=Array([pdf.make_indirect(inner)]),
            ToUnicode=pdf.make_indirect(Stream(pdf, glyphless.to_unicode())),
        )
    )  # fmt: skip


def _write(pdf: Any, page: Any, layer: TextLayer, font: Any, *, name: str = _FONT) -> None:
    """The layer's words before everything that the page has, for pages may leave the state of drawing askew."""
    page.add_resource(font, "/Font", name)
    page.contents_add(pdf.make_stream(_content(layer, _displayed(page), name)), prepend=True)


def _displayed(page: Any) -> tuple[float, ...]:
    """The matrix from points of the page as it is displayed (y down) to its own units."""
    left, bottom, right, top = _shown_box(page)
    turned = int(page.get("/Rotate", 0)) % 360
    across, down, *corner = {
        90: ((0, 1), (1, 0), left, bottom),
        180: ((-1, 0), (0, 1), right, bottom),
        270: ((0, -1), (-1, 0), right, top),
    }.get(turned, ((1, 0), (0, -1), left, top))
    unit = float(page.get("/UserUnit", 1)) or 1.0
    return tuple(step / unit for step in (*across, *down)) + tuple(corner)


def _shown_box(page: Any) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of what is displayed: the crop box as far as it lies on the sheet, else the sheet."""
    sheet, cut = _sorted(page.mediabox), _sorted(page.cropbox)
    left, bottom = max(sheet[0], cut[0]), max(sheet[1], cut[1])
    right, top = min(sheet[2], cut[2]), min(sheet[3], cut[3])
    return (left, bottom, right, top) if left < right and bottom < top else sheet


def _sorted(box: Any) -> tuple[float, float, float, float]:
    x0, y0, x1, y1 = (float(side) for side in box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def _content(layer: TextLayer, matrix: tuple[float, ...], font: str) -> bytes:
    lines = ["q", f"{' '.join(f'{value:g}' for value in matrix)} cm", "BT 3 Tr"]
    for place, word in enumerate(layer.words):
        if word.height < _LEAST or word.width < _LEAST:
            continue
        following = layer.words[place + 1] if place + 1 < len(layer.words) else None
        lines.append(_shown(word, following, font))
    return "\n".join([*lines, "ET\nQ\n"]).encode()


def _shown(word: LayerWord, following: LayerWord | None, font: str) -> str:
    """The operators that show one word over its whole width, and a space up to the next word of its line."""
    cos, sin = math.cos(math.radians(word.angle)), math.sin(math.radians(word.angle))
    x = word.x - word.width / 2 * cos - word.height / 2 * sin
    y = word.y - word.width / 2 * sin + word.height / 2 * cos
    placed = f"{cos:.4f} {sin:.4f} {sin:.4f} {-cos:.4f} {x:.2f} {y:.2f} Tm {font} {word.height:.2f} Tf"
    shown = f"{placed} {_stretch(word.text, word.width, word.height)}"
    if following is None or following.line != word.line:
        return shown
    gap = math.hypot(following.x - word.x, following.y - word.y) - (following.width + word.width) / 2
    return f"{shown} {_stretch(' ', max(gap, 0.1 * word.height), word.height)}"


def _stretch(text: str, width: float, size: float) -> str:
    codes = "".join(chr(min(ord(letter), _LAST)) for letter in text).encode("utf-16-be", "replace").hex()
    units = len(codes) // 4 * size * glyphless.WIDTH / glyphless.UNITS
    return f"{100 * width / units:.2f} Tz <{codes}> Tj"
