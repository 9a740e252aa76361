"""Candidates to one consistent set: the sums decide, the document's conventions settle, rivals are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.choices import GUESSED, PLAUSIBLE, Choice, Resolution, choose, unrivalled
from invoice_ocr.document.conventions import Conventions, settle
from invoice_ocr.document.kind import find_kind
from invoice_ocr.finding.readers import from_amount
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.model import Box, Candidate, Document, Evidence
from invoice_ocr.parties import slip_head
from invoice_ocr.parties.sides import tax_numbers_apart, vat_ids_apart, without_buyers
from invoice_ocr.resolving.settled_currency import find_currency
from invoice_ocr.resolving.settled_dates import (
    DATES,
    doubt_due_date,
    only_date,
    settle_issue_date,
    settle_terms,
    slip_date,
    take_clearest,
)
from invoice_ocr.resolving.settled_totals import add_totals, settle_untaxed, untaxed
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.proofs import extras_of
from invoice_ocr.totals.reduced import after_discount, left_open
from invoice_ocr.totals.refunds import given_back
from invoice_ocr.totals.rounding import after_rounding
from invoice_ocr.totals.sums import solve
from invoice_ocr.totals.ways import decimals
from invoice_ocr.values.amount import find_amounts
from invoice_ocr.values.date import find_dates
from invoice_ocr.values.identifier import find_references, with_country
from invoice_ocr.values.misread import find_read_amounts
from invoice_ocr.values.repair import REPAIRED
from invoice_ocr.values.text import fold, has_digit

# What is left of the doubt in a document's number that is printed a second time, and how short none is looked for.
_SEEN_AGAIN = 0.6
_LEAST_REPEATED = 4
_OF_PAYMENT, _ONLY_SUM = 0.5, 0.4  # how surely what was paid, and the only sum, is the total of a slip
_BELOW_HEAD = 0.5  # what a name elsewhere on a slip keeps of its score beside the one that heads it
_OF_TILL, _LEAST_OF_TILL, _TOLD = 1.6, 0.25, 0.55  # how much more the number of a slip is believed on one; see below
_CALLED = 0.6  # how surely one word that is called the seller is: it may be who stood at the till, by a first name
_QUOTED = 0.4  # a number of the invoice is what most ask for; it is never accepted as such


def resolve(
    document: Document, candidates: Sequence[Candidate], conventions: Conventions, pack: RulePack
) -> Resolution:
    """The values that agree best with labels, sums and the document's conventions."""
    candidates = [_less_for_one_word(_of_country(candidate, conventions), pack) for candidate in candidates]
    every = [settle(candidate, conventions) for candidate in candidates]
    settled = only_date(_unclaimed(every))
    amounts = [settle(candidate, conventions) for candidate in _all_amounts(document, pack)]
    seen = find_kind(document, [*settled, *amounts], pack)
    kind = Choice("document_type", seen.value, seen.evidence, seen.support) if seen else None
    slip = bool(kind and kind.value == "receipt")
    if slip:
        settled = _of_slip(only_date(_unclaimed(_of_till(every))), document, pack)
    settled = _by_sides(settled)
    settled += slip_date(settled) if slip else []
    rates = [rate for code in conventions.countries[:1] for rate in pack.countries[code].tax_rates]
    sums = solve(settled, amounts, rates, slip=slip)
    sums = after_discount(sums, settled, amounts, slip=slip) or sums
    if "total_gross" in sums.chosen:
        rounded = after_rounding(sums.chosen["total_gross"], settled, amounts, slip=slip)
        if rounded:
            sums = replace(sums, chosen={**sums.chosen, "total_gross": rounded})
    sums = ((left_open(sums, settled) or given_back(sums, amounts)) if slip else None) or sums
    choices: dict[str, Choice] = {}
    for name in pack.kept:
        if name in ("document_type", "currency", "total_net", "total_tax", "total_gross"):
            continue
        choice = choose(name, [c for c in settled if c.name == name])
        if choice:
            choices[name] = choice
    if slip and "total_gross" not in sums.chosen:
        sums = replace(sums, chosen={**sums.chosen, **_only_amount(settled, amounts)})
    add_totals(choices, sums, settled, credit=bool(kind and kind.value == "credit_note"))
    settle_untaxed(choices, settled, lambda: untaxed(document, pack))
    settle_issue_date(choices)
    doubt_due_date(choices)
    if not slip:
        settle_terms(choices, pack)
        _settle_reference(choices)
    choices |= {name: unrivalled(choices[name]) for name in ("invoice_number", "issue_date") if name in choices}
    _see_again(choices, document)
    take_clearest(choices, settled)
    _part_names(choices, settled)
    currency = find_currency(choices, settled, conventions, pack, slip=slip)
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


