"""One document from bytes to results, as far as that goes without the ledger: the same here and on another machine."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoice_ocr import pixel_check
from invoice_ocr.batch.ledger import Kept
from invoice_ocr.errors import InvoiceOcrError, RunError
from invoice_ocr.model import Failure, Record
from invoice_ocr.ocr.replay import parse_reading, write_reading
from invoice_ocr.pipeline import records_of
from invoice_ocr.reading import Read, read_documents
from invoice_ocr.second_look import compared

if TYPE_CHECKING:
    from invoice_ocr.intake import Failed, Intake, Source
    from invoice_ocr.lazy_engine import LazyEngine
    from invoice_ocr.rulepack import RulePack
    from invoice_ocr.settings import Settings

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Outcome:
    """What came of a document. kept: its reading, None where it failed. pages: that were read."""

    records: list[Record]
    kept: Kept | None = None
    pages: int = 0


def outcome_of(
    source: Source, intake: Intake, lazy: LazyEngine, pack: RulePack, settings: Settings, recipe: str
) -> Outcome:
    """Open, read and understand one document, and compare its words with its pixels where that is asked for."""
    (one,) = read_documents(intake.open_parts([source]), lazy, intake.crops, seconds=settings.timeout)
    kept = kept_of(one)
    if kept is not None:
        one = read_of(source, kept)
    made = Outcome(understood(one, pack, settings, recipe), kept, len(kept.reading.pages) if kept else 0)
    if kept is not None and settings.text == "auto" and suspected(made.records):
        pairs = [(source, record) for record in made.records]
        made.records = list(compared(pairs, intake, lazy, settings, [kept.looks] * len(pairs)))
    return made


def kept_of(one: Read) -> Kept | None:
    """What is kept of a reading, as coarse as the ledger keeps it: a resumed run then understands the same numbers."""
    if one.reading is None:
        return None
    return Kept(parse_reading(write_reading(one.reading)), one.issues, one.witnesses)


def read_of(source: Source | Failed, kept: Kept) -> Read:
    """What is kept of a document, as if it had been read now."""
    return Read(source, list(kept.issues), list(kept.witnesses), whole=True, _pages=list(kept.reading.pages))


def understood(one: Read, pack: RulePack, settings: Settings, recipe: str) -> list[Record]:
    """The records of what was read. A document that cannot be understood costs itself."""
    source = one.source
    try:
        return list(records_of(one, pack, settings, recipe))
    except RunError:
        raise
    except Exception as error:
        log.exception("%s: understanding it failed", source.name)
        message = f"Understanding it failed with {type(error).__name__}: {error}"
        failure = Failure(InvoiceOcrError.code, message, InvoiceOcrError.default_fix)
        return [Record(source.name, source.sha256, None, failure, recipe)]


def suspected(records: list[Record]) -> bool:
    """Whether any of them has words that are to be compared with the pixels."""
    return any(record.invoice and pixel_check.suspects(record.invoice) for record in records)
