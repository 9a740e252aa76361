"""The sums of a document: which net, tax and gross fit together, and what proves it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import permutations, product

from invoice_ocr.choices import magnitude, of_tax_rows
from invoice_ocr.model import Candidate
from invoice_ocr.totals.cents import lost_cents, with_cents
from invoice_ocr.totals.proofs import CASH_ROUNDING, Found, Term, look_alike, named, printed_amounts, proofs, rounded_by
from invoice_ocr.totals.tax_within import borne_out, of_all_rates
from invoice_ocr.totals.total_terms import best_alone, net_of_parts, taxes_of, terms_of
from invoice_ocr.totals.ways import Way, decimals, find_ways
from invoice_ocr.totals.withheld import proofs as proofs_of_withheld
from invoice_ocr.values.amount import HIGHEST_RATE

_CENTS = 2
# What names a gross total, and how surely. Cash does where no change was given back.
_GROSS = {"total_gross": 1.0, "amount_due": 0.85, "subtotal": 0.3}
_EXACT = {"cash": 0.25}
_HALF = 0.4
_SURER = 0.2
_OF_A_PART = 0.5  # what is left of the score of a tax that may be of one rate of several
_AGREED = 0.6  # what is left of the doubt in a total when another kind of sum gives it too


@dataclass(frozen=True, slots=True)
class Sums:
    """The totals chosen together. proof: the equation that holds, or "". proved: fields that it covers.

    joint: 0..1, how well labels and rates support the proved fields together; a sum that holds lends each the
    support of the others.
    """

    chosen: Mapping[str, Candidate]
    proof: str = ""
    proved: frozenset[str] = frozenset()
    joint: float = 0.0


def solve(
    candidates: Sequence[Candidate],
    amounts: Sequence[Candidate],
    rates: Sequence[Decimal] = (),
    *,
    slip: bool = False,
) -> Sums:
    """The most plausible totals.

    candidates: those of labelled amounts. amounts: every amount on the document, name "amount", which may stand
    in for one term whose label was not understood when the other two are labelled and the sum holds. rates: those of
    the tax of its country, in percent. slip: it is of a till.
    """
    candidates = with_cents(candidates, amounts)
    ways = find_ways(candidates, amounts, slip=slip)
    terms = {
        "total_net": terms_of(candidates, {"total_net": 1.0, "subtotal": 0.8}),
        "total_tax": taxes_of(candidates),
        "total_gross": terms_of(candidates, _GROSS if any(way.kind == "paid" for way in ways) else _GROSS | _EXACT),
    }
    sets = [
        *proofs(terms, amounts, candidates, ways, rates if slip else ()),
        *proofs_of_withheld(terms, candidates, printed_amounts(amounts)),
    ]
    found = sorted(sets, key=lambda one: -one[0] - _borne_out(one[1], ways))
    alone = _of_all_rows(best_alone(terms), amounts)
    best = _first_sure(found, terms, alone, amounts, ways, rounded_by(candidates), slip=slip)
    if best is None:
        return Sums(alone)
    best = _with_net(best, found)
    chosen = {**alone, **best[1]}
    if "total_tax" in best[1] and "total_net" not in best[1] and "total_net" in alone:
        chosen.pop("total_net")
    if "total_tax" in alone and magnitude(chosen["total_tax"]) > HIGHEST_RATE * magnitude(chosen["total_gross"]):
        chosen.pop("total_tax")  # such as what `incl. GST` stands beside: the total again
    joint = 1 - (1 - _joint(best[1], candidates)) * _AGREED ** len(_kinds(best[1], ways))
    if lost_cents(best[1]["total_gross"], [*amounts, *candidates]):
        return Sums(chosen)  # where halves of amounts were lost, what is left of them may fit by chance
    shown = borne_out(chosen, candidates, rates) if "total_tax" not in best[1] else ""
    if not shown and "total_tax" not in best[1] and (every := of_all_rates(best[1]["total_gross"], candidates)):
        chosen["total_tax"], shown = every
    if slip and _of_a_part(chosen, best[1], ways):
        chosen.pop("total_net")
        tax = chosen["total_tax"]
        chosen["total_tax"] = tax if shown else replace(tax, score=_OF_A_PART * tax.score)
    chosen.update({} if slip else net_of_parts(chosen, ways))
    proved = frozenset({*best[1], "total_tax"} if shown else best[1])
    return Sums(chosen, f"{best[2]}; {shown}" if shown else best[2], proved, joint)


def _of_a_part(chosen: Mapping[str, Candidate], proved: Mapping[str, Candidate], ways: Sequence[Way]) -> bool:
    """Whether net and tax are of one rate of several: less than a total that is paid, or that two other sums prove."""
    if not {"total_net", "total_tax"} <= {*chosen} or "total_net" in proved:
        return False
    kinds = _kinds(proved, ways)
    short = magnitude(proved["total_gross"]) - magnitude(chosen["total_net"]) - magnitude(chosen["total_tax"])
    return short > CASH_ROUNDING and ("paid" in kinds or len(kinds) > 1)


def _with_net(best: Found, found: Sequence[Found]) -> Found:
    """A proof of what is left after withheld tax, joined by one of net and tax for the same gross total."""
    score, proved, proof = best
    if "amount_due" not in proved or "total_net" in proved:
        return best
    for _, other, sums in found:
        if "total_net" in other and magnitude(other["total_gross"]) == magnitude(proved["total_gross"]):
            return score, {**other, **proved}, f"{sums}; {proof}"
    return best


def _first_sure(
    found: Sequence[Found],
    terms: Mapping[str, list[Term]],
    alone: Mapping[str, Candidate],
    amounts: Sequence[Candidate],
    ways: Sequence[Way],
    rounded: Collection[Decimal],
    *,
    slip: bool,
) -> Found | None:
    """The best proof whose gross total no label overrules; after one that is, only those of the best labelled count."""
    doubted: set[Decimal] = set()
    for score, chosen, proof in found:
        gross = magnitude(chosen["total_gross"])
        kinds = _kinds(chosen, ways)
        by_looks = chosen["total_gross"].evidence.rule.startswith("universal.")
        paid = any(way.kind == "paid" and abs(way.value - gross) <= CASH_ROUNDING for way in ways)
        lesser = by_looks or _is_lesser(chosen["total_gross"], terms["total_gross"])
        if (gross in doubted or (doubted and lesser)) and not paid:
            continue
        if lesser and not by_looks and not paid and any(map(_stands_in, chosen.values())):
            doubted.add(gross)  # net, tax and gross of rates fit each other in many ways
            continue
        if by_looks and not paid and _paid_in_full(gross, terms["total_gross"], ways):
            doubted.add(gross)
            continue
        misread = look_alike(gross, terms["total_gross"], printed_amounts(amounts), rounded)
        if misread:
            return score, {**chosen, **named(total_gross=misread)}, proof
        if _short_of(chosen["total_gross"], amounts) or (_summed_up(chosen["total_gross"], amounts) and not paid):
            doubted.add(gross)
            continue
        sure = len(kinds) > 1 or paid
        totals = terms["total_gross"]
        if sure or not (
            _overruled(chosen, alone) or _of_one_rate(chosen, totals) or _outdone(chosen, totals, ways, slip=slip)
        ):
            return score, chosen, proof
        doubted.add(gross)
    return None


def _short_of(gross: Candidate, amounts: Sequence[Candidate]) -> bool:
    """Whether a gross total that rows of taxes make is printed nowhere, and a larger amount below them is.

    Something may be added that is no tax at these rates, such as a surcharge in columns of its own.
    """
    own = gross.evidence
    if not of_tax_rows(gross) or magnitude(gross) in printed_amounts(amounts):
        return False
    below = (c for c in amounts if (c.evidence.page, c.evidence.box.top) > (own.page, own.box.bottom))
    return any(magnitude(c) > magnitude(gross) and decimals(c) == _CENTS for c in below)


def _of_all_rows(alone: Mapping[str, Candidate], amounts: Sequence[Candidate]) -> Mapping[str, Candidate]:
    """Totals by their labels, with what sums up a gross total that is of one rate: hardly sure in its place."""
    whole = _summed_up(alone["total_gross"], amounts) if "total_gross" in alone else None
    return {**alone, "total_gross": replace(whole, name="total_gross", score=_OF_A_PART)} if whole else alone


def _summed_up(gross: Candidate, amounts: Sequence[Candidate]) -> Candidate | None:
    """What sums up a total that its own row makes of two amounts: a larger one that its columns make further down."""
    own = gross.evidence
    row = [c for c in amounts if _in_one_row(gross, c) and c.evidence.box.right <= own.box.left]
    below = [c for c in amounts if c.evidence.page == own.page and c.evidence.box.top > own.box.bottom]
    for net, tax in permutations(row, 2):
        if magnitude(net) + magnitude(tax) != magnitude(gross):
            continue
        nets, taxes, wholes = ([c for c in below if _in_one_column(c, term)] for term in (net, tax, gross))
        for whole, part, rest in product(wholes, nets, taxes):
            if magnitude(part) + magnitude(rest) == magnitude(whole) > magnitude(gross) and (
                _in_one_row(whole, part) and _in_one_row(whole, rest)
            ):
                return whole
    return None


def _labelled(totals: Iterable[Term]) -> Iterator[Term]:
    """Those that a label calls the total, or what is due."""
    for term in totals:
        own = term.candidate
        if own.name in ("total_gross", "amount_due") and not own.evidence.rule.startswith("universal."):
            yield term


def _paid_in_full(gross: Decimal, totals: Sequence[Term], ways: Iterable[Way]) -> bool:
    """Whether a larger total has a label and was paid to the cent: rows of taxes and prices may make a part of it."""
    larger = {way.value for way in ways if way.kind == "tendered" and way.value > gross}
    return any(term.value in larger and term.score > _HALF for term in _labelled(totals))


def _borne_out(proved: Mapping[str, Candidate], ways: Sequence[Way]) -> float:
    """What other sums add to the score of a proof; less than nothing where cash less change says otherwise."""
    kinds = _kinds(proved, ways)
    gross = proved["total_gross"]
    paid = {way.value for way in ways if way.kind == "paid"}
    contradicted = paid and all(abs(value - magnitude(gross)) > CASH_ROUNDING for value in paid)
    return 0.4 * len(kinds) - (2.0 if contradicted and gross.evidence.rule.startswith("universal.") else 0.0)


def _kinds(proved: Mapping[str, Candidate], ways: Iterable[Way]) -> set[str]:
    """Which kinds of other sums give the gross total of a proof too; the tax within it is part of most proofs."""
    gross = proved.get("total_gross")
    return {way.kind for way in ways if gross and way.value == magnitude(gross) and way.kind != "within"}


def _overruled(proved: Mapping[str, Candidate], alone: Mapping[str, Candidate]) -> bool:
    """Whether a sum that one row of numbers shows goes against a gross total that has a label of its own.

    Such a row may be of one rate among several.
    """
    gross, labelled = proved.get("total_gross"), alone.get("total_gross")
    shown = [magnitude(proved[name]) for name in ("total_gross", "amount_due") if name in proved]
    if not gross or not labelled or magnitude(labelled) in shown:
        return False
    if gross.evidence.rule.startswith("universal."):
        return labelled.score > 0.5 and not _better_named(proved, labelled)
    tops = [candidate.evidence.box.center_y for candidate in proved.values()]
    one_row = max(tops) - min(tops) < gross.evidence.box.height / 2
    return one_row and labelled.score >= gross.score and magnitude(labelled) > magnitude(gross)


def _better_named(proved: Mapping[str, Candidate], labelled: Candidate) -> bool:
    """Whether net and tax have labels of their own, much surer than that of another gross total."""
    parts = [proved[name] for name in ("total_net", "total_tax") if name in proved]
    own = [part.score for part in parts if not part.evidence.rule.startswith("universal.")]
    return len(own) == 2 and min(own) > labelled.score + _SURER


def _of_one_rate(proved: Mapping[str, Candidate], totals: Sequence[Term]) -> bool:
    """Whether one row of taxes shows a sum while a larger total is labelled elsewhere: the row is of one rate.

    The heads of its columns may name its sum a total, too.
    """
    gross, tax = proved.get("total_gross"), proved.get("total_tax")
    if not gross or not (of_tax_rows(gross) or (tax and _in_one_row(gross, tax))):
        return False
    return any(term.value > magnitude(gross) and term.score > _HALF for term in _labelled(totals))


def _stands_in(candidate: Candidate) -> bool:
    """Whether it is any amount, which no label calls what it is taken for."""
    return candidate.evidence.rule == "universal.amount"


def _is_lesser(gross: Candidate, totals: Sequence[Term]) -> bool:
    """Whether a larger total has a better label."""
    return any(
        term.value > magnitude(gross) and term.score > gross.score
        for term in _labelled(totals)
        if term.candidate.name == "total_gross"
    )


def _in_one_row(one: Candidate, other: Candidate) -> bool:
    own, place = one.evidence, other.evidence
    return own.page == place.page and abs(own.box.center_y - place.box.center_y) < own.box.height / 2


def _in_one_column(one: Candidate, other: Candidate) -> bool:
    own, place = one.evidence.box, other.evidence.box
    return abs(own.right - place.right) < place.height


def _outdone(proved: Mapping[str, Candidate], totals: Sequence[Term], ways: Sequence[Way], *, slip: bool) -> bool:
    """Whether a larger total, no worse labelled, stands below one whose sum holds: the sum may be of a part.

    However it is labelled where other totals make it.
    """
    gross = proved["total_gross"]
    own = gross.evidence
    if own.rule.startswith("universal.") or (own.source != "ocr" and not slip):
        return False
    added = {way.value for way in ways if way.kind == "added"}
    return any(
        term.value > magnitude(gross)
        and (term.value in added or (term.score >= gross.score and term.candidate.name == "total_gross"))
        and not term.candidate.evidence.rule.startswith("universal.")
        and (term.candidate.evidence.page, term.candidate.evidence.box.top) > (own.page, own.box.bottom)
        for term in totals
    )


def _joint(proved: Mapping[str, Candidate], candidates: Sequence[Candidate]) -> float:
    """Mean support of the proved fields, raised when a row of taxes shows that net times rate is tax."""
    mean = sum(candidate.score for candidate in proved.values()) / len(proved)
    if all(candidate.evidence.rule.startswith("universal.") for candidate in proved.values()):
        return 0.5 * mean  # numbers that fit, but no label says that they are the document's
    rows = {(c.name, c.value) for c in candidates if of_tax_rows(c)}
    by_rate = len(proved) == 3 and all((name, magnitude(proved[name])) in rows for name in ("total_net", "total_tax"))
    by_rate |= len(proved) == 2 and all(name in proved for name in ("total_tax", "total_gross"))
    return 1.0 - (1.0 - mean) * (0.4 if by_rate else 1.0)
