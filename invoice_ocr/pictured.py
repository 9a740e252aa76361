"""Pages as pictures with what was read on them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath
from typing import TYPE_CHECKING

from invoice_ocr import pipeline
from invoice_ocr.export import overlay
from invoice_ocr.intake import Intake, Source, expand
from invoice_ocr.lazy_engine import LazyEngine
from invoice_ocr.reading import read_documents

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from invoice_ocr.clean.engine import Keep
    from invoice_ocr.clean.page import Cleaned
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.model import PageWords, Transcript
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings

Pictures = list[tuple[int, bytes]]  # page number, PNG


def pictured(
    inputs: Iterable[Input], settings: Settings, *, engine: Engine | None = None, keep: Keep | None = None
) -> Iterator[tuple[Transcript, Pictures]]:
    """Each input as `pipeline.read` has it, and its pages with a frame around every word; none where it failed."""
    as_pictures = replace(settings, text="ocr", witnesses="none")
    with Intake(settings) as intake, Intake(as_pictures) as camera:
        lazy = LazyEngine(settings, engine, keep=keep)
        parts = intake.open_parts(expand(inputs, settings))
        for one in read_documents(parts, lazy, intake.crops, seconds=settings.timeout):
            transcript = pipeline.transcript_of(one)
            pictures: Pictures = []
            if transcript.reading is not None and isinstance(one.source, Source):
                words = {page.number: page for page in transcript.reading.pages}
                opened = (page for part in camera.open_parts([one.source]) for page in part.pages)
                pictures = [
                    (page.number, overlay.drawn(page.image.pixels, page.image.dpi, words[page.number]))
                    for page in opened
                    if page.image is not None and page.number in words
                ]
            yield transcript, pictures


def keeper(save: Callable[[str, bytes], None]) -> Keep:
    """A function for CleaningEngine that hands each page, as the engine saw it, to `save` with a name.

    The name is that of the file with the page's number and the steps taken: scan.pdf.2.deskew-background.png.
    """

    def keep(cleaned: Cleaned, words: PageWords) -> None:
        steps = "-".join(cleaned.done) or "untouched"
        stem = PurePath(cleaned.image.file).name.strip("<>") or "page"
        stem = "stdin" if stem == "-" else stem
        picture = overlay.plain(cleaned.image.pixels)
        save(f"{stem}.{words.number}.{steps}.png", picture)

    return keep
