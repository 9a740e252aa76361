"""Discounts and charges below a sum: the total that a till asks for once they are taken off or added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Candidate
from invoice_ocr.totals.proofs import CASH_ROUNDING, extras_of
from invoice_ocr.totals.sums import Sums
from invoice_ocr.totals.ways import decimals, find_ways

_SURELY = 0.7  # how surely a total is labelled that rivals what is asked for below it
_NAMED = 0.5  # how surely a discount is labelled
_MOST_OFF = Decimal("0.5")  # share of a total that is left, at least, where what was taken off was not understood
_TOTALS = ("total_gross", "total_net", "amount_due", "subtotal")
_PAYMENTS = ("prepaid", "cash", "change")


def after_discount(
    sums: Sums, candidates: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool
) -> Sums | None:
    """The sums of a document whose total is printed below a discount; None where nothing is taken off the total.

    The printed amount is the total less the discount, with what else is labelled as rounding or charge, and none that
    was paid: that may be a coupon. slip: it is of a till, which may add a charge there, too; elsewhere a discount below
    the total is for who pays early, unless cash less change, or what was paid of an amount due above, says that it was
    taken off.
    """
    gross = sums.chosen.get("total_gross")
    if gross is None or sums.proved - {"total_gross"}:
        return None
    kinds = ("discount", "charge") if slip else ("discount",)
    taken = [c for c in candidates if c.name in kinds and c.score > _NAMED and magnitude(c) and _below(c, gross)]
    if not taken:
        return None
    off = {value for value in extras_of([*taken, *_others(candidates, gross)]) if value < 0 or slip}
    claimed = {_place(c) for c in candidates if c.name in _PAYMENTS and c.score > _NAMED}
    labelled = [c for c in candidates if c.name in _TOTALS]
    paid = {way.value for way in find_ways(candidates, amounts) if way.kind == "paid"}
    paid |= {magnitude(c) for c in candidates if c.name == "prepaid" and c.score > _NAMED and _due_above(c, labelled)}
    for left in sorted([*labelled, *amounts], key=lambda c: (c.name == "amount", -c.score)):
        value, short = magnitude(left), magnitude(left) - magnitude(gross)
        if short not in off or decimals(left) != decimals(gross) or not any(_below(left, one) for one in taken):
            continue
        if _place(left) in claimed or not (slip or value in paid):
            continue
        if any(".voucher." in c.evidence.rule and magnitude(c) == -short for c in taken):
            return _both(sums, gross, value)
        proof = f"{magnitude(gross)} {'-' if short < 0 else '+'} {abs(short)} = {value}"
        total = replace(left, name="total_gross", value=value, readings=(value,), score=max(left.score, gross.score))
        return replace(
            sums, chosen={**sums.chosen, "total_gross": total}, proof=proof, proved=frozenset({"total_gross"})
        )
    return None


def left_open(sums: Sums, candidates: Sequence[Candidate]) -> Sums | None:
    """The sums of a till with its total open, where another amount is asked for below; None where none is.

    What was taken off or added between was not understood, then. An amount that a payment explains is what is left of
    the total, and change is none.
    """
    gross = sums.chosen.get("total_gross")
    if gross is None or sums.proved - {"total_gross"}:
        return None
    if more := _total_above(gross, candidates):
        return _both(sums, gross, more)
    whole = magnitude(gross)
    parts = {magnitude(c) for c in candidates if c.name in _PAYMENTS}
    asked = [c for c in candidates if c.name == "amount_due" and c.score > _NAMED and magnitude(c) and _below(c, gross)]
    due = max(asked, key=lambda c: c.score, default=None)
    if due is None or due.evidence.rule.startswith("universal.") or decimals(due) != decimals(gross):
        return None
    left = magnitude(due)
    if left == whole or left < _MOST_OFF * whole or {whole - left, whole + left, left} & parts:
        return None
    return _both(sums, replace(due, name="total_gross", value=left), whole)


def _total_above(due: Candidate, candidates: Sequence[Candidate]) -> Decimal | None:
    """The labelled total above what is asked for, where no label says that what lies between is taken off.

    Or the sum above it from which a voucher was taken, which may have been paid for.
    """
    vouchers = {magnitude(c) for c in candidates if c.name == "discount" and ".voucher." in c.evidence.rule}
    sums = {magnitude(c) for c in candidates if c.name == "subtotal" and c.score > _SURELY and _below(due, c)}
    if vouched := {value for value in sums if value - magnitude(due) in vouchers}:
        return min(vouched)
    if ".amount_due." not in due.evidence.rule:
        return None
    off = {c.value for c in candidates if c.name in ("discount", "prepaid") and ".voucher." not in c.evidence.rule}
    taken = {abs(value) for value in off if isinstance(value, Decimal)}
    above = [
        magnitude(c)
        for c in candidates
        if c.name == "total_gross"
        and c.score > _SURELY
        and not c.evidence.rule.startswith("universal.")
        and decimals(c) == decimals(due)
        and _below(due, c)
    ]
    least = min((value for value in above if value > magnitude(due) + CASH_ROUNDING), default=None)
    return least if least is not None and least - magnitude(due) not in taken else None


def _both(sums: Sums, gross: Candidate, other: Decimal) -> Sums:
    """The sums with their total open: it may be another amount, too."""
    either = replace(gross, readings=(magnitude(gross), other))
    return replace(sums, chosen={**sums.chosen, "total_gross": either}, proof="", proved=frozenset())


def _others(candidates: Iterable[Candidate], gross: Candidate) -> list[Candidate]:
    return [c for c in candidates if c.name in ("rounding", "charge") and _below(c, gross)]


def _due_above(paid: Candidate, labelled: Iterable[Candidate]) -> bool:
    """Whether what was paid is all that a label above asks for."""
    return any(c.name == "amount_due" and magnitude(c) == magnitude(paid) and _below(paid, c) for c in labelled)


def _below(one: Candidate, other: Candidate) -> bool:
    first, second = one.evidence, other.evidence
    return (first.page, first.box.center_y) > (second.page, second.box.bottom)


def _place(candidate: Candidate) -> tuple[object, ...]:
    return candidate.evidence.page, candidate.evidence.box
