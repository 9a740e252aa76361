"""PDF pages as pixels or as the words of their text layer, drawn by PyMuPDF."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import pymupdf as untyped

from invoice_ocr.errors import (
    Empty,
    Encrypted,
    InputError,
    OutOfMemory,
    PageTooBig,
    TooManyPages,
    Truncated,
    Unsupported,
)
from invoice_ocr.intake import codes
from invoice_ocr.intake.attachments import e_invoices
from invoice_ocr.intake.code_places import Shape, may_be_pieces, places
from invoice_ocr.intake.drawn import drawn_shapes
from invoice_ocr.intake.pages import Corners, Load, Part, Pixels, Request, Sheet, chosen
from invoice_ocr.intake.testimony import Testimony
from invoice_ocr.intake.tokens import Token, tokens_of
from invoice_ocr.intake.trust import SCANNED, Raster, Verdict, coverage, is_blank, judge

pymupdf: Any = untyped  # 1.28 has a py.typed, and few types
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

_DAMAGE = (RuntimeError, ValueError, TypeError, IndexError, OverflowError, pymupdf.mupdf.FzErrorBase)
_TEXT_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_IGNORE_ACTUALTEXT  # it says what a program may read in place of what is shown
)
_RASTER_PIXELS = 2_000_000  # of the small rendering at 72 dpi; larger pages are looked at from further away
_LARGE = 1.1 * 842 * 1191  # square points: A3 and a little
_LARGEST = 1e6  # points: no printer is 350 m wide
_COARSEST = 36.0  # dpi
_VECTOR = 3  # kind of MuPDF's blocks
_PIECED = 5000  # shapes on a page up to which paths are taken apart
_QUIET = (-12.0, -12.0, 12.0, 12.0)  # points of white around a code


def parse(request: Request) -> Part:
    """The pages of a PDF, or clips of them; a broken one is opened once more after a repair."""
    if request.mend and (repaired := _mended(request)) is not None:
        part = _parse(repaired, request)
        part.issues.extend([_REPAIRED] * (request.first == 0))
        return part
    try:
        return _parse(request.document, request)
    except Truncated as error:
        repaired = _mended(request)
        if repaired is None:
            raise
        try:
            part = _parse(repaired, request)
        except Truncated:
            raise error from None
        if request.first == 0:
            part.issues.append(_REPAIRED)
        return part


def _mended(request: Request) -> bytes | None:
    from invoice_ocr.intake.mend import repaired_copy  # takes 0.2 s to import, and few documents need it

    return repaired_copy(request.document, request.passwords)


_REPAIRED = ("file.repaired", "The file is damaged; what could be repaired was read.")


def _parse(data: bytes, request: Request) -> Part:
    with _opened(data, request.passwords) as document:
        count = _count(document)
        if request.clips is not None:
            return Part(clips=_clips(document, count, request))
        numbers = chosen(request.pages, count)
        if not numbers:
            raise Empty(f"None of the pages {request.pages} exists: it has {count}.", fix="Change --pages.")
        if len(numbers) > request.max_pages:
            raise TooManyPages(f"It has {len(numbers)} pages, more than {request.max_pages} (--max-pages).")
        _refuse_shells(document)
        part = _read(document, numbers, request)
        if request.first == 0:
            part.issues.extend([_REPAIRED] * document.is_repaired)
            if request.witnesses in {"all", "e-invoice"}:
                part.witnesses.extend(e_invoices(document, part.issues, (*_DAMAGE, KeyError, MemoryError)))
        return part


def _read(document: Any, numbers: list[int], request: Request) -> Part:
    load = Load(request.budget)
    issues: list[tuple[str, str]] = []
    lost: list[tuple[int, str, str]] = []
    witnesses: list[Testimony] = []
    for index, number in enumerate(numbers[request.first :], request.first):
        if load.full:
            return Part(load.sheets, issues, lost, index, witnesses=witnesses)
        try:
            sheet = _sheet(document, number, request, issues, witnesses)
        except InputError as error:
            lost.append((number, type(error).__name__, error.message))
            continue
        load.add(sheet)
    if not load.sheets and request.first == 0 and lost and all(name == Truncated.__name__ for _, name, _ in lost):
        raise Truncated(lost[0][2])
    return Part(load.sheets, issues, lost, witnesses=witnesses)


def _sheet(
    document: Any, number: int, request: Request, issues: list[tuple[str, str]], witnesses: list[Testimony]
) -> Sheet:
    """One page: its trusted words, or its pixels, as `request.text` wants them; its payment codes to `witnesses`."""
    try:
        page = document[number - 1]
        width, height, rotation = float(page.rect.width), float(page.rect.height), int(page.rotation) % 360
        if not (width > 0 and height > 0):
            raise Truncated(f"Page {number} has no size.")
        if max(width, height) > _LARGEST:
            raise PageTooBig(
                f"Page {number} is {width / 72:.0f} x {height / 72:.0f} inches.", fix="Print a part of it."
            )
        pymupdf.TOOLS.reset_mupdf_warnings()
        drawn = page.get_displaylist()
        words: list[tuple[str, Corners]] | None = None
        found: list[tuple[str, str, Corners]] = []
        pixels = None
        shapes: list[Shape] = []
        if request.text != "ocr":
            shapes = drawn_shapes(drawn)
            images = [box for kind, box in shapes if kind == "picture"]
            verdict = _verdict(page, drawn, images, fill_in=request.text == "auto")
            words = _words(verdict, number, request.text, issues)
        if words is None:
            pixels = _pixels(drawn, width, height, _dpi(page, request.dpi), request.max_pixels, number)
        if request.witnesses in {"all", "qr"} and not request.mend:
            said, found = _codes(page, drawn, shapes, pixels, number)
            witnesses.extend(said)
    except MemoryError as error:
        raise OutOfMemory("Drawing it needs more memory than --max-memory-mb allows.") from error
    except _DAMAGE as error:
        raise _typed(error, f"Page {number} is damaged: it cannot be drawn.") from error
    if _drawn_in_part(blank=words == []):
        issues.append(("page.damaged", f"Page {number} is damaged; what could be drawn of it was read."))
    return Sheet(number, width, height, rotation, words, pixels, found)


def _drawn_in_part(*, blank: bool) -> bool:
    """Whether MuPDF left out something of the page just drawn; it warns of much that can be seen all the same."""
    warnings = str(pymupdf.TOOLS.mupdf_warnings())
    return "page may not be correct" in warnings or (
        blank and any(sign in warnings for sign in ("error", "not a stream"))
    )


def _words(verdict: Verdict, number: int, text: str, issues: list[tuple[str, str]]) -> list[tuple[str, Corners]] | None:
    """The words of a page, or None when its pixels have to be read instead."""
    if not verdict.trusted and text == "auto":
        return None
    if not verdict.trusted:
        issues.append(("text.layer-distrusted", f"Page {number}: {verdict.why}."))
    if verdict.hidden:
        issues.append(("text.hidden", f"Page {number}: {verdict.hidden} words that cannot be seen were left out."))
    return [
        (token.marked if token.broken else token.text, tuple(round(edge, 2) for edge in token.corners))  # type: ignore[misc]
        for token in verdict.words
    ]


def _pieces(drawn: Any, shapes: Sequence[Shape]) -> list[Shape]:
    """The shapes of a page with the pieces of its paths, where a path may be a row of bars.

    MuPDF 1.28 leaves out some pieces, and takes long over many.
    """
    if len(shapes) > _PIECED or not may_be_pieces(shapes):
        return list(shapes)
    text = pymupdf.TextPage(drawn.get_textpage(_TEXT_FLAGS | pymupdf.TEXT_COLLECT_VECTORS))
    blocks = [
        (said, (left, top, right, bottom))
        for left, top, right, bottom, said, _, kind in text.extractBLOCKS()
        if kind == _VECTOR
    ]
    return [*shapes, *(("stroked" if "stroked" in said[:20] else "filled", box) for said, box in blocks)]


def _verdict(page: Any, drawn: Any, images: Sequence[Corners], *, fill_in: bool) -> Verdict:
    """What of the page's text layer can be believed. images: where its pictures stand. fill_in: as in `judge`."""
    tokens = tokens_of(pymupdf.TextPage(drawn.get_textpage(_TEXT_FLAGS)).extractRAWDICT()["blocks"])
    if not any(token.painted for token in tokens) and coverage(images, page.rect.width, page.rect.height) > SCANNED:
        return Verdict([], len(tokens), trusted=False, why="it is a picture")
    raster = _raster(drawn, min(1.0, math.sqrt(_RASTER_PIXELS / (page.rect.width * page.rect.height))))
    if not tokens:
        blank = is_blank(raster)
        return Verdict([], 0, blank, "" if blank else "it has no text layer")
    covered = _covered(page, tokens, images) if images else None
    return judge(tokens, raster, images, covered, fill_in=fill_in)


