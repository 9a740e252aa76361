"""Slips that give money back: what is above their total is printed with a minus, whatever was read of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Candidate
from invoice_ocr.totals.sums import Sums
from invoice_ocr.totals.ways import decimals

_CENTS = 2


def given_back(sums: Sums, amounts: Sequence[Candidate]) -> Sums | None:
    """The sums of a till with the sign of the total open; None where what stands above it speaks for it.

    amounts: every amount of the slip. The last of each row above the total is a price; where all are below zero, or
    the tax or net within the total is, its minus was misread or not printed.
    """
    gross = sums.chosen.get("total_gross")
    if gross is None or _value(gross) <= 0:
        return None
    below = any(_value(sums.chosen[name]) < 0 for name in ("total_net", "total_tax") if name in sums.chosen)
    last: dict[int, Candidate] = {}
    for amount in sorted(amounts, key=lambda c: c.evidence.box.right):
        own = amount.evidence
        if decimals(amount) == _CENTS and own.page == gross.evidence.page and own.box.bottom < gross.evidence.box.top:
            row = next((y for y in last if abs(y - own.box.center_y) < own.box.height / 2), round(own.box.center_y))
            last[row] = amount
    if not below and not (last and all(_value(price) < 0 for price in last.values())):
        return None
    either = replace(gross, readings=(magnitude(gross), -magnitude(gross)))
    return replace(sums, chosen={**sums.chosen, "total_gross": either}, proof="", proved=frozenset())


def _value(candidate: Candidate) -> Decimal:
    return candidate.value if isinstance(candidate.value, Decimal) else Decimal(0)
