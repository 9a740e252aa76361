"""Blocks and lines of addresses: who is written to, who writes above it, and which block a label gives the buyer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from invoice_ocr.finding.sheet import ends_with_form, find_labels
from invoice_ocr.layout.grid import Cell, Grid
from invoice_ocr.parties.party_marks import (
    HOUSE,
    STREET,
    Name,
    after_sentence,
    begins_with_label,
    is_priced,
    is_sender_line,
    is_sign,
    may_be_name,
    town_at,
)
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_ibans
from invoice_ocr.values.text import fold

_MARKS = frozenset("·•|●∙◆-–")
_PART = re.compile(r"(?:(?!\s*[·•|●∙◆]\s*|\s[–-]\s|,\s).)+")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_SET_APART = 1.2  # of the least distance between lines of an address: what stands so far above is none of it
_WHOLE = 3  # lines of an address: a name, a street, a town
_FLUSH = 3.0  # points between the right edges of lines set flush right
GREETED = 0.75  # the score of who is addressed with a salutation
REACHED = 0.3  # of an address that shows how to reach or to pay who lives there


def by_address(grid: Grid, named: Sequence[Name], pack: RulePack) -> Iterator[Name]:
    """First lines of address blocks that carry no contact details: the one written to."""
    sellers = {
        fold(name.text) for name in named if name.score >= 0.5 and name.cell.box.center_y > 0.8 * grid.page.height
    }
    found: list[tuple[Name, bool, bool]] = []
    for cell in grid.cells():
        if cell.box.center_y > 0.5 * grid.page.height or town_at(cell.text, pack) is None or len(cell.line.words) > 7:
            continue
        if begins_with_label(cell, pack):
            continue  # `Projekt 2207` is no town
        block = _block_above(grid, cell, pack)
        items = is_priced(grid, cell) and (len(block) < _WHOLE or is_priced(grid, block[-2]))
        if len(block) < 2 or items:
            continue
        first = _addressed(grid, block, pack)
        if first is None or first is cell or fold(first.text) in sellers or _is_delivery(grid, block[0], pack):
            continue
        lines = [*block, *list(grid.below(cell, cell.box, 60.0))[:3]]
        score = GREETED if _is_greeted(block, first, pack) else 0.55
        name = Name(first, 0, len(first.text), score, "universal.buyer_name.address")
        reached = any(is_sign(grid, other, pack, taxes=False) for other in lines)
        found.append((name, reached, reached or any(is_sign(grid, other, pack) for other in lines)))
    contacts = any(reached for _, reached, _ in found)
    alike = len({fold(name.text) for name, _, signed in found if signed}) > 1  # both parties show their tax numbers
    for name, reached, signed in found:
        yield replace(name, score=REACHED) if reached or (signed and not contacts and not alike) else name


def _block_above(grid: Grid, cell: Cell, pack: RulePack) -> list[Cell]:
    """The cells right above one, set flush left or right with it and close together, top first, itself last."""
    block = [cell]
    for row in reversed(grid.rows[max(0, cell.row - 8) : cell.row]):
        last = block[-1]
        above = [
            other
            for other in row
            if abs(other.box.left - last.box.left) < 6.0 or abs(other.box.right - last.box.right) < _FLUSH
        ]
        if not above:
            if any(other.box.left < last.box.right and other.box.right > last.box.left for other in row):
                break
            continue
        if last.box.top - above[0].box.bottom > 1.2 * last.box.height or len(block) > 6:
            break
        pitch = min((_step(over, under) for under, over in pairwise(block)), default=float("inf"))
        apart = len(block) >= _WHOLE and _step(above[0], last) > _SET_APART * pitch
        if apart and (may_be_name(last, pack) or find_labels(last, pack)) and not STREET.fullmatch(last.text.strip()):
            break  # whose letter it is stands close above whom it is for
        block.append(above[0])
    return block[::-1]


def _step(over: Cell, under: Cell) -> float:
    """Points from the middle of one line down to that of the next, as letters differ in height."""
    return under.box.center_y - over.box.center_y


def _addressed(grid: Grid, block: Sequence[Cell], pack: RulePack) -> Cell | None:
    """Who an address is of: its first name past salutations and departments, and the company of a `Ms Hill`."""
    passed_over = pack.departments | pack.salutations
    names = [cell for cell in block if may_be_name(cell, pack) and fold(cell.text) not in passed_over]
    names = [cell for cell in names if not any(other.text.rstrip().endswith(":") for other in _left_of(grid, cell))]
    if names and fold(names[0].text.split()[0]) in pack.salutations:
        companies = [cell for cell in names if ends_with_form(pack, cell.text)]
        return (companies or names)[0]
    return names[0] if names else None


def _left_of(grid: Grid, cell: Cell) -> Sequence[Cell]:
    return grid.rows[cell.row][max(0, cell.column - 1) : cell.column]


def _is_greeted(block: Sequence[Cell], name: Cell, pack: RulePack) -> bool:
    """Whether a name in an address stands behind or below a salutation: nobody writes one over an own address."""
    return any(
        fold(cell.text.split()[0]) in pack.salutations for cell in block if cell.row <= name.row and cell.text.strip()
    )


def _is_delivery(grid: Grid, top: Cell, pack: RulePack) -> bool:
    """Whether an address stands under a label that names no buyer, such as `Ship to`."""
    for row in reversed(grid.rows[max(0, top.row - 2) : top.row + 1]):
        for cell in row:
            if cell.box.left < top.box.right and cell.box.right > top.box.left:
                for hit in find_labels(cell, pack)[:1]:
                    return hit.start < 2 and all(rule.field == "phrase" for rule in pack.by_label[hit.key])
    return False


def sender_lines(grid: Grid, pack: RulePack) -> Iterator[tuple[Name, Name | None]]:
    """Lines such as `Firm · Street 5 · 12345 Town`: their first part sells; who is named right below them buys."""
    for row in grid.rows:
        cell = row[0]
        if cell.box.center_y > 0.45 * grid.page.height:
            return
        for cell in row:
            if find_dates(cell.text, pack.months) or find_ibans(cell.text):
                continue  # a sentence
            parts = [part for part in _PART.finditer(cell.text) if part.group().strip()]
            if len(parts) < 3:
                parts = parts[:1] if cell is row[0] and _separated(row) else []
            if not parts or town_at(" ".join(other.text for other in row[cell.column :]), pack) is None:
                continue
            first = parts[0]
            if not _LETTERS.search(first.group()) or STREET.fullmatch(first.group().strip()) or ":" in first.group():
                continue
            if len(parts) > 1 and HOUSE.fullmatch(parts[1].group().strip()):
                continue  # in Italy and Spain the number of the house stands behind a comma
            below = [other for other in grid.below(cell, cell.box, 48.0) if abs(other.box.left - cell.box.left) < 40.0]
            names = [other for other in below if may_be_name(other, pack) and not after_sentence(other.text)]
            buyer = names[0] if names else None
            start = first.start() + after_sentence(first.group())
            yield (
                Name(cell, start, first.end(), 0.72, "universal.seller_name.sender_line"),
                Name(buyer, 0, len(buyer.text), 0.8, "universal.buyer_name.below_sender") if buyer else None,
            )


def _separated(row: Sequence[Cell]) -> bool:
    """Whether a row is a sender line whose parts stand so far apart that each is a cell."""
    return sum(cell.text.strip() in _MARKS for cell in row) >= 1


def labelled_buyers(grid: Grid, pack: RulePack) -> list[Cell]:
    """The cells of the block that a label such as `Bill to` introduces."""
    found: list[Cell] = []
    for cell in grid.cells():
        hits = find_labels(cell, pack)
        if (
            not any(rule.field == "buyer_name" for hit in hits[:1] for rule in pack.by_label[hit.key])
            or hits[0].start > 2
        ):
            continue
        found += [cell, *list(grid.right_of(cell))[:1]]
        under = list(grid.below(cell, cell.box, 110.0))[:8]
        end = next((place for place, other in enumerate(under) if place and is_sender_line(other.text, pack)), None)
        found += [
            other
            for other in under[:end]
            if abs(other.box.left - cell.box.left) < 60.0 or abs(other.box.right - cell.box.right) < _FLUSH
        ]
    return found


def after_salutation(grid: Grid, name: Name, pack: RulePack) -> Name:
    """The name itself where only `Herrn` or `Firma` stands on the first line of an address."""
    if fold(name.text) not in pack.salutations:
        return name
    left = name.cell.box.left
    under = [cell for cell in grid.below(name.cell, name.cell.box, 24.0) if abs(cell.box.left - left) < 8.0]
    return Name(under[0], 0, len(under[0].text), name.score, name.rule) if under else name
