"""The number of a document that no label of its own tells whole: with its title, or its series in another cell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from invoice_ocr.finding.readers import Found, read
from invoice_ocr.finding.sheet import find_labels, make_candidate
from invoice_ocr.finding.standing import BOOKED
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Box, Candidate, Document, Evidence
from invoice_ocr.rulepack.ruleset import RulePack
from invoice_ocr.values.text import fold, has_digit

_DASH = re.compile(r"\s[–—-]\s")  # behind which a title tells more: `No. 17 – valid from June`
_LONGEST_TITLE, _SEVERAL = 4, 2  # words
_DIGITS = 3
_BEHIND, _UNDER, _BESIDE, _MONTHLY, _HEADED, _JOINED, _BARE = 0.8, 0.72, 0.6, 0.4, 0.85, 0.7, 0.5
_REFERRED, _TOLD = 0.6, 0.3  # how surely a reference is the number; how surely another is told, so that it is not
_YEAR = re.compile(r"(?:19|20)\d\d")  # `Invoice 2026`
_MONTH = re.compile(r"(?:0?[1-9]|1[0-2])[/.-](?:19|20)\d\d")  # `Bill 03/2026` may tell the month
_WORD = re.compile(r"\S+")
_COUNTED = re.compile(r"\d{1,2}\.")  # `2. Abschlagsrechnung`
_COUNTED_IN = re.compile(r"\d{1,3}/(?:0[1-9]|1[0-2])/20\d\d")  # `Faktura nr 7/06/2026`: the seventh of that month
_REACH = 2.0  # heights of a title
# The letters of a series (one of digits alone, as in Brazil, is told apart from the number); what numbers look like.
_SERIES = re.compile(r"(?=.*[^\W\d_])\w[\w./-]{0,7}")
_IN_SERIES = re.compile(r"(?=.*\d)[\d./-]{1,12}")
_TYPED = re.compile(r"(?=.*[A-Z/-])[A-Z0-9][A-Za-z0-9 ./-]*\d")
_ASIDE, _NEXT, _ALIGNED = 160.0, 2.5, 40.0  # points right of a series; heights under it; points


def find(document: Document, pack: RulePack) -> list[Candidate]:
    """Candidates for invoice_number from titles of the first page, with nothing but a number behind or under them."""
    return [one for grid in make_grids(document)[:1] for cell in grid.cells() for one in _of_title(grid, cell, pack)]


def _of_title(grid: Grid, cell: Cell, pack: RulePack) -> Iterator[Candidate]:
    if cell.box.center_y > grid.page.height / 2 or (end := _title_end(cell, pack)) is None:
        return
    rule = "universal.invoice_number.title"
    if rest := _DASH.split(cell.text[end:].strip(" :.#"))[0]:
        word, _, number = rest.partition(" ")
        told = bool(number) and fold(word) in pack.number_words
        rest = number.strip(" :.#") if told else rest
        start = cell.text.index(rest, end)
        item = Found(rest, 0, len(rest)) if told and _COUNTED_IN.fullmatch(rest) else _whole(rest, pack)
        if item:
            score = _MONTHLY if _MONTH.fullmatch(rest) else _BEHIND
            yield make_candidate("invoice_number", rule, cell, replace(item, start=start, end=len(cell.text)), score)
        return
    yield from _beside(grid, cell, pack)
    under = next(grid.below(cell, cell.box, _REACH * min(cell.box.height, 16.0)), None)
    item = _whole(under.text.strip(), pack) if under and not find_labels(under, pack) else None
    if under and item and _TYPED.fullmatch(under.text.strip()) and not _MONTH.fullmatch(under.text.strip()):
        yield make_candidate("invoice_number", rule, under, item, _UNDER)


def _beside(grid: Grid, title: Cell, pack: RulePack) -> Iterator[Candidate]:
    """The number in the cell right of a title, or right of the word for one: `Fattura | Numero | 44/2026`."""
    right = grid.right_of(title)[:2]
    worded = len(right) > 1 and fold(right[0].text.strip(" :")) in pack.number_words
    for cell in right[worded : worded + 1]:
        text = cell.text.strip()
        item = _whole(text, pack)
        if item and (worded or (_TYPED.fullmatch(text) and not _MONTH.fullmatch(text))):
            score = _HEADED if worded and not _MONTH.fullmatch(text) else _BESIDE
            yield make_candidate("invoice_number", "universal.invoice_number.title", cell, item, score)


def _title_end(cell: Cell, pack: RulePack) -> int | None:
    """Where a title of an invoice or a credit note ends that a text begins with, or None."""
    words = list(_WORD.finditer(cell.text))
    if len(words) > 1 and _COUNTED.fullmatch(words[0].group()):
        words = words[1:]
    for count in range(min(_LONGEST_TITLE, len(words)), 0, -1):
        kinds = pack.kinds_of(cell.text[words[0].start() : words[count - 1].end()])
        if kinds:
            return words[count - 1].end() if kinds[0] in BOOKED else None
    return None


def _whole(text: str, pack: RulePack) -> Found | None:
    """The number that a text is and nothing else, with three digits at least."""
    if sum(map(str.isdigit, text)) < _DIGITS or _YEAR.fullmatch(text):
        return None
    if fold(text.split(maxsplit=1)[0]) in pack.number_words:
        return None
    found = read("reference", text, pack.months)
    whole = [item for item in found if fold(str(item.value)) == fold(text)]
    return replace(whole[0], start=0, end=len(text), quality=1.0) if whole else None


def with_reference(candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Candidate]:
    """The candidates, with the reference under a title as the number where none of an invoice is told; it waits."""
    if any(c.name == "invoice_number" and c.score > _TOLD for c in candidates):
        return list(candidates)
    for grid in make_grids(document)[:1]:
        for cell in grid.cells():
            if number := _referred(grid, cell, pack):
                own = number.evidence.box
                others = [c for c in candidates if c.name != "other_reference" or c.evidence.box != own]
                return [*others, number]
    return list(candidates)


def _referred(grid: Grid, cell: Cell, pack: RulePack) -> Candidate | None:
    """The number behind a word such as `Réf.` in the line under a title, or in the next but one."""
    head, colon, rest = cell.text.partition(":")
    if not colon or fold(head) not in pack.reference_words:
        return None
    near = (other for row in grid.rows[max(0, cell.row - 2) : cell.row] for other in row)
    item = _whole(rest.strip(), pack)
    if item is None or all(_title_end(other, pack) is None for other in near):
        return None
    start = cell.text.index(rest.strip(), len(head) + 1)
    item = replace(item, start=start, end=start + len(rest.strip()))
    return make_candidate("invoice_number", "universal.invoice_number.reference", cell, item, _REFERRED)


def with_series(candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Candidate]:
    """The candidates, with the series that stands in a cell of its own put before the number that goes on it."""
    found = list(candidates)
    for grid in make_grids(document)[:1]:
        for cell in grid.cells():
            for head, text, box in _series(grid, cell, pack):
                found = _joined(found, grid, head, text, box, pack)
    return found


def _series(grid: Grid, cell: Cell, pack: RulePack) -> Iterator[tuple[Cell, str, Box]]:
    """A head such as `Serie`, with what stands behind, under or beside it: (the head, the series, where it is)."""
    words = cell.text.replace(":", " ").split()
    if not words:
        return
    if fold(words[0]) not in pack.series_words:
        yield from _within(cell, pack)
        return
    if len(words) > 1:
        if _is_series(words[1]):
            at = cell.text.index(words[1], len(words[0]))
            yield cell, words[1], cell.box_of(at, at + len(words[1]))
        return
    under = next(grid.below(cell, cell.box, _NEXT * cell.box.height), None)
    for other in (*grid.right_of(cell)[:1], under):
        if other is not None and _is_series(other.text.strip()) and fold(other.text) not in pack.number_words:
            yield cell, other.text.strip(), other.box
            return


def _within(cell: Cell, pack: RulePack) -> Iterator[tuple[Cell, str, Box]]:
    """The series in a line that begins with a title: `Factura seria AB nr. 118`."""
    words = list(_WORD.finditer(cell.text))
    for head, told in pairwise(words[: _LONGEST_TITLE + _SEVERAL]):
        series = told.group().strip(",.:")
        if fold(head.group()) in pack.series_words and _is_series(series) and _title_end(cell, pack):
            at = told.start()
            yield cell, series, cell.box_of(at, at + len(series))
            return


def _is_series(text: str) -> bool:
    return bool(_SERIES.fullmatch(text)) and text == text.upper()


def _joined(
    candidates: Sequence[Candidate], grid: Grid, head: Cell, series: str, box: Box, pack: RulePack
) -> list[Candidate]:
    """The candidates with each number right of a series, or under it, made one with it."""
    numbers = [c for c in candidates if c.name == "invoice_number" and _goes_on(c.evidence, box, grid.page.number)]
    if not numbers:
        headed = _headed(grid, head, box, pack)
        candidates = [*candidates, *headed]
        numbers = headed
    level = [c for c in numbers if abs(c.evidence.box.center_y - box.center_y) < 0.5 * box.height]
    numbers = level or numbers
    near = min((c.evidence.box.left for c in numbers), default=0.0)
    places = {c.evidence.box for c in numbers if c.evidence.box.left < near + 1.0}
    told = [c for c in numbers if c.evidence.box in places]
    others = [c for c in candidates if c not in told]
    return [*others, *(_with(c, series) for c in told), *(replace(c, score=_BARE * c.score) for c in told)]


def _goes_on(number: Evidence, box: Box, page: int) -> bool:
    """Whether a number stands beside a series, a little right of it, or in the next row of the same column."""
    own = number.box
    if number.page != page or not has_digit(number.text) or not _IN_SERIES.fullmatch(number.text.strip()):
        return False
    beside = abs(own.center_y - box.center_y) < 0.5 * box.height and 0 <= own.left - box.right < _ASIDE
    below = 0 < own.top - box.top < _NEXT * box.height and abs(own.left - box.left) < _ALIGNED
    return beside or below


def _headed(grid: Grid, head: Cell, box: Box, pack: RulePack) -> list[Candidate]:
    """The number right of a series whose head, right of that of the series, is but the word for a number."""
    beside = next(iter(grid.right_of(head)), None)
    if beside is None or fold(beside.text.strip(" :")) not in pack.number_words:
        return []
    for row in grid.rows[head.row :]:
        for cell in row:
            level = abs(cell.box.center_y - box.center_y) < 0.5 * box.height
            text = cell.text.strip()
            if level and cell.box.left > box.right and _IN_SERIES.fullmatch(text):
                item = Found(text, 0, len(cell.text), 1.0)
                return [make_candidate("invoice_number", "universal.invoice_number.series", cell, item, _HEADED)]
    return []


def _with(number: Candidate, series: str) -> Candidate:
    """A number with its series: habits differ, and so it is to be confirmed."""
    value = f"{series} {number.value}"
    return replace(number, value=value, readings=(value,), score=_JOINED * number.score)
