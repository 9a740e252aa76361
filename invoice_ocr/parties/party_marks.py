"""What one line of a page looks like: a name, a street, a town with its code, or a way to reach and to pay somebody."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import re2

from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.layout.grid import Cell, Grid
from invoice_ocr.rulepack import RulePack, label_key
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_ibans
from invoice_ocr.values.text import has_digit

_TOLD = re.compile(r"[@:]|\w\.\w")  # of an address in the web, or before a number
_SENTENCE = re.compile(r"(?:\S+\s+){2,}\S*(?:[^\W\d_]{5}|[)§])\.(?:\s+|$)")  # three words, the last no abbreviation
BULLETS = "·•●∙◆|"
_BULLET = re.compile(f"[{BULLETS}]")
# Streets with their number behind or, as in English and French, before the name; towns with their code.
STREET = re.compile(r"\d{1,5}[a-zA-Z]?,?\s.*|\D*[^\W\d_]\.?,?\s\d{1,4}\s?[a-zA-Z]?(?:\s?[-/]\s?\d{1,4}[a-zA-Z]?)?")
HOUSE = re.compile(r"(?:n[.°º]?\s?)?\d{1,4}\s?[a-zA-Z]?(?:/\w{1,3})?(?:\s[–-]\s.*)?")


@dataclass(frozen=True, slots=True)
class Name:
    """A name seen on a page, and how much its form and place speak for a party."""

    cell: Cell
    start: int
    end: int
    score: float
    rule: str
    before: str = ""  # the first half of a name in two lines

    @property
    def text(self) -> str:
        return f"{self.before} {self.cell.text[self.start : self.end]}".strip()


def after_sentence(text: str) -> int:
    """Where the last sentence ends that a text holds before other words, or that is all of it; 0 where none does."""
    hit = _SENTENCE.match(text)
    return hit.end() if hit else 0


def town_at(text: str, pack: RulePack) -> int | None:
    """Where the first town with its code begins in a text, with the space before it; None where none does."""
    hit = _towns(pack.town_codes).search(text) if pack.town_codes else None
    return hit.start() if hit else None


@lru_cache(maxsize=4)
def _towns(codes: tuple[str, ...]) -> Any:
    """One pattern for all of some, compiled: re2 looks a text up for longer than it searches."""
    return re2.compile(rf"(?:^|[\s,])(?:{'|'.join(codes)})")


def may_be_name(cell: Cell, pack: RulePack) -> bool:
    """Whether a cell may be a name: mostly letters, and no title, label, date, town with its code or web address."""
    text = cell.text.strip()
    letters = sum(map(str.isalpha, text))
    if letters < 3 or len(text) > 60 or letters < 0.5 * len(text):
        return False
    if _BULLET.search(text) or "@" in text or "www." in text.lower():
        return False
    if label_key(text) in pack.titles or find_dates(text, pack.months) or town_at(text, pack) is not None:
        return False
    hits = find_labels(cell, pack)
    covered = bool(hits) and (hits[0].end > 0.5 * len(text) or re.match(r"\s*[:#]", text[hits[0].end :]))
    if covered and begins_with_label(cell, pack):
        return False
    words = label_key(text)
    return not words.startswith(pack.title_starts)


def begins_with_label(cell: Cell, pack: RulePack) -> bool:
    """Whether a cell begins with a label, other than one that may itself be part of a name, as in `Lieferant GmbH`."""
    hits = find_labels(cell, pack)
    if not hits or hits[0].start:
        return False
    named = all(rule.field in ("seller_name", "buyer_name") for rule in pack.by_label[hits[0].key])
    return not (named and re.match(r"\s+\w", cell.text[hits[0].end :]))


def is_street(grid: Grid, cell: Cell, pack: RulePack) -> bool:
    """Whether a cell is a street with its number, right above a town with its code."""
    if not STREET.fullmatch(cell.text.strip()):
        return False
    under = next((other.text for other in grid.below(cell, cell.box, 1.5 * cell.box.height)), "")
    town = town_at(under, pack)
    return town is not None and not has_digit(under[:town])


def is_sender_line(text: str, pack: RulePack) -> bool:
    """Whether a text is a line such as `Firm · Street 5 · 12345 Town`, as sellers set at the foot of a page."""
    return len(_BULLET.findall(text)) > 1 and town_at(text, pack) is not None


def is_sign(grid: Grid, cell: Cell, pack: RulePack, *, taxes: bool = True) -> bool:
    """Whether a cell shows how to reach, to pay or (taxes) to tax somebody; `VAT` alone heads a column."""
    if not _any_of(pack.reach_signs + pack.tax_signs if taxes else pack.reach_signs).search(cell.text):
        return bool(find_ibans(cell.text))
    row = (cell, *grid.right_of(cell)[:1])
    return any(has_digit(other.text) for other in row) or bool(_TOLD.search(cell.text))


@lru_cache(maxsize=4)
def _any_of(signs: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of some signs in a text, however large its letters and with spaces left out, or an `@`."""
    parts = "|".join(re.escape(sign).replace(r"\ ", r"\s?") for sign in signs) or "(?!)"
    return re.compile(rf"(?i)(?<!\w)(?:{parts})(?!\w)|@")


def is_priced(grid: Grid, cell: Cell) -> bool:
    """Whether a sum stands right of a cell: it is an item or a charge, then."""
    return any(amount.decimals == 2 for other in grid.right_of(cell)[-1:] for amount in find_amounts(other.text))
