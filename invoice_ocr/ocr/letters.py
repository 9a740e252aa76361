"""Which letters a page is written with: "ā" on a German page is an "ä" seen badly.

The letters that only some languages have say which languages a page is in, each word but once: the same doubt comes
again with it. A doubtful word with a letter that none of them has is read again without it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from functools import cache, lru_cache

import numpy as np

from invoice_ocr.errors import ConfigError
from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.languages import COMMON, LANGUAGES, letters_of
from invoice_ocr.ocr.scripts import script_of

SURE = 0.9  # confidence from which a word's letters are believed
ENOUGH = {"latin": 4, "cyrillic": 12, "greek": 12}  # telling letters, from which they say a page's languages
COVERED = 0.85  # of a page's telling letters, that its languages have
RARELY = 0.05  # of them more than any common language has, that a rarer one has to be believed
AS_GOOD = 0.97  # of the best language's share, with which another is as likely
OUTNUMBERED = 10  # Latin letters for each of another script, from which the page is not in that one
REPEATED = 2  # sure words with a letter, from which it belongs to the page whatever its languages
# Where too few letters tell, those of the languages that most invoices in Latin script are in.
USUAL = ("de", "en", "es", "fr", "it", "nl", "pt", "da", "sv", "nb", "fi")
MONEY = frozenset("$€£¥")


def strangers(words: Sequence[tuple[str, float]]) -> tuple[list[int], frozenset[str]]:
    """Places of doubtful words with letters that their page's languages lack, and the letters that these have.

    words: text and confidence 0..1 of a page's words.

    >>> page = [("Prüfung", 1.0), ("Straße", 1.0), ("für", 1.0), ("Größe", 1.0), ("gemāß", 0.6)]
    >>> strangers(page)[0]
    [4]
    """
    told = [(_telling(word), sure) for word, sure in words]
    plain = sum(char.isascii() and char.isalpha() for word, _ in words for char in word)
    once = [told[i] for i in {word: i for i, (word, _) in enumerate(words)}.values()]
    known = frozenset().union(*(_letters(script, told, once, plain) for script in ENOUGH)) | MONEY
    return [i for i, (letters, sure) in enumerate(told) if sure < SURE and not letters <= known], known


def of_languages(names: str) -> frozenset[str] | None:
    """The telling letters of languages, codes joined by commas, and signs of money; None for "": all.

    Raises ConfigError for a language whose letters are not listed.

    >>> sorted(of_languages("de") - MONEY), of_languages("")
    (['ß', 'ä', 'ö', 'ü'], None)
    """
    wanted = [name for name in names.split(",") if name]
    unknown = [name for name in wanted if letters_of(name) is None]
    if unknown:
        raise ConfigError(f"the letters of {', '.join(unknown)} are not known", fix=f"Known: {' '.join(LANGUAGES)}.")
    if not wanted:
        return None
    return MONEY.union(*(_telling(letters_of(name) or "") for name in wanted))


def beyond(words: Sequence[str], known: frozenset[str]) -> list[int]:
    """Places of words with letters of the three scripts that are not among the `known` ones.

    >>> beyond(["Straße", "Łódź", "2024"], frozenset("ß"))
    [1]
    """
    return [i for i, word in enumerate(words) if not _telling(word) <= known]


def allowed(alphabet: str, known: frozenset[str]) -> np.ndarray:
    """bool, shape (classes + 1,): which classes of `alphabet`, the blank last, a page of `known` letters may show."""
    may = np.ones(len(alphabet) + 1, bool)
    for place, letter in _telling_of(alphabet):
        may[place] = letter in known
    return may


@lru_cache(4)
def _telling_of(alphabet: str) -> list[tuple[int, str]]:
    """The classes of an alphabet that not every language has, each with its small letter."""
    return [(place, letter) for place, char in enumerate(alphabet) for letter in _telling(char)]


def _telling(word: str) -> set[str]:
    """The letters and signs of money in a word that not every language has, as small letters."""
    if word.isascii():
        return set()
    return {
        small for char in word if ord(char) > 0x7F and (small := _small(char)) and (script_of(char) or _is_money(char))
    }


def _small(char: str) -> str:
    return char.lower()[:1]


def _is_money(char: str) -> bool:
    return 0x20A0 <= ord(char) < 0x20D0


def _letters(
    script: str, told: Sequence[tuple[set[str], float]], once: Sequence[tuple[set[str], float]], plain: int
) -> frozenset[str]:
    """The telling letters of the page's languages in one script.

    told: the telling letters of each word, and its confidence; once: of each different word. plain: letters of the page
    that every language has.
    """
    seen = Counter(letter for letters, _ in once for letter in letters if script_of(letter) == script)
    certain = Counter(
        letter for letters, sure in told if sure >= SURE for letter in letters if script_of(letter) == script
    )
    repeated = frozenset(letter for letter, count in certain.items() if count >= REPEATED)
    if seen.total() < ENOUGH[script]:
        foreign = script != "latin" and plain > OUTNUMBERED * seen.total()
        names = () if foreign else USUAL if script == "latin" else _of(script)
        return repeated.union(*(_of(script)[name] for name in names))
    every = _of(script, LANGUAGES)
    shares = {name: _share(seen, letters) for name, letters in every.items()}
    best = max(shares[name] for name in _of(script))
    is_rare = max(shares.values()) >= best + RARELY
    best = max(shares.values()) if is_rare else best
    if best < COVERED:
        return frozenset(letter for letter in _telling(ALPHABET) if script_of(letter) == script)
    able = every if is_rare else _of(script)
    return repeated.union(*(every[name] for name in able if shares[name] >= AS_GOOD * best))


def _share(seen: Counter[str], letters: frozenset[str]) -> float:
    """The share of the letters seen that are among some."""
    return sum(seen[letter] for letter in letters) / seen.total()


@cache
def _of(script: str, languages: Sequence[str] = COMMON) -> dict[str, frozenset[str]]:
    """The telling letters of some languages in a script."""
    every = {name: frozenset(_telling(letters_of(name) or "")) for name in languages}
    fitting = {name: frozenset(c for c in letters if script_of(c) == script) for name, letters in every.items()}
    return {name: letters for name, letters in fitting.items() if letters or (script == "latin" and name in USUAL)}
