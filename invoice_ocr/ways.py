"""Other ways to a document's total than its label: cash less change, prices added up, taxes by rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from invoice_ocr.model import Candidate, Evidence

_NAMED = 0.4  # how surely cash and change are labelled, at least
_TOTALS = ("total_gross", "total_net", "subtotal", "amount_due")
_LIKELY = 0.3  # how surely the totals are labelled that make another
_LONGEST = 60  # amounts in one column: more is no till slip
_APART = 1.2  # how far right edges of one column lie apart, in heights of an amount


@dataclass(frozen=True, slots=True)
class Way:
    """One sum that gives a total. kind: "paid", "priced", "taxed" or "added"; sums of different kinds are independent.

    value: over 0. proof: the equation. evidence: what the last amount of the sum is read from.
    """

    kind: str
    value: Decimal
    proof: str
    evidence: Evidence


def find_ways(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> list[Way]:
    """Every sum on a document that may be its total.

    candidates: those of labels and rows of taxes. amounts: every amount on the document, name "amount".
    """
    return [*_paid(candidates), *_taxed(candidates), *_priced(amounts), *_added(candidates)]


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


def _taxed(candidates: Sequence[Candidate]) -> Iterator[Way]:
    """Net and tax of all rates, in rows whose numbers agree."""
    rows: dict[tuple[object, ...], dict[str, Candidate]] = {}
    for candidate in candidates:
        if candidate.evidence.rule.endswith(".tax_row") and candidate.name in ("total_net", "total_tax"):
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


def _priced(amounts: Sequence[Candidate]) -> Iterator[Way]:
    """Amounts of a column that make the one under them, two at least."""
    for column in _columns(amounts):
        values = [c.value if isinstance(c.value, Decimal) else Decimal(0) for c in column]
        for end in range(2, len(column)):
            total = Decimal(0)
            for start in range(end - 1, -1, -1):
                total += values[start]
                if total == values[end] > 0 and values[start] and sum(map(bool, values[start:end])) > 1:
                    parts = " + ".join(str(value) for value in values[start:end])
                    yield Way("priced", total, f"{parts} = {total}", column[end].evidence)


def _columns(amounts: Sequence[Candidate]) -> list[list[Candidate]]:
    """Amounts with cents that end at the same place, top to bottom, page by page."""
    columns: list[list[Candidate]] = []
    money = [c for c in amounts if isinstance(c.value, Decimal) and c.value.as_tuple().exponent == -2]
    for candidate in sorted(money, key=lambda c: (c.evidence.page, c.evidence.box.center_y)):
        box = candidate.evidence.box
        for column in columns:
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


def magnitude(candidate: Candidate) -> Decimal:
    """A candidate's amount without its sign; 0 of anything else."""
    return abs(candidate.value) if isinstance(candidate.value, Decimal) else Decimal(0)
