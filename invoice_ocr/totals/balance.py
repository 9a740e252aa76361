"""What an account stood at before a bill: paid with it, though none of its totals.

Telephone companies, utilities and landlords ask for what is left of earlier bills too: this bill, and the balance
brought forward less what was paid since, make what is due.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.choices import Resolution
from invoice_ocr.model import Box, Candidate, Issue
from invoice_ocr.totals.proofs import CENT, Found, Term, named
from invoice_ocr.values.amount import HIGHEST_RATE

_LEAST = 0.4  # how surely labels name a balance, what was paid, and the parts of this bill
_MOST = 4  # balances and payments that are tried
_PLAIN = 0.2  # the score of an amount that no label explains


def proofs(
    terms: Mapping[str, list[Term]], candidates: Sequence[Candidate], printed: Mapping[Decimal, Candidate]
) -> Iterator[Found]:
    """Every set of totals that with a balance brought forward makes the labelled amount due, with its score."""
    before = _amounts("balance", candidates)
    if not before:
        return
    since = [Decimal(0), *(-abs(paid) for paid in _amounts("prepaid", candidates))]
    for due in terms["total_gross"]:
        if due.candidate.name not in ("amount_due", "total_gross") or due.score < _LEAST:
            continue
        rests = {abs(value) * sign + paid for value in before for sign in (1, -1) for paid in since} - {Decimal(0)}
        for rest in rests:
            yield from _of_this_bill(terms, due, rest, printed)


def _amounts(name: str, candidates: Sequence[Candidate]) -> list[Decimal]:
    """The values that labels of one kind introduce, the surest first."""
    places: dict[tuple[int, Box], Decimal] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        value = candidate.value
        if candidate.name == name and isinstance(value, Decimal) and value and candidate.score > _LEAST:
            places.setdefault((candidate.evidence.page, candidate.evidence.box), value)
    return list(dict.fromkeys(places.values()))[:_MOST]


def _of_this_bill(
    terms: Mapping[str, list[Term]], due: Term, rest: Decimal, printed: Mapping[Decimal, Candidate]
) -> Iterator[Found]:
    """The total of this bill alone, printed somewhere, with its net and tax where they make it."""
    whole = due.value - rest
    labelled = {term.value: term for term in terms["total_gross"] if term.candidate.name == "total_gross"}
    if whole <= 0 or whole == due.value or (whole not in labelled and whole not in printed):
        return
    gross = labelled.get(whole) or Term(whole, replace(printed[whole], name="total_gross"), _PLAIN)
    shown = f"{whole} {rest:+} = {due.value}"
    if whole in labelled and gross.score > _LEAST:
        yield gross.score + due.score + 1.1, named(total_gross=gross, amount_due=due), shown
    nets = {term.value: term for term in terms["total_net"]}
    for tax in terms["total_tax"]:
        left = whole - tax.value
        if tax.score < _LEAST or not 0 < tax.value <= HIGHEST_RATE * max(left, CENT):
            continue
        if left not in nets and left not in printed:
            continue
        net = nets.get(left) or Term(left, replace(printed[left], name="total_net"), _PLAIN)
        chosen = named(total_net=net, total_tax=tax, total_gross=gross, amount_due=due)
        yield gross.score + net.score + tax.score + due.score + 1.4, chosen, f"{left} + {tax.value} = {whole}; {shown}"


def doubt(resolution: Resolution, candidates: Sequence[Candidate]) -> list[Issue]:
    """An issue `totals.balance` where what is due was taken for the total though a balance may be part of it.

    None where nothing is left of it: all of it was paid since, or the balance carried forward is zero.
    """
    gross = resolution.choices.get("total_gross")
    before = _amounts("balance", candidates)
    settled = any(c.name == "balance" and c.value == 0 and c.score > _LEAST for c in candidates)
    settled |= {abs(value) for value in before} <= {abs(paid) for paid in _amounts("prepaid", candidates)}
    if gross is None or not before or settled:
        return []
    own = [c for c in candidates if c.name == "total_gross" and not c.evidence.rule.startswith("universal.")]
    if any(c.score > _LEAST and c.value == gross.value for c in own) or resolution.amount("amount_due") != gross.value:
        return []
    touched = tuple(name for name in ("total_gross", "total_net") if name in resolution.choices)
    return [Issue("totals.balance", f"the balance {before[0]} of earlier bills may be part of {gross.value}", touched)]
