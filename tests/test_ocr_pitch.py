"""Words of fixed pitch end where a cell is left out, however much white their letters leave."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr import pitch
from invoice_ocr.ocr.ctc import Text

CELL = 14.0


def box_of(line: str, start: int, end: int, cell: float = CELL) -> tuple[Text, np.ndarray]:
    """What is read from the cells `start` to `end` of a line, with a little paper around."""
    left, right = start * cell - 3, end * cell + 3
    said = [(place, letter) for place, letter in enumerate(line[start:end]) if letter != " "]
    steps = tuple((3 + (place + 0.5) * cell) / (right - left) for place, _ in said)
    return Text("".join(letter for _, letter in said), 0.9, steps), np.array([left, 0, right, 30])


def page_of(*words: str, cell: float = CELL) -> tuple[list[Text], np.ndarray]:
    pairs = [box_of(word, 0, len(word), cell) for word in words]
    return [text for text, _ in pairs], np.stack([box for _, box in pairs])


WORDS = ("ROUNDING", "CASHIER", "DESCRIPTION", "TOTAL", "INVOICE", "10.07.2024", "THANKS", "SALES", "CHANGE", "AMOUNT")


def test_a_page_of_equal_cells_shows_its_pitch() -> None:
    assert pitch.pitch_of(*page_of(*WORDS)) == pytest.approx(CELL)
    assert pitch.pitch_of(*page_of(*WORDS[:9])) is None  # too few words to tell


def test_a_page_of_letters_as_wide_as_they_are_shows_none() -> None:
    rng = np.random.default_rng(3)
    pairs = [page_of(word, cell=cell) for word, cell in zip(WORDS, rng.uniform(11, 17, len(WORDS)), strict=True)]
    assert pitch.pitch_of([texts[0] for texts, _ in pairs], np.concatenate([boxes for _, boxes in pairs])) is None


def test_a_line_is_told_by_the_cells_of_the_page_or_by_their_double() -> None:
    assert pitch.of_line(*page_of("TOTAL"), CELL) == CELL
    assert pitch.of_line(*page_of("TOTAL", cell=2 * CELL), CELL) == 2 * CELL
    assert pitch.of_line(*page_of("TOTAL", cell=1.4 * CELL), CELL) is None
    assert pitch.of_line(*page_of("A"), CELL) == CELL  # too short to say otherwise


def test_a_space_is_a_cell_left_out_and_nothing_else() -> None:
    text, box = box_of("TOTAL 7.00", 0, 10)
    assert text.text == "TOTAL7.00"
    again = pitch.spaced(text, box, CELL)
    assert again.text == "TOTAL 7.00"
    assert len(again.steps) == len(again.text)
    word, box = box_of("Description", 0, 11)
    wide = Text("Descr iption", 0.9, (*word.steps[:5], word.steps[5], *word.steps[5:]))
    assert pitch.spaced(wide, box, CELL).text == "Description"


@pytest.mark.parametrize("dash", ["\u2013", "\u2014", "\u2212", "-"])
def test_a_dash_in_a_cell_is_a_hyphen(dash: str) -> None:
    text, box = box_of(f"{dash}0.02", 0, 5)
    assert pitch.spaced(text, box, CELL).text == "-0.02"


def test_a_box_continues_the_last_where_its_first_sign_stands_in_the_next_cell() -> None:
    line = "Description 12"
    first, second, third = (box_of(line, *cells) for cells in ((0, 5), (5, 11), (12, 14)))
    assert pitch.is_next(*first, *second, CELL)
    assert not pitch.is_next(*second, *third, CELL)
