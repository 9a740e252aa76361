"""How much a label means where it stands: in its cell, its row, its table, beside other labels."""

from __future__ import annotations

import re

from invoice_ocr.document.kind import title_of
from invoice_ocr.finding.readers import Found
from invoice_ocr.finding.sheet import RATE, SHORT, Sheet, fields_of, is_label
from invoice_ocr.layout.grid import Cell
from invoice_ocr.rulepack import Rule
from invoice_ocr.rulepack.labels import Hit
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.text import fold

# How far below a label its value may stand, in heights of the label; table heads are left a bit more room.
REACH = 3.6
BOOKED = frozenset({"invoice", "credit_note"})
_TITLED = 0.8  # how surely a number is the document's that stands under its title
_MOSTLY = 0.5  # of the words of a line make its title
_DIGITS = 3
_SERIES = 3  # words of a number with its series
_ROW = 3  # cells of a row of a table
_WORDS = 2  # before a label, at least, that make it part of a sentence; between a number and its date, at most
_READ_RATE = re.compile(r"[1-9]\d?(?:[.,]\d)?\s?[xX]")  # `SST 6X`: a sign of percent, as pixels may show it
# The number by which a tax is registered, between its name and its amount: `GST (5 %) no. 84120 7731 RT0001`.
_REGISTERED = re.compile(r"[\W_]*(?:[^\W\d_]{1,3}\W{0,2}\s?){0,2}(?:[A-Z]{0,3}\d[A-Z\d./-]*\s?){1,4}\)?")
_COLON = re.compile(r"[:：]\s*\S")
_MORE_TOLD = re.compile(r"\d\W+[^\W\d_]{2,}\s+[^\W\d_]{2,}")
_WORDED = re.compile(r"[^\W\d_]{3}")
_BAR = re.compile(r"\s[|·•●]\s+$")
_SENTENCE_ENDS = re.compile(r"[^\W\d_]{3}[.!?]\s+$")
_SEPARATOR = re.compile(r"\s*[:：=#.]|\s{2,}")
CENTS = re.compile(r"\D{0,4}\d[\d.,'\s]*[.,]\d\d\D{0,4}")
_DAYS = re.compile(r" \d{1,2}(?![\d.,])")
_TOTALS, _OF_RATE = frozenset({"total_gross", "total_net", "amount_due"}), 0.4
OTHER_PAPERS = frozenset({"contract", "purchase_order", "buyer_reference", "other_reference"})
# Kinds of columns that tables of items have, and boxes of totals side by side have not.
OF_ITEMS = frozenset({"quantity", "unit_price", "description", "article_number"})


def standing(cell: Cell, hits: tuple[Hit, ...], index: int) -> float:
    """How much the place of a label in its cell speaks for it: at the start, or followed by a colon, 1.0."""
    hit = hits[index]
    before = cell.text[hits[index - 1].end if index else 0 : hit.start].strip(" *•-(")
    followed = bool(_SEPARATOR.match(cell.text, hit.end))
    if not before:
        return 1.0
    if (
        followed
        or before.endswith("/")
        or _SENTENCE_ENDS.search(cell.text, 0, hit.start)
        or _BAR.search(cell.text, 0, hit.start)
    ):
        return 0.9
    return 0.5 if len(cell.line.words) > 9 else 0.75


def follows_number(sheet: Sheet, cell: Cell, index: int) -> bool:
    """Whether a label stands right behind the document's number in a title: `Invoice AB no. 5520187 issued on`."""
    hits = sheet.hits_of(cell)
    if not index or "invoice_number" not in fields_of(sheet, hits[index - 1]):
        return False
    between = cell.text[hits[index - 1].end : hits[index].start].rstrip(" |·•,").split()
    if not 0 < len(between) <= _SERIES or not any(map(str.isdigit, between[-1])):
        return False
    titles = (sheet.pack.kinds_of(" ".join(cell.text.split()[:count])) for count in (1, 2, 3))
    return any(kinds and kinds[0] in BOOKED for kinds in titles)


