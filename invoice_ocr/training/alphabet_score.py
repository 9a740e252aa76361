"""How well pages in fonts held out from training are read, by script and by class.

    python -m invoice_ocr.training.alphabet_score --pages 2 --words 10

Pages of one language each say how many words of a script are right; pages of words that hold a class say how often it
is read where it stands. `--keep` writes the languages' figures beside the weights, where `invoice-ocr doctor --lang`
finds them. Pages are clean, 200 dots an inch, 9 to 13 points, one face each.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from itertools import chain

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from invoice_ocr.model import Box, PageImage, PageWords
from invoice_ocr.ocr import Engine, load_engine, measured
from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.manifest import folder_of, load_manifest
from invoice_ocr.settings import Settings
from invoice_ocr.training import texts
from invoice_ocr.training.fonts import Face, families
from invoice_ocr.training.wordlists import pick, words_of

LANGUAGES = {
    "latin": ("pl", "cs", "tr", "vi", "hu", "ro", "lt", "lv", "is", "fr", "de", "es"),
    "cyrillic": ("ru", "uk", "bg", "mk"),
    "greek": ("el",),
}
SIZE = (1654, 2339)  # A4 at 200 dots an inch
MARGIN = 120
POINTS = (9, 10, 11, 12, 13)
_ODD = ("Thin", "ExtraLight", "Hairline", "Black", "Condensed Light", "Script", "Display", "Press Start", "Handjet")


@dataclass(frozen=True, slots=True)
class Sheet:
    """A drawn page and its words. face: its name. places: points."""

    face: str
    image: PageImage
    words: tuple[str, ...]
    places: tuple[Box, ...]


def faces() -> tuple[Face, ...]:
    """Upright held-out faces that people print letters with; those made of pixels are none."""
    every = (face for kept in families(True).values() for face in kept)
    return tuple(face for face in every if not face.slanted and not any(odd in face.name for odd in _ODD))


def sheet(rng: random.Random, face: Face, words: Sequence[str]) -> Sheet:
    """As many of `words` as fit on a page, in lines."""
    size = round(rng.choice(POINTS) * 200 / 72)
    font = ImageFont.truetype(face.path, size, index=face.index, layout_engine=ImageFont.Layout.BASIC)
    page = Image.new("L", SIZE, 255)
    pen = ImageDraw.Draw(page)
    x, y, space = float(MARGIN), float(MARGIN), font.getlength(" ") + 0.25 * size
    kept, places = [], []
    for word in words:
        wide = font.getlength(word)
        if x + wide > SIZE[0] - MARGIN:
            x, y = float(MARGIN), y + 1.7 * size
        if y > SIZE[1] - MARGIN - 2 * size:
            break
        pen.text((x, y), word, fill=0, font=font)
        kept.append(word)
        places.append(Box(*(side * 0.36 for side in pen.textbbox((x, y), word, font=font))))
        x += wide + space
    pixels = np.repeat(np.asarray(page)[..., None], 3, 2)
    return Sheet(face.name, PageImage(1, np.ascontiguousarray(pixels), 200.0), tuple(kept), tuple(places))


def of_language(rng: random.Random, language: str, count: int) -> Sheet:
    """A page of a language's words as they stand in sentences and headlines."""
    own = words_of(language)
    words = [texts.cased(rng, pick(rng, own)) for _ in range(count)]
    needed = frozenset(map(ord, "".join(words)))
    able: dict[str, list[Face]] = defaultdict(list)  # by family: some have twenty faces, and count as one
    for face in [face for face in faces() if face.chars >= needed] or faces():
        able[face.family].append(face)
    return sheet(rng, rng.choice(rng.choice(list(able.values()))), words)


def of_classes(rng: random.Random, script: str, count: int) -> Iterator[Sheet]:
    """Pages on which each class of a script ("sign" for what is no letter) stands in `count` words or more."""
    wanted = [(char, face) for char in classes(script) for face in _drawing(rng, char, count)]
    by_face: dict[Face, list[str]] = defaultdict(list)
    for char, face in wanted:
        by_face[face].append(_word_with(rng, char, face))
    for face, words in by_face.items():
        rng.shuffle(words)
        done = 0
        while done < len(words):
            made = sheet(rng, face, words[done:])
            yield made
            done += max(1, len(made.words))


def classes(script: str) -> str:
    """The classes of a script; "sign" has digits and whatever is no letter."""

    def kind(char: str) -> str:
        return (texts.script_of(char) or "latin") if char.isalpha() else "sign"

    return "".join(char for char in ALPHABET if char != " " and kind(char) == script)


def _drawing(rng: random.Random, char: str, count: int) -> list[Face]:
    """Up to `count` faces for one class, of as many families as there are."""
    able = [face for face in faces() if ord(char) in face.chars]
    rng.shuffle(able)
    return [able[i % len(able)] for i in range(count)] if able else []


@cache
def _holding(script: str) -> dict[str, list[str]]:
    """Words of a script's languages by the letters in them."""
    found: dict[str, list[str]] = defaultdict(list)
    for language in LANGUAGES[script]:
        for word in words_of(language)[:8000]:
            for char in set(word):
                found[char].append(word)
    return found


