"""Bytes to pages, inside a worker: tells the kind of the bytes and hands them to the parser of that kind."""

from __future__ import annotations

from invoice_ocr.errors import Empty, NotADocument
from invoice_ocr.intake import sniff
from invoice_ocr.intake.pages import Part, Request

_LOOKS_LIKE_PDF = (b"startxref", b"trailer", b" obj")


def parse(request: Request) -> Part:
    """The pages, clips or searchable file that `request` asks for. InputError when its document cannot be read."""
    document = request.document
    if not document:
        raise Empty("It has no bytes.")
    head = document[: sniff.HEAD]
    kind = sniff.kind_of(head)
    if kind is None and not sniff.packed(head) and all(sign in document for sign in _LOOKS_LIKE_PDF):
        kind = "pdf"  # its header is lost, and repair may still find its objects
    if kind is None:
        raise NotADocument(f"It is {sniff.described(head)}.", fix=sniff.fix_of(head))
    if request.layers is not None:
        from invoice_ocr.intake import searchable

        return searchable.make(request)
    if kind == "xml":
        from invoice_ocr.intake import einvoice

        return Part(witnesses=[einvoice.read(document, "XML")])
    if kind == "pdf":
        from invoice_ocr.intake import pdf

        return pdf.parse(request)
    from invoice_ocr.intake import images

    return images.parse(request, kind)


def warm_up() -> None:
    """Import the parser that is wanted most, before the first document arrives."""
    import invoice_ocr.intake.pdf  # noqa: F401
