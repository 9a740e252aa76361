"""Values that show by themselves what they are: IBANs, VAT ids, BICs beside an IBAN, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from invoice_ocr.document.kind import title_of
from invoice_ocr.finding.accounts import in_two_lines
from invoice_ocr.finding.readers import TORN, Found, from_date
from invoice_ocr.finding.sheet import Sheet, fields_of, is_read, make_candidate
from invoice_ocr.finding.standing import BOOKED, OTHER_PAPERS, is_of_item
from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Candidate
from invoice_ocr.values.date import Written, find_dates
from invoice_ocr.values.identifier import find_bics, find_ibans, find_ogms, find_qr_references, find_vat_ids
from invoice_ocr.values.misread_date import find_read_dates
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.values.span import find_spans
from invoice_ocr.values.text import has_digit

# Numbers of commercial registers that say by themselves which they are.
_REGISTERED = re.compile(r"\b(?:HR[AB]|GnR|FN) ?\d{2,7} ?[a-zB]?\b")
# Words with a colon before a date that no pack knows: they may call it anything.
_STRANGER = re.compile(r"[^\W\d_]{3,}[^:：]*[:：]\s*$")
_STRANGE = 0.6
# A date behind the place it was written at, `Gossau, den 12. Mai 2026`, heads a letter.
_DATELINE = re.compile(r"[^\W\d_][^\d:]{1,30},\s*(?:(?:le|den|am|el|li|lì|dne|dnia|a|à|em|de)\s*)?")
_FIRST = re.compile(r"(?:[^\W\d_]{1,4}\s)?\s*")  # a word before a date at most: `vom`, `of`, `du`
_FLUSH, _TOWN = 6.0, 3  # points; words in the name of a town
DATELINE = "universal.issue_date.dateline"
_IN_DATELINE, _IN_TITLE, _ALONE = 0.6, 0.8, 0.5
_PRINTED = 0.7  # a dateline whose every letter is known
_NUMBER_OF = re.compile(r"\d\S*\s+[^\W\d_]{1,6}\.?(?:\s[^\W\d_]{1,5})?\s*$")  # `4711 of`, `12/b z dnia`
_LONGEST_TITLE = 14  # words
_CENTURY, _AHEAD = 2000, 2050
_NEXT = 1.2  # heights of a line down to the next
_SPAN = 2  # days
_WORDS = re.compile(r"[^\W\d_]+")
_FEW = 3  # words beside the days of a span: `for`, `to`, `Annual statement of electricity`


def find(sheet: Sheet) -> Iterator[Candidate]:
    """Values that show by themselves what they are: IBANs, VAT ids, BICs beside an IBAN, dates."""
    for cell in sheet.grid.cells():
        text = cell.text
        if not has_digit(text):
            continue
        ibans = find_ibans(text)
        for iban in ibans:
            yield make_candidate("iban", "universal.iban", cell, Found(iban.value, iban.start, iban.end), 0.85)
        yield from in_two_lines(sheet, cell)
        if ibans:
            yield from _bics(sheet, cell)
        yield from _references(cell)
        for hit in _REGISTERED.finditer(text):
            item = Found(" ".join(hit.group().split()), hit.start(), hit.end())
            yield make_candidate("seller_registration", "universal.registration", cell, item, 0.9)
        for vat in find_vat_ids(text):
            yield make_candidate("seller_vat_id", "universal.vat_id", cell, Found(vat.value, vat.start, vat.end), 0.6)
        if len(cell.line.words) <= 8:
            yield from _bare_dates(sheet, cell)
            yield from _bare_span(sheet, cell)
        elif len(cell.line.words) <= _LONGEST_TITLE and title_of(text, sheet.pack):
            for written in find_dates(text, sheet.pack.months)[: len(find_spans(text, sheet.pack.months)) < _SPAN]:
                yield make_candidate("issue_date", "universal.issue_date.title", cell, from_date(written), _IN_TITLE)


def _bics(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The BIC beside an IBAN, or alone on the line below it."""
    under = next(sheet.grid.below(cell, cell.box, _NEXT * cell.box.height), None)
    for place in (cell, under) if under else (cell,):
        for bic in find_bics(place.text):
            if place is cell or bic.text == place.text.strip():
                yield make_candidate("bic", "universal.bic", place, Found(bic.value, bic.start, bic.end), 0.6)


def _references(cell: Cell) -> Iterator[Candidate]:
    """References of payments whose check digits hold: of Belgian transfers, of Swiss QR bills."""
    found = [("ogm", ogm.text, ogm) for ogm in find_ogms(cell.text)]
    found += [("qr", number.value, number) for number in find_qr_references(cell.text)]
    for kind, value, place in found:
        item = Found(value, place.start, place.end)
        yield make_candidate("payment_reference", f"universal.payment_reference.{kind}", cell, item, 0.95)


