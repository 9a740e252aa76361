"""From the recogniser's best class a step to texts: greedy CTC decoding for a whole batch at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

_NEVER = 1e-7  # the least chance of a class at a step


@dataclass(frozen=True, slots=True)
class Text:
    """What one picture says.

    confidence: the probability of the least certain character, 0..1; a character's is the highest of the steps that
    say it. 0 where nothing was read. On 3,404 words this tells right from wrong (area under the curve 0.867) as well as
    the exact probability of the text does (0.872), and better than the product over the best path (0.789), which counts
    where a letter begins as doubt. steps: where each character of `text` begins, as a fraction of the padded width.
    mean: the characters' mean probability, which tells a word with one letter in doubt from dirt. bare: the confidence
    of its letters whatever their marks and case, 0 where it was not asked: it tells a word with an accent in doubt from
    dirt. known: whether its page's language often has it, which tells print from dirt too.
    """

    text: str
    confidence: float
    steps: tuple[float, ...]
    mean: float = 0.0
    bare: float = 0.0
    known: bool = False


def decode(ids: np.ndarray, confidences: np.ndarray, alphabet: str) -> list[Text]:
    """The texts of a batch: repeats merged, blanks dropped.

    ids: int, shape (n, steps), best class of each step, blank = len(alphabet).
    confidences: float32, shape (n, steps), its probability 0..1.
    """
    count, steps = ids.shape
    begins = np.ones(ids.shape, bool)
    begins[:, 1:] = ids[:, 1:] != ids[:, :-1]
    runs = np.flatnonzero(begins)
    surest = np.maximum.reduceat(confidences.ravel(), runs) if count else confidences.ravel()
    printed = ids.ravel()[runs] != len(alphabet)
    rows, columns = np.divmod(runs[printed], steps)
    letters = _letters(alphabet)[ids[rows, columns]]
    certain = np.ones(count, np.float64)
    np.minimum.at(certain, rows, surest[printed])
    lengths = np.bincount(rows, minlength=count)
    means = np.bincount(rows, surest[printed], minlength=count) / np.maximum(1, lengths)
    everything = "".join(letters.tolist())
    ends = np.cumsum(lengths).tolist()
    places = (columns / steps).tolist()
    texts, begin = [], 0
    for end, confidence, mean in zip(ends, (certain * (lengths > 0)).tolist(), means.tolist(), strict=True):
        texts.append(Text(everything[begin:end], min(1.0, confidence), tuple(places[begin:end]), min(1.0, mean)))
        begin = end
    return texts


@lru_cache(4)
def _letters(alphabet: str) -> np.ndarray:
    """The classes of an alphabet, one letter each."""
    return np.array(list(alphabet))


@lru_cache(4)
def _places(alphabet: str) -> dict[str, int]:
    """The class of each letter of an alphabet."""
    return {char: i for i, char in enumerate(alphabet)}


def likelihoods(chances: np.ndarray, texts: Sequence[str], alphabet: str) -> np.ndarray:
    """How likely a picture says each text: natural logarithms, float64, shape (texts,), over all ways to say it.

    chances: float, shape (steps, classes + 1), or several recognisers' in an axis before these: the mean of what each
    finds. texts: of letters of the alphabet. Graves et al. (2006), forward part.
    """
    if chances.ndim > 2:
        mean: np.ndarray = np.mean([likelihoods(one, texts, alphabet) for one in chances], 0)
        return mean
    blank = len(alphabet)
    place = _places(alphabet)
    states = np.full((len(texts), 2 * max(map(len, texts)) + 1), blank)
    for row, text in zip(states, texts, strict=True):
        row[1 : 2 * len(text) : 2] = [place[char] for char in text]
    skips = np.zeros(states.shape, bool)
    skips[:, 2:] = (states[:, 2:] != blank) & (states[:, 2:] != states[:, :-2])
    ends = np.array([2 * len(text) for text in texts])
    own = np.arange(states.shape[1]) <= ends[:, None]
    seen = np.maximum(chances, _NEVER)[:, states] * own
    reached = np.zeros(states.shape)
    reached[:, :2] = seen[0, :, :2]
    whole = np.zeros(len(texts))
    for now in seen[1:]:
        moved = reached.copy()
        moved[:, 1:] += reached[:, :-1]
        moved[:, 2:] += np.where(skips[:, 2:], reached[:, :-2], 0)
        reached = moved * now
        size = reached.sum(1, keepdims=True)
        reached /= size
        whole += np.log(size[:, 0])
    rows = np.arange(len(texts))
    last = reached[rows, ends] + np.where(ends > 0, reached[rows, ends - 1], 0)
    likely: np.ndarray = whole + np.log(np.maximum(last, _NEVER))
    return likely
