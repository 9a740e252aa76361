"""Doubtful readings of words that exist: "Raundng" is "Rounding" where the pixels leave that open.

The frequent words of the page's language, and of English beside it, that differ from a reading by few letters are
weighed by how likely the pixels say each (all ways to read it, not the best one alone) and by how frequent it is; a
reading that is no such word by how it is spelt. Nothing is said of numbers, of codes and of what the pixels make clear.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from math import log
from pathlib import Path

import numpy as np
from rapidfuzz.distance import Levenshtein
from rapidfuzz.process import extract

from invoice_ocr.ocr.ctc import Text, likelihoods
from invoice_ocr.ocr.spelling import DOUBTFUL, TONGUES, spelling_of

FILE = Path(__file__).with_name("lexicon.npz")
RANKS = 100, 300, 1_000, 3_000, 10_000, 30_000, 50_000  # ends of the classes of equally frequent words
SHORTEST = 3  # letters of a word that is looked up
SHORT, FEW, MORE = 4, 1, 2  # letters that may differ in words of up to so many letters; in longer ones
MOST = 12  # words of each length that are weighed
WEIGHT = 0.4  # of what words there are against what was seen
UNLISTED = 3.0  # by which logarithm a word of no list is the less likely
CLEAR = 0.7  # by which logarithm another word must be better
SECOND, ELSEWHERE = "en", 1.5  # a language in papers of all others; by which logarithm its words are the less likely
_WORDS = re.compile(r"[^\W\d_]+")
_TURKISH = {"small": str.maketrans("Iİ", "ıi"), "large": str.maketrans("ıi", "Iİ")}
_KEPT = 8  # languages kept in memory, some 3 MB each


@dataclass(frozen=True, slots=True)
class Lexicon:
    """The frequent words of a language, small, by their length; and those of another one that its papers use too.

    words: str, shape (n,). likely: float64, shape (n,), the logarithm of how likely each is. letters: uint64, shape
    (n,), a bit for each letter of the word.
    """

    words: dict[int, np.ndarray]
    likely: dict[int, np.ndarray]
    letters: dict[int, np.ndarray]
    beside: Lexicon | None

    def chance(self, word: str) -> float | None:
        """The logarithm of how likely a small word is; None if it is none."""
        return self.where(len(word), lambda own: own.words[len(word)] == word).get(word)

    def near(self, word: str) -> dict[str, float]:
        """The words that differ from one by a letter or two, put in, left out or exchanged, and how likely they are."""
        most = FEW if len(word) <= SHORT else MORE
        (has,), found = _letters(np.array([word])), dict[str, float]()
        for length in range(len(word) - most, len(word) + most + 1):
            alike = partial(_share_letters, has=has, length=length, most=2 * most)
            words = self.where(length, alike)
            ranked = extract(word, [*words], scorer=Levenshtein.distance, score_cutoff=most, limit=MOST)
            found |= {other: words[other] for other, *_ in ranked if other != word}
        return found

    def where(self, length: int, holds: Callable[[Lexicon], np.ndarray]) -> dict[str, float]:
        """The words of a length for which something holds, and the logarithm of how likely each is."""
        found: dict[str, float] = {}
        if length in self.words:
            places = np.flatnonzero(holds(self))
            found = dict(zip(self.words[length][places].tolist(), self.likely[length][places].tolist(), strict=True))
        for word, chance in self.beside.where(length, holds).items() if self.beside else ():
            found[word] = max(found.get(word, chance - ELSEWHERE), chance - ELSEWHERE)
        return found


def _share_letters(lexicon: Lexicon, *, has: np.uint64, length: int, most: int) -> np.ndarray:
    """Which words of a length have letters such that no more than so many bits differ: bool, shape (words,)."""
    bits: np.ndarray = np.bitwise_count(lexicon.letters[length] ^ has) <= most
    return bits


def _letters(words: np.ndarray) -> np.ndarray:
    """uint64, shape (words,): a bit for each letter of words of one length (str, shape (words,))."""
    codes = words.view(np.uint32).reshape(len(words), -1)
    bits: np.ndarray = np.bitwise_or.reduce(np.uint64(1) << (codes % 61).astype(np.uint64), axis=1)
    return bits


@lru_cache(_KEPT)
def lexicon_of(language: str) -> Lexicon:
    """The words of one of `spelling.TONGUES`."""
    with np.load(FILE, allow_pickle=False) as shipped:
        classes = [unfolded(text) for text in bytes(shipped[language]).decode().split("\n")]
    shares = [1 / (last + 50) for last in RANKS]
    whole = log(sum(share * len(some) for share, some in zip(shares, classes, strict=True)))
    words: dict[int, list[str]] = {}
    likely: dict[int, list[float]] = {}
    for share, some in zip(shares, classes, strict=True):
        for word in some:
            words.setdefault(len(word), []).append(word)
            likely.setdefault(len(word), []).append(log(share) - whole)
    arrays = {length: np.array(own) for length, own in words.items()}
    return Lexicon(
        arrays,
        {length: np.array(own) for length, own in likely.items()},
        {length: _letters(own) for length, own in arrays.items()},
        lexicon_of(SECOND) if language in TONGUES["latin"] and language != SECOND else None,
    )


def folded(words: Iterable[str]) -> str:
    """Words in their order, each as a sign for how many letters it has in common with the one before, and the others.

    >>> folded(["dan", "danish", "dent"])
    'AdanDishBent'
    """
    before, parts = "", []
    for word in sorted(words):
        common = next((i for i, (a, b) in enumerate(zip(before, word, strict=False)) if a != b), None)
        same = min(len(before), len(word), 25) if common is None else min(common, 25)  # signs are A to Z
        parts.append(chr(ord("A") + same) + word[same:])
        before = word
    return "".join(parts)


def unfolded(text: str) -> list[str]:
    """The words of `folded`.

    >>> unfolded("AdanDishBent")
    ['dan', 'danish', 'dent']
    """
    before, words = "", []
    for part in re.findall("[A-Z][^A-Z]*", text):
        before = before[: ord(part[0]) - ord("A")] + part[1:]
        words.append(before)
    return words


def rank_class(rank: int) -> int:
    """The class of the word at a rank, the most frequent being 0.

    >>> [rank_class(rank) for rank in (0, 99, 100, 49_999)]
    [0, 0, 1, 6]
    """
    return bisect_right(RANKS, rank)


def may_be_unlisted(text: Text) -> bool:
    """Whether a reading is doubtful and has letters enough, and no digits."""
    return (
        text.confidence < DOUBTFUL
        and not any(char.isdigit() for char in text.text)
        and any(len(word) >= SHORTEST for word in _WORDS.findall(text.text))
    )


def listed(read: Text, chances: np.ndarray, alphabet: str, language: str) -> Text:
    """A reading whose words are exchanged for frequent ones that the pixels leave open, where these are clearly better.

    chances: float, shape ([recognisers,] steps, classes + 1), of the picture that says it; 0 for classes that it cannot
    show. The confidence stays that of the letters seen.
    """
    for found in reversed([*_WORDS.finditer(read.text)]):
        if len(found[0]) >= SHORTEST:
            read = _better(read, found, chances, alphabet, language)
    return read


def _better(read: Text, found: re.Match[str], chances: np.ndarray, alphabet: str, language: str) -> Text:
    """A reading with one of its words exchanged, or as it is."""
    own, word = lexicon_of(language), found[0]
    known = {
        char
        for char, most in zip(alphabet, chances.reshape(-1, chances.shape[-1]).max(0).tolist(), strict=False)
        if most
    }
    small = _small(word, language)
    ways = {
        written: chance
        for other, chance in own.near(small).items()
        for written in _written_like(other, word, language)
        if known.issuperset(written)
    }
    listed_so = ways.pop(word, -np.inf)  # as capitals without their marks are
    if not ways or not known.issuperset(read.text):
        return read
    before, after = read.text[: found.start()], read.text[found.end() :]
    as_read = own.chance(small)
    if as_read is None:
        as_read = spelling_of(language).of(small) - UNLISTED
    expected = [max(as_read, listed_so), *ways.values()]
    seen = likelihoods(chances, [read.text, *(before + way + after for way in ways)], alphabet)
    weights = seen + WEIGHT * np.array(expected)
    best = int(weights.argmax())
    if not best or weights[best] < weights[0] + CLEAR:
        return read
    written = [*ways][best - 1]
    places = np.linspace(found.start(), found.end() - 1, len(written))
    inner = np.interp(places, range(len(read.steps)), read.steps).tolist()
    steps = (*read.steps[: found.start()], *inner, *read.steps[found.end() :])
    return replace(read, text=before + written + after, steps=steps)


def _small(word: str, language: str) -> str:
    return (word.translate(_TURKISH["small"]) if language == "tr" else word).lower()


def _written_like(word: str, like: str, language: str) -> Sequence[str]:
    """A small word in capitals, with or without its marks, or with its first letter as a capital or not."""
    large = (word.translate(_TURKISH["large"]) if language == "tr" else word).upper()
    if sum(char.isupper() for char in like) > len(like) / 2:
        return large, bare(large)
    return word, large[0] + word[1:]


def bare(word: str) -> str:
    """Capitals without acute, grave and circumflex, which many leave out on capitals."""
    apart = unicodedata.normalize("NFD", word)
    return unicodedata.normalize("NFC", "".join(char for char in apart if char not in "\u0300\u0301\u0302"))
