"""Where a known value is printed: amounts, dates and texts of a document, found again without labels."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Box, Document, Evidence, Value, Word
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.text import fold, has_digit

_SHORTEST = 3  # folded characters: shorter texts stand anywhere by chance
_GLUED = 8  # characters of a text that may end a word begun by something else: `VAT:GB123456789`


class Paper:
    """The printed words of a document, asked for values. rule: what evidence made here names as its rule."""

    def __init__(self, document: Document, pack: RulePack) -> None:
        self._cells = [cell for grid in make_grids(document) for cell in grid.cells()]
        self._months = pack.months
        self._numbers: dict[Value, Evidence] | None = None

    @property
    def blank(self) -> bool:
        """Whether nothing is printed, as with an e-invoice that came without pages."""
        return not self._cells

    def find(self, value: Value, rule: str) -> Evidence | None:
        """The first place where a value is printed whole, in any national form; None when nowhere."""
        if isinstance(value, str):
            return self._text(fold(value), rule)
        if self._numbers is None:
            self._numbers = dict(reversed([*self._all_numbers()]))
        seen = self._numbers.get(value)
        return seen and Evidence(seen.page, seen.box, seen.text, rule, seen.source, seen.words)

    def _all_numbers(self) -> Iterator[tuple[Decimal | date, Evidence]]:
        for cell in self._cells:
            if not has_digit(cell.text):
                continue
            for amount in find_amounts(cell.text):
                for reading in amount.readings:
                    yield abs(reading), _evidence(cell, cell.words(amount.start, amount.end), amount.text)
            for written in find_dates(cell.text, self._months):
                for day in written.readings:
                    yield day, _evidence(cell, cell.words(written.start, written.end), written.text)

    def _text(self, wanted: str, rule: str) -> Evidence | None:
        if len(wanted) < _SHORTEST:
            return None
        for cell in self._cells:
            words = cell.line.words
            folded = [fold(word.text) for word in words]
            if wanted not in "".join(folded):
                continue
            for first in range(len(words)):
                run = _run(folded, first, wanted)
                if run:
                    found = words[first : first + run]
                    seen = _evidence(cell, found, " ".join(word.text for word in found))
                    return Evidence(seen.page, seen.box, seen.text, rule, seen.source, seen.words)
        return None


def _run(folded: list[str], first: int, wanted: str) -> int:
    """How many words from the first on make the wanted text; 0 when they do not."""
    held = ""
    for count, text in enumerate(folded[first:], 1):
        held += text
        if held == wanted or (count == 1 and len(wanted) >= _GLUED and held.endswith(wanted)):
            return count
        if not wanted.startswith(held):
            return 0
    return 0


def _evidence(cell: Cell, words: tuple[Word, ...], text: str) -> Evidence:
    return Evidence(cell.page, Box.around(word.box for word in words), text, "", words[0].source, words)
