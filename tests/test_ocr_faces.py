"""The page's own print as a witness, on words drawn here with OpenCV's strokes."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from invoice_ocr.ocr import faces
from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.ctc import Text

WITNESSES = ("100", "2050", "305", "1530", "COMO", "OSLO", "88", "BOB", "IBIS")


def written(text: str, *, light: bool = False) -> np.ndarray:
    """A word as the recogniser sees it, each letter apart."""
    picture = np.full((HEIGHT, 20 * len(text) + 8), 255, np.uint8)
    for place, char in enumerate(text):
        cv2.putText(picture, char, (4 + 20 * place, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 0, 1, cv2.LINE_AA)
    return 255 - picture if light else picture


def compared(
    drawn: str, read: str, sure: float, *, witnesses: tuple[str, ...] = WITNESSES, light: bool = False
) -> Text:
    texts = [Text(read, sure, ()), *(Text(word, 0.99, ()) for word in witnesses)]
    pictures = [written(drawn, light=light), *map(written, witnesses)]
    boxes = np.array([[0, 40 * i, picture.shape[1], 40 * i + HEIGHT] for i, picture in enumerate(pictures)], float)
    faces.compare(texts, boxes, pictures)
    assert [text.text for text in texts[1:]] == list(witnesses)
    return texts[0]


@pytest.mark.parametrize("light", [False, True])
@pytest.mark.parametrize(
    ("drawn", "read"), [("R005", "RO05"), ("RO05", "R005"), ("B10-32", "810-32"), ("I-2050", "1-2050"), ("R05", "R05")]
)
def test_a_look_alike_is_what_the_page_shows_it_to_be(drawn: str, read: str, light: bool) -> None:
    assert compared(drawn, read, 0.9, light=light).text == drawn


def test_a_number_whose_figures_are_those_of_the_page_is_sure() -> None:
    assert compared("1025", "1025", 0.7).confidence == faces.CONFIRMED
    assert compared("1025", "1026", 0.7).confidence == 0.7
    assert compared("1055", "1085", 0.7).confidence == 0.7


def test_a_page_that_shows_too_little_decides_nothing() -> None:
    assert compared("RO05", "RO05", 0.7, witnesses=()) == Text("RO05", 0.7, ())
    assert compared("S05", "505", 0.7, witnesses=("305", "1530")).text == "505"
    assert compared("505", "505", 0.7, witnesses=("S", "0")).confidence == 0.7


def test_characters_that_touch_are_not_compared() -> None:
    texts = [Text("RO05", 0.7, ()), Text("100", 0.99, ())]
    joined = written("RO05")
    joined[16] = 0
    faces.compare(texts, np.array([[0, 0, 88, 32], [0, 40, 68, 72]], float), [joined, written("100")])
    assert texts[0] == Text("RO05", 0.7, ())
