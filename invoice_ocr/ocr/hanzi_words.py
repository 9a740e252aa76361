"""Characters of Chinese phrases as words have them: "技术" where pixels leave "技木" open.

Which character follows which within words, and which ones begin and end words, as running text has them; a phrase is
words side by side. Only characters that the pixels leave open are exchanged, for others that these may show.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path

import numpy as np

from invoice_ocr.ocr.hanzi import Reader, has_hanzi

FILE = Path(__file__).with_name("hanzi_words.npz")
EDGE = 0  # the place, among a table's characters, of where a word begins or ends; other signs stand for it
EDGE_CHAR = "|"
SURE = 0.98  # of probability, from which a character is not open
MOST, LEAST = 6, 1e-4  # other characters for one, and the probability from which they are
WEIGHT = 0.4  # of the words against what was seen; 0.3 to 0.6 read alike


@dataclass(frozen=True, slots=True)
class Followers:
    """Which characters follow others. chars: all of them, the edge first. pairs: uint32, sorted, the place of one among
    n characters times n and that of the next. likely: natural logarithm of the next one's probability after the first,
    as long as `pairs`; rest: what is left of it for others, for each first; alone: of each, after none, of its own.
    """

    chars: str
    pairs: np.ndarray
    likely: np.ndarray
    rest: np.ndarray
    alone: np.ndarray

    def after(self, first: np.ndarray, then: np.ndarray) -> np.ndarray:
        """How likely each of `then` comes after each of `first`, places in `chars`: logarithms, (first, then)."""
        within = self._pair(first, then)
        anew = self._pair(first, np.array([EDGE])) + self._pair(np.array([EDGE]), then)
        is_edge = (first[:, None] == EDGE) | (then[None] == EDGE)
        both = (first[:, None] == EDGE) & (then[None] == EDGE)
        likely: np.ndarray = np.where(both, 0.0, np.where(is_edge, within, np.logaddexp(within, anew)))
        return likely

    def _pair(self, first: np.ndarray, then: np.ndarray) -> np.ndarray:
        keys = first[:, None].astype(np.uint32) * np.uint32(len(self.chars)) + then[None].astype(np.uint32)
        places = np.searchsorted(self.pairs, keys).clip(max=len(self.pairs) - 1)
        unseen = self.rest[first][:, None] + self.alone[then]
        return np.asarray(np.where(self.pairs[places] == keys, self.likely[places], unseen))


@cache
def followers() -> Followers:
    """What ships."""
    with np.load(FILE, allow_pickle=False) as shipped:
        numbers = (shipped[name].astype(np.float64) for name in ("likely", "rest", "alone"))
        return Followers(str(shipped["chars"]), shipped["pairs"], *numbers)


@lru_cache(2)
def _places(alphabet: str) -> np.ndarray:
    """The place of each class's character among those of `followers`, the edge where it is none of them."""
    own = {char: i for i, char in enumerate(followers().chars)}
    return np.array([own.get(char, EDGE) for char in alphabet])


def in_words(reader: Reader) -> Reader:
    """The reader, whose phrases are words where its logits, if it gives them, leave characters open."""

    def recognise(batch: np.ndarray) -> tuple[np.ndarray, ...]:
        ids, confidences, *logits = reader.recognise(batch)
        if logits:
            rows = zip(ids, confidences, logits[0], strict=True)
            ids = np.stack([exchanged(*row, reader.alphabet) for row in rows])
        return ids, confidences

    return replace(reader, recognise=recognise)


def exchanged(ids: np.ndarray, confidences: np.ndarray, logits: np.ndarray, alphabet: str) -> np.ndarray:
    """The best class of each step, where open characters are exchanged for those of words.

    ids, confidences: shape (steps,), as `Networks.recognise` has them for one picture. logits: (steps, classes + 1).
    """
    blank = len(alphabet)
    begins = np.flatnonzero(np.r_[True, ids[1:] != ids[:-1]])
    ends = np.r_[begins[1:], len(ids)]
    runs = [(i, j) for i, j in zip(begins.tolist(), ends.tolist(), strict=True) if ids[i] != blank]
    surest = [i + int(confidences[i:j].argmax()) for i, j in runs]
    is_open = [confidences[k] < SURE and has_hanzi(alphabet[ids[k]]) for k in surest]
    if not any(is_open):
        return ids
    places = _places(alphabet)
    best, before, back = np.zeros(1), np.array([EDGE]), []
    ways = [
        _ways(logits[k], ids[k], places) if open_ else ids[k : k + 1] for k, open_ in zip(surest, is_open, strict=True)
    ]
    for k, own in zip(surest, ways, strict=True):
        now = places[own]
        from_each = best[:, None] + WEIGHT * followers().after(before, now)
        back.append(from_each.argmax(0))
        best, before = from_each.max(0) + _seen(logits[k], own), now
    chosen = ids.copy()
    last = int(best.argmax())
    for (i, j), own, came in zip(reversed(runs), reversed(ways), reversed(back), strict=True):
        chosen[i:j] = own[last]
        last = int(came[last])
    return chosen


def _ways(logits: np.ndarray, seen: int, places: np.ndarray) -> np.ndarray:
    """The class seen, and other Chinese characters that the pixels may show."""
    likeliest = np.argpartition(-logits[:-1], MOST)[:MOST]
    may_be = (_seen(logits, likeliest) > np.log(LEAST)) & (places[likeliest] != EDGE) & (likeliest != seen)
    ways: np.ndarray = np.r_[seen, likeliest[may_be]]
    return ways


def _seen(logits: np.ndarray, classes: np.ndarray) -> np.ndarray:
    """Logarithms of the probabilities of classes at one step."""
    most = logits.max()
    seen: np.ndarray = logits[classes] - most - np.log(np.exp(logits - most).sum())
    return seen
