"""Text that keeps the columns of its page, for a typewriter's face."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.frames import moved

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from invoice_ocr.model import Box, Line, Page, PageWords, Transcript

_NARROWEST = 2.0  # points that a column of characters stands for, at least
_MOST_COLUMNS = 240
_APART = 2  # spaces between two columns of text that would touch
_BLANK = 1.8  # heights of a row between two rows: one blank line is left for each
_MOST_BLANK = 2


def write(transcripts: Iterable[Transcript], stream: BinaryIO) -> None:
    """Rows as they stand on the page, each word group at its column; a form feed between pages and files."""
    first = True
    for transcript in transcripts:
        if not (transcript.reading and transcript.document):
            continue
        for words, page in zip(transcript.reading.pages, transcript.document.pages, strict=True):
            text = "".join(f"{row}\n" for row in rows_of(words, page))
            stream.write((text if first else f"\f{text}").encode("utf-8", "replace"))
            stream.flush()
            first = False


def rows_of(words: PageWords, page: Page) -> list[str]:
    """The rows of one page as lines of text, blank ones where the page leaves room; what runs up or down at the end."""
    aside = [line.text for line in page.lines if line.words[0].turn]
    across = [row for row in page.rows if not row[0].words[0].turn]
    placed = [[(_upright(line, words), line.text) for line in row] for row in across]
    widths = [box.width / len(text) for row in placed for box, text in row if len(text) > 1]
    if not widths:
        return [*(" ".join(text for _, text in row) for row in placed), *aside]
    start = min(box.left for row in placed for box, _ in row)
    end = max(box.right for row in placed for box, _ in row)
    column = max(_NARROWEST, median(widths), (end - start) / _MOST_COLUMNS)
    height = median(box.height for row in placed for box, _ in row)
    made: list[str] = []
    above: float | None = None
    for row in placed:
        middle = sum(box.center_y for box, _ in row) / len(row)
        if above is not None:
            made += [""] * min(_MOST_BLANK, max(0, round((middle - above) / height / _BLANK) - 1))
        made.append(_row(row, start, column))
        above = middle
    return [*made, *(["", *aside] if aside else [])]


def _row(row: Sequence[tuple[Box, str]], start: float, column: float) -> str:
    text = ""
    for box, said in row:
        place = round((box.left - start) / column)
        text += " " * max(place - len(text), _APART if text else 0) + said
    return text


def _upright(line: Line, words: PageWords) -> Box:
    return moved(line.box, words.frame.matrix) if words.frame else line.box