def _less_for_one_word(candidate: Candidate, pack: RulePack) -> Candidate:
    """A candidate; one for the seller with less trust where one word without a form of company is called so."""
    name = candidate.value
    if candidate.name != "seller_name" or candidate.evidence.rule.startswith("universal."):
        return candidate
    if not isinstance(name, str) or len(name.split()) > 1 or slip_head.has_form(name, pack):
        return candidate
    return replace(candidate, score=min(candidate.score, _CALLED))


def _of_slip(candidates: Sequence[Candidate], document: Document, pack: RulePack) -> list[Candidate]:
    """The candidates of a till slip: its head names the seller, and nobody who is not called so buys.

    Who is called the seller without a form of company may be who stood at the till.
    """
    head = slip_head.find(document, pack)
    kept = [c for c in candidates if c.name != "buyer_name" or not c.evidence.rule.startswith("universal.")]
    others = [
        c.name == "seller_name"
        and (bool(head) if c.evidence.rule.startswith("universal.") else not slip_head.has_form(str(c.value), pack))
        for c in kept
    ]
    return [
        *head,
        *(replace(c, score=_BELOW_HEAD * c.score) if less else c for c, less in zip(kept, others, strict=True)),
    ]


def _of_till(candidates: list[Candidate]) -> list[Candidate]:
    """The candidates of a till slip with more trust in the number of the slip, where that is the only one told.

    Elsewhere such a number is of a payment. Numbers that hardly have a label tell nothing.
    """
    numbers = [c for c in candidates if c.name == "invoice_number"]
    own = {c.value for c in numbers if _is_of_till(c) and c.score > _LEAST_OF_TILL}
    if len(own) != 1 or any(c.score > _TOLD and not _is_of_till(c) for c in numbers):
        return candidates
    return [replace(c, score=min(1.0, _OF_TILL * c.score)) if _is_of_till(c) else c for c in candidates]


def _is_of_till(candidate: Candidate) -> bool:
    return candidate.name == "invoice_number" and candidate.evidence.rule.split(".")[2:3] == ["receipt"]


def _only_amount(candidates: Sequence[Candidate], amounts: Sequence[Candidate]) -> dict[str, Candidate]:
    """The total of a till slip that names none: what was paid, or the only sum of money printed."""
    changed = any(c.name == "change" and c.value for c in candidates)
    paid = [c for c in candidates if c.name in ("prepaid", "cash") and c.score > PLAUSIBLE and decimals(c) == 2]
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
    buyer = choose("buyer_name", [c for c in candidates if c.name == "buyer_name"])
    candidates = without_buyers(candidates, buyer.evidence if buyer else None)
    seller = choose("seller_name", [c for c in candidates if c.name == "seller_name"])
    if buyer and seller and fold(str(buyer.value)) == fold(str(seller.value)):
        shared = fold(str(buyer.value))
        others = [c for c in candidates if fold(str(c.value)) != shared]
        if buyer.support > seller.support:
            seller = choose("seller_name", [c for c in others if c.name == "seller_name"])
        else:
            buyer = choose("buyer_name", [c for c in others if c.name == "buyer_name"])
    sides = seller.evidence if seller else None, buyer.evidence if buyer else None
    return tax_numbers_apart(vat_ids_apart(candidates, *sides), *sides)


def _unclaimed(candidates: list[Candidate]) -> list[Candidate]:
    """Without candidates whose place a clearer label gives to another field of the same kind."""
    claims: dict[tuple[int, Box], list[Candidate]] = {}
    for candidate in candidates:
        if candidate.name in (
            *DATES,
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
        others = {candidate.name, "other_reference"} if candidate.name == "iban" else {candidate.name}  # of no paper
        best = max((rival.score for rival in rivals if rival.name not in others), default=0.0)
        if best > candidate.score * 1.15 or (
            best >= 0.55 and candidate.evidence.rule.startswith("universal.issue_date")
        ):
            continue
        kept.append(candidate)
    return kept


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


def _part_names(choices: dict[str, Choice], candidates: Sequence[Candidate]) -> None:
    """Seller and buyer are not the same: the weaker claim to a shared name or VAT id gives way to its next rival."""
    for first, second in (("seller_name", "buyer_name"), ("seller_vat_id", "buyer_vat_id")):
        one, two = choices.get(first), choices.get(second)
        if not one or not two or fold(str(one.value)) != fold(str(two.value)):
            continue
        loser = first if one.support < two.support else second
        shared = fold(str(one.value))
        again = choose(loser, [c for c in candidates if c.name == loser and fold(str(c.value)) != shared])
        if loser == "seller_name" and again is None and two.evidence.rule.startswith("universal."):
            loser = second  # somebody sells; nothing but its place makes a name the buyer's
            again = choose(loser, [c for c in candidates if c.name == loser and fold(str(c.value)) != shared])
        choices.pop(loser)
        if again:
            choices[loser] = replace(again, support=again.support * 0.85)


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
