"""Every set of totals whose sum holds, with what the sum is and how much speaks for it."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from invoice_ocr.model import Candidate, Value
from invoice_ocr.totals.ways import RATE, Way
from invoice_ocr.values.amount import HIGHEST_RATE
from invoice_ocr.values.repair import REPAIRED

CENT = Decimal("0.01")
CASH_ROUNDING = Decimal("0.05")
_ENOUGH = 1  # less tax fits too many rates
_SURE = 0.5  # how well a tax is labelled that is no charge
_UNSURE = 0.3  # how well a total is labelled that is hardly one


@dataclass(frozen=True, slots=True)
class Term:
    """One value a total may have, with its best candidate and how well labels support it."""

    value: Decimal
    candidate: Candidate
    score: float


Found = tuple[float, dict[str, Candidate], str]


def proofs(
    terms: Mapping[str, list[Term]],
    amounts: Sequence[Candidate],
    candidates: Sequence[Candidate],
    ways: Sequence[Way],
    rates: Sequence[Decimal] = (),
) -> Iterator[Found]:
    """Every set of totals whose sum holds, with its score. rates: those of a till's tax, in percent."""
    printed = printed_amounts(amounts)
    extras = extras_of(candidates)
    for gross in terms["total_gross"]:
        if gross.value <= 0:
            continue
        for net in terms["total_net"]:
            yield from _with_tax(gross, net, terms["total_tax"], printed, extras)
        yield from _without_net(gross, terms["total_tax"], printed)
        yield from _included(gross, terms["total_tax"], rates)
        if not any(tax.score > 0.4 and tax.value > 0 for tax in terms["total_tax"]):
            yield from _untaxed(gross, terms["total_net"])
    for net in terms["total_net"]:
        yield from _without_gross(net, terms["total_tax"], printed)
    yield from _other_ways(terms["total_gross"], ways, printed, rounded_by(candidates))


def _with_tax(
    gross: Term, net: Term, taxes: Sequence[Term], printed: Mapping[Decimal, Candidate], extras: Sequence[Decimal]
) -> Iterator[Found]:
    rest = gross.value - net.value
    named_taxes = {tax.value for tax in taxes if tax.score > _SURE}
    for tax in taxes:
        if _opposed(tax, gross) and not _is_minus(net):
            continue
        for extra in (Decimal(0), *extras):
            if extra in named_taxes - {tax.value}:
                continue  # the tax on freight stands in the row of that charge
            if abs(rest - tax.value - extra) > CENT or tax.value > HIGHEST_RATE * max(net.value, CENT):
                continue
            score = gross.score + net.score + tax.score + (1.2 if tax.value else 0.5) - (0.4 if extra else 0)
            if not tax.value and net.candidate.evidence.box == gross.candidate.evidence.box:
                score -= 1.0  # nothing is added to one amount
            if net.value + tax.value + extra != gross.value:
                score -= 0.6  # a cent off: rounding by line, or another number
            shown = f" {extra:+}" if extra else ""
            proof = f"{net.value} + {tax.value}{shown} = {gross.value}"
            after = net
            if abs(extra) >= 1 and not (_at_a_rate(tax.value, net.value) and gross.value < net.value + tax.value):
                after = _after_extras(net, gross.value - tax.value, printed)
            yield score, named(total_net=after, total_tax=tax, total_gross=gross), proof
    if (
        0 < rest <= HIGHEST_RATE * net.value
        and rest in printed
        and rest not in {*extras, *(tax.value for tax in taxes)}
    ):
        tax = Term(rest, replace(printed[rest], name="total_tax"), 0.2)
        yield (
            gross.score + net.score + 0.7,
            named(total_net=net, total_tax=tax, total_gross=gross),
            (f"{net.value} + {rest} = {gross.value}"),
        )


def _at_a_rate(tax: Decimal, net: Decimal) -> bool:
    """Whether a tax is a whole or half percentage of a net to the cent: nothing was taken off the net before it."""
    rate = round(200 * tax / net) / Decimal(2) if net else Decimal(0)
    return rate > 0 and net >= 1 and abs(net * rate / 100 - tax) <= CENT / 2


def _opposed(tax: Term, gross: Term) -> bool:
    """Whether a tax is printed as taken off from what the gross adds up: a discount, then, with words of tax."""
    readings = (tax.candidate.readings[:1], gross.candidate.readings[:1])
    first, second = (reading[0] if reading else 0 for reading in readings)
    return isinstance(first, Decimal) and isinstance(second, Decimal) and first < 0 < second


