"""Totals that stand beside another whole set: in two currencies, before a correction, or to date."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise, product

from invoice_ocr.choices import Resolution, magnitude
from invoice_ocr.layout.grid import Grid, make_grids
from invoice_ocr.model import Box, Document, Evidence, Issue
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.text import has_digit

_TOTALS = ("total_net", "total_tax", "total_gross")
_FLUSH = 1.5  # heights of a line by which the right edges of one column may differ
_SAME_RATE = Decimal("0.005")


@dataclass(frozen=True, slots=True)
class _Amount:
    value: Decimal
    box: Box


def doubt(resolution: Resolution, document: Document) -> list[Issue]:
    """An issue `totals.two-sets` where the rows of net, tax and gross hold other amounts that make a sum, too.

    Columns of single tax rates, which together make the totals, are no such set.
    """
    chosen = [resolution.choices.get(name) for name in _TOTALS]
    evidence = [choice.evidence for choice in chosen if choice and choice.evidence.source != "derived"]
    places = [place for place in evidence if place.page]  # what an e-invoice alone says stands on none
    if len(places) < len(_TOTALS) or not _in_rows(places):
        return []
    net, tax, gross = (magnitude(choice) for choice in chosen if choice)
    pages = {grid.page.number: grid for grid in make_grids(document)}
    rows = [list(_beside(pages[place.page], place)) for place in places]
    others = {
        (one.value, two.value, three.value)
        for one, two, three in product(*rows)
        if one.value + two.value == three.value and two.value and _flush(one.box, two.box, three.box)
    }
    others -= {(net, tax, gross), (-net, -tax, -gross)}
    if not others or _are_parts(others, gross):
        return []
    other = min(others)
    shown = f"{other[0]} + {other[1]} = {other[2]} stands beside {net} + {tax} = {gross}"
    return [Issue("totals.two-sets", shown, _TOTALS)]


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
