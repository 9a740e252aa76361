"""Records to e-invoices: one file each, UBL 2.1 or CII, and Factur-X PDFs that carry the CII."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import islice
from pathlib import PurePath
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.errors import ConfigError, InputError, NotExportable

if TYPE_CHECKING:
    import numpy as np

    from invoice_ocr.model import Record

    # The pages of a record's document that are its invoice: (number, uint8 RGB (height, width, 3), dots per inch).
    Pages = Callable[[Record], list[tuple[int, np.ndarray, float]]]

SYNTAXES = ("ubl", "cii")
NAMES = (*SYNTAXES, "facturx")
SUFFIX = {"ubl": ".xml", "cii": ".xml", "facturx": ".pdf"}
_LONGEST_NAME = 100


def exporter(syntax: str) -> Callable[[Iterable[Record], BinaryIO], None]:
    """What writes the one record that there is. ConfigError for several: e-invoices are one a file."""
    return partial(_write_one, syntax)


def _write_one(syntax: str, records: Iterable[Record], stream: BinaryIO) -> None:
    stream.write(content_of(only(records, syntax), syntax))


def only(records: Iterable[Record], form: str) -> Record:
    """The one record that there is. ConfigError for none or several, which says how all are written in that form."""
    found = list(islice(records, 2))
    if len(found) != 1:
        there = "there are several invoices" if found else "there is no invoice"
        fix = f"invoice-ocr export LEDGER --to {form} -o FOLDER/ writes all."
        raise ConfigError(f"{there}, and a file holds one e-invoice", fix=fix)
    return found[0]


def content_of(
    record: Record, form: str, *, force: bool = False, validate: bool = False, pages: Pages | None = None
) -> bytes:
    """One record as a file's bytes. form: of NAMES; pages: needed for facturx. validate: by the official rules, too.

    Raises NotExportable where the record does not suffice, and MissingPart when it cannot be validated.
    """
    from invoice_ocr.export.cii import cii
    from invoice_ocr.export.einvoice import einvoice_of
    from invoice_ocr.export.ubl import ubl

    one = einvoice_of(record, force=force)
    content = ubl(one) if form == "ubl" else cii(one)
    if validate:
        _validate(record, content, "ubl" if form == "ubl" else "cii")
    if form != "facturx":
        return content
    if pages is None:
        raise ValueError("a Factur-X PDF needs pages")
    from invoice_ocr.export.facturx import facturx

    seen = pages(record)
    if not seen:
        raise NotExportable(f"{record.file} has no pages to be shown.", fix="--to cii writes the XML alone.")
    return facturx(one, content, seen)


def _validate(record: Record, content: bytes, syntax: str) -> None:
    from invoice_ocr.export.schematron import violations

    broken = [one.message for one in violations(content, syntax) if one.fatal]
    if broken:
        raise NotExportable(f"{record.file} breaks rules of EN 16931: {'; '.join(broken)}")


def files(
    records: Iterable[Record], form: str, *, force: bool = False, validate: bool = False, pages: Pages | None = None
) -> Iterator[tuple[str, bytes | InputError]]:
    """For each record the name of its file and what is in it, or why it is not written. Names are never the same."""
    taken: set[str] = set()
    for record in records:
        name = _name(record, SUFFIX[form], taken)
        try:
            yield name, content_of(record, form, force=force, validate=validate, pages=pages)
        except InputError as error:
            yield name, error


def _name(record: Record, suffix: str, taken: set[str]) -> str:
    """Named as the document, with what tells it apart where that does not suffice."""
    stem = PurePath(record.file.replace("\\", "/")).stem[:_LONGEST_NAME].strip(". ") or "invoice"
    number = record.invoice.document if record.invoice else 1
    stem += f"-{number}" if number > 1 else ""
    if stem.casefold() in taken:
        stem += f"-{record.sha256[:8]}"
    taken.add(stem.casefold())
    return stem + suffix
