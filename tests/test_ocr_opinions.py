"""Of readings that differ the one that all recognisers together find likelier is believed."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr.ctc import decode
from invoice_ocr.ocr.opinions import believed

ALPHABET = "AB1l"


def seen(*steps: dict[str, float]) -> np.ndarray:
    """Chances of letters at each step; what is left is the blank's."""
    chances = np.full((len(steps), len(ALPHABET) + 1), 1e-6)
    for row, step in zip(chances, steps, strict=True):
        for letter, chance in step.items():
            row[ALPHABET.index(letter)] = chance
        row[-1] = 1 - sum(step.values())
    return chances


def text(chances: np.ndarray) -> str:
    (said,) = decode(chances.argmax(-1)[None], chances.max(-1)[None], ALPHABET)
    return said.text


def test_a_sure_reading_stands_against_one_in_doubt_whichever_recogniser_says_it() -> None:
    doubtful, sure = seen({"A": 0.9}, {}, {"1": 0.5, "l": 0.4}), seen({"A": 0.9}, {}, {"1": 0.02, "l": 0.9})
    assert text(doubtful) == "A1"
    for opinions in ([doubtful, sure], [sure, doubtful]):
        assert (believed(np.stack(opinions), ALPHABET) == sure).all()


def test_letters_seen_at_other_steps_are_the_same_reading() -> None:
    early = seen({"A": 0.6}, {}, {"B": 0.8}, {}, {})
    late = seen({}, {"A": 0.9}, {}, {"B": 0.9}, {})
    mean = (early + late) / 2
    assert text(early) == text(late) == "AB" != text(mean)
    assert (believed(np.stack([early, late]), ALPHABET) == early).all()


def test_one_recogniser_alone_is_believed() -> None:
    alone = seen({"A": 0.3})
    assert (believed(alone[None], ALPHABET) == alone).all()


def test_nothing_read_is_weighed_like_any_other_reading() -> None:
    nothing, something = seen({"A": 0.45}, {}), seen({"A": 0.9}, {})
    assert text(nothing) == ""
    assert (believed(np.stack([nothing, something]), ALPHABET) == something).all()
