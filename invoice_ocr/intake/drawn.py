"""What a PDF page draws beside its text: where its paths and pictures stand, told by a device of MuPDF's."""

from __future__ import annotations

from typing import Any

from invoice_ocr.intake.code_places import Shape
from invoice_ocr.intake.mupdf import pymupdf
from invoice_ocr.intake.pages import Corners

mupdf: Any = pymupdf.mupdf
_EVERYWHERE = mupdf.FzRect(mupdf.FzRect.Fixed_INFINITE)


def drawn_shapes(drawn: Any) -> list[Shape]:
    """The paths and pictures of a display list, each with the box it covers on the displayed page, in drawing order.

    A path is one shape, however many bars or squares it has. Costs a fifth of PyMuPDF's `get_bboxlog`, which reads the
    page anew, and asks of every text.
    """
    device = _Device()
    mupdf.fz_run_display_list(drawn.this, device, mupdf.FzMatrix(), _EVERYWHERE, mupdf.FzCookie())
    mupdf.fz_close_device(device)
    return device.shapes


class _Device(mupdf.FzDevice2):  # type: ignore[misc]
    """Notes what it is told to draw. The parameters of its methods are MuPDF's."""

    def __init__(self) -> None:
        super().__init__()
        self.shapes: list[Shape] = []
        self.use_virtual_fill_path()
        self.use_virtual_stroke_path()
        self.use_virtual_fill_image()
        self.use_virtual_fill_image_mask()

    def fill_path(self, _context: Any, path: Any, _even_odd: int, matrix: Any, *_: Any) -> None:
        self.shapes.append(("filled", _corners(mupdf.ll_fz_bound_path(path, None, matrix))))

    def stroke_path(self, _context: Any, path: Any, stroke: Any, matrix: Any, *_: Any) -> None:
        self.shapes.append(("stroked", _corners(mupdf.ll_fz_bound_path(path, stroke, matrix))))

    def fill_image(self, _context: Any, _image: Any, matrix: Any, *_: Any) -> None:
        self.shapes.append(("picture", _square(matrix)))

    fill_image_mask = fill_image


def _corners(box: Any) -> Corners:
    return (box.x0, box.y0, box.x1, box.y1)


def _square(matrix: Any) -> Corners:
    """What a matrix makes of the unit square, which every picture fills."""
    across, down = (0.0, matrix.a, matrix.c, matrix.a + matrix.c), (0.0, matrix.b, matrix.d, matrix.b + matrix.d)
    return (matrix.e + min(across), matrix.f + min(down), matrix.e + max(across), matrix.f + max(down))
