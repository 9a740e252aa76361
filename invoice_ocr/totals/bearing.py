"""What line items say about the totals: lines that add up to one bear it out, others contradict it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Literal

from invoice_ocr.choices import Choice, Resolution
from invoice_ocr.model import LineItem
from invoice_ocr.totals.proofs import CENT

# What is left of the doubt in a total that the lines make, too; of one that nothing else proves, and of one proved.
_ALONE, _BESIDE = 0.4, 0.6
_SEVERAL = 3  # lines without heads

Agreement = Literal["agree", "unclear", "contradict"]


def bear_out(resolution: Resolution, items: Sequence[LineItem], *, listed: bool = False) -> Resolution:
    """The resolution with the totals believed more that the lines add up to, as they are or with what is added after.

    A single line counts when its quantity and price make its amount. listed: the lines have no heads; three at least
    must make the gross total then, not a net to which more is added, nor what is due, in which other bills may be.
    """
    total = _sum(items)
    if total is None or not _tells(items) or (listed and len(items) < _SEVERAL):
        return resolution
    names = [name for name in ("total_gross", "total_net") if _meets(resolution, name, total)]
    if listed:
        names = [n for n in names if n == "total_gross" and ".amount_due" not in resolution.choices[n].evidence.rule]
    if not names:
        return resolution
    shown = f"{' + '.join(str(item.amount) for item in items)} = {total}" if len(items) > 1 else f"{total} in lines"
    choices = dict(resolution.choices)
    for name in _with_them(resolution, names[0]):
        choice = choices[name]
        left = _BESIDE if choice.proof else _ALONE
        choices[name] = replace(choice, support=1 - (1 - choice.support) * left, proof=choice.proof or shown)
    return replace(resolution, choices=choices)


def judge(resolution: Resolution, items: Sequence[LineItem], tolerance: Decimal) -> tuple[Agreement, Decimal]:
    """Whether the lines make a total of the document, with their sum.

    They contradict it when nothing printed explains the difference and either no other sum proves the total, or they
    are all proved by quantity and price and make more than the net: lines that were missed would make less.
    """
    total = _sum(items)
    sums = [value for name in ("total_net", "total_gross") if (value := resolution.amount(name)) is not None]
    if total is None or not sums or any(_fits(total, value, resolution.extras, tolerance) for value in sums):
        return "agree", total or Decimal(0)
    gross = resolution.choices.get("total_gross")
    if gross is None or not gross.proof:
        return "contradict", total
    without = [total - item.amount for item in items if item.amount is not None]
    near = any(_fits(rest, value, resolution.extras, tolerance) for rest in without for value in sums)
    proved = len(items) > 1 and all(_is_proved(item) for item in items)
    return ("contradict" if proved and total > max(sums) and not near else "unclear"), total


def _sum(items: Sequence[LineItem]) -> Decimal | None:
    """The sum of all lines, or None when there are none or one has no amount."""
    amounts = [item.amount for item in items if item.amount is not None]
    return sum(amounts, Decimal(0)) if amounts and len(amounts) == len(items) else None


def _fits(total: Decimal, value: Decimal, extras: Sequence[Decimal], tolerance: Decimal) -> bool:
    return any(abs(abs(total + extra) - abs(value)) <= tolerance for extra in (Decimal(0), *extras))


def _tells(items: Sequence[LineItem]) -> bool:
    return len(items) > 1 or _is_proved(items[0])


def _is_proved(item: LineItem) -> bool:
    if item.quantity is None or item.unit_price is None or item.amount is None:
        return False
    return abs(item.quantity * item.unit_price - item.amount) <= CENT


def _meets(resolution: Resolution, name: str, total: Decimal) -> bool:
    value = resolution.amount(name)
    return value is not None and total > 0 and abs(value) == total


def _with_them(resolution: Resolution, name: str) -> Iterator[str]:
    """The total that the lines make, and the others of its sum when it is one of a proved sum."""
    yield name
    choice = resolution.choices[name]
    if choice.proof:
        yield from (
            other
            for other, one in resolution.choices.items()
            if other != name and _same_sum(one, choice) and isinstance(one.value, Decimal)
        )


def _same_sum(one: Choice, other: Choice) -> bool:
    return bool(one.proof) and one.proof == other.proof
