"""Sheets of paper to draw invoices on: text, rules and panels in, a PDF and the box of every word out.

The one file of this generator that touches PyMuPDF. Coordinates are points, origin top left, y down; text stands on
its baseline.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pymupdf as untyped
from PIL import ImageFont

from invoice_ocr.model import Box, Word
from invoice_ocr.training.invoice_locale import NO_BREAK

pymupdf: Any = untyped  # 1.28 has a py.typed, and few types
Colour = tuple[float, float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
WHITE: Colour = (1.0, 1.0, 1.0)
_FOLDERS = (
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    "~/.fonts",
    "~/.local/share/fonts",
    "/Library/Fonts",
    "C:/Windows/Fonts",
)
# Freely licensed families whose subsets may be embedded: SIL OFL, Apache, Bitstream Vera, GPL with font exception.
_FILES = {
    "Inter": ("Inter-Regular.otf", "Inter-Bold.otf"),
    "Lato": ("Lato-Regular.ttf", "Lato-Bold.ttf"),
    "Open Sans": ("OpenSans-Regular.ttf", "OpenSans-Bold.ttf"),
    "Roboto": ("Roboto-Regular.ttf", "Roboto-Bold.ttf"),
    "Roboto Condensed": ("RobotoCondensed-Regular.ttf", "RobotoCondensed-Bold.ttf"),
    "Roboto Slab": ("RobotoSlab-Regular.otf", "RobotoSlab-Bold.otf"),
    "Noto Sans": ("NotoSans-Regular.ttf", "NotoSans-Bold.ttf"),
    "Noto Serif": ("NotoSerif-Regular.ttf", "NotoSerif-Bold.ttf"),
    "Carlito": ("Carlito-Regular.ttf", "Carlito-Bold.ttf"),
    "Caladea": ("Caladea-Regular.ttf", "Caladea-Bold.ttf"),
    "Liberation Sans": ("LiberationSans-Regular.ttf", "LiberationSans-Bold.ttf"),
    "Liberation Serif": ("LiberationSerif-Regular.ttf", "LiberationSerif-Bold.ttf"),
    "Liberation Mono": ("LiberationMono-Regular.ttf", "LiberationMono-Bold.ttf"),
    "DejaVu Sans": ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf"),
    "DejaVu Sans Mono": ("DejaVuSansMono.ttf", "DejaVuSansMono-Bold.ttf"),
    "PT Sans": ("PTS55F.ttf", "PTS75F.ttf"),
    "PT Serif": ("PTF55F.ttf", "PTF75F.ttf"),
    "Gentium Plus": ("GentiumPlus-Regular.ttf", "GentiumPlus-Bold.ttf"),
    "EB Garamond": ("EBGaramond12-Regular.otf", "EBGaramond12-Bold.otf"),
    "Courier Prime": ("Courier Prime.ttf", "Courier Prime Bold.ttf"),
    "Cousine": ("Cousine-Regular.ttf", "Cousine-Bold.ttf"),
}
# MuPDF's own cuts of the base fonts: there on every machine.
_BUILT_IN = {"Helvetica": ("helv", "hebo"), "Times": ("tiro", "tibo"), "Courier": ("cour", "cobo")}
MONO = ("Liberation Mono", "DejaVu Sans Mono", "Courier Prime", "Cousine", "Courier")
SERIF = ("Roboto Slab", "Noto Serif", "Caladea", "Liberation Serif", "PT Serif", "Gentium Plus", "EB Garamond", "Times")


@cache
def font_files() -> dict[str, Path]:
    """Every font file on this machine by its name."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        root = Path(folder).expanduser()
        if root.is_dir():
            found.update(
                {path.name: path for path in sorted(root.rglob("*")) if path.suffix.lower() in (".ttf", ".otf")}
            )
    return found


def families(*, built_in: bool = False) -> list[str]:
    """Names of the families that can be drawn with here; `built_in`: only those that are there everywhere."""
    there = [] if built_in else [name for name, pair in _FILES.items() if all(file in font_files() for file in pair)]
    return there + list(_BUILT_IN)


@dataclass(frozen=True, slots=True)
class Face:
    """One font, and the ink of its characters."""

    font: Any
    ink: Callable[[str], tuple[float, float, float, float]]
    advance: Callable[[str], float]

    def width(self, text: str, size: float) -> float:
        """Advance of `text` in points."""
        return sum(map(self.advance, text)) * size


