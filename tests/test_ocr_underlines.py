"""Lines under words, which the recogniser never sees."""

from __future__ import annotations

import cv2
import numpy as np

from invoice_ocr.ocr.crops import normalise


def underlined(text: str) -> tuple[np.ndarray, np.ndarray]:
    """A crop of a word with a line under it, and the same without."""
    plain = np.full((40, 160, 3), 255, np.uint8)
    cv2.putText(plain, text, (6, 26), cv2.FONT_HERSHEY_SIMPLEX, 0.8, (20, 20, 20), 2)
    ruled = plain.copy()
    ruled[32:34] = np.minimum(ruled[32:34], 20)
    return ruled, plain


def test_a_line_under_letters_is_taken_away() -> None:
    ruled, plain = (normalise(picture) for picture in underlined("Total due"))
    assert np.abs(ruled.astype(int) - plain).mean() < 2


def test_letters_that_cross_the_line_keep_their_feet() -> None:
    ruled, plain = (normalise(picture) for picture in underlined("Pay qty"))
    inked = plain < 100
    assert (ruled[inked] < 140).mean() > 0.9


def test_a_rule_in_a_narrow_picture_and_white_on_black_stay() -> None:
    ruled, _ = underlined("1")
    assert (normalise(ruled[:, :40])[24:] < 100).any()
    dark = 255 - underlined("Total due")[1]
    assert (normalise(dark) < 100).mean() > 0.5
