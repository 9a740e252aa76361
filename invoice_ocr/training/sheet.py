"""A sheet being drawn: words and where their ink lies, lines of them, rules, boxes and pictures.

What a box is: horizontally the ink of the word; vertically its ink joined with the band from baseline to cap height,
so that "-", "." and "sur" are as tall as their neighbours. Words are split at spaces, and nowhere else: a letterspaced
word, a number with spaces between its thousands ("1 234,56") and a chain such as "a/b-c" is one box. Dotted leaders,
rules, codes, pictures, stamps and signatures have no box.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from invoice_ocr.training import page_text
from invoice_ocr.training.fonts import Face

Colour = tuple[int, int, int]
BLACK: Colour = (0, 0, 0)
WHITE: Colour = (255, 255, 255)


@dataclass(frozen=True, slots=True)
class DrawnPage:
    """A page: pixels uint8 (height, width, 3) RGB; boxes float32 (words, 4) left, top, right, bottom in pixels.

    scale: pixels a point at which it was drawn.
    """

    pixels: np.ndarray
    boxes: np.ndarray
    scale: float


class Sheet:
    """A page being drawn: positions and sizes in points, boxes kept in pixels."""

    def __init__(self, rng: np.random.Generator, width: float, height: float, scale: float, paper: Colour) -> None:
        self.rng = rng
        self.width, self.height, self.scale = width, height, scale
        self.image = Image.new("RGB", (round(width * scale), round(height * scale)), paper)
        self.pen = ImageDraw.Draw(self.image)
        self.boxes: list[tuple[float, float, float, float]] = []

    def font(self, face: Face, size: float) -> Type:
        """The face at a size in points."""
        return _type(face.path, face.index, max(4, round(size * self.scale)))

    def word(self, x: float, y: float, text: str, font: Type, fill: Colour, spacing: float = 0.0) -> float:
        """Draw one word from x at baseline y, keep its box, return where it ends; spacing: points between letters."""
        left, base = x * self.scale, y * self.scale
        end = left
        found = []
        if spacing:
            for char in text:
                found.append(self._glyphs(end, base, char, font, fill))
                end += font.length(char) + spacing * self.scale
        else:
            found.append(self._glyphs(left, base, text, font, fill))
            end += font.length(text)
        ink = [box for box in found if box]
        if ink:
            x0, y0 = min(box[0] for box in ink), min(box[1] for box in ink)
            x1, y1 = max(box[2] for box in ink), max(box[3] for box in ink)
            self.boxes.append((x0, min(y0, base - font.cap), x1, max(y1, base)))
        return end / self.scale

    def _glyphs(
        self, x: float, y: float, text: str, font: Type, fill: Colour
    ) -> tuple[float, float, float, float] | None:
        box = font.ink(text)
        if box is None:
            return None
        self.pen.text((x, y), text, fill=fill, font=font.face, anchor="ls")
        shift = round(x), round(y)
        return box[0] + shift[0], box[1] + shift[1], box[2] + shift[0], box[3] + shift[1]

    def line(
        self,
        x: float,
        y: float,
        text: str,
        font: Type,
        fill: Colour = BLACK,
        *,
        align: str = "left",
        spacing: float = 0.0,
    ) -> float:
        """Draw words separated by spaces on one baseline and return where the line ends (align: where x lies)."""
        space = font.space / self.scale + spacing
        words = [word.replace(page_text.JOIN, " ") for word in text.split(" ") if word]
        if align != "left":
            total = sum(self.length(word, font, spacing) for word in words) + space * (len(words) - 1)
            x -= total if align == "right" else total / 2
        for word in words:
            x = self.word(x, y, word, font, fill, spacing) + space
        return x - space

    def length(self, text: str, font: Type, spacing: float = 0.0) -> float:
        """The advance of a text in points."""
        return font.length(text.replace(page_text.JOIN, " ")) / self.scale + spacing * len(text)

    def paragraph(
        self, x: float, y: float, width: float, words: Sequence[str], font: Type, fill: Colour, leading: float
    ) -> float:
        """Set words into lines of a width and return the baseline after the last one."""
        at = x
        space = font.space / self.scale
        for word in (text.replace(page_text.JOIN, " ") for text in words):
            long = font.length(word) / self.scale
            if at > x and at + long > x + width:
                at, y = x, y + leading
            at = self.word(at, y, word, font, fill) + space
        return y + leading

    def box(
        self, x: float, y: float, width: float, height: float, fill: Colour | None, edge: Colour | None = None
    ) -> None:
        """A rectangle in points."""
        s = self.scale
        corners = (x * s, y * s, max(x, x + width) * s, max(y, y + height) * s)
        self.pen.rectangle(corners, fill=fill, outline=edge, width=max(1, round(0.6 * s)) if edge else 0)

    def rule(self, x0: float, y0: float, x1: float, y1: float, fill: Colour, width: float = 0.6) -> None:
        """A straight line in points."""
        s = self.scale
        self.pen.line((x0 * s, y0 * s, x1 * s, y1 * s), fill=fill, width=max(1, round(width * s)))

    def picture(self, x: float, y: float, pixels: np.ndarray) -> None:
        """Paste pixels with their left top corner at a point."""
        self.image.paste(Image.fromarray(pixels), (round(x * self.scale), round(y * self.scale)))

    def done(self) -> DrawnPage:
        """The page as arrays; boxes cut to the page, those outside dropped."""
        pixels = np.asarray(self.image)
        boxes = np.array(self.boxes, np.float32).reshape(-1, 4)
        height, width = pixels.shape[:2]
        boxes[:, 0::2] = boxes[:, 0::2].clip(0, width)
        boxes[:, 1::2] = boxes[:, 1::2].clip(0, height)
        good = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 2)
        return DrawnPage(pixels, boxes[good], self.scale)


class Type:
    """A font at one size in pixels, with what is measured again and again kept."""

    def __init__(self, face: ImageFont.FreeTypeFont, size: int) -> None:
        self.face = face
        self.size = size
        self.cap = -float(self.face.getbbox("H", anchor="ls")[1])
        self.space = float(np.clip(self.face.getlength(" "), 0.2 * size, 0.7 * size))

    def length(self, text: str) -> float:
        """The advance in pixels."""
        return float(self.face.getlength(text))

    def ink(self, text: str) -> tuple[float, float, float, float] | None:
        """The ink around the origin on the baseline, in pixels; None for blank text."""
        left, top, right, bottom = self.face.getbbox(text, anchor="ls")
        return (left, top, right, bottom) if right > left and bottom > top else None


@lru_cache(maxsize=600)
def _type(path: str, index: int, size: int) -> Type:
    return Type(ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC), size)
