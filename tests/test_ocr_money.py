"""Letters alone beside amounts: signs of money where the pixels leave that open, letters of tills where they do not."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.money import lone, sign_of

ALPHABET = "CB€£"


def seen(letter: float, euro: float) -> Text:
    chances = np.array([[letter, 0.0, euro, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0, 1.0]])
    return sign_of(Text("C", letter, (0.0,), letter), chances, ALPHABET)


def test_what_may_be_a_sign_of_money_is_one() -> None:
    assert seen(0.54, 0.34).text == "€"
    assert seen(0.54, 0.34).confidence > seen(0.7, 0.09).confidence > 0.5


def test_what_is_clearly_a_letter_stays_one() -> None:
    assert seen(0.95, 0.01) == Text("C", 0.95, (0.0,), 0.95)
    assert sign_of(Text("C", 0.5, (0.0,), 0.5), np.array([[0.5, 0.5]]), "C").text == "C"


@pytest.mark.parametrize("line", [["C", "Total", "12.00"], ["C", "12"], ["Co", "12.00"], ["4", "12.00"], ["C"]])
def test_other_letters_are_not_asked(line: list[str]) -> None:
    assert lone(line) == []
