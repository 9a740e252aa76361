"""Fonts found on this system, with the characters each can draw. Only pixels leave here, never fonts."""

from __future__ import annotations

import random
import shutil
import subprocess
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
from fontTools.ttLib import TTFont
from PIL import ImageFont

from invoice_ocr.errors import MissingPart
from invoice_ocr.ocr.alphabet import ALPHABETS, CHINESE

_ASCII = frozenset(range(0x21, 0x5B))
_NEEDED = frozenset(map(ord, "ABCabc019.,:-/%éü"))
# Not letters, or small capitals that would be labelled as lower case.
_NOT_TEXT = ("Emoji", "Symbol", "Math", "Music", "Barcode", "Dingbat", "D050000L", "Caps", "Smallcaps", "Keyboard")
# What office programs and invoice systems print with, by metric twin: drawn as often as all the others together.
_COMMON = (
    "Liberation Sans", "Liberation Serif", "Liberation Mono", "Arimo", "Tinos", "Cousine", "Carlito", "Caladea",
    "DejaVu Sans", "DejaVu Sans Mono", "Nimbus Sans", "Nimbus Sans Narrow", "Nimbus Roman", "Nimbus Mono PS",
    "Open Sans", "Roboto", "Lato", "Inter", "Noto Sans", "FreeSans", "FreeSerif", "FreeMono", "URW Gothic",
    "Noto Sans CJK SC", "Noto Serif CJK SC",
)  # fmt: skip
HAN = frozenset(ord(char) for char in CHINESE if "\u4e00" <= char <= "\u9fff")
_LEAST_HAN = 6500  # of them, that a face has if it is meant for simplified Chinese
_ELSEWHERE = (" HK", " TW", " TC", " JP", " KR", "Big5")  # faces with the shapes of other countries


@dataclass(frozen=True, slots=True)
class Face:
    """One drawable face. chars: code points its character map holds."""

    path: str
    index: int
    family: str
    name: str
    chars: frozenset[int]

    @property
    def common(self) -> bool:
        return self.family in _COMMON

    @property
    def slanted(self) -> bool:
        return any(word in self.name for word in ("Italic", "Oblique", "Slanted", "Unslanted"))

    @property
    def held_out(self) -> bool:
        """True for a tenth of the families (never a common one): kept from training, used to measure."""
        return not self.common and sha256(self.family.encode()).digest()[0] < 26


def _listed() -> list[str]:
    """fontconfig's scalable faces, a row each: file, index, family, style; none where fontconfig is not installed."""
    command = shutil.which("fc-list")
    if command is None:
        return []
    form = "%{file}\t%{index}\t%{family[0]}\t%{style[0]}\n"
    return subprocess.run(  # noqa: S603 - a fixed command
        [command, "--format", form, ":scalable=true"], capture_output=True, text=True, check=True
    ).stdout.splitlines()


def _small_capitals(font: ImageFont.FreeTypeFont) -> bool:
    """True where small letters are drawn as capitals of any size: a crop would be labelled with what nobody sees."""
    return sum(_shape(font, small) == _shape(font, small.upper()) for small in "abdeghqrt") > 4


def _shape(font: ImageFont.FreeTypeFont, char: str) -> bytes:
    mask = font.getmask(char, mode="L")
    wide, high = mask.size
    if not wide or not high:
        return b""
    picture = np.frombuffer(bytes(mask), np.uint8).reshape(high, wide)
    return bytes(cv2.resize(picture, (8, 8), interpolation=cv2.INTER_AREA) > 96)


@cache
def find_fonts() -> tuple[Face, ...]:
    """Every scalable face that draws Latin-1 text: those fontconfig knows, and the few that OpenCV's wheel carries.

    Raises MissingPart when there are none. Training wants a hundred families; a smoke run is content with one.
    """
    listed = _listed() + [
        f"{path}\t0\t{path.stem}\t" for path in (Path(cv2.__file__).parent / "qt" / "fonts").glob("*.ttf")
    ]
    faces = []
    for row in sorted(set(listed)):
        path, index, family, style = (*row.split("\t"), "", "", "")[:4]
        if not path.lower().endswith((".ttf", ".otf", ".ttc")) or any(
            word in f"{family} {style}" for word in _NOT_TEXT
        ):
            continue
        face = int(index) & 0xFFFF
        try:
            with TTFont(path, fontNumber=face, lazy=True) as font:
                chars = frozenset(font.getBestCmap() or {})
            if not chars >= (_ASCII if family.startswith("OCR") else _NEEDED):
                continue
            if _small_capitals(ImageFont.truetype(path, 20, index=face)):
                continue
        except Exception:  # noqa: BLE001, S112 - fontTools and FreeType raise anything; a broken font is not used
            continue
        faces.append(Face(path, face, family, f"{family} {style}", chars))
    if not faces:
        raise MissingPart(
            "no text font was found", fix="apt install fontconfig fonts-dejavu fonts-liberation2 fonts-noto-core"
        )
    return tuple(faces)


@cache
def families(held_out: bool) -> dict[str, tuple[Face, ...]]:
    """Faces by family, the held-out families or all others."""
    found: dict[str, list[Face]] = defaultdict(list)
    for face in find_fonts():
        if face.held_out == held_out:
            found[face.family].append(face)
    return {family: tuple(faces) for family, faces in found.items()}


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
    return len(face.chars.intersection(HAN)) > _LEAST_HAN and not any(word in face.name for word in _ELSEWHERE)
