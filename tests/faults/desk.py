"""An intake without processes, for runs by the hundred: documents are sheets of text, opened where they lie."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Self

import numpy as np

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.errors import InputError, NotADocument, ParserCrash
from invoice_ocr.intake import Failed, Opened, OpenedPage, Source
from invoice_ocr.intake.pages import Part, Pixels, Request, Sheet
from invoice_ocr.intake.sources import failure_of
from invoice_ocr.model import Box, PageImage, PageWords
from invoice_ocr.ocr.replay import ReplayEngine, key_of
from invoice_ocr.settings import Settings

SHEET = """
{seller} | Invoice No. | {number}
VAT ID {vat_id} | Invoice date | {date}
IBAN {iban} | Net total | 100.00
 | VAT 20 % | 20.00
 | Total EUR | {gross}
"""
IBANS = ("DE89 3704 0044 0532 0130 00", "GB82 WEST 1234 5698 7654 32")


def sheet(number: str, **changed: str) -> str:
    """The text of one invoice."""
    values = {
        "seller": "Example Ltd",
        "vat_id": "DE136695976",
        "date": "12 March 2026",
        "iban": IBANS[0],
        "gross": "120.00",
    }
    return SHEET.format(number=number, **(values | changed))


class Desk:
    """Stands in for Intake. A document that begins with `crash` kills its worker, one with `broken` is none.

    One that begins with `scan` has pixels only; `engine_for` gives an engine that can read them.
    opened: the names of documents in the order in which they were opened.
    """

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.opened: list[str] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def open_parts(self, sources: Iterable[Source | Failed]) -> Iterator[Opened]:
        for source in sources:
            self.opened.append(source.name)
            try:
                yield Opened(source, tuple(_pages(source)))
            except InputError as error:
                yield Opened(source, failure=failure_of(error))

    def crops(self, source: Source, places: Sequence[tuple[int, Box]], dpi: float = 200.0) -> list[np.ndarray]:
        return [np.full((40, 30, 3), 250, np.uint8) for _ in places]


def _pages(source: Source | Failed) -> Iterator[OpenedPage]:
    assert isinstance(source, Source)
    text = source.read().decode()
    if text.startswith("crash"):
        raise ParserCrash("it killed its worker, as it was made to")
    if text.startswith("broken"):
        raise NotADocument("it is broken, as it was made to be")
    for page in sketch(text).pages:
        if text.startswith("scan"):
            yield OpenedPage(page.number, page.width, page.height, image=PageImage(page.number, _picture(text), 200.0))
        else:
            yield OpenedPage(page.number, page.width, page.height, words=page.words)


def _picture(text: str) -> np.ndarray:
    """A picture that no other sheet has."""
    shades = np.frombuffer(text.encode().ljust(-(-len(text.encode()) // 3) * 3, b" "), np.uint8)
    return shades.reshape(1, -1, 3)


def engine_for(folder: Path) -> ReplayEngine:
    """An engine that has read every sheet under `folder`."""
    pages: dict[str | int, PageWords] = {}
    for path in folder.rglob("*.pdf"):
        text = path.read_text(encoding="utf-8", errors="replace")
        if text.startswith("scan"):
            (pages[key_of(_picture(text))],) = sketch(text, source="ocr").pages
    return ReplayEngine(pages)


def parse(request: Request) -> Part:
    """The same documents for real workers: `Intake(settings, parser="faults.desk:parse")`."""
    text = request.document.decode()
    if request.clips is not None:
        return Part(clips=[Pixels(30, 40, 200.0, bytes([250]) * 3600) for _ in request.clips])
    if text.startswith("crash"):
        os.kill(os.getpid(), signal.SIGKILL)
    if text.startswith("broken"):
        raise NotADocument("it is broken, as it was made to be")
    if text.startswith("scan"):
        picture = _picture(text)
        return Part([Sheet(1, 595.0, 842.0, pixels=Pixels(picture.shape[1], 1, 200.0, picture.tobytes()))])
    return Part(
        [
            Sheet(page.number, page.width, page.height, words=[(w.text, _corners(w.box)) for w in page.words])
            for page in sketch(text).pages
        ]
    )


def _corners(box: Box) -> tuple[float, float, float, float]:
    return box.left, box.top, box.right, box.bottom