def _is_minus(term: Term) -> bool:
    """Whether a term is printed with a minus, as all totals of a credit note may be."""
    first = term.candidate.readings[0] if term.candidate.readings else 0
    return isinstance(first, Decimal) and first < 0


def _after_extras(net: Term, rest: Decimal, printed: Mapping[Decimal, Candidate]) -> Term:
    """The net after discounts and charges, which is what tax is due on: as printed, or worked out."""
    if rest in printed:
        return Term(rest, replace(printed[rest], name="total_net"), net.score)
    source = replace(net.candidate.evidence, source="derived", rule="universal.total_net.after_discount")
    return Term(rest, replace(net.candidate, value=rest, evidence=source, mark=""), net.score * 0.8)


def _without_net(gross: Term, taxes: Sequence[Term], printed: Mapping[Decimal, Candidate]) -> Iterator[Found]:
    """A labelled gross and tax whose difference is printed somewhere: that place is the net."""
    for tax in taxes:
        rest = gross.value - tax.value
        if (
            tax.value > 0
            and not _opposed(tax, gross)
            and rest in printed
            and tax.value <= HIGHEST_RATE * max(rest, CENT)
        ):
            net = Term(rest, replace(printed[rest], name="total_net"), 0.2)
            yield (
                gross.score + tax.score + 0.75,
                named(total_net=net, total_tax=tax, total_gross=gross),
                (f"{rest} + {tax.value} = {gross.value}"),
            )


def _without_gross(net: Term, taxes: Sequence[Term], printed: Mapping[Decimal, Candidate]) -> Iterator[Found]:
    """A labelled net and tax whose sum is printed below them: that place is the gross."""
    for tax in taxes:
        whole = net.value + tax.value
        if whole not in printed or not 0 < tax.value <= HIGHEST_RATE * net.value or min(net.score, tax.score) < 0.6:
            continue
        places = [term.candidate.evidence for term in (net, tax)]
        own = printed[whole].evidence
        if all((own.page, own.box.top) > (place.page, place.box.top) for place in places):
            gross = Term(whole, replace(printed[whole], name="total_gross"), 0.3)
            proof = f"{net.value} + {tax.value} = {whole}"
            yield net.score + tax.score + 0.7, named(total_net=net, total_tax=tax, total_gross=gross), proof


def _included(gross: Term, taxes: Sequence[Term], known: Sequence[Decimal]) -> Iterator[Found]:
    """A gross and the tax in it at a rate printed with it, or else at one of the country's: nothing else joins them."""
    if gross.score < 0.5:
        return
    for tax in taxes:
        if tax.value < _ENOUGH:
            continue
        printed = [Decimal(hit.replace(",", ".")) for hit in RATE.findall(tax.candidate.evidence.text)]
        for rate in printed or known:
            if rate > 0 and abs(gross.value * rate / (100 + rate) - tax.value) <= CENT * Decimal("0.6"):
                proof = f"{gross.value} * {rate} / {100 + rate} = {tax.value}"
                told = 1.3 if printed else 0.7
                yield gross.score + tax.score + told, named(total_tax=tax, total_gross=gross), proof


def _untaxed(gross: Term, nets: Sequence[Term]) -> Iterator[Found]:
    """A net and a gross that are the same where no tax is named."""
    for net in nets:
        if net.value == gross.value and net.candidate.evidence.box != gross.candidate.evidence.box and net.score > 0.5:
            yield (
                gross.score + net.score + 0.2,
                named(total_net=net, total_gross=gross),
                f"{net.value} + 0 = {gross.value}",
            )


def _other_ways(
    totals: Sequence[Term], ways: Sequence[Way], printed: Mapping[Decimal, Candidate], rounded: Collection[Decimal]
) -> Iterator[Found]:
    """Totals that cash less change, prices or taxes make: labelled, or so sure that no label is needed."""
    labelled = {term.value: term for term in totals}
    for value in dict.fromkeys(way.value for way in ways):
        found = [way for way in ways if way.value == value]
        kinds = {way.kind for way in found}
        proof = next((way.proof for way in found if way.kind == "paid"), found[0].proof)
        term = labelled.get(value) or look_alike(value, totals, printed, rounded)
        if term is None and kinds == {"paid"}:
            term = next((one for one in totals if one.score > 0.5 and abs(one.value - value) <= CASH_ROUNDING), None)
        if (
            "paid" not in kinds
            and len(kinds) == 1
            and not (_is_last(term, totals) if term else _stands(found[0], printed))
            and not (kinds == {"within"} and not any(one.score > _UNSURE for one in totals))
        ):
            continue
        if term is None:
            candidate = printed.get(value) or unprinted(found[-1])
            term = Term(value, replace(candidate, name="total_gross"), 0.55 if value in printed else 0.4)
        yield term.score + 0.9, named(total_gross=term), proof


