"""IBANs that a narrow column breaks: their first groups end one line, the others begin the line below."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import Sheet, make_candidate
from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Box, Candidate
from invoice_ocr.values.identifier import find_ibans, iban_length

_BEGUN = re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]++)*+$")
_GROUPS = re.compile(r"[A-Z0-9]+(?: [A-Z0-9]+)*(?!\w)")
_LEAST = 8  # characters on the first line
_REACH = 1.2  # heights of a line down to the next
_SCORE = 0.85  # as of an IBAN in one line: its check digits hold


def in_two_lines(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The IBAN that ends a cell unfinished and goes on in the cell below, where its check digits hold so."""
    text = cell.text.rstrip()
    hit = _BEGUN.search(text)
    first = hit.group().replace(" ", "") if hit else ""
    if hit is None or not _LEAST <= len(first) < iban_length(first[:2]):
        return
    for under in sheet.grid.below(cell, cell.box, _REACH * cell.box.height):
        last = _rest(under.text, iban_length(first[:2]) - len(first))
        found = find_ibans(first + last.replace(" ", "")) if last else []
        if found:
            item = Found(found[0].value, hit.start(), len(text))
            whole = make_candidate("iban", "universal.iban.two_lines", cell, item, _SCORE)
            words = (*whole.evidence.words, *under.words(0, len(last)))
            evidence = replace(
                whole.evidence,
                text=f"{whole.evidence.text} {last}",
                words=words,
                box=Box.around(word.box for word in words),
            )
            yield replace(whole, evidence=evidence)
            return


def _rest(text: str, length: int) -> str:
    """The groups that begin a text and have that many letters and digits together, or ""."""
    hit = _GROUPS.match(text)
    groups = hit.group().split(" ") if hit else []
    for count in range(1, len(groups) + 1):
        if sum(map(len, groups[:count])) == length:
            return " ".join(groups[:count])
    return ""
