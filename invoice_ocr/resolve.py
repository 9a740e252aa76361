"""Candidates to one consistent set: the sums decide, the document's conventions settle, rivals are kept."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from invoice_ocr import slip_head
from invoice_ocr.conventions import Conventions, narrow_by_due_date, settle, settle_mark
from invoice_ocr.grid import make_grids
from invoice_ocr.kind import find_kind
from invoice_ocr.model import Box, Candidate, Document, Evidence, Value
from invoice_ocr.proofs import extras_of
from invoice_ocr.readers import from_amount
from invoice_ocr.rounding import after_rounding
from invoice_ocr.rulepack import RulePack
from invoice_ocr.sheet import find_labels
from invoice_ocr.sides import tax_numbers_apart, vat_ids_apart, without_buyers
from invoice_ocr.terms import days_in
from invoice_ocr.totals import Sums, solve
from invoice_ocr.unlabelled import DATELINE
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.currency import SIGNED, namesakes, read_currency
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_references, with_country
from invoice_ocr.values.misread import find_read_amounts
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.values.text import fold, has_digit
from invoice_ocr.ways import decimals

TOTALS = ("total_net", "total_tax", "total_gross", "prepaid", "amount_due")
# What is left of the doubt in a document's number that is printed a second time, and how short none is looked for.
_SEEN_AGAIN = 0.6
_LEAST_REPEATED = 4
_ONLY_DATE = 1.5
_OTHERS = 0.5  # what is left of the doubt in a date that is the only one of its document
GUESSED = "universal.payment_reference.number"  # the rule of what to quote where nothing is asked for
_OF_PAYMENT, _ONLY_SUM = 0.5, 0.4  # how surely what was paid, and the only sum, is the total of a slip
_BELOW_HEAD = 0.5  # what a name elsewhere on a slip keeps of its score beside the one that heads it
_AT_HOME = 0.3  # what is left of the doubt in a currency that is the only one printed and that of the seller's country
# How much the country says about the currency where no mark does, by the signs of the country: its language alone, a
# form of company and a town, those with the rates of its tax, and all that its VAT id adds.
_OF_COUNTRY = ((8, 0.66), (6, 0.55), (4, 0.45), (0, 0.25))
_QUOTED = 0.4  # a number of the invoice is what most ask for; it is never accepted as such
_RATE = re.compile(r"(?<![\d.,])(\d{1,2}(?:[.,]\d{1,3})?)\s?%")
_LONGEST_TERM, _FAR = 366, 0.5  # days to pay, and what a due date further off keeps of its support
_PLAUSIBLE = 0.3  # the score of an amount that may be what its label says
_NAMED = 0.95  # how much the label `Currency` says about the code beside it
_DATES = ("issue_date", "due_date", "delivery_date", "period_start", "period_end")


@dataclass(frozen=True, slots=True)
class Choice:
    """What was decided for one field. support: 0..1, uncalibrated. readings: more than one is open ambiguity.

    proof: the equation or agreement that speaks for it, or "". witnesses: e-invoice and codes that say the same.
    """

    name: str
    value: Value
    evidence: Evidence
    support: float
    rivals: tuple[Candidate, ...] = ()
    readings: tuple[Value, ...] = ()
    proof: str = ""
    witnesses: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Resolution:
    """One consistent set of values, with what was found out about the document on the way.

    extras: what discounts, charges, rounding and amounts printed with a minus may add to the lines, signed, alone
    or together.
    """

    choices: Mapping[str, Choice]
    conventions: Conventions
    proof: str = ""
    extras: tuple[Decimal, ...] = ()

    def amount(self, name: str) -> Decimal | None:
        """The amount decided for a total, or None."""
        choice = self.choices.get(name)
        return choice.value if choice and isinstance(choice.value, Decimal) else None


def resolve(
    document: Document, candidates: Sequence[Candidate], conventions: Conventions, pack: RulePack
) -> Resolution:
    """The values that agree best with labels, sums and the document's conventions."""
    settled = [settle(_of_country(candidate, conventions), conventions) for candidate in candidates]
    settled = _only_date(_unclaimed(settled))
    seen = find_kind(document, settled, pack)
    kind = Choice("document_type", seen.value, seen.evidence, seen.support) if seen else None
    slip = bool(kind and kind.value == "receipt")
    settled = _by_sides(_of_slip(settled, document, pack) if slip else settled)
    amounts = [settle(candidate, conventions) for candidate in _all_amounts(document, pack)]
    sums = solve(settled, amounts)
    if "total_gross" in sums.chosen:
        rounded = after_rounding(sums.chosen["total_gross"], settled, amounts, slip=slip)
        if rounded:
            sums = replace(sums, chosen={**sums.chosen, "total_gross": rounded})
    choices: dict[str, Choice] = {}
    for name in pack.kept:
        if name in ("document_type", "currency", "total_net", "total_tax", "total_gross"):
            continue
        choice = _choose(name, [c for c in settled if c.name == name])
        if choice:
            choices[name] = choice
    if slip and "total_gross" not in sums.chosen:
        sums = replace(sums, chosen={**sums.chosen, **_only_amount(settled, amounts)})
    _add_totals(choices, sums, settled, credit=bool(kind and kind.value == "credit_note"))
    _settle_untaxed(choices, settled, lambda: _untaxed(document, pack))
    _settle_issue_date(choices)
    _doubt_due_date(choices)
    if not slip:
        _settle_terms(choices, pack)
        _settle_reference(choices)
    _see_again(choices, document)
    _part_names(choices, settled)
    currency = _find_currency(choices, settled, conventions, pack)
    choices |= {choice.name: choice for choice in (kind, currency) if choice}
    taken_off = (c.value for c in amounts if isinstance(c.value, Decimal) and c.value < 0)
    return Resolution(choices, conventions, sums.proof, tuple(dict.fromkeys((*extras_of(settled), *taken_off))))


