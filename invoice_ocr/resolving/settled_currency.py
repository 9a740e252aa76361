"""The currency among a document's choices: told by marks, by a label, or by the country alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from invoice_ocr.choices import TOTALS, Choice, support_of
from invoice_ocr.document.conventions import Conventions, settle_mark
from invoice_ocr.model import Candidate, Evidence
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.currency import CODES, SIGNED, namesakes, read_currency

_AT_HOME = 0.3  # what is left of the doubt in a currency that is the only one printed and that of the seller's country
# How much the country says about the currency where no mark does, by the signs of the country: its language alone, a
# form of company and a town, those with the rates of its tax, and all that its VAT id adds.
_OF_COUNTRY = ((8, 0.72), (6, 0.66), (4, 0.6), (0, 0.25))
# The same on a slip, whose till stands in its country: of 180 with 3 signs of one country, all were right.
_OF_TILL = ((8, 0.72), (3, 0.66), (0, 0.25))
_OF_PRICES = 0.3  # how much prices in other money say where the totals have one of their own
_NAMED = 0.95  # how much the label `Currency` says about the code beside it


def find_currency(
    choices: Mapping[str, Choice],
    candidates: Sequence[Candidate],
    conventions: Conventions,
    pack: RulePack,
    *,
    slip: bool = False,
) -> Choice | None:
    """The currency: of the chosen totals' marks, of a label, of most amounts, or of the seller's country.

    slip: it is of a till, which takes the money of its country.
    """
    votes, places = _currency_votes(choices, candidates, conventions, pack)
    if not votes:
        return _currency_of_country(choices, conventions, pack, slip=slip)
    summed = _of_totals(choices, candidates)
    if len(summed) == 1 and votes.get(summed[0], 0.0) == max(votes.values()):  # prices alone are in other money
        votes = {code: vote if code == summed[0] else min(vote, _OF_PRICES) for code, vote in votes.items()}
    ranked = sorted(votes, key=lambda code: -votes[code])
    code = ranked[0]
    evidence = places.get(code)
    if evidence is None:
        anchor = choices.get("total_gross")
        if anchor is None:
            return None
        evidence = replace(anchor.evidence, source="derived", rule="universal.currency.marks")
    support = support_of(min(1.0, votes[code]), min(1.0, votes[ranked[1]]) if len(ranked) > 1 else 0.0)
    readings = tuple(ranked[:1]) if len(ranked) < 2 or votes[ranked[1]] < 0.8 * votes[code] else tuple(ranked[:2])
    own = [pack.countries[country].currency for country in conventions.countries]
    read = any(word.source == "ocr" for word in evidence.words)
    signed = read and code in SIGNED - conventions.lettered
    speck = signed and dict(conventions.currencies).get(code, 0) < 2 and conventions.home != code
    if own[:1] == [code] and len(ranked) == 1 and not speck:  # a speck may have told the country
        support = 1 - _AT_HOME * (1 - support)
    if conventions.unsure:
        support *= 0.5
    if code != "USD" and not ({code} & {*own, *conventions.codes} or _is_named(code, candidates)):
        readings = namesakes(code) or readings
    if conventions.bare_dollar and code not in conventions.codes:
        taxed = "total_tax" in choices and bool(choices["total_tax"].value)
        told = own[:1] == [code] and (taxed or (slip and conventions.home == code))
        if code != "USD" and not told:  # sellers outside the United States use the sign for either
            readings = (code, "USD")
        elif "US" not in conventions.countries:
            support *= 0.8
            if code == "USD" and (conventions.abroad or conventions.language not in ("", "en")):  # a peso, maybe
                readings = read_currency("$")
    country = next((name for name in conventions.countries if pack.countries[name].currency == code), "")
    proof = f"{code} in {country}" if country and conventions.home == code and len(ranked) == 1 else ""
    return Choice("currency", code, evidence, support, (), readings, proof)


def _of_totals(choices: Mapping[str, Choice], candidates: Sequence[Candidate]) -> list[str]:
    """The currencies whose own marks stand beside two chosen totals at least, none of which bears another mark."""
    marks: dict[str, set[str]] = {}
    for candidate in candidates:
        choice = choices.get(candidate.name)
        if candidate.mark and candidate.name in TOTALS and choice and choice.evidence.box == candidate.evidence.box:
            marks.setdefault(candidate.name, set()).add(candidate.mark)
    codes = {code for found in marks.values() for mark in found for code in read_currency(mark)}
    return list(codes) if len(marks) > 1 else []


def _is_named(code: str, candidates: Sequence[Candidate]) -> bool:
    """Whether a label introduces the currency by a mark that is its own."""
    return any(c.name == "currency" and c.value == code and len(read_currency(c.mark)) < 2 for c in candidates)


def _currency_votes(
    choices: Mapping[str, Choice], candidates: Sequence[Candidate], conventions: Conventions, pack: RulePack
) -> tuple[dict[str, float], dict[str, Evidence]]:
    """How much speaks for each currency, and where it is printed beside a chosen total or a label."""
    votes: dict[str, float] = {}
    places: dict[str, Evidence] = {}
    for code, count in conventions.currencies:
        votes[code] = 0.5 + 0.08 * min(count, 4)
    for candidate in candidates:
        choice = choices.get(candidate.name)
        if candidate.mark and candidate.name in TOTALS and choice and choice.evidence.box == candidate.evidence.box:
            code = settle_mark(candidate.mark, conventions.countries, pack)
            if candidate.evidence.source == "ocr" and code not in votes and candidate.mark not in CODES:
                continue  # a mark read once from pixels, that nothing bears out; a code in letters is no smudge
            votes[code] = max(votes.get(code, 0.0), 0.95)
            places.setdefault(code, candidate.evidence)
        elif candidate.name == "currency":
            code = settle_mark(candidate.mark, conventions.countries, pack) or str(candidate.value)
            votes[code] = max(votes.get(code, 0.0) + 0.5 * candidate.score, _NAMED * candidate.score)
            places[code] = candidate.evidence
    return votes, places


def _currency_of_country(
    choices: Mapping[str, Choice], conventions: Conventions, pack: RulePack, *, slip: bool
) -> Choice | None:
    """The currency of the country that the document comes from, where no mark is printed beside any amount."""
    total = choices.get("total_gross")
    codes = tuple(dict.fromkeys(pack.countries[code].currency for code in conventions.countries))
    if slip and conventions.home:
        codes = (conventions.home,)
    if total is None or not codes:
        return None
    evidence = replace(total.evidence, source="derived", rule="universal.currency.country")
    support = next(support for least, support in (_OF_TILL if slip else _OF_COUNTRY) if conventions.signs >= least)
    return Choice("currency", codes[0], evidence, support / len(codes))
