"""E-invoices that lie inside a PDF: Factur-X and ZUGFeRD, XRechnung, and UBL that some programs attach."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from invoice_ocr.intake import sniff

if TYPE_CHECKING:
    from invoice_ocr.intake.testimony import Testimony

_MOST_FILES = 50
_TOLD = 3  # names of attached documents in a message
_REFERENCE = re.compile(r"(\d+) \d+ R")
_HEAD = 65536  # bytes in which an e-invoice begins: some have pages of licence before it
_FORMER = "zugferd-invoice.xml"  # where a newer form lies beside it, that one is asked first


def e_invoices(
    document: Any, issues: list[tuple[str, str]], damage: tuple[type[BaseException], ...]
) -> Iterator[Testimony]:
    """What the e-invoices attached to an open PyMuPDF document say.

    issues: gets what is wrong with them, and the names of attached documents, which nobody reads here.
    damage: the exceptions that PyMuPDF raises on broken files.
    """
    documents = []
    for title, content in sorted(_files(document, damage), key=lambda file: file[0].lower() == _FORMER):
        head = content[:_HEAD]
        kind = sniff.kind_of(head)
        if kind == "xml" and (sniff.holds_invoice(head) or sniff.unsafe_xml(head)):
            from invoice_ocr.intake.einvoice import attached  # lxml takes 0.1 s to import, and few PDFs need it

            said, issue = attached(content, title)
            if said is not None:
                yield said
            if issue is not None:
                issues.append(issue)
        elif kind not in {None, "xml"}:
            documents.append(title)
    if documents:
        told = ", ".join(documents[:_TOLD]) + (" and more" if len(documents) > _TOLD else "")
        issues.append(("file.attachments", f"Documents attached to this PDF were not read: {told}."))


def _files(document: Any, damage: tuple[type[BaseException], ...]) -> Iterator[tuple[str, bytes]]:
    """Name and bytes of each attached file that can be taken out."""
    try:
        count = min(int(document.embfile_count()), _MOST_FILES)
    except damage:
        return
    for index in range(count):
        try:
            told = document.embfile_info(index)
            title = str(told.get("ufilename") or told.get("filename") or told.get("name") or "attachment")
            content = bytes(document.embfile_get(index))
        except damage:
            continue
        yield title[:100], content
    if not count:
        yield from _associated(document, damage)


def _associated(document: Any, damage: tuple[type[BaseException], ...]) -> Iterator[tuple[str, bytes]]:
    """Files that the catalog associates (/AF) without the list of names that should go with it."""
    try:
        _, listed = document.xref_get_key(document.pdf_catalog(), "AF")
        for found in _REFERENCE.findall(listed)[:_MOST_FILES]:
            kind, held = document.xref_get_key(int(found), "EF/F")
            if kind == "xref":
                named, title = document.xref_get_key(int(found), "UF")
                content = bytes(document.xref_stream(int(held.split()[0])))
                yield title[:100] if named == "string" else "attachment", content
    except damage:
        return
