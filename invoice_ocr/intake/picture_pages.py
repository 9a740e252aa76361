"""A picture as a PDF: its frames as pages, their samples unchanged. Runs inside a worker."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from invoice_ocr.errors import InputError
from invoice_ocr.intake import images
from invoice_ocr.intake.resolution import paper

if TYPE_CHECKING:
    from PIL import Image

    from invoice_ocr.intake.pages import Request

_MIRRORED = {2, 4, 5, 7}  # EXIF orientations that no /Rotate of a page gives


def to_pdf(request: Request, kind: str) -> bytes:
    """The PDF, each page as large as it was read. kind: one of sniff's picture kinds. InputError when it has no pages.

    The file's own compressed samples are taken over, unless a frame is transparent in parts, mirrored, deeper than
    eight bits, a TIFF that is to be turned, or a thumbnail: then each page is drawn anew, without loss.
    """
    import img2pdf

    try:
        with images.opened(request, kind) as image:
            frames = images.frames_of(image, kind, images.COUNTED * request.max_pages)
            if _has_more(image, len(frames)) or any(_to_be_drawn(image, frame) for frame in frames):
                files, sizes = _drawn(image, frames, request.max_pixels)
            else:
                files, sizes = [request.document], [_stored_size(image, frame) for frame in frames]
        left = iter(sizes)

        def layout(_width: int, _height: int, _dpi: tuple[float, float]) -> tuple[float, float, float, float]:
            across, down = next(left)
            return across, down, across, down

        made = img2pdf.convert(
            *files, layout_fun=layout, rotation=img2pdf.Rotation.ifvalid, first_frame_only=kind != "tiff"
        )
    except (*images.DAMAGE, img2pdf.ImageOpenError, img2pdf.PdfTooLargeError) as error:
        raise InputError(f"The picture cannot be put into a PDF: {error}.", fix="Save it as PNG.") from error
    return bytes(made)


def _has_more(image: Image.Image, pages: int) -> bool:
    return image.format == "TIFF" and int(getattr(image, "n_frames", 1)) != pages


def _to_be_drawn(image: Image.Image, frame: int) -> bool:
    image.seek(frame)
    orientation = images.orientation_of(image)
    if image.format == "TIFF" and (orientation != 1 or images.is_deep(image)):
        return True
    return orientation in _MIRRORED or images.is_transparent(image)


def _stored_size(image: Image.Image, frame: int) -> tuple[float, float]:
    """Width and height in points as the frame is stored, before it is turned to be displayed."""
    image.seek(frame)
    (across, down), (x, y) = image.size, images.resolution_of(image)
    if images.orientation_of(image) < 5:
        return paper(across, down, (x, y))
    width, height = paper(down, across, (y, x))
    return height, width


def _drawn(image: Image.Image, frames: list[int], max_pixels: int) -> tuple[list[bytes], list[tuple[float, float]]]:
    """Each frame as it is displayed as a file of its own, and its width and height in points."""
    files, sizes = [], []
    for frame in frames:
        upright, _, resolution = images.upright(image, frame, max_pixels)
        files.append(_file(upright))
        sizes.append(paper(*upright.size, resolution))
    return files, sizes


def _file(page: Image.Image) -> bytes:
    plain = page.mode in {"1", "L"} and not images.is_transparent(page)
    page = page.copy() if plain else images.rgb(page)
    page.info = {}
    file = io.BytesIO()
    if page.mode == "1":
        page.save(file, "TIFF", compression="group4")
    else:
        page.save(file, "PNG")
    return file.getvalue()
