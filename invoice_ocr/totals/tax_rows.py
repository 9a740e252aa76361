"""Rows of taxes: lines of a page in which a rate, a base and a tax agree with each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise

from invoice_ocr.document.conventions import Conventions, settle
from invoice_ocr.finding.readers import from_amount
from invoice_ocr.layout.grid import Cell, Grid, make_grids
from invoice_ocr.model import Box, Candidate, Document, Evidence
from invoice_ocr.rulepack import RulePack
from invoice_ocr.rulepack.labels import Hit
from invoice_ocr.values.amount import find_amounts, interpret
from invoice_ocr.values.misread import mend
from invoice_ocr.values.text import has_digit

# `19 %`, and `%20` as Turks write it.
RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%|%\s?(\d{1,2}(?:[.,]\d{1,3})?)(?![\d.,]*\d)")
_CENT = Decimal("0.01")
_HIGHEST = Decimal(30)
_LEAST_BARE = Decimal(5)  # smaller bare numbers are mostly quantities, but under the head of a table of taxes
_TWO = 2  # taxes on one base: VAT and the surcharge of small shops, or those of two states
_TOTALS = frozenset({"total_net", "total_gross", "subtotal", "amount_due"})
_REGISTERED = frozenset({"seller_vat_id", "seller_tax_number"})
_CODE, _NUMBERS, _EXEMPT = 3, 16, 32  # letters in a row of taxes: of its code, in any, of why no tax is due
_LAW = re.compile(r"(?i)[^\W\d_]{1,8}\.?\s?\d+[^.,]*$|§")  # why no tax is due: `Art. 15`, `N4 art. 10`, `§ 4`
_MOST_RATES = 4  # in one line
_NEAR = 3  # rows between a base and its tax
_MOST_AMOUNTS = 8  # in one row: more is no row of taxes


@dataclass(frozen=True, slots=True)
class TaxRow:
    """One row that names a rate and a tax. net, gross: None when the row does not print them.

    proved: the row's own numbers agree (net times rate is tax).
    """

    rate: Decimal
    net: Decimal | None
    tax: Decimal
    gross: Decimal | None
    evidence: Evidence
    proved: bool


def find(document: Document, pack: RulePack, conventions: Conventions) -> list[TaxRow]:
    """Every row of a document that reads as tax at one rate, top to bottom."""
    rows: list[TaxRow] = []
    for grid in make_grids(document):
        above: TaxRow | None = None
        bases = list(_bases(grid, pack, conventions))
        for index, cells in enumerate(grid.rows):
            several = list(_side_by_side(cells, pack, conventions))
            rows += several
            found = several[-1] if several else _read_row(grid, index, cells, pack, conventions)
            found = found or _exempt(above, cells, conventions)
            if found and not several:
                found = _with_base(found, index, bases)
                rows.append(found)
            above = found
    return rows


def _bases(grid: Grid, pack: RulePack, conventions: Conventions) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Rows that name a net total and its rate, with one amount: (row, rate, base) of `Taxable at 9% | 312.00`."""
    for index, cells in enumerate(grid.rows):
        hits = RATE.findall("  ".join(cell.text for cell in cells)) if any("%" in cell.text for cell in cells) else ()
        if len(hits) != 1 or (rate := rate_of(hits[0][0] or hits[0][1])) is None:
            continue
        label = next(iter(pack.labels.find(cells[0].text)), None)
        named = label is not None and any(rule.field == "total_net" for rule in pack.by_label[label.key])
        amounts = _row_amounts(cells, conventions) if named else []
        if len(amounts) == 1:
            yield index, rate, amounts[0]


def _with_base(row: TaxRow, index: int, bases: Sequence[tuple[int, Decimal, Decimal]]) -> TaxRow:
    """A tax whose base is printed near it with the same rate, proved by that."""
    if row.proved:
        return row
    for place, rate, base in bases:
        if rate == row.rate and abs(place - index) <= _NEAR and abs(base * rate / 100 - row.tax) <= Decimal("0.015"):
            return replace(row, net=base, proved=True)
    return row


def _side_by_side(cells: Sequence[Cell], pack: RulePack, conventions: Conventions) -> Iterator[TaxRow]:
    """Taxes of several rates in one line, each proved behind its rate: `12% of 375.00 = 45.00  25% of 80.00 = 20`."""
    text = "  ".join(cell.text for cell in cells)
    hits = list(RATE.finditer(text)) if text.count("%") > 1 else []
    rates = [rate_of(hit[1] or hit[2]) for hit in hits]
    if not 1 < len(set(rates)) == len(hits) <= _MOST_RATES:
        return
    ends = [*(hit.start() for hit in hits[1:]), len(text)]
    read, evidence, rows = cells[0].line.words[0].source == "ocr", _evidence(cells), []
    for rate, hit, end in zip(rates, hits, ends, strict=True):
        part = text[hit.end() : end]
        amounts = list(_amounts_in(part, evidence, conventions, read=read))[:3]
        row = _prove(rate, amounts, evidence, amounts) if rate and len(amounts) > 1 else None
        if row is None:
            return
        rows.append(row)
    if any(True for cell in cells for _ in _tax_hits(cell, pack)):
        yield from rows


