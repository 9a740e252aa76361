"""Cash rounding: the total that is left to pay once a till has rounded it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Candidate
from invoice_ocr.totals.proofs import CASH_ROUNDING, unprinted
from invoice_ocr.totals.ways import decimals, find_ways

_LARGEST_ROUNDING = Decimal(1)
_SMALLEST_COIN = Decimal("0.05")  # to which tills round
_PLACES = 2  # of a sum of money: three are of a weight, or misread
_NAMED = 0.5  # the score of a total that its label tells
_MISREAD = Decimal("0.10")  # between a total and what it is rounded to, where a digit of one may be misread


def after_rounding(
    gross: Candidate, candidates: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool
) -> Candidate | None:
    """The total that cash rounding leaves: what a till slip asks for. None when nothing was rounded.

    slip: it is one; elsewhere rounding changes what is due, and the total only where a label says so. A line of
    rounding and an amount below that differs from `gross` by just that much prove it, and on a slip cash less change.
    An amount below a hair's breadth off without such a line leaves both readings open: its word may not have been
    understood.
    """
    rounded = [c for c in candidates if c.name == "rounding" and c.evidence.page == gross.evidence.page]
    by = {magnitude(c) for c in rounded if c.evidence.box.bottom > gross.evidence.box.top}
    for way in find_ways(candidates, (), slip=slip) if slip else ():
        apart = abs(way.value - magnitude(gross))
        if way.kind == "paid" and not apart:
            return None
        told = apart < _LARGEST_ROUNDING and any(magnitude(c) == apart for c in rounded)
        if way.kind == "paid" and (told or apart <= CASH_ROUNDING):
            printed = next((_of_value(c, way.value) for c in amounts if magnitude(c) == way.value), None)
            if printed:
                return printed
            once = sum(magnitude(c) == magnitude(gross) for c in amounts) < 2
            by_looks = gross.evidence.rule.startswith("universal.")
            if (by_looks and (once or told)) or (apart in by and _asks_again(gross, candidates)):
                return replace(unprinted(way), score=gross.score)
    if asked_for := _next_below(gross, rounded, amounts, slip=slip):
        return asked_for
    names = {"total_gross", "total_net"} | ({"amount_due", "amount", "cash"} if slip else set())
    names |= {"amount"} if gross.evidence.source == "ocr" else set()
    asked = () if slip else [c.evidence for c in candidates if c.name == "amount_due" and c.score > 0.5]
    below = [
        candidate
        for candidate in (*sorted(candidates, key=lambda candidate: -candidate.score), *amounts)
        if candidate.name in names
        and candidate.evidence.page == gross.evidence.page
        and candidate.evidence.box.top > gross.evidence.box.top + 2
        and (decimals(candidate) or 0) <= _PLACES
        and not any((candidate.evidence.page, candidate.evidence.box) == (due.page, due.box) for due in asked)
    ]
    for candidate in below:
        apart = abs(magnitude(candidate) - magnitude(gross))
        if 0 < apart < _LARGEST_ROUNDING and apart in by:
            return _of_value(candidate, magnitude(candidate))
    near = [
        c
        for c in below
        if 0 < abs(magnitude(c) - magnitude(gross)) <= CASH_ROUNDING and c.score > 0.5 and decimals(c) == _PLACES
    ]
    for candidate in near if slip or gross.evidence.source == "ocr" else ():
        if _borne_out(candidate, gross, candidates, amounts):
            return _of_value(candidate, magnitude(candidate))
    opened = _labelled_so(gross, below, near)
    if slip:
        opened = opened or _before(gross, rounded, candidates, amounts) or _unread(gross, rounded, candidates)
        opened = opened or _alone(gross, rounded, candidates, amounts)
    return opened


def _alone(
    gross: Candidate, rounded: Sequence[Candidate], candidates: Sequence[Candidate], amounts: Sequence[Candidate]
) -> Candidate | None:
    """Both readings where pixels show a line of rounding below the only total: the one after it may be unread.

    Not where cash less change tells what was rounded.
    """
    own, whole = gross.evidence, magnitude(gross)
    if own.source != "ocr" or not whole % _SMALLEST_COIN:  # rounded already
        return None
    printed = {magnitude(c) for c in amounts} | {way.value for way in find_ways(candidates, (), slip=True)}
    for line in rounded:
        by, below = magnitude(line), line.evidence.box.top > own.box.bottom
        if below and 0 < by < _LARGEST_ROUNDING and not {whole + by, whole - by} & printed:
            return replace(gross, readings=(whole, whole + by))
    return None


def _unread(gross: Candidate, rounded: Sequence[Candidate], candidates: Sequence[Candidate]) -> Candidate | None:
    """Both readings where pixels show another total a few cents off below a line of rounding, or below this total.

    What it was rounded by, or a digit of the other, may be misread: what was read of it does not tell them apart.
    """
    own, whole = gross.evidence, magnitude(gross)
    if own.source != "ocr":
        return None
    told = {magnitude(line) for line in rounded}
    start = min((line.evidence.box.top for line in rounded), default=own.box.bottom)
    for other in candidates:
        place, apart = other.evidence, abs(magnitude(other) - whole)
        named = other.name in ("total_gross", "total_net", "amount_due") and not place.rule.startswith("universal.")
        below = (place.page, place.source) == (own.page, "ocr") and place.box.top > start
        if named and below and other.score > _NAMED and 0 < apart <= _MISREAD and apart not in told:
            return _either(gross, other)
    return None


def _before(
    gross: Candidate, rounded: Sequence[Candidate], candidates: Sequence[Candidate], amounts: Sequence[Candidate]
) -> Candidate | None:
    """Both readings where only a table of taxes below a line of rounding shows the total: it may be that before it."""
    own = gross.evidence
    if not any(c.evidence.rule.startswith("universal.total_gross.") and c.evidence.box == own.box for c in candidates):
        return None
    whole = magnitude(gross)
    for line in rounded:
        by, place = magnitude(line), line.evidence.box
        if not (0 < by < _LARGEST_ROUNDING and place.bottom < own.box.top):
            continue
        ends = {magnitude(c): c.evidence.box.bottom for c in reversed(amounts) if c.evidence.page == own.page}
        shown = ends.get(whole, own.box.bottom) < place.bottom or {whole + by, whole - by} & ends.keys()
        if not shown:
            after = whole + line.value if isinstance(line.value, Decimal) else whole
            return replace(gross, readings=(whole, after))
    return None


def _next_below(
    gross: Candidate, rounded: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool
) -> Candidate | None:
    """The amount below a slip's line of rounding that differs from `gross` by it; None where `gross` is the nearer one.

    A table of taxes at the end repeats the total before rounding.
    """
    for line in rounded if slip else ():
        by = magnitude(line)
        below = [
            c
            for c in amounts
            if c.evidence.page == line.evidence.page and c.evidence.box.top > line.evidence.box.center_y
        ]
        for amount in sorted(below, key=lambda c: c.evidence.box.top):
            apart = abs(magnitude(amount) - magnitude(gross))
            if not apart:
                break
            if apart == by < _LARGEST_ROUNDING and decimals(amount) == _PLACES:
                return _of_value(amount, magnitude(amount))
    return None


def _labelled_so(gross: Candidate, below: Sequence[Candidate], near: Sequence[Candidate]) -> Candidate | None:
    """The total that a label names among the amounts `below`, or both readings where one is `near`."""
    labelled = [c for c in below if not c.evidence.rule.startswith("universal.")]
    again = any(magnitude(c) == magnitude(gross) and c.name in ("total_gross", "amount_due") for c in labelled)
    named = [
        c for c in labelled if c.name == "total_gross" and 0 < abs(magnitude(c) - magnitude(gross)) <= CASH_ROUNDING
    ]
    if named and not again:
        return _of_value(named[0], magnitude(named[0]))
    if near and not again:
        return _either(gross, near[0])
    return None


def _asks_again(gross: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Whether another total is labelled below, whatever was read of its value."""
    return any(
        c.name == "total_gross"
        and c.evidence.rule.endswith(".right")
        and c.evidence.box.top > gross.evidence.box.bottom
        for c in candidates
    )


