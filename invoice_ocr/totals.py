"""The sums of a document: which net, tax and gross fit together, and what proves it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import combinations

from invoice_ocr.model import Candidate, Evidence, Value
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.ways import Way, find_ways

_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
_CENT = Decimal("0.01")
_CASH_ROUNDING = Decimal("0.05")
_LARGEST_ROUNDING = Decimal(1)
_MOST = 14  # candidates of one term that are tried
# A tax above a third of its net is no VAT anywhere (Hungary has 27 %).
_HIGHEST_RATE = Decimal("0.34")
# What names a gross total, and how surely. Cash does where no change was given back.
_GROSS = {"total_gross": 1.0, "amount_due": 0.85, "subtotal": 0.3}
_EXACT = {"cash": 0.25}
_FEW = 3  # amounts with cents, at least, that show how a document writes money
_HALF = 0.4
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


@dataclass(frozen=True, slots=True)
class _Term:
    """One value a total may have, with its best candidate and how well labels support it."""

    value: Decimal
    candidate: Candidate
    score: float


def solve(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> Sums:
    """The most plausible totals.

    candidates: those of labelled amounts. amounts: every amount on the document, name "amount", which may stand
    in for one term whose label was not understood when the other two are labelled and the sum holds.
    """
    candidates = _with_cents(candidates, amounts)
    ways = find_ways(candidates, amounts)
    terms = {
        "total_net": _terms(candidates, {"total_net": 1.0, "subtotal": 0.8}),
        "total_tax": _with_sums(_terms(candidates, {"total_tax": 1.0})),
        "total_gross": _terms(candidates, _GROSS if any(way.kind == "paid" for way in ways) else _GROSS | _EXACT),
    }
    proofs = _proofs(terms, amounts, candidates, ways)
    best = max(proofs, key=lambda found: found[0] + _borne_out(found[1], ways), default=None)
    alone = _best_alone(terms)
    if best is None:
        return Sums(alone)
    misread = _look_alike(_magnitude(best[1]["total_gross"]), terms["total_gross"], _printed(amounts))
    if misread:
        best = (best[0], {**best[1], **_named(total_gross=misread)}, best[2])
    sure = bool(misread) or len(_kinds(best[1], ways)) > 1 or "paid" in _kinds(best[1], ways)
    if not sure and (_overruled(best[1], alone) or _of_one_rate(best[1], terms["total_gross"])):
        return Sums(alone)
    chosen = {**alone, **best[1]}
    if "total_net" not in best[1] and "total_net" in alone:
        chosen.pop("total_net")
    joint = 1 - (1 - _joint(best[1], candidates)) * _AGREED ** len(_kinds(best[1], ways))
    return Sums(chosen, best[2], frozenset(best[1]), joint)


def _with_cents(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> list[Candidate]:
    """With little trust in totals read from pixels without cents where most amounts have them: half is missing."""
    decimals = [_decimals(c) for c in amounts]
    if decimals.count(2) < _FEW or decimals.count(2) < 2 * (len(decimals) - decimals.count(2)):
        return list(candidates)
    whole = [c.evidence.source == "ocr" and _decimals(c) == 0 for c in candidates]
    return [replace(c, score=_HALF * c.score) if less else c for c, less in zip(candidates, whole, strict=True)]


def _decimals(candidate: Candidate) -> int | None:
    exponent = candidate.value.as_tuple().exponent if isinstance(candidate.value, Decimal) else None
    return -exponent if isinstance(exponent, int) else None


def _borne_out(proved: Mapping[str, Candidate], ways: Sequence[Way]) -> float:
    """What other sums add to the score of a proof; less than nothing where cash less change says otherwise."""
    kinds = _kinds(proved, ways)
    gross = proved["total_gross"]
    paid = {way.value for way in ways if way.kind == "paid"}
    contradicted = paid and all(abs(value - _magnitude(gross)) > _CASH_ROUNDING for value in paid)
    return 0.4 * len(kinds) - (2.0 if contradicted and gross.evidence.rule.startswith("universal.") else 0.0)


def _kinds(proved: Mapping[str, Candidate], ways: Iterable[Way]) -> set[str]:
    """Which kinds of other sums give the gross total of a proof too."""
    gross = proved.get("total_gross")
    return {way.kind for way in ways if gross and way.value == _magnitude(gross)}


def _overruled(proved: Mapping[str, Candidate], alone: Mapping[str, Candidate]) -> bool:
    """Whether a sum that one row of numbers shows goes against a gross total that has a label of its own.

    Such a row may be of one rate among several.
    """
    gross, labelled = proved.get("total_gross"), alone.get("total_gross")
    if not gross or not labelled or _magnitude(gross) == _magnitude(labelled):
        return False
    if gross.evidence.rule.startswith("universal."):
        return labelled.score > 0.5
    tops = [candidate.evidence.box.center_y for candidate in proved.values()]
    one_row = max(tops) - min(tops) < gross.evidence.box.height / 2
    return one_row and labelled.score >= gross.score and _magnitude(labelled) > _magnitude(gross)


def _of_one_rate(proved: Mapping[str, Candidate], totals: Sequence[_Term]) -> bool:
    """Whether one row of taxes shows a sum while a larger total is labelled elsewhere: the row is of one rate."""
    gross = proved.get("total_gross")
    if not gross or not gross.evidence.rule.endswith(".tax_row"):
        return False
    return any(
        term.value > _magnitude(gross)
        and term.score > 0.4
        and not term.candidate.evidence.rule.startswith("universal.")
        for term in totals
        if term.candidate.name == "total_gross"
    )


def _joint(proved: Mapping[str, Candidate], candidates: Sequence[Candidate]) -> float:
    """Mean support of the proved fields, raised when a row of taxes shows that net times rate is tax."""
    mean = sum(candidate.score for candidate in proved.values()) / len(proved)
    if all(candidate.evidence.rule.startswith("universal.") for candidate in proved.values()):
        return 0.5 * mean  # numbers that fit, but no label says that they are the document's
    rows = {(c.name, c.value) for c in candidates if c.evidence.rule.endswith(".tax_row")}
    by_rate = len(proved) == 3 and all((name, _magnitude(proved[name])) in rows for name in ("total_net", "total_tax"))
    by_rate |= len(proved) == 2 and all(name in proved for name in ("total_tax", "total_gross"))
    return 1.0 - (1.0 - mean) * (0.4 if by_rate else 1.0)


def _terms(candidates: Iterable[Candidate], names: Mapping[str, float]) -> list[_Term]:
    """Values with their support: the best score of each, raised when several places agree."""
    found: dict[Decimal, list[tuple[float, Candidate]]] = {}
    for candidate in candidates:
        factor = names.get(candidate.name)
        if factor is None:
            continue
        for reading in candidate.readings:
            if isinstance(reading, Decimal):
                exact = replace(candidate, value=reading)
                found.setdefault(abs(reading), []).append((factor * candidate.score, exact))
    terms = []
    for value, entries in found.items():
        entries.sort(key=lambda entry: -entry[0])
        places = {entry[1].evidence.box for entry in entries}
        score = min(1.0, entries[0][0] * (1 + 0.08 * min(3, len(places) - 1)))
        terms.append(_Term(value, entries[0][1], score))
    return sorted(terms, key=lambda term: (-term.score, -term.value))[:_MOST]


def _with_sums(taxes: list[_Term]) -> list[_Term]:
    """Tax terms, and sums of two or three of them: a document of several rates prints one tax for each."""
    single = [term for term in taxes if term.value > 0 and term.score > 0.4][:5]
    sums = []
    for count in (2, 3):
        for group in combinations(single, count):
            places = {term.candidate.evidence.box.top for term in group}
            if len(places) < count:
                continue
            value = sum((term.value for term in group), Decimal(0))
            evidence = group[0].candidate.evidence
            text = " + ".join(term.candidate.evidence.text for term in group)
            joined = Evidence(evidence.page, evidence.box, text, "universal.tax.sum", "derived", evidence.words)
            score = 0.8 * min(term.score for term in group)
            sums.append(_Term(value, Candidate("total_tax", value, score, joined, (value,)), score))
    known = {term.value for term in taxes}
    return taxes + [term for term in sums if term.value not in known]


_Found = tuple[float, dict[str, Candidate], str]


def _proofs(
    terms: Mapping[str, list[_Term]],
    amounts: Sequence[Candidate],
    candidates: Sequence[Candidate],
    ways: Sequence[Way],
) -> Iterator[_Found]:
    """Every set of totals whose sum holds, with its score."""
    printed = _printed(amounts)
    extras = extras_of(candidates)
    for gross in terms["total_gross"]:
        if gross.value <= 0:
            continue
        for net in terms["total_net"]:
            yield from _with_tax(gross, net, terms["total_tax"], printed, extras)
        yield from _without_net(gross, terms["total_tax"], printed)
        yield from _included(gross, terms["total_tax"])
        if not any(tax.score > 0.4 and tax.value > 0 for tax in terms["total_tax"]):
            yield from _untaxed(gross, terms["total_net"])
    for net in terms["total_net"]:
        yield from _without_gross(net, terms["total_tax"], printed)
    yield from _other_ways(terms["total_gross"], ways, printed)


def _with_tax(
    gross: _Term, net: _Term, taxes: Sequence[_Term], printed: Mapping[Decimal, Candidate], extras: Sequence[Decimal]
) -> Iterator[_Found]:
    rest = gross.value - net.value
    for tax in taxes:
        if _opposed(tax, gross):
            continue
        for extra in (Decimal(0), *extras):
            if abs(rest - tax.value - extra) > _CENT or tax.value > _HIGHEST_RATE * max(net.value, _CENT):
                continue
            score = gross.score + net.score + tax.score + (1.2 if tax.value else 0.5) - (0.4 if extra else 0)
            if not tax.value and net.candidate.evidence.box == gross.candidate.evidence.box:
                score -= 1.0  # nothing is added to one amount
            if net.value + tax.value + extra != gross.value:
                score -= 0.6  # a cent off: rounding by line, or another number
            shown = f" {extra:+}" if extra else ""
            proof = f"{net.value} + {tax.value}{shown} = {gross.value}"
            after = _after_extras(net, gross.value - tax.value, printed) if abs(extra) >= 1 else net
            yield score, _named(total_net=after, total_tax=tax, total_gross=gross), proof
    if (
        0 < rest <= _HIGHEST_RATE * net.value
        and rest in printed
        and rest not in {*extras, *(tax.value for tax in taxes)}
    ):
        tax = _Term(rest, replace(printed[rest], name="total_tax"), 0.2)
        yield (
            gross.score + net.score + 0.7,
            _named(total_net=net, total_tax=tax, total_gross=gross),
            (f"{net.value} + {rest} = {gross.value}"),
        )


def _opposed(tax: _Term, gross: _Term) -> bool:
    """Whether a tax is printed as taken off from what the gross adds up: a discount, then, with words of tax."""
    readings = (tax.candidate.readings[:1], gross.candidate.readings[:1])
    first, second = (reading[0] if reading else 0 for reading in readings)
    return isinstance(first, Decimal) and isinstance(second, Decimal) and first < 0 < second


def _after_extras(net: _Term, rest: Decimal, printed: Mapping[Decimal, Candidate]) -> _Term:
    """The net after discounts and charges, which is what tax is due on: as printed, or worked out."""
    if rest in printed:
        return _Term(rest, replace(printed[rest], name="total_net"), net.score)
    source = replace(net.candidate.evidence, source="derived", rule="universal.total_net.after_discount")
    return _Term(rest, replace(net.candidate, value=rest, evidence=source, mark=""), net.score * 0.8)


def _without_net(gross: _Term, taxes: Sequence[_Term], printed: Mapping[Decimal, Candidate]) -> Iterator[_Found]:
    """A labelled gross and tax whose difference is printed somewhere: that place is the net."""
    for tax in taxes:
        rest = gross.value - tax.value
        if (
            tax.value > 0
            and not _opposed(tax, gross)
            and rest in printed
            and tax.value <= _HIGHEST_RATE * max(rest, _CENT)
        ):
            net = _Term(rest, replace(printed[rest], name="total_net"), 0.2)
            yield (
                gross.score + tax.score + 0.75,
                _named(total_net=net, total_tax=tax, total_gross=gross),
                (f"{rest} + {tax.value} = {gross.value}"),
            )


def _without_gross(net: _Term, taxes: Sequence[_Term], printed: Mapping[Decimal, Candidate]) -> Iterator[_Found]:
    """A labelled net and tax whose sum is printed below them: that place is the gross."""
    for tax in taxes:
        whole = net.value + tax.value
        if whole not in printed or not 0 < tax.value <= _HIGHEST_RATE * net.value or min(net.score, tax.score) < 0.6:
            continue
        places = [term.candidate.evidence for term in (net, tax)]
        own = printed[whole].evidence
        if all((own.page, own.box.top) > (place.page, place.box.top) for place in places):
            gross = _Term(whole, replace(printed[whole], name="total_gross"), 0.3)
            named = _named(total_net=net, total_tax=tax, total_gross=gross)
            yield net.score + tax.score + 0.7, named, f"{net.value} + {tax.value} = {whole}"


def _included(gross: _Term, taxes: Sequence[_Term]) -> Iterator[_Found]:
    """A gross and the tax in it, printed with its rate: nothing else joins the three."""
    if gross.score < 0.5:
        return
    for tax in taxes:
        for hit in _RATE.finditer(tax.candidate.evidence.text) if tax.value >= 1 else ():
            rate = Decimal(hit.group(1).replace(",", "."))
            if rate > 0 and abs(gross.value * rate / (100 + rate) - tax.value) <= _CENT * Decimal("0.6"):
                proof = f"{gross.value} * {rate} / {100 + rate} = {tax.value}"
                yield gross.score + tax.score + 1.3, _named(total_tax=tax, total_gross=gross), proof


def _untaxed(gross: _Term, nets: Sequence[_Term]) -> Iterator[_Found]:
    """A net and a gross that are the same where no tax is named."""
    for net in nets:
        if net.value == gross.value and net.candidate.evidence.box != gross.candidate.evidence.box and net.score > 0.5:
            yield (
                gross.score + net.score + 0.2,
                _named(total_net=net, total_gross=gross),
                f"{net.value} + 0 = {gross.value}",
            )


def _other_ways(totals: Sequence[_Term], ways: Sequence[Way], printed: Mapping[Decimal, Candidate]) -> Iterator[_Found]:
    """Totals that cash less change, prices or taxes make: labelled, or so sure that no label is needed."""
    labelled = {term.value: term for term in totals}
    for value in dict.fromkeys(way.value for way in ways):
        found = [way for way in ways if way.value == value]
        kinds = {way.kind for way in found}
        proof = next((way.proof for way in found if way.kind == "paid"), found[0].proof)
        term = labelled.get(value) or _look_alike(value, totals, printed)
        if term is None and kinds == {"paid"}:
            term = next((one for one in totals if one.score > 0.5 and abs(one.value - value) <= _CASH_ROUNDING), None)
        if (
            "paid" not in kinds
            and len(kinds) == 1
            and not (_is_last(term, totals) if term else _stands(found[0], printed))
        ):
            continue
        if term is None:
            candidate = printed.get(value) or _unprinted(found[-1])
            term = _Term(value, replace(candidate, name="total_gross"), 0.55 if value in printed else 0.4)
        yield term.score + 0.9, _named(total_gross=term), proof


def _stands(way: Way, printed: Mapping[Decimal, Candidate]) -> bool:
    """Whether what rows of taxes make stands elsewhere on the document, beside a word that was not understood."""
    place = printed[way.value].evidence if way.kind == "taxed" and way.value in printed else None
    if place is None:
        return False
    own = way.evidence
    return place.page != own.page or abs(place.box.center_y - own.box.center_y) > own.box.height / 2


def _look_alike(value: Decimal, totals: Sequence[_Term], printed: Mapping[Decimal, Candidate]) -> _Term | None:
    """A labelled total read from pixels that differs in one digit from what must be, and is read nowhere."""
    if value in printed:
        return None
    for term in totals:
        own = term.candidate
        if own.evidence.source == "ocr" and own.name == "total_gross" and _one_digit(str(term.value), str(value)):
            source = replace(own.evidence, rule=own.evidence.rule + REPAIRED)
            return _Term(value, replace(own, value=value, evidence=source), 0.8 * term.score)
    return None


def _one_digit(one: str, other: str) -> bool:
    return len(one) == len(other) and sum(a != b for a, b in zip(one, other, strict=True)) == 1


def _is_last(term: _Term | None, totals: Sequence[_Term]) -> bool:
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


def _unprinted(way: Way) -> Candidate:
    """A total that no amount shows, from the sum that makes it."""
    source = replace(way.evidence, source="derived", rule=f"universal.total_gross.{way.kind}")
    return Candidate("total_gross", way.value, 0.5, source, (way.value,))


def _named(**terms: _Term) -> dict[str, Candidate]:
    """The candidates of terms under the names of their totals, each with its one value, sign as printed."""
    chosen = {}
    for name, term in terms.items():
        printed = term.candidate.value
        value = -term.value if isinstance(printed, Decimal) and printed < 0 else term.value
        chosen[name] = replace(term.candidate, name=name, value=value, readings=(value,), score=term.score)
    return chosen


def _printed(amounts: Sequence[Candidate]) -> dict[Decimal, Candidate]:
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


def after_rounding(
    gross: Candidate, candidates: Sequence[Candidate], amounts: Sequence[Candidate], *, slip: bool
) -> Candidate | None:
    """The total that cash rounding leaves: what a till slip asks for. None when nothing was rounded.

    slip: it is one; elsewhere rounding changes what is due, and the total only where a label says so. A line of
    rounding and an amount below that differs from `gross` by just that much prove it, and on a slip cash less change.
    An amount below a hair's breadth off without such a line leaves both readings open: its word may not have been
    understood.
    """
    for way in find_ways(candidates, ()) if slip else ():
        if way.kind == "paid" and 0 < abs(way.value - _magnitude(gross)) <= _CASH_ROUNDING:
            printed = next((_of_value(c, way.value) for c in amounts if _magnitude(c) == way.value), None)
            if printed or gross.evidence.rule.startswith("universal."):
                return printed or replace(_unprinted(way), score=gross.score)
    by = {_magnitude(c) for c in candidates if c.name == "rounding" and c.evidence.page == gross.evidence.page}
    names = {"total_gross", "total_net"} | ({"amount_due", "amount", "cash"} if slip else set())
    names |= {"amount"} if gross.evidence.source == "ocr" else set()
    asked = () if slip else [c.evidence for c in candidates if c.name == "amount_due" and c.score > 0.5]
    below = [
        candidate
        for candidate in (*sorted(candidates, key=lambda candidate: -candidate.score), *amounts)
        if candidate.name in names
        and candidate.evidence.page == gross.evidence.page
        and candidate.evidence.box.top > gross.evidence.box.top + 2
        and not any((candidate.evidence.page, candidate.evidence.box) == (due.page, due.box) for due in asked)
    ]
    for candidate in below:
        apart = abs(_magnitude(candidate) - _magnitude(gross))
        if 0 < apart < _LARGEST_ROUNDING and apart in by:
            return _of_value(candidate, _magnitude(candidate))
    labelled = [c for c in below if not c.evidence.rule.startswith("universal.")]
    near = [c for c in below if 0 < abs(_magnitude(c) - _magnitude(gross)) <= _CASH_ROUNDING and c.score > 0.5]
    again = any(_magnitude(c) == _magnitude(gross) and c.name in ("total_gross", "amount_due") for c in labelled)
    if near and not again:
        return replace(gross, readings=(*gross.readings[:1], _magnitude(near[0])))
    return None


def _of_value(candidate: Candidate, whole: Decimal) -> Candidate:
    return replace(candidate, name="total_gross", value=whole, readings=(whole,), score=max(candidate.score, 0.8))


def _best_alone(terms: Mapping[str, list[_Term]]) -> dict[str, Candidate]:
    """Each total by its labels alone, where no sum decides."""
    chosen = {}
    for name, of_name in terms.items():
        own = [
            term
            for term in of_name
            if term.candidate.name == name or (name == "total_gross" and term.candidate.name == "amount_due")
        ]
        own = [term for term in own if not term.candidate.evidence.rule.startswith("universal.tax.sum")]
        named = [term for term in own if term.candidate.name == name and term.score > 0.6]
        own = named or own
        if own:
            top = own[0]
            chosen[name] = replace(top.candidate, name=name, score=top.score)
    gross = chosen.get("total_gross")
    for name, share in (("total_net", Decimal(1)), ("total_tax", _HIGHEST_RATE)):
        other = chosen.get(name)
        if gross and other and _magnitude(other) > share * _magnitude(gross):
            chosen.pop(name)
    untaxed = [term for term in terms["total_net"] if gross and term.value == _magnitude(gross)]
    if gross and "total_net" not in chosen and untaxed and "total_tax" not in chosen:
        chosen["total_net"] = replace(untaxed[0].candidate, name="total_net", score=0.8 * untaxed[0].score)
    return chosen


def _magnitude(candidate: Candidate) -> Decimal:
    return abs(candidate.value) if isinstance(candidate.value, Decimal) else Decimal(0)
