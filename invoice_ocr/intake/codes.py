"""QR codes and barcodes in a page's pixels, by zxing-cpp; payment codes as witnesses. Runs inside a worker."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invoice_ocr.intake.pages import Buffer, Corners

if TYPE_CHECKING:
    from PIL import Image

    from invoice_ocr.intake.testimony import Testimony

DPI = 200.0  # a code of 97 x 97 squares, 35 mm wide, has then 2.8 pixels a square
# Without ITF and Codabar, which find digits in ruled tables.
_FORMATS = "QRCode|MicroQRCode|DataMatrix|Aztec|PDF417|Code128|Code39|Code93|EAN13|EAN8|UPCA"
_BARS = "PDF417|Code128|Code39|Code93|EAN13|EAN8|UPCA"
_PAGE = 1_500_000  # pixels from which a picture is taken for a whole page


def look(
    number: int,
    pixels: Buffer,
    width: int,
    height: int,
    dpi: float,
    *,
    left: float = 0.0,
    top: float = 0.0,
    page: Image.Image | None = None,
    heard: set[bytes] | None = None,
) -> tuple[list[Testimony], list[tuple[str, str, Corners]]]:
    """What the payment codes on a page, or a part of it, say, and all codes there: format, text, corners.

    pixels: grey or RGB, by their number of bytes. left, top: points of the page where they begin.
    page: the same pixels as a picture, where there is one: that saves making it.
    heard: contents that are known from elsewhere on the page and not given again; those found now are added.
    """
    said: list[Testimony] = []
    found: list[tuple[str, str, Corners]] = []
    heard = set() if heard is None else heard
    for code, points in _read(pixels, width, height, page):
        content = bytes(code.bytes)
        if content in heard:
            continue
        heard.add(content)
        corners = _corners(points, 72 / dpi, left, top)
        found.append((str(code.format), code.text, corners))
        from invoice_ocr.intake import payment_codes  # stdnum is wanted only where a code is

        if (told := payment_codes.read(content)) is not None:
            told.page, told.corners = number, corners
            said.append(told)
    return said, found


def _read(
    pixels: Buffer, width: int, height: int, page: Image.Image | None
) -> Iterator[tuple[Any, list[tuple[float, float]]]]:
    """The codes in a picture as zxing finds them, each with its corners (x, y) in pixels.

    A whole page is looked through as it is for upright codes, turned for lying bars, and at half its size for all: that
    takes 28 ms in place of 42, which it would take at once, and loses small codes of squares that stand on their head.
    """
    import zxingcpp

    formats = zxingcpp.barcode_formats_from_str(_FORMATS)
    view: Any = memoryview(pixels).cast("B")  # Any: Pillow takes one, though its types say not
    channels = view.nbytes // (width * height)
    if width * height < _PAGE:
        image = view.cast("B", (height, width, channels) if channels > 1 else (height, width))
        for code in zxingcpp.read_barcodes(image, formats=formats, try_invert=False):
            yield code, _points(code.position)
        return
    from PIL import Image

    def found(picture: Image.Image, formats: Any, *, rotate: bool = False) -> Any:
        grey = memoryview(picture.tobytes()).cast("B", (picture.height, picture.width))
        return zxingcpp.read_barcodes(grey, formats=formats, try_invert=False, try_rotate=rotate, try_downscale=False)

    page = page or Image.frombuffer("RGB" if channels > 1 else "L", (width, height), view)
    grey = page.convert("L")
    for code in found(grey, formats):
        yield code, _points(code.position)
    for code in found(grey.transpose(Image.Transpose.ROTATE_90), zxingcpp.barcode_formats_from_str(_BARS)):
        yield code, [(width - y, x) for x, y in _points(code.position)]
    for code in found(grey.reduce(2), formats, rotate=True):
        yield code, [(2 * x, 2 * y) for x, y in _points(code.position)]


def _points(position: Any) -> list[tuple[float, float]]:
    points = (position.top_left, position.top_right, position.bottom_right, position.bottom_left)
    return [(point.x, point.y) for point in points]


def _corners(points: list[tuple[float, float]], scale: float, left: float, top: float) -> Corners:
    across, down = [left + x * scale for x, _ in points], [top + y * scale for _, y in points]
    return (min(across), min(down), max(across), max(down))
