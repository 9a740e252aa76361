"""From the recogniser's best class a step to texts: greedy CTC decoding for a whole batch at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Text:
    """What one picture says.

    confidence: the probability of the best path, that is the product over all steps of the best class's probability,
    0..1. It is 1 only when every character, and every gap between characters, was certain; long words have more to
    be unsure of. steps: where each character of `text` begins, as a fraction of the padded picture's width.
    """

    text: str
    confidence: float
    steps: tuple[float, ...]


def decode(ids: np.ndarray, confidences: np.ndarray, alphabet: str) -> list[Text]:
    """The texts of a batch: repeats merged, blanks dropped.

    ids: int, shape (n, steps), best class of each step, blank = len(alphabet).
    confidences: float32, shape (n, steps), its probability 0..1.
    """
    steps = ids.shape[1]
    starts = ids != len(alphabet)
    starts[:, 1:] &= ids[:, 1:] != ids[:, :-1]
    rows, columns = np.nonzero(starts)
    letters = np.array(list(alphabet))[ids[rows, columns]]
    everything = "".join(letters.tolist())
    ends = np.cumsum(starts.sum(1)).tolist()
    certain = np.exp(np.log(np.maximum(confidences, 1e-12)).sum(1)).tolist()
    places = (columns / steps).tolist()
    texts, begin = [], 0
    for end, confidence in zip(ends, certain, strict=True):
        texts.append(Text(everything[begin:end], min(1.0, confidence), tuple(places[begin:end])))
        begin = end
    return texts
