"""The values that each total of a document may have, with how well labels speak for them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import combinations, pairwise

from invoice_ocr.choices import magnitude, of_tax_rows
from invoice_ocr.model import Candidate, Evidence
from invoice_ocr.totals.proofs import Term
from invoice_ocr.totals.ways import Way, decimals
from invoice_ocr.values.amount import HIGHEST_RATE

_CENTS = 2
_MOST = 14  # candidates of one term that are tried
_HALF = 0.4


def terms_of(candidates: Iterable[Candidate], names: Mapping[str, float]) -> list[Term]:
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
        terms.append(Term(value, _shown(entries), score))
    return sorted(terms, key=lambda term: (-term.score, -term.value))[:_MOST]


def taxes_of(candidates: Sequence[Candidate]) -> list[Term]:
    """The values of the tax, with the sums of several and what two rows name alike together."""
    taxes = terms_of(candidates, {"total_tax": 1.0})
    return _with_sums(taxes) + _twice(taxes, candidates)


def _shown(entries: Sequence[tuple[float, Candidate]]) -> Candidate:
    """The best of the candidates of one value, best first; of rows of taxes only where no label shows it as well."""
    best = entries[0][1]
    labelled = (c for score, c in entries if score > _HALF and not c.evidence.rule.startswith("universal."))
    return next(labelled, best) if of_tax_rows(best) else best


def _with_sums(taxes: list[Term]) -> list[Term]:
    """Tax terms, and sums of two or three of them: a document of several rates prints one tax for each.

    What others make together is their sum as printed, and no further part.
    """
    single = [term for term in taxes if term.value > 0 and term.score > 0.4][:5]
    groups = [group for count in (2, 3) for group in combinations(single, count)]
    whole = {_sum_of(group) for group in groups}
    sums = []
    for group in groups:
        places = {term.candidate.evidence.box.top for term in group}
        if len(places) == len(group) and whole.isdisjoint(term.value for term in group):
            value = _sum_of(group)
            evidence = group[0].candidate.evidence
            text = " + ".join(term.candidate.evidence.text for term in group)
            joined = Evidence(evidence.page, evidence.box, text, "universal.tax.sum", "derived", evidence.words)
            score = 0.8 * min(term.score for term in group)
            sums.append(Term(value, Candidate("total_tax", value, score, joined, (value,)), score))
    known = {term.value for term in taxes}
    return taxes + [term for term in sums if term.value not in known]


def _sum_of(terms: Iterable[Term]) -> Decimal:
    return sum((term.value for term in terms), Decimal(0))


def _twice(taxes: Sequence[Term], candidates: Sequence[Candidate]) -> list[Term]:
    """Taxes that two rows name apart and alike, as the halves of one rate that go to two states."""
    doubled = []
    for term in taxes:
        named = [
            c.evidence
            for c in candidates
            if c.name == "total_tax"
            and c.score > _HALF
            and magnitude(c) == term.value > 0
            and (not c.evidence.rule.startswith("universal.") or c.evidence.rule.endswith(".rate"))
        ]
        if _rows(named) == 2 and not term.candidate.evidence.rule.startswith("universal."):
            evidence = replace(term.candidate.evidence, source="derived", rule="universal.tax.sum")
            value = 2 * term.value
            doubled.append(Term(value, replace(term.candidate, value=value, readings=(value,), evidence=evidence), 0.5))
    return doubled


def _rows(places: Sequence[Evidence]) -> int:
    """In how many rows of the pages some places stand."""
    ordered = sorted((place.page, place.box.center_y, place.box.height) for place in places)
    return sum(
        page != before or middle - above > height / 2
        for (before, above, _), (page, middle, height) in pairwise([(0, 0.0, 0.0), *ordered])
    )


def best_alone(terms: Mapping[str, list[Term]]) -> dict[str, Candidate]:
    """Each total by its labels alone, where no sum decides."""
    chosen = {}
    for name, of_name in terms.items():
        own = [
            term
            for term in of_name
            if term.candidate.name == name or (name == "total_gross" and term.candidate.name == "amount_due")
        ]
        own = [term for term in own if not _is_sum(term)]
        named = [term for term in own if term.candidate.name == name and term.score > 0.6]
        named = named or _over_what_is_due(own)
        own = [t for t in named if not t.candidate.evidence.rule.startswith("universal.")] or named or own
        if own:
            top = own[0]
            chosen[name] = replace(top.candidate, name=name, score=top.score)
    gross = chosen.get("total_gross")
    for name, share in (("total_net", Decimal(1)), ("total_tax", HIGHEST_RATE)):
        other = chosen.get(name)
        if gross and other and magnitude(other) > share * magnitude(gross):
            if gross.score < _HALF < other.score - gross.score:
                gross = None
                chosen.pop("total_gross")  # hardly labelled, and less than what surely is
            else:
                chosen.pop(name)
    _double(chosen, terms["total_tax"])
    untaxed = [term for term in terms["total_net"] if gross and term.value == magnitude(gross)]
    if gross and "total_net" not in chosen and untaxed and "total_tax" not in chosen:
        chosen["total_net"] = replace(untaxed[0].candidate, name="total_net", score=0.8 * untaxed[0].score)
    return chosen


def net_of_parts(chosen: Mapping[str, Candidate], ways: Iterable[Way]) -> dict[str, Candidate]:
    """The net that no row shows, where prices and the tax among them make the gross: `fees + VAT + stamp duty`."""
    gross, tax = chosen.get("total_gross"), chosen.get("total_tax")
    if gross is None or tax is None or "total_net" in chosen or tax.score < _HALF:
        return {}
    whole, part = magnitude(gross), magnitude(tax)
    sums = (way.proof.partition(" = ")[0].split(" + ") for way in ways if way.kind == "priced" and way.value == whole)
    if not 0 < part <= HIGHEST_RATE * (whole - part) or not any(parts.count(str(part)) == 1 for parts in sums):
        return {}
    evidence = replace(gross.evidence, source="derived", rule="universal.total_net.parts")
    net, score = whole - part, min(gross.score, tax.score)
    return {"total_net": replace(gross, name="total_net", value=net, readings=(net,), evidence=evidence, score=score)}


def _over_what_is_due(gross: Sequence[Term]) -> list[Term]:
    """The labelled totals that are more than what the best of these terms says is due: a part, then, or a balance."""
    if not gross or gross[0].candidate.name != "amount_due":
        return []
    return [
        term
        for term in gross
        if term.candidate.name == "total_gross"
        and term.score > _HALF
        and term.value > gross[0].value
        and decimals(term.candidate) == _CENTS
        and not term.candidate.evidence.rule.startswith("universal.")
    ]


def _double(chosen: dict[str, Candidate], taxes: Sequence[Term]) -> None:
    """A tax that two rows name alike, where no sum decides: one of two halves, or printed again."""
    tax = chosen.get("total_tax")
    whole = next((t for t in taxes if tax and t.value == 2 * magnitude(tax) and _is_double(t, tax)), None)
    if tax and whole:
        chosen["total_tax"] = replace(tax, readings=(*tax.readings, whole.value))


def _is_double(term: Term, tax: Candidate) -> bool:
    """Whether a term is twice a tax, and not that tax with others that happen to make the same."""
    return _is_sum(term) and term.candidate.evidence.text == tax.evidence.text


def _is_sum(term: Term) -> bool:
    return term.candidate.evidence.rule.startswith("universal.tax.sum")
