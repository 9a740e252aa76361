"""QR codes and barcodes in a page's pixels, by zxing-cpp; payment codes as witnesses. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from invoice_ocr.intake.pages import Buffer, Corners
from invoice_ocr.intake.testimony import Testimony

DPI = 200.0  # a code of 97 x 97 squares, 35 mm wide, has then 2.8 pixels a square
_SMALLEST, _LARGEST = 28.0, 400.0  # points: sides of a code worth looking for
_SQUARE = 1.25
_BARS, _BAR = 30, (3.0, 10.0, 120.0)  # strokes of a barcode drawn one by one: how many, how wide and high in points
# Without ITF and Codabar, which find digits in ruled tables.
_FORMATS = "QRCode|MicroQRCode|DataMatrix|Aztec|PDF417|Code128|Code39|Code93|EAN13|EAN8|UPCA"
_MODULE, _MODULES = 8.0, 60  # points, number: a code drawn square by square


def look(
    number: int, pixels: Buffer, width: int, height: int, dpi: float
) -> tuple[list[Testimony], list[tuple[str, str, Corners]]]:
    """What the payment codes on a page say, and all its codes: format, text, corners.

    pixels: grey or RGB, by their number of bytes.
    """
    import zxingcpp

    from invoice_ocr.intake import payment_codes  # stdnum is wanted only where a code may be

    view = memoryview(pixels).cast("B")
    channels = view.nbytes // (width * height)
    image = view.cast("B", (height, width, channels) if channels > 1 else (height, width))
    formats = zxingcpp.barcode_formats_from_str(_FORMATS)
    said: list[Testimony] = []
    found: list[tuple[str, str, Corners]] = []
    heard: set[bytes] = set()
    for code in zxingcpp.read_barcodes(image, formats=formats, try_invert=False):
        content = bytes(code.bytes)
        if content in heard:
            continue
        heard.add(content)
        corners = _corners(code.position, 72 / dpi)
        found.append((str(code.format), code.text, corners))
        if (told := payment_codes.read(content)) is not None:
            told.page, told.corners = number, corners
            said.append(told)
    return said, found


def _corners(position: Any, scale: float) -> Corners:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [point.x * scale for point in points], [point.y * scale for point in points]
    return (min(across), min(down), max(across), max(down))


def may_hold_code(drawn: Sequence[tuple[str, Corners]]) -> bool:
    """Whether something drawn on a page could be a code: a square shape, a field of small squares, a row of bars.

    drawn: (kind, corners) as PyMuPDF's get_bboxlog has them.
    """
    small = bars = 0
    thin, least, most = _BAR
    for kind, (left, top, right, bottom) in drawn:
        if kind not in {"fill-image", "fill-imgmask", "fill-path"}:
            continue
        width, height = right - left, bottom - top
        bars += min(width, height) <= thin and least <= max(width, height) <= most
        if max(width, height) <= _MODULE:
            small += 1
        elif _SMALLEST <= width <= _LARGEST and max(width, height) < _SQUARE * min(width, height):
            return True
    return small >= _MODULES or bars >= _BARS
