"""Documents with what was read on them as invisible text: PDFs that can be searched."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from invoice_ocr import frames, pipeline
from invoice_ocr.errors import InputError
from invoice_ocr.intake import Intake, Source, expand
from invoice_ocr.intake.pages import LayerWord, TextLayer
from invoice_ocr.intake.sources import failure_of
from invoice_ocr.lazy_engine import LazyEngine
from invoice_ocr.reading import read_documents

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.clean.engine import Keep
    from invoice_ocr.intake.sources import Input
    from invoice_ocr.model import Page, PageWords, Transcript, Word
    from invoice_ocr.ocr import Engine
    from invoice_ocr.settings import Settings


def searchable(
    inputs: Iterable[Input], settings: Settings, *, engine: Engine | None = None, keep: Keep | None = None
) -> Iterator[tuple[Transcript, bytes]]:
    """Each input as `pipeline.read` has it, and as a searchable PDF: its pages untouched, the words under them.

    A page whose text layer was believed gets no second one; invisible text that was not believed gives way, and what
    visible text says at its place is not said again. A signature does not hold for the copy, which is an issue. The
    bytes are empty where the transcript has a failure.
    """
    with Intake(settings) as intake:
        lazy = LazyEngine(settings, engine, keep=keep)
        parts = intake.open_parts(expand(inputs, settings))
        for one in read_documents(parts, lazy, intake.crops, seconds=settings.timeout):
            transcript = pipeline.transcript_of(one)
            if transcript.reading is None or not isinstance(one.source, Source):
                yield transcript, b""
                continue
            try:
                copy, issues = intake.searchable(one.source, layers_of(transcript))
            except InputError as error:
                yield replace(transcript, reading=None, document=None, failure=failure_of(error)), b""
                continue
            yield replace(transcript, issues=(*transcript.issues, *issues)), copy


def layers_of(transcript: Transcript) -> list[TextLayer]:
    """The text layer of every page, in order; empty for pages that have one that was believed."""
    pages = transcript.reading.pages if transcript.reading else ()
    laid_out = transcript.document.pages if transcript.document else ()
    return [_layer(words, page) for words, page in zip(pages, laid_out, strict=True)]


def _layer(words: PageWords, page: Page) -> TextLayer:
    lying = words.rotation % 180 == 90
    size = (words.height, words.width) if lying else (words.width, words.height)
    angle = frames.angle_of(words.frame) if words.frame else 0.0
    placed = (_placed(word, number, angle) for number, line in enumerate(page.lines) for word in line.words)
    anew = all(word.source == "ocr" for word in words.words)
    return TextLayer(words.number, *size, tuple(word for word in placed if word is not None), anew)


def _placed(word: Word, line: int, angle: float) -> LayerWord | None:
    """The word as a text layer has it; None for one that stands in a text layer already."""
    if word.source != "ocr":
        return None
    box, angle = word.box, angle + word.turn
    across = 45 < abs(angle) % 180 < 135
    width, height = (box.height, box.width) if across else (box.width, box.height)
    return LayerWord(word.text, box.center_x, box.center_y, width, height, angle, line)
