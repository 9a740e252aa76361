"""The frequent words of languages as they are printed.

wordfreq (Robyn Speer, data under CC BY-SA 4.0) lists them case-folded: Greek words end in "σ", German ones have "ss"
for "ß". Both are undone here.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.spelling import TONGUES

LANGUAGES = [(language, script) for script, own in TONGUES.items() for language in own]  # whose words are counted
LISTS = {"hr": "sh", "sr": "sh"}  # wordfreq has one list for both, in Latin letters
SERBIAN = dict(zip("abcčćdđefghijklmnoprsštuvzž", "абцчћдђефгхијклмнопрсштувзж", strict=True))
SERBIAN_PAIRS = {"lj": "љ", "nj": "њ", "dž": "џ"}
KNOWN = frozenset(ALPHABET)
_LAST_SIGMA = re.compile(r"(?<=\w)σ$")
_SHARP = re.compile(  # German stems with "ß" since 1996; in "Preissenkung" and "Kreissäge" a word ends between both
    "strass|gross|gröss|heiss|^weiss|eiweiss|schweiss|fuss|füss|gruss|grüss|mässig|massnahm|massgeb|massst|gemäss|ausser"
    "|äusser|draussen|liess|beiss|(?<![kp])reiss|giess|niess|schiess|spass|spässe|süss|stoss|stöss|bloss|blöss|fleiss"
    "|gefäss|büss|strauss|preuss|dreiss|hiess|stiess|aussen(?!d)|ermassen"
)


def top_words(language: str, count: int) -> list[str]:
    """The `count` most frequent words of a language, small, the most frequent first; Serbian in its own letters."""
    import wordfreq

    return [as_printed(word, language) for word in wordfreq.top_n_list(LISTS.get(language, language), count)]


@cache
def words_of(language: str) -> tuple[str, ...]:
    """The frequent words of a language that the recogniser can spell, the most frequent first."""
    return tuple(w for w in top_words(language, 30000) if len(w) <= 22 and KNOWN.issuperset(w) and not w.isdigit())


def pick(rng: random.Random, words: tuple[str, ...]) -> str:
    """One of the words: half by rank, as print is, half flat, for letters in all neighbourhoods."""
    if rng.random() < 0.5:
        return words[int(len(words) * rng.random() ** 3)]
    return rng.choice(words)


def as_printed(word: str, language: str) -> str:
    """A case-folded word as it is printed.

    >>> (
    ...     as_printed("τιμοσ", "el"),
    ...     as_printed("strasse", "de"),
    ...     as_printed("preissenkung", "de"),
    ...     as_printed("džep", "sr"),
    ... )
    ('τιμος', 'straße', 'preissenkung', 'џеп')
    """
    if language == "el":
        return _LAST_SIGMA.sub("ς", word)
    if language == "de":
        return _SHARP.sub(lambda stem: stem[0].replace("ss", "ß", 1), word)
    return in_serbian_letters(word) if language == "sr" else word


def in_serbian_letters(word: str) -> str:
    """A word of Serbian in Cyrillic letters.

    >>> in_serbian_letters("njegov"), in_serbian_letters("džep")
    ('његов', 'џеп')
    """
    for latin, cyrillic in SERBIAN_PAIRS.items():
        word = word.replace(latin, cyrillic)
    return "".join(SERBIAN.get(letter, letter) for letter in word)


def save(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays compressed under their names, at once."""
    part = path.with_suffix(".part.npz")
    np.savez_compressed(part, **arrays)  # type: ignore[arg-type]
    part.replace(path)


def run(about: str, default: Path, write: Callable[[Path], None]) -> None:
    """The command that makes a table of words: write it where --out says, and tell how large it is."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--out", type=Path, default=default)
    out = parser.parse_args().out
    write(out)
    sys.stdout.write(f"{out}: {out.stat().st_size} bytes\n")
