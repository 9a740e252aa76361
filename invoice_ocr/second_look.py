"""Records whose words came from text layers, compared with the pixels: several documents at once, which is faster."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

from invoice_ocr import pixel_check
from invoice_ocr.errors import InputError
from invoice_ocr.intake import Source

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import numpy as np

    from invoice_ocr.intake import Failed, Intake
    from invoice_ocr.lazy_engine import LazyEngine
    from invoice_ocr.model import Record
    from invoice_ocr.pixel_check import Cut, Looks, Places
    from invoice_ocr.settings import Settings

_WORDS = 256  # recognised at once
_RECORDS = 16  # held back until so many are together
_CUTS = 4  # documents cut at once


def checked(
    pairs: Iterable[tuple[Source | Failed, Record]], intake: Intake, lazy: LazyEngine, settings: Settings
) -> Iterator[Record]:
    """The records after the pixel check, in order; several documents are checked at once, as that is faster."""
    waiting: list[tuple[Source | Failed, Record]] = []
    words = 0
    for source, record in pairs:
        waiting.append((source, record))
        words += len(pixel_check.suspects(record.invoice)) if record.invoice else 0
        if words >= _WORDS or len(waiting) >= _RECORDS:
            yield from compared(waiting, intake, lazy, settings)
            waiting, words = [], 0
    yield from compared(waiting, intake, lazy, settings)


def compared(
    pairs: Sequence[tuple[Source | Failed, Record]],
    intake: Intake,
    lazy: LazyEngine,
    settings: Settings,
    looks: Sequence[Looks] | None = None,
) -> Iterator[Record]:
    """The records, those whose words came from text layers compared with the pixels.

    looks: for each pair what its pixels are known to say; what is seen now is added.
    """
    doubted = {
        index: (source, record.invoice)
        for index, (source, record) in enumerate(pairs)
        if isinstance(source, Source) and record.invoice and pixel_check.suspects(record.invoice)
    }
    if not doubted:
        yield from (record for _, record in pairs)
        return
    sources = [source for source, _ in doubted.values()]
    known = [looks[index] if looks else {} for index in doubted]

    since = time.monotonic()
    invoices = [invoice for _, invoice in doubted.values()]
    seen = pixel_check.check(
        invoices,
        _cutter(intake, sources),
        lambda crops: lazy().recognise(crops),
        dpi=settings.dpi,
        alphabet=lambda: lazy.alphabet,
        looks=known,
    )
    seconds = (time.monotonic() - since) / len(invoices)
    checked = dict(zip(doubted, seen, strict=True))
    for index, (_, record) in enumerate(pairs):
        if index in checked:
            yield replace(record, invoice=checked[index], timings=record.timings | {"check": seconds})
        else:
            yield record


def _cutter(intake: Intake, sources: Sequence[Source]) -> Cut:
    """A function for the pixel check that cuts clips from the pages of these documents, several documents at once."""

    def cut(places: Places, dpi: float) -> dict[int, Sequence[np.ndarray] | InputError]:
        def one(index: int) -> Sequence[np.ndarray] | InputError:
            try:
                return intake.crops(sources[index], places[index], dpi)
            except InputError as error:
                return error

        with ThreadPoolExecutor(_CUTS) as threads:
            return dict(zip(places, threads.map(one, places), strict=True))

    return cut
