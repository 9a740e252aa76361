"""The nouns of intake: what is asked of a parser, what it gives, and what an opened document is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from invoice_ocr.errors import ConfigError

if TYPE_CHECKING:
    from invoice_ocr.intake.sources import Failed, Source
    from invoice_ocr.intake.testimony import Testimony
    from invoice_ocr.model import Code, Failure, Issue, PageImage, Witness, Word

_ANSWER_SECONDS = 3.0  # after which the pages that are ready are sent off
_ANSWER_PAGES = 32

Buffer = bytes | bytearray | memoryview
Corners = tuple[float, float, float, float]  # left, top, right, bottom in points of the displayed page


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """One page as it is displayed: turned by /Rotate or EXIF, cut to its crop box.

    number: from 1. width, height: points. rotation: degrees clockwise (0, 90, 180, 270) by which it was turned.
    words: the text layer's words where it can be trusted, else None. image: the page's pixels where OCR needs them.
    codes: QR codes and barcodes on it.
    """

    number: int
    width: float
    height: float
    rotation: int = 0
    words: tuple[Word, ...] | None = None
    image: PageImage | None = None
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Opened:
    """One input, opened: its pages, or the failure that stands in their place.

    last: False when more pages of the same document follow in the next Opened (only from `Intake.open_parts`).
    """

    source: Source | Failed
    pages: tuple[OpenedPage, ...] = ()
    issues: tuple[Issue, ...] = ()
    failure: Failure | None = None
    last: bool = True
    witnesses: tuple[Witness, ...] = ()


@dataclass(frozen=True, slots=True)
class LayerWord:
    """One word of a text layer. x, y: its middle in points of the displayed page.

    width: along its line; height: across, in points. angle: degrees clockwise. line: number of its line.
    """

    text: str
    x: float
    y: float
    width: float
    height: float
    angle: float
    line: int


@dataclass(frozen=True, slots=True)
class TextLayer:
    """The words to be put on one page, in reading order. stored_width, stored_height: of the page as its file has it,
    before it is turned to be displayed, in points. anew: whether invisible text that the page has gives way to them.
    """

    number: int
    stored_width: float
    stored_height: float
    words: tuple[LayerWord, ...]
    anew: bool = False


@dataclass(frozen=True, slots=True)
class Request:
    """What a worker is asked: some pages of one document, or clips of them.

    document: the file's bytes. first: index into the chosen pages where to start. text, pages, dpi: as in Settings.
    max_pixels: of one page. budget: bytes of pixels after which the rest is left for the next request.
    clips: (page number, corners in points) to be cut out at `dpi`; when given, nothing else is done.
    mend: whether to repair the document before it is opened, because opening it as it is killed a worker.
    witnesses: as in Settings. layers: what is put on its pages, where a searchable file is asked for.
    """

    document: bytes
    first: int = 0
    text: str = "auto"
    pages: str = ""
    dpi: float = 200.0
    max_pages: int = 200
    max_pixels: int = 100_000_000
    budget: int = 40_000_000
    passwords: tuple[str, ...] = ()
    clips: tuple[tuple[int, Corners], ...] | None = None
    mend: bool = False
    witnesses: str = "all"
    layers: tuple[TextLayer, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pixels:
    """A picture on its way between processes. buffer: width * height * 3 bytes, RGB, row by row from the top."""

    width: int
    height: int
    dpi: float
    buffer: Buffer


@dataclass(frozen=True, slots=True)
class Sheet:
    """One page as a worker gives it. words: (text, corners), or None when they cannot be trusted.

    codes: (format, text, corners) of its QR codes and barcodes.
    """

    number: int
    width: float
    height: float
    rotation: int = 0
    words: list[tuple[str, Corners]] | None = None
    pixels: Pixels | None = None
    codes: list[tuple[str, str, Corners]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Part:
    """What a worker answers. issues: (code, message). rest: index of the first chosen page left over, None: all done.

    lost: pages that could not be read, each with the code and message of its failure. file: the searchable file.
    """

    sheets: list[Sheet] = field(default_factory=list)
    issues: list[tuple[str, str]] = field(default_factory=list)
    lost: list[tuple[int, str, str]] = field(default_factory=list)
    rest: int | None = None
    clips: list[Pixels] = field(default_factory=list)
    witnesses: list[Testimony] = field(default_factory=list)
    file: bytes | None = None


class Load:
    """What one answer holds already. budget: bytes of pixels at which it is full; time and words fill it, too."""

    def __init__(self, budget: int) -> None:
        self.sheets: list[Sheet] = []
        self._left = budget
        self._until = time.monotonic() + _ANSWER_SECONDS

    def add(self, sheet: Sheet) -> None:
        self.sheets.append(sheet)
        self._left -= len(memoryview(sheet.pixels.buffer)) if sheet.pixels is not None else 0

    @property
    def full(self) -> bool:
        late = bool(self.sheets) and time.monotonic() > self._until
        return late or self._left <= 0 or len(self.sheets) >= _ANSWER_PAGES


Parser = Callable[[Request], Part]

_RANGE = re.compile(r"(\d+)?\s*(-)?\s*(\d+)?")


def chosen(pages: str, count: int) -> list[int]:
    """Numbers of the pages that `pages` ("1-3,7", "2-", "-4"; empty: all) names among `count`, ascending.

    ConfigError when it cannot be read. Pages that do not exist are left out.
    """
    if not pages.strip():
        return list(range(1, count + 1))
    wanted: set[int] = set()
    for piece in pages.split(","):
        match = _RANGE.fullmatch(piece.strip())
        if match is None or not (match[1] or match[3]) or match[1] == "0" or match[3] == "0":
            raise ConfigError(f"--pages: {piece.strip()!r} is not a page or a range.", fix="Give such as 3, 1-4 or 2-.")
        first = int(match[1] or 1)
        final = int(match[3] or count) if match[2] else first
        if match[2] and match[3] and final < first:
            raise ConfigError(f"--pages: {piece.strip()!r} runs backwards.", fix="Give them as in 1-4.")
        wanted.update(range(first, min(final, count) + 1))
    return sorted(number for number in wanted if number <= count)