def follows_other(sheet: Sheet, cell: Cell, index: int) -> bool:
    """Whether a label stands right behind the number of another paper: `Original invoice 5520187 of 2 March`."""
    hits = sheet.hits_of(cell)
    between = cell.text[hits[index - 1].end : hits[index].start].rstrip().split() if index else []
    of_other = bool(index) and fields_of(sheet, hits[index - 1]) <= OTHER_PAPERS
    return of_other and 0 < len(between) <= _SERIES and any(map(str.isdigit, between[-1]))


def context(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule) -> float:
    """How much the words around a label leave of what it says.

    An account beside a bank is no customer's; a date with a discount behind it is not when all is due; the letters of
    a number that has its label on the left are part of it; `Net 30` tells days to pay.
    """
    if rule.field == "customer_number" and _near_bank(sheet, cell):
        return 0.2
    if rule.field in _TOTALS and _tells_days(sheet, cell, hit):
        return 0.0
    if rule.field in _TOTALS and _is_of_rate(sheet, cell, hit):
        return _OF_RATE
    if rule.field == "due_date" and _has_discount(sheet, cell, hit):
        return 0.4
    if rule.field == "issue_date" and _dates_another(sheet, cell, hit, rule):
        return 0.4
    if rule.field == "issue_date" and _is_beside_number(sheet, cell, hit):
        return 1.0 / rule.weight
    if rule.field == "invoice_number" and (_in_sentence(sheet, cell, hit) or _is_told_of(sheet, cell, hit)):
        return 0.6
    if rule.field == "invoice_number" and rule.weight < _TITLED and _under_title(sheet, cell, hit):
        return _TITLED / rule.weight
    if is_own_series(sheet, cell, rule.field):
        left = sheet.grid.rows[cell.row][cell.column - 1] if cell.column else None
        if left and any(r.field == rule.field for h in sheet.hits_of(left) for r in sheet.pack.by_label[h.key]):
            return 0.0
    return 1.0


