"""Characters of Chinese phrases that the pixels leave open, as words have them."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr.ctc import decode
from invoice_ocr.ocr.hanzi import Reader
from invoice_ocr.ocr.hanzi_words import EDGE, EDGE_CHAR, followers, in_words
from invoice_ocr.training.hanzi_words import counted

ALPHABET = "技术木研究宛日曰A1"


def read(said: str, other: dict[int, tuple[str, float]]) -> str:
    """What a picture says whose letters are those `said`, a step each and one between, but for others at some places
    with a probability.
    """
    chances = np.full((1, 2 * len(said), len(ALPHABET) + 1), 1e-6)
    for i, char in enumerate(said):
        like, share = other.get(i, (char, 0.0))
        chances[0, 2 * i, ALPHABET.index(like)] = share
        chances[0, 2 * i, ALPHABET.index(char)] = 1 - share
        chances[0, 2 * i + 1, -1] = 1.0
    shown = chances.argmax(-1), chances.max(-1), np.log(chances)
    ids, confidences = in_words(Reader(lambda _: shown, ALPHABET)).recognise(np.zeros(0))
    (text,) = decode(ids, confidences, ALPHABET)
    return text.text


@pytest.mark.parametrize(
    ("said", "other", "words"),
    [
        ("技木", {1: ("术", 0.1)}, "技术"),
        ("研宛", {1: ("究", 0.05)}, "研究"),
        ("研宛技木", {1: ("究", 0.05), 3: ("术", 0.1)}, "研究技术"),
        ("1技木A", {2: ("术", 0.1)}, "1技术A"),
    ],
)
def test_open_characters_become_those_of_words(said: str, other: dict[int, tuple[str, float]], words: str) -> None:
    assert read(said, other) == words


@pytest.mark.parametrize(
    ("said", "other"),
    [
        ("技木", {}),
        ("技木", {1: ("术", 0.01)}),  # pixels that say it clearly are believed
        ("技术", {1: ("木", 0.3)}),
        ("木", {0: ("术", 0.2)}),
        ("技A", {1: ("术", 0.4)}),  # no other sign for one that is not Chinese
        ("技1", {1: ("A", 0.4)}),
        ("", {}),
    ],
)
def test_what_is_clear_and_what_is_no_chinese_stays(said: str, other: dict[int, tuple[str, float]]) -> None:
    assert read(said or "A", other) == (said or "A")


def test_a_pair_is_likely_within_a_word_and_less_so_across_two() -> None:
    table = followers()
    place = {char: i for i, char in enumerate(table.chars)}
    first, then = (np.array([place[char] for char in chars]) for chars in ("技研", "术究木"))
    likely = table.after(first, then)
    assert likely[0].argmax() == 0
    assert likely[1].argmax() == 1
    assert (table.after(np.array([EDGE]), np.array([EDGE])) == 0).all()


def test_what_follows_a_character_adds_up_to_one() -> None:
    made = counted({"技术": 0.5, "技": 0.2, "木": 0.3})
    chars = str(made["chars"])
    first = chars.index("技")
    of_first = made["pairs"] // len(chars) == first
    then = made["pairs"][of_first] % len(chars)
    seen = np.exp(made["likely"][of_first].astype(float)).sum()
    unseen = np.delete(np.exp(made["alone"].astype(float)), [*then, EDGE]).sum() * np.exp(float(made["rest"][first]))
    assert chars[EDGE] == EDGE_CHAR
    assert seen + unseen == pytest.approx(1, abs=0.01)
