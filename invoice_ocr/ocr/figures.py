"""Letters seen as figures: "Tota1" is "Total" where the pixels leave that open.

In struck and in narrow print some letters and figures are the same few dots. Letters with figures among them are a word
of the page's language if that has it and the pixels allow it. Codes stay as they are: figures that stand apart or
outnumber the letters, and Latin capitals with figures unless they make a longer word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import product
from math import prod

import numpy as np

from invoice_ocr.ocr.ctc import Text, likelihoods
from invoice_ocr.ocr.lexicon import CLEAR, SHORTEST, UNLISTED, WEIGHT, lexicon_of
from invoice_ocr.ocr.spelling import DOUBTFUL, MOST, UNKNOWN, spelling_of

LIKE = {  # small letters that a figure may have been, themselves or as capitals
    "latin": {"0": "o", "1": "il", "4": "a", "5": "s", "6": "bg", "8": "b", "9": "g"},
    "cyrillic": {"0": "о", "3": "з", "4": "ч", "6": "б", "8": "в"},
    "greek": {"0": "ο", "1": "ι", "6": "δ", "8": "θ"},
}
CAPITALS = 3  # of Latin ones, among which a figure may have been a letter
SHORT = -9.0  # logarithm of how likely a word of two letters is spelt so that is one; no list has these
_MIXED = re.compile(r"(?<![^\W_])(?=[^\W_]*\d)(?=[^\W_]*[^\W\d_])[^\W_]+(?![^\W_])")
_WORDS = re.compile(r"[^\W_]+")


def may_be_letters(text: Text, script: str) -> bool:
    """Whether a reading is doubtful and its figures are all among letters, which they may have been.

    >>> words = ("Tota1:", 0.6), ("Tota1", 0.95), ("A11", 0.6), ("EUR0.50", 0.6), ("G00DS", 0.6), ("5A1", 0.6)
    >>> [may_be_letters(Text(*word, ()), "latin") for word in words]
    [True, False, False, False, True, False]
    """
    runs = [run for run in _WORDS.findall(text.text) if any(char.isdecimal() for char in run)]
    return text.confidence < DOUBTFUL and bool(runs) and all(_may_be_word(run, script) for run in runs)


def _may_be_word(run: str, script: str) -> bool:
    drawn = [char for char in run if char.isdecimal()]
    own = [char for char in run if not char.isdecimal()]
    enough = script != "latin" or len(own) >= CAPITALS or (len(own) > 1 and any(char.islower() for char in own))
    return len(drawn) <= len(own) and enough and LIKE[script].keys() >= {*drawn}


def as_letters(
    read: Text, chances: np.ndarray, alphabet: str, language: str, script: str, alike: Mapping[str, str]
) -> Text:
    """A reading of `may_be_letters` with letters for its figures where that makes words and these are clearly likelier.

    chances: float, shape ([recognisers,] steps, classes + 1), of the picture that says it. alike: letters of other
    scripts and those of the language's that look the same.
    """
    if not {*read.text} <= {*alphabet}:
        return read
    for found in _MIXED.finditer(read.text):
        before, after = read.text[: found.start()], read.text[found.end() :]
        expected = {found[0]: UNKNOWN * len(found[0]) - UNLISTED}
        for way in _ways(found[0], LIKE[script]):
            chance = _expected("".join(alike.get(char, char) for char in way).lower(), language)
            if chance is not None and {*way} <= {*alphabet}:
                expected[way] = chance
        seen = likelihoods(chances, [before + way + after for way in expected], alphabet)
        weights = seen + WEIGHT * np.array([*expected.values()])
        best = int(weights.argmax())
        if best and weights[best] >= weights[0] + CLEAR:
            read = replace(read, text=before + [*expected][best] + after)
    return read


def _expected(word: str, language: str) -> float | None:
    """The logarithm of how frequent a word of a language is; None if it is none."""
    if len(word) >= SHORTEST:
        return lexicon_of(language).chance(word)
    spelt = spelling_of(language).of(word)
    return spelt if spelt >= SHORT else None


def _ways(run: str, like: Mapping[str, str]) -> Iterator[str]:
    """A word with each figure as each letter that it may have been, small, and a capital among capitals."""
    high = not any(char.islower() for char in run)
    options = [
        (letters + letters.upper() if high else letters) if (letters := like.get(char, "")) else char for char in run
    ]
    if prod(map(len, options)) <= MOST[1]:
        yield from map("".join, product(*options))
