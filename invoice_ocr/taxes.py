"""Tax by rate: rows in which a rate, a base and a tax agree with each other, and what they say about the totals."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations, pairwise

from invoice_ocr.choices import TAX_ROW
from invoice_ocr.conventions import Conventions, settle
from invoice_ocr.grid import Cell, Grid, make_grids
from invoice_ocr.labels import Hit
from invoice_ocr.model import Box, Candidate, Document, Evidence, TaxLine
from invoice_ocr.readers import from_amount
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.amount import find_amounts, interpret
from invoice_ocr.values.misread import mend
from invoice_ocr.values.text import has_digit

# `19 %`, and `%20` as Turks write it.
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%|%\s?(\d{1,2}(?:[.,]\d{1,3})?)(?![\d.,]*\d)")
_CENT = Decimal("0.01")
_HIGHEST = Decimal(30)
_LEAST_BARE = Decimal(5)  # smaller bare numbers are mostly quantities, but under the head of a table of taxes
_TWO = 2  # taxes on one base: VAT and the surcharge of small shops, or those of two states
_CODE, _NUMBERS, _EXEMPT = 3, 16, 32  # letters in a row of taxes: of its code, in any, of why no tax is due
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
        for index, cells in enumerate(grid.rows):
            found = _read_row(grid, index, cells, pack, conventions) or _exempt(above, cells, conventions)
            if found:
                rows.append(found)
            above = found
    return rows


def candidates(rows: Sequence[TaxRow]) -> list[Candidate]:
    """What the rows say about net, tax and gross of the document: the sums over its rates."""
    proved = [row for row in rows if row.proved]
    if all(row.net == 0 for row in proved):  # nothing at any rate is nothing: alone it proves no sum
        proved = []
    found: list[Candidate] = []
    for group in (_by_rate(proved), _added(proved)):
        found += [candidate for candidate in _sums(group) if candidate not in found] if group else []
    for row in rows:
        if not row.proved and row.tax > 0:
            evidence = replace(row.evidence, rule="universal.total_tax.rate")
            found.append(Candidate("total_tax", row.tax, 0.6, evidence, (row.tax,)))
    return found


def _sums(best: Sequence[TaxRow]) -> list[Candidate]:
    evidence = max(best, key=lambda row: row.tax).evidence
    net = sum((row.net for row in best if row.net is not None), Decimal(0))
    tax = sum((row.tax for row in best), Decimal(0))
    score = 0.7 if len(best) == 1 else 0.6
    sums = {"total_net": net, "total_tax": tax, "total_gross": net + tax}
    printed = {row.gross for row in best} if len(best) == 1 else set()
    if len(best) == 1 and net + tax not in printed:
        sums.pop("total_gross")
    return [
        Candidate(name, value, score, _renamed(evidence, f"universal.{name}{TAX_ROW}"), (value,))
        for name, value in sums.items()
        if value > 0 or name == "total_tax"
    ]


def tax_lines(
    document: Document, rows: Sequence[TaxRow], net: Decimal | None, tax: Decimal | None
) -> tuple[TaxLine, ...]:
    """The tax lines that make up the document's totals, by falling rate; () when the rows do not fit them.

    net, tax: the document's totals, as far as known; a single row without a base is given the document's. Where no
    row fits, a rate printed anywhere that joins net and tax makes the one line.
    """
    proved = _by_rate([row for row in rows if row.proved])
    every = _by_rate(rows)
    fitting_tax = [
        group
        for group in (proved, _added([row for row in rows if row.proved]), every)
        if group and tax is not None and abs(sum((row.tax for row in group), Decimal(0)) - tax) <= 2 * _CENT
    ]
    whole = next((group for group in fitting_tax if _rest(group, net) == 0), None) or next(_subsets(rows, net, tax), ())
    for group in (whole, *fitting_tax):
        if group and not (tax == 0 and _rest(group, net)):
            rest = _untaxed_rest(group, net)
            return (*(_line(row, net, alone=len(group) == 1, sure=True) for row in group), *rest)
    fitting = [row for row in every if tax is not None and row.tax == tax and tax > 0]
    if fitting:
        return (_line(fitting[0], net, alone=True, sure=True),)
    if (
        net is not None
        and tax is not None
        and (line := _from_totals(document, net, tax) or _of_none(document, net, tax))
    ):
        return (line,)
    return ()


def _rest(group: Sequence[TaxRow], net: Decimal | None) -> Decimal | None:
    """What of the document's net the bases of some rows leave; None when not all are known."""
    bases = [row.net for row in group]
    return None if net is None or None in bases else net - sum((base for base in bases if base is not None), Decimal(0))


