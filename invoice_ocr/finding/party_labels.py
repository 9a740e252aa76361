"""The names that labels of parties introduce: in the block below, in two lines, behind the word `Name`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import Sheet, candidate_by, ends_with_form, is_label, is_read, make_candidate, shifted
from invoice_ocr.finding.standing import OF_ITEMS, heads_of
from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Box, Candidate
from invoice_ocr.rulepack import Rule, RulePack
from invoice_ocr.values.text import fold, has_digit

HEADED = re.compile(r"\s*([^:：]{2,40}?)\s*[:：]\s*")  # a word with a colon, such as `Name:`
_ALIGNED = 3.0  # points
_WITH_ADDRESS = 0.6
_HEADS = 2  # labels of other things in a row: it is one of heads
_BROKEN_OFF = 0.5  # how surely a name is read that ends with a word such as `of`
_LINES = 7.0  # heights of a label: the lines of an address under it


def name_below(sheet: Sheet, cell: Cell, box: Box, rule: Rule, weight: float) -> Iterator[Candidate]:
    """The name in the block under a label, past its labels, numbers and salutations."""
    if sum(_heads_no_party(sheet, other) for other in sheet.grid.rows[cell.row]) >= _HEADS:
        weight *= 0.5  # in a row of heads the seller is a clerk
    for place, other in enumerate(sheet.grid.below(cell, box, 6.0 * min(cell.box.height, 16.0))):
        told = told_name(sheet, other) if place < 4 else None
        if told:
            yield candidate_by(rule, "below", *told, weight)
            return
        if place < 4 and _is_no_name(sheet, other):
            continue
        count, kinds = heads_of(sheet, other.row)
        if count >= 3 and kinds & OF_ITEMS:
            return
        found = read("name", other.text, sheet.pack.months, pixels=is_read(other), kinds=rule.check)
        if found and not is_label(sheet, other) and not _is_sentence(sheet, other):
            candidate = candidate_by(rule, "below", other, found[0], weight * (1.0 if place == 0 else 0.8))
            yield in_two_lines(sheet, other, candidate)
        return


def _is_sentence(sheet: Sheet, cell: Cell) -> bool:
    """Whether a line begins with a common phrase and ends as sentences do: `Thank you for your payment.`"""
    fields = {rule.field for hit in sheet.hits_of(cell)[:1] for rule in sheet.pack.by_label[hit.key]}
    ended = cell.text.rstrip().endswith((".", "!")) and not ends_with_form(sheet.pack, cell.text)
    return ended and "phrase" in fields and sheet.starts_with_label(cell)


def _heads_no_party(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell begins with a label of something else than a party."""
    fields = {rule.field for hit in sheet.hits_of(cell)[:1] for rule in sheet.pack.by_label[hit.key]}
    return sheet.starts_with_label(cell) and not {sheet.pack.fields[field].reader for field in fields} <= {
        "name",
        "none",
    }


def is_head(sheet: Sheet, cell: Cell) -> bool:
    """Whether a label heads a column of a table: what stands right of it is the next head."""
    count, kinds = heads_of(sheet, cell.row)
    return count >= 3 and bool(kinds & OF_ITEMS)


def heads_block(sheet: Sheet, cell: Cell) -> bool:
    """Whether lines of an address stand right under a label, aligned with it: the name is their first, then.

    In a form the words under a label are labels, and have no digits, as a street or a tax number has.
    """
    lines = list(sheet.grid.below(cell, cell.box, _LINES * cell.box.height))
    block = [other for other in lines if abs(other.box.left - cell.box.left) < _ALIGNED]
    if len(block) < 2 or block[0].box.top - cell.box.bottom > cell.box.height or is_label(sheet, block[0]):
        return False
    named = read("name", block[0].text, sheet.pack.months)
    return bool(named) and not sheet.starts_with_label(block[0]) and any(map(_has_digit, block[1:]))


def _has_digit(cell: Cell) -> bool:
    return has_digit(cell.text)


