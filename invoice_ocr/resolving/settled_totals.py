"""The totals among a document's choices: what was chosen by the sums, what follows from it, where no tax is due."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

from invoice_ocr.choices import Choice, magnitude, ranked, support_of
from invoice_ocr.finding.sheet import find_labels
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.model import Candidate, Document, Evidence
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.sums import Sums

_PAYMENTS = 8  # of which some may make what was paid
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")


def add_totals(choices: dict[str, Choice], sums: Sums, candidates: Sequence[Candidate], *, credit: bool) -> None:
    """Add the totals that the sums chose, and what is paid and due with them. credit: amounts without their minus."""
    for name, candidate in sums.chosen.items():
        rivals = _rivals(name, candidate, candidates)
        proved = name in sums.proved
        best_rival = max((rival.score for rival in rivals), default=0.0)
        support = 1.0 - (1.0 - sums.joint) * 0.25 if proved else support_of(candidate.score, best_rival) * 0.9
        value = abs(candidate.value) if credit and isinstance(candidate.value, Decimal) else candidate.value
        readings = (value,) if proved and len(candidate.readings) == 1 else candidate.readings
        choices[name] = Choice(name, value, candidate.evidence, support, rivals, readings, sums.proof if proved else "")
    if "amount_due" in sums.proved:
        choices.pop("prepaid", None)  # what is kept back explains all that is not to be paid
    _settle_left(choices, candidates)
    _settle_paid(choices)
    _settle_due(choices, credit=credit)


def _settle_left(choices: dict[str, Choice], candidates: Sequence[Candidate]) -> None:
    """What is left to pay and what was paid so that they make the gross: other amounts may bear such labels, too.

    What was paid may be printed in parts, one below the other, or named as at a till: `Payment 500.00`.
    """
    gross, due = choices.get("total_gross"), choices.get("amount_due")
    if gross is None or due is None:
        return
    paid = {magnitude(one): one for one in ranked("prepaid", candidates)}
    left = {magnitude(one): one for one in ranked("amount_due", candidates)}
    total = magnitude(gross)
    if any(total - value == magnitude(due) for value in paid):
        return
    rest = total - magnitude(due)
    handed = [one for one in ranked("cash", candidates) if magnitude(one) == rest]
    parts = handed[:1] or _parts_of(rest, paid) if rest and magnitude(due) > 0 else []
    whole = sum(map(magnitude, parts), Decimal(0))
    if parts:
        evidence = replace(parts[0].evidence, source="derived", rule="universal.prepaid.sum")
        support = min(part.support for part in parts)
        choices["prepaid"] = replace(
            parts[0], name="prepaid", value=whole, readings=(whole,), evidence=evidence, support=support
        )
    elif (one := next((left[total - value] for value in paid if total - value in left and value), None)) is not None:
        choices["amount_due"] = one


def _parts_of(whole: Decimal, paid: Mapping[Decimal, Choice]) -> list[Choice]:
    """The payments that together make a whole: the most of them that do, of the best labelled."""
    best = list(paid.items())[:_PAYMENTS]
    for count in range(len(best), 1, -1):
        for group in combinations(best, count):
            if sum(value for value, _ in group) == whole:
                return [choice for _, choice in group]
    return []


def _settle_paid(choices: dict[str, Choice]) -> None:
    """What was paid has no sign, though it is printed as taken off; more than the whole was not paid."""
    paid, gross = choices.get("prepaid"), choices.get("total_gross")
    if paid is None:
        return
    if gross is not None and magnitude(paid) > magnitude(gross):
        del choices["prepaid"]
        return
    readings = tuple(dict.fromkeys(abs(r) if isinstance(r, Decimal) else r for r in paid.readings))
    choices["prepaid"] = replace(paid, value=magnitude(paid), readings=readings)


def _settle_due(choices: dict[str, Choice], *, credit: bool) -> None:
    """What is left to pay: proved by gross less what was paid, and equal to the gross when nothing says otherwise."""
    gross, due, paid = (choices.get(name) for name in ("total_gross", "amount_due", "prepaid"))
    if gross is None:
        return
    if due is None:
        if paid is None:
            evidence = replace(gross.evidence, source="derived", rule="universal.amount_due.nothing_paid")
            choices["amount_due"] = Choice("amount_due", gross.value, evidence, 0.8 * gross.support)
        return
    total, left, given = (magnitude(choice) for choice in (gross, due, paid))
    if credit:
        choices["amount_due"] = due = replace(due, value=left)
    if abs(total - given - left) < Decimal("0.005"):
        proof = f"{total} - {given} = {left}"
        choices["amount_due"] = replace(due, support=1 - (1 - due.support) * 0.3, proof=proof)
        if not gross.proof:
            choices["total_gross"] = replace(gross, support=1 - (1 - gross.support) * 0.5, proof=proof)


def _rivals(name: str, chosen: Candidate, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    others: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        if candidate.name == name and magnitude(candidate) != magnitude(chosen):
            others.setdefault(str(candidate.value), candidate)
    return tuple(others.values())[:3]


def settle_untaxed(
    choices: dict[str, Choice], candidates: Sequence[Candidate], statement: Callable[[], Evidence | None]
) -> None:
    """Net and tax where no tax is due: the net is the gross when the tax is printed as 0, or a statement says so."""
    gross, net, tax = (choices.get(name) for name in ("total_gross", "total_net", "total_tax"))
    taxed = any(
        c.name == "total_tax" and isinstance(c.value, Decimal) and c.value and c.score > 0.3 for c in candidates
    )
    if gross is None or taxed or (net and net.value != gross.value) or (tax and (tax.value or net)):
        return
    evidence = tax.evidence if tax else statement()
    if evidence is None:
        return
    proof = f"{gross.value} + 0.00 = {gross.value}"
    if tax is None:
        support = 0.95 * (net or gross).support
        choices["total_tax"] = Choice("total_tax", Decimal("0.00"), evidence, support, (), (Decimal("0.00"),), proof)
    if net is None:
        source = replace(gross.evidence, source="derived", rule="universal.total_net.untaxed")
        sure = min(gross.support, tax.support) if tax else gross.support
        choices["total_net"] = replace(
            gross, name="total_net", evidence=source, support=0.97 * sure, rivals=(), proof=proof
        )


def untaxed(document: Document, pack: RulePack) -> Evidence | None:
    """Where the document says that no tax is due: by such words, or by a tax of 0 % and of no other rate."""
    zero: Evidence | None = None
    for grid in make_grids(document):
        for cell in grid.cells():
            fields = {rule.field for hit in find_labels(cell, pack) for rule in pack.by_label[hit.key]}
            place = Evidence(
                cell.page, cell.box, cell.text, "universal.untaxed", cell.line.words[0].source, cell.line.words
            )
            if "untaxed" in fields:
                return place
            rates = [hit.group(1) for hit in _RATE.finditer(cell.text)] if "total_tax" in fields else []
            if any(rate.strip("0.,") for rate in rates):
                return None
            zero = zero or (place if rates else None)
    return zero
