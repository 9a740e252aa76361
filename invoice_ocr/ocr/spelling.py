"""Which of several readings of a doubtful word is spelt as words are: "меры", where "мсры" is almost as likely.

Letters in threes of the page's language, as ARPA files have them: the probability of a letter after two others; where
the three were never seen, that after one, less what the seen ones take. Only letters between which the pixels leave
open are exchanged, never in words with digits. A mark that the language does not set on a letter, "ä" on a Latvian
page, gives way to one that it does set, "ā", where pixels say much less for it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from math import log, prod
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.languages import letters_of

FILE = Path(__file__).with_name("spelling.npz")
DOUBTFUL = 0.9  # of confidence, under which a word may be spelt otherwise
LEAST = 0.15  # of the likeliest class's probability, from which another one is possible
LEAST_MARKED = 0.02  # the same, for one of the language's that differs by its mark alone from one that is none of them
FOREIGN = 1.5  # by which logarithm a letter with a mark that the language has not is the less likely
WEIGHT = 0.4  # of the spelling against what was seen
CLEAR = 1.0  # by which logarithm another spelling must be better
MOST = 3, 64  # possible classes of one letter; spellings of one word
UNKNOWN = log(1 / 300)  # of a letter that a language's words never have
# The languages whose letters were counted, by script.
TONGUES = {
    script: tuple(languages.split())
    for script, languages in {
        "latin": "de en fr nl pt es it pl cs tr vi hu ro lt lv is fi sv da nb sk sl hr ca ms",
        "cyrillic": "ru uk bg mk sr",
        "greek": "el",
    }.items()
}
SURE, SHORT, ENOUGH, SAMPLE = 0.9, 3, 40, 30  # words that tell a language: confidence, letters; letters, words in all
EDGE = "^"  # before a word; it ends with END
END = "$"
_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Spelling:
    """Letters in threes, twos and ones of one language, small. likely: natural logarithms of probabilities; rest: what
    is left, after the letters of a key, for letters never seen there.
    """

    likely: dict[str, float]
    rest: dict[str, float]

    def of(self, word: str) -> float:
        """How likely a word is spelt: the sum of logarithms over its letters and its end."""
        text = f"{EDGE}{EDGE}{word.lower()}{END}"
        return sum(self._after(text[i - 2 : i], text[i]) for i in range(2, len(text)))

    def _after(self, before: str, letter: str) -> float:
        lost = 0.0
        for context in (before, before[1:], ""):
            if (found := self.likely.get(context + letter)) is not None:
                return lost + found
            lost += self.rest.get(context, 0.0)
        return lost + UNKNOWN


@cache
def spelling_of(language: str) -> Spelling:
    """The spelling of one of `TONGUES`."""
    with np.load(FILE, allow_pickle=False) as shipped:
        grams = str(shipped[f"{language}.grams"]).split("\n")
        likely, rest = (shipped[f"{language}.{name}"].astype(np.float64).tolist() for name in ("likely", "rest"))
    return Spelling(dict(zip(grams, likely, strict=True)), dict(zip(grams, rest, strict=False)))


def tongue_of(words: Sequence[tuple[str, float]], script: str, wanted: Sequence[str] = ()) -> str | None:
    """The language that words in a script are likeliest in; None where they are too few to say.

    words: text and confidence 0..1 of a page's words. wanted: the languages it can be, empty for all.
    """
    choice = [language for language in TONGUES.get(script, ()) if language in wanted or not wanted]
    sure = [word for word, confidence in words if confidence >= SURE and word.isalpha() and len(word) >= SHORT]
    telling = sure[:: -(-len(sure) // SAMPLE)] if sure else []
    if not choice or sum(map(len, telling)) < ENOUGH:
        return None
    return max(choice, key=lambda language: sum(spelling_of(language).of(word) for word in telling))


def can_be_misspelt(text: Text) -> bool:
    """Whether a reading may be misspelt in some language: seen without knowing which.

    >>> [can_be_misspelt(Text(*word, ())) for word in (("tota", 0.6), ("total", 0.95), ("Jürmala", 0.95))]
    [True, False, True]
    """
    return text.confidence < DOUBTFUL or not text.text.isascii()


def may_be_misspelt(text: Text, language: str) -> bool:
    """Whether a reading is of letters, and doubtful or with a mark that its language has not.

    >>> words = ("мсры", 0.6), ("мсры", 0.95), ("12а", 0.6), ("a", 0.6)
    >>> [may_be_misspelt(Text(*word, ()), "ru") for word in words]
    [True, False, False, False]
    >>> [may_be_misspelt(Text("Jürmala", 0.95, ()), language) for language in ("lv", "de")]
    [True, False]
    """
    letters = sum(char.isalpha() for char in text.text)
    if letters < 2 or any(char.isdigit() for char in text.text):
        return False
    return text.confidence < DOUBTFUL or any(_is_foreign(char, language) for char in text.text)


def _is_foreign(letter: str, language: str) -> bool:
    """Whether a letter has a mark that its language has not, which has others on this letter."""
    own, apart = _marked(language), unicodedata.normalize("NFD", letter.lower())
    return len(apart) > 1 and letter.lower() not in own and apart[0] in own.values()


@cache
def _marked(language: str) -> dict[str, str]:
    """The letters with marks of a language, small, and those under the marks."""
    parts = {letter: unicodedata.normalize("NFD", letter) for letter in letters_of(language) or "" if letter.islower()}
    return {letter: apart[0] for letter, apart in parts.items() if len(apart) > 1}


def spelt(read: Text, chances: np.ndarray, alphabet: str, language: str, alike: Mapping[str, str]) -> Text:
    """A reading with letters exchanged for others that are almost as likely, where words are clearly rather spelt so.

    chances: float, shape (steps, classes + 1), of the picture that says it. alike: letters of other scripts and those
    of the language's that look the same. A reading that the chances' likeliest classes do not spell is left as it is.
    """
    letters = _letters(chances, alphabet, language)
    if "".join(options[0][0] for options in letters) != read.text:
        return read
    while prod(len(options) for options in letters) > MOST[1]:
        least = min((i for i, options in enumerate(letters) if len(options) > 1), key=lambda i: letters[i][-1][1])
        letters[least] = letters[least][:-1]
    own = spelling_of(language)

    def weigh(way: Sequence[tuple[str, float]]) -> float:
        word = "".join(alike.get(letter, letter) for letter, _ in way)
        spelt_so = sum(own.of(part) for part in _WORDS.findall(word))
        foreign = sum(_is_foreign(letter, language) for letter, _ in way)
        return sum(log(chance) for _, chance in way) + WEIGHT * spelt_so - FOREIGN * foreign

    best = max(product(*letters), key=weigh)
    if weigh(best) < weigh([options[0] for options in letters]) + CLEAR:
        return read
    return replace(read, text="".join(letter for letter, _ in best))


def _letters(chances: np.ndarray, alphabet: str, language: str) -> list[list[tuple[str, float]]]:
    """For each sign of the greedy reading what it may be, the likeliest first, with the highest chance of its steps.

    Nothing else than letters takes a sign's place: a word of fewer letters would always be the likelier one.
    """
    ids, blank = chances.argmax(-1), len(alphabet)
    begins = np.flatnonzero(np.diff(ids, prepend=-1))
    letters = []
    for begin, end in zip(begins.tolist(), [*begins[1:].tolist(), len(ids)], strict=True):
        if ids[begin] == blank:
            continue
        highest = chances[begin:end, :blank].max(0)
        first, *others = np.argsort(-highest)[:12].tolist()
        marks = _other_marks(alphabet[first], language)
        marked = [i for i in others if alphabet[i] in marks and highest[i] >= LEAST_MARKED * highest[first]]
        near = [i for i in others if alphabet[i].isalpha() and highest[i] >= LEAST * highest[first]]
        open_to = [i for i in others if i in marked or i in near[: MOST[0] - 1]]
        letters.append([(alphabet[i], float(highest[i])) for i in (first, *open_to)])
    return letters


@cache
def _other_marks(letter: str, language: str) -> frozenset[str]:
    """The letters of a language that differ by their marks alone from one that it has not."""
    if not _is_foreign(letter, language):
        return frozenset()
    under = unicodedata.normalize("NFD", letter.lower())[0]
    same = [own for own, bare in _marked(language).items() if bare == under]
    return frozenset(same if letter.islower() else [own.upper() for own in same])
