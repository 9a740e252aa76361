"""QR codes and barcodes in a page's pixels, by zxing-cpp; payment codes as witnesses. Runs inside a worker."""

from __future__ import annotations

from typing import Any

from invoice_ocr.intake.pages import Buffer, Corners
from invoice_ocr.intake.testimony import Testimony

DPI = 200.0  # a code of 97 x 97 squares, 35 mm wide, has then 2.8 pixels a square
# Without ITF and Codabar, which find digits in ruled tables.
_FORMATS = "QRCode|MicroQRCode|DataMatrix|Aztec|PDF417|Code128|Code39|Code93|EAN13|EAN8|UPCA"


def look(
    number: int,
    pixels: Buffer,
    width: int,
    height: int,
    dpi: float,
    *,
    left: float = 0.0,
    top: float = 0.0,
    heard: set[bytes] | None = None,
) -> tuple[list[Testimony], list[tuple[str, str, Corners]]]:
    """What the payment codes on a page, or a part of it, say, and all codes there: format, text, corners.

    pixels: grey or RGB, by their number of bytes. left, top: points of the page where they begin.
    heard: contents that are known from elsewhere on the page and not given again; those found now are added.
    """
    import zxingcpp

    view = memoryview(pixels).cast("B")
    channels = view.nbytes // (width * height)
    image = view.cast("B", (height, width, channels) if channels > 1 else (height, width))
    formats = zxingcpp.barcode_formats_from_str(_FORMATS)
    said: list[Testimony] = []
    found: list[tuple[str, str, Corners]] = []
    heard = set() if heard is None else heard
    for code in zxingcpp.read_barcodes(image, formats=formats, try_invert=False):
        content = bytes(code.bytes)
        if content in heard:
            continue
        heard.add(content)
        corners = _corners(code.position, 72 / dpi, left, top)
        found.append((str(code.format), code.text, corners))
        from invoice_ocr.intake import payment_codes  # stdnum is wanted only where a code is

        if (told := payment_codes.read(content)) is not None:
            told.page, told.corners = number, corners
            said.append(told)
    return said, found


def _corners(position: Any, scale: float, left: float, top: float) -> Corners:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    across, down = [left + point.x * scale for point in points], [top + point.y * scale for point in points]
    return (min(across), min(down), max(across), max(down))
