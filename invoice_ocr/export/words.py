"""Words as text, JSON and CSV: what `read` writes."""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, BinaryIO

from invoice_ocr.export.csv import cell, write_rows
from invoice_ocr.export.json import code_to_dict, plain_box, plain_confidence, write_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.export.table import Cell
    from invoice_ocr.model import Line, Page, PageWords, Transcript, Word

COLUMNS = ("page", "line", "text", "confidence", "left", "top", "right", "bottom")


def write_text(transcripts: Iterable[Transcript], stream: BinaryIO) -> None:
    """Lines in reading order, a blank line between pages and between files."""
    first = True
    for transcript in transcripts:
        for page in _pages(transcript):
            text = "".join(f"{line.text}\n" for line in page.lines)
            stream.write((text if first else f"\n{text}").encode("utf-8", "replace"))
            stream.flush()
            first = False


def write_json(transcripts: Iterable[Transcript], stream: BinaryIO) -> None:
    """One indented object for one file, a list of them for more."""
    write_objects((transcript_to_dict(transcript) for transcript in transcripts), stream)


def write_csv(transcripts: Iterable[Transcript], stream: BinaryIO) -> None:
    """One row a word, places in points; lines are numbered from 1 on each page. Several files: `file` comes first."""
    transcripts = iter(transcripts)
    start = list(islice(transcripts, 2))
    several = len(start) > 1
    rows = (row if several else row[1:] for row in _rows(chain(start, transcripts)))
    write_rows(("file", *COLUMNS) if several else COLUMNS, rows, stream)


def transcript_to_dict(transcript: Transcript) -> dict[str, Any]:
    """The transcript as the contract's JSON object for `read`."""
    failure, words = transcript.failure, transcript.reading.pages if transcript.reading else ()
    made: dict[str, Any] = {
        "file": transcript.file,
        "pages": [_page(*pair) for pair in zip(words, _pages(transcript), strict=True)],
    }
    if failure:
        made["error"] = {"code": failure.code, "message": failure.message, "fix": failure.fix}
    return made


def _pages(transcript: Transcript) -> tuple[Page, ...]:
    return transcript.document.pages if transcript.document else ()


def _page(words: PageWords, page: Page) -> dict[str, Any]:
    return {
        "number": words.number,
        "width": round(words.width, 2),
        "height": round(words.height, 2),
        "rotation": words.rotation,
        "words": [_word(word) for word in words.words],
        "lines": [_line(line) for line in page.lines],
        "codes": [code_to_dict(code) for code in words.codes],
    }


def _word(word: Word) -> dict[str, Any]:
    return _line(word) | {"source": word.source} | ({"handwritten": True} if word.handwritten else {})


def _line(line: Line | Word) -> dict[str, Any]:
    return {"text": line.text, "confidence": plain_confidence(line.confidence), "box": plain_box(line.box)}


def _rows(transcripts: Iterable[Transcript]) -> Iterator[list[str]]:
    for transcript in transcripts:
        for page in _pages(transcript):
            for number, line in enumerate(page.lines, 1):
                for word in line.words:
                    confidence, place = plain_confidence(word.confidence), plain_box(word.box)
                    row: list[Cell] = [transcript.file, page.number, number, word.text, confidence, *place]
                    yield [cell(value) for value in row]
