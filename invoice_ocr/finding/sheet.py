"""One page with its labels found, and candidates made of what stands on it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from itertools import pairwise
from typing import Any

from invoice_ocr.finding.readers import Found
from invoice_ocr.layout.grid import CLOSE, FLUSH, Cell, Grid
from invoice_ocr.model import Box, Candidate, Evidence
from invoice_ocr.patience import check
from invoice_ocr.rulepack import Rule, RulePack
from invoice_ocr.rulepack.labels import Hit, LabelIndex
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.values.text import has_digit

RATE = re.compile(r"[@(]?(?:\d{1,2}(?:[.,]\d{1,3})?\s?%|%\s?\d{1,2}(?:[.,]\d{1,3})?)\)?")
_COMPOUND = re.compile(r"[^\W\d_][-\u2010]\Z")
_FEW = 4  # words of a text that may be a label with its value
SHORT = 3  # letters: labels as short as this are also ordinary words


class Sheet:
    """One page with its labels found: what candidates, line items and parties are looked for on."""

    def __init__(self, grid: Grid, pack: RulePack) -> None:
        self.grid = grid
        self.pack = pack
        self.hits: dict[tuple[int, int], tuple[Hit, ...]] = {}
        for cell in grid.cells():
            hits = find_labels(cell, pack)
            if hits:
                self.hits[cell.row, cell.column] = hits
        for above, below, key in broken_labels(grid, pack):
            for cell in (above, below):
                self.hits[cell.row, cell.column] = (Hit(key, 0, len(cell.text)),)

    def hits_of(self, cell: Cell) -> tuple[Hit, ...]:
        return self.hits.get((cell.row, cell.column), ())

    def is_silent(self, hit: Hit) -> bool:
        """Whether a label only tells more of the one before it, and has no value of its own."""
        return hit.key in self.pack.silent

    def starts_with_label(self, cell: Cell) -> bool:
        """Whether a cell begins with a label, so that a value further right or below cannot belong to another."""
        hits = [hit for hit in self.hits_of(cell) if hit.key != "#"]
        return bool(hits) and not cell.text[: hits[0].start].strip(" *•-(")


def find_labels(cell: Cell, pack: RulePack) -> tuple[Hit, ...]:
    """Labels in a cell; rates such as `19 %` are looked through, so `inkl. 19% MwSt` is met as `inkl. MwSt`."""
    words = cell.line.words
    read = "ocr" in [word.source for word in words]
    return _labels_in(cell.text, pack.labels, read or len(words) <= _FEW, read and len(words) < _FEW)


def broken_labels(grid: Grid, pack: RulePack) -> Iterator[tuple[Cell, Cell, str]]:
    """Labels that a narrow column broke in two lines over their value, `Invoice` over `number`: (above, below, key)."""
    for above, below in pairwise(grid.rows):
        for cell in above:
            under = next((other for other in below if _goes_on(cell, other)), None)
            if (
                under is None
                or not _is_head(grid, cell)
                or not (_is_head(grid, under) or _heads_next(grid, cell, under))
            ):
                continue
            value = next(grid.below(under, under.box, CLOSE * under.box.height), None)
            hits = pack.labels.find(f"{cell.text} {under.text}")
            whole = len(hits) == 1 and hits[0].start == 0 and hits[0].end > len(cell.text)
            if whole and value is not None and has_digit(value.text):
                yield cell, under, hits[0].key


def _goes_on(cell: Cell, under: Cell) -> bool:
    """Whether one line stands right under another, flush with it or centred, as the second of one text does."""
    one, two = cell.box, under.box
    if two.top - one.bottom >= CLOSE * one.height:
        return False
    return min(abs(one.left - two.left), abs(one.center_x - two.center_x), abs(one.right - two.right)) < FLUSH


def _is_head(grid: Grid, cell: Cell) -> bool:
    """Whether a cell is a few words without a value of their own, neither in them nor right of them."""
    beside = grid.right_of(cell)[:1]
    return len(cell.line.words) <= _FEW and not any(has_digit(other.text) for other in (cell, *beside))


def _heads_next(grid: Grid, cell: Cell, under: Cell) -> bool:
    """Whether the value right of the second line of a label has a head of its own, right of the first."""
    head, value = grid.right_of(cell)[:1], grid.right_of(under)[:1]
    wordy = len(under.line.words) <= _FEW and not has_digit(under.text)
    return wordy and bool(head and value) and abs(head[0].box.left - value[0].box.left) < FLUSH


@lru_cache(maxsize=4096)
def _labels_in(text: str, labels: LabelIndex, forgiving: bool, alone: bool) -> tuple[Hit, ...]:
    """Every stage asks for the labels of the same cells, so what was found lately is remembered."""
    shown = RATE.sub(lambda hit: " " * len(hit.group()), text) if "%" in text else text
    return tuple(hit for hit in labels.find(shown, forgiving=forgiving, alone=alone) if not _is_weak(text, hit))


def _is_weak(text: str, hit: Hit) -> bool:
    """Whether a label is part of a longer word, `Kunde` in `Art-Nr-Kunde`, or a very short one that of a sentence."""
    if _COMPOUND.search(text, max(0, hit.start - 2), hit.start):
        return True
    if len(hit.key) > SHORT:
        return False
    before, after = text[: hit.start].rstrip(), text[hit.end :]
    if len(hit.key) == 1 and before:
        return not re.match(r"\s?[:#°]", after)
    apart = before and (before[-1] in ",;(|:·•●" or text[: hit.start].endswith("  "))
    if (before and not apart) or (before and text[hit.start - 1].isalnum()):
        return not re.match(r"\s?[:#°]|\s\d{1,4}[./-]\d|\s\d{1,2}\.? [^\W\d_]{3}", after)
    return bool(re.match(r"[-\u2010/&']\w|\w", after)) and not hit.key.endswith("#")


def fields_of(sheet: Sheet, hit: Hit) -> frozenset[str]:
    return frozenset(rule.field for rule in sheet.pack.by_label[hit.key])


def is_label(sheet: Sheet, cell: Cell) -> bool:
    """Whether a whole cell is a label, and so no name; `Lieferant GmbH` is one."""
    hits = sheet.hits_of(cell)
    if hits and ends_with_form(sheet.pack, cell.text):
        return False
    return bool(hits) and sum(hit.end - hit.start for hit in hits) > 0.6 * len(cell.text.strip(" :"))


def ends_with_form(pack: RulePack, text: str) -> bool:
    """Whether a text ends with the legal form of a company, `GmbH` or `Sp. z o.o.`, with something before it."""
    whole = text.rstrip(" ,;.")
    return whole.endswith(pack.form_ends)


def is_read(cell: Cell) -> bool:
    """Whether a cell was recognised in pixels."""
    return cell.line.words[0].source == "ocr"


def shifted(item: Found, by: int) -> Found:
    return replace(item, start=item.start + by, end=item.end + by)


def candidate_by(rule: Rule, position: str, cell: Cell, item: Found, score: float) -> Candidate:
    source = f"{rule.id}.{position}{REPAIRED if item.repaired else ''}"
    return make_candidate(rule.field, source, cell, item, score)


def make_candidate(name: str, rule: str, cell: Cell, item: Found, score: float) -> Candidate:
    """A candidate with its evidence from the characters start..end of a cell. score: before the item's quality."""
    check()
    words = cell.words(item.start, max(item.end, item.start + 1))
    box = Box.around(word.box for word in words)
    text = cell.text[item.start : item.end].strip()
    evidence = Evidence(cell.page, box, text, rule, words[0].source, words)
    trust = 0.5 + 0.5 * min(word.confidence for word in words)
    extra: dict[str, Any] = {"orders": item.orders, "mark": item.mark}
    return Candidate(name, item.value, score * item.quality * trust, evidence, item.readings or (item.value,), **extra)
