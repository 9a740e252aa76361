"""Pictures to pages with Pillow: every frame of a TIFF, upright, square pixels, eight bits of RGB on white."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from PIL import Image, UnidentifiedImageError

from invoice_ocr.errors import Empty, ImageBomb, InputError, OutOfMemory, PageTooBig, TooManyPages, Truncated
from invoice_ocr.intake import codes
from invoice_ocr.intake.pages import Corners, Load, Part, Pixels, Request, Sheet, chosen
from invoice_ocr.intake.resolution import page_dpi, square

_FORMATS = {
    "png": "PNG", "jpeg": "JPEG", "tiff": "TIFF", "bmp": "BMP", "webp": "WEBP", "heic": "HEIF", "avif": "AVIF",
}  # fmt: skip
DAMAGE = (
    OSError,
    ValueError,
    SyntaxError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    struct.error,
    zlib.error,
    UnidentifiedImageError,
    RuntimeError,
    NotImplementedError,
)  # fmt: skip  what Pillow's decoders raise on damaged files
_TURNED = {3: 180, 4: 180, 5: 90, 6: 90, 7: 270, 8: 270}  # EXIF orientation to degrees clockwise
_ORIENTATION, _FRAME_KIND, _PHOTOMETRIC, _BITS = 0x0112, 0x00FE, 0x0106, 0x0102
_REDUCED = 1  # bit of _FRAME_KIND: a thumbnail of another frame
_WHITE_IS_ZERO = 0
COUNTED = 10  # times the limit of pages, when only some of them are wanted
_FINE_DPI = 450  # above it a page is halved or more: OCR reads at 300 no worse, and four times as fast


def parse(request: Request, kind: str) -> Part:
    """The pages of a picture, or clips of them. kind: one of sniff's picture kinds."""
    Image.MAX_IMAGE_PIXELS = request.max_pixels
    part = Part()
    with opened(request, kind) as image:
        frames = frames_of(image, kind, COUNTED * request.max_pages if request.pages else request.max_pages + 1)
        numbers = chosen(request.pages, len(frames))
        if request.clips is not None:
            part.clips.extend(_clips(image, frames, request))
            return part
        if not numbers:
            raise Empty(f"None of the pages {request.pages} exists: it has {len(frames)}.", fix="Change --pages.")
        if len(numbers) > request.max_pages:
            raise TooManyPages(f"It has more than {request.max_pages} pages (--max-pages).")
        return _read(image, frames, numbers, request)


def _read(image: Image.Image, frames: list[int], numbers: list[int], request: Request) -> Part:
    load = Load(request.budget)
    part = Part(sheets=load.sheets)
    for index, number in enumerate(numbers[request.first :], request.first):
        if load.full:
            return replace(part, rest=index)
        try:
            page, dpi, rotation = _page(image, frames[number - 1], request.max_pixels)
        except InputError as error:
            part.lost.append((number, type(error).__name__, error.message))
            continue
        width, height = page.width * 72 / dpi, page.height * 72 / dpi
        if request.text == "layer":
            part.issues.append(("text.no-layer", f"Page {number} is a picture: it has no text layer."))
            load.add(Sheet(number, width, height, rotation, words=[]))
        else:
            pixels = Pixels(page.width, page.height, dpi, page.tobytes())
            found: list[tuple[str, str, Corners]] = []
            if request.witnesses in {"all", "qr"} and not request.mend:
                said, found = codes.look(number, pixels.buffer, page.width, page.height, dpi, page=page)
                part.witnesses.extend(said)
            load.add(Sheet(number, width, height, rotation, pixels=pixels, codes=found))
    return part


@contextlib.contextmanager
def opened(request: Request, kind: str) -> Iterator[Image.Image]:
    """The open picture; Truncated when it is damaged, ImageBomb when it is larger than the limit."""
    if kind == "heic":
        import pi_heif

        pi_heif.register_heif_opener()
    try:
        image = Image.open(io.BytesIO(request.document), formats=[_FORMATS[kind]])
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb(request.max_pixels) from error
    except DAMAGE as error:
        raise Truncated(f"This {_FORMATS[kind]} picture is damaged: it cannot be opened.") from error
    with image:
        _check_size(image, request.max_pixels)
        yield image


