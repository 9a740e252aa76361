"""Dashes and bullets that stand alone are told by their size beside the line's capitals."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.ink import PAD_X, PAD_Y
from invoice_ocr.ocr.strokes import by_size

CAPITAL = 20  # pixels of the page


def settled(sign: str, width: float, height: float, *, on_line: bool = True) -> str:
    """What a sign of so many heights of capitals becomes beside a word."""
    scale = 32 / (1 + 2 * PAD_Y)  # of a picture cut to the line, a capital's height
    wide, high = round(width * scale), round(height * scale)
    picture = np.full((32, wide + 8), 255, np.uint8)
    picture[16 - high // 2 : 16 - high // 2 + high, 4 : 4 + wide] = 0
    pad = PAD_Y * CAPITAL
    box = [100 - PAD_X * CAPITAL, 50 - pad, 100 + (width + PAD_X) * CAPITAL, 50 + CAPITAL + pad]
    word = [150, 50 - pad, 250, 50 + CAPITAL + pad]
    texts = [Text(sign, 0.9, (0.0,)), Text("Summe", 0.9, (0.0,) * 5)]
    by_size(texts, [[0, 1]] if on_line else [[0], [1]], np.array([box, word], np.float32), [picture, picture])
    assert texts[1].text == "Summe"
    return texts[0].text


@pytest.mark.parametrize("read", ["–", "—"])
@pytest.mark.parametrize(("width", "sign"), [(0.35, "-"), (0.75, "–"), (1.3, "—")])
def test_a_dash_is_as_long_as_it_is_printed(read: str, width: float, sign: str) -> None:
    assert settled(read, width, 0.1) == sign
    assert settled(read, width, 0.1, on_line=False) == sign


@pytest.mark.parametrize("read", ["·", "•", "●"])
@pytest.mark.parametrize(("width", "sign"), [(0.14, "·"), (0.22, "·"), (0.4, "•"), (0.64, "●")])
def test_a_bullet_is_as_large_as_it_is_printed(read: str, width: float, sign: str) -> None:
    assert settled(read, width, width) == sign


def test_what_is_no_dash_by_its_form_and_hyphens_stay() -> None:
    assert settled("—", 0.7, 0.6) == "—"
    assert settled("•", 0.8, 0.3) == "•"
    assert settled("-", 0.75, 0.1) == "-"  # of Courier
