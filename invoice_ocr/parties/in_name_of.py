"""For whom somebody else writes an invoice, as agents, platforms and collecting offices do: that one sells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from invoice_ocr.choices import Resolution
from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import ends_with_form, make_candidate
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document, Issue
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.text import fold

_RULE = "universal.seller_name.in_name_of"
_COMPANY, _NAME = 0.97, 0.6  # how surely what follows is the seller: with a form of company, and without
_WORD = re.compile(r"\S+")
_END = re.compile(r"\s\(|;|:|\.\s(?=[A-ZÀ-Þ])|\s[·•|–—]\s|$")
_COMMA = re.compile(r",\s")
_LONGEST = 70  # characters of a name


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """Candidates for seller_name from sentences such as `raised in the name and on behalf of Nordwind Ltd`."""
    return [one for grid in make_grids(document) for cell in grid.cells() for one in _in(cell, pack)]


def _in(cell: Cell, pack: RulePack) -> Iterator[Candidate]:
    for hit in _saying(pack.in_name_of).finditer(cell.text):
        words = _WORD.finditer(cell.text, hit.end())  # small ones come first: `our client`, `der`
        start = next((word.start() for word in words if not word.group().islower()), len(cell.text))
        ending = _END.search(cell.text, start)
        text = _name(cell.text[start : ending.start() if ending else len(cell.text)], pack)
        for item in read("name", text, pack.months)[:1] if len(text) <= _LONGEST else []:
            score = _COMPANY if ends_with_form(pack, text) else _NAME
            found = Found(str(item.value), start + item.start, start + item.end)
            yield make_candidate("seller_name", _RULE, cell, found, score)


def _name(text: str, pack: RulePack) -> str:
    """A text up to its first comma, or to the legal form behind that."""
    commas = [hit.start() for hit in _COMMA.finditer(text)]
    for end in (*commas[:2], len(text)):
        if ends_with_form(pack, text[:end]):
            return text[:end]
    return text[: commas[0]] if commas else text


@lru_cache(maxsize=4)
def _saying(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of some phrases in a text, however large its letters."""
    parts = "|".join(re.escape(phrase).replace(r"\ ", r"\s+") for phrase in phrases) or "(?!)"
    return re.compile(rf"(?i)(?<!\w)(?:{parts})(?!\w)")


def doubt(resolution: Resolution, candidates: Sequence[Candidate]) -> list[Issue]:
    """An issue `seller.unclear` where an invoice says in whose name it is written, and another is taken to sell."""
    seller = resolution.choices.get("seller_name")
    named = [one for one in candidates if one.evidence.rule == _RULE]
    if seller is None or not named:
        return []
    own = fold(str(seller.value))
    if any(own in fold(str(one.value)) or fold(str(one.value)) in own for one in named):
        return []
    told = f"{seller.value} seems to sell, and the invoice is in the name of {named[0].value}"
    return [Issue("seller.unclear", told, ("seller_name", "seller_vat_id"))]
