"""What comes out for one input: its invoices or its words, or the failure that stands in their place."""

from __future__ import annotations

from dataclasses import dataclass, field

from invoice_ocr.model.invoices import Invoice, Witness
from invoice_ocr.model.pages import Code, Document, Issue, Reading


@dataclass(frozen=True, slots=True)
class Failure:
    """Why an input gave no invoice: code of errors.py, what happened, what to do."""

    code: str
    message: str
    fix: str


@dataclass(frozen=True, slots=True)
class Record:
    """One line of output: an invoice, or the failure that stands in its place.

    codes: QR codes and barcodes on its pages, each with its page's number.
    """

    file: str
    sha256: str
    invoice: Invoice | None
    failure: Failure | None = None
    recipe: str = ""
    timings: dict[str, float] = field(default_factory=dict, compare=False)
    codes: tuple[tuple[int, Code], ...] = ()


@dataclass(frozen=True, slots=True)
class Transcript:
    """What one input says word for word: its reading, laid out as well, or the failure that stands in its place."""

    file: str
    sha256: str
    reading: Reading | None
    document: Document | None = None
    failure: Failure | None = None
    issues: tuple[Issue, ...] = ()
    witnesses: tuple[Witness, ...] = ()
    timings: dict[str, float] = field(default_factory=dict, compare=False)
