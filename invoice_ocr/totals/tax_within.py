"""What bears out the tax in a total that other sums prove: its rate, or the taxes of single rates that make it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Candidate
from invoice_ocr.totals.ways import RATE, decimals

_HALF_A_CENT = Decimal("0.006")
_ENOUGH = Decimal("0.5")  # less tax fits too many rates
_LABELLED, _PARTS, _CENTS = 0.4, 3, 2
_OF_RATES = 0.6  # how surely the taxes of all rates make the tax


def borne_out(chosen: Mapping[str, Candidate], candidates: Sequence[Candidate], rates: Sequence[Decimal]) -> str:
    """The equation that bears out the tax among chosen totals, or "".

    rates: those of the country, in percent, for a tax printed without its rate. Service that guests give of their own
    will bears no tax: the rate of a tax may fit the total without such a charge.
    """
    gross, tax = chosen.get("total_gross"), chosen.get("total_tax")
    if gross is None or tax is None or len(tax.readings) > 1 or decimals(tax) != _CENTS:
        return ""
    whole, part = magnitude(gross), magnitude(tax)
    printed = [Decimal(hit.replace(",", ".")) for hit in RATE.findall(tax.evidence.text)]
    untaxed = [
        magnitude(c) for c in candidates if c.name == "charge" and c.score > _LABELLED and 0 < magnitude(c) < whole
    ]
    for base, known in ((whole, printed or rates), *((whole - charge, printed) for charge in untaxed)):
        for rate in known:
            if part >= _ENOUGH and rate > 0 and abs(base * rate / (100 + rate) - part) < _HALF_A_CENT:
                return f"{base} * {rate} / {100 + rate} = {part}"
    return _of_parts(tax, candidates)


def _of_parts(tax: Candidate, candidates: Sequence[Candidate]) -> str:
    """Two or three labelled taxes of other rows that make this one."""
    rows = {
        (c.evidence.page, round(c.evidence.box.center_y)): magnitude(c)
        for c in sorted(candidates, key=lambda c: c.score)
        if c.name == "total_tax"
        and c.score > _LABELLED
        and decimals(c) == _CENTS
        and 0 < magnitude(c) < magnitude(tax)
        and abs(c.evidence.box.center_y - tax.evidence.box.center_y) > tax.evidence.box.height / 2
    }
    parts = sorted(rows.values(), reverse=True)[:6]
    for count in range(2, _PARTS + 1):
        for some in combinations(parts, count):
            if sum(some) == magnitude(tax):
                return f"{' + '.join(map(str, some))} = {magnitude(tax)}"
    return ""


def of_all_rates(gross: Candidate, candidates: Sequence[Candidate]) -> tuple[Candidate, str] | None:
    """The taxes of different rates, printed each with its own, that make the whole tax, and what proves it.

    What they are contained in makes the total, as near as taxes of whole cents can tell.
    """
    rows: dict[tuple[int, int], tuple[Decimal, Candidate]] = {}
    for candidate in candidates:
        rates = RATE.findall(candidate.evidence.text) if candidate.name == "total_tax" and magnitude(candidate) else ()
        if len(rates) == 1 and candidate.score > _LABELLED and len(candidate.readings) == 1:
            place = (candidate.evidence.page, round(candidate.evidence.box.center_y))
            rows[place] = (Decimal(rates[0].replace(",", ".")), candidate)
    taxes = dict(rows.values())
    if not 1 < len(taxes) == len(rows) <= _PARTS + 1 or not all(taxes):
        return None
    whole, room = Decimal(0), Decimal(0)
    for rate, tax in taxes.items():
        over = (100 + rate) / rate
        whole += over * magnitude(tax)
        room += over * Decimal(1).scaleb(-(decimals(tax) or 0)) / 2
    if abs(whole - magnitude(gross)) > room:
        return None
    first = next(iter(taxes.values()))
    value = sum((magnitude(tax) for tax in taxes.values()), Decimal(0))
    parts = max(magnitude(tax) for tax in taxes.values())
    if any(c.name == "total_tax" and c.score > _LABELLED and parts < magnitude(c) != value for c in candidates):
        return None  # what is called the whole tax is another
    evidence = replace(first.evidence, source="derived", rule="universal.tax.sum")
    proof = f"{' + '.join(f'{magnitude(tax)} at {rate} %' for rate, tax in taxes.items())} within {magnitude(gross)}"
    return replace(first, value=value, readings=(value,), evidence=evidence, score=_OF_RATES), proof
