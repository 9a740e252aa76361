"""Pictures of pages and places in a ledger's documents, made by workers from the files where they lie now."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Self

from invoice_ocr.errors import InputError
from invoice_ocr.intake import Intake, Source

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy as np

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Box, Record
    from invoice_ocr.settings import Settings


class Pictures:
    """Cuts places out of documents; close it, or use it in a `with`. Workers start with the first picture."""

    def __init__(self, book: Ledger, settings: Settings, intake: Intake | None = None) -> None:
        self._book = book
        self._settings = settings
        self._intake = intake

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._intake is not None:
            self._intake.close()

    def crops(self, record: Record, places: Sequence[tuple[int, Box]], dpi: float = 150.0) -> Sequence[np.ndarray]:
        """The places (page number, box in points), uint8 RGB, in order; none when the file has gone or changed."""
        source = self._source(record)
        if source is None:
            return []
        if self._intake is None:
            self._intake = Intake(self._settings)
        try:
            return self._intake.crops(source, places, dpi)
        except InputError:
            return []

    def pages(self, record: Record) -> list[tuple[int, np.ndarray, float]]:
        """The pages of a record's invoice: (number, uint8 RGB, dots per inch); none when the file has gone."""
        source = self._source(record)
        if source is None or record.invoice is None or not record.invoice.pages:
            return []
        wanted = ",".join(map(str, record.invoice.pages))
        with Intake(replace(self._settings, text="ocr", pages=wanted, jobs=1)) as intake:
            opened = [page for one in intake.open_parts([source]) for page in one.pages]
        return [(page.number, page.image.pixels, page.image.dpi) for page in opened if page.image is not None]

    def _source(self, record: Record) -> Source | None:
        path, _ = self._book.latest(record.sha256)
        try:
            return Source(record.file, record.sha256, path.stat().st_size, path=path) if path is not None else None
        except OSError:
            return None
