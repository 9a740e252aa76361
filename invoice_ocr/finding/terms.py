"""Terms of payment that no label introduces, and the days that any of them give."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from invoice_ocr.finding.readers import Found, from_date
from invoice_ocr.finding.sheet import find_labels, make_candidate
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.text import fold, has_digit, tokens

_LONGEST = 24  # words: more is small print about something else
_SHORT = 9  # words of a plain sentence; each more makes it a little less likely
_MOST_DAYS = 180
_HEAD = 4  # words before a colon that may be a label nobody taught us
_ARTICLE = 3  # letters: `entro il`, `bis zum`, `avant le`
_BY = 0.5  # how surely the day that a sentence asks to pay by is the due date


def find(document: Document, pack: RulePack) -> Iterator[Candidate]:
    """Candidates for payment_terms: sentences such as `Zahlbar innerhalb von 14 Tagen` or `Due on receipt`.

    For due_date, too, the day that one asks to pay by: `Please remit the balance by 12 March 2026`.
    """
    for grid in make_grids(document):
        for cell in grid.cells():
            yield from _pay_by(cell, pack)
            text = cell.text.strip()
            count = len(cell.line.words)
            if not 2 <= count <= _LONGEST or not _says_when(text, pack):
                continue
            fields = {rule.field for hit in find_labels(cell, pack)[:1] for rule in pack.by_label[hit.key]}
            if "payment_terms" in fields or ("due_date" in fields and find_dates(text, pack.months)):
                continue
            head, colon, rest = text.partition(": ")
            text = rest.strip() if colon and len(head.split()) <= _HEAD and _says_when(rest, pack) else text
            start = cell.text.index(text)
            item = Found(" ".join(text.split()), start, start + len(text))
            score = 0.75 - 0.02 * max(0, count - _SHORT)
            yield make_candidate("payment_terms", "universal.payment_terms", cell, item, score)


def _pay_by(cell: Cell, pack: RulePack) -> Iterator[Candidate]:
    """The only date of a sentence about paying, behind a word such as `by`; none where less is asked for till then."""
    dates = find_dates(cell.text, pack.months) if has_digit(cell.text) else []
    fields = {rule.field for hit in find_labels(cell, pack) for rule in pack.by_label[hit.key]} if dates else set()
    if len(dates) != 1 or "%" in cell.text or not fields.isdisjoint(("discount", "due_date")):
        return
    before = [word for word, _, _ in tokens(cell.text[: dates[0].start])]
    near = before[-2:] if before and len(before[-1]) <= _ARTICLE else before[-1:]
    if not pack.by_words.isdisjoint(near) and not pack.pay_words.isdisjoint(before):
        yield make_candidate("due_date", "universal.due_date.by", cell, from_date(dates[0]), _BY)


def days_in(text: str, pack: RulePack) -> int | None:
    """The days in which a sentence of terms asks for the whole sum; 0 for at once, None when it does not say.

    The longest of several, as the shorter ones are for a discount. None, too, when they run from the end of a month.

    >>> from invoice_ocr.rulepack import load_pack
    >>> days_in("2 % Skonto bei Zahlung in 10 Tagen, 30 Tage netto", load_pack())
    30
    """
    folded = fold(text)
    if any(word in folded for word in pack.month_ends):
        return None
    days = [*_days(text, pack), *_net_days(text, pack)]
    if days:
        return max(days)
    return 0 if any(word in folded for word in pack.prompt_words) else None


def _says_when(text: str, pack: RulePack) -> bool:
    folded = fold(text)
    if folded.startswith(tuple(pack.prompt_words)):
        return True
    if not has_digit(text):
        return False
    return bool(_days(text, pack)) and any(word in pack.pay_words for word, _, _ in tokens(text))


def _days(text: str, pack: RulePack) -> list[int]:
    """The counts of days: `30 days`, and `net 30` where such a word stands right before the last number."""
    parts = [word for word, _, _ in tokens(text)]
    counted = [int(a) for a, b in pairwise(parts) if a.isdigit() and len(a) <= 3 and b in pack.day_words]
    if not counted and len(parts) >= 2 and parts[-1].isdigit() and len(parts[-1]) <= 2 and parts[-2] in pack.net_words:
        counted = [int(parts[-1])]
    return [count for count in counted if 0 < count <= _MOST_DAYS]


def _net_days(text: str, pack: RulePack) -> list[int]:
    """Counts of days right behind such a word anywhere: `Net 7, by direct deposit`."""
    parts = [word for word, _, _ in tokens(text)]
    return [int(b) for a, b in pairwise(parts) if a in pack.net_words and b.isdigit() and len(b) <= 2]
