"""Rules of dashes are no words: they are taken off the page before its words are cut out."""

from __future__ import annotations

import numpy as np
import pytest
from test_ocr_engine import ROWS, PaintedNetworks, engine, page, texts

from invoice_ocr.ocr.dashes import erased


def ruled(*tops: int, every: int = 40, count: int = 20) -> np.ndarray:
    pixels = page(ROWS).pixels
    for top in tops:
        for left in range(150, 150 + count * every, every):
            pixels[top : top + 8, left : left + 16] = 60
    return pixels


def test_rules_of_dashes_are_painted_over_and_nothing_else_is() -> None:
    clean = erased(ruled(380, 1200))
    assert clean is not None
    assert (clean == page(ROWS).pixels).all()


@pytest.mark.parametrize("dashes", [{"count": 5}, {"every": 70}])
def test_few_dashes_and_those_far_apart_are_no_rule(dashes: dict[str, int]) -> None:
    assert erased(ruled(380, **dashes)) is None


def test_dashes_between_words_are_no_rule() -> None:
    pixels = ruled(380)
    for left in range(170, 150 + 20 * 40, 40):
        pixels[370:398, left : left + 8] = 0
    assert erased(pixels) is None


def test_a_page_with_a_rule_of_dashes_is_looked_at_again_without_it() -> None:
    networks = PaintedNetworks()
    ruled_page = page(ROWS)
    ruled_page.pixels[:] = ruled(380, every=54)
    (read,) = engine(networks).read([ruled_page])
    assert texts(read) == list(ROWS)
    assert networks.pages == [(1, 1280, 928, 3)] * 2
