"""Words are parted where the white between letters is a space of their line, and nowhere else."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.ink import PAD_X, PAD_Y
from invoice_ocr.ocr.spaces import USUAL, Piece, joined, spaced, typical

HIGH = 100 * (1 + 2 * PAD_Y)  # of a box whose capitals are 100 high, so that widths read as percents


def boxes(*inks: tuple[float, float]) -> np.ndarray:
    """Boxes around ink from `left` to `right` on one line."""
    return np.array([[left - 100 * PAD_X, 0, right + 100 * PAD_X, HIGH] for left, right in inks], np.float32)


def pieces(*words: tuple[str, float, float]) -> list[list[Piece]]:
    return [[(text, 0.9, box)] for (text, _, _), box in zip(words, boxes(*(w[1:] for w in words)), strict=True)]


def texts(line: list[Piece]) -> list[str]:
    return [text for text, _, _ in line]


def test_the_space_of_a_line_is_that_between_its_words_not_its_columns() -> None:
    every = boxes((0, 100), (160, 300), (360, 500), (560, 700), (2000, 2100), (0, 50), (105, 200))
    line, short = typical(every, [[0, 1, 2, 3, 4], [5, 6]])
    assert line == pytest.approx(0.6, abs=1e-3)
    assert short == pytest.approx(0.6, abs=1e-3)  # one gap is no rule: the page's
    assert typical(every[:1], [[0]]) == [USUAL]


@pytest.mark.parametrize(
    ("left", "right", "gap", "one"),
    [
        ("2445000", "1100015", 42, True),  # a narrow one stands in white
        ("15.", "03.2018", 40, True),
        ("2445000", "2200015", 42, False),
        ("15.", "03.2018", 48, False),
        ("Leis", "tungsdatum", 20, True),
        ("net", "amount", 30, False),
        ("Date:", "22.01.2016", 42, False),  # the colon is a word's, not a number's
        ("-", "84340", 42, False),
        ("1.", ".5", 42, False),
        ("RM152.", "00", 48, True),
        ("1.", "10,00", 48, False),  # a number in a list, and what it counts
        ("RM152.", "00", 60, False),
    ],
)
def test_pieces_of_one_word_are_joined(left: str, right: str, gap: float, one: bool) -> None:
    line = joined(pieces((left, 0, 300), (right, 300 + gap, 900)), 0.5)
    assert texts(line) == ([left + right] if one else [left, right])
    if one:
        assert line[0][2] == pytest.approx([-100 * PAD_X, 0, 900 + 100 * PAD_X, HIGH])


def test_words_parted_inside_one_box_stay_parted() -> None:
    box = boxes((0, 300))[0]
    assert texts(joined([[("01,", 0.9, box), ("2015", 0.8, box)]], 0.5)) == ["01,", "2015"]


def drawn(*words: str, gap: int) -> tuple[np.ndarray, Text]:
    """Words set `gap` pixels apart in one picture, and what is read from it without its spaces."""
    picture = np.full((32, 400), 255, np.uint8)
    x, steps = 4, list[float]()
    for word in words:
        for letter in word:
            (wide, _), _ = cv2.getTextSize(letter, cv2.FONT_HERSHEY_SIMPLEX, 0.9, 2)
            cv2.putText(picture, letter, (x, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.9, 0, 2)
            steps.append((x + wide / 2) / 400)
            x += wide + 1
        x += gap
    return picture, Text("".join(words), 0.9, tuple(steps))


@pytest.mark.parametrize("picture_of", [lambda p: p, lambda p: 255 - p])
def test_a_space_that_was_not_read_is_seen(picture_of) -> None:
    picture, text = drawn("NOME", "/", "UF", gap=14)
    assert spaced(text, picture_of(picture), 0.5).text == "NOME / UF"
    assert len(spaced(text, picture_of(picture), 0.5).steps) == 9


@pytest.mark.parametrize(("words", "gap"), [(("NOME", "UF"), 3), (("20", "1"), 6)])
def test_white_within_a_word_is_no_space(words: tuple[str, ...], gap: int) -> None:
    picture, text = drawn(*words, gap=gap)
    assert spaced(text, picture, 0.5) == text


def test_a_space_that_was_read_is_not_doubled() -> None:
    picture, text = drawn("a", "b", gap=20)
    read = Text("a b", 0.9, (text.steps[0], sum(text.steps) / 2, text.steps[1]))
    assert spaced(read, picture, 0.5) == read


@pytest.mark.parametrize(
    ("read", "kept"), [("RM152. 00", "RM152.00"), ("1. 10,00", "1. 10,00"), ("5. 4200", "5. 4200")]
)
def test_cents_stand_with_their_amount(read: str, kept: str) -> None:
    blank = np.full((32, 100), 255, np.uint8)
    steps = tuple(i / len(read) for i in range(len(read)))
    found = spaced(Text(read, 0.9, steps), blank, 0.5)
    assert found.text == kept
    assert len(found.steps) == len(kept)


def test_boxes_known_to_run_on_become_one_word_whatever_the_white() -> None:
    left, right = ("Descr", 0.9, np.array([0, 0, 60, 30.0])), ("iption", 0.8, np.array([90, 0, 150, 30.0]))
    assert [text for text, _, _ in joined([[left], [right]], 0.4, [True])] == ["Description"]
    assert [text for text, _, _ in joined([[left], [right]], 5.0, [False])] == ["Descr", "iption"]


def test_chinese_signs_bring_white_that_is_no_space() -> None:
    chinese = pieces(("二，", 0, 190), ("数字", 250, 450), ("合计", 530, 730))
    assert texts(joined(chinese, USUAL)) == ["二，数字", "合计"]
    latin = pieces(("a,", 0, 190), ("bc", 250, 450))
    assert texts(joined(latin, USUAL)) == ["a,", "bc"]
    picture = np.full((32, 192), 255, np.uint8)
    for left in (0, 44, 88, 140):
        picture[4:28:8, left : left + 28] = 0
    said = Text("中，票据", 0.9, (0.0, 0.23, 0.46, 0.73))
    assert spaced(said, picture, USUAL).text == "中，票据"
    assert spaced(Text("abcd", 0.9, said.steps), picture, USUAL).text == "a b c d"
