"""PDF pages as pixels or as the words of their text layer, drawn by PyMuPDF."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

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
from invoice_ocr.intake.attachments import e_invoices
from invoice_ocr.intake.code_places import Shape
from invoice_ocr.intake.drawn import drawn_shapes
from invoice_ocr.intake.mupdf import DAMAGE, pymupdf, typed
from invoice_ocr.intake.pages import Corners, Load, Part, Request, Sheet, chosen
from invoice_ocr.intake.pdf_codes import codes_on
from invoice_ocr.intake.pdf_layer import believed, verdict_on
from invoice_ocr.intake.pdf_pixels import clips_of, fitting_dpi, pixels_of

if TYPE_CHECKING:
    from invoice_ocr.intake.testimony import Testimony

_LARGEST = 1e6  # points: no printer is 350 m wide
_REPAIRED = ("file.repaired", "The file is damaged; what could be repaired was read.")


def parse(request: Request) -> Part:
    """The pages of a PDF, or clips of them; a broken one is opened once more after a repair."""
    if request.mend and (repaired := _mended(request)) is not None:
        return _repaired(_parse(repaired, request), request)
    try:
        return _parse(request.document, request)
    except Truncated as error:
        repaired = _mended(request)
        if repaired is None:
            raise
        try:
            return _repaired(_parse(repaired, request), request)
        except Truncated:
            raise error from None


def _repaired(part: Part, request: Request) -> Part:
    """The part of a document that had to be repaired: its first one says so, once."""
    if request.first == 0 and _REPAIRED not in part.issues:
        part.issues.append(_REPAIRED)
    return part


def _mended(request: Request) -> bytes | None:
    from invoice_ocr.intake.mend import repaired_copy  # takes 0.2 s to import, and few documents need it

    return repaired_copy(request.document, request.passwords)


def _parse(data: bytes, request: Request) -> Part:
    with _opened(data, request.passwords) as document:
        count = _count(document)
        if request.clips is not None:
            return Part(clips=clips_of(document, count, request))
        numbers = chosen(request.pages, count)
        if not numbers:
            raise Empty(f"None of the pages {request.pages} exists: it has {count}.", fix="Change --pages.")
        if len(numbers) > request.max_pages:
            raise TooManyPages(f"It has {len(numbers)} pages, more than {request.max_pages} (--max-pages).")
        _refuse_shells(document)
        part = _read(document, numbers, request)
        if document.is_repaired:
            _repaired(part, request)
        if request.first == 0 and request.witnesses in {"all", "e-invoice"}:
            part.witnesses.extend(e_invoices(document, part.issues, (*DAMAGE, KeyError, MemoryError)))
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
            verdict = verdict_on(page, drawn, images, fill_in=request.text == "auto")
            words = believed(verdict, number, request.text, issues)
        if words is None:
            pixels = pixels_of(drawn, width, height, fitting_dpi(page, request.dpi), request.max_pixels, number)
        if request.witnesses in {"all", "qr"} and not request.mend:
            said, found = codes_on(page, drawn, shapes, pixels, number)
            witnesses.extend(said)
    except MemoryError as error:
        raise OutOfMemory("Drawing it needs more memory than --max-memory-mb allows.") from error
    except DAMAGE as error:
        raise typed(error, f"Page {number} is damaged: it cannot be drawn.") from error
    if _drawn_in_part(blank=words == []):
        issues.append(("page.damaged", f"Page {number} is damaged; what could be drawn of it was read."))
    return Sheet(number, width, height, rotation, words, pixels, found)


def _drawn_in_part(*, blank: bool) -> bool:
    """Whether MuPDF left out something of the page just drawn; it warns of much that can be seen all the same."""
    warnings = str(pymupdf.TOOLS.mupdf_warnings())
    return "page may not be correct" in warnings or (
        blank and any(sign in warnings for sign in ("error", "not a stream"))
    )


def _opened(data: bytes, passwords: Sequence[str]) -> Any:
    """The open PDF. Truncated when it cannot be opened, Encrypted when no password fits."""
    try:
        document = pymupdf.open(stream=data, filetype="pdf")
    except MemoryError as error:
        raise OutOfMemory("Opening it needs more memory than --max-memory-mb allows.") from error
    except DAMAGE as error:
        raise typed(error, "This PDF is damaged: it cannot be opened.") from error
    if document.needs_pass and not any(document.authenticate(password) for password in passwords):
        document.close()
        raise Encrypted(
            "The PDF needs a password" + (", and none of those given fits." if passwords else ", so nothing was read.")
        )
    return document


def _count(document: Any) -> int:
    try:
        count = int(document.page_count)
    except DAMAGE as error:
        raise typed(error, "This PDF is damaged: its pages cannot be counted.") from error
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
    except (*DAMAGE, KeyError):
        return
