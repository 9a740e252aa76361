"""A document and a rule pack to candidates: every value that a label introduces, with its evidence and its rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any

from invoice_ocr.grid import Cell, Grid, make_grids
from invoice_ocr.kind import title_of
from invoice_ocr.labels import Hit, LabelIndex
from invoice_ocr.model import Box, Candidate, Document, Evidence
from invoice_ocr.readers import Found, from_date, read
from invoice_ocr.rulepack import FieldSpec, Rule, RulePack
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_bics, find_ibans, find_ogms, find_vat_ids
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.values.text import fold

# How far below a label its value may stand, in heights of the label; table heads are left a bit more room.
_REACH = 3.6
_WEAKEST = 0.12
_RATE = re.compile(r"[@(]?(?:\d{1,2}(?:[.,]\d{1,3})?\s?%|%\s?\d{1,2}(?:[.,]\d{1,3})?)\)?")
_SEPARATOR = re.compile(r"\s*[:：=#.]|\s{2,}")
# Numbers of commercial registers that say by themselves which they are.
_REGISTERED = re.compile(r"\b(?:HR[AB]|GnR|FN) ?\d{2,7} ?[a-zB]?\b")
# Words with a colon before a date that no pack knows: they may call it anything.
_STRANGER = re.compile(r"[^\W\d_]{3,}[^:：]*[:：]\s*$")
_STRANGE = 0.6
_COMPOUND = re.compile(r"[^\W\d_][-\u2010]\Z")
_ALIGNED = 3.0  # points
_OTHER_PAPERS = frozenset({"contract", "purchase_order", "buyer_reference", "other_reference"})
# A date behind the place it was written at, `Gossau, den 12. Mai 2026`, heads a letter.
_DATELINE = re.compile(r"[^\W\d_][^\d:]{1,30},\s*(?:(?:le|den|am|el|li|lì|dne|dnia|a|à|em|de)\s*)?")
_IN_DATELINE, _IN_TITLE, _ALONE = 0.6, 0.8, 0.5
_NUMBER_OF = re.compile(r"\d\S*\s+[^\W\d_]{1,6}\.?(?:\s[^\W\d_]{1,5})?\s*$")  # `4711 of`, `12/b z dnia`
_CENTS = re.compile(r"\D{0,4}\d[\d.,'\s]*[.,]\d\d\D{0,4}")
_LONGEST_TITLE = 14  # words
# Kinds of columns that tables of items have, and boxes of totals side by side have not.
_OF_ITEMS = frozenset({"quantity", "unit_price", "description", "article_number"})
_SURE = 0.7  # the weight of a rule whose labels are titles or ordinary words is less
_SHORT = 3  # letters: labels as short as this are also ordinary words


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

    def hits_of(self, cell: Cell) -> tuple[Hit, ...]:
        return self.hits.get((cell.row, cell.column), ())

    def is_silent(self, hit: Hit) -> bool:
        """Whether a label only tells more of the one before it, and has no value of its own."""
        return all(self.pack.fields[rule.field].reader == "none" for rule in self.pack.by_label[hit.key])

    def starts_with_label(self, cell: Cell) -> bool:
        """Whether a cell begins with a label, so that a value further right or below cannot belong to another."""
        hits = [hit for hit in self.hits_of(cell) if hit.key != "#"]
        return bool(hits) and not cell.text[: hits[0].start].strip(" *•-(")


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """All candidates of all fields and asides, best evidence not yet decided."""
    found: list[Candidate] = []
    for grid in make_grids(document):
        sheet = Sheet(grid, pack)
        for cell in grid.cells():
            for index, hit in enumerate(sheet.hits_of(cell)):
                for rule in pack.by_label[hit.key]:
                    turned = _turned(sheet, cell, index, rule)
                    named = _from_label(sheet, cell, index, turned)
                    found += (c for c in named if not c.value) if _is_zero_tax(turned, cell) else named
                    if rule.field == "period_start":
                        found += _period_end(sheet, cell, index, rule)
        found += _unlabelled(sheet)
    return found


def _is_zero_tax(rule: Rule, cell: Cell) -> bool:
    """Whether a label of tax stands with the rate 0 and no other: an amount beside it that is not 0 is no tax."""
    if rule.field != "total_tax" or "%" not in cell.text:
        return False
    digits = ["".join(char for char in hit.group() if char.isdigit()) for hit in _RATE.finditer(cell.text)]
    return bool(digits) and not any(rate.strip("0") for rate in digits)


def find_labels(cell: Cell, pack: RulePack) -> tuple[Hit, ...]:
    """Labels in a cell; rates such as `19 %` are looked through, so `inkl. 19% MwSt` is met as `inkl. MwSt`."""
    forgiving = len(cell.line.words) <= 4 or any(word.source == "ocr" for word in cell.line.words)
    return _labels_in(cell.text, pack.labels, forgiving)


@lru_cache(maxsize=4096)
def _labels_in(text: str, labels: LabelIndex, forgiving: bool) -> tuple[Hit, ...]:
    """Every stage asks for the labels of the same cells, so what was found lately is remembered."""
    shown = _RATE.sub(lambda hit: " " * len(hit.group()), text) if "%" in text else text
    return tuple(hit for hit in labels.find(shown, forgiving=forgiving) if not _is_weak(text, hit))


def _from_label(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Iterator[Candidate]:
    spec = sheet.pack.fields[rule.field]
    if spec.reader == "none":
        return
    hits = sheet.hits_of(cell)
    hit = hits[index]
    weight = rule.weight * hit.quality * _standing(cell, hits, index) * _context(sheet, cell, hit, rule)
    if weight < _WEAKEST:
        return
    end = _end(cell, hits, index, spec.reader)
    seen = 0.0
    if "same" in rule.at:
        for candidate in _same(sheet, cell, hit, end, rule, spec, weight):
            seen = max(seen, candidate.score / weight)
            yield candidate
    if seen > 0.6 or not _can_look_away(cell, hit, end):
        return
    last = all(sheet.is_silent(other) for other in hits[index + 1 :])
    weight *= _residue(cell.text[hit.end : end]) * (1.0 if last else 0.7)
    if index > 0 and not _between(cell, hits[index - 1], hit):
        weight *= 0.55  # another label right before this one has the better claim
    if "right" in rule.at:
        for candidate in _right(sheet, cell, rule, spec, weight):
            seen = max(seen, candidate.score / weight)
            yield candidate
    if "below" in rule.at:
        yield from _below(sheet, cell, hit, rule, spec, weight * (0.45 if seen > 0.5 else 0.9))


def _context(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule) -> float:
    """How much the words around a label leave of what it says.

    An account beside a bank is no customer's; a date with a discount behind it is not when all is due; the letters of
    a number that has its label on the left are part of it.
    """
    if rule.field == "customer_number" and _near_bank(sheet, cell):
        return 0.2
    if rule.field == "due_date" and _has_discount(sheet, cell, hit):
        return 0.4
    if rule.field == "issue_date" and _dates_another(sheet, cell, hit, rule):
        return 0.4
    if _is_own_series(sheet, cell, rule.field):
        left = sheet.grid.rows[cell.row][cell.column - 1] if cell.column else None
        if left and any(r.field == rule.field for h in sheet.hits_of(left) for r in sheet.pack.by_label[h.key]):
            return 0.0
    return 1.0


def _dates_another(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule) -> bool:
    """Whether a label says when something else was: `Deposit paid on`, `Buyer's order no | Dated`."""
    before = [other for other in sheet.hits_of(cell) if other.end <= hit.start]
    if before and len(hit.key) <= _SHORT:
        return not any(_fields_of(sheet, other) & {"invoice_number", "issue_date"} for other in before)
    if rule.weight == 1.0 or not cell.column or cell.text[: hit.start].strip():
        return False
    left = sheet.grid.rows[cell.row][cell.column - 1]
    return _is_label(sheet, left) and _fields_of(sheet, sheet.hits_of(left)[0]) <= _OTHER_PAPERS


def _fields_of(sheet: Sheet, hit: Hit) -> frozenset[str]:
    return frozenset(rule.field for rule in sheet.pack.by_label[hit.key])


def _near_bank(sheet: Sheet, cell: Cell) -> bool:
    """Whether words of a bank, such as `IFSC` or `Sort code`, stand in a cell, beside it or in the rows next to it."""
    rows = sheet.grid.rows[max(0, cell.row - 1) : cell.row + 2]
    near = [
        other
        for row in rows
        for other in row
        if other.box.left < cell.box.right + 60 and other.box.right > cell.box.left - 60
    ]
    words = {fold(word) for other in near for word in re.findall(r"[^\W_]+", other.text)}
    return bool(words & sheet.pack.bank_words)


def _has_discount(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether the sentence of a label goes on with a discount: `Bis zum 18.05. erhalten Sie 2 % Skonto.`"""
    sentence = re.split(r"(?<=[^\d\W]{3})\.(?:\s|$)|;", cell.text[hit.end :])[0]
    stop = hit.end + len(sentence)
    return "%" in sentence and any(
        rule.field == "discount"
        for other in sheet.hits_of(cell)
        if hit.end <= other.start < stop
        for rule in sheet.pack.by_label[other.key]
    )