def _word_with(rng: random.Random, char: str, face: Face) -> str:
    """A word that holds a class: of a language, or made so where none has it."""
    script = (texts.script_of(char) or "latin") if char.isalpha() else "sign"
    if script == "sign":
        number = f"{rng.randrange(10, 9999)}"
        return rng.choice((number + char, char + number, f"{number[:1]}{char}{number[1:]}"))
    known = _holding(script).get(char.lower())
    word = rng.choice(known) if known else pick(rng, words_of(LANGUAGES[script][0]))
    word = word.upper() if char.isupper() else word
    if char not in word:
        place = rng.randrange(len(word))
        word = word[:place] + char + word[place + 1 :]
    drawn = "".join(c for c in word if ord(c) in face.chars and c in ALPHABET)
    return drawn if char in drawn else char * 2


def right_words(page: Sheet, read: PageWords) -> int:
    """How many of a page's words are read right, as bags."""
    return sum((Counter(page.words) & Counter(" ".join(word.text for word in read.words).split())).values())


def misread(page: Sheet, read: PageWords, shown: int = 6) -> list[str]:
    """Some words that were not read right, each with what was read instead."""
    found = (
        (text, "".join(word.text for word in read.words if _within(word.box, place)))
        for text, place in zip(page.words, page.places, strict=True)
    )
    return [f"{text}>{heard or '?'}" for text, heard in found if text != heard][:shown]


def right_classes(page: Sheet, read: PageWords) -> Iterator[tuple[str, bool, str]]:
    """Each character of a page, whether it was read, and its word as read."""
    for text, place in zip(page.words, page.places, strict=True):
        here = sorted((w for w in read.words if _within(w.box, place)), key=lambda w: w.box.left)
        heard = "".join(word.text for word in here)
        same: set[int] = set()
        for block in SequenceMatcher(None, text, heard, autojunk=False).get_matching_blocks():
            same.update(range(block.a, block.a + block.size))
        for i, char in enumerate(text):
            yield char, i in same, heard


def _within(box: Box, place: Box) -> bool:
    return place.left <= box.center_x <= place.right and place.top - 3 <= box.center_y <= place.bottom + 3


def by_language(engine: Engine, rng: random.Random, pages: int, counted: dict[str, tuple[int, int]]) -> Iterator[str]:
    """Words read right, a line a page and a line a script; nothing where no page is asked for.

    counted: gets for each language the words read right and those printed.
    """
    for script, languages in LANGUAGES.items() if pages else ():
        total, right = 0, 0
        for i in range(pages * len(languages)):
            language = languages[i % len(languages)]
            page = of_language(rng, language, 260)
            read = next(iter(engine.read([page.image])))
            found = right_words(page, read)
            instead = " ".join(misread(page, read))
            yield f"  {language}, {page.face}: {found} of {len(page.words)}: {instead}"
            total, right = total + len(page.words), right + found
            before = counted.get(language, (0, 0))
            counted[language] = before[0] + found, before[1] + len(page.words)
        yield f"{script}: words {right / max(1, total):.3f} of {total}"


def by_class(engine: Engine, rng: random.Random, words: int, scripts: Sequence[str]) -> Iterator[str]:
    """Classes read right where they stand, and a line for each that is under 0.95."""
    for script in scripts:
        seen: Counter[str] = Counter()
        hit: Counter[str] = Counter()
        instead: dict[str, list[str]] = defaultdict(list)
        for page in of_classes(rng, script, words):
            for char, good, heard in right_classes(page, next(iter(engine.read([page.image])))):
                seen[char] += 1
                hit[char] += good
                if not good and len(instead[char]) < 4:
                    instead[char].append(heard)
        mine = [char for char in classes(script) if seen[char]]
        bad = sorted((hit[char] / seen[char], char) for char in mine if hit[char] < 0.95 * seen[char])
        none = len(classes(script)) - len(mine)
        yield f"{script}: {len(mine) - len(bad)} of {len(mine)} classes at 0.95 or more, {none} in no face"
        for share, char in bad:
            yield f"  {char} {share:.2f} of {seen[char]}: {' '.join(instead[char])}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pages", type=int, default=1, help="pages a language; 0: none")
    parser.add_argument("--words", type=int, default=10, help="words a class")
    parser.add_argument("--classes", default=",".join((*LANGUAGES, "sign")), help="scripts whose classes are counted")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--weights", default="")
    parser.add_argument("--keep", action="store_true", help="write the languages' figures beside the weights")
    asked = parser.parse_args()
    engine = load_engine(Settings(weights=asked.weights) if asked.weights else Settings())
    rng = random.Random(asked.seed)
    scripts = [script for script in asked.classes.split(",") if script]
    counted: dict[str, tuple[int, int]] = {}
    for line in chain(by_language(engine, rng, asked.pages, counted), by_class(engine, rng, asked.words, scripts)):
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    if asked.keep and counted:
        folder = folder_of(asked.weights)
        recipe = f"python -m invoice_ocr.training.alphabet_score --pages {asked.pages} --seed {asked.seed}"
        measured.keep(folder, load_manifest(folder), counted, recipe)


if __name__ == "__main__":
    main()