def _covered(page: Any, tokens: Sequence[Token], images: Sequence[Corners]) -> list[bool] | None:
    """For each token whether an opaque picture was drawn over it; None when no picture meets any."""
    if not any(_inside(token, box) for token in tokens for box in images):
        return None
    turn = page.rotation_matrix
    masked = {_key(picture["bbox"]) for picture in page.get_image_info() if picture.get("has-mask")}
    steps = [
        (kind, tuple(pymupdf.Rect(box) * turn), _key(box) in masked)
        for kind, box, *_ in page.get_bboxlog()
        if kind in {"fill-image", "fill-text", "stroke-text"}
    ]
    pictures = [(order, box) for order, (kind, box, mask) in enumerate(steps) if kind == "fill-image" and not mask]
    texts = [(order, box) for order, (kind, box, _) in enumerate(steps) if kind != "fill-image"]
    covered = []
    for token in tokens:
        above = max((order for order, box in pictures if _inside(token, box)), default=-1)
        own = max((order for order, box in texts if _inside(token, box)), default=-1) if above >= 0 else 0
        covered.append(above > own)
    return covered


def _inside(token: Token, box: Sequence[float]) -> bool:
    x, y = (token.left + token.right) / 2, (token.top + token.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _key(box: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(edge) for edge in box)


def _codes(
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
        if _area(place) > _LARGE:
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


def _raster(drawn: Any, scale: float) -> Raster:
    picture = drawn.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=0)
    return Raster(picture.samples, picture.width, picture.height, scale)


def _dpi(page: Any, wanted: float) -> float:
    """`wanted`, or less on a page larger than A3 that is one picture: its own pixels an inch, for more show no more.

    Programs that make a PDF of a photo often count one pixel as one point; that page is a yard wide.
    """
    width, height = page.rect.width, page.rect.height
    if width * height <= _LARGE:
        return wanted
    pictures = [
        p for p in page.get_image_info() if (p["bbox"][2] - p["bbox"][0]) > 1 and (p["bbox"][3] - p["bbox"][1]) > 1
    ]
    if coverage([p["bbox"] for p in pictures], width, height) <= SCANNED:
        return wanted
    finest = max(72 * math.sqrt(p["width"] * p["height"] / _area(p["bbox"])) for p in pictures)
    return min(wanted, max(_COARSEST, finest))


def _area(box: Sequence[float]) -> float:
    return (box[2] - box[0]) * (box[3] - box[1])


def _pixels(drawn: Any, width: float, height: float, dpi: float, max_pixels: int, number: int) -> Pixels:
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


def _clips(document: Any, count: int, request: Request) -> list[Pixels]:
    """Clips of displayed pages at the request's dpi, in order."""
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
        except _DAMAGE as error:
            raise _typed(error, f"Page {number} is damaged: it cannot be drawn.") from error
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


def _opened(data: bytes, passwords: Sequence[str]) -> Any:
    """The open PDF. Truncated when it cannot be opened, Encrypted when no password fits."""
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except MemoryError as error:
        raise OutOfMemory("Opening it needs more memory than --max-memory-mb allows.") from error
    except _DAMAGE as error:
        raise _typed(error, "This PDF is damaged: it cannot be opened.") from error
    if document.needs_pass and not any(document.authenticate(password) for password in passwords):
        document.close()
        raise Encrypted(
            "The PDF needs a password" + (", and none of those given fits." if passwords else ", so nothing was read.")
        )
    return document


def _count(document: Any) -> int:
    try:
        count = int(document.page_count)
    except _DAMAGE as error:
        raise _typed(error, "This PDF is damaged: its pages cannot be counted.") from error
    if count < 1:
        raise Truncated("This PDF is damaged: no page is left in it.")
    return count


def _refuse_shells(document: Any) -> None:
    """Unsupported for a PDF whose pages only say that another program has to be used: XFA forms and portfolios."""
    try:
        catalog = document.pdf_catalog()
        kind, value = document.xref_get_key(catalog, "NeedsRendering")
        if kind == "bool" and value == "true":
            raise Unsupported("It is a dynamic XFA form, whose pages are made by Adobe Reader.")
        kind, _ = document.xref_get_key(catalog, "Collection")
        if kind in {"dict", "xref"} and any(
            name.lower().endswith(".pdf")
            for name in (document.embfile_info(i)["filename"] for i in range(document.embfile_count()))
        ):
            raise Unsupported("It is a portfolio of other files.", fix="Save the files in it and give those.")
    except (*_DAMAGE, KeyError):
        return


def _typed(error: BaseException, message: str) -> InputError:
    """OutOfMemory when MuPDF says that an allocation failed, otherwise Truncated with `message`."""
    said = str(error)
    if "alloc" in said and "fail" in said:
        return OutOfMemory("Opening it needs more memory than --max-memory-mb allows.")
    return Truncated(message)
