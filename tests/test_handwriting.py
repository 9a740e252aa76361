"""What is written by hand is recognised as such, and never becomes a value that nobody looks at."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.export.words import _word
from invoice_ocr.model import Box, PageWords, Reading, Word
from invoice_ocr.ocr import hand
from invoice_ocr.ocr.crops import HEIGHT
from invoice_ocr.ocr.manifest import HANDWRITING, load_manifest
from invoice_ocr.ocr.onnx import by_hand
from invoice_ocr.ocr.replay import parse_reading, write_reading
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

WORDS = Path(__file__).parents[1] / "fixtures" / "handwriting" / "words.png"  # half by hand, then half in print
PAGE = """
Northwind Traders Ltd
Invoice
Invoice number: | A-17
Invoice date: | 12 March 2026
Net total | 100.00
VAT 20 % | 20.00
Total GBP | 120.00
"""


@pytest.mark.parametrize(("written", "field"), [("120.00", "total_gross"), ("A-17", "invoice_number")])
def test_a_value_written_by_hand_is_for_a_person_to_see(written: str, field: str) -> None:
    reading = sketch(PAGE)
    marked = Reading(
        tuple(
            replace(page, words=tuple(replace(word, handwritten=word.text == written) for word in page.words))
            for page in reading.pages
        )
    )
    (printed,), (invoice,) = (understand(one, load_pack(), Settings()) for one in (reading, marked))
    assert printed.fields[field].status == "accepted"
    assert invoice.fields[field].value == printed.fields[field].value
    assert invoice.fields[field].status == "review"
    assert "field.handwritten" in invoice.reasons
    (issue,) = (issue for issue in invoice.issues if issue.code == "field.handwritten")
    assert field in issue.fields


def test_it_is_kept_in_recordings_and_told_of_words() -> None:
    words = (Word("Total", Box(10, 10, 50, 20)), Word("120.00", Box(60, 10, 90, 20), 0.9, handwritten=True))
    reading = Reading((PageWords(1, 595.0, 842.0, words),))
    assert parse_reading(write_reading(reading)) == reading
    assert [_word(word).get("handwritten") for word in words] == [None, True]


def shade(batch: np.ndarray) -> np.ndarray:
    """A network to which dark is by hand: its logits of each eight columns."""
    columns = batch.astype(np.float32).mean(1).reshape(len(batch), -1, hand.STEP).mean(2)
    return (128 - columns) / 10


def test_each_word_is_judged_by_its_own_columns_alone() -> None:
    widths = (40, 24, 190, 400, 0, 12)
    pictures = [np.full((HEIGHT, wide), 30 if i % 2 else 220, np.uint8) for i, wide in enumerate(widths)]
    assert (hand.chances(pictures, shade) > 0.5).tolist() == [False, True, False, True, False, True]
    texts = ("no", "12", "no", "I agree", "", "%1")
    assert hand.places(pictures, texts, shade) == [1, 3]  # of the last a lone sign is too little to tell
    assert hand.places(pictures, ("发票", *texts[1:]), shade) == []  # Chinese print is unknown to it
    assert hand.places([], [], shade) == []


def test_the_shipped_network_tells_hands_from_print() -> None:
    sheet = cv2.imread(str(WORDS), cv2.IMREAD_GRAYSCALE)
    rows = [row[:, : np.flatnonzero((row < 250).any(0))[-1] + 1] for row in np.split(sheet, len(sheet) // HEIGHT)]
    network = by_hand(load_manifest()[HANDWRITING])
    assert network is not None
    found = hand.places(rows, ["by hand"] * len(rows), network)
    assert max(found) < len(rows) // 2, "print is taken for handwriting"
    assert len(found) >= len(rows) // 4, "half of what is written by hand is recognised"
