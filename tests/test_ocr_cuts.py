"""Doubtful words cut out again: what other cuts of a word say counts, where all of them together say it clearly."""

from __future__ import annotations

import numpy as np
import pytest
from test_ocr_engine import LETTERS, ROWS, PaintedNetworks, page

from invoice_ocr.ocr.boxes import Thresholds
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.cuts import Heard, agreed, around, closer, wider
from invoice_ocr.ocr.neural import NeuralEngine, Pools
from invoice_ocr.ocr.sight import sight

ALPHABET = "abк1"
BOX = np.array([[20.0, 10.0, 120.0, 60.0]], np.float32)


def heard(text: str, *, sure: float, otherwise: str) -> Heard:
    chances = np.zeros((1, len(ALPHABET) + 1))
    chances[0, [ALPHABET.index(text), ALPHABET.index(otherwise)]] = sure, 1 - sure
    return Heard(np.zeros((32, 8), np.uint8), Text(text, sure, (0.0,)), chances)


def test_a_closer_cut_leaves_out_a_rule_at_the_edge_and_a_wider_one_shows_more_paper() -> None:
    grey = np.full((80, 140), 255, np.uint8)
    grey[18:54, 24:116] = 0
    grey[10:12] = 0
    (part,) = around(grey, BOX)
    assert part.shape == (58, 108)
    assert part.base is None
    assert closer(part)[0].min() > 200 > wider(part)[2:5].min()
    assert closer(part).shape[1] > wider(part).shape[1]


@pytest.mark.parametrize(("others", "said"), [(0.9, "b"), (0.55, None)])
def test_another_reading_is_taken_where_all_cuts_say_it_clearly(others: float, said: str | None) -> None:
    ways = [heard("a", sure=0.55, otherwise="b"), *(heard("b", sure=others, otherwise="a") for _ in range(2))]
    best = agreed(Text("a", 0.55, (0.0,)), ways, ALPHABET)
    assert (best and best.text.text) == said


def test_no_cut_makes_a_letter_a_figure() -> None:
    ways = [heard("к", sure=0.5, otherwise="1"), *(heard("1", sure=0.9, otherwise="к") for _ in range(2))]
    assert agreed(Text("к", 0.5, (0.0,)), ways, ALPHABET) is None


class BadlyCut(PaintedNetworks):
    """Takes a bar for A, in doubt, where its picture is as high as the page's box, and for B, surely, in other cuts."""

    def opinions(self, batch: np.ndarray) -> list[np.ndarray]:
        logits = np.zeros((len(batch), batch.shape[2] // 4, len(LETTERS) + 1), np.float32)
        logits[:, 1:, -1] = 20.0
        logits[:, 0, 2:] = -20.0
        for row, crop in enumerate(batch):
            paper = int((crop[:16, 4:8, 0] < 128).any(1).argmax())  # rows above the first bar
            logits[row, 0, :2] = (2.2, 2.0) if paper == 2 else (0.0, 9.0)
        return [logits]

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        (logits,) = self.opinions(batch)
        chances = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
        return logits.argmax(-1), chances.max(-1)


@pytest.mark.parametrize(("quality", "said"), [("fast", "A"), ("balanced", "B")])
def test_a_doubtful_word_of_a_page_is_read_from_other_cuts_too(quality: str, said: str) -> None:
    reader = NeuralEngine("painted", BadlyCut(), LETTERS, Thresholds(), Pools(), {}, quality)
    (read,) = reader.read([page({"A": (100, 200, 400, 250)})])
    assert [word.text for word in read.words] == [said]
    assert read.words[0].confidence < 0.6


@pytest.mark.parametrize("twice", [True, False])
def test_what_words_are_cut_out_of_again_is_kept_only_where_they_are(twice: bool) -> None:
    (found,) = sight([page(ROWS)], PaintedNetworks().detect, Thresholds(), at_once=1, twice=twice)
    assert len(found.pictures) == len(ROWS)
    assert len(found.around) == (len(ROWS) if twice else 0)
