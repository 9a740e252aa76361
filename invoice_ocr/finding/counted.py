"""Numbers beside labels that are no amounts: they are called numbers, or count something."""

from __future__ import annotations

import re

from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import Sheet
from invoice_ocr.layout.grid import Cell
from invoice_ocr.rulepack import RulePack
from invoice_ocr.rulepack.labels import Hit
from invoice_ocr.values.text import fold

_LAST_WORD, _SIGN = re.compile(r"([^\W\d_]+[°º]?)\.?\s*$"), re.compile(r"[§#№]\s*$")  # of a text


def is_numbered(pack: RulePack, text: str, item: Found) -> bool:
    """Whether what looks like an amount is a number, as in `VAT (No. 7008)`."""
    return not item.mark and "." not in str(item.value) and is_number(pack, text, item, pack.item_words)


def is_number(pack: RulePack, text: str, item: Found, others: frozenset[str] = frozenset()) -> bool:
    """Whether a word such as `No.`, or one of others, stands right before an item."""
    before = text[: item.start]
    word = _LAST_WORD.search(before)
    return (word is not None and fold(word[1]) in pack.number_words | others) or bool(_SIGN.search(before))


def counts(sheet: Sheet, cell: Cell, hit: Hit, item: Found) -> bool:
    """Whether a number only counts what is named: `TOTAL (6 items)`, `CGST9` of 9 percent."""
    if item.mark or "." in str(item.value):
        return False
    if item.start == hit.end:
        return True
    if any(other.start < item.end and item.start < other.end for other in sheet.hits_of(cell)):
        return True  # `VAT reverse charged, Article 196`
    after = next((other for other in sheet.hits_of(cell) if other.start >= item.end > hit.end), None)
    if after is None or cell.text[item.end : after.start].strip():
        return False
    return sheet.is_silent(after) or all(r.field == "other_amount" for r in sheet.pack.by_label[after.key])
