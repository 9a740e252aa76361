"""Values that stand where labels seldom have them: at the start of the next line, or right above."""

from __future__ import annotations

from collections.abc import Iterator

from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import Sheet, candidate_by, is_read
from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Candidate
from invoice_ocr.rulepack import FieldSpec, Rule
from invoice_ocr.rulepack.labels import Hit

_WRAPPED, _ABOVE = 0.9, 0.7  # how surely such a value is meant, as a factor
_FLUSH = 6.0  # points
_NEXT = 1.2  # heights of a line down to the next
_WIDE = 0.4  # of the page: a line that may have been broken
_KINDS = frozenset({"date", "amount", "reference", "iban", "bic", "vat_id"})
_DIGITS = 4  # of a number above its label


def find(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule, spec: FieldSpec, weight: float) -> Iterator[Candidate]:
    """The value that a label which ends its cell has on the next line or above, where it has none elsewhere."""
    if spec.reader not in _KINDS or cell.text[hit.end :].strip(" :.-"):
        return
    under = _next_line(sheet, cell) if hit.start else None
    if under is not None and not sheet.starts_with_label(under):
        for item in _read(sheet, under, rule, spec)[:1]:
            if not under.text[: item.start].strip(" :.-"):
                yield candidate_by(rule, "below", under, item, _WRAPPED * weight)
                return
    over = _right_above(sheet, cell) if not hit.start else None
    if over is not None:
        for item in _read(sheet, over, rule, spec)[:1]:
            yield candidate_by(rule, "below", over, item, _ABOVE * weight)


def _read(sheet: Sheet, cell: Cell, rule: Rule, spec: FieldSpec) -> list[Found]:
    return read(spec.reader, cell.text, sheet.pack.months, pixels=is_read(cell), kinds=rule.check)


def _next_line(sheet: Sheet, cell: Cell) -> Cell | None:
    """The line that goes on with the one of a cell: flush with it and right below, where that one is long."""
    wide = cell.box.width > _WIDE * sheet.grid.page.width
    if not wide or sheet.grid.right_of(cell):
        return None
    lines = sheet.grid.below(cell, cell.box, _NEXT * cell.box.height)
    return next((under for under in lines if abs(under.box.left - cell.box.left) < _FLUSH), None)


def _right_above(sheet: Sheet, cell: Cell) -> Cell | None:
    """The number, date or sum that stands alone right above a label, flush with it, in print as large or larger."""
    if cell.row == 0:
        return None
    for row in reversed(sheet.grid.rows[max(0, cell.row - 2) : cell.row]):
        for over in row:
            if abs(over.box.left - cell.box.left) < _FLUSH and over.box.bottom <= cell.box.top + 1:
                close = cell.box.top - over.box.bottom < _NEXT * cell.box.height
                larger = over.box.height > 1.1 * cell.box.height
                digits = sum(map(str.isdigit, over.text)) >= _DIGITS
                left = sheet.grid.rows[over.row][over.column - 1] if over.column else None
                labelled = sheet.hits_of(over) or (left is not None and sheet.starts_with_label(left))
                return over if close and larger and digits and not labelled else None
    return None