def _untaxed_rest(group: Sequence[TaxRow], net: Decimal | None) -> tuple[TaxLine, ...]:
    """A line of rate 0 for what the taxed bases leave of the net: passed on costs, deposits, exempt goods."""
    rest = _rest(group, net)
    if rest is None or rest <= 2 * _CENT or any(row.rate == 0 or not row.proved for row in group):
        return ()
    return (
        TaxLine(Decimal("0.00"), rest, Decimal("0.00"), None, 0.6, (_renamed(group[0].evidence, "universal.untaxed"),)),
    )


def _of_none(document: Document, net: Decimal, tax: Decimal) -> TaxLine | None:
    """The one line of a document on which no tax is due, where its net is printed."""
    if tax:
        return None
    for page in reversed(document.pages):
        for line in reversed(page.lines):
            if any(net in amount.readings for amount in find_amounts(line.text)):
                evidence = Evidence(
                    page.number, line.box, line.text, "universal.untaxed", line.words[0].source, line.words
                )
                return TaxLine(Decimal("0.00"), net, Decimal("0.00"), None, 0.85, (evidence,))
    return None


def _subsets(rows: Sequence[TaxRow], net: Decimal | None, tax: Decimal | None) -> Iterator[tuple[TaxRow, ...]]:
    """Rows that together make the document's net and tax, where others are discounts or lines of items."""
    proved = list({(row.rate, row.net): row for row in rows if row.proved}.values())[:12]
    if net is None or tax is None:
        return
    for count in (2, 3, 4, 5):
        for group in combinations(proved, count):
            nets = sum((row.net for row in group if row.net is not None), Decimal(0))
            if nets == net and abs(sum((row.tax for row in group), Decimal(0)) - tax) <= 2 * _CENT:
                yield tuple(sorted(group, key=lambda row: -row.rate))


def _from_totals(document: Document, net: Decimal, tax: Decimal) -> TaxLine | None:
    for page in document.pages:
        for line in page.lines:
            for hit in _RATE.finditer(line.text) if "%" in line.text else ():
                rate = _rate(hit[1] or hit[2])
                if rate is not None and abs(net * rate / 100 - tax) <= Decimal("0.006") and (rate or not tax):
                    evidence = Evidence(page.number, line.box, line.text, "universal.tax_rate", line.words[0].source)
                    return TaxLine(rate.quantize(_CENT), net, tax, "S" if rate else None, 0.9, (evidence,))
    return None


def _line(row: TaxRow, net: Decimal | None, *, alone: bool, sure: bool) -> TaxLine:
    base = row.net if row.net is not None else net if alone else None
    if base is not None and row.net is None and abs(base * row.rate / 100 - row.tax) > max(_CENT * 2, row.tax / 200):
        base = None
    confidence = 0.97 if sure and row.proved else 0.9 if sure else 0.6
    category = "S" if row.rate > 0 else None
    return TaxLine(row.rate.quantize(_CENT), base, row.tax, category, confidence, (row.evidence,))


def _by_rate(rows: Sequence[TaxRow]) -> list[TaxRow]:
    """One row a rate: a proved one before others, then the largest base; a page total repeats none."""
    best: dict[Decimal, TaxRow] = {}
    for row in rows:
        known = best.get(row.rate)
        if known is None or (row.proved, row.tax) > (known.proved, known.tax):
            best[row.rate] = row
    return sorted(best.values(), key=lambda row: -row.rate)


def _added(rows: Sequence[TaxRow]) -> list[TaxRow]:
    """One row a rate, with rows of the same rate and different bases added up: goods and freight taxed apart."""
    sums: dict[Decimal, list[TaxRow]] = {}
    for row in rows:
        group = sums.setdefault(row.rate, [])
        if all(row.net != other.net for other in group):
            group.append(row)
    if all(len(group) == 1 for group in sums.values()):
        return []
    added = []
    for rate, group in sums.items():
        net = sum((row.net for row in group if row.net is not None), Decimal(0))
        tax = sum((row.tax for row in group), Decimal(0))
        added.append(TaxRow(rate, net, tax, net + tax, group[0].evidence, proved=True))
    return sorted(added, key=lambda row: -row.rate)


def _renamed(evidence: Evidence, rule: str) -> Evidence:
    return Evidence(evidence.page, evidence.box, evidence.text, rule, "derived", evidence.words)


