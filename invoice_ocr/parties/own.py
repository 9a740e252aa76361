"""The user's own company, as settings name it: on what it receives it is the buyer and never the seller."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache

from rapidfuzz.fuzz import ratio

from invoice_ocr.choices import Resolution
from invoice_ocr.finding.paper import Paper
from invoice_ocr.model import Candidate, Document, Issue
from invoice_ocr.rulepack import RulePack
from invoice_ocr.settings import Settings
from invoice_ocr.values.identifier import find_vat_ids
from invoice_ocr.values.text import fold

log = logging.getLogger(__name__)

_ALIKE = 90  # of 100: a name misread in a letter or two
_SURE = 0.95


@dataclass(frozen=True, slots=True)
class Own:
    """Names and VAT ids of the own company, folded."""

    names: tuple[str, ...] = ()
    vat_ids: tuple[str, ...] = ()

    @property
    def known(self) -> bool:
        return bool(self.names or self.vat_ids)

    def is_name(self, text: str) -> bool:
        """Whether a text is one of the names, or one with the place or department behind it."""
        folded = fold(text)
        return any(folded == name or folded.startswith(name) or ratio(folded, name) >= _ALIKE for name in self.names)

    def is_vat_id(self, text: str) -> bool:
        """Whether it is one of the VAT ids, with its country in front or without."""
        folded = fold(text)
        return any(folded in {vat, vat[2:]} for vat in self.vat_ids)


def of(settings: Settings) -> Own:
    """The own company of these settings; entries stand apart by semicolons."""
    _tell_misspelled(settings.own_vat_ids)
    names, vat_ids = (
        tuple(folded for part in text.split(";") if (folded := fold(part)))
        for text in (settings.own_names, settings.own_vat_ids)
    )
    return Own(names, vat_ids)


@cache
def _tell_misspelled(vat_ids: str) -> None:
    """Warn, once a process, of VAT ids whose check digits are wrong: nothing that is printed will be one of them."""
    for part in filter(str.strip, vat_ids.split(";")):
        found = find_vat_ids(part.upper().strip(), labelled=True)
        if found and not any(one.valid for one in found):
            log.warning("--own-vat-ids: the check digits of %s are wrong", part.strip())


def as_buyer(candidates: Sequence[Candidate], document: Document, pack: RulePack, own: Own) -> list[Candidate]:
    """The candidates, those for the seller that are the own company made the buyer's, and its name where printed."""
    if not own.known:
        return list(candidates)
    found = [_turned(candidate, own) for candidate in candidates]
    return [*found, *_printed(found, document, pack, own)]


def _turned(candidate: Candidate, own: Own) -> Candidate:
    text = str(candidate.value)
    if candidate.name.endswith("_vat_id") and own.is_vat_id(text):
        return replace(candidate, name="buyer_vat_id", score=_SURE)
    if candidate.name in {"seller_name", "buyer_name"} and own.is_name(text):
        return replace(candidate, name="buyer_name", score=_SURE)
    return candidate


def _printed(candidates: Iterable[Candidate], document: Document, pack: RulePack, own: Own) -> list[Candidate]:
    """The own name where it is printed and no candidate names it."""
    if any(candidate.name == "buyer_name" and candidate.score == _SURE for candidate in candidates):
        return []
    paper = Paper(document, pack)
    places = (paper.find(name, "universal.buyer_name.own") for name in own.names)
    return [Candidate("buyer_name", at.text, _SURE, at, (at.text,)) for at in places if at is not None]


def check(resolution: Resolution, own: Own) -> list[Issue]:
    """An issue `party.own-seller` where an e-invoice or code names the own company as the seller."""
    name, vat_id = (resolution.choices.get(field) for field in ("seller_name", "seller_vat_id"))
    touched = tuple(
        choice.name
        for choice, is_own in ((name, own.is_name), (vat_id, own.is_vat_id))
        if choice is not None and is_own(str(choice.value))
    )
    if not touched:
        return []
    return [Issue("party.own-seller", "the own company is named as the seller: an invoice sent, not received", touched)]
