"""PDF pages and clips of them as pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from invoice_ocr.errors import Empty, PageTooBig, Truncated
from invoice_ocr.intake.mupdf import DAMAGE, pymupdf, typed
from invoice_ocr.intake.pages import Pixels, Request
from invoice_ocr.intake.trust import SCANNED, coverage

LARGE = 1.1 * 842 * 1191  # square points: A3 and a little
_COARSEST = 36.0  # dpi


def fitting_dpi(page: Any, wanted: float) -> float:
    """`wanted`, or less on a page larger than A3 that is one picture: its own pixels an inch, for more show no more.

    Programs that make a PDF of a photo often count one pixel as one point; that page is a yard wide.
    """
    width, height = page.rect.width, page.rect.height
    if width * height <= LARGE:
        return wanted
    pictures = [
        p for p in page.get_image_info() if (p["bbox"][2] - p["bbox"][0]) > 1 and (p["bbox"][3] - p["bbox"][1]) > 1
    ]
    if coverage([p["bbox"] for p in pictures], width, height) <= SCANNED:
        return wanted
    finest = max(72 * math.sqrt(p["width"] * p["height"] / area(p["bbox"])) for p in pictures)
    return min(wanted, max(_COARSEST, finest))


def area(box: Sequence[float]) -> float:
    """Of left, top, right, bottom, in square points."""
    return (box[2] - box[0]) * (box[3] - box[1])


def pixels_of(drawn: Any, width: float, height: float, dpi: float, max_pixels: int, number: int) -> Pixels:
    """A display list of page `number`, width x height points, drawn at that many dots per inch.

    Raises PageTooBig where these are more than `max_pixels`, Truncated where nothing can be drawn.
    """
    scale = dpi / 72
    if width * scale * height * scale > max_pixels:
        raise PageTooBig(
            f"Page {number} is {width / 72:.0f} x {height / 72:.0f} inches: at {dpi:.0f} dpi more than "
            f"{max_pixels // 1_000_000} megapixels (--max-image-mpixels)."
        )
    picture = drawn.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=0)
    if picture.width < 1 or picture.height < 1:
        raise Truncated(f"Page {number} has no size.")
    return Pixels(picture.width, picture.height, dpi, picture.samples)


def clips_of(document: Any, count: int, request: Request) -> list[Pixels]:
    """Clips of displayed pages at the request's dpi, in order; what lies off a page is white.

    count: of the document's pages. Raises Empty for a page that there is not, PageTooBig, Truncated, OutOfMemory.
    """
    drawn: dict[int, Any] = {}
    clips = []
    scale = request.dpi / 72
    for number, (left, top, right, bottom) in request.clips or ():
        if not 1 <= number <= count:
            raise Empty(f"There is no page {number}.")
        try:
            if number not in drawn:
                drawn[number] = document[number - 1].get_displaylist()
            width, height = (max(1, round((high - low) * scale)) for low, high in ((left, right), (top, bottom)))
            if width * height > request.max_pixels:
                raise PageTooBig(f"A clip of page {number} is larger than a page may be.")
            clip = pymupdf.Rect(left, top, left + width / scale, top + height / scale)
            picture = drawn[number].get_pixmap(
                matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csRGB, alpha=0, clip=clip
            )
            clips.append(_fitted(picture, width, height, request.dpi))
        except DAMAGE as error:
            raise typed(error, f"Page {number} is damaged: it cannot be drawn.") from error
    return clips


def _fitted(picture: Any, width: int, height: int, dpi: float) -> Pixels:
    """A drawn clip at exactly width x height: what rounding added is cut off, what lay off the page is white."""
    samples, stride = picture.samples, picture.width * 3
    kept = min(width, picture.width) * 3
    rows = [
        samples[row * stride : row * stride + kept].ljust(width * 3, b"\xff")
        for row in range(min(height, picture.height))
    ]
    rows += [b"\xff" * (width * 3)] * (height - len(rows))
    return Pixels(width, height, dpi, b"".join(rows))