def _borne_out(
    after: Candidate, gross: Candidate, candidates: Sequence[Candidate], amounts: Sequence[Candidate]
) -> bool:
    """Whether other numbers of a slip say that an amount a hair's breadth off is the total after rounding.

    What was rounded by stands between the two, or cash is as much more as is given back below.
    """
    apart = abs(magnitude(after) - magnitude(gross))
    top, bottom = gross.evidence.box.bottom, after.evidence.box.top
    if any(magnitude(c) == apart and top <= c.evidence.box.center_y <= bottom for c in amounts):
        return True
    given = {magnitude(c) - magnitude(after) for c in candidates if c.name == "cash"}
    return any(magnitude(c) in given and magnitude(c) and c.evidence.box.top > bottom for c in amounts)


def _either(gross: Candidate, other: Candidate) -> Candidate:
    """Both readings of a total: first the amount below it, where that alone can be paid in coins."""
    whole, after = magnitude(gross), magnitude(other)
    if whole % _SMALLEST_COIN and not after % _SMALLEST_COIN:
        return replace(_of_value(other, after), readings=(after, whole))
    return replace(gross, readings=(*gross.readings[:1], after))


def _of_value(candidate: Candidate, whole: Decimal) -> Candidate:
    return replace(candidate, name="total_gross", value=whole, readings=(whole,), score=max(candidate.score, 0.8))
