"""Pictures of single words as a detector would cut them from a page: drawn, damaged, scaled to height 32.

A crop keeps, beside its text, the centre of every character in pixels: the alignment that lets training skip the
long search of CTC. Shards on disk are ragged: pixels of all crops end to end, column by column, and tables of where
each begins.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from PIL import Image, ImageDraw, ImageFont

from invoice_ocr.ocr.alphabet import ALPHABET, ALPHABETS, CHINESE
from invoice_ocr.ocr.crops import HEIGHT, NARROWEST, WIDTHS
from invoice_ocr.ocr.ink import PAD_X, PAD_Y
from invoice_ocr.training import chinese, texts
from invoice_ocr.training.fonts import Face, families

WIDEST = WIDTHS[-1]
_TEXTS = {"european": texts.random_text, "chinese": chinese.random_text}
_HAN = frozenset(ord(char) for char in CHINESE if "\u4e00" <= char <= "\u9fff")
_LEAST_HAN = 6500  # of them, that a face has if it is meant for simplified Chinese
_LEAST_FOR_HAN = 15  # pixels, under which their strokes run together
_ELSEWHERE = (" HK", " TW", " TC", " JP", " KR", "Big5")  # faces with the shapes of other countries
_OPENING = frozenset("（《【「〈『“‘")
_SQUEEZED = _OPENING | frozenset("，。、：；）》】」〉』”’")
_LIGATURES = {"ffi": "\ufb03", "ffl": "\ufb04", "ff": "\ufb00", "fi": "\ufb01", "fl": "\ufb02"}
_LETTERS = {sign: letters for letters, sign in _LIGATURES.items()}
TILLS = 0.12  # share of crops as tills and impact printers set them
_SIZES = (11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 32, 36, 42, 50, 64)
_SIZE_WEIGHTS = (3, 5, 7, 9, 10, 10, 10, 9, 8, 7, 6, 5, 4, 3, 2)


@dataclass(frozen=True, slots=True)
class Crop:
    """pixels: uint8 (32, width), grey, 8 <= width <= 512; centers: x of each character's middle, in pixels."""

    pixels: np.ndarray
    text: str
    centers: np.ndarray


@dataclass(frozen=True, slots=True)
class Arrival:
    """How damaged crops arrive. faxes: share of them that fax machines send; unfocused: of the others, that a lens out
    of focus sees."""

    faxes: float = 0.02
    unfocused: float = 0.03


USUAL = Arrival()


@lru_cache(maxsize=1200)
def _font(path: str, index: int, size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, size, index=index, layout_engine=ImageFont.Layout.BASIC)


class FaceChooser:
    """Draws faces: half from what offices print with, half from every family alike; held-out families apart."""

    def __init__(self, alphabet: str = "european", *, held_out: bool = False) -> None:
        every = families(held_out)
        if alphabet == "chinese":
            every = {family: kept for family, faces in every.items() if (kept := tuple(filter(_writes_chinese, faces)))}
        self.common = [faces for faces in every.values() if faces[0].common]
        self.all = list(every.values())
        # Faces with many characters, for texts that the others cannot draw.
        self.wide = sorted(
            (f for faces in (every if alphabet == "chinese" else families(False)).values() for f in faces),
            key=lambda f: -len(f.chars.intersection(map(ord, ALPHABETS[alphabet]))),
        )[:60]

    def choose(self, rng: random.Random, text: str, common: float = 0.5) -> Face | None:
        """A face that can draw `text`, or None when no tried face can. common: share of what offices print with."""
        needed = frozenset(map(ord, text)) - {0x20}
        for attempt in range(16):
            pool = self.common if self.common and (attempt + rng.random() < common or attempt % 2) else self.all
            face = rng.choice(rng.choice(pool))
            if face.slanted and rng.random() < 0.75:
                continue
            if face.chars >= needed:
                return face
        fitting = [face for face in self.wide if face.chars >= needed]
        return rng.choice(fitting) if fitting else None


def _writes_chinese(face: Face) -> bool:
    return len(face.chars.intersection(_HAN)) > _LEAST_HAN and not any(word in face.name for word in _ELSEWHERE)


