"""Figures amid letters become the letters that make a word, and codes stay."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr import ctc
from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.figures import as_letters, may_be_letters
from invoice_ocr.ocr.scripts import LOOKALIKES


def seen(word: str, letters: str, share: float) -> tuple[Text, np.ndarray]:
    """A reading and its chances: where `letters` differ from it, these have some share of them."""
    chances = np.full((2 * len(word) + 1, len(ALPHABET) + 1), 1e-6)
    chances[0::2, -1] = 0.99
    for place, (char, other) in enumerate(zip(word, letters, strict=True)):
        chances[2 * place + 1, ALPHABET.index(other)] = share
        chances[2 * place + 1, ALPHABET.index(char)] = 0.98 - share - 0.1
    (text,) = ctc.decode(chances.argmax(-1)[None], chances.max(-1)[None].astype(np.float32), ALPHABET)
    return text, chances


@pytest.mark.parametrize(
    ("read", "letters", "share", "language", "said"),
    [
        ("Subtota1:", "Subtotal:", 0.3, "en", "Subtotal:"),
        ("Bi11", "Bill", 0.3, "en", "Bill"),
        ("G00DS", "GOODS", 0.2, "en", "GOODS"),
        ("Rech8ung", "Rechbung", 0.4, "de", "Rech8ung"),  # no word
        ("Typ10", "Typlo", 0.4, "de", "Typ10"),
        ("Tota1", "Total", 1e-5, "en", "Tota1"),  # the pixels say otherwise
        ("и3", "из", 0.3, "ru", "из"),
        ("м3", "мз", 0.4, "ru", "м3"),  # a measure
        ("О6", "Об", 0.3, "ru", "Об"),
        ("O6", "Oб", 0.3, "ru", "Oб"),  # its capital a Latin one, which what settles scripts puts right
    ],
)
def test_figures_among_letters_are_letters_where_that_makes_a_word(
    read: str, letters: str, share: float, language: str, said: str
) -> None:
    script = "cyrillic" if language == "ru" else "latin"
    text, chances = seen(read, letters, share)
    assert text.text == read
    assert may_be_letters(text, script)
    settled = as_letters(text, chances, ALPHABET, language, script, LOOKALIKES.get(script, {}))
    assert settled.text == said
    assert (settled.confidence, settled.steps) == (text.confidence, text.steps)


@pytest.mark.parametrize("code", ["A11", "GS1", "S10", "EUR0.50", "RE1001", "2B", "B111", "Te1:03-7710", "1001"])
def test_codes_and_numbers_are_not_asked_about(code: str) -> None:
    assert not may_be_letters(Text(code, 0.5, ()), "latin")
