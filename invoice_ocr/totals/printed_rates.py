"""Taxes that are more than all printed rates together allow: other amounts that add up were taken for the totals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal

from invoice_ocr.choices import Resolution, magnitude
from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.model import Document, Issue, TaxLine
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.ways import RATE

_MORE = Decimal("1.5")  # times what the rates make of the net: charges that are taxed may stand apart from it
_TOLERANCE = Decimal("0.05")


def doubt(resolution: Resolution, document: Document, pack: RulePack, by_rate: Sequence[TaxLine] = ()) -> list[Issue]:
    """An issue `totals.rate` where the tax is far more of the net than printed rates make.

    Rates stand with words for tax; those of the country count as well, since not all may have been read. A tax
    that a label names is in no such doubt: another may stand in it, at a rate that is not printed. by_rate: the
    taxes of single rates, whose words may be none of the labels: `GST (5%) #83412 7755` beside `PST (7%)`.
    """
    net, tax = (resolution.choices.get(name) for name in ("total_net", "total_tax"))
    if not net or not tax or not magnitude(net) or not tax.evidence.rule.startswith("universal."):
        return []
    rates = {*_rates(document, pack), *(line.rate for line in by_rate if line.rate)}
    if not rates:
        return []
    usual = [rate for code in resolution.conventions.countries[:1] for rate in pack.countries[code].tax_rates]
    most = max([sum(rates, Decimal(0)), *usual]) * magnitude(net) / 100
    if magnitude(tax) <= _MORE * most + _TOLERANCE:
        return []
    shown = ", ".join(f"{rate} %" for rate in sorted(rates))
    names = tuple(name for name in ("total_net", "total_tax", "total_gross") if name in resolution.choices)
    return [Issue("totals.rate", f"{magnitude(tax)} is more of {magnitude(net)} than {shown}", names)]


def _rates(document: Document, pack: RulePack) -> Iterator[Decimal]:
    """The rates printed in the texts that name a tax."""
    for grid in make_grids(document):
        for cell in grid.cells():
            if "%" not in cell.text:
                continue
            if any(rule.field == "total_tax" for hit in find_labels(cell, pack) for rule in pack.by_label[hit.key]):
                yield from (Decimal(hit[1].replace(",", ".")) for hit in RATE.finditer(cell.text))
