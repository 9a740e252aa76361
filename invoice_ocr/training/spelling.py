"""Counts the letters in threes that `ocr.spelling` judges spellings by, in the frequent words of many languages.

    python -m invoice_ocr.training.spelling --out invoice_ocr/ocr/spelling.npz

The words are wordfreq's (Robyn Speer, data under CC BY-SA 4.0); of them only these counts are kept. Words weigh as the
root of their rank falls; counts are interpolated with those of fewer letters.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from math import log
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.scripts import script_of
from invoice_ocr.ocr.spelling import EDGE, END, FILE, UNKNOWN
from invoice_ocr.training.wordlists import LANGUAGES, run, save, top_words

WORDS = 20_000  # of each language
PRIOR = 6.0  # how many words' weight the counts of fewer letters have


def frequent(language: str, script: str, count: int) -> Iterable[tuple[int, str]]:
    """The `count` most frequent words of a language, those of letters of a script, with their ranks from 0."""
    for rank, word in enumerate(top_words(language, count)):
        if word.isalpha() and all(script_of(letter) == script for letter in word):
            yield rank, word


def weighted(language: str, script: str) -> Iterable[tuple[str, float]]:
    """The frequent words of a language in a script, with their weights."""
    for rank, word in frequent(language, script, WORDS):
        yield word, (2 * WORDS / (rank + 10)) ** 0.5


def counted(words: Iterable[tuple[str, float]]) -> tuple[dict[str, float], dict[str, float]]:
    """`Spelling.likely` and `Spelling.rest` of weighted words."""
    counts: Counter[str] = Counter()
    for word, weight in words:
        text = f"{EDGE}{EDGE}{word.lower()}{END}"
        for i in range(2, len(text)):
            for length in (1, 2, 3):
                counts[text[i - length + 1 : i + 1]] += weight  # type: ignore[assignment]  # weights are no whole numbers
    totals: defaultdict[str, float] = defaultdict(float)
    for gram, count in counts.items():
        totals[gram[:-1]] += count
    chances: dict[str, float] = {}
    for gram in sorted(counts, key=len):
        fewer = chances[gram[1:]] if len(gram) > 1 else 1 / 300
        chances[gram] = (counts[gram] + PRIOR * fewer) / (totals[gram[:-1]] + PRIOR)
    rest = {context: log(PRIOR / (total + PRIOR)) for context, total in totals.items()}
    return {gram: log(chance) for gram, chance in chances.items()}, rest


def write(path: Path, tables: Mapping[str, tuple[dict[str, float], dict[str, float]]]) -> None:
    """Save the tables of each language: grams joined by newlines, contexts first, and two float16 arrays."""
    arrays: dict[str, np.ndarray] = {}
    for language, (likely, rest) in tables.items():
        known = dict.fromkeys(rest, UNKNOWN) | likely
        grams = sorted(known, key=lambda gram: (gram not in rest, len(gram), gram))
        arrays[f"{language}.grams"] = np.array("\n".join(grams))
        arrays[f"{language}.likely"] = np.array([known[gram] for gram in grams], np.float16)
        arrays[f"{language}.rest"] = np.array([rest[gram] for gram in grams if gram in rest], np.float16)
    save(path, arrays)


def main() -> None:
    def make(out: Path) -> None:
        write(out, {language: counted(weighted(language, script)) for language, script in LANGUAGES})

    run(__doc__, FILE, make)


if __name__ == "__main__":
    main()
