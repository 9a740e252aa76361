"""Tax by rate: what the rows of taxes on the pages say about the totals, and the tax lines that make these up."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from itertools import combinations

from invoice_ocr.choices import TAX_ROW
from invoice_ocr.model import Candidate, Document, Evidence, LineItem, TaxLine
from invoice_ocr.totals.tax_rows import RATE, TaxRow, rate_of
from invoice_ocr.values.amount import find_amounts

_CENT = Decimal("0.01")
_STATES = 2  # that share a tax
_EXACT, _ROUNDED = Decimal("0.006"), Decimal("0.02")
_OF_ITEMS = 0.85  # the confidence of tax lines that only the items tell


def candidates(rows: Sequence[TaxRow]) -> list[Candidate]:
    """What the rows say about net, tax and gross of the document: the sums over its rates."""
    proved = [row for row in rows if row.proved]
    if all(row.net == 0 for row in proved):  # nothing at any rate is nothing: alone it proves no sum
        proved = []
    found: list[Candidate] = []
    for group in (_by_rate(proved), _added(proved), _of_states(proved)):
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
    all_proved = [row for row in rows if row.proved]
    proved = _by_rate(all_proved)
    every = _by_rate(rows)
    fitting_tax = [
        group
        for group in (proved, _added(all_proved), _of_states(all_proved), every)
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


def of_items(items: Sequence[LineItem], net: Decimal | None, tax: Decimal | None) -> tuple[TaxLine, ...]:
    """The tax lines that items with a rate each make, by falling rate; () where they do not make the totals.

    Taxes of single items are rounded: the tax of a rate is what their sum makes, and half a cent an item may be lost.
    """
    if net is None or tax is None or not items:
        return ()
    bases: dict[Decimal, list[LineItem]] = {}
    for item in items:
        if item.tax_rate is None or item.amount is None:
            return ()
        bases.setdefault(item.tax_rate, []).append(item)
    sums = {rate: sum((item.amount or Decimal(0) for item in some), Decimal(0)) for rate, some in bases.items()}
    taxes = {rate: (base * rate / 100).quantize(_CENT, ROUND_HALF_UP) for rate, base in sums.items()}
    if sum(sums.values()) != net or abs(sum(taxes.values()) - tax) > _CENT * len(items) / 2:
        return ()
    if len(taxes) == 1:
        taxes = dict.fromkeys(taxes, tax)
    elif sum(taxes.values()) != tax:
        return ()
    return tuple(
        TaxLine(
            rate.quantize(_CENT), sums[rate], taxes[rate], "S" if rate else None, _OF_ITEMS, bases[rate][0].evidence
        )
        for rate in sorted(sums, reverse=True)
    )


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
    """The line of a rate printed anywhere that joins net and tax; nearly, where it is the only one and lines round."""
    printed = [
        (rate, page.number, line)
        for page in document.pages
        for line in page.lines
        for hit in (RATE.finditer(line.text) if "%" in line.text else ())
        if (rate := rate_of(hit[1] or hit[2])) is not None and (rate or not tax)
    ]
    room = _ROUNDED if len({rate for rate, _, _ in printed if rate}) == 1 else _EXACT
    for rate, number, line in printed:
        if abs(net * rate / 100 - tax) <= room:
            evidence = Evidence(number, line.box, line.text, "universal.tax_rate", line.words[0].source)
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


def _of_states(rows: Sequence[TaxRow]) -> list[TaxRow]:
    """Rows with the taxes of two states on one base made one: the same numbers twice, named differently."""
    groups: dict[tuple[Decimal, Decimal | None], dict[str, TaxRow]] = {}
    for row in rows:
        name = "".join(char for char in row.evidence.text if char.isalpha())
        groups.setdefault((row.rate, row.net), {}).setdefault(name, row)
    if not groups or any(len(group) != _STATES for group in groups.values()):
        return []
    firsts = [next(iter(group.values())) for group in groups.values()]
    twice = [replace(row, rate=_STATES * row.rate, tax=_STATES * row.tax, gross=None) for row in firsts]
    return sorted(twice, key=lambda row: -row.rate)


def _renamed(evidence: Evidence, rule: str) -> Evidence:
    return Evidence(evidence.page, evidence.box, evidence.text, rule, "derived", evidence.words)