@cache
def load_face(family: str, *, bold: bool) -> Face:
    """The regular or bold face of a family named by `families()`."""
    if family in _BUILT_IN:
        font = pymupdf.Font(_BUILT_IN[family][bold])
    else:
        font = pymupdf.Font(fontfile=str(font_files()[_FILES[family][bold]]))
    drawn = ImageFont.truetype(io.BytesIO(font.buffer), 200)

    @cache
    def ink(character: str) -> tuple[float, float, float, float]:
        """Left, top, right, bottom of a character's ink from its origin on the baseline, y down, for size 1."""
        left, top, right, bottom = drawn.getbbox(character, anchor="ls")
        return left / 200, top / 200, right / 200, bottom / 200

    @cache
    def advance(character: str) -> float:
        return float(font.glyph_advance(ord(character)))

    return Face(font, ink, advance)


@dataclass(slots=True)
class Side:
    """What stands on one page: shapes below, texts above, and the words with their ink."""

    shapes: list[tuple[Any, ...]] = field(default_factory=list)
    runs: dict[Colour, list[tuple[float, float, str, Face, float]]] = field(default_factory=dict)
    words: list[Word] = field(default_factory=list)


class Sheet:
    """A document being drawn, page after page.

    shown: the printed text of each field that was drawn with its name, the last one where it was drawn twice.
    """

    def __init__(self, width: float, height: float, family: str) -> None:
        self.width = width
        self.height = height
        self.regular = load_face(family, bold=False)
        self.bold = load_face(family, bold=True)
        self.sides: list[Side] = []
        self.shown: dict[str, str] = {}
        self.turn_page()

    def turn_page(self) -> None:
        """Go on drawing on a new page."""
        self.sides.append(Side())
        self.side = self.sides[-1]

    def go_to(self, page: int) -> None:
        """Go on drawing on a page that was begun before, counted from 1."""
        self.side = self.sides[page - 1]

    def measure(self, text: str, size: float, *, bold: bool = False) -> float:
        """Width of `text` in points."""
        return (self.bold if bold else self.regular).width(text.replace("\u202f", NO_BREAK), size)

    def fit(self, text: str, size: float, width: float, *, bold: bool = False) -> float:
        """The size at which `text` is no wider than `width`: `size`, or smaller."""
        return size * min(1.0, width / max(1.0, self.measure(text, size, bold=bold)))

    def text(
        self, x: float, y: float, text: str, size: float, *, bold: bool = False, colour: Colour = BLACK,
        align: str = "left", field: str = "", value: str = "",
    ) -> float:  # fmt: skip
        """Print one line with its baseline at y; x is its left, right or middle by `align`. Returns its right edge.

        field: the field this text states, noted in `shown`; value: the part of the text that states it.
        """
        text = text.replace("\u202f", NO_BREAK)
        face = self.bold if bold else self.regular
        width = face.width(text, size)
        left = x - (width if align == "right" else width / 2 if align == "middle" else 0)
        self.side.runs.setdefault(colour, []).append((left, y, text, face, size))
        self._note_words(left, y, text, face, size)
        if field:
            self.shown[field] = value or text
        return left + width

    def _note_words(self, left: float, y: float, text: str, face: Face, size: float) -> None:
        """Words part at plain spaces only: an amount grouped by a no-break space is one word.

        A box is the word's ink joined with the band from baseline to cap height: what the detector learns.
        """
        cursor = 0
        cap = face.ink("H")[1]
        for part in text.split(" "):
            if part.strip():
                start = left + face.width(text[:cursor], size)
                marks = [
                    (start + face.width(part[:i], size), face.ink(c)) for i, c in enumerate(part) if not c.isspace()
                ]
                box = Box(
                    min(at + ink[0] * size for at, ink in marks),
                    y + min(cap, *(ink[1] for _, ink in marks)) * size,
                    max(at + ink[2] * size for at, ink in marks),
                    y + max(0.0, *(ink[3] for _, ink in marks)) * size,
                )
                self.side.words.append(Word(part.replace(NO_BREAK, " "), box, 1.0, "text-layer"))
            cursor += len(part) + 1

    def wrap(self, text: str, width: float, size: float, *, bold: bool = False) -> list[str]:
        """`text` cut into lines no wider than `width`; a single word may be."""
        lines: list[str] = []
        for word in text.split(" "):
            longer = f"{lines[-1]} {word}" if lines else word
            if lines and self.measure(longer, size, bold=bold) <= width:
                lines[-1] = longer
            else:
                lines.append(word)
        return lines

    def paragraph(
        self, x: float, y: float, width: float, text: str, size: float, *, leading: float = 1.35,
        colour: Colour = BLACK, bold: bool = False,
    ) -> float:  # fmt: skip
        """Print wrapped text from baseline y; returns the baseline after its last line."""
        for line in self.wrap(text, width, size, bold=bold):
            self.text(x, y, line, size, colour=colour, bold=bold)
            y += size * leading
        return y

    def rule(self, left: float, y: float, right: float, *, weight: float = 0.5, colour: Colour = BLACK) -> None:
        """A horizontal line."""
        self.side.shapes.append(("line", (left, y), (right, y), colour, weight))

    def post(self, x: float, top: float, bottom: float, *, weight: float = 0.5, colour: Colour = BLACK) -> None:
        """A vertical line."""
        self.side.shapes.append(("line", (x, top), (x, bottom), colour, weight))

    def panel(
        self,
        box: Box,
        *,
        fill: Colour | None = None,
        border: Colour | None = None,
        weight: float = 0.5,
        radius: float = 0.0,
    ) -> None:
        """A rectangle; radius: of its corners, as a share of its shorter side, up to 0.5."""
        self.side.shapes.append(("rect", (box.left, box.top, box.right, box.bottom), border, fill, weight, radius))

    def disc(self, x: float, y: float, radius: float, fill: Colour) -> None:
        """A filled circle."""
        self.side.shapes.append(("disc", (x, y), radius, fill))

    def polygon(self, points: Sequence[tuple[float, float]], fill: Colour) -> None:
        """A filled polygon."""
        self.side.shapes.append(("poly", tuple(points), fill))

    def pdf(self) -> bytes:
        """The document; the same drawing gives the same bytes. Fonts are embedded, cut to the characters used."""
        document = pymupdf.open()
        for side in self.sides:
            page = document.new_page(width=self.width, height=self.height)
            for shape in side.shapes:
                _draw(page, shape)
            for colour, runs in side.runs.items():
                writer = pymupdf.TextWriter(page.rect)
                for x, y, text, face, size in runs:
                    writer.append((x, y), text, font=face.font, fontsize=size)
                writer.write_text(page, color=colour)
        document.subset_fonts()
        document.set_metadata({"producer": "invoice-ocr", "title": "Invoice with invented parties"})
        stored: bytes = document.tobytes(garbage=4, deflate=True, deflate_fonts=True, no_new_id=True)
        document.close()
        return stored


