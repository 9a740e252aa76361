"""Totals that stand beside, over or under another whole set: in two currencies, before a correction, or to date."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product

from invoice_ocr.choices import Resolution, magnitude
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Box, Document, Evidence, Issue
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.text import has_digit

_TOTALS = ("total_net", "total_tax", "total_gross")
_FLUSH = 1.5  # heights of a line by which the right edges of one column may differ
_SAME_RATE = Decimal("0.005")
_ROWS = 4  # in which the three amounts of a column stand
_Set = tuple[Decimal, Decimal, Decimal]


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    box: Box


def doubt(resolution: Resolution, document: Document) -> list[Issue]:
    """An issue `totals.two-sets` where the rows of net, tax and gross hold other amounts that make a sum, too.

    Columns of single tax rates, which together make the totals, are no such set. Nor are other amounts one below the
    other, unless they are taxed alike.
    """
    found = _found(resolution, document)
    if not found:
        return []
    net, tax, gross = (magnitude(resolution.choices.get(name)) for name in _TOTALS)
    shown = f"{found[0]} + {found[1]} = {found[2]} stands beside {net} + {tax} = {gross}"
    return [Issue("totals.two-sets", shown, (*_TOTALS, "currency"))]


def _found(resolution: Resolution, document: Document) -> _Set | None:
    """Another set of totals, or None."""
    chosen = [resolution.choices.get(name) for name in _TOTALS]
    evidence = [choice.evidence for choice in chosen if choice and choice.evidence.source != "derived"]
    places = [place for place in evidence if place.page]  # what an e-invoice alone says stands on none
    if len(places) < len(_TOTALS):
        return None
    net, tax, gross = (magnitude(choice) for choice in chosen if choice)
    pages = {grid.page.number: grid for grid in make_grids(document)}
    stacked = _stacked([pages[number] for number in sorted({place.page for place in places})], net, tax, gross)
    if stacked or not _in_rows(places):
        return stacked
    rows = [list(_beside(pages[place.page], place)) for place in places]
    others = {
        (one.value, two.value, three.value)
        for one, two, three in product(*rows)
        if one.value + two.value == three.value and two.value and _flush(one.box, two.box, three.box)
    }
    others -= {(net, tax, gross), (-net, -tax, -gross)}
    return None if not others or _are_parts(others, gross) else min(others)


def _stacked(grids: Sequence[Grid], net: Decimal, tax: Decimal, gross: Decimal) -> _Set | None:
    """A set taxed as the totals are, of amounts each right under the other in a column, that is no part of them."""
    if not net or not tax:
        return None
    found = set()
    for grid in grids:
        for one, two, three in _columns(grid):
            sets = list(product(one, two, three))
            if (net, tax, gross) in sets:
                continue
            for a, b, c in sets:
                if min(a, b) > 0 and a + b == c and abs(b / a - tax / net) <= _SAME_RATE:
                    found.add((a, b, c))
    parts = sum(whole for *_, whole in found) == gross
    return None if not found or parts else min(found)


def _columns(grid: Grid) -> Iterator[tuple[tuple[Decimal, ...], ...]]:
    """The readings of three amounts in three rows, each the next in its column."""
    rows = [list(_last_amounts(row)) for row in grid.rows]
    for index, row in enumerate(rows):
        for first in row:
            column = [first]
            for later in rows[index + 1 : index + 1 + _ROWS]:
                column += [one for one in later if _flush(first[0], one[0])][:1]
            if len(column) >= len(_TOTALS):
                yield tuple(readings for _, readings in column[: len(_TOTALS)])


def _last_amounts(row: Sequence[Cell]) -> Iterator[tuple[Box, tuple[Decimal, ...]]]:
    """Where the last amount of each cell stands, and its readings."""
    for cell in row:
        for amount in list(find_amounts(cell.text))[-1:] if has_digit(cell.text) else ():
            yield cell.box_of(amount.start, amount.end), tuple(amount.readings)


def _in_rows(places: list[Evidence]) -> bool:
    """Whether the totals stand one below the other."""
    ordered = sorted(places, key=lambda place: (place.page, place.box.center_y))
    return all((one.page, one.box.bottom) <= (two.page, two.box.center_y) for one, two in pairwise(ordered))


def _beside(grid: Grid, place: Evidence) -> Iterator[_Amount]:
    """The other amounts in the row of one."""
    for cell in grid.cells():
        if not cell.box.top < place.box.center_y < cell.box.bottom or not has_digit(cell.text):
            continue
        for amount in find_amounts(cell.text):
            box = Box.around(word.box for word in cell.words(amount.start, amount.end))
            if abs(box.right - place.box.right) <= _FLUSH * place.box.height:
                continue
            for reading in amount.readings:
                yield _Amount(reading, box)


def _flush(*boxes: Box) -> bool:
    rights = [box.right for box in boxes]
    return max(rights) - min(rights) <= _FLUSH * max(box.height for box in boxes)


def _are_parts(sets: set[tuple[Decimal, Decimal, Decimal]], gross: Decimal) -> bool:
    """Whether sets at rates of their own make the gross together."""
    rates = [tax / net for net, tax, _ in sets if net]
    apart = len(sets) > 1 and max(rates, default=Decimal(0)) - min(rates, default=Decimal(0)) > _SAME_RATE
    return apart and sum(whole for _, _, whole in sets) == gross