def _bare_span(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The first and the last day of a line that is little else: `for 8 April 2026 to 7 October 2026`."""
    days = find_spans(cell.text, sheet.pack.months)
    readers = {sheet.pack.fields[name].reader for hit in sheet.hits_of(cell) for name in fields_of(sheet, hit)}
    if len(days) != 2 or readers - {"name"} or cell.page > 1 or len(sheet.grid.rows[cell.row]) > 1:
        return
    between, rest = cell.text[days[0].end : days[1].start], cell.text[: days[0].start] + cell.text[days[1].end :]
    if cell.box.center_y < 0.45 * sheet.grid.page.height and len(_WORDS.findall(between + rest)) <= _FEW:
        for name, day in zip(("period_start", "period_end"), days, strict=True):
            yield make_candidate(name, f"universal.{name}", cell, from_date(day), _ALONE)


def _bare_dates(sheet: Sheet, cell: Cell) -> Iterator[Candidate]:
    """The dates of a short text, whatever stands before them."""
    high = cell.box.center_y < 0.45 * sheet.grid.page.height and cell.page == 1
    left = sheet.grid.rows[cell.row][cell.column - 1].text if cell.column else ""
    if cell.line.words[0].source == "ocr":
        for written in find_read_dates(cell.text, sheet.pack.months):
            item = from_date(written)
            yield make_candidate(
                "issue_date", f"universal.issue_date{REPAIRED}", cell, item, TORN * (0.45 if high else 0.3)
            )
    lead = left if left.rstrip().endswith(":") else ""
    spanned = len(find_spans(cell.text, sheet.pack.months)) == _SPAN
    for written in find_dates(cell.text, sheet.pack.months):
        before, rule = cell.text[: written.start], "universal.issue_date"
        if before.rstrip().endswith("#"):
            continue
        alone = high and len(sheet.grid.rows[cell.row]) == 1 and written.text.strip() == cell.text.strip()
        score = (_ALONE if alone else 0.45 if high else 0.3) * (
            _STRANGE if _STRANGER.search(before) or _STRANGER.search(lead) else 1.0
        )
        ends = high and not cell.text[written.end :].strip(" .")
        if ends and (_DATELINE.fullmatch(before) or (not before.strip() and _is_town(sheet, left))):
            score = _IN_DATELINE if is_read(cell) else _PRINTED
            rule = DATELINE
        elif ends and _FIRST.fullmatch(before) and _goes_on_title(sheet, cell) and not is_of_item(sheet, cell):
            score, rule = _IN_TITLE, "universal.issue_date.title"
        elif _is_of_other(sheet, cell, written.start) or _is_far(written) or is_of_item(sheet, cell) or spanned:
            score *= _STRANGE
        yield make_candidate("issue_date", rule, cell, from_date(written), score)


def _is_town(sheet: Sheet, text: str) -> bool:
    """Whether a few words stand behind the code of a town on the page, too."""
    town = text.strip(" ,")
    if not town or has_digit(town) or len(town.split()) > _TOWN:
        return False
    behind_code = re.compile(rf"\d{{3}}\s+{re.escape(town)}(?!\w)")
    return any(behind_code.search(other.text) for other in sheet.grid.cells())


def _goes_on_title(sheet: Sheet, cell: Cell) -> bool:
    """Whether a title stands left of a cell, or above it and flush with it, with its number or over that."""
    left = sheet.grid.rows[cell.row][cell.column - 1 : cell.column] if cell.column else ()
    number = next((other for other in _above(sheet, cell) if has_digit(other.text)), None)
    over = [other for other in _above(sheet, number) if not has_digit(other.text)] if number else []
    for other in (*left, *([number] if number else ()), *over):
        title = title_of(other.text, sheet.pack)
        papers = any(fields_of(sheet, hit) & OTHER_PAPERS for hit in sheet.hits_of(other))
        if title is not None and title[0] in BOOKED and not papers:
            return True
    return False


def _above(sheet: Sheet, cell: Cell) -> list[Cell]:
    """The cells right above one, flush with it."""
    return [
        other
        for other in (sheet.grid.rows[cell.row - 1] if cell.row else ())
        if cell.box.top - other.box.bottom < _NEXT * cell.box.height
        and min(abs(other.box.left - cell.box.left), abs(other.box.right - cell.box.right)) < _FLUSH
    ]


def _is_far(written: Written) -> bool:
    """Whether two digits make a year of the last century, or far ahead: the number of a door or of a telephone is as
    likely, `12-4-88 Main Road`.
    """
    year = written.readings[0].year
    return not _CENTURY <= year < _AHEAD and str(year) not in written.text


def _is_of_other(sheet: Sheet, cell: Cell, start: int) -> bool:
    """Whether what stands at `start` goes on the number of another paper, as in `Contract: No 44 of 01.02.2026`."""
    return any(
        fields_of(sheet, hit) <= OTHER_PAPERS and _NUMBER_OF.search(cell.text, hit.end, start)
        for hit in sheet.hits_of(cell)
        if hit.end <= start
    )