def _stands(way: Way, printed: Mapping[Decimal, Candidate]) -> bool:
    """Whether what rows of taxes make stands elsewhere on the document, beside a word that was not understood."""
    place = printed[way.value].evidence if way.kind == "taxed" and way.value in printed else None
    if place is None:
        return False
    own = way.evidence
    return place.page != own.page or abs(place.box.center_y - own.box.center_y) > own.box.height / 2


def rounded_by(candidates: Sequence[Candidate]) -> frozenset[Decimal]:
    """What a document says it was rounded by, without signs."""
    return frozenset(abs(c.value) for c in candidates if c.name == "rounding" and isinstance(c.value, Decimal))


def look_alike(
    value: Decimal, totals: Sequence[Term], printed: Mapping[Decimal, Candidate], rounded: Collection[Decimal]
) -> Term | None:
    """A labelled total read from pixels that differs in one digit from what must be, and is read nowhere.

    One that differs by what was rounded was read right.
    """
    if value in printed:
        return None
    for term in totals:
        own = term.candidate
        if abs(term.value - value) in rounded:
            continue
        if own.evidence.source == "ocr" and own.name == "total_gross" and _one_digit(str(term.value), str(value)):
            source = replace(own.evidence, rule=own.evidence.rule + REPAIRED)
            return Term(value, replace(own, value=value, evidence=source), 0.8 * term.score)
    return None


def _one_digit(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _is_last(term: Term | None, totals: Sequence[Term]) -> bool:
    """Whether a labelled total is no part of a larger one below: prices make a sum that may still be taxed."""
    if term is None or term.candidate.name == "subtotal":
        return False
    own = term.candidate.evidence
    return not any(
        other.value > term.value
        and other.score > 0.4
        and other.candidate.name in ("total_gross", "amount_due")
        and (other.candidate.evidence.page, other.candidate.evidence.box.top) > (own.page, own.box.top)
        for other in totals
    )


def unprinted(way: Way) -> Candidate:
    """A total that no amount shows, from the sum that makes it."""
    source = replace(way.evidence, source="derived", rule=f"universal.total_gross.{way.kind}")
    return Candidate("total_gross", way.value, 0.5, source, (way.value,))


def named(**terms: Term) -> dict[str, Candidate]:
    """The candidates of terms under the names of their totals, each with its one value, sign as printed."""
    chosen = {}
    for name, term in terms.items():
        printed = term.candidate.value
        value = -term.value if isinstance(printed, Decimal) and printed < 0 else term.value
        chosen[name] = replace(term.candidate, name=name, value=value, readings=(value,), score=term.score)
    return chosen


def printed_amounts(amounts: Sequence[Candidate]) -> dict[Decimal, Candidate]:
    found: dict[Decimal, Candidate] = {}
    for candidate in amounts:
        for reading in candidate.readings:
            if isinstance(reading, Decimal) and reading > 0 and candidate.score >= 0.8:
                found.setdefault(reading, candidate)
    return found


def extras_of(candidates: Sequence[Candidate]) -> list[Decimal]:
    """What may stand between net plus tax and gross: rounding, charges, discounts, alone or up to three together."""
    kinds: dict[str, dict[Decimal, float]] = {"rounding": {}, "charge": {}, "discount": {}}
    for candidate in candidates:
        value: Value = candidate.value
        if candidate.name not in kinds or not isinstance(value, Decimal) or not value or candidate.score < 0.3:
            continue
        if candidate.name == "rounding" and abs(value) >= 1:
            continue
        signed = -abs(value) if candidate.name == "discount" else value
        known = kinds[candidate.name]
        known[signed] = max(known.get(signed, 0.0), candidate.score)
        if candidate.name == "rounding":
            known.setdefault(-signed, candidate.score * 0.9)
    best = [[Decimal(0), *sorted(known, key=lambda value: -known[value])[:3]] for known in kinds.values()]
    sums = (rounding + charge + discount for rounding in best[0] for charge in best[1] for discount in best[2])
    return [value for value in dict.fromkeys(sums) if value]
