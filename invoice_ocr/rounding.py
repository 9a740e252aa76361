"""Cash rounding: the total that is left to pay once a till has rounded it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.model import Candidate
from invoice_ocr.proofs import CASH_ROUNDING, unprinted
from invoice_ocr.ways import find_ways, magnitude

_LARGEST_ROUNDING = Decimal(1)


def after_rounding(
    gross: Candidate, candidates: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool
) -> Candidate | None:
    """The total that cash rounding leaves: what a till slip asks for. None when nothing was rounded.

    slip: it is one; elsewhere rounding changes what is due, and the total only where a label says so. A line of
    rounding and an amount below that differs from `gross` by just that much prove it, and on a slip cash less change.
    An amount below a hair's breadth off without such a line leaves both readings open: its word may not have been
    understood.
    """
    for way in find_ways(candidates, ()) if slip else ():
        if way.kind == "paid" and 0 < abs(way.value - magnitude(gross)) <= CASH_ROUNDING:
            printed = next((_of_value(c, way.value) for c in amounts if magnitude(c) == way.value), None)
            if printed or gross.evidence.rule.startswith("universal."):
                return printed or replace(unprinted(way), score=gross.score)
    by = {
        magnitude(c)
        for c in candidates
        if c.name == "rounding"
        and c.evidence.page == gross.evidence.page
        and c.evidence.box.bottom > gross.evidence.box.top
    }
    names = {"total_gross", "total_net"} | ({"amount_due", "amount", "cash"} if slip else set())
    names |= {"amount"} if gross.evidence.source == "ocr" else set()
    asked = () if slip else [c.evidence for c in candidates if c.name == "amount_due" and c.score > 0.5]
    below = [
        candidate
        for candidate in (*sorted(candidates, key=lambda candidate: -candidate.score), *amounts)
        if candidate.name in names
        and candidate.evidence.page == gross.evidence.page
        and candidate.evidence.box.top > gross.evidence.box.top + 2
        and not any((candidate.evidence.page, candidate.evidence.box) == (due.page, due.box) for due in asked)
    ]
    for candidate in below:
        apart = abs(magnitude(candidate) - magnitude(gross))
        if 0 < apart < _LARGEST_ROUNDING and apart in by:
            return _of_value(candidate, magnitude(candidate))
    labelled = [c for c in below if not c.evidence.rule.startswith("universal.")]
    near = [c for c in below if 0 < abs(magnitude(c) - magnitude(gross)) <= CASH_ROUNDING and c.score > 0.5]
    again = any(magnitude(c) == magnitude(gross) and c.name in ("total_gross", "amount_due") for c in labelled)
    if near and not again:
        return replace(gross, readings=(*gross.readings[:1], magnitude(near[0])))
    return None


def _of_value(candidate: Candidate, whole: Decimal) -> Candidate:
    return replace(candidate, name="total_gross", value=whole, readings=(whole,), score=max(candidate.score, 0.8))
