"""Other ways to a document's total than its label: cash less change, prices added up, taxes by rate."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from invoice_ocr.choices import magnitude, of_tax_rows
from invoice_ocr.model import Box, Candidate, Evidence

_NAMED = 0.4  # how surely cash and change are labelled, at least
_TOTALS = ("total_gross", "total_net", "subtotal", "amount_due")
RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
_ENOUGH, _HALF_A_CENT = Decimal("0.5"), Decimal("0.006")  # less tax fits too many amounts
_ABOVE = 4  # amounts above the change among which total and cash are looked for
_LIKELY = 0.3  # how surely the totals are labelled that make another
_LONGEST = 60  # amounts in one column: more is no till slip
_MOST = 60  # columns of a page
_APART = 1.2  # how far right edges of one column lie apart, in heights of an amount


@dataclass(frozen=True, slots=True)
class Way:
    """One sum that gives a total; sums of different kinds are independent.

    kind: "paid", "priced", "taxed", "added", "tendered", "repeated" or "within".
    value: over 0. proof: the equation. evidence: what the last amount of the sum is read from.
    """

    kind: str
    value: Decimal
    proof: str
    evidence: Evidence


def find_ways(candidates: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool = False) -> list[Way]:
    """Every sum on a document that may be its total.

    candidates: those of labels and rows of taxes. amounts: every amount on the document, name "amount". slip: it is of
    a till, whose prices hold the tax that is printed among them.
    """
    whole = {c.evidence.box for c in candidates if c.name == "total_gross" and c.score > _LIKELY} if not slip else set()
    priced = _priced(amounts, whole)
    ways = [*_paid(candidates), *_taxed(candidates), *priced, *_added(candidates), *_tendered(candidates)]
    if slip:
        within = {c.evidence.box for c in candidates if c.name == "total_tax" and c.score > _NAMED}
        ways += _priced([c for c in amounts if c.evidence.box not in within]) if within else ()
        ways += _repeated(candidates, amounts)
    ways += _taxed_within(candidates, amounts)
    if not slip:  # on a slip the total may be misread; on an invoice `payments` and `changes` are of other things
        printed = {magnitude(c) for c in amounts}
        ways = [way for way in ways if way.kind != "paid" or way.value in printed]
    return ways if any(way.kind == "paid" for way in ways) else [*_handed(candidates, amounts), *ways]


def _paid(candidates: Sequence[Candidate]) -> Iterator[Way]:
    """Cash handed over less change given back: of one till both have as many decimals, unless one was misread."""
    handed = [c for c in candidates if c.name == "cash" and c.score > _NAMED]
    given_back = [c for c in candidates if c.name == "change" and c.score > _NAMED]
    surest = max((c.score for c in given_back if not magnitude(c)), default=0.0)
    for back in (c for c in given_back if c.score >= surest):  # `Change 0.00` says that nothing was given back
        alike = [c for c in handed if decimals(c) == decimals(back) and c.evidence.box != back.evidence.box]
        given = max(alike, key=lambda c: c.score, default=None)
        if given and 0 < magnitude(back) < magnitude(given):
            whole, rest = magnitude(given), magnitude(back)
            yield Way("paid", whole - rest, f"{whole} - {rest} = {whole - rest}", back.evidence)


def _handed(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> Iterator[Way]:
    """A total, cash and change printed one below the other, of which only the change was understood."""
    for back in candidates:
        if back.name != "change" or back.score <= _NAMED or not magnitude(back):
            continue
        page, top = back.evidence.page, back.evidence.box.top
        above = [c for c in amounts if c.evidence.page == page and decimals(c) == 2 and c.evidence.box.bottom < top + 1]
        near = sorted(above, key=lambda c: -c.evidence.box.top)[:_ABOVE]
        for index, given in enumerate(near):
            for total in near[index + 1 :]:
                if total.evidence.box.bottom < given.evidence.box.top + 1 and (
                    magnitude(total) + magnitude(back) == magnitude(given)
                ):
                    proof = f"{magnitude(given)} - {magnitude(back)} = {magnitude(total)}"
                    yield Way("paid", magnitude(total), proof, back.evidence)
                    return


def _tendered(candidates: Sequence[Candidate]) -> Iterator[Way]:
    """What was paid by card or counted out, below a labelled total of the same amount: no change was given."""
    if any(c.name == "change" and c.score > _NAMED and magnitude(c) for c in candidates):
        return
    totals = [c for c in candidates if c.name in _TOTALS and c.score > _LIKELY and magnitude(c)]
    for paid in candidates:
        if paid.name == "cash" and paid.score > _NAMED and decimals(paid) == 2:
            for total in totals:
                own, other = total.evidence, paid.evidence
                below = (other.page, other.box.top) > (own.page, own.box.top + own.box.height / 2)
                if below and magnitude(total) == magnitude(paid) and not own.rule.startswith("universal."):
                    yield Way("tendered", magnitude(paid), f"{magnitude(paid)} paid", paid.evidence)
                    break


def _taxed_within(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> Iterator[Way]:
    """The one amount that a tax printed with its rate is contained in."""
    for tax in candidates:
        rates = RATE.findall(tax.evidence.text) if tax.name == "total_tax" and magnitude(tax) >= _ENOUGH else ()
        for rate in map(Decimal, {rate.replace(",", ".") for rate in rates}):
            fitting = {
                magnitude(c): c
                for c in amounts
                if decimals(c) == 2 and rate and abs(magnitude(c) * rate / (100 + rate) - magnitude(tax)) < _HALF_A_CENT
            }
            for value, whole in fitting.items() if len(fitting) == 1 else ():
                proof = f"{value} * {rate} / {100 + rate} = {magnitude(tax)}"
                yield Way("within", value, proof, whole.evidence)


def _repeated(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> Iterator[Way]:
    """A labelled total that is printed in another row too, with no larger amount but what was handed over."""
    handed = {magnitude(c) for c in candidates if c.name == "cash"}
    largest = max((magnitude(c) for c in amounts if decimals(c) == 2 and magnitude(c) not in handed), default=None)
    if any(c.name == "change" and c.score > _NAMED and magnitude(c) for c in candidates):
        return  # cash less change says more
    labelled = [c for c in candidates if c.name == "total_gross" and not c.evidence.rule.startswith("universal.")]
    best = max((c.score for c in labelled if magnitude(c)), default=0.0)
    for total in labelled:
        own = total.evidence
        if total.score < max(_NAMED, best) or decimals(total) != 2:
            continue  # another is called the total more surely: this may be what it is in other money
        if magnitude(total) == largest and any(
            magnitude(c) == largest
            and (c.evidence.page != own.page or abs(c.evidence.box.center_y - own.box.center_y) > own.box.height)
            for c in amounts
        ):
            yield Way("repeated", magnitude(total), f"{magnitude(total)} again", own)
            return


def _taxed(candidates: Sequence[Candidate]) -> Iterator[Way]:
    """Net and tax of all rates, in rows whose numbers agree."""
    rows: dict[tuple[object, ...], dict[str, Candidate]] = {}
    for candidate in candidates:
        if of_tax_rows(candidate) and candidate.name in ("total_net", "total_tax"):
            group = rows.setdefault((candidate.evidence.page, candidate.evidence.box, candidate.score), {})
            group[candidate.name] = candidate
    for group in rows.values():
        if len(group) == 2:
            net, tax = magnitude(group["total_net"]), magnitude(group["total_tax"])
            if tax > 0:
                yield Way("taxed", net + tax, f"{net} + {tax} = {net + tax}", group["total_tax"].evidence)


def _added(candidates: Sequence[Candidate]) -> Iterator[Way]:
    """Two labelled totals that make a third below them: those of two rates, or of two parts of a bill."""
    found = {
        (c.evidence.page, c.evidence.box): c
        for c in sorted(candidates, key=lambda c: c.score)
        if c.name in _TOTALS and c.score > _LIKELY and magnitude(c) and not c.evidence.rule.startswith("universal.")
    }
    totals = sorted(found.values(), key=lambda c: (c.evidence.page, c.evidence.box.top))[:_LONGEST]
    for index, whole in enumerate(totals):
        above = {magnitude(c): c for c in totals[:index] if c.evidence.box.bottom <= whole.evidence.box.top + 1}
        for value in above:
            rest = magnitude(whole) - value
            if rest > value and rest in above:
                yield Way("added", magnitude(whole), f"{value} + {rest} = {magnitude(whole)}", whole.evidence)


def _priced(amounts: Sequence[Candidate], totals: Collection[Box] = ()) -> Iterator[Way]:
    """Amounts of a column that make the one under them, two at least.

    totals: where totals stand; one less what was paid makes what is left to pay, and no total.
    """
    for column in _columns(amounts):
        values = [c.value if isinstance(c.value, Decimal) else Decimal(0) for c in column]
        for end in range(2, len(column)):
            total = Decimal(0)
            for start in range(end - 1, -1, -1):
                total += values[start]
                if column[start].evidence.box in totals and all(value <= 0 for value in values[start + 1 : end]):
                    break
                if total == values[end] > 0 and values[start] and sum(map(bool, values[start:end])) > 1:
                    parts = " + ".join(str(value) for value in values[start:end])
                    yield Way("priced", total, f"{parts} = {total}", column[end].evidence)


def _columns(amounts: Sequence[Candidate]) -> list[list[Candidate]]:
    """Amounts with cents that end at the same place, top to bottom, page by page."""
    columns: list[list[Candidate]] = []
    money = [c for c in amounts if isinstance(c.value, Decimal) and c.value.as_tuple().exponent == -2]
    for candidate in sorted(money, key=lambda c: (c.evidence.page, c.evidence.box.center_y)):
        box = candidate.evidence.box
        for column in columns[-_MOST:]:
            last = column[-1].evidence
            if last.page == candidate.evidence.page and abs(last.box.right - box.right) < _APART * box.height:
                column.append(candidate)
                break
        else:
            columns.append([candidate])
    return [column for column in columns if 3 <= len(column) <= _LONGEST]


def decimals(candidate: Candidate) -> int | None:
    """Places after the point of a candidate's amount; None of anything else."""
    exponent = candidate.value.as_tuple().exponent if isinstance(candidate.value, Decimal) else None
    return -exponent if isinstance(exponent, int) else None
