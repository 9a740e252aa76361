"""IBANs and VAT ids that a narrow column breaks in two lines, and accounts of the payer: they will be debited."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import Sheet, find_labels, make_candidate
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Box, Candidate, Document, Evidence
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.identifier import VAT_COUNTRIES, find_ibans, find_vat_ids, iban_length

_BEGUN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]++)*+$")
_GROUPS = re.compile(r"[A-Z0-9]+(?: [A-Z0-9]+)*(?!\w)")
_VAT_BEGUN = re.compile(rf"(?<!\w)(?:{'|'.join(VAT_COUNTRIES)})(?:[ .\-]?[A-Z]?\d[A-Z0-9]*+)++$")
_LEAST = 8  # characters on the first line
_VAT_SCORE = 0.6  # as of a VAT id in one line
_GROUPS_BELOW = 3
_REACH = 1.2  # heights of a line down to the next
_SCORE = 0.85  # as of an IBAN in one line: its check digits hold
DEBITED = ".debited"  # ends the rule of an account that seems to be the payer's
_LESS = 0.5  # what such an account keeps of its score beside another
_SAME_ROW = 0.5  # heights of its line
_OVER, _UNDER = 4.5, 2.0  # heights of its line in which words above and below are about an account


def in_two_lines(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The IBAN or VAT id that ends a cell unfinished and goes on in the cell below, where its check digits hold so."""
    text = cell.text.rstrip()
    for under in sheet.grid.below(cell, cell.box, _REACH * cell.box.height):
        if iban := _iban(text, under.text):
            yield _whole("iban", iban, cell, under)
            return
        if vat_id := _vat_id(text, under.text):
            yield _whole("seller_vat_id", vat_id, cell, under)
            return


def _iban(text: str, under: str) -> tuple[str, int, int] | None:
    """An IBAN that two lines make together, where it begins in the first, where it ends in the second; or None."""
    hit = _BEGUN.search(text)
    first = hit.group().replace(" ", "") if hit else ""
    if hit is None or not _LEAST <= len(first) < iban_length(first[:2]):
        return None
    last = _rest(under, iban_length(first[:2]) - len(first))
    found = find_ibans(first + last.replace(" ", "")) if last else []
    return (found[0].value, hit.start(), len(last)) if found else None


def _vat_id(text: str, under: str) -> tuple[str, int, int] | None:
    """A VAT id that two lines make together, as `_iban` tells it; none where the first line holds it whole."""
    hit, groups = _VAT_BEGUN.search(text), _GROUPS.match(under)
    if hit is None or groups is None or find_vat_ids(hit.group()):
        return None
    parts = groups.group().split(" ")
    for count in range(1, min(len(parts), _GROUPS_BELOW) + 1):
        last = " ".join(parts[:count])
        for found in find_vat_ids(f"{hit.group()} {last}"):
            if found.end == len(hit.group()) + 1 + len(last):
                return found.value, hit.start(), len(last)
    return None


def _whole(field: str, told: tuple[str, int, int], cell: Cell, under: Cell) -> Candidate:
    value, start, end = told
    score = _SCORE if field == "iban" else _VAT_SCORE
    whole = make_candidate(field, f"universal.{field}.two_lines", cell, Found(value, start, len(cell.text)), score)
    words = (*whole.evidence.words, *under.words(0, end))
    box = Box.around(word.box for word in words)
    return replace(
        whole, evidence=replace(whole.evidence, text=f"{whole.evidence.text} {under.text[:end]}", words=words, box=box)
    )


def _rest(text: str, length: int) -> str:
    """The groups that begin a text and have that many letters and digits together, or ""."""
    hit = _GROUPS.match(text)
    groups = hit.group().split(" ") if hit else []
    for count in range(1, len(groups) + 1):
        if sum(map(len, groups[:count])) == length:
            return " ".join(groups[:count])
    return ""


def debited(candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Candidate]:
    """The candidates; the rule of an IBAN near words such as `direct debit` marked, with less trust beside another.

    Where such words share the row of one IBAN, others that merely stand near are not meant.
    """
    pages = {grid.page.number: grid for grid in make_grids(document)}
    ibans = [one for one in candidates if one.name == "iban"]
    apart = {id(one): _words_apart(pages[one.evidence.page], one.evidence, pack) for one in ibans}
    near = {key for key, distance in apart.items() if distance is not None}
    marked = {key for key in near if (apart[key] or 0.0) < _SAME_ROW} or near
    rivals = {one.value for one in ibans if id(one) not in marked}
    return [_marked(one, _LESS if rivals - {one.value} else 1.0) if id(one) in marked else one for one in candidates]


def _marked(candidate: Candidate, factor: float) -> Candidate:
    evidence = replace(candidate.evidence, rule=f"{candidate.evidence.rule}{DEBITED}")
    return replace(candidate, score=factor * candidate.score, evidence=evidence)


def _words_apart(grid: Grid, place: Evidence, pack: RulePack) -> float | None:
    """How many heights of its line an account is from the nearest words that say that it is debited; None: from all."""
    height = place.box.height
    found = [
        abs(apart)
        for cell in grid.cells()
        if -_OVER < (apart := (cell.box.center_y - place.box.center_y) / height) < _UNDER
        and (abs(apart) < _SAME_ROW or _overlap(cell.box, place.box))
        and any(rule.field == "debited" for hit in find_labels(cell, pack) for rule in pack.by_label[hit.key])
    ]
    return min(found, default=None)


def _overlap(one: Box, other: Box) -> bool:
    return one.left < other.right and one.right > other.left
