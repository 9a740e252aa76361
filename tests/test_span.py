"""Spans of days whose first date leaves out its month or year."""

from __future__ import annotations

import pytest

from invoice_ocr.rulepack import load_pack
from invoice_ocr.values.span import find_spans


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("June 1 - June 30, 2026", ["2026-06-01", "2026-06-30"]),
        ("1 - 30 June 2026", ["2026-06-01", "2026-06-30"]),
        ("June 1 – 30, 2026", ["2026-06-01", "2026-06-30"]),
        ("01.06. bis 30.06.2026", ["2026-06-01", "2026-06-30"]),
        ("du 03/03 au 02/04/2026", ["2026-03-03", "2026-04-02"]),
        ("15 Dec to 14 Jan 2026", ["2025-12-15", "2026-01-14"]),
        ("01.06.2026 - 30.06.2026", ["2026-06-01", "2026-06-30"]),
        ("31 - 2 June 2026", ["2026-06-02"]),
        ("Room 4 - 2 June 2026", ["2026-06-02"]),
        ("2 June 2026", ["2026-06-02"]),
        ("July 1 - July 31 , 2026", ["2026-07-01", "2026-07-31"]),
        ("none", []),
    ],
)
def test_a_span_has_both_its_days(text: str, days: list[str]) -> None:
    assert [str(found.readings[0]) for found in find_spans(text, load_pack().months)] == days