def _tells_days(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    return bool(_DAYS.match(cell.text, hit.end)) and fold(cell.text[hit.start : hit.end]) in sheet.pack.net_words


def _is_of_rate(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether a row begins with a percentage, and no word stands before a label: `18% = $13.03  Total $91.40`.

    Such a total is that of one rate, or with a tip that is suggested.
    """
    before = " ".join(other.text for other in sheet.grid.rows[cell.row][: cell.column]) + " " + cell.text[: hit.start]
    return bool(RATE.match(before.strip())) and not re.search(r"[^\W\d_]{2}", before)


def _is_beside_number(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether a label such as `Dated` stands right of that of the invoice's number, as heads of a form do."""
    left = sheet.grid.rows[cell.row][cell.column - 1] if cell.column else None
    return (
        left is not None
        and is_label(sheet, left)
        and not cell.text[: hit.start].strip()
        and "invoice_number" in fields_of(sheet, sheet.hits_of(left)[0])
        and not fields_of(sheet, sheet.hits_of(left)[0]) & OTHER_PAPERS
    )


def _in_sentence(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether a sentence speaks of an invoice and its date: `in part cancels our invoice no. 1182 of 19/06/2026`."""
    before = re.findall(r"[^\W\d_]{2,}", cell.text[: hit.start])
    return len(before) >= _WORDS and bool(find_dates(cell.text[hit.end :], sheet.pack.months))


def is_dated(sheet: Sheet, cell: Cell, hit: Hit, number: Found) -> bool:
    """Whether a number stands right behind its label and a date goes on it: `n. 18 del 30 settembre 2026`."""
    rest = cell.text[hit.end + number.end :]
    days = find_dates(rest, sheet.pack.months)
    near = bool(days) and len(rest[: days[0].start].split()) <= _WORDS
    return near and not any(map(str.isalnum, cell.text[hit.end : hit.end + number.start]))


def _is_told_of(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether an invoice is but what a label tells of: `For | Invoice 2214: lessons in autumn`."""
    left = sheet.grid.rows[cell.row][cell.column - 1] if cell.column else None
    return left is not None and is_label(sheet, left) and bool(_MORE_TOLD.search(cell.text, hit.end))


def _under_title(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether a label such as `No.`, with nothing but a number behind it, stands beside or right under a title.

    The number may stand in the next cell, under a line that is a title and no more.
    """
    number, right, least = cell.text[hit.end :].strip(" :.#"), cell.box.right, _MOSTLY
    if not number and (beside := sheet.grid.right_of(cell)[:1]):
        number, right, least = beside[0].text.strip(" :.#"), beside[0].box.right, 1.0
    if hit.start or " " in number or sum(map(str.isdigit, number)) < _DIGITS:
        return False
    for row in sheet.grid.rows[max(0, cell.row - 2) : cell.row + 1]:
        for other in row:
            title = title_of(other.text, sheet.pack) if other is not cell else None
            across = other.box.left < right and other.box.right > cell.box.left
            if (
                title
                and title[0] in BOOKED
                and title[1] >= least
                and (across or len(row) == 1 or other.row == cell.row)
            ):
                return True
    return False


def _dates_another(sheet: Sheet, cell: Cell, hit: Hit, rule: Rule) -> bool:
    """Whether a label says when something else was: `Deposit paid on`, `Buyer's order no | Dated`."""
    before = [other for other in sheet.hits_of(cell) if other.end <= hit.start]
    if before and len(hit.key) <= SHORT:
        return not any(fields_of(sheet, other) & {"invoice_number", "issue_date"} for other in before)
    if rule.weight == 1.0 or not cell.column or _WORDED.search(cell.text[: hit.start]):
        return False
    left = sheet.grid.rows[cell.row][cell.column - 1]
    return is_label(sheet, left) and fields_of(sheet, sheet.hits_of(left)[0]) <= OTHER_PAPERS


def _near_bank(sheet: Sheet, cell: Cell) -> bool:
    """Whether words of a bank, such as `IFSC` or `Sort code`, stand in a cell, beside it or in the rows next to it."""
    rows = sheet.grid.rows[max(0, cell.row - 1) : cell.row + 2]
    near = [
        other
        for row in rows
        for other in row
        if other.box.left < cell.box.right + 60 and other.box.right > cell.box.left - 60
    ]
    words = {fold(word) for other in near for word in re.findall(r"[^\W_]+", other.text)}
    return bool(words & sheet.pack.bank_words)


def _has_discount(sheet: Sheet, cell: Cell, hit: Hit) -> bool:
    """Whether the sentence of a label goes on with a discount: `Bis zum 18.05. erhalten Sie 2 % Skonto.`"""
    sentence = re.split(r"(?<=[^\d\W]{3})\.(?:\s|$)|;", cell.text[hit.end :])[0]
    stop = hit.end + len(sentence)
    return "%" in sentence and any(
        rule.field in {"discount", "other_date"}  # "mit 2 % Skonto, bis" is the label of another date
        for other in sheet.hits_of(cell)
        if hit.end <= other.start < stop
        for rule in sheet.pack.by_label[other.key]
    )


def is_zero_tax(rule: Rule, cell: Cell) -> bool:
    """Whether a label of tax stands with the rate 0 and no other: an amount beside it that is not 0 is no tax."""
    if rule.field != "total_tax" or "%" not in cell.text:
        return False
    digits = ["".join(char for char in hit.group() if char.isdigit()) for hit in RATE.finditer(cell.text)]
    return bool(digits) and not any(rate.strip("0") for rate in digits)


def is_of_item(sheet: Sheet, cell: Cell) -> bool:
    """Whether a date begins a row of a table that ends with an amount."""
    row = sheet.grid.rows[cell.row]
    return cell is row[0] and len(row) >= _ROW and bool(CENTS.fullmatch(row[-1].text.strip()))


def leads(sheet: Sheet, cell: Cell) -> bool:
    """Whether the cell right of a label begins with its colon, so that nothing but its value can stand there."""
    return any(_COLON.match(other.text) for other in sheet.grid.right_of(cell)[:1])


def is_own_series(sheet: Sheet, cell: Cell, field: str) -> bool:
    """Whether a cell is a number whose letters are a label of its field too: `PO 77120` beside `Your order`."""
    hits = sheet.hits_of(cell)
    if not hits or hits[0].start or not re.fullmatch(r"[A-Z]{2,3}[ -]?\d[\w/.-]*", cell.text.strip()):
        return False
    return any(rule.field == field for rule in sheet.pack.by_label[hits[0].key])


def can_look_away(cell: Cell, hit: Hit, end: int) -> bool:
    """Whether a value may stand outside the cell: not when the label is a word inside a sentence."""
    rest = re.sub(r"\([^)]*(?:\)|$)", "", cell.text[hit.end : end]).strip()
    if _REGISTERED.fullmatch(rest):
        return True
    if len(hit.key) <= SHORT and rest and not rest.startswith((":", ".", "#", "@")) and not RATE.match(rest):
        return bool(_READ_RATE.fullmatch(rest))
    return len(rest.split()) <= 5


def residue(rest: str) -> float:
    """How much words left over after a label weaken it: `VAT (20%)` has none, `Total pages in set` has three."""
    words = re.findall(r"[^\W\d_]{2,}", re.sub(r"\([^)]*\)", " ", RATE.sub(" ", rest)))
    words = [word for word in words if word not in ("EUR", "USD", "GBP", "RM", "Euro", "CHF") and not word.isupper()]
    return (1.0, 0.75, 0.5)[len(words)] if len(words) < 3 else 0.3


def between(cell: Cell, first: Hit, second: Hit) -> str:
    return cell.text[first.end : second.start].strip(" :.-/|(")


def table_head(sheet: Sheet, cell: Cell, rule: Rule) -> float:
    """How little a label says that heads a column of line items: its row has other heads such as quantity.

    In a row of other heads a plain `Total` is that of each row below; `Total of this invoice` is not.
    """
    if _is_form(sheet, cell):
        return 1.0
    count, kinds = heads_of(sheet, cell.row)
    is_amount = sheet.pack.fields[rule.field].reader == "amount"
    if count >= 3 and (kinds & OF_ITEMS or (is_amount and (rule.weight < 1.0 or _is_column(sheet, cell)))):
        return 0.4
    count, kinds = heads_of(sheet, cell.row - 1) if cell.row and _is_close(sheet, cell) else (0, frozenset())
    return 0.4 if count >= 3 and kinds & OF_ITEMS else 1.0


def _is_form(sheet: Sheet, cell: Cell) -> bool:
    """Whether a row names the number of an invoice and a date of it, with one line of values below: no list of them."""
    labels = [other for other in sheet.grid.rows[cell.row] if is_label(sheet, other)]
    fields = {field for other in labels for field in fields_of(sheet, sheet.hits_of(other)[0])}
    if "invoice_number" not in fields or not fields & {"issue_date", "due_date"}:
        return False
    under = sheet.grid.below(cell, cell.box, REACH * min(cell.box.height, 16.0))
    return sum(any(map(str.isdigit, other.text)) for other in under) == 1


def _is_column(sheet: Sheet, cell: Cell) -> bool:
    """Whether several amounts stand below a cell, as in a table of taxes by rate."""
    under = sheet.grid.below(cell, cell.box, 2 * REACH * min(cell.box.height, 16.0))
    return sum(bool(CENTS.fullmatch(other.text.strip())) for other in under) > 1


def heads_of(sheet: Sheet, row: int) -> tuple[int, frozenset[str]]:
    """How many cells of a row may head columns, and of which kinds."""
    hits = [hits[0] for other in sheet.grid.rows[row] if (hits := sheet.pack.headers.find(other.text))]
    return len(hits), frozenset(kind for hit in hits for kind in sheet.pack.columns[hit.key])


def _is_close(sheet: Sheet, cell: Cell) -> bool:
    """Whether a cell follows the row above as the second line of the same heads would."""
    above = sheet.grid.rows[cell.row - 1]
    return cell.box.top - max(other.box.bottom for other in above) < 0.6 * cell.box.height
