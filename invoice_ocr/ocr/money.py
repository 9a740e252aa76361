"""Signs of money beside amounts: a "C" alone before 12.00 is a "€" seen badly, where the pixels leave that open."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.letters import MONEY

AMOUNT = re.compile(r"[-+(]?\d{1,3}(?:[.,' ]?\d{3})*[.,]\d\d\)?-?")
MORE_OFTEN = 20.0  # times that one sign beside an amount is one of money, for each time that it is a letter


def lone(line: Sequence[str]) -> list[int]:
    """Places of the letters of a line that stand alone beside an amount.

    >>> lone(["Total", "C", "12.00", "A", "B", "3"])
    [1, 3]
    """
    found = [
        place
        for one, other in pairwise(range(len(line)))
        for place, beside in ((one, other), (other, one))
        if len(line[place]) == 1 and line[place].isalpha() and AMOUNT.fullmatch(line[beside])
    ]
    return sorted({*found})


def sign_of(read: Text, chances: np.ndarray, alphabet: str) -> Text:
    """A letter beside an amount, as a sign of money where that is likelier.

    chances: float, shape (steps, classes + 1), of the picture that says it.
    """
    highest = [(float(chances[:, alphabet.index(sign)].max()), sign) for sign in MONEY if sign in alphabet]
    chance, sign = max(highest, default=(0.0, ""))
    sure = MORE_OFTEN * chance / (MORE_OFTEN * chance + read.confidence)
    return replace(read, text=sign, confidence=sure, mean=sure) if sure > 0.5 else read
