"""Two till slips in one picture, side by side: neither's total is that of the picture."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from invoice_ocr.choices import TOTALS, Resolution
from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.model import Candidate, Document, Evidence, Issue
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.ways import decimals

_LEAST, _CENTS = 0.4, 2  # how surely a label names a total; its decimals
_TOTALS = ("total_net", "total_tax", "total_gross")


def doubt(resolution: Resolution, candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Issue]:
    """An issue `totals.two-slips` where a label right of one slip's total has a total of its own."""
    kind, gross = resolution.choices.get("document_type"), resolution.choices.get("total_gross")
    if kind is None or kind.value != "receipt" or gross is None:
        return []
    totals = [c for c in candidates if c.name == "total_gross" and c.score > _LEAST and decimals(c) == _CENTS]
    own = {Decimal(0), *(resolution.amount(name) for name in TOTALS)}
    others = [c for c in totals if c.value not in own]
    for other in others:
        one, two = sorted((gross.evidence, other.evidence), key=lambda place: place.box.left)
        if one.page == two.page and one.box.right < two.box.left and _labelled_between(document, one, two, pack):
            named = tuple(name for name in _TOTALS if name in resolution.choices)
            told = f"{other.value} stands beside {gross.value}, as where two slips lie side by side"
            return [Issue("totals.two-slips", told, named)]
    return []


def _labelled_between(document: Document, left: Evidence, right: Evidence, pack: RulePack) -> bool:
    """Whether a label stands before an amount, right of another; the same label before both where they share a row."""
    before, between = set(), set()
    for grid in make_grids(document):
        for cell in grid.cells():
            if grid.page.number != right.page or not cell.box.top < right.box.center_y < cell.box.bottom:
                continue
            for hit in find_labels(cell, pack):
                box = cell.box_of(hit.start, hit.end)
                if box.right < left.box.right:
                    before.add(hit.key)
                elif left.box.right < box.left and box.right < right.box.right:
                    between.add(hit.key)
    level = left.box.top < right.box.center_y < left.box.bottom
    return bool(before & between if level else between)