@dataclass(slots=True)
class _Line:
    """Text as ink, 0..255, before any damage. edges: x of each character's sides; em, capital, baseline: pixels."""

    ink: np.ndarray
    edges: np.ndarray
    em: int
    capital: int
    baseline: int


def draw(
    rng: random.Random,
    text: str,
    face: Face,
    *,
    till: bool | None = None,
    struck: bool | None = None,
    arrival: Arrival = USUAL,
) -> Crop | None:
    """One crop of `text` in `face`, damaged as scans are; None when nothing visible came out.

    till: as tills and impact printers set it; None for `TILLS` of all. struck: by needles; None for two fifths.
    """
    size = rng.choices(_SIZES, _SIZE_WEIGHTS)[0]
    if size < _LEAST_FOR_HAN and any(ord(char) in _HAN for char in text):
        size += _LEAST_FOR_HAN - _SIZES[0]
    over = 2 if size <= 36 and rng.random() < 0.6 else 1  # drawn twice as large and averaged: print without hinting
    till = rng.random() < TILLS if till is None else till
    if till:
        over, line = 1, _till(rng, text, face, rng.random() < 0.4 if struck is None else struck)
    else:
        line = _set(rng, text, face, size * over)
        if line is not None and rng.random() < 0.3:
            line = _stretched(line, math.exp(rng.uniform(math.log(0.6), math.log(1.25))), 1.0)
    if line is None:
        return None
    ink = line.ink
    columns, rows = np.flatnonzero(ink.any(0)), np.flatnonzero(ink.any(1))
    if not len(columns):
        return None
    left, right, top, bottom = columns[0], columns[-1] + 1, rows[0], rows[-1] + 1
    levelled = rng.random() < 0.93  # as the engine cuts: never lower than a capital that stands on the baseline
    if levelled:
        top, bottom = min(top, line.baseline - line.capital), max(bottom, line.baseline)
    centers = (line.edges[:-1] + line.edges[1:]) / 2
    ink = _turned(rng, ink)
    loosened = _fitted if levelled and rng.random() < 0.75 else _slack
    left, right, top, bottom = loosened(rng, left, right, top, bottom, line.em)
    ink = _clutter(rng, ink, left, right, top, bottom)
    cut = _cut(ink, left, top, right, bottom)
    if over == 2:
        cut = cv2.resize(cut, (max(2, cut.shape[1] // 2), max(2, cut.shape[0] // 2)), interpolation=cv2.INTER_AREA)
    grey = printed(rng, cut, 3.0 if till and not struck else 1.0, arrival)
    width = round(grey.shape[1] * HEIGHT / grey.shape[0])
    width = max(NARROWEST, min(WIDEST, width))
    scale = width / (right - left)
    shrink = grey.shape[0] > HEIGHT
    grey = cv2.resize(grey, (width, HEIGHT), interpolation=cv2.INTER_AREA if shrink else cv2.INTER_LINEAR)
    return Crop(grey, text, ((centers - left) * scale).clip(0, width - 1).astype(np.float32))


def _set(rng: random.Random, text: str, face: Face, em: int, *, coarse: bool = False) -> _Line | None:
    """A line of text `em` pixels high, some of it spaced out or bolder; coarse: ink or paper, nothing between."""
    font = _font(face.path, face.index, em)
    spaced = rng.random() < 0.04
    extra = int(em * rng.uniform(0.05, 0.25)) if spaced else 0
    squeezed = not _SQUEEZED.isdisjoint(text) and rng.random() < 0.5
    drawn = text if spaced or squeezed or rng.random() < 0.5 else _ligatured(text, face)
    edges = np.array([font.getlength(drawn[:i]) + extra * i for i in range(len(drawn) + 1)])
    starts = edges[:-1]
    if squeezed:
        starts, edges = _squeezed(text, edges, em * rng.uniform(0.35, 0.6))
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
    edges = np.interp(np.arange(len(text) + 1), _places(drawn), edges)
    capital = -int(font.getbbox("H", anchor="ls")[1])
    return _Line(np.asarray(page), em + edges, em, capital, em // 2 + font.getmetrics()[0])


def _squeezed(text: str, edges: np.ndarray, wide: float) -> tuple[np.ndarray, np.ndarray]:
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


def _ligatured(text: str, face: Face) -> str:
    """The text with the ligatures of f that the face has, as typesetters print it."""
    for letters, sign in _LIGATURES.items():
        if ord(sign) in face.chars:
            text = text.replace(letters, sign)
    return text


def _places(drawn: str) -> np.ndarray:
    """Where each sign drawn begins in the text it stands for, and where the last ends."""
    sizes = [len(_LETTERS.get(sign, sign)) for sign in drawn]
    return np.concatenate([[0], np.cumsum(sizes)])


def _till(rng: random.Random, text: str, face: Face, struck: bool) -> _Line | None:
    """Letters of a few whole dots each, often narrow and tall, as tills and impact printers set them."""
    dots = rng.randrange(10, 20) + (5 if any(ord(char) in _HAN for char in text) else 0)
    fine = 2 if struck and rng.random() < 0.5 else 1  # pictures of letters, as drivers send them, place dots finer
    line = _set(rng, text, face, dots * fine, coarse=True)
    if line is None:
        return None
    if struck:
        return _struck(rng, line, fine)
    tall = rng.uniform(1.3, 2.6)
    return _stretched(line, tall * math.exp(rng.uniform(math.log(0.5), math.log(1.1))), tall)


def _struck(rng: random.Random, line: _Line, fine: int) -> _Line:
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
    if rng.random() < 0.15:  # draft: of dots side by side every other one
        ink[:, 1::2] *= 0.3
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
    struck = _Line(
        dots.clip(0, 255).astype(np.uint8),
        line.edges * apart,
        line.em * pitch // fine,
        line.capital * pitch // fine,
        line.baseline * pitch // fine,
    )
    tall = rng.uniform(1.0, 2.4) / pitch
    return _stretched(struck, tall * math.exp(rng.uniform(math.log(0.5), math.log(1.1))), tall)


def _stretched(line: _Line, across: float, down: float) -> _Line:
    high, wide = line.ink.shape
    size = (max(4, round(wide * across)), max(4, round(high * down)))
    ink = cv2.resize(line.ink, size, interpolation=cv2.INTER_AREA if across < 1 else cv2.INTER_LINEAR)
    em, capital, baseline = (round(length * down) for length in (line.em, line.capital, line.baseline))
    return _Line(ink, line.edges * across, em, capital, baseline)


def _fitted(rng: random.Random, left: int, right: int, top: int, bottom: int, em: int) -> tuple[int, int, int, int]:
    """The box as the engine fits it to ink: its own paddings, and the line's capitals where neighbours are higher."""
    high = bottom - top
    above, below = (round(high * max(0.0, rng.gauss(PAD_Y, 0.03))) for _ in "ab")
    before, after = (round(high * max(0.0, rng.gauss(PAD_X, 0.04))) for _ in "ab")
    if rng.random() < 0.2:  # the line's highest sign was an accent, its lowest a descender
        above += round(em * rng.uniform(0.0, 0.16))
    if rng.random() < 0.2:
        below += round(em * rng.uniform(0.0, 0.2))
    return left - before, right + after, top - above, bottom + below


def _slack(rng: random.Random, left: int, right: int, top: int, bottom: int, em: int) -> tuple[int, int, int, int]:
    """The ink's box as a detector gives it: seldom exact, never thinner than small letters are high."""
    least = int(em * 0.52)
    if bottom - top < least:  # a dash or a stop alone: its box reaches over part of the line
        more = least - (bottom - top)
        above = int(more * rng.uniform(0.2, 0.8))
        top, bottom = top - above, bottom + more - above
    high = bottom - top
    if rng.random() < 0.25:  # boxes of the whole line height
        spare = max(0.0, em * 1.15 - high)
        share = rng.uniform(0.3, 0.7)
        top, bottom = top - int(spare * share), bottom + int(spare * (1 - share))
    else:
        top -= round(high * rng.triangular(-0.04, 0.26, 0.07))
        bottom += round(high * rng.triangular(-0.04, 0.26, 0.07))
    left -= round(high * rng.triangular(-0.05, 0.4, 0.1))
    right += round(high * rng.triangular(-0.05, 0.4, 0.1))
    return left, max(right, left + 4), top, max(bottom, top + 4)


def _turned(rng: random.Random, ink: np.ndarray) -> np.ndarray:
    """A slight turn or slant of one crop in five. The middle keeps its place, so centres move by less than a pixel."""
    way = rng.random()
    if way > 0.2:
        return ink
    high, wide = ink.shape
    if way < 0.12:
        degrees = rng.gauss(0, 0.4 if wide > 4 * high else 1.0)
        matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    else:
        slant = rng.uniform(-0.14, 0.14)
        matrix = np.array([[1, slant, -slant * high / 2], [0, 1, 0]], np.float64)
    return cv2.warpAffine(ink, matrix, (wide, high))


def _clutter(rng: random.Random, ink: np.ndarray, left: int, right: int, top: int, bottom: int) -> np.ndarray:
    """Table rules, underlines and the feet of neighbouring lines that reach into the box."""
    if rng.random() > 0.16:
        return ink
    ink = ink.copy()
    high = bottom - top
    thick = max(1, round(high * rng.uniform(0.02, 0.07)))
    way = rng.random()
    shade = rng.randrange(90, 256)
    if way < 0.5:
        y = rng.choice((bottom - thick, top, bottom - thick - round(high * 0.03)))
        cv2.line(ink, (0, y), (ink.shape[1], y), shade, thick)
    elif way < 0.8:
        x = rng.choice((left, right - thick))
        cv2.line(ink, (x, 0), (x, ink.shape[0]), shade, thick)
    else:
        rows = max(1, round(high * rng.uniform(0.03, 0.1)))
        strip = (
            slice(max(0, top), max(0, top) + rows)
            if rng.random() < 0.5
            else slice(max(0, bottom - rows), max(0, bottom))
        )
        row = np.roll(ink[(top + bottom) // 2], rng.randrange(5, 60))
        ink[strip] = np.maximum(ink[strip], row)
    return ink


def _cut(ink: np.ndarray, left: int, top: int, right: int, bottom: int) -> np.ndarray:
    above, below = max(0, -top), max(0, bottom - ink.shape[0])
    before, after = max(0, -left), max(0, right - ink.shape[1])
    ink = np.pad(ink, ((above, below), (before, after)))
    return ink[top + above : bottom + above, left + before : right + before]


def printed(rng: random.Random, ink: np.ndarray, wear: float, arrival: Arrival = USUAL) -> np.ndarray:
    """Ink on paper, grey 0..255, with the damage of print, scan and compression; a third comes out clean.

    wear: how many times as often as elsewhere print is ragged, faded or has gaps.
    """
    seeded = np.random.default_rng(rng.getrandbits(64))
    alpha = ink.astype(np.float32) / 255
    clean = rng.random() < 0.35 / wear
    if not clean:
        alpha = _worn(rng, seeded, alpha, wear)
    paper = rng.uniform(170, 255) if rng.random() < 0.3 else 255.0
    dark = rng.uniform(0, 60) if rng.random() < 0.72 else rng.uniform(60, max(70.0, paper - 90))
    if clean and rng.random() < 0.6:
        dark = rng.uniform(0, 40)
    if rng.random() < 0.07:
        paper, dark = dark, paper
    grey = paper + (dark - paper) * alpha
    if clean:
        return grey.clip(0, 255).astype(np.uint8)
    return _scanned(rng, seeded, _stained(rng, seeded, grey, alpha), (paper + dark) / 2, arrival)


def _worn(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray, wear: float) -> np.ndarray:
    """Too much or too little toner, specks missing, the dots of an impact or thermal printer and what these leave."""
    way = rng.random()
    if way < 0.07:
        alpha = cv2.dilate(alpha, np.ones((2, 2), np.uint8))
    elif way < 0.11 and alpha.shape[0] > 22:
        alpha = cv2.erode(alpha, np.ones((2, 2), np.uint8))
    if rng.random() < 0.03 * wear:
        alpha = _coarsened(rng, seeded, alpha)
    if rng.random() < 0.1 * wear:  # ragged edges: coarse paper, a worn head
        rough = cv2.GaussianBlur(seeded.normal(0, 1, alpha.shape).astype(np.float32), (0, 0), rng.uniform(0.5, 1.2))
        alpha = ((alpha - 0.5 + rng.uniform(0.15, 0.7) * rough) * rng.uniform(1.2, 3) + 0.5).clip(0, 1)
    if rng.random() < 0.05:
        alpha = alpha * (seeded.random(alpha.shape, dtype=np.float32) > rng.uniform(0.02, 0.15))
    if rng.random() < 0.03:
        dots = np.array([[1, 1], [1, 0.25]], np.float32)
        high, wide = alpha.shape
        alpha = alpha * np.tile(dots, (high // 2 + 1, wide // 2 + 1))[:high, :wide]
    if rng.random() < 0.05 * wear:
        alpha = _faded(rng, seeded, alpha)
    if rng.random() < 0.02 * wear:  # dots of a thermal head that heat no more
        for column in rng.choices(range(alpha.shape[1]), k=rng.randrange(1, 2 + alpha.shape[1] // 40)):
            alpha[:, column : column + rng.choice((1, 1, 2))] = 0
    return alpha


def _faded(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Print that parts of the word have lost, down to a fifth of its ink."""
    high, wide = alpha.shape
    often = rng.choice((1, 1, 2, 4))  # a line's height holds: a worn ribbon loses words, a worn thermal head strokes
    left = seeded.uniform(rng.uniform(-0.2, 0.8), 1.3, (2, max(2, round(often * wide / high)))).astype(np.float32)
    field = cv2.resize(left, (wide, high), interpolation=cv2.INTER_CUBIC)
    faded: np.ndarray = alpha * np.clip(field, 0.2, 1)
    return faded


def _coarsened(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Print of few dots, some of them wrong, scanned at a multiple of their size: stairs and specks."""
    high, wide = alpha.shape
    rows = rng.randrange(13, 21)
    if high < 1.2 * rows:
        return alpha
    coarse: np.ndarray = cv2.resize(alpha, (max(4, round(wide * rows / high)), rows), interpolation=cv2.INTER_AREA)
    coarse = np.clip(coarse + rng.uniform(0.05, 0.2) * seeded.normal(0, 1, coarse.shape), 0, 1).astype(np.float32)
    if rng.random() < 0.6:
        coarse = (coarse > rng.uniform(0.3, 0.55)).astype(np.float32)
    between = rng.choice((cv2.INTER_NEAREST, cv2.INTER_LINEAR))
    enlarged: np.ndarray = cv2.resize(coarse, (wide, high), interpolation=between)
    return enlarged


def _stained(rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Uneven paper, and print from the back of the sheet."""
    size = grey.shape[::-1]
    if rng.random() < 0.12:
        rough = seeded.normal(0, rng.uniform(2, 14), (3, max(2, size[0] // 20))).astype(np.float32)
        grey = grey + cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.05:
        back = np.ascontiguousarray(np.roll(alpha[:, ::-1], rng.randrange(3, 30), 1))
        grey = grey - 30 * rng.random() * cv2.GaussianBlur(back, (0, 0), 1.2)
    return grey


def _scanned(
    rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, middle: float, arrival: Arrival
) -> np.ndarray:
    """Blur, coarse resolution, noise, black and white, JPEG; or a fax."""
    if rng.random() < arrival.faxes:
        return _faxed(rng, seeded, grey, middle)
    high, wide = grey.shape
    if rng.random() < arrival.unfocused:
        grey = _unfocused(rng, grey)
    elif rng.random() < 0.45:
        sigma = rng.uniform(0.25, 0.6) if high < 20 else rng.uniform(0.3, 1.2) * min(1.5, high / 30)
        grey = cv2.GaussianBlur(grey, (0, 0), sigma)
    if rng.random() < 0.15 and high > 14:
        share = rng.uniform(max(0.45, 11 / high), 0.85)
        coarse = (max(2, round(wide * share)), max(2, round(high * share)))
        small = cv2.resize(grey, coarse, interpolation=cv2.INTER_AREA)
        grey = cv2.resize(small, (wide, high), interpolation=rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
    if rng.random() < 0.4:
        grey = grey + seeded.normal(0, rng.uniform(1, 14), grey.shape).astype(np.float32)
    out = grey.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.07:
        out = np.where(out > middle + rng.uniform(-25, 25), np.uint8(255), np.uint8(0))
    if rng.random() < 0.3:
        done, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, rng.randrange(20, 86)])
        if done:
            out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return out


def _faxed(rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, middle: float) -> np.ndarray:
    """Black or white at 204 x 98 or 204 x 196 dots an inch, stretched again: thin strokes are lost, rows too."""
    high, wide = grey.shape
    rows = max(8, round(high / rng.choice((1.0, 1.8, 2.0, 2.0, 2.0, 2.2))))
    small = cv2.resize(grey.clip(0, 255), (wide, rows), interpolation=cv2.INTER_AREA)
    level = middle + rng.uniform(-0.1, 0.2) * 2 * (small.max() - middle)
    dots = np.where(small + seeded.normal(0, rng.uniform(0, 16), small.shape) > level, np.uint8(255), np.uint8(0))
    if rng.random() < 0.1:
        dots[rng.randrange(rows)] = 255
    if rng.random() < 0.2:
        dots[seeded.random(dots.shape) < rng.uniform(0.001, 0.01)] = 0
    between = cv2.INTER_NEAREST if rng.random() < 0.8 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(dots, (wide, high), interpolation=between))


def _unfocused(rng: random.Random, grey: np.ndarray) -> np.ndarray:
    """Blurred over a sixteenth of the word's height, as it comes or with its edges made steeper again."""
    sigma = rng.uniform(0.035, 0.085) * grey.shape[0]
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigma)
    if rng.random() < 0.6:
        more = rng.uniform(2.0, 4.5)
        soft = cv2.addWeighted(soft, 1 + more, cv2.GaussianBlur(soft, (0, 0), sigma), -more, 0).clip(0, 255)
    return np.asarray(soft)


def random_crop(rng: random.Random, chooser: FaceChooser, *, longest: int = 60, alphabet: str = "european") -> Crop:
    """One training crop; short texts and long ones as the alphabet's texts mix them."""
    usual = 9 if alphabet == "european" else 6  # words on real pages are short, and short crops train faster
    while True:
        text = _TEXTS[alphabet](rng, longest=longest)
        if len(text) > usual and rng.random() > usual / len(text):
            continue
        face = chooser.choose(rng, text)
        crop = draw(rng, text, face) if face else None
        if crop is not None:
            return crop


def write_shard(path: Path, crops: Sequence[Crop], alphabet: str = ALPHABET) -> None:
    """Save crops as one .npz of ragged arrays, written beside its place and renamed."""
    classes = {char: index for index, char in enumerate(alphabet)}
    widths = np.array([c.pixels.shape[1] for c in crops], np.int32)
    lengths = np.array([len(c.text) for c in crops], np.int32)
    part = path.with_suffix(".part.npz")
    np.savez(
        part,
        pixels=np.concatenate([np.ascontiguousarray(c.pixels.T) for c in crops]),
        widths=widths,
        lengths=lengths,
        labels=np.array([classes[char] for c in crops for char in c.text], np.int16),
        centers=np.concatenate([c.centers for c in crops]).astype(np.float16),
    )
    part.replace(path)


def make_shards(
    folder: Path,
    *,
    first: int,
    count: int,
    size: int = 20000,
    held_out: bool = False,
    alphabet: str = "european",
    kinds: Sequence[str] = ("usual",),
) -> None:
    """Write shards number `first` to `first + count - 1` of `size` crops each; a shard's number is its seed.

    alphabet: a name of `ALPHABETS`, whose classes the labels count. kinds: names of `mixtures.KINDS`, of which the
    shards are by turns; every alphabet but the European has usual ones alone.
    """
    from invoice_ocr.training.mixtures import KINDS, crop_of

    folder.mkdir(parents=True, exist_ok=True)
    chooser = FaceChooser(alphabet, held_out=held_out)
    for number in range(first, first + count):
        path = folder / f"crops-{number:05d}.npz"
        if path.exists():
            continue
        rng = random.Random(number + (1 << 30) * held_out)
        kind = KINDS.get(kinds[number % len(kinds)])
        drawn = [
            crop_of(rng, chooser, kind) if kind else random_crop(rng, chooser, alphabet=alphabet) for _ in range(size)
        ]
        write_shard(path, drawn, ALPHABETS[alphabet])
