"""Writes the frequent words that `ocr.lexicon` looks doubtful readings up in.

    python -m invoice_ocr.training.lexicon --out invoice_ocr/ocr/lexicon.npz

The words are wordfreq's (Robyn Speer, CC BY-SA 4.0), and the file is under that licence too; those of labels in
`rules/` are added, as frequent as the thousandth.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.lexicon import FILE, RANKS, SHORTEST, folded, rank_class
from invoice_ocr.rulepack import load_pack
from invoice_ocr.training.spelling import frequent
from invoice_ocr.training.wordlists import LANGUAGES, run, save

LABELS = 1_000  # the rank of labels' words
_WORDS = re.compile(r"[^\W\d_]+")


def ranked(language: str, script: str) -> dict[str, int]:
    """The frequent words of a language in a script, small, and their ranks from 0."""
    ranks = {word: rank for rank, word in frequent(language, script, RANKS[-1])}
    labels = " ".join(label for rule in load_pack().rules if rule.language == language for label in rule.labels)
    for word in _WORDS.findall(labels.lower()):
        ranks[word] = min(ranks.get(word, LABELS), LABELS)
    return {word: rank for word, rank in ranks.items() if len(word) >= SHORTEST}


def write(path: Path, tables: Mapping[str, Mapping[str, int]]) -> None:
    """Save the words of each language: uint8, UTF-8, a line for each class of ranks, folded."""
    arrays = {}
    for language, ranks in tables.items():
        classes = [[word for word, rank in ranks.items() if rank_class(rank) == n] for n in range(len(RANKS))]
        arrays[language] = np.frombuffer("\n".join(map(folded, classes)).encode(), np.uint8)
    save(path, arrays)


def main() -> None:
    run(__doc__, FILE, lambda out: write(out, {language: ranked(language, script) for language, script in LANGUAGES}))


if __name__ == "__main__":
    main()
