"""Tax lines and line items of pages and of e-invoices: which are taken, and where they contradict each other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TypeVar

from invoice_ocr.choices import Resolution
from invoice_ocr.model import Issue, LineItem, TaxLine, Witness
from invoice_ocr.resolving.witnesses import BESIDE, NO_PAGES

_CENT = Decimal("0.01")
_Line = TypeVar("_Line", TaxLine, LineItem)


def choose_rows(
    resolution: Resolution,
    witnesses: Sequence[Witness],
    issues: Sequence[Issue],
    tax_lines: tuple[TaxLine, ...],
    line_items: tuple[LineItem, ...],
) -> tuple[tuple[TaxLine, ...], tuple[LineItem, ...], list[Issue]]:
    """Tax lines and line items: those of the e-invoice where its totals are the document's, else those of the pages.

    The issues tell where the pages' rows add up and are others: e-invoice.mismatch for taxes, which then stay those of
    the pages; e-invoice.lines-differ, which only tells.
    """
    disputed = {name for issue in issues for name in issue.fields} & {"total_net", "total_tax", "total_gross"}
    net, tax, gross = (resolution.amount(name) for name in ("total_net", "total_tax", "total_gross"))
    for witness in witnesses:
        said = {statement.name: statement.value for statement in witness.statements}
        if witness.source != "e-invoice" or disputed or gross is None or said.get("total_gross") != gross:
            continue
        told: list[Issue] = []
        by_rate = _weighed(witness.tax_lines, _add_up([line.tax for line in witness.tax_lines], tax))
        by_line = _weighed(witness.line_items, _add_up([item.amount for item in witness.line_items], net))
        if _taxes_differ(tax_lines, witness.tax_lines, tax):
            told.append(Issue("e-invoice.mismatch", f"{witness.title} has other taxes by rate than the pages"))
            by_rate = ()
        if _lines_differ(line_items, witness.line_items, net):
            told.append(Issue("e-invoice.lines-differ", f"{witness.title} has other lines than the pages"))
            by_line = by_line if by_line and by_line[0].confidence == NO_PAGES else ()
        return by_rate or tax_lines, by_line or line_items, told
    return tax_lines, line_items, []


def _weighed(lines: tuple[_Line, ...], added_up: bool) -> tuple[_Line, ...]:
    """Rows with how sure they are: more when they add up. Discounts on the whole may keep them from it."""
    return tuple(replace(line, confidence=NO_PAGES if added_up else BESIDE) for line in lines)


def _add_up(amounts: Sequence[Decimal | None], total: Decimal | None) -> bool:
    known = [amount for amount in amounts if amount is not None]
    complete = bool(known) and len(known) == len(amounts) and total is not None
    return complete and abs(abs(sum(known, Decimal(0))) - abs(total or Decimal(0))) <= _CENT


def _taxes_differ(printed: Sequence[TaxLine], said: Sequence[TaxLine], tax: Decimal | None) -> bool:
    """Whether the pages' taxes add up and are others. Rates without tax are not always printed."""
    ours, theirs = ([(line.rate, line.tax) for line in lines if line.tax] for lines in (printed, said))
    sure = all(line.rate is not None and line.confidence >= BESIDE for line in printed)
    return bool(said) and sure and _add_up([value for _, value in ours], tax) and set(ours) != set(theirs)


def _lines_differ(printed: Sequence[LineItem], said: Sequence[LineItem], net: Decimal | None) -> bool:
    """Whether the pages' lines add up to the net and have other amounts."""
    ours, theirs = ([item.amount for item in items] for items in (printed, said))
    return bool(said) and _add_up(ours, net) and Counter(ours) != Counter(theirs)
