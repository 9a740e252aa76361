"""Finding labels, the printed texts that introduce values, folded and with slips of a recogniser forgiven."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from rapidfuzz.distance import OSA

from invoice_ocr.patience import check
from invoice_ocr.values.text import slip, tokens

_LONGEST = 8  # tokens
_REMEMBERED = 4096  # texts
_HEAD, _TAIL = 3, 3  # letters
_START = 6  # letters by which a text is told that begins no label
_FUZZY_FROM = 7  # letters: shorter labels are too near to other words
_LONG = 12  # letters: labels in which two may be wrong
ONE_WRONG = 0.7  # the quality of a label of five or six letters with a wrong one
_SLIPPED = 0.95  # the quality of a label with letters that recognisers confuse
_SHORTEST = 5  # letters of a label that may have one wrong where nothing but a label can stand
_NO_ENDS: tuple[dict[str, list[str]], dict[str, list[str]]] = ({}, {})
_LETTERS = 2  # that may lead a number
_BARE_SIGN = re.compile(r"(?<![\w'’&-])[nN](?![\w&-]|['’][^\W\d])")  # `N°` whose ring was lost, not `n'est` or `N12`


@dataclass(frozen=True, slots=True)
class Hit:
    """One label in a text. key: the folded label met. quality: 1.0 as written, less when slips were forgiven."""

    key: str
    start: int
    end: int
    quality: float = 1.0


class LabelIndex:
    """All labels of a pack by their folded text; finds the longest that begins at each word."""

    def __init__(self, keys: Iterable[str], whole: LabelIndex | None = None) -> None:
        """keys: folded labels. whole: an index that has all of them and more, whose tables are then shared."""
        self.keys = frozenset(keys)
        self._whole = whole or self
        self.starts: frozenset[str] = whole.starts if whole else _prefixes(self.keys)
        self._known: dict[tuple[str, bool, bool], tuple[Hit, ...]] = {}

    @cached_property
    def slips(self) -> Mapping[str, tuple[str, ...]]:
        """Every label as slips leave it, to the labels it came from."""
        slips: dict[str, tuple[str, ...]] = {}
        keys = [key for key in sorted(self.keys) if len(key) >= 4]
        for key, slipped in zip(keys, slip("\n".join(keys)).split("\n"), strict=True):  # all at once: ten times faster
            slips[slipped] = (key, *slips.get(slipped, ()))
        return slips

    def find(self, text: str, *, forgiving: bool = False, alone: bool = False) -> tuple[Hit, ...]:
        """Labels in a text, left to right, none inside another; the longest wins.

        forgiving: one wrong, missing or extra letter is let pass in labels of seven letters and more, two from twelve
        letters on, and letters that recognisers confuse count as equal. alone: little else stands in the text, so that
        a label of five letters may have a wrong one too. What was looked for lately is remembered.
        """
        found = self._known.get((text, forgiving, alone))
        if found is None:
            check()
            if len(self._known) > _REMEMBERED:
                self._known.clear()
            found = self._known[text, forgiving, alone] = tuple(self._find(text, forgiving, alone))
        return found

    def _find(self, text: str, forgiving: bool, alone: bool) -> list[Hit]:
        parts = tokens(text)
        ringed = _ringed(text, parts)
        hits: list[Hit] = []
        index = 0
        while index < len(parts):
            found = self._exact(parts, index) if parts[index][0][:_START] in self.starts else None
            numbered = self._exact(ringed, index) if ringed else None
            if numbered and numbered[1] > (found[1] if found else index):
                found = (*numbered[:2], _SLIPPED)
            if found is None and forgiving and not _ends_number(parts, index):
                found = self._similar(parts, index)
            if found is None and alone and (near := self._one_wrong(parts[index][0])):
                found = (near, index, ONE_WRONG)
            if found is None:
                index += 1
                continue
            key, last, quality = found
            hits.append(Hit(key, parts[index][1], parts[last][2], quality))
            index = last + 1
        return hits

    def _exact(self, parts: Sequence[tuple[str, int, int]], index: int) -> tuple[str, int, float] | None:
        joined, best = "", None
        for last in range(index, min(index + _LONGEST, len(parts))):
            joined += parts[last][0]
            if joined[:_START] not in self.starts:
                break
            if joined in self.keys:
                best = (joined, last, 1.0)
        return best

    def _similar(self, parts: Sequence[tuple[str, int, int]], index: int) -> tuple[str, int, float] | None:
        joined, best = "", None
        for last in range(index, min(index + _LONGEST, len(parts))):
            joined += parts[last][0]
            if len(joined) > 40:
                break
            if index < last < len(parts) - 1 and _leads(*parts[last : last + 2]):
                continue  # a part of a number, as the letter of `Receipt: A0044`
            key = self._slipped(joined) if len(joined) >= 4 else None
            if key:
                best = (key, last, _SLIPPED)
            elif len(joined) >= _FUZZY_FROM - 1 and not parts[last][0].isdigit():  # `Note 26` is no `Note Nr`
                near = self._nearest(joined)
                best = (near, last, 0.85) if near else best
        return best

    def _slipped(self, joined: str) -> str | None:
        return next((key for key in self._whole.slips.get(slip(joined), ()) if key in self.keys), None)

    @cached_property
    def ends(self) -> Mapping[int, tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]]:
        """The long labels of each length by how they begin and by how they end, one of which a slip leaves as it is."""
        ends: dict[int, tuple[dict[str, list[str]], dict[str, list[str]]]] = {}
        for key in self.keys:
            if len(key) >= _FUZZY_FROM:
                heads, tails = ends.setdefault(len(key), ({}, {}))
                heads.setdefault(key[:_HEAD], []).append(key)
                tails.setdefault(key[-_TAIL:], []).append(key)
        return ends

    def _nearest(self, joined: str) -> str | None:
        close = self._within(1, joined, _FUZZY_FROM)
        if not close and len(joined) >= _LONG:
            close = self._within(2, joined, _LONG)
        return close.pop() if len(close) == 1 else None

    def _within(self, wrong: int, joined: str, least: int) -> set[str]:
        """The labels of `least` letters in which so many of a text are wrong, though it begins or ends as they do."""
        close: set[str] = set()
        for length in range(max(least, len(joined) - wrong), len(joined) + wrong + 1):
            heads, tails = self._whole.ends.get(length, _NO_ENDS)
            for key in (*heads.get(joined[:_HEAD], ()), *tails.get(joined[-_TAIL:], ())):
                if key in self.keys and OSA.distance(joined, key, score_cutoff=wrong) <= wrong:
                    close.add(key)
        return close

    @cached_property
    def opened(self) -> Mapping[str, Sequence[str]]:
        """The labels of five or six letters by each form of theirs with one letter left open."""
        opened: dict[str, list[str]] = {}
        for key in self.keys:
            if _SHORTEST <= len(key) < _FUZZY_FROM and key.isalpha():
                for place in range(len(key)):
                    opened.setdefault(f"{key[:place]}?{key[place + 1 :]}", []).append(key)
        return opened

    @cached_property
    def last_letters(self) -> frozenset[str]:
        """The last five and the last six letters of every label."""
        return frozenset(key[-length:] for key in self.keys for length in range(_SHORTEST, _FUZZY_FROM))

    def _one_wrong(self, word: str) -> str | None:
        """The one label of five or six letters that differs from a word in a letter.

        None where the word is part of another label, as `charge` is, which hardly differs from `change`.
        """
        if not _SHORTEST <= len(word) < _FUZZY_FROM:
            return None
        forms = (f"{word[:place]}?{word[place + 1 :]}" for place in range(len(word)))
        near = {key for form in forms for key in self._whole.opened.get(form, ()) if key in self.keys}
        if len(near) != 1 or word in self.starts or word in self._whole.last_letters:
            return None
        return near.pop()


def _ringed(text: str, parts: Sequence[tuple[str, int, int]]) -> Sequence[tuple[str, int, int]]:
    """The parts of a text with `no` for each `N` alone, as `N°` whose ring is lost; () where none is."""
    bare = {sign.start() for sign in _BARE_SIGN.finditer(text)}
    return [("no", *part[1:]) if part[1] in bare else part for part in parts] if bare else ()


def _leads(letters: tuple[str, int, int], digits: tuple[str, int, int]) -> bool:
    """Whether one or two letters begin a number."""
    return len(letters[0]) <= _LETTERS and letters[0].isalpha() and digits[0].isdigit() and letters[2] == digits[1]


def _ends_number(parts: Sequence[tuple[str, int, int]], index: int) -> bool:
    """Whether a single letter is the last of a number, as in `IE1234567T. Company reg. no`, and begins no label."""
    before = parts[index - 1] if index else None
    return before is not None and before[0].isdigit() and before[2] == parts[index][1] and len(parts[index][0]) == 1


def _prefixes(keys: Iterable[str]) -> frozenset[str]:
    """What labels begin with, of up to six letters."""
    starts = {key[:_START] for key in keys}
    return frozenset(start[:length] for start in starts for length in range(1, len(start) + 1))
