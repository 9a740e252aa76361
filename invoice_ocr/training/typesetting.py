"""Lines of text set in a face, as ink without damage: as office printers set them, and as tills and needles do."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from invoice_ocr.training.fonts import HAN, Face

_OPENING = frozenset("（《【「〈『“‘")
_SQUEEZED = _OPENING | frozenset("，。、：；）》】」〉』”’")
_LIGATURES = {"ffi": "\ufb03", "ffl": "\ufb04", "ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02"}
_LETTERS = {sign: letters for letters, sign in _LIGATURES.items()}


@dataclass(slots=True)
class Line:
    """Text as ink, 0..255, before any damage. edges: x of each character's sides; em, capital, baseline: pixels."""

    ink: np.ndarray
    edges: np.ndarray
    em: int
    capital: int
    baseline: int


@lru_cache(maxsize=1200)
def _font(path: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


def set_line(rng: random.Random, text: str, face: Face, em: int, *, coarse: bool = False) -> Line | None:
    """A line of text `em` pixels high, some of it spaced out or bolder; coarse: ink or paper, nothing between."""
    font = _font(face.path, face.index, em)
    spaced = rng.random() < 0.04
    extra = int(em * rng.uniform(0.05, 0.25)) if spaced else 0
    squeezed = not _SQUEEZED.isdisjoint(text) and rng.random() < 0.5
    drawn = text if spaced or squeezed or rng.random() < 0.5 else ligatured(text, face)
    edges = np.array([font.getlength(drawn[:i]) + extra * i for i in range(len(drawn) + 1)])
    starts = edges[:-1]
    if squeezed:
        starts, edges = squeezed_stops(text, edges, em * rng.uniform(0.35, 0.6))
    if edges[-1] > 40 * em:
        return None
    page = Image.new("L", (int(edges[-1]) + 2 * em, 3 * em))
    pen = ImageDraw.Draw(page)
    pen.fontmode = "1" if coarse else "L"
    stroke = 1 if em > 36 and rng.random() < 0.03 else 0
    if spaced or squeezed:
        for char, x in zip(text, starts, strict=True):
            pen.text((em + x, em // 2), char, fill=255, font=font, stroke_width=stroke)
    else:
        pen.text((em, em // 2), drawn, fill=255, font=font, stroke_width=stroke)
    edges = np.interp(np.arange(len(text) + 1), places(drawn), edges)
    capital = -int(font.getbbox("H", anchor="ls")[1])
    return Line(np.asarray(page), em + edges, em, capital, em // 2 + font.getmetrics()[0])


def squeezed_stops(text: str, edges: np.ndarray, wide: float) -> tuple[np.ndarray, np.ndarray]:
    """Where each sign is drawn and its sides, when Chinese stops and brackets are set `wide` pixels wide.

    Their ink fills one half of a square; typesetters leave most of the other out.
    """
    widths = np.diff(edges)
    whole = widths.copy()
    for i, char in enumerate(text):
        if char in _SQUEEZED:
            widths[i] = min(wide, whole[i])
    sides = np.concatenate([edges[:1], edges[0] + np.cumsum(widths)])
    ahead = np.array([char in _OPENING for char in text])
    return sides[:-1] - np.where(ahead, whole - widths, 0), sides


def ligatured(text: str, face: Face) -> str:
    """The text with the ligatures of f that the face has, as typesetters print it."""
    for letters, sign in _LIGATURES.items():
        if ord(sign) in face.chars:
            text = text.replace(letters, sign)
    return text


def places(drawn: str) -> np.ndarray:
    """Where each sign drawn begins in the text it stands for, and where the last ends."""
    sizes = [len(_LETTERS.get(sign, sign)) for sign in drawn]
    return np.concatenate([[0], np.cumsum(sizes)])


def set_at_till(rng: random.Random, text: str, face: Face, struck: bool) -> Line | None:
    """Letters of a few whole dots each, often narrow and tall, as tills and impact printers set them."""
    dots = rng.randrange(10, 20) + (5 if any(ord(char) in HAN for char in text) else 0)
    fine = 2 if struck and rng.random() < 0.5 else 1  # pictures of letters, as drivers send them, place dots finer
    line = set_line(rng, text, face, dots * fine, coarse=True)
    if line is None:
        return None
    if struck:
        return _struck(rng, line, fine)
    tall = rng.uniform(1.3, 2.6)
    return stretched(line, tall * math.exp(rng.uniform(math.log(0.5), math.log(1.1))), tall)


def _struck(rng: random.Random, line: Line, fine: int) -> Line:
    """Each dot as a needle strikes it: round, running into its neighbours along a row, rows often apart.

    The head strikes a band of rows at once and often on its way back, too: needles differ in force, and rows struck in
    another pass stand aside. Bold print is struck again half a dot aside. fine: columns, and pixels of `line` in each
    direction, that a row of dots has for one of its own height.
    """
    pitch, apart = 4, 4 // fine
    rows = line.ink[: len(line.ink) // fine * fine].reshape(-1, fine, line.ink.shape[1])
    ink = rows.max(1).astype(np.float32)
    if rng.random() < 0.4:  # a worn needle strikes its row faintly in every band
        force = np.ones(rng.choice((8, 9, 12, 24)), np.float32)
        for worn in rng.choices(range(len(force)), k=rng.randrange(1, 4)):
            force[worn] = rng.uniform(0.2, 0.8)
        ink *= np.resize(force, len(ink))[:, None]
    way = rng.random()
    if way < 0.12:  # draft: of dots side by side every other one
        ink[:, 1::2] *= 0.3
    elif way < 0.35:  # grey letters, as drivers send them to printers that know black alone
        ink *= _screened(rng, ink.shape)
    dots = np.zeros((ink.shape[0] * pitch, ink.shape[1] * apart), np.float32)
    dots[pitch // 2 :: pitch, apart // 2 :: apart] = ink
    if rng.random() < 0.3:
        dots = np.maximum(dots, np.roll(dots, pitch // 2, 1))
    if rng.random() < 0.45:
        band, aside = rng.choice((1, 1, 2, 8)), round(rng.gauss(0, 0.7) * pitch)
        back = np.arange(len(dots)) // (pitch * band) % 2 == 1
        dots[back] = np.roll(dots[back], aside, 1)
    across, down = rng.uniform(1.2, 2.2), rng.uniform(0.8, 1.8)
    dots = cv2.GaussianBlur(dots, (0, 0), sigmaX=across, sigmaY=down)
    dots = dots * rng.uniform(0.8, 2.0) * 255 / max(1.0, float(dots.max()))
    struck = Line(
        dots.clip(0, 255).astype(np.uint8),
        line.edges * apart,
        line.em * pitch // fine,
        line.capital * pitch // fine,
        line.baseline * pitch // fine,
    )
    tall = rng.uniform(1.0, 2.4) / pitch
    return stretched(struck, tall * math.exp(rng.uniform(math.log(0.5), math.log(1.1))), tall)


def _screened(rng: random.Random, shape: tuple[int, int]) -> np.ndarray:
    """Which dots a printer strikes for grey: by an ordered table of two or four dots, or by chance."""
    grey = rng.uniform(0.45, 0.9)
    high, wide = shape
    if rng.random() < 0.3:
        level = np.random.default_rng(rng.getrandbits(64)).random(shape)
    else:
        table = np.array([[0, 2], [3, 1]])
        if rng.random() < 0.5:
            table = np.block([[4 * table, 4 * table + 2], [4 * table + 3, 4 * table + 1]])
        tile = np.roll((table + 0.5) / table.size, (rng.randrange(4), rng.randrange(4)), (0, 1))
        level = np.tile(tile, (high // len(tile) + 1, wide // len(tile) + 1))[:high, :wide]
    return np.where(level < grey, np.float32(1), np.float32(rng.uniform(0, 0.3)))


def stretched(line: Line, across: float, down: float) -> Line:
    high, wide = line.ink.shape
    size = (max(4, round(wide * across)), max(4, round(high * down)))
    ink = cv2.resize(line.ink, size, interpolation=cv2.INTER_AREA if across < 1 else cv2.INTER_LINEAR)
    em, capital, baseline = (round(length * down) for length in (line.em, line.capital, line.baseline))
    return Line(ink, line.edges * across, em, capital, baseline)