def _of_country(candidate: Candidate, conventions: Conventions) -> Candidate:
    """A VAT id printed without its country with that of the document in front, where check digits hold so."""
    number = candidate.value
    if not candidate.name.endswith("_vat_id") or not isinstance(number, str) or not number.isdigit():
        return candidate
    value = with_country(number, conventions.countries[:1])
    return candidate if value == number else replace(candidate, value=value, readings=(value,))


def _of_slip(candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Candidate]:
    """The candidates of a till slip: its head names the seller, and nobody who is not called so buys."""
    head = slip_head.find(document, pack)
    kept = [c for c in candidates if c.name != "buyer_name" or not c.evidence.rule.startswith("universal.")]
    if not head:
        return kept
    others = [c.name == "seller_name" and c.evidence.rule.startswith("universal.") for c in kept]
    return [
        *head,
        *(replace(c, score=_BELOW_HEAD * c.score) if less else c for c, less in zip(kept, others, strict=True)),
    ]


def _only_amount(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> dict[str, Candidate]:
    """The total of a till slip that names none: what was paid, or the only sum of money printed."""
    changed = any(c.name == "change" and c.value for c in candidates)
    paid = [c for c in candidates if c.name in ("prepaid", "cash") and c.score > _PLAUSIBLE and decimals(c) == 2]
    if paid and not changed:
        best = max(paid, key=lambda c: c.score)
        return {"total_gross": replace(best, name="total_gross", score=_OF_PAYMENT * best.score)}
    money = {c.value: c for c in amounts if decimals(c) == 2 and c.value}
    if len(money) != 1:
        return {}
    (only,) = money.values()
    return {"total_gross": replace(only, name="total_gross", score=_ONLY_SUM)}


def _by_sides(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates with what stands in the buyer's block taken from the seller."""
    buyer = _choose("buyer_name", [c for c in candidates if c.name == "buyer_name"])
    candidates = without_buyers(candidates, buyer.evidence if buyer else None)
    seller = _choose("seller_name", [c for c in candidates if c.name == "seller_name"])
    if buyer and seller and fold(str(buyer.value)) == fold(str(seller.value)):
        shared = fold(str(buyer.value))
        others = [c for c in candidates if fold(str(c.value)) != shared]
        if buyer.support > seller.support:
            seller = _choose("seller_name", [c for c in others if c.name == "seller_name"])
        else:
            buyer = _choose("buyer_name", [c for c in others if c.name == "buyer_name"])
    sides = seller.evidence if seller else None, buyer.evidence if buyer else None
    return tax_numbers_apart(vat_ids_apart(candidates, *sides), *sides)


def _unclaimed(candidates: list[Candidate]) -> list[Candidate]:
    """Without candidates whose place a clearer label gives to another field of the same kind."""
    claims: dict[tuple[int, Box], list[Candidate]] = {}
    for candidate in candidates:
        if candidate.name in (
            *_DATES,
            "other_date",
            "other_reference",
            "invoice_number",
            "purchase_order",
            "customer_number",
            "contract",
            "buyer_reference",
            "payment_reference",
            "buyer_vat_id",
            "seller_vat_id",
        ):
            claims.setdefault((candidate.evidence.page, candidate.evidence.box), []).append(candidate)
    numbers = {(c.evidence.page, c.evidence.box) for c in candidates if c.name == "seller_tax_number"}
    taxed = {fold(str(c.value)) for c in candidates if c.name.endswith("_vat_id")}
    taxed |= {value[2:] for value in taxed}
    of_buyer = {c.value for c in candidates if c.evidence.rule == "universal.buyer_vat_id.block"}
    kept = []
    for candidate in candidates:
        rivals = claims.get((candidate.evidence.page, candidate.evidence.box), ())
        if candidate.name == "seller_vat_id" and candidate.value in of_buyer:
            continue
        place = (candidate.evidence.page, candidate.evidence.box)
        if candidate.name == "seller_vat_id" and place in numbers and not str(candidate.value)[:2].isalpha():
            continue  # without the country in front it is a number of its tax office
        if candidate.name == "seller_registration" and fold(str(candidate.value)) in taxed:
            continue
        best = max((rival.score for rival in rivals if rival.name != candidate.name), default=0.0)
        if best > candidate.score * 1.15 or (
            best >= 0.55 and candidate.evidence.rule.startswith("universal.issue_date")
        ):
            continue
        kept.append(candidate)
    return kept


def _only_date(candidates: list[Candidate]) -> list[Candidate]:
    """With more trust in a date that is the only one on the document, or the only one without a label."""
    dates = {c.value for c in candidates if c.name in (*_DATES, "other_date")}
    if len(dates) == 1:
        return [replace(c, score=1 - _OTHERS * (1 - c.score)) if c.name == "issue_date" else c for c in candidates]
    headed = {c.value for c in candidates if c.evidence.rule == DATELINE}
    bare = {c.value for c in candidates if c.evidence.rule == "universal.issue_date"}
    if len(headed) == 1:  # other dates without a label are of the items, then
        return [c for c in candidates if c.evidence.rule != "universal.issue_date" or c.value in headed]
    if len(bare) != 1:
        return candidates
    return [
        replace(c, score=_ONLY_DATE * c.score) if c.evidence.rule == "universal.issue_date" else c for c in candidates
    ]


def _see_again(choices: dict[str, Choice], document: Document) -> None:
    """A number of the invoice that is printed again, in a head or for the payment, is believed more."""
    number = choices.get("invoice_number")
    if number is None or len(wanted := fold(str(number.value))) < _LEAST_REPEATED:
        return
    for grid in make_grids(document):
        for cell in grid.cells():
            if (cell.page, cell.box) == (number.evidence.page, number.evidence.box) or wanted not in fold(cell.text):
                continue
            for item in find_references(cell.text):
                words = cell.words(item.start, item.end)
                if fold(item.value) == wanted and words[0] not in number.evidence.words:
                    choices["invoice_number"] = replace(number, support=1 - (1 - number.support) * _SEEN_AGAIN)
                    return


def _choose(name: str, candidates: Sequence[Candidate]) -> Choice | None:
    """The value that most and best evidence names. Later pages repeat, so the first page is believed a little more."""
    groups: dict[str, list[Candidate]] = {}
    for candidate in candidates:
        groups.setdefault(fold(str(candidate.value)), []).append(candidate)
    ranked = sorted(((_group_score(group), group) for group in groups.values()), key=lambda pair: -pair[0])
    if not ranked or ranked[0][0] < 0.12:
        return None
    score, group = ranked[0]
    best = max(group, key=lambda c: (not c.evidence.rule.endswith(REPAIRED), round(c.score, 2), -c.evidence.page))
    rival = ranked[1][0] if len(ranked) > 1 else 0.0
    rivals = tuple(max(other, key=lambda c: c.score) for _, other in ranked[1:4])
    return Choice(name, best.value, best.evidence, _support(score, rival), rivals, best.readings)


def _group_score(group: Sequence[Candidate]) -> float:
    best = max(candidate.score * (1.0 if candidate.evidence.page == 1 else 0.93) for candidate in group)
    places = {(candidate.evidence.page, candidate.evidence.box) for candidate in group}
    return min(1.0, best + 0.06 * min(2, len(places) - 1) * best)


def _support(score: float, rival: float) -> float:
    """A score less what a rival takes from it: nothing under half as strong, most when equal."""
    share = rival / score if score else 0.0
    return score * (1.0 - 0.55 * max(0.0, share - 0.5) * 2)


def _add_totals(choices: dict[str, Choice], sums: Sums, candidates: Sequence[Candidate], *, credit: bool) -> None:
    for name, candidate in sums.chosen.items():
        rivals = _rivals(name, candidate, candidates)
        proved = name in sums.proved
        best_rival = max((rival.score for rival in rivals), default=0.0)
        support = 1.0 - (1.0 - sums.joint) * 0.25 if proved else _support(candidate.score, best_rival) * 0.9
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

    What was paid may be printed in parts, one below the other.
    """
    gross, due = choices.get("total_gross"), choices.get("amount_due")
    if gross is None or due is None:
        return
    paid = {_magnitude(one): one for one in _ranked("prepaid", candidates)}
    left = {_magnitude(one): one for one in _ranked("amount_due", candidates)}
    total = _magnitude(gross)
    if any(total - value == _magnitude(due) for value in paid):
        return
    parts = list(paid.values()) if len(paid) > 1 else []
    whole = sum(paid, Decimal(0))
    if parts and total - whole == _magnitude(due) > 0:
        evidence = replace(parts[0].evidence, source="derived", rule="universal.prepaid.sum")
        support = min(part.support for part in parts)
        choices["prepaid"] = replace(parts[0], value=whole, readings=(whole,), evidence=evidence, support=support)
    elif (one := next((left[total - value] for value in paid if total - value in left and value), None)) is not None:
        choices["amount_due"] = one


def _ranked(name: str, candidates: Sequence[Candidate]) -> list[Choice]:
    """Every value a field may have with some support, the best first."""
    found = {c.value: c for c in sorted(candidates, key=lambda c: c.score) if c.name == name and c.score > _PLAUSIBLE}
    choices = [_choose(name, [c for c in candidates if c.name == name and c.value == value]) for value in found]
    return sorted((choice for choice in choices if choice), key=lambda choice: -choice.support)


def _settle_untaxed(
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
        choices["total_net"] = replace(
            gross, name="total_net", evidence=source, support=0.97 * gross.support, rivals=(), proof=proof
        )


def _untaxed(document: Document, pack: RulePack) -> Evidence | None:
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


def _settle_paid(choices: dict[str, Choice]) -> None:
    """What was paid has no sign, though it is printed as taken off; more than the whole was not paid."""
    paid, gross = choices.get("prepaid"), choices.get("total_gross")
    if paid is None:
        return
    if gross is not None and _magnitude(paid) > _magnitude(gross):
        del choices["prepaid"]
        return
    readings = tuple(dict.fromkeys(abs(r) if isinstance(r, Decimal) else r for r in paid.readings))
    choices["prepaid"] = replace(paid, value=_magnitude(paid), readings=readings)


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
    total, left, given = (_magnitude(choice) for choice in (gross, due, paid))
    if credit:
        choices["amount_due"] = due = replace(due, value=left)
    if abs(total - given - left) < Decimal("0.005"):
        proof = f"{total} - {given} = {left}"
        choices["amount_due"] = replace(due, support=1 - (1 - due.support) * 0.3, proof=proof)
        if not gross.proof:
            choices["total_gross"] = replace(gross, support=1 - (1 - gross.support) * 0.5, proof=proof)


def _magnitude(choice: Choice | None) -> Decimal:
    return abs(choice.value) if choice and isinstance(choice.value, Decimal) else Decimal(0)


def _rivals(name: str, chosen: Candidate, candidates: Sequence[Candidate]) -> tuple[Candidate, ...]:
    others: dict[str, Candidate] = {}
    for candidate in sorted(candidates, key=lambda c: -c.score):
        if candidate.name == name and candidate.value != chosen.value:
            others.setdefault(str(candidate.value), candidate)
    return tuple(others.values())[:3]


def _settle_issue_date(choices: dict[str, Choice]) -> None:
    """An ambiguous issue date is settled by a certain due date; one that no other date rivals is believed more."""
    issued, due = choices.get("issue_date"), choices.get("due_date")
    if issued and not issued.rivals and issued.support > _PLAUSIBLE:
        issued = choices["issue_date"] = replace(issued, support=1 - _OTHERS * (1 - issued.support))
    if not (issued and due and len(issued.readings) > 1 and len(due.readings) == 1 and isinstance(due.value, date)):
        return
    orders = tuple("" for _ in issued.readings)
    narrowed = narrow_by_due_date(
        Candidate("issue_date", issued.value, issued.support, issued.evidence, issued.readings, orders), due.value
    )
    choices["issue_date"] = replace(issued, value=narrowed.value, readings=narrowed.readings)


def _doubt_due_date(choices: dict[str, Choice]) -> None:
    """A due date read from pixels is believed less where no issue date stands near it: a digit may be another."""
    issued, due = choices.get("issue_date"), choices.get("due_date")
    if due is None or due.evidence.source != "ocr" or not isinstance(due.value, date):
        return
    near = issued is not None and isinstance(issued.value, date) and (due.value - issued.value).days <= _LONGEST_TERM
    if not near:
        choices["due_date"] = replace(due, support=_FAR * due.support)


def _settle_terms(choices: dict[str, Choice], pack: RulePack) -> None:
    """Days of the payment terms make the due date where none is printed, and bear out one that is."""
    issued, due, terms = (choices.get(name) for name in ("issue_date", "due_date", "payment_terms"))
    days = days_in(str(terms.value), pack) if terms else None
    if terms is None or issued is None or days is None or not isinstance(issued.value, date):
        return
    meant = issued.value + timedelta(days=days)
    proof = f"{issued.value} + {days} days = {meant}"
    if due is None:
        evidence = replace(terms.evidence, source="derived", rule="universal.due_date.terms")
        support = 0.9 * min(issued.support, terms.support)
        readings = (meant,) if len(issued.readings) == 1 else (meant, *_later(issued.readings[1:], days))
        choices["due_date"] = Choice("due_date", meant, evidence, support, (), readings, proof)
    elif due.value == meant and len(issued.readings) == 1:
        choices["due_date"] = replace(due, support=1 - (1 - due.support) * 0.5, proof=proof)
        choices["issue_date"] = replace(issued, support=1 - (1 - issued.support) * 0.5)


def _settle_reference(choices: dict[str, Choice]) -> None:
    """What to quote in a transfer: the number of the invoice where nothing else is asked for, to be confirmed.

    EN 16931 has in BT-83 what links a payment with its invoice; who prints an account and no reference of its own
    waits for the number. It is derived, and never accepted.
    """
    number = choices.get("invoice_number")
    if number is None or "payment_reference" in choices or "iban" not in choices:
        return
    evidence = replace(number.evidence, source="derived", rule=GUESSED)
    choices["payment_reference"] = replace(
        number, name="payment_reference", evidence=evidence, support=_QUOTED * number.support, rivals=(), proof=""
    )


def _later(days: Sequence[Value], by: int) -> tuple[date, ...]:
    return tuple(day + timedelta(days=by) for day in days if isinstance(day, date))


def _part_names(choices: dict[str, Choice], candidates: Sequence[Candidate]) -> None:
    """Seller and buyer are not the same: the weaker claim to a shared name or VAT id gives way to its next rival."""
    for first, second in (("seller_name", "buyer_name"), ("seller_vat_id", "buyer_vat_id")):
        one, two = choices.get(first), choices.get(second)
        if not one or not two or fold(str(one.value)) != fold(str(two.value)):
            continue
        loser = first if one.support < two.support else second
        shared = fold(str(one.value))
        again = _choose(loser, [c for c in candidates if c.name == loser and fold(str(c.value)) != shared])
        if loser == "seller_name" and again is None and two.evidence.rule.startswith("universal."):
            loser = second  # somebody sells; nothing but its place makes a name the buyer's
            again = _choose(loser, [c for c in candidates if c.name == loser and fold(str(c.value)) != shared])
        choices.pop(loser)
        if again:
            choices[loser] = replace(again, support=again.support * 0.85)


def _find_currency(
    choices: Mapping[str, Choice], candidates: Sequence[Candidate], conventions: Conventions, pack: RulePack
) -> Choice | None:
    """The currency: of the chosen totals' marks, of a label, of most amounts, or of the seller's country."""
    votes, places = _currency_votes(choices, candidates, conventions, pack)
    if not votes:
        return _currency_of_country(choices, conventions, pack)
    ranked = sorted(votes, key=lambda code: -votes[code])
    code = ranked[0]
    evidence = places.get(code)
    if evidence is None:
        anchor = choices.get("total_gross")
        if anchor is None:
            return None
        evidence = replace(anchor.evidence, source="derived", rule="universal.currency.marks")
    support = _support(min(1.0, votes[code]), min(1.0, votes[ranked[1]]) if len(ranked) > 1 else 0.0)
    readings = tuple(ranked[:1]) if len(ranked) < 2 or votes[ranked[1]] < 0.8 * votes[code] else tuple(ranked[:2])
    own = [pack.countries[country].currency for country in conventions.countries]
    read = any(word.source == "ocr" for word in evidence.words)
    signed = read and code in SIGNED - conventions.lettered
    speck = signed and dict(conventions.currencies).get(code, 0) < 2  # and may have told the country
    if own[:1] == [code] and len(ranked) == 1 and not speck:
        support = 1 - _AT_HOME * (1 - support)
    if conventions.unsure:
        support *= 0.5
    if code != "USD" and not ({code} & {*own, *conventions.codes} or _is_named(code, candidates)):
        readings = namesakes(code) or readings
    if conventions.bare_dollar and code not in conventions.codes:
        taxed = "total_tax" in choices and bool(choices["total_tax"].value)
        if code != "USD" and not (
            taxed and own[:1] == [code]
        ):  # sellers outside the United States use the sign for either
            readings = (code, "USD")
        elif "US" not in conventions.countries:
            support *= 0.8
    return Choice("currency", code, evidence, support, (), readings)


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
            if candidate.evidence.source == "ocr" and code not in votes:
                continue  # a mark read once from pixels, that nothing bears out
            votes[code] = max(votes.get(code, 0.0), 0.95)
            places.setdefault(code, candidate.evidence)
        elif candidate.name == "currency":
            code = settle_mark(candidate.mark, conventions.countries, pack) or str(candidate.value)
            votes[code] = max(votes.get(code, 0.0) + 0.5 * candidate.score, _NAMED * candidate.score)
            places[code] = candidate.evidence
    return votes, places


def _currency_of_country(choices: Mapping[str, Choice], conventions: Conventions, pack: RulePack) -> Choice | None:
    """The currency of the country that the document comes from, where no mark is printed beside any amount."""
    total = choices.get("total_gross")
    codes = tuple(dict.fromkeys(pack.countries[code].currency for code in conventions.countries))
    if total is None or not codes:
        return None
    evidence = replace(total.evidence, source="derived", rule="universal.currency.country")
    support = next(support for least, support in _OF_COUNTRY if conventions.signs >= least)
    return Choice("currency", codes[0], evidence, support / len(codes))


def _all_amounts(document: Document, pack: RulePack) -> list[Candidate]:
    """Every amount on the document, as candidates named "amount"."""
    found = []
    for grid in make_grids(document):
        for cell in grid.cells():
            if not has_digit(cell.text):
                continue
            dates = find_dates(cell.text, pack.months)
            read = cell.line.words[0].source == "ocr"
            every = find_read_amounts(cell.text) if read else [(one, 1.0, False) for one in find_amounts(cell.text)]
            for amount, trust, lettered in every:
                if any(written.start <= amount.start < written.end for written in dates):
                    continue
                item = from_amount(amount)
                words = cell.words(amount.start, amount.end)
                box = Box.around(word.box for word in words)
                rule = f"universal.amount{REPAIRED if lettered else ''}"
                evidence = Evidence(
                    cell.page, box, cell.text[amount.start : amount.end].strip(), rule, words[0].source, words
                )
                score = trust * item.quality
                found.append(Candidate("amount", item.value, score, evidence, item.readings, mark=item.mark))
    return found
