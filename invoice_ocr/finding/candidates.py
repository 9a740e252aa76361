"""A document and a rule pack to candidates: every value that a label introduces, with its evidence and its rule."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.finding import aside, beneath, unlabelled
from invoice_ocr.finding.counted import counts, is_number, is_numbered
from invoice_ocr.finding.party_labels import heads_block, in_two_lines, is_head, may_name, told_name, without_address
from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import RATE, Sheet, candidate_by, is_label, is_read, make_candidate, shifted
from invoice_ocr.finding.standing import (
    CENTS,
    between,
    can_look_away,
    context,
    follows_number,
    follows_other,
    is_dated,
    is_own_series,
    is_zero_tax,
    leads,
    residue,
    standing,
)
from invoice_ocr.finding.terms import days_in
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.rulepack import FieldSpec, Rule, RulePack
from invoice_ocr.rulepack.labels import ONE_WRONG, Hit
from invoice_ocr.values.amount import HIGHEST_RATE
from invoice_ocr.values.text import fold

_WEAKEST = 0.12
_LED = re.compile(r"\s*(?:[:：]|\.{3})")  # what leads from a label to words: `Terms: net 30`, `TERMS ...... net 30`
_WORD = re.compile(r"[^\W\d_]{4}")
_LED_BY_WORDS = 0.6  # how surely a number is meant before which words stand: `DUNEDIN 9016` is of an address
# A label again in another language, or what closes the brackets in which it stands: `Verkäufer (Seller): ...`.
_TRANSLATED = re.compile(r"\A\s?(?:\([^()\d]{2,30}\)|\))(?=\s?[:：])")
_ASIDE = 0.4  # how surely a name stands right of its label where a block of lines stands under it
_INSIDE = 0.85  # how surely an amount in brackets is the tax within the one behind them
_PART = 0.5  # how surely an amount in a sentence is meant, where another ends its row
_OF_OTHER = 0.4  # what is left of a date that goes on the number of another paper
_DATED = 0.9  # how surely a number is meant that its date goes on, however short it is
_NUMBERED = 0.6  # how surely a number is meant that words and `No.` lead to: `Invoice of the insurer No. 4711`
_SEEN = 0.9  # how surely a date stands right of its label, so that none is looked for below it
_WHOLE = frozenset({"total_gross", "amount_due"})
_LIKELY = 0.5  # how surely a value stands beside its label, so that one below is hardly meant


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
                    found += (c for c in named if not c.value) if is_zero_tax(turned, cell) else named
                    if rule.field == "period_start":
                        found += _period_end(sheet, cell, index, rule)
                    if rule.field == "with_tax":
                        found += _tax_within(sheet, cell, hit, rule)
        found += unlabelled.find(sheet)
    return found


def _from_label(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Iterator[Candidate]:
    spec = sheet.pack.fields[rule.field]
    if spec.reader == "none":
        return
    hits = sheet.hits_of(cell)
    hit = hits[index]
    weight = rule.weight * hit.quality * _place(sheet, cell, index, rule) * context(sheet, cell, hit, rule)
    if weight < _WEAKEST:
        return
    end = end_of(cell, _speaking(sheet, hits, index) if spec.reader == "amount" else hits, index, spec.reader)
    seen = 0.0
    if "same" in rule.at:
        for candidate in _same(sheet, cell, hit, end, rule, spec, weight):
            seen = max(seen, candidate.score / weight)
            yield candidate
    if seen > 0.6 or not can_look_away(cell, hit, end):
        return
    last = all(sheet.is_silent(other) for other in hits[index + 1 :])
    weight *= residue(cell.text[hit.end : end]) * (1.0 if last else 0.7)
    if index > 0 and not between(cell, hits[index - 1], hit):
        weight *= 0.55  # another label right before this one has the better claim
    if "right" in rule.at or leads(sheet, cell):
        for candidate in _right(sheet, cell, rule, spec, weight):
            seen = max(seen, candidate.score / weight)
            yield candidate
    if spec.reader == "date" and seen > _SEEN:
        return
    if "below" in rule.at:
        yield from _below_or_aside(sheet, cell, hit, rule, spec, weight, seen)


def _place(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> float:
    """How much the place of a label speaks for it: a date goes on the number of this document, or of another paper."""
    place = standing(cell, sheet.hits_of(cell), index)
    if rule.field == "issue_date" and follows_number(sheet, cell, index):
        return max(place, _DATED)
    return place * (_OF_OTHER if rule.field == "issue_date" and follows_other(sheet, cell, index) else 1.0)


def _below_or_aside(
    sheet: Sheet, cell: Cell, hit: Hit, rule: Rule, spec: FieldSpec, weight: float, seen: float
) -> Iterator[Candidate]:
    """The value in the column below; where none was seen, here or right of the label, one in an odd place."""
    found: list[Candidate] = []
    if hit.quality > ONE_WRONG:  # what hardly looks like a label heads no column
        found += beneath.find(sheet, cell, hit, rule, spec, weight * (0.45 if seen > _LIKELY else 0.9))
    yield from found
    if not found and not seen:
        yield from aside.find(sheet, cell, hit, rule, spec, weight)


def end_of(cell: Cell, hits: tuple[Hit, ...], index: int, reader: str) -> int:
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
        comma = reader != "text" and before.endswith(", ")  # `2 % 10 days, net 30`
        apart = before[-2:] == "  " or comma or re.match(r"\s?[:：]", cell.text[hit.end :])
        if reader not in ("name", "text") or apart:
            return hit.start
    return len(cell.text)


def _speaking(sheet: Sheet, hits: tuple[Hit, ...], index: int) -> tuple[Hit, ...]:
    """The labels without those behind one that only tell more of it: `Amount payable (incl. GST) 12.00`."""
    return (*hits[: index + 1], *(hit for hit in hits[index + 1 :] if not sheet.is_silent(hit)))


def _turned(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Rule:
    """The rule, made one for the net or the gross total by words such as `ohne MwSt.` right behind its label."""
    turned = {("total_gross", "without_tax"): "total_net", ("total_net", "with_tax"): "total_gross"}
    hits = sheet.hits_of(cell)
    if rule.field not in ("total_gross", "total_net") or index + 1 == len(hits):
        return rule
    if between(cell, hits[index], hits[index + 1]):
        return rule
    for behind in sheet.pack.by_label[hits[index + 1].key]:
        if (rule.field, behind.field) in turned:
            return replace(rule, field=turned[rule.field, behind.field], weight=max(rule.weight, 0.9))
    return rule


def _tax_within(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule) -> Iterator[Candidate]:
    """The tax that brackets behind a total name, where its own amount stands right of them: `(incl. VAT of 21.00)`."""
    inside = re.match(r"[^()]*", cell.text[hit.end :])
    opened = cell.text[: hit.start].rpartition("(")[2]
    if inside is None or "(" not in cell.text[: hit.start] or ")" in opened or not _is_behind(sheet, cell):
        return
    found = read("amount", RATE.sub(lambda rate: " " * len(rate.group()), inside.group()), sheet.pack.months)
    if len(found) == 1 and (found[0].mark or CENTS.fullmatch(str(found[0].value))):
        item = shifted(found[0], hit.end)
        yield make_candidate("total_tax", f"{rule.id}.inside", cell, item, _INSIDE * hit.quality)


def _period_end(sheet: Sheet, cell: Cell, index: int, rule: Rule) -> Iterator[Candidate]:
    """The second of two dates that follow the label of a period, in its cell, right of it, or below."""
    hits = sheet.hits_of(cell)
    dates = _dates_in(sheet, cell, hits[index].end, end_of(cell, hits, index, "text"))
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
        score = rule.weight * hits[index].quality * standing(cell, hits, index)
        yield make_candidate("period_end", f"{rule.id}.{position}", place, item, score)


def _dates_in(sheet: Sheet, cell: Cell, start: int, end: int) -> list[tuple[Cell, Found]]:
    found = read("period", cell.text[start:end], sheet.pack.months)
    return [(cell, shifted(item, start)) for item in found]


def _same(
    sheet: Sheet, cell: Cell, hit: Hit, end: int, rule: Rule, spec: FieldSpec, weight: float
) -> Iterator[Candidate]:
    text = _TRANSLATED.sub(_blanks, cell.text[hit.end : end])
    if not text.strip(" :.-") or text.startswith("_"):
        return
    terms = spec.reader == "text" and days_in(text, sheet.pack) is not None
    if spec.reader in ("name", "text") and not (terms or _LED.match(text)):
        return
    found = read(spec.reader, text, sheet.pack.months, pixels=is_read(cell), kinds=rule.check)
    numbered = any(sheet.pack.fields[other.field].reader == "reference" for other in sheet.pack.by_label[hit.key])
    for place, item in enumerate(found):
        if spec.reader == "name" and fold(str(item.value)) in sheet.pack.departments:
            continue
        if spec.reader == "date" and numbered and not text[: item.start].strip(" :.#-"):
            continue  # what stands right behind `Invoice #` is its number, though it look like a date
        gap = re.findall(r"[^\W\d_]{2,}", RATE.sub(" ", text[: item.start]))
        factor = 1.0 if spec.reader in ("reference", "name", "text") else (1.0, 0.9, 0.7, 0.5)[min(len(gap), 3)]
        if spec.reader == "amount" and (
            counts(sheet, cell, hit, shifted(item, hit.end)) or is_numbered(sheet.pack, text, item)
        ):
            continue
        sum_of = gap or "(" in text[: item.start]
        if spec.reader == "amount" and sum_of and _is_behind(sheet, cell):
            factor *= _PART  # `Tax of 4,200.00 | 840.00`, `Paid (11 x 150.00) | 1,650.00`
        if spec.reader == "amount" and place < len(found) - 1:
            factor *= 0.85
        elif spec.reader != "amount" and place:
            factor *= 0.6
        told, sure = without_address(sheet.pack, item) if spec.reader == "name" else (item, 1.0)
        if rule.field == "invoice_number" and not hit.start:
            surely = _DATED if is_dated(sheet, cell, hit, item) else _NUMBERED * is_number(sheet.pack, text, item)
            told = replace(item, quality=max(surely, item.quality))
        candidate = candidate_by(rule, "same", cell, shifted(told, hit.end), weight * factor * sure)
        yield in_two_lines(sheet, cell, candidate) if spec.reader == "name" else candidate


def _blanks(hit: re.Match[str]) -> str:
    return " " * len(hit.group())


def _is_behind(sheet: Sheet, cell: Cell) -> bool:
    """Whether an amount ends the row of a cell, with no other label before it."""
    for other in sheet.grid.right_of(cell):
        if sheet.starts_with_label(other):
            return False
        if CENTS.fullmatch(other.text.strip()):
            return True
    return False


def _right(sheet: Sheet, cell: Cell, rule: Rule, spec: FieldSpec, weight: float) -> Iterator[Candidate]:
    found: list[tuple[Cell, Found]] = []
    left = cell.box.right
    if spec.reader == "name" and (is_head(sheet, cell) or heads_block(sheet, cell)):
        weight *= _ASIDE
    for other in sheet.grid.right_of(cell):
        if spec.reader == "name" and (named := told_name(sheet, other)):
            found.append(named)
            break
        own = spec.reader == "reference" and is_own_series(sheet, other, rule.field)
        own |= spec.reader == "text" and days_in(other.text, sheet.pack) is not None
        if not own and sheet.starts_with_label(other) and not (spec.reader == "name" and may_name(sheet, other)):
            break
        text = other.text[: end_of(other, sheet.hits_of(other), 0, "name")] if spec.reader == "name" else other.text
        items = read(spec.reader, text, sheet.pack.months, pixels=is_read(other), kinds=rule.check)
        if spec.reader in ("name", "text", "reference"):
            none = spec.reader == "name" and (is_label(sheet, other) or fold(other.text) in sheet.pack.departments)
            items = [] if none else items[:1]
        found += [(other, item) for item in items]
        if spec.reader != "amount" and (found or other.box.left - left > 0.5 * sheet.grid.page.width):
            break
    if rule.field in _WHOLE and _ends_with_tax(found):
        return
    for place, (other, item) in enumerate(found):
        best = len(found) - 1 if spec.reader == "amount" else 0
        factor = 0.98 if place == best else 0.85
        if spec.reader == "text" and len(sheet.grid.rows[cell.row]) > 3 and not re.search(r"\d", other.text):
            factor *= 0.4  # in a row of heads it is the next head
        if other.box.left - left > 0.45 * sheet.grid.page.width:
            factor *= 0.9
        if spec.reader == "reference" and _WORD.search(other.text[: item.start]):
            factor *= _LED_BY_WORDS
        told, sure = without_address(sheet.pack, item) if spec.reader == "name" else (item, 1.0)
        yield candidate_by(rule, "right", other, told, weight * factor * sure)


def _ends_with_tax(found: list[tuple[Cell, Found]]) -> bool:
    """Whether the amounts of a row are sums of columns, net and tax: the last is no more than a tax on another."""
    money = [abs(item.value) for _, item in found if isinstance(item.value, Decimal) and _has_cents(item.value)]
    return len(money) > 1 and 0 < money[-1] <= HIGHEST_RATE * max(money)


def _has_cents(value: Decimal) -> bool:
    return value.as_tuple().exponent == -2
