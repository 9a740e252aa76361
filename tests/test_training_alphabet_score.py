"""Scoring alphabets: drawn words are placed where they stand, and what is misread is counted for its class."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest

from invoice_ocr.model import PageWords, Word
from invoice_ocr.training import alphabet_score as scoring
from invoice_ocr.training.fonts import find_fonts

WORDS = ("Größe", "Total", "Rest") * 60


@pytest.fixture(scope="module")
def page() -> scoring.Sheet:
    return scoring.sheet(random.Random(1), find_fonts()[0], WORDS)


def read_as(page: scoring.Sheet, **instead: str) -> PageWords:
    words = tuple(
        Word(instead.get(text, text), place, 0.9) for text, place in zip(page.words, page.places, strict=True)
    )
    return PageWords(1, page.image.width, page.image.height, words)


def test_words_are_drawn_where_their_places_are(page: scoring.Sheet) -> None:
    assert page.words == WORDS[: len(page.words)]
    dark = page.image.pixels[..., 0] < 128
    for place in page.places:
        sides = [round(side / 0.36) for side in (place.left, place.top, place.right, place.bottom)]
        assert dark[sides[1] : sides[3] + 1, sides[0] : sides[2] + 1].any()
        dark[sides[1] : sides[3] + 1, sides[0] : sides[2] + 1] = False
    assert not np.count_nonzero(dark)


def test_every_class_is_counted_by_its_own_readings(page: scoring.Sheet) -> None:
    read = read_as(page, Größe="Grosse")
    seen = list(scoring.right_classes(page, read))
    wrong = {char for char, good, _ in seen if not good}
    assert wrong == {"ö", "ß"}
    assert all(heard == "Grosse" for _, good, heard in seen if not good)
    assert scoring.right_words(page, read) == sum(word != "Größe" for word in page.words)
    assert scoring.misread(page, read)[0] == "Größe>Grosse"


def test_a_word_that_was_not_found_counts_for_all_its_classes(page: scoring.Sheet) -> None:
    read = replace(read_as(page), words=())
    assert not any(good for _, good, _ in scoring.right_classes(page, read))


def test_each_class_belongs_to_one_script() -> None:
    every = [scoring.classes(script) for script in (*scoring.LANGUAGES, "sign")]
    assert sorted("".join(every) + " ") == sorted(scoring.ALPHABET)
    assert "Ҕ" in every[1]
    assert "€" in every[3]