def _read_row(grid: Grid, index: int, cells: Sequence[Cell], pack: RulePack, conventions: Conventions) -> TaxRow | None:
    text = "  ".join(cell.text for cell in cells)
    if not has_digit(text):
        return None
    if not any(find_amounts(cell.text) for cell in cells):
        return None
    hits = [(cell, hit) for cell in cells for hit in _tax_hits(cell, pack)]
    rates = [rate for hit in RATE.finditer(text) if (rate := rate_of(hit[1] or hit[2])) is not None]
    headed = not rates and _taxes_above(grid, index, pack)
    if not rates and not hits and not headed:
        return None
    amounts = _row_amounts(cells, conventions)
    if not amounts or len(amounts) > _MOST_AMOUNTS:
        return None
    if not rates:
        least = Decimal(1) if headed and _few_words(cells, _CODE) else _LEAST_BARE
        rates = [value for value in amounts if value >= least and value in pack.tax_rates]
    evidence = _evidence(cells)
    if headed and (joined := _on_one_base(amounts, evidence)):
        return joined
    own = _row_amounts(_of_taxes(cells, pack), conventions)
    proofs = [
        found
        for rate in dict.fromkeys(rates)
        if (found := _prove(rate, own, evidence, amounts) or _prove(rate, amounts, evidence, amounts))
    ]
    if proofs:
        found = max(proofs, key=lambda row: row.net or row.tax)
        if hits or found.gross is not None or _few_words(cells):
            return found
    if hits and len(set(rates)) == 1 and "%" in text:
        return _unproved(rates[0], cells, hits, conventions, evidence)
    return None


def _exempt(above: TaxRow | None, cells: Sequence[Cell], conventions: Conventions) -> TaxRow | None:
    """A base without tax right under a row of a tax table, whose rate is words: `Art. 15  7,00  0,00`."""
    if above is None or not above.proved or above.net is None or not _few_words(cells, _EXEMPT):
        return None
    told = _LAW.match(cells[0].text) is not None
    amounts = _row_amounts(cells[1:] if told else cells, conventions)
    if len(amounts) != 2 or amounts[1] or not amounts[0] or (has_digit(cells[0].text) and not told):
        return None
    return TaxRow(Decimal(0), amounts[0], Decimal(0), None, _evidence(cells), proved=True)


def _few_words(cells: Sequence[Cell], most: int = _NUMBERS) -> bool:
    """Whether a row is little but numbers, as rows of a tax table are, and no line item. most: letters."""
    letters = sum(char.isalpha() for cell in cells for char in cell.text)
    return letters <= most


def _tax_hits(cell: Cell, pack: RulePack) -> Iterator[Hit]:
    if any(map(str.isalpha, cell.text)):
        text = RATE.sub(lambda hit: " " * len(hit.group()), cell.text) if "%" in cell.text else cell.text
        for hit in pack.labels.find(text):
            fields = {rule.field for rule in pack.by_label[hit.key]}
            if "total_tax" in fields or ("with_tax" in fields and not text[: hit.start].strip(" *(")):
                yield hit  # `inkl. 19 % MwSt.` at the start of a row names the tax that a total above includes
            elif fields & _REGISTERED and RATE.search(cell.text, hit.start, hit.end):
                yield hit  # `GST (5 %) no. 84120 7731 RT0001`


def rate_of(text: str) -> Decimal | None:
    """The rate that a number is, 0 to 30 percent, else None."""
    readings = interpret(text)
    value = min((reading for reading, _, _ in readings), default=None)
    return value if value is not None and 0 <= value <= _HIGHEST else None


def _row_amounts(cells: Sequence[Cell], conventions: Conventions) -> list[Decimal]:
    values: list[Decimal] = []
    for cell in cells:
        read = cell.line.words[0].source == "ocr"
        values += _amounts_in(cell.text, Evidence(cell.page, cell.box, "", "", "derived"), conventions, read=read)
    return values