def _read_row(grid: Grid, index: int, cells: Sequence[Cell], pack: RulePack, conventions: Conventions) -> TaxRow | None:
    text = "  ".join(cell.text for cell in cells)
    if not has_digit(text):
        return None
    if not any(find_amounts(cell.text) for cell in cells):
        return None
    hits = [(cell, hit) for cell in cells for hit in _tax_hits(cell, pack)]
    rates = [rate for hit in _RATE.finditer(text) if (rate := _rate(hit[1] or hit[2])) is not None]
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
    proofs = [found for rate in dict.fromkeys(rates) if (found := _prove(rate, amounts, evidence))]
    if proofs:
        found = max(proofs, key=lambda row: row.net or row.tax)
        if hits or found.gross is not None or _few_words(cells):
            return found
    if hits and len(set(rates)) == 1 and "%" in text:
        return _unproved(rates[0], cells, hits, conventions, evidence)
    return None


def _exempt(above: TaxRow | None, cells: Sequence[Cell], conventions: Conventions) -> TaxRow | None:
    """A base without tax right under a row of a tax table, whose rate is a word: `Fuori campo  7,00  0,00`."""
    if above is None or not above.proved or above.net is None or not _few_words(cells, _EXEMPT):
        return None
    amounts = _row_amounts(cells, conventions)
    if len(amounts) != 2 or amounts[1] or not amounts[0] or any(map(str.isdigit, cells[0].text)):
        return None
    return TaxRow(Decimal(0), amounts[0], Decimal(0), None, _evidence(cells), proved=True)


def _few_words(cells: Sequence[Cell], most: int = _NUMBERS) -> bool:
    """Whether a row is little but numbers, as rows of a tax table are, and no line item. most: letters."""
    letters = sum(char.isalpha() for cell in cells for char in cell.text)
    return letters <= most


def _tax_hits(cell: Cell, pack: RulePack) -> Iterator[Hit]:
    if any(map(str.isalpha, cell.text)):
        text = _RATE.sub(lambda hit: " " * len(hit.group()), cell.text) if "%" in cell.text else cell.text
        for hit in pack.labels.find(text):
            fields = {rule.field for rule in pack.by_label[hit.key]}
            if "total_tax" in fields or ("with_tax" in fields and not text[: hit.start].strip(" *(")):
                yield hit  # `inkl. 19 % MwSt.` at the start of a row names the tax that a total above includes


def _rate(text: str) -> Decimal | None:
    readings = interpret(text)
    value = min((reading for reading, _, _ in readings), default=None)
    return value if value is not None and 0 <= value <= _HIGHEST else None


def _row_amounts(cells: Sequence[Cell], conventions: Conventions) -> list[Decimal]:
    values: list[Decimal] = []
    for cell in cells:
        read = cell.line.words[0].source == "ocr"
        for amount in find_amounts(mend(cell.text) if read else cell.text):
            item = from_amount(amount)
            evidence = Evidence(cell.page, cell.box, amount.text, "", "derived")
            settled = settle(Candidate("amount", item.value, 1.0, evidence, item.readings), conventions)
            if isinstance(settled.value, Decimal):
                values.append(abs(settled.value))
    return values


def _taxes_above(grid: Grid, index: int, pack: RulePack) -> bool:
    """Whether the nearest head above is that of a table of taxes, and not of items."""
    for row in reversed(grid.rows[max(0, index - 4) : index]):
        kinds = {kind for cell in row for hit in pack.headers.find(cell.text) for kind in pack.columns[hit.key]}
        if kinds & {"quantity", "unit_price"}:
            return False
        if any("%" in cell.text or any(_tax_hits(cell, pack)) for cell in row):
            return True
    return False


def _prove(rate: Decimal, amounts: Sequence[Decimal], evidence: Evidence) -> TaxRow | None:
    """The base and the tax among a row's amounts that the rate joins; the larger base when several do."""
    best: TaxRow | None = None
    for base in amounts:
        expected = base * rate / 100
        for tax in amounts:
            if (tax >= base > 0) or abs(expected - tax) > Decimal("0.015") or (rate > 0 and tax < Decimal("0.02")):
                continue
            gross = next((value for value in amounts if abs(value - base - tax) <= _CENT and value != base), None)
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
    if len(amounts) != 1 or (not rate and amounts[0]):
        return None
    return TaxRow(rate, None, amounts[0], None, evidence, proved=False)


def _evidence(cells: Sequence[Cell]) -> Evidence:
    words = tuple(word for cell in cells for word in cell.line.words)
    box = Box.around(word.box for word in words)
    return Evidence(
        cells[0].page, box, " ".join(cell.text for cell in cells), "universal.tax_row", words[0].source, words
    )
