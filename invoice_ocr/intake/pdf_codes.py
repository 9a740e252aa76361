"""QR codes and barcodes on a PDF page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from invoice_ocr.intake import codes
from invoice_ocr.intake.code_places import Shape, may_be_pieces, places
from invoice_ocr.intake.mupdf import TEXT_FLAGS, pymupdf
from invoice_ocr.intake.pages import Corners, Pixels
from invoice_ocr.intake.pdf_pixels import LARGE, area

if TYPE_CHECKING:
    from invoice_ocr.intake.testimony import Testimony

_VECTOR = 3  # kind of MuPDF's blocks
_PIECED = 5000  # shapes on a page up to which paths are taken apart
_QUIET = (-12.0, -12.0, 12.0, 12.0)  # points of white around a code


def codes_on(
    page: Any, drawn: Any, shapes: Sequence[Shape], pixels: Pixels | None, number: int
) -> tuple[list[Testimony], list[tuple[str, str, Corners]]]:
    """As `codes.look`. Where OCR does not need a page's pixels, only the parts are drawn that may hold a code."""
    if pixels is not None:
        return codes.look(number, pixels.buffer, pixels.width, pixels.height, pixels.dpi)
    said: list[Testimony] = []
    found: list[tuple[str, str, Corners]] = []
    known: set[bytes] = set()
    scale = codes.DPI / 72
    for place in places(_pieces(drawn, shapes), tuple(page.rect)):
        if area(place) > LARGE:
            continue
        part = (pymupdf.Rect(place) + _QUIET) & page.rect
        grey = drawn.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=0, clip=part)
        heard, seen = codes.look(
            number,
            grey.samples,
            grey.width,
            grey.height,
            codes.DPI,
            left=grey.x / scale,
            top=grey.y / scale,
            heard=known,
        )
        said += heard
        found += seen
    return said, found


def _pieces(drawn: Any, shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes of a page with the pieces of its paths, where a path may be a row of bars.

    MuPDF 1.28 leaves out some pieces, and takes long over many.
    """
    if len(shapes) > _PIECED or not may_be_pieces(shapes):
        return list(shapes)
    text = pymupdf.TextPage(drawn.get_textpage(TEXT_FLAGS | pymupdf.TEXT_COLLECT_VECTORS))
    blocks = [
        (said, (left, top, right, bottom))
        for left, top, right, bottom, said, _, kind in text.extractBLOCKS()
        if kind == _VECTOR
    ]
    return [*shapes, *(("stroked" if "stroked" in said[:20] else "filled", box) for said, box in blocks)]