def _amounts_in(text: str, place: Evidence, conventions: Conventions, *, read: bool) -> Iterator[Decimal]:
    """The amounts in a text without their signs, as the document's habits settle them. read: from pixels."""
    for amount in find_amounts(mend(text) if read else text):
        item = from_amount(amount)
        settled = settle(Candidate("amount", item.value, 1.0, place, item.readings), conventions)
        if isinstance(settled.value, Decimal):
            yield abs(settled.value)


def _taxes_above(grid: Grid, index: int, pack: RulePack) -> bool:
    """Whether the nearest head above is that of a table of taxes, and not of items."""
    for row in reversed(grid.rows[max(0, index - 4) : index]):
        kinds = {kind for cell in row for hit in pack.headers.find(cell.text) for kind in pack.columns[hit.key]}
        if kinds & {"quantity", "unit_price"}:
            return False
        if any("%" in cell.text or any(_tax_hits(cell, pack)) for cell in row):
            return True
    return False


def _of_taxes(cells: Sequence[Cell], pack: RulePack) -> Sequence[Cell]:
    """The cells of a row up to where the totals begin that stand beside a table of taxes."""
    for place, cell in enumerate(cells[1:], 1):
        hits = pack.labels.find(cell.text)[:1] if any(map(str.isalpha, cell.text)) else ()
        fields = {rule.field for hit in hits if not hit.start for rule in pack.by_label[hit.key]}
        if fields & _TOTALS and any(RATE.search(other.text) for other in cells[:place]):
            return cells[:place]
    return cells


def _prove(rate: Decimal, amounts: Sequence[Decimal], evidence: Evidence, printed: Sequence[Decimal]) -> TaxRow | None:
    """The base and the tax among a row's amounts that the rate joins; the larger base when several do.

    printed: the amounts one of which may be the gross.
    """
    best: TaxRow | None = None
    for base in amounts:
        expected = base * rate / 100
        for tax in amounts:
            if (tax >= base > 0) or abs(expected - tax) > Decimal("0.015") or (rate > 0 and tax < Decimal("0.02")):
                continue
            gross = next((value for value in printed if abs(value - base - tax) <= _CENT and value != base), None)
            if best is None or best.net is None or (gross is not None, base) > (best.gross is not None, best.net):
                best = TaxRow(rate, base, tax, gross, evidence, proved=True)
    if best is None and rate > 0:
        best = _from_gross(rate, amounts, evidence)
    return best


def _on_one_base(amounts: Sequence[Decimal], evidence: Evidence) -> TaxRow | None:
    """Two taxes on the base they share, each behind its rate: `315,00  4,00  12,60  0,50  1,58`. Their rates add up."""
    for base in amounts:
        pairs = [
            (rate, tax)
            for rate, tax in pairwise(amounts)
            if 0 < rate < _HIGHEST and 0 < tax < base and abs(base * rate / 100 - tax) <= _CENT
        ]
        if len(pairs) == _TWO and sum(rate for rate, _ in pairs) <= _HIGHEST:
            rate, tax = (sum(values, Decimal(0)) for values in zip(*pairs, strict=True))
            gross = next((value for value in amounts if abs(value - base - tax) <= _CENT), None)
            return TaxRow(rate, base, tax, gross, evidence, proved=True)
    return None


def _from_gross(rate: Decimal, amounts: Sequence[Decimal], evidence: Evidence) -> TaxRow | None:
    for gross in amounts:
        for tax in amounts:
            if tax > Decimal("0.05") and gross > tax and abs(gross * rate / (100 + rate) - tax) <= Decimal("0.006"):
                return TaxRow(rate, gross - tax, tax, gross, evidence, proved=True)
    return None


def _unproved(
    rate: Decimal, cells: Sequence[Cell], hits: Sequence[tuple[Cell, Hit]], conventions: Conventions, evidence: Evidence
) -> TaxRow | None:
    """A tax label with a rate and one amount: the tax, with its base elsewhere."""
    first = hits[0][0]
    amounts = _row_amounts([cell for cell in cells if cell.column >= first.column], conventions)
    if len(amounts) > 1 and _has_cents(amounts[-1]) and not any(map(_has_cents, amounts[:-1])):
        amounts = amounts[-1:]  # behind the number by which the tax is registered
    if len(amounts) != 1 or (not rate and amounts[0]):
        return None
    return TaxRow(rate, None, amounts[0], None, evidence, proved=False)


def _has_cents(value: Decimal) -> bool:
    return value.as_tuple().exponent == -2


def _evidence(cells: Sequence[Cell]) -> Evidence:
    words = tuple(word for cell in cells for word in cell.line.words)
    box = Box.around(word.box for word in words)
    return Evidence(
        cells[0].page, box, " ".join(cell.text for cell in cells), "universal.tax_row", words[0].source, words
    )
