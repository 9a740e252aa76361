"""Counts which characters follow which in Chinese words, as `ocr.hanzi_words` asks.

    python -m invoice_ocr.training.hanzi_words --out invoice_ocr/ocr/hanzi_words.npz

The words and how frequent they are is wordfreq's (Robyn Speer, data under CC BY-SA 4.0); of them only these counts are
kept. What invoices say beside them counts as a word of everyday use.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from itertools import pairwise
from math import log
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.alphabet import CHINESE
from invoice_ocr.ocr.hanzi_words import EDGE, EDGE_CHAR, FILE
from invoice_ocr.training.chinese import TERMS
from invoice_ocr.training.wordlists import run, save

WORDS = 120_000
EVERYDAY = 1e-5  # of running text, that a term of invoices is at least
PRIOR = 1e-4  # of running text, that the counts of single characters weigh against those after a character
EDGES = 0.3  # how often a word ends after a character, as far as its own words do not tell
UNSEEN = 1e-7  # of running text, of a character that no word has


def frequencies() -> dict[str, float]:
    """The share of each word in running text."""
    import wordfreq

    known = {char for char in CHINESE if "\u4e00" <= char <= "\u9fff"}
    shares = wordfreq.get_frequency_dict("zh")
    frequent = {word: shares[word] for word in wordfreq.top_n_list("zh", WORDS)}
    terms = {word: max(EVERYDAY, frequent.get(word, 0)) for term in TERMS for word in [term.strip("（）：")]}
    return {word: share for word, share in (frequent | terms).items() if known.issuperset(word)}


def counted(words: Mapping[str, float]) -> dict[str, np.ndarray]:
    """The arrays of `Followers` from words and their shares."""
    pairs: Counter[str] = Counter()
    single: Counter[str] = Counter()
    for word, share in words.items():
        text = f"{EDGE_CHAR}{word}{EDGE_CHAR}"
        for first, then in pairwise(text):
            pairs[first + then] += share  # type: ignore[assignment]  # shares are no whole numbers
        for char in word:
            single[char] += share  # type: ignore[assignment]
    chars = EDGE_CHAR + "".join(sorted({char for char in CHINESE if "\u4e00" <= char <= "\u9fff"}))
    place = {char: i for i, char in enumerate(chars)}
    whole = sum(single.values()) + UNSEEN * len(chars)
    alone = np.array([log((single[char] + UNSEEN) / whole) for char in chars])
    alone[EDGE] = log(EDGES)
    totals: Counter[str] = Counter()
    for pair, share in pairs.items():
        totals[pair[0]] += share
    left = np.array([PRIOR / (totals[char] + PRIOR) for char in chars])
    keys = {place[pair[0]] * len(chars) + place[pair[1]]: pair for pair in pairs}
    likely = [
        log(
            (1 - left[key // len(chars)]) * pairs[pair] / totals[pair[0]]
            + left[key // len(chars)] * np.exp(alone[key % len(chars)])
        )
        for key, pair in sorted(keys.items())
    ]
    return {
        "chars": np.array(chars),
        "pairs": np.array(sorted(keys), np.uint32),
        "likely": np.array(likely, np.float16),
        "rest": np.log(left).astype(np.float16),
        "alone": alone.astype(np.float16),
    }


def main() -> None:
    def make(out: Path) -> None:
        save(out, counted(frequencies()))

    run(__doc__, FILE, make)


if __name__ == "__main__":
    main()
