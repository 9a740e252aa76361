"""Seller and buyer kept apart: what stands in the buyer's block is the buyer's, whatever else speaks for the seller."""

from __future__ import annotations

from collections.abc import Sequence

from invoice_ocr.model import Candidate, Evidence
from invoice_ocr.values.text import fold

_ALIGNED = 8.0  # points
_BLOCK = 110.0  # points: the height of an address with its tax number
_LEVEL = 44.0  # points: some lines of an address
_LABEL = 60.0  # points that the label of a name may be wide: what stands in its block may begin left of the name
_NEXT = 2.2  # heights of a line


def without_buyers(candidates: Sequence[Candidate], buyer: Evidence | None) -> list[Candidate]:
    """The candidates without companies named right below the buyer: `Ms Hill`, and in the next line her company.

    Where a block holds nobody else's name there is no other to be had, and all stay.
    """
    if buyer is None:
        return list(candidates)
    companies = {
        c.evidence.box
        for c in candidates
        if c.evidence.rule == "universal.seller_name.legal_form" and _is_next_line(buyer, c.evidence)
    }
    kept = [c for c in candidates if c.name != "seller_name" or c.evidence.box not in companies]
    return kept if any(c.name == "seller_name" for c in kept) else list(candidates)


def vat_ids_apart(candidates: Sequence[Candidate], seller: Evidence | None, buyer: Evidence | None) -> list[Candidate]:
    """The candidates with each VAT id in the buyer's block as the buyer's, where the seller's block has not claimed it.

    Only where another id is left for the seller, or the seller's block stands elsewhere.
    """
    if seller is None or buyer is None or fold(seller.text) == fold(buyer.text):
        return list(candidates)
    turned = []
    told = {c.value for c in candidates if c.name == "seller_vat_id" and _in_block(seller, c.evidence)}
    for candidate in candidates:
        place = candidate.evidence
        mine = candidate.name == "seller_vat_id" and candidate.score < 1.01 and not place.rule.startswith("e-invoice")
        beside = bool(told - {candidate.value}) and _is_beside(buyer, place) and not _in_block(seller, place)
        if mine and (beside or _is_under(buyer, place, seller, _LABEL if told - {candidate.value} else _ALIGNED)):
            source = Evidence(
                place.page, place.box, place.text, "universal.buyer_vat_id.below_name", place.source, place.words
            )
            turned.append(
                Candidate("buyer_vat_id", candidate.value, max(0.8, candidate.score), source, candidate.readings)
            )
        else:
            turned.append(candidate)
    ids = {fold(str(c.value)) for c in turned if c.evidence.rule == "universal.buyer_vat_id.below_name"}
    return [c for c in turned if c.name != "seller_vat_id" or fold(str(c.value)) not in ids]


def tax_numbers_apart(
    candidates: Sequence[Candidate], seller: Evidence | None, buyer: Evidence | None
) -> list[Candidate]:
    """The candidates without numbers of taxes and registers of the buyer's block, where the seller has others."""
    if seller is None or buyer is None or fold(seller.text) == fold(buyer.text):
        return list(candidates)
    kept = list(candidates)
    for name in ("seller_tax_number", "seller_registration"):
        others = [c for c in kept if c.name != name or not _is_under(buyer, c.evidence, seller, _LABEL)]
        kept = others if any(c.name == name for c in others) else kept
    return kept


def _is_under(name: Evidence, place: Evidence, other: Evidence, slack: float = _ALIGNED) -> bool:
    """Whether something stands in the block of a name and not in that of another, unless that one stands above both."""
    if not _in_block(name, place, slack):
        return False
    return not _in_block(other, place, slack) or (_in_block(other, name, slack) and name.box.top > other.box.bottom)


def _is_beside(name: Evidence, place: Evidence) -> bool:
    """Whether something stands right of a name, level with it or with the first lines of its address."""
    down = place.box.top - name.box.top
    return (
        name.page == place.page and place.box.left > name.box.right and abs(down - 0.5 * _LEVEL) <= 0.5 * _LEVEL + 4.0
    )


def _in_block(name: Evidence, place: Evidence, slack: float = _ALIGNED) -> bool:
    """Whether something stands in the column under a name, as near as the lines of its address.

    slack: points by which it may begin left of the name.
    """
    if name.page != place.page or not 0 <= place.box.top - name.box.top <= _BLOCK:
        return False
    return place.box.left >= name.box.left - slack and place.box.left <= name.box.left + 140.0


def _is_next_line(name: Evidence, place: Evidence) -> bool:
    """Whether something begins right below a name, in the same block."""
    if name.page != place.page or fold(name.text) == fold(place.text):
        return False
    down = place.box.top - name.box.top
    return 0.5 * name.box.height < down < _NEXT * name.box.height and abs(place.box.left - name.box.left) < _ALIGNED