def _draw(page: Any, shape: tuple[Any, ...]) -> None:
    kind = shape[0]
    if kind == "line":
        page.draw_line(shape[1], shape[2], color=shape[3], width=shape[4])
    elif kind == "rect":
        page.draw_rect(
            shape[1], color=shape[2], fill=shape[3], width=shape[4] if shape[2] else 0, radius=shape[5] or None
        )
    elif kind == "disc":
        page.draw_circle(shape[1], shape[2], color=None, fill=shape[3], width=0)
    else:
        page.draw_polyline(shape[1], color=None, fill=shape[2], closePath=True, width=0)


def render(stored: bytes, dpi: float = 200.0) -> list[np.ndarray]:
    """Pictures of a PDF's pages: uint8, shape (height, width, 3), RGB."""
    with pymupdf.open("pdf", stored) as document:
        pictures = []
        for page in document:
            pixels = page.get_pixmap(dpi=int(dpi), alpha=False)
            pictures.append(np.frombuffer(pixels.samples, np.uint8).reshape(pixels.height, pixels.width, 3).copy())
        return pictures


def page_texts(stored: bytes) -> list[str]:
    """The text layer of each page, spaces of every kind and line ends as one plain space."""
    with pymupdf.open("pdf", stored) as document:
        return [" ".join(page.get_text().split()) for page in document]


def images_pdf(pictures: Sequence[bytes], dpi: float) -> bytes:
    """A PDF whose pages are coded pictures and nothing else, as scanners write them."""
    document = pymupdf.open()
    for picture in pictures:
        pixels = pymupdf.Pixmap(picture)
        page = document.new_page(width=pixels.width * 72 / dpi, height=pixels.height * 72 / dpi)
        page.insert_image(page.rect, stream=picture)
    document.set_metadata({"producer": "invoice-ocr"})
    stored: bytes = document.tobytes(garbage=3, deflate=True, no_new_id=True)
    document.close()
    return stored
