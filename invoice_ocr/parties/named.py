"""Both parties where each is named behind the same word.

On a Chinese invoice `名称：` stands before the buyer, then before the seller. The heads that say so run down the side
of their blocks, where they are easily misread.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from invoice_ocr.finding.party_labels import HEADED
from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import make_candidate
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.rulepack.ruleset import RulePack
from invoice_ocr.values.text import fold

_SCORE = 0.8


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """Candidates for buyer_name and seller_name from the first two such lines; none unless there are two."""
    lines = list(islice(_lines(document, pack), 2))
    if len(lines) < 2:
        return []
    sides = zip(("buyer_name", "seller_name"), lines, strict=True)
    return [make_candidate(field, f"universal.{field}.in_order", cell, item, _SCORE) for field, (cell, item) in sides]


def _lines(document: Document, pack: RulePack) -> Iterator[tuple[Cell, Found]]:
    for grid in make_grids(document):
        for cell in grid.cells():
            hit = HEADED.match(cell.text)
            if hit and fold(hit.group(1)) in pack.buyer_first:
                for item in read("name", cell.text[hit.end() :], pack.months)[:1]:
                    yield cell, replace(item, start=item.start + hit.end(), end=item.end + hit.end())
