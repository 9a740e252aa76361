"""How much a choice is believed, by what else may be its field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoice_ocr.choices import choose, unrivalled
from invoice_ocr.model import Box, Candidate, Evidence, Value


def candidate(value: Value, score: float, top: float = 0.0) -> Candidate:
    evidence = Evidence(1, Box(0, top, 10, top + 10), str(value), "en.invoice_number.right", "ocr", ())
    return Candidate("invoice_number", value, score, evidence, (value,))


def support(*found: Candidate) -> float:
    choice = choose("invoice_number", found)
    assert choice is not None
    return unrivalled(choice).support


def test_what_nothing_rivals_is_believed_more() -> None:
    assert support(candidate("A-1187", 0.8)) == pytest.approx(0.92)
    assert support(candidate("A-1187", 0.8), candidate("B-4418", 0.3, top=50)) == pytest.approx(0.8)


@pytest.mark.parametrize(("value", "score"), [("A-1187", 0.5), ("A-17", 0.8)])
def test_a_guess_or_a_short_number_is_not(value: str, score: float) -> None:
    assert support(candidate(value, score)) == pytest.approx(score)


def test_two_readings_are_no_single_value() -> None:
    choice = choose("invoice_number", [candidate("A-1187", 0.8)])
    assert choice is not None
    open_ = replace(choice, readings=("A-1187", "A-1l87"))
    assert unrivalled(open_) == open_
