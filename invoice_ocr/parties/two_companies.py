"""Whose invoice it is, in doubt: two companies are named with VAT ids of their own, and nothing says who buys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from invoice_ocr.choices import Resolution
from invoice_ocr.model import Candidate, Issue
from invoice_ocr.values.text import fold

_IDS = ("seller_vat_id", "buyer_vat_id")
_BESIDE = 1.5  # heights of its line that a company's name is from its VAT id at most


def doubt(resolution: Resolution, candidates: Sequence[Candidate]) -> list[Issue]:
    """An issue `seller.unclear` where another company's name stands beside another VAT id and no buyer is found.

    A letterhead may be the buyer's, on paper that its supplier was given, and the seller stand in the foot.
    """
    seller, known = resolution.choices.get("seller_name"), resolution.choices.get("seller_vat_id")
    if seller is None or known is None or resolution.choices.get("buyer_name") is not None:
        return []
    if not seller.evidence.rule.startswith("universal."):
        return []
    own = fold(str(seller.value))
    for other in _beside_other_ids(candidates, known.value):
        name = fold(str(other.value))
        if name not in own and own not in name:
            told = f"{seller.value} and {other.value} both have a VAT id, and nothing says which of them buys"
            return [Issue("seller.unclear", told, ("seller_name", "seller_vat_id"))]
    return []


def _beside_other_ids(candidates: Sequence[Candidate], known: object) -> Iterator[Candidate]:
    """The companies beside VAT ids other than the one known."""
    others = [one.evidence for one in candidates if one.name in _IDS and one.value != known]
    for company in candidates:
        place = company.evidence
        if company.name != "seller_name" or place.rule != "universal.seller_name.legal_form":
            continue
        if any(
            one.page == place.page and abs(one.box.center_y - place.box.center_y) < _BESIDE * place.box.height
            for one in others
        ):
            yield company
