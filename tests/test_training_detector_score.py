"""Scoring a detector: pairs of boxes, and a network that finds what it was told to."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from invoice_ocr.training.detector_net import Detector
from invoice_ocr.training.detector_score import find_words, matched, score
from invoice_ocr.training.sheet import DrawnPage

pytestmark = pytest.mark.torch

WORDS = np.array([[10, 10, 50, 20], [60, 10, 90, 20]], np.float32)


class Sure(Detector):
    """A detector that is sure of dark pixels: every dark bar is the heart of a word."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return (x.mean(1, keepdim=True) < -1).float() * 12 - 6


def test_each_true_box_is_matched_once() -> None:
    assert matched(np.concatenate([WORDS, WORDS[:1] + 1]), WORDS) == 2
    assert matched(WORDS[:1], WORDS) == 1
    assert matched(WORDS + 30, WORDS) == 0


def test_boxes_grow_from_hearts_by_the_ratio_of_training() -> None:
    page = np.full((90, 200, 3), 255, np.uint8)
    page[40:50, 20:120] = 0  # the heart of a word about twice as high
    (box,) = find_words(Sure().eval(), page)
    assert box[3] - box[1] == pytest.approx(20, abs=2.5)
    assert (box[1] + box[3]) / 2 == pytest.approx(45, abs=0.6)


def test_a_page_without_its_words_found_scores_low() -> None:
    pixels = np.full((128, 128, 3), 255, np.uint8)
    page = DrawnPage(pixels, WORDS, 1.0)
    assert score(Sure().eval(), [page], long_side=128) == {"recall": 0.0, "precision": 0.0, "words": 2.0}
