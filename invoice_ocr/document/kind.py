"""What kind of paper a document is: its most prominent title, or the words of a till slip."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from statistics import median

from invoice_ocr.document import table_heads
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Candidate, Document, Evidence, Page
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.text import without_accents

_SURE = 0.5  # how surely change is labelled, which is given back at tills alone
_CENTS = 2
_FEW_WORDS = 6  # more make a sentence
_LARGE = 1.15  # of the usual height: what names a paper that is no invoice stands in large print
# How surely a proforma is an invoice, as it asks for money and is none to be booked, and a titled invoice a slip.
_UNSURE = 0.4
_MANY = 4  # words of tills that outdo a title
_STRIP = 1.75  # times as high as wide: no sheet is
# Signs side by side: of 214 slips all but 13 had no more, of 318 sheets none had under 43.
_SIGNS, _FEWEST, _MARGIN = 42, 14, 20
PROFORMA = "universal.title.proforma"
_COUNTING = re.compile(r"\d{1,2}[.ªºe]?|\d(?:st|nd|rd|th|ère|ème)")
_PRINTED = 3  # words of tills that a printed page must have; hotels and shops have a card or two on their invoices
_ROLL = 260.0  # points: the paper of tills is 80 mm wide at most, no sheet is less than 90


@dataclass(frozen=True, slots=True)
class Kind:
    """invoice, credit_note, receipt or other, with where it is printed and how surely, 0..1."""

    value: str
    evidence: Evidence
    support: float


@dataclass(frozen=True, slots=True)
class _Title:
    kind: str
    cell: Cell
    score: float


def find_kind(document: Document, candidates: Sequence[Candidate], pack: RulePack) -> Kind | None:
    """document_type: the most prominent title, or a till slip by its words; None when nothing speaks for any."""
    grids = make_grids(document)[:1]
    titles = [title for grid in grids for title in _titles(grid, pack)]
    slip = sum(is_of_till(cell.text, pack) for grid in grids for cell in grid.cells())
    best = _most_prominent(titles, grids)
    page = document.pages[0] if document.pages else None
    read = _is_read(grids) or (page is not None and page.width < _ROLL)
    enough = slip >= (2 if read else _PRINTED)
    named = any(c.name == "buyer_name" and not c.evidence.rule.startswith("universal.") for c in candidates)
    untitled = (
        best is None or best.kind == "receipt" or (best.kind == "invoice" and not named and (enough or (read and slip)))
    )
    narrow = page is not None and (page.height > _STRIP * page.width or (untitled and signs_across(page) <= _SIGNS))
    gives_change = any(c.name == "change" and c.score > _SURE for c in candidates)
    numbered = any(c.name == "invoice_number" and c.score > 0.7 for c in candidates)
    best_first = sorted(candidates, key=lambda c: -c.score)
    anchor = next((c for c in best_first if c.name == "total_gross"), None)
    asked = anchor or next((c for c in best_first if c.name in ("amount_due", "cash") or _is_sum(c)), None)
    if (
        asked
        and (enough or narrow)
        and not (best and best.kind == "credit_note")
        and (narrow or not numbered or slip >= 4 or gives_change)
    ):
        called = best is not None and best.kind == "invoice" and not narrow and slip < _MANY
        return Kind("receipt", replace(asked.evidence, rule="universal.kind.receipt"), _UNSURE if called else 0.8)
    if best:
        words = best.cell.line.words
        rule = f"universal.title.{best.kind}"
        evidence = Evidence(best.cell.page, best.cell.box, best.cell.text, rule, words[0].source, words)
        if best.kind == "proforma":
            return Kind("invoice", evidence, _UNSURE)
        return Kind(best.kind, evidence, min(0.97, best.score))
    anchor = anchor or next((c for c in best_first if c.name == "amount_due" and c.score > _SURE), None)
    if anchor and numbered:
        return Kind("invoice", replace(anchor.evidence, rule="universal.kind.numbered"), 0.7)
    return None


def signs_across(page: Page) -> float:
    """How many signs of their usual width the print of a page is wide, but for a twentieth on each side.

    Infinite where too few words tell.
    """
    words = [word for line in page.lines for word in line.words if len(word.text) > 2]
    if len(words) < _FEWEST:
        return float("inf")
    lefts = sorted(word.box.left for word in words)
    rights = sorted(word.box.right for word in words)
    cut = len(words) // _MARGIN
    return (rights[-1 - cut] - lefts[cut]) / median(word.box.width / len(word.text) for word in words)


def _is_sum(candidate: Candidate) -> bool:
    value = candidate.value
    return candidate.name == "amount" and isinstance(value, Decimal) and value.as_tuple().exponent == -_CENTS


def _is_read(grids: Sequence[Grid]) -> bool:
    """Whether a document was recognised in pixels."""
    return any(word.source == "ocr" for grid in grids for cell in grid.cells() for word in cell.line.words)


def _titles(grid: Grid, pack: RulePack) -> list[_Title]:
    found = []
    for cell in grid.cells():
        title = title_of(cell.text, pack)
        if title and not (title[0] == "credit_note" and _is_of_table(grid.rows[cell.row], cell, pack)):
            kind, share = title
            high = 1.0 - 0.5 * cell.box.center_y / grid.page.height
            found.append(_Title(kind, cell, 0.55 * share + 0.3 * high + min(0.3, 0.01 * cell.box.height)))
    return found


def _is_of_table(row: Sequence[Cell], cell: Cell, pack: RulePack) -> bool:
    """Whether a sum of money stands beside a cell, `CREDIT | $36.10` was paid so, or the heads of other columns."""
    if len(table_heads.heads([other for other in row if other is not cell], pack)) >= table_heads.LEAST:
        return True
    beside = (amount for other in row if other is not cell for amount in find_amounts(other.text))
    return any(amount.decimals == _CENTS for amount in beside)


def _most_prominent(titles: Sequence[_Title], grids: Sequence[Grid]) -> _Title | None:
    """The best title; one of another paper, such as `Mahnung`, only in large print above and larger than all others.

    On an invoice `Delivery note` is a label, and on a reminder `Invoice` the head of a column. The receipt in the
    lower half of an invoice is a slip to pay with.
    """
    usual = median([cell.box.height for grid in grids for cell in grid.cells()] or [0.0])
    plain = [title for title in titles if title.kind != "other"]
    middle = grids[0].page.height / 2 if grids else 0.0
    if any(title.kind != "receipt" and title.cell.box.center_y < middle for title in plain):
        plain = [title for title in plain if title.kind != "receipt" or title.cell.box.center_y < middle]
    largest = max((title.cell.box.height for title in plain), default=0.0)
    highest = min((title.cell.box.top for title in plain), default=float("inf"))
    others = [
        title
        for title in titles
        if title.kind == "other"
        and title.cell.box.height > _LARGE * max(usual, largest)
        and title.cell.box.top < highest
    ]
    return max(others or plain, key=lambda title: title.score, default=None)


def title_of(text: str, pack: RulePack) -> tuple[str, float] | None:
    """(kind, share of the text that is the title) when a text begins with one; a number may count reminders."""
    words = text.split()
    if len(words) > 1 and _COUNTING.fullmatch(words[0]):
        words = words[1:]
    for count in range(min(4, len(words)), 0, -1):
        kinds = pack.kinds_of(" ".join(words[:count]))
        if kinds:
            return kinds[0], count / len(words)
    return None


def is_of_till(text: str, pack: RulePack) -> bool:
    """Whether a short text has a word that till slips print, with its accents or, as many tills have none, without."""
    if len(text.split()) > _FEW_WORDS:
        return False
    return bool(_any_of(tuple(pack.receipt_words)).search(without_accents(text.casefold())))


@lru_cache(maxsize=4)
def _any_of(words: tuple[str, ...]) -> re.Pattern[str]:
    """What finds any of some words in a text of small letters; signs without spaces need no bounds."""
    parts = sorted((re.escape(without_accents(word.casefold())) for word in words), key=len, reverse=True)
    spaced = "|".join(part for part in parts if not re.search("[\u3040-\u9fff]", part)) or r"(?!)"
    close = "|".join(part for part in parts if re.search("[\u3040-\u9fff]", part)) or r"(?!)"
    return re.compile(rf"(?<!\w)(?:{spaced})(?!\w)|{close}")
