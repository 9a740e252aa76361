"""Words of small letters that look like capitals are told by how high they rise among the words around."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr import cases
from invoice_ocr.ocr.ctc import Text

SMALL, CAPITAL = 20.0, 28.0  # pixels of the page


def page_of(*lines: list[tuple[str, float]]) -> tuple[list[Text], list[list[int]], np.ndarray, list[np.ndarray]]:
    """Texts, lines, boxes and pictures of words that rise so many pixels above their line's baseline."""
    texts, places, boxes, pictures = [], [], [], []
    for row, line in enumerate(lines):
        places.append(list(range(len(texts), len(texts) + len(line))))
        for column, (said, rise) in enumerate(line):
            baseline = 100 * (row + 1)
            texts.append(Text(said, 0.9, tuple(k / len(said) for k in range(len(said)))))
            boxes.append([200 * column, baseline - CAPITAL - 4, 200 * column + 150, baseline + 4])
            picture = np.full((32, 120), 255, np.uint8)
            scale = 32 / (CAPITAL + 8)
            picture[round((CAPITAL + 4 - rise) * scale) : round((CAPITAL + 4) * scale), 10:110:3] = 0
            pictures.append(picture)
    return texts, places, np.array(boxes, float), pictures


def said_by(*lines: list[tuple[str, float]]) -> list[str]:
    texts, places, boxes, pictures = page_of(*lines)
    cases.by_height(texts, places, boxes, pictures)
    return [text.text for text in texts]


@pytest.mark.parametrize(
    ("said", "rise", "meant"),
    [
        ("ПОИСК", SMALL, "поиск"),
        ("ПОИСК", CAPITAL, "ПОИСК"),
        ("пО", SMALL, "по"),
        ("Связи", SMALL, "связи"),
        ("Связи", CAPITAL, "Связи"),
        ("OT", SMALL, "от"),  # Latin letters that look the same
        ("К12", SMALL, "К12"),  # figures are no words
        ("БОЙ", SMALL, "БОЙ"),  # a capital whose small form differs is one, however low
    ],
)
def test_a_word_no_higher_than_small_letters_has_no_capital(said: str, rise: float, meant: str) -> None:
    around = [("перевала", SMALL), ("заметка", SMALL)]
    assert said_by([*around, (said, rise)])[2] == meant


@pytest.mark.parametrize(
    ("said", "rise", "meant"),
    [
        ("поиск", CAPITAL, "ПОИСК"),
        ("поиск", SMALL, "поиск"),
        ("заметка", CAPITAL, "заметка"),  # a capital alone looks like none of its small letters
        ("бой", CAPITAL, "бой"),  # small letters that are as high
        ("поиск", 1.8 * SMALL, "поиск"),  # a rule above it, perhaps
    ],
)
def test_a_word_of_like_letters_as_high_as_capitals_is_of_capitals(said: str, rise: float, meant: str) -> None:
    around = [("перевала", SMALL), ("заметка", SMALL)]
    assert said_by([*around, (said, rise)])[2] == meant


def test_where_a_line_is_silent_the_lines_around_it_tell() -> None:
    assert said_by([("Ваша", CAPITAL), ("заметка", SMALL)], [("И", SMALL)])[2] == "и"
    assert said_by([("2024", CAPITAL), ("заметка", SMALL)], [("И", CAPITAL)])[2] == "И"


def test_latin_lines_are_left_alone() -> None:
    assert said_by([("Quantity", CAPITAL), ("description", SMALL), ("OX", SMALL)])[2] == "OX"