def without_address(pack: RulePack, name: Found) -> tuple[Found, float]:
    """A name in one line with its address without that: up to the legal form that a comma follows.

    With how surely it is the name alone, 0..1: where no such form stands, a comma or two may be part of it or not.
    """
    text = str(name.value)
    commas = [hit.start() for hit in re.finditer(r",\s", text)]
    for place in commas:
        after = re.split(r"[\s,]+", text[place + 1 :].strip())[0]
        if ends_with_form(pack, text[:place]) and after not in pack.legal_forms:
            return replace(name, value=text[:place], end=name.start + place), 1.0
    return name, _WITH_ADDRESS if len(commas) > 1 else 1.0


def told_name(sheet: Sheet, cell: Cell) -> tuple[Cell, Found] | None:
    """The name in a line of a block such as `Name: Nordwind Ltd`, in one cell or two, or None."""
    hit = HEADED.match(cell.text)
    if not hit or fold(hit.group(1)) not in sheet.pack.name_words:
        return None
    beside = next(iter(sheet.grid.right_of(cell)), None) if hit.end() == len(cell.text) else cell
    if beside is None:
        return None
    start = hit.end() if beside is cell else 0
    found = read("name", beside.text[start:], sheet.pack.months)
    return (beside, shifted(found[0], start)) if found else None


def may_name(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell that begins with a label may be a name all the same: not `Invoice No 417`, yet `Lieferant GmbH`.

    What introduces a party or only tells more about the word before may begin a name.
    """
    if is_label(sheet, cell):
        return False
    fields = {rule.field for hit in sheet.hits_of(cell)[:1] for rule in sheet.pack.by_label[hit.key]}
    readers = {sheet.pack.fields[field].reader for field in fields}
    return readers <= {"name", "none"} or ends_with_form(sheet.pack, cell.text)


def _is_no_name(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell under a label such as `Seller` is not yet the name: a label with its value, a number, `Herrn`."""
    text = cell.text.strip()
    if is_label(sheet, cell) or ":" in text or text[:4].isdigit() or fold(text) in sheet.pack.salutations:
        return True
    if fold(text) in sheet.pack.departments:
        return True
    return any(other.text.lstrip().startswith(":") for other in sheet.grid.right_of(cell)[:1])


def in_two_lines(sheet: Sheet, cell: Cell, name: Candidate) -> Candidate:
    """The name with the line below it where only that one ends with the legal form of a company, or goes on `... of`.

    A name that breaks off behind such a word, with nothing below it that goes on, is hardly read.
    """
    if ends_with_form(sheet.pack, cell.text):
        return name
    broken = str(name.value).split()[-1].lower() in sheet.pack.joiners
    weak = replace(name, score=_BROKEN_OFF * name.score) if broken else name
    under = next(sheet.grid.below(cell, cell.box, cell.box.height), None)
    if under is None or abs(under.box.left - cell.box.left) > _ALIGNED or sheet.starts_with_label(under):
        return weak
    if broken and not _has_digit(under):
        return _joined(name, under)
    if not ends_with_form(sheet.pack, f"{cell.text} {under.text}"):
        return weak
    if name.name == "buyer_name" and len(_before_form(sheet.pack, under.text).split()) > 1:
        # The company of a person or a department, with a name of its own: it is who buys.
        item = Found(" ".join(under.text.split()), 0, len(under.text))
        return replace(make_candidate(name.name, name.evidence.rule, under, item, 1.0), score=name.score)
    return _joined(name, under)


def _joined(name: Candidate, under: Cell) -> Candidate:
    """The name with the line below it."""
    text = f"{name.value} {' '.join(under.text.split())}"
    words = (*name.evidence.words, *under.line.words)
    evidence = replace(name.evidence, text=text, words=words, box=Box.around(word.box for word in words))
    return replace(name, value=text, readings=(text,), evidence=evidence)


def _before_form(pack: RulePack, text: str) -> str:
    """What stands before the legal form that a text ends with; the longest form counts."""
    whole = text.rstrip(" ,;.")
    forms = sorted((form.rstrip(".") for form in pack.legal_forms), key=len, reverse=True)
    return next((whole[: -len(form)] for form in forms if whole.endswith(f" {form}")), whole)
