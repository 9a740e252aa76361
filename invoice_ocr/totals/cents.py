"""Amounts read from pixels whose cents were lost: half of a number is none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Candidate
from invoice_ocr.totals.ways import decimals

_FEW = 3  # amounts with cents, at least, that show how a document writes money
_LEFT = 0.4  # what an amount without them keeps of its score, where most have them


def with_cents(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> list[Candidate]:
    """With little trust in totals read from pixels without cents where most amounts have them: half is missing."""
    places = [decimals(c) for c in amounts]
    if places.count(2) < _FEW or places.count(2) < 2 * (len(places) - places.count(2)):
        return list(candidates)
    return [replace(c, score=_LEFT * c.score) if _is_whole(c) else c for c in candidates]


def lost_cents(total: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether a total was read from pixels without cents, which others have and no print of it shows."""
    cents = [magnitude(c) for c in others if decimals(c) == 2]
    return _is_whole(total) and len(cents) >= _FEW and magnitude(total) not in cents


def _is_whole(candidate: Candidate) -> bool:
    """Whether an amount was read from pixels without cents."""
    return candidate.evidence.source == "ocr" and decimals(candidate) == 0
