"""Totals that end a table: a row such as `Total  7 512,00  1 577,52`, whose amounts only the heads above name."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.document.conventions import Conventions, settle
from invoice_ocr.finding.readers import from_amount
from invoice_ocr.finding.sheet import find_labels, make_candidate
from invoice_ocr.layout.grid import Cell, make_grids
from invoice_ocr.model import Candidate, Document
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.proofs import CENT
from invoice_ocr.values.amount import HIGHEST_RATE, find_amounts
from invoice_ocr.values.text import has_digit

_TOTALS = frozenset({"total_gross", "total_net", "subtotal", "amount_due"})
_WHOLE, _PART = 0.7, 0.45  # scores: net, taxes and gross in one row; net and tax with the gross elsewhere
_GROSS = 0.6  # less than the label of the row gives its last amount
_FEWEST, _MOST = 2, 6  # amounts in a row
_WORDS = 4  # behind the word for a total: fewer


def find(document: Document, pack: RulePack, conventions: Conventions) -> Iterator[Candidate]:
    """Candidates for net, tax and gross from rows that begin with the word for a total and hold several amounts."""
    grids = make_grids(document)
    rows = [
        amounts
        for grid in grids
        for cells in grid.rows
        if (amounts := _of_total(cells, pack, conventions)) and _FEWEST <= len(amounts) <= _MOST
    ]
    printed = (
        {item.value for grid in grids for cell in grid.cells() for item in find_amounts(cell.text)} if rows else ()
    )
    for amounts in rows:
        yield from _split(amounts, printed)


def _of_total(cells: Sequence[Cell], pack: RulePack, conventions: Conventions) -> list[Candidate]:
    """The amounts of a row that begins with the word for a total, or has it behind other words; [] of other rows."""
    for place, cell in enumerate(cells):
        if (end := _total_end(cell, pack)) is not None:
            return list(_amounts(cells[place:], end, conventions))
        if has_digit(cell.text):
            break
    return []


def _total_end(cell: Cell, pack: RulePack) -> int | None:
    """Where the word for a total ends that a cell is, with little else or with amounts behind it; None else."""
    hits = find_labels(cell, pack)
    fields = {rule.field for hit in hits[:1] for rule in pack.by_label[hit.key]}
    if not fields & _TOTALS or cell.text[: hits[0].start].strip(" *:"):
        return None
    rest = cell.text[hits[0].end :].split()
    return hits[0].end if len([word for word in rest if not has_digit(word)]) < _WORDS else None


def _amounts(cells: Sequence[Cell], start: int, conventions: Conventions) -> Iterator[Candidate]:
    """The amounts of money in some cells, left to right: with cents, or with the mark of a currency.

    start: where to begin in the first cell.
    """
    for cell in cells:
        for amount in find_amounts(cell.text):
            if cell is cells[0] and amount.start < start:
                continue
            item = from_amount(amount)
            if item.quality < 0.9:  # a count of pieces
                continue
            found = settle(make_candidate("amount", "universal.total_row", cell, item, 1.0), conventions)
            if isinstance(found.value, Decimal) and found.value > 0:
                yield found


def _split(amounts: Sequence[Candidate], printed: Collection[Decimal]) -> Iterator[Candidate]:
    """A row's amounts as net, taxes and gross where they add up; as net and tax where the gross is not among them.

    printed: every amount of the document: one that is net and tax together is the gross.
    """
    values = [amount.value for amount in amounts if isinstance(amount.value, Decimal)]
    for first, net in enumerate(values):
        for last in range(len(values) - 1, first + 1, -1):
            tax = sum(values[first + 1 : last], Decimal(0))
            if abs(net + tax - values[last]) <= CENT and 0 < tax <= HIGHEST_RATE * net:
                yield _named("total_net", amounts[first], net, _WHOLE)
                yield _named("total_tax", amounts[first + 1], tax, _WHOLE)
                yield _named("total_gross", amounts[last], values[last], _GROSS)
                return
    for first, net in enumerate(values):
        for second in range(first + 1, len(values)):
            if 0 < values[second] <= HIGHEST_RATE * net:
                score = _WHOLE if net + values[second] in printed else _PART
                yield _named("total_net", amounts[first], net, score)
                yield _named("total_tax", amounts[second], values[second], score)


def _named(name: str, amount: Candidate, value: Decimal, score: float) -> Candidate:
    evidence = replace(amount.evidence, rule=f"universal.{name}.row")
    return Candidate(name, value, score, evidence, (value,), mark=amount.mark)