def frames_of(image: Image.Image, kind: str, most: int) -> list[int]:
    """Indexes of the frames that are pages: of a TIFF all but its thumbnails, of anything else the first.

    most: frames after which nobody counts on, for a chain of a million directories takes minutes to walk.
    """
    frames: list[int] = []
    for index in range(most if kind == "tiff" else 1):
        try:
            image.seek(index)
        except EOFError:
            break
        except DAMAGE:  # a broken directory ends the chain; its page is reported where it is read
            frames.append(index)
            break
        tags = getattr(image, "tag_v2", {})
        if index == 0 or not int(tags.get(_FRAME_KIND, 0) or 0) & _REDUCED:
            frames.append(index)
    return frames or [0]


def _page(image: Image.Image, frame: int, max_pixels: int) -> tuple[Image.Image, float, int]:
    """One frame in RGB as it is displayed, its dots per inch, and the degrees clockwise that it was turned."""
    try:
        turned, orientation, resolution = upright(image, frame, max_pixels)
        page = rgb(turned)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _bomb(max_pixels) from error
    except MemoryError as error:
        raise OutOfMemory("Decoding it needs more memory than --max-memory-mb allows.") from error
    except DAMAGE as error:
        raise Truncated("The picture is damaged: it cannot be decoded.") from error
    return *_scaled(page, resolution), _TURNED.get(orientation, 0)


def upright(image: Image.Image, frame: int, max_pixels: int) -> tuple[Image.Image, int, tuple[float, float]]:
    """One frame as it is displayed, the EXIF orientation it had, and its dots per inch across and down as displayed.

    Raises ImageBomb, Truncated, and what is in DAMAGE.
    """
    if frame or getattr(image, "tell", int)() != frame:
        image.seek(frame)
    _check_size(image, max_pixels)
    orientation = orientation_of(image)
    across, down = resolution_of(image)
    page = _turned(image, orientation, image.size)
    return page, orientation, (across, down) if orientation < 5 else (down, across)


def _scaled(page: Image.Image, resolution: tuple[float, float]) -> tuple[Image.Image, float]:
    """The page with square pixels and no finer than needed, and its dots per inch."""
    width, height = square(page.width, page.height, resolution)
    if (width, height) != page.size:
        page = page.resize((width, height), Image.Resampling.BICUBIC)
    dpi = page_dpi(width, height, max(resolution))
    if dpi > _FINE_DPI:
        factor = max(2, round(dpi / 300))
        page, dpi = page.reduce(factor), dpi / factor
    return page, dpi


def _turned(image: Image.Image, orientation: int, size: tuple[int, int]) -> Image.Image:
    """The decoded frame, upright. Pillow turns a TIFF by itself while it decodes, other formats not."""
    image.load()
    by_itself = image.format == "TIFF" and (image.size != size or orientation_of(image) != orientation)
    if orientation == 1 or by_itself:
        return image
    method = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_270,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_90,
    }[orientation]
    return image.transpose(method)


def orientation_of(image: Image.Image) -> int:
    """EXIF orientation 1..8; 1 when there is none or it cannot be read."""
    try:
        found = int(image.getexif().get(_ORIENTATION, 1))
    except DAMAGE:
        return 1
    return found if 1 <= found <= 8 else 1


def resolution_of(image: Image.Image) -> tuple[float, float]:
    """Dots per inch across and down as the file says, 0 where it says nothing."""
    try:
        across, down = image.info.get("dpi", (0, 0))
        return (float(across), float(down))
    except DAMAGE:
        return (0.0, 0.0)


