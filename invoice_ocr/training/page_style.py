"""What holds for one made-up page: script, faces, sizes, colours."""

from __future__ import annotations

from functools import lru_cache

import cv2
import numpy as np

from invoice_ocr.training import page_text
from invoice_ocr.training.fonts import Face, families
from invoice_ocr.training.sheet import BLACK, WHITE, Colour

_SCRIPT_NEEDS = {"latin": "Aé", "cyrillic": "Жяё", "greek": "Ωώς", "cjk": "发票税额"}


class Style:
    """The choices that hold for one page: script, faces, colours, base size."""

    def __init__(self, rng: np.random.Generator, held_out: bool, mono: bool = False) -> None:
        self.rng = rng
        self.script = str(rng.choice(["latin", "cyrillic", "greek", "cjk"], p=[0.83, 0.1, 0.04, 0.03]))
        if not _by_script(held_out, self.script, False):
            self.script = "latin"
        self.regular, self.bold = pick_faces(rng, held_out, self.script, mono)
        self.other = pick_faces(rng, held_out, self.script, False)[0] if rng.random() < 0.25 else self.regular
        self.ink = _ink(rng)
        self.accent = pick_accent(rng)
        self.size = float(rng.uniform(6.5, 11.5))
        self.leading = self.size * float(rng.uniform(1.08, 1.6))
        self.text = page_text.Writer(rng, self.script)

    def grey(self) -> Colour:
        """The page's ink, or a lighter one as small labels have it."""
        if self.rng.random() < 0.6:
            return self.ink
        level = int(self.rng.integers(60, 175))
        return (level, level, level)


@lru_cache(maxsize=32)
def _by_script(held_out: bool, script: str, mono: bool) -> tuple[tuple[Face, ...], ...]:
    need = set(map(ord, _SCRIPT_NEEDS[script]))
    found = []
    for faces in families(held_out).values():
        good = tuple(face for face in faces if need <= face.chars)
        if good and (
            not mono or any(word in good[0].family for word in ("Mono", "Courier", "Cousine", "OCR", "3270", "Cursor"))
        ):
            found.append(good)
    return tuple(found)


def pick_faces(rng: np.random.Generator, held_out: bool, script: str, mono: bool) -> tuple[Face, Face]:
    groups = _by_script(held_out, script, mono) or _by_script(held_out, script, False)
    common = [group for group in groups if group[0].common]
    pool = common if common and rng.random() < 0.5 else groups
    group = pool[int(rng.integers(len(pool)))]
    bolds = [face for face in group if "Bold" in face.name or "Black" in face.name] or list(group)
    plain = [face for face in group if "Bold" not in face.name and "Black" not in face.name] or list(group)
    upright = [face for face in plain if "Italic" not in face.name and "Oblique" not in face.name] or plain
    regular = upright if rng.random() < 0.9 else plain
    return regular[int(rng.integers(len(regular)))], bolds[int(rng.integers(len(bolds)))]


def _ink(rng: np.random.Generator) -> Colour:
    kind = rng.random()
    if kind < 0.6:
        level = int(rng.integers(0, 40))
        return (level, level, level)
    if kind < 0.85:
        level = int(rng.integers(40, 120))
        return (level, level, level)
    return tuple(int(v) for v in rng.integers(0, 110, 3))  # type: ignore[return-value]


def pick_accent(rng: np.random.Generator) -> Colour:
    hue = np.array([[[rng.integers(180), rng.integers(60, 256), rng.integers(60, 220)]]], np.uint8)
    return tuple(int(v) for v in cv2.cvtColor(hue, cv2.COLOR_HSV2RGB)[0, 0])  # type: ignore[return-value]


def tint(rng: np.random.Generator, colour: Colour) -> Colour:
    """A light version of a colour, for backgrounds."""
    part = rng.uniform(0.05, 0.3)
    return tuple(int(255 - (255 - c) * part) for c in colour)  # type: ignore[return-value]


def contrast(colour: Colour) -> Colour:
    return WHITE if sum(colour) < 390 else BLACK


def pick_paper(rng: np.random.Generator) -> Colour:
    if rng.random() < 0.8:
        return WHITE
    base = rng.integers(225, 256)
    return tuple(int(v) for v in np.clip(base + rng.integers(-12, 13, 3), 0, 255))  # type: ignore[return-value]
