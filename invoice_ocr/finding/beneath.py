"""Values in the column below a label: in a box of a form, under a head, or in the block of an address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invoice_ocr.finding.party_labels import name_below
from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import Sheet, candidate_by, is_read, shifted
from invoice_ocr.finding.standing import CENTS, REACH, is_of_item, table_head
from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Box, Candidate
from invoice_ocr.rulepack import FieldSpec, Rule
from invoice_ocr.rulepack.labels import Hit

_LISTED = 0.4  # how surely the first of several dates in a table of items is meant
_SURE = 0.7  # the weight of a rule whose labels are titles or ordinary words is less


def find(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule, spec: FieldSpec, weight: float) -> Iterator[Candidate]:
    """The value in the column under a label; a party's name in the block there. weight: how surely it is meant."""
    joint = cell.text[: hit.start].rstrip().endswith("/")  # `Order / Invoice no.` over the number of both
    box = cell.box_of(0 if joint else hit.start, hit.end)
    if spec.reader in ("name", "text") and cell.box_of(0, len(cell.text)).width > 2 * box.width + 40:
        return
    if spec.reader == "name":
        yield from name_below(sheet, cell, box, rule, weight)
        return
    if spec.reader in ("amount", "date"):
        weight *= table_head(sheet, cell, rule)
    under = list(sheet.grid.below(cell, box, REACH * min(cell.box.height, 16.0)))
    if not under and spec.reader == "amount":
        under = _in_box(sheet, cell, box)
    for place, other in enumerate(under):
        if sheet.starts_with_label(other) and (place == 0 or spec.reader == "text") and not _same_kind(sheet, other):
            return
        start, end = _part_under(other, box) if spec.reader in ("reference", "amount") else (0, len(other.text))
        text = other.text[start:end]
        found = read(spec.reader, text, sheet.pack.months, pixels=is_read(other), kinds=rule.check)
        if spec.reader in ("amount", "date"):
            found = [i for i in found if _under(box, other.box_of(start + i.start, start + i.end))] or found[:1]
        if found and spec.reader == "reference" and rule.weight < _SURE and not _is_whole(text, found[0]):
            return  # `Invoice` over a sentence or an address is a title
        found = [shifted(item, start) for item in found]
        if found:
            listed = spec.reader == "date" and any(is_of_item(sheet, one) for one in under[place + 1 :])
            factor = (1.0 if place == 0 else 0.8) * (_LISTED if listed else 1.0)
            yield candidate_by(rule, "below", other, found[0], weight * factor)
            return
        if place >= 2 or spec.reader == "reference":
            return


def _part_under(cell: Cell, box: Box) -> tuple[int, int]:
    """Which of the parts of a cell that wide spaces set apart stands under a box: (start, end); all where none does."""
    parts = [hit.span() for hit in re.finditer(r"(?:(?!  ).)+", cell.text)]
    return next((part for part in parts if len(parts) > 1 and _under(box, cell.box_of(*part))), (0, len(cell.text)))


def _is_whole(text: str, item: Found) -> bool:
    """Whether a number of three digits at least is all that a text holds."""
    own = text[item.start : item.end]
    return own.strip() == text.strip() and sum(map(str.isdigit, own)) > 2 and " " not in own.strip()


def _in_box(sheet: Sheet, cell: Cell, box: Box) -> list[Cell]:
    """What ends the box of a form that a label begins: in the row below, left of where the next label's box begins."""
    beside = sheet.grid.right_of(cell)
    end = beside[0].box.left if beside else sheet.grid.page.width
    wide = Box(box.left, box.top, end, box.bottom)
    under = next(sheet.grid.below(cell, wide, REACH * min(cell.box.height, 16.0)), None)
    whole = under is not None and under.box.right < end and CENTS.fullmatch(under.text.strip())
    return [under] if under is not None and whole else []


def _same_kind(sheet: Sheet, other: Cell) -> bool:
    """Whether the cell below begins with a label of an aside that only names what follows, as `EUR 12,00` may."""
    return all(
        sheet.pack.fields[rule.field].reader == "none" or rule.field == "currency"
        for hit in sheet.hits_of(other)[:1]
        for rule in sheet.pack.by_label[hit.key]
    )


def _under(label: Box, value: Box) -> bool:
    return value.left < label.right + 4 and value.right > label.left - 4