def rgb(image: Image.Image) -> Image.Image:
    """The picture in RGB of eight bits: what is transparent stands on white, deeper samples are scaled, not cut."""
    if image.mode.startswith("I") or image.mode == "F":
        return _from_deep(image)
    if image.mode == "RGB" and "transparency" not in image.info:
        return image.copy() if image.readonly else image
    if is_transparent(image):
        with_alpha = image.convert("RGBA")
        ground = Image.new("RGBA", with_alpha.size, (255, 255, 255, 255))
        return Image.alpha_composite(ground, with_alpha).convert("RGB")
    return image.convert("RGB")


def is_transparent(image: Image.Image) -> bool:
    """Whether something behind the picture may be seen through it."""
    return "transparency" in image.info or image.mode in {"RGBA", "RGBa", "LA", "La", "PA"}


def is_deep(image: Image.Image) -> bool:
    """Whether its samples have more than eight bits."""
    bits = getattr(image, "tag_v2", {}).get(_BITS, 8)
    most = max(bits, default=8) if isinstance(bits, tuple) else bits
    return int(most) > 8 or image.mode.startswith("I") or image.mode == "F"


def _from_deep(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floating point, scaled to eight."""
    samples = np.nan_to_num(np.asarray(image).astype(np.float32), nan=0.0, posinf=0.0, neginf=0.0)
    tags = getattr(image, "tag_v2", {})
    lowest, highest = float(samples.min()), float(samples.max())
    if image.mode == "F" or lowest < 0 or highest > 65535:
        white = 0.0 if lowest < 0 or highest > 255 else 255.0 if highest > 1 else 1.0
    else:
        bits = tags.get(_BITS, (16,))
        depth = int(bits[0] if isinstance(bits, tuple) else bits)
        white = float((1 << depth) - 1) if 8 < depth <= 16 else 65535.0
    if white == 0.0:
        samples, white = samples - lowest, max(highest - lowest, 1e-6)
    grey = np.clip(samples * (255.0 / white) + 0.5, 0, 255).astype(np.uint8)
    if tags.get(_PHOTOMETRIC) == _WHITE_IS_ZERO:
        grey = 255 - grey
    return Image.fromarray(grey).convert("RGB")


def _clips(image: Image.Image, frames: list[int], request: Request) -> list[Pixels]:
    """Clips of the pages at the request's dpi, in order; parts outside the page are white."""
    pages: dict[int, tuple[Image.Image, float]] = {}
    clips = []
    for number, corners in request.clips or ():
        if number not in pages:
            if not 1 <= number <= len(frames):
                raise Empty(f"There is no page {number}.")
            page, dpi, _ = _page(image, frames[number - 1], request.max_pixels)
            pages = {number: (page, dpi)}
        clips.append(_clip(*pages[number], corners, request))
    return clips


def _clip(page: Image.Image, page_dpi: float, corners: Corners, request: Request) -> Pixels:
    left, top, right, bottom = corners
    width, height = (max(1, round((high - low) * request.dpi / 72)) for low, high in ((left, right), (top, bottom)))
    if width * height > request.max_pixels:
        raise PageTooBig("A clip is larger than a page may be.")
    scale, step = page_dpi / 72, page_dpi / request.dpi
    matrix = (step, 0, left * scale, 0, step, top * scale)
    clip = page.transform((width, height), Image.Transform.AFFINE, matrix, Image.Resampling.BICUBIC, fillcolor="white")
    return Pixels(width, height, request.dpi, clip.tobytes())


def _check_size(image: Image.Image, max_pixels: int) -> None:
    if image.width * image.height > max_pixels:
        raise _bomb(max_pixels, image.size)
    if image.width < 1 or image.height < 1:
        raise Truncated("The picture has no pixels.")


def _bomb(max_pixels: int, size: tuple[int, int] | None = None) -> ImageBomb:
    what = f"It is {size[0]} x {size[1]} pixels," if size else "It has"
    return ImageBomb(f"{what} more than {max_pixels // 1_000_000} megapixels (--max-image-mpixels).")