def _period_end(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Iterator[Candidate]:
    """The second of two dates that follow the label of a period, in its cell, right of it, or below."""
    hits = sheet.hits_of(cell)
    dates = _dates_in(sheet, cell, hits[index].end, _end(cell, hits, index, "date"))
    position = "same"
    if not dates:
        position = "right"
        for other in sheet.grid.right_of(cell):
            if sheet.starts_with_label(other):
                break
            dates += _dates_in(sheet, other, 0, len(other.text))
    if not dates:
        position = "below"
        under = next(sheet.grid.below(cell, cell.box_of(hits[index].start, hits[index].end), 3 * cell.box.height), None)
        dates = _dates_in(sheet, under, 0, len(under.text)) if under else []
    if len(dates) == 2:
        place, item = dates[1]
        score = rule.weight * hits[index].quality * _standing(cell, hits, index)
        yield make_candidate("period_end", f"{rule.id}.{position}", place, item, score)


def _dates_in(sheet: Sheet, cell: Cell, start: int, end: int) -> list[tuple[Cell, Found]]:
    found = read("period", cell.text[start:end], sheet.pack.months)
    return [(cell, _shift(item, start)) for item in found]


def _turned(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Rule:
    """The rule, made one for the net or the gross total by words such as `ohne MwSt.` right behind its label."""
    turned = {("total_gross", "without_tax"): "total_net", ("total_net", "with_tax"): "total_gross"}
    hits = sheet.hits_of(cell)
    if rule.field not in ("total_gross", "total_net") or index + 1 == len(hits):
        return rule
    if _between(cell, hits[index], hits[index + 1]):
        return rule
    for behind in sheet.pack.by_label[hits[index + 1].key]:
        if (rule.field, behind.field) in turned:
            return replace(rule, field=turned[rule.field, behind.field], weight=max(rule.weight, 0.9))
    return rule


def _end(cell: Cell, hits: tuple[Hit, ...], index: int, reader: str) -> int:
    """Where the text of a label's own value ends: at the next label; of names and sentences only at one set apart.

    A sentence may begin with what is a label elsewhere: `Terms:  Net 30 days`.
    """
    for hit in hits[index + 1 :]:
        if (
            reader == "text"
            and not cell.text[hits[index].end : hit.start].strip(" :：.-")
            and not re.match(r"\s?[:：]", cell.text[hit.end :])
        ):
            continue
        before = cell.text[: hit.start]
        apart = before[-2:] == "  " or before.endswith(", ") or re.match(r"\s?[:：]", cell.text[hit.end :])
        if reader not in ("name", "text") or apart:
            return hit.start
    return len(cell.text)


def _standing(cell: Cell, hits: tuple[Hit, ...], index: int) -> float:
    """How much the place of a label in its cell speaks for it: at the start, or followed by a colon, 1.0."""
    hit = hits[index]
    before = cell.text[hits[index - 1].end if index else 0 : hit.start].strip(" *•-(")
    followed = bool(_SEPARATOR.match(cell.text, hit.end))
    if not before:
        return 1.0
    if followed:
        return 0.9
    return 0.5 if len(cell.line.words) > 9 else 0.75


def _is_weak(text: str, hit: Hit) -> bool:
    """Whether a label is part of a longer word, `Kunde` in `Art-Nr-Kunde`, or a very short one that of a sentence."""
    if _COMPOUND.search(text, max(0, hit.start - 2), hit.start):
        return True
    if len(hit.key) > _SHORT:
        return False
    before, after = text[: hit.start].rstrip(), text[hit.end :]
    if len(hit.key) == 1 and before:
        return not re.match(r"\s?[:#°]", after)
    if (before and before[-1] not in ",;(|:") or (before and text[hit.start - 1].isalnum()):
        return not re.match(r"\s?[:#°]|\s\d{1,4}[./-]\d|\s\d{1,2}\.? [^\W\d_]{3}", after)
    return bool(re.match(r"[-/&']\w|\w", after)) and not hit.key.endswith("#")


def _can_look_away(cell: Cell, hit: Hit, end: int) -> bool:
    """Whether a value may stand outside the cell: not when the label is a word inside a sentence."""
    rest = cell.text[hit.end : end].strip()
    if len(hit.key) <= _SHORT and rest and not rest.startswith((":", ".", "#", "@")) and not _RATE.match(rest):
        return False
    return len(rest.split()) <= 5


def _residue(rest: str) -> float:
    """How much words left over after a label weaken it: `VAT (20%)` has none, `Total pages in set` has three."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\([^)]*\)", " ", _RATE.sub(" ", rest)))
    words = [word for word in words if word not in ("EUR", "USD", "GBP", "RM", "Euro", "CHF") and not word.isupper()]
    return (1.0, 0.75, 0.5)[len(words)] if len(words) < 3 else 0.3


def _between(cell: Cell, first: Hit, second: Hit) -> str:
    return cell.text[first.end : second.start].strip(" :.-/|(")


def _same(
    sheet: Sheet, cell: Cell, hit: Hit, end: int, rule: Rule, spec: FieldSpec, weight: float
) -> Iterator[Candidate]:
    text = cell.text[hit.end : end]
    if not text.strip(" :.-") or text.startswith("_"):
        return
    if spec.reader in ("name", "text") and not re.match(r"\s*[:：]", text):
        return
    found = read(spec.reader, text, sheet.pack.months, pixels=_is_read(cell), kinds=rule.check)
    numbered = any(sheet.pack.fields[other.field].reader == "reference" for other in sheet.pack.by_label[hit.key])
    for place, item in enumerate(found):
        if spec.reader == "name" and fold(str(item.value)) in sheet.pack.departments:
            continue
        if spec.reader == "date" and numbered and not text[: item.start].strip(" :.#-"):
            continue  # what stands right behind `Invoice #` is its number, though it look like a date
        gap = re.findall(r"[^\W\d_]{2,}", _RATE.sub(" ", text[: item.start]))
        factor = 1.0 if spec.reader in ("reference", "name", "text") else (1.0, 0.9, 0.7, 0.5)[min(len(gap), 3)]
        if spec.reader == "amount" and _counts(sheet, cell, hit, _shift(item, hit.end)):
            continue
        if spec.reader == "amount" and place < len(found) - 1:
            factor *= 0.85
        elif spec.reader != "amount" and place:
            factor *= 0.6
        yield _candidate(rule, "same", cell, _shift(item, hit.end), weight * factor)


def _counts(sheet: Sheet, cell: Cell, hit: Hit, item: Found) -> bool:
    """Whether a number only counts what a word right behind it names, as in `TOTAL (6 items)`."""
    if item.mark or "." in str(item.value):
        return False
    after = next((other for other in sheet.hits_of(cell) if other.start >= item.end > hit.end), None)
    if after is None or cell.text[item.end : after.start].strip():
        return False
    return sheet.is_silent(after) or all(r.field == "other_amount" for r in sheet.pack.by_label[after.key])


def _shift(item: Found, by: int) -> Found:
    return replace(item, start=item.start + by, end=item.end + by)


def _right(sheet: Sheet, cell: Cell, rule: Rule, spec: FieldSpec, weight: float) -> Iterator[Candidate]:
    found: list[tuple[Cell, Found]] = []
    left = cell.box.right
    for other in sheet.grid.right_of(cell):
        if spec.reader == "name" and (named := _named(sheet, other)):
            found.append(named)
            break
        own = spec.reader == "reference" and _is_own_series(sheet, other, rule.field)
        if not own and sheet.starts_with_label(other) and not (spec.reader == "name" and _may_name(sheet, other)):
            break
        text = other.text[: _end(other, sheet.hits_of(other), 0, "name")] if spec.reader == "name" else other.text
        items = read(spec.reader, text, sheet.pack.months, pixels=_is_read(other), kinds=rule.check)
        if spec.reader in ("name", "text", "reference"):
            items = [] if spec.reader == "name" and _is_label(sheet, other) else items[:1]
        found += [(other, item) for item in items]
        if spec.reader != "amount" and (found or other.box.left - left > 0.5 * sheet.grid.page.width):
            break
    for place, (other, item) in enumerate(found):
        best = len(found) - 1 if spec.reader == "amount" else 0
        factor = 0.98 if place == best else 0.85
        if spec.reader == "text" and len(sheet.grid.rows[cell.row]) > 3 and not re.search(r"\d", other.text):
            factor *= 0.4  # in a row of heads it is the next head
        if other.box.left - left > 0.45 * sheet.grid.page.width:
            factor *= 0.9
        yield _candidate(rule, "right", other, item, weight * factor)


def _is_own_series(sheet: Sheet, cell: Cell, field: str) -> bool:
    """Whether a cell is a number whose letters are a label of its field too: `PO 77120` beside `Your order`."""
    hits = sheet.hits_of(cell)
    if not hits or hits[0].start or not re.fullmatch(r"[A-Z]{2,3}[ -]?\d[\w/.-]*", cell.text.strip()):
        return False
    return any(rule.field == field for rule in sheet.pack.by_label[hits[0].key])


def _below(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule, spec: FieldSpec, weight: float) -> Iterator[Candidate]:
    box = cell.box_of(hit.start, hit.end)
    if spec.reader in ("name", "text") and cell.box_of(0, len(cell.text)).width > 2 * box.width + 40:
        return
    if spec.reader == "name":
        yield from _name_below(sheet, cell, box, rule, weight)
        return
    if spec.reader in ("amount", "date"):
        weight *= _table_head(sheet, cell, rule)
    under = list(sheet.grid.below(cell, box, _REACH * min(cell.box.height, 16.0)))
    if not under and spec.reader == "amount":
        under = _in_box(sheet, cell, box)
    for place, other in enumerate(under):
        if sheet.starts_with_label(other) and place == 0 and not _same_kind(sheet, other):
            return
        found = read(spec.reader, other.text, sheet.pack.months, pixels=_is_read(other), kinds=rule.check)
        if spec.reader in ("amount", "date"):
            found = [item for item in found if _under(box, other.box_of(item.start, item.end))] or found[:1]
        if found and spec.reader == "reference" and rule.weight < _SURE and not _is_whole(other, found[0]):
            return  # `Invoice` over a sentence or an address is a title
        if found:
            yield _candidate(rule, "below", other, found[0], weight * (1.0 if place == 0 else 0.8))
            return
        if place >= 2 or spec.reader == "reference":
            return


def _is_whole(cell: Cell, item: Found) -> bool:
    """Whether a number of three digits at least is all that a cell holds."""
    text = cell.text[item.start : item.end]
    return text.strip() == cell.text.strip() and sum(map(str.isdigit, text)) > 2 and " " not in text.strip()


def _name_below(sheet: Sheet, cell: Cell, box: Box, rule: Rule, weight: float) -> Iterator[Candidate]:
    """The name in the block under a label, past its labels, numbers and salutations."""
    if sum(sheet.starts_with_label(other) for other in sheet.grid.rows[cell.row]) >= 3:
        weight *= 0.5  # in a row of heads the seller is a clerk
    for place, other in enumerate(sheet.grid.below(cell, box, 6.0 * min(cell.box.height, 16.0))):
        told = _named(sheet, other) if place < 4 else None
        if told:
            yield _candidate(rule, "below", *told, weight)
            return
        if place < 4 and _is_no_name(sheet, other):
            continue
        count, kinds = _heads_of(sheet, other.row)
        if count >= 3 and kinds & _OF_ITEMS:
            return
        found = read("name", other.text, sheet.pack.months, pixels=_is_read(other), kinds=rule.check)
        if found and not _is_label(sheet, other):
            candidate = _candidate(rule, "below", other, found[0], weight * (1.0 if place == 0 else 0.8))
            yield _in_two_lines(sheet, other, candidate)
        return


def _in_box(sheet: Sheet, cell: Cell, box: Box) -> list[Cell]:
    """What ends the box of a form that a label begins: in the row below, left of where the next label's box begins."""
    beside = sheet.grid.right_of(cell)
    end = beside[0].box.left if beside else sheet.grid.page.width
    wide = Box(box.left, box.top, end, box.bottom)
    under = next(sheet.grid.below(cell, wide, _REACH * min(cell.box.height, 16.0)), None)
    whole = under is not None and under.box.right < end and _CENTS.fullmatch(under.text.strip())
    return [under] if under is not None and whole else []


def _in_two_lines(sheet: Sheet, cell: Cell, name: Candidate) -> Candidate:
    """The name with the line below it where only that one ends with the legal form of a company."""
    if _ends_with_form(sheet.pack, cell.text):
        return name
    under = next(sheet.grid.below(cell, cell.box, cell.box.height), None)
    if under is None or abs(under.box.left - cell.box.left) > _ALIGNED or not _ends_with_form(sheet.pack, under.text):
        return name
    if sheet.starts_with_label(under):
        return name
    if name.name == "buyer_name" and len(_before_form(sheet.pack, under.text).split()) > 1:
        # The company of a person or a department, with a name of its own: it is who buys.
        item = Found(" ".join(under.text.split()), 0, len(under.text))
        return replace(make_candidate(name.name, name.evidence.rule, under, item, 1.0), score=name.score)
    text = f"{name.value} {' '.join(under.text.split())}"
    words = (*name.evidence.words, *under.line.words)
    evidence = replace(name.evidence, text=text, words=words, box=Box.around(word.box for word in words))
    return replace(name, value=text, readings=(text,), evidence=evidence)


def _ends_with_form(pack: RulePack, text: str) -> bool:
    """Whether a text ends with the legal form of a company, `GmbH` or `Sp. z o.o.`, with something before it."""
    whole = text.rstrip(" ,;.")
    return any(whole.endswith(f" {form.rstrip('.')}") for form in pack.legal_forms if len(form) > 2)


def _before_form(pack: RulePack, text: str) -> str:
    """What stands before the legal form that a text ends with; the longest form counts."""
    whole = text.rstrip(" ,;.")
    forms = sorted((form.rstrip(".") for form in pack.legal_forms), key=len, reverse=True)
    return next((whole[: -len(form)] for form in forms if whole.endswith(f" {form}")), whole)


def _may_name(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell that begins with a label may be a name all the same: not `Invoice No 417`, yet `Lieferant GmbH`.

    What introduces a party or only tells more about the word before may begin a name.
    """
    if _is_label(sheet, cell):
        return False
    fields = {rule.field for hit in sheet.hits_of(cell)[:1] for rule in sheet.pack.by_label[hit.key]}
    readers = {sheet.pack.fields[field].reader for field in fields}
    return readers <= {"name", "none"} or _ends_with_form(sheet.pack, cell.text)


def _is_label(sheet: Sheet, cell: Cell) -> bool:
    """Whether a whole cell is a label, and so no name; `Lieferant GmbH` is one."""
    hits = sheet.hits_of(cell)
    if hits and _ends_with_form(sheet.pack, cell.text):
        return False
    return bool(hits) and sum(hit.end - hit.start for hit in hits) > 0.6 * len(cell.text.strip(" :"))


def _is_no_name(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell under a label such as `Seller` is not yet the name: a label with its value, a number, `Herrn`."""
    text = cell.text.strip()
    if _is_label(sheet, cell) or ":" in text or text[:4].isdigit() or fold(text) in sheet.pack.salutations:
        return True
    if fold(text) in sheet.pack.departments:
        return True
    return any(other.text.lstrip().startswith(":") for other in sheet.grid.right_of(cell)[:1])


def _named(sheet: Sheet, cell: Cell) -> tuple[Cell, Found] | None:
    """The name in a line of a block such as `Name: Nordwind Ltd`, in one cell or two, or None."""
    hit = re.match(r"\s*([^:：]{2,40}?)\s*[:：]\s*", cell.text)
    if not hit or fold(hit.group(1)) not in sheet.pack.name_words:
        return None
    beside = next(iter(sheet.grid.right_of(cell)), None) if hit.end() == len(cell.text) else cell
    if beside is None:
        return None
    start = hit.end() if beside is cell else 0
    found = read("name", beside.text[start:], sheet.pack.months)
    return (beside, _shift(found[0], start)) if found else None


def _table_head(sheet: Sheet, cell: Cell, rule: Rule) -> float:
    """How little a label says that heads a column of line items: its row has other heads such as quantity.

    In a row of other heads a plain `Total` is that of each row below; `Total of this invoice` is not.
    """
    count, kinds = _heads_of(sheet, cell.row)
    is_amount = sheet.pack.fields[rule.field].reader == "amount"
    if count >= 3 and (kinds & _OF_ITEMS or (is_amount and (rule.weight < 1.0 or _is_column(sheet, cell)))):
        return 0.4
    count, kinds = _heads_of(sheet, cell.row - 1) if cell.row and _is_close(sheet, cell) else (0, frozenset())
    return 0.4 if count >= 3 and kinds & _OF_ITEMS else 1.0


def _is_column(sheet: Sheet, cell: Cell) -> bool:
    """Whether several amounts stand below a cell, as in a table of taxes by rate."""
    under = sheet.grid.below(cell, cell.box, 2 * _REACH * min(cell.box.height, 16.0))
    return sum(bool(_CENTS.fullmatch(other.text.strip())) for other in under) > 1


def _heads_of(sheet: Sheet, row: int) -> tuple[int, frozenset[str]]:
    """How many cells of a row may head columns, and of which kinds."""
    hits = [hits[0] for other in sheet.grid.rows[row] if (hits := sheet.pack.headers.find(other.text))]
    return len(hits), frozenset(kind for hit in hits for kind in sheet.pack.columns[hit.key])


def _is_close(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell follows the row above as the second line of the same heads would."""
    above = sheet.grid.rows[cell.row - 1]
    return cell.box.top - max(other.box.bottom for other in above) < 0.6 * cell.box.height


def _same_kind(sheet: Sheet, other: Cell) -> bool:
    """Whether the cell below begins with a label of an aside that only names what follows, as `EUR 12,00` may."""
    return all(
        sheet.pack.fields[rule.field].reader == "none" or rule.field == "currency"
        for hit in sheet.hits_of(other)[:1]
        for rule in sheet.pack.by_label[hit.key]
    )


def _under(label: Box, value: Box) -> bool:
    return value.left < label.right + 4 and value.right > label.left - 4


def _is_read(cell: Cell) -> bool:
    """Whether a cell was recognised in pixels."""
    return cell.line.words[0].source == "ocr"


def _candidate(rule: Rule, position: str, cell: Cell, item: Found, score: float) -> Candidate:
    source = f"{rule.id}.{position}{REPAIRED if item.repaired else ''}"
    return make_candidate(rule.field, source, cell, item, score)


def make_candidate(name: str, rule: str, cell: Cell, item: Found, score: float) -> Candidate:
    """A candidate with its evidence from the characters start..end of a cell. score: before the item's quality."""
    words = cell.words(item.start, max(item.end, item.start + 1))
    box = Box.around(word.box for word in words)
    text = cell.text[item.start : item.end].strip()
    evidence = Evidence(cell.page, box, text, rule, words[0].source, words)
    trust = 0.5 + 0.5 * min(word.confidence for word in words)
    extra: dict[str, Any] = {"orders": item.orders, "mark": item.mark}
    return Candidate(name, item.value, score * item.quality * trust, evidence, item.readings or (item.value,), **extra)


def _unlabelled(sheet: Sheet) -> Iterator[Candidate]:
    """Values that show by themselves what they are: IBANs, VAT ids, BICs beside an IBAN, dates."""
    for cell in sheet.grid.cells():
        text = cell.text
        if not any(char.isdigit() for char in text):
            continue
        ibans = find_ibans(text)
        for iban in ibans:
            yield make_candidate("iban", "universal.iban", cell, Found(iban.value, iban.start, iban.end), 0.85)
        if ibans:
            for bic in find_bics(text):
                yield make_candidate("bic", "universal.bic", cell, Found(bic.value, bic.start, bic.end), 0.6)
        for ogm in find_ogms(text):
            item = Found(ogm.text, ogm.start, ogm.end)
            yield make_candidate("payment_reference", "universal.payment_reference.ogm", cell, item, 0.95)
        for hit in _REGISTERED.finditer(text):
            item = Found(" ".join(hit.group().split()), hit.start(), hit.end())
            yield make_candidate("seller_registration", "universal.registration", cell, item, 0.9)
        for vat in find_vat_ids(text):
            yield make_candidate("seller_vat_id", "universal.vat_id", cell, Found(vat.value, vat.start, vat.end), 0.6)
        if len(cell.line.words) <= 8:
            yield from _bare_dates(sheet, cell)
        elif len(cell.line.words) <= _LONGEST_TITLE and title_of(text, sheet.pack):
            for written in find_dates(text, sheet.pack.months)[:1]:
                yield make_candidate("issue_date", "universal.issue_date.title", cell, from_date(written), _IN_TITLE)


def _bare_dates(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The dates of a short text, whatever stands before them."""
    high = cell.box.center_y < 0.45 * sheet.grid.page.height and cell.page == 1
    left = sheet.grid.rows[cell.row][cell.column - 1].text if cell.column else ""
    lead = left if left.rstrip().endswith(":") else ""
    for written in find_dates(cell.text, sheet.pack.months):
        before = cell.text[: written.start]
        if before.rstrip().endswith("#"):
            continue
        alone = high and len(sheet.grid.rows[cell.row]) == 1 and written.text.strip() == cell.text.strip()
        score = (_ALONE if alone else 0.45 if high else 0.3) * (
            _STRANGE if _STRANGER.search(before) or _STRANGER.search(lead) else 1.0
        )
        if high and _DATELINE.fullmatch(before) and not cell.text[written.end :].strip(" ."):
            score = _IN_DATELINE
        elif _is_of_other(sheet, cell, written.start):
            score *= _STRANGE
        yield make_candidate("issue_date", "universal.issue_date", cell, from_date(written), score)


def _is_of_other(sheet: Sheet, cell: Cell, start: int) -> bool:
    """Whether what stands at `start` goes on the number of another paper, as in `Contract: No 44 of 01.02.2026`."""
    before = [hit for hit in sheet.hits_of(cell) if hit.end <= start]
    fields = {rule.field for hit in before[:1] for rule in sheet.pack.by_label[hit.key]}
    return bool(fields) and fields <= _OTHER_PAPERS and bool(_NUMBER_OF.search(cell.text, before[0].end, start))
