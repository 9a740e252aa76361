"""What stands on paper: boxes, words, lines and pages, as they are read and as they are laid out.

Boxes are in points (1/72 inch), origin top left, y down; pages are numbered from 1.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    import numpy as np

Origin = Literal["ocr", "text-layer", "e-invoice", "qr", "derived", "correction"]


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle on a page: left <= right, top <= bottom, in points."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center_x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def center_y(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def area(self) -> float:
        return max(0.0, self.width) * max(0.0, self.height)

    def overlap(self, other: Box) -> float:
        """Area shared with another box, in square points; 0 when they are apart."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0

    def scaled(self, factor: float) -> Box:
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    @staticmethod
    def around(boxes: Iterable[Box]) -> Box:
        """The smallest box that holds all of `boxes`; ValueError when there are none."""
        every = list(boxes)
        if len(every) == 1:
            return every[0]
        return Box(
            min([box.left for box in every]),
            min([box.top for box in every]),
            max([box.right for box in every]),
            max([box.bottom for box in every]),
        )


@dataclass(frozen=True, slots=True)
class Word:
    """One printed word.

    confidence: 0..1, how sure its source is that `text` is what is printed (1.0 for a trusted text layer).
    alternatives: other readings of the same ink, best first. turn: degrees clockwise (0, 90, 270) by which it is turned
    against the lines of its page, as notes printed along a margin are. handwritten: by hand, and not printed.
    """

    text: str
    box: Box
    confidence: float = 1.0
    source: Origin = "ocr"
    alternatives: tuple[str, ...] = ()
    turn: int = 0
    handwritten: bool = False


@dataclass(frozen=True, slots=True)
class Issue:
    """A doubt that travels with the result: a stable dotted code, a sentence, the fields it touches."""

    code: str
    message: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Code:
    """A QR code or barcode printed on a page. format: as zxing-cpp names it. text: what it holds."""

    format: str
    text: str
    box: Box


@dataclass(frozen=True, slots=True)
class Frame:
    """The upright page within a page that lies askew, on its side or in a photograph.

    width, height: of the upright page, in points. matrix: 3 x 3, row by row, from points of the page as it is displayed
    to points of the upright one.
    """

    width: float
    height: float
    matrix: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class PageWords:
    """The words of one page, in reading order. width, height: points, as the page is displayed.

    rotation: degrees clockwise (0, 90, 180, 270) that the stored page was turned to be displayed upright.
    frame: where the page was found to stand otherwise than it is displayed; its words' boxes are on the page as it is
    displayed all the same: each about the middle of its word, and as wide and high as the word itself.
    issues: what its pixels leave in doubt. codes: QR codes and barcodes on it.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...] = ()
    rotation: int = 0
    frame: Frame | None = None
    issues: tuple[Issue, ...] = ()
    codes: tuple[Code, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Each page's size and words with boxes, and nothing else: what caches keep and fixtures record."""

    pages: tuple[PageWords, ...]


@dataclass(frozen=True, slots=True)
class PageImage:
    """One rendered page. pixels: uint8, shape (height, width, 3), RGB; dpi: dots per inch of both axes.

    file: the name of the input that it is a page of.
    """

    number: int
    pixels: np.ndarray
    dpi: float
    rotation: int = 0
    file: str = ""

    @property
    def width(self) -> float:
        """Width in points."""
        return float(self.pixels.shape[1]) * 72.0 / self.dpi

    @property
    def height(self) -> float:
        """Height in points."""
        return float(self.pixels.shape[0]) * 72.0 / self.dpi


@dataclass(frozen=True, slots=True)
class Line:
    """Words on one baseline with no column gap between them, left to right."""

    words: tuple[Word, ...]
    box: Box

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    @property
    def confidence(self) -> float:
        """Mean confidence of the words, 0..1."""
        return sum(word.confidence for word in self.words) / len(self.words)


@dataclass(frozen=True, slots=True)
class Page:
    """One page laid out: lines in reading order, and rows (lines side by side at one height), top to bottom."""

    number: int
    width: float
    height: float
    lines: tuple[Line, ...]
    rows: tuple[tuple[Line, ...], ...]


@dataclass(frozen=True, slots=True)
class Document:
    """Pages that belong together, laid out."""

    pages: tuple[Page, ...]
