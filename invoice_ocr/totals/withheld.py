"""Tax and guarantees that the buyer keeps back: they lessen what is to be paid, and not the gross total.

A freelancer's income tax (IRPF, ritenuta d'acconto, TDS), VAT that the buyer pays to the state, five percent of a
builder's work kept until it is free of defects.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, product

from invoice_ocr.choices import magnitude
from invoice_ocr.model import Box, Candidate
from invoice_ocr.totals import balance
from invoice_ocr.totals.proofs import CENT, Found, Term, extras_of, named
from invoice_ocr.values.amount import HIGHEST_RATE

_LEAST = 0.3  # how surely a label says that an amount is kept back
_MOST = 6  # such amounts: social security and taxes of several kinds stand side by side in Brazil
_SURE = 0.4


def sums_withheld(candidates: Sequence[Candidate]) -> list[Decimal]:
    """What may be kept back: each amount with such a label, and every sum of several; over 0."""
    places: dict[tuple[int, Box], Decimal] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        value = candidate.value
        if candidate.name == "withheld" and isinstance(value, Decimal) and value and candidate.score > _LEAST:
            places.setdefault((candidate.evidence.page, candidate.evidence.box), abs(value))
    single = list(places.values())[:_MOST]
    sums = (sum(group, Decimal(0)) for count in range(1, len(single) + 1) for group in combinations(single, count))
    return list(dict.fromkeys(sums))


def proofs(
    terms: Mapping[str, list[Term]], candidates: Sequence[Candidate], printed: Mapping[Decimal, Candidate]
) -> Iterator[Found]:
    """Every set of totals of which what is kept back leaves the labelled amount to pay, with its score.

    With them those that a balance of earlier bills is added to.
    """
    yield from balance.proofs(terms, candidates, printed)
    yield from _of_prepaid(terms, candidates, printed)
    kept = sums_withheld(candidates)
    if not kept:
        return
    left = {term.value: term for term in terms["total_gross"] if term.candidate.name in ("amount_due", "total_gross")}
    roundings = [Decimal(0), *(value for value in extras_of(candidates) if abs(value) < 1)]
    yield from _of_net_and_tax(terms, left, kept, roundings, printed)
    yield from _of_gross(terms["total_gross"], left, kept)


def _of_prepaid(
    terms: Mapping[str, list[Term]], candidates: Sequence[Candidate], printed: Mapping[Decimal, Candidate]
) -> Iterator[Found]:
    """Net, tax and what was paid before, where only what is left to pay is printed: the gross is worked out."""
    paid = {magnitude(c) for c in candidates if c.name == "prepaid" and c.score > _SURE} - {Decimal(0)}
    left = {term.value: term for term in terms["total_gross"] if term.candidate.name == "amount_due"}
    for net, tax in product(terms["total_net"], terms["total_tax"]):
        whole = net.value + tax.value
        if min(net.score, tax.score) < _SURE or not 0 < tax.value <= HIGHEST_RATE * net.value or whole in printed:
            continue
        for part in paid - {net.value, tax.value}:
            if due := left.get(whole - part):
                proof = f"{net.value} + {tax.value} - {part} = {due.value}"
                gross = _gross(whole, due, printed)
                yield (
                    net.score + tax.score + due.score + 1.4,
                    named(total_net=net, total_tax=tax, total_gross=gross),
                    proof,
                )


def _of_net_and_tax(
    terms: Mapping[str, list[Term]],
    left: Mapping[Decimal, Term],
    kept: Sequence[Decimal],
    roundings: Sequence[Decimal],
    printed: Mapping[Decimal, Candidate],
) -> Iterator[Found]:
    labelled = {term.value: term for term in terms["total_gross"] if term.candidate.name == "total_gross"}
    for net in terms["total_net"]:
        for tax in terms["total_tax"]:
            if min(net.score, tax.score) < _SURE or tax.value > HIGHEST_RATE * max(net.value, CENT):
                continue
            whole = net.value + tax.value
            for part, rounding in product(kept, roundings):
                due = left.get(whole - part + rounding)
                if due is None or part in (net.value, tax.value):
                    continue
                gross = labelled.get(whole) or _gross(whole, due, printed)
                shown = f" {rounding:+}" if rounding else ""
                proof = f"{net.value} + {tax.value} = {whole}; {whole} - {part}{shown} = {due.value}"
                chosen = named(total_net=net, total_tax=tax, total_gross=gross, amount_due=due)
                yield net.score + tax.score + due.score + 1.4, _both(chosen, due), proof


def _gross(whole: Decimal, due: Term, printed: Mapping[Decimal, Candidate]) -> Term:
    """The gross total that no label names: as printed somewhere, or worked out."""
    if whole in printed:
        return Term(whole, replace(printed[whole], name="total_gross"), due.score)
    source = replace(due.candidate.evidence, source="derived", rule="universal.total_gross.withheld")
    return Term(whole, replace(due.candidate, value=whole, evidence=source), due.score)


def _both(chosen: dict[str, Candidate], due: Term) -> dict[str, Candidate]:
    """The totals, with the gross left open where the label of a gross total stands beside what is to be paid."""
    gross = chosen["total_gross"]
    if gross.evidence.source == "derived" and due.candidate.name == "total_gross":
        chosen["total_gross"] = replace(gross, readings=(gross.value, due.value))
    return chosen


def _of_gross(totals: Sequence[Term], left: Mapping[Decimal, Term], kept: Sequence[Decimal]) -> Iterator[Found]:
    """A labelled gross total, and what is left of it, where net or tax are not named."""
    for gross in totals:
        if gross.candidate.name != "total_gross" or gross.score < _SURE:
            continue
        for part in kept:
            due = left.get(gross.value - part)
            if due is not None and due.candidate.name == "amount_due":
                proof = f"{gross.value} - {part} = {due.value}"
                yield gross.score + due.score + 1.1, named(total_gross=gross, amount_due=due), proof
