"""Sums, dates and identifiers to issues: every doubt about a document, with a stable code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from invoice_ocr.choices import Choice, Resolution
from invoice_ocr.document.kind import PROFORMA
from invoice_ocr.finding.accounts import DEBITED
from invoice_ocr.model import Issue, LineItem, TaxLine, Value
from invoice_ocr.rulepack import RulePack
from invoice_ocr.totals.bearing import judge
from invoice_ocr.values.identifier import find_ibans, find_vat_ids
from invoice_ocr.values.repair import REPAIRED, check_digits

# Rounding may move a sum by one cent for each of a few tax rates.
_TOLERANCE = Decimal("0.05")

# Identifiers without check digits, and the letters in them that print like digits: O, I and l at a digit's side, others
# between two digits; and digits that stand alone in front as the letter of a series does.
_UNCHECKED = (
    "invoice_number",
    "purchase_order",
    "contract",
    "customer_number",
    "buyer_reference",
    "payment_reference",
    "seller_tax_number",
    "seller_registration",
)
_LOOK_ALIKE = re.compile(r"[OoIl](?=[0-9])|(?<=[0-9])[OoIl]|(?<=[0-9])[SBZ](?=[0-9])|^[01](?=[/.-])")

_DECIMALS = re.compile(r"[.,\s]\s?\d\d\D*$")
_UNPADDED = re.compile(r"\d\s?([./-])\s?0\d\s?\1")
# A blank where the first digit of a month may have stood: `05/ 2/2025`; dates with a blank behind each mark have none.
_GAP = re.compile(r"\d\d([./-])\s\d\1\d")
# A number in a date.
_NUMBER = re.compile(r"\d+")

# Issues that only tell; all others send the document to review.
NOTES = frozenset(
    {
        "lines.mismatch",
        "iban.debited",
        "e-invoice.differs",
        "e-invoice.lines-differ",
        "qr.differs",
        "qr.unverified",
        "pages.left-out",
    }
)


def check(
    resolution: Resolution, pack: RulePack, tax_lines: Sequence[TaxLine] = (), line_items: Sequence[LineItem] = ()
) -> list[Issue]:
    """Every issue of one document, in a fixed order.

    Codes: totals.mismatch, totals.due-mismatch, tax-lines.mismatch, lines.mismatch, lines.contradict, date.ambiguous,
    amount.ambiguous, currency.ambiguous, date.order, date.digit-lost, date.repaired, iban.invalid,
    iban.debited, vat-id.invalid,
    identifier.repaired, identifier.check-digit, identifier.look-alike, amount.repaired,
    amount.digit-lost, amount.sign,
    document.proforma.
    """
    choices = resolution.choices
    issues = [*_sums(resolution), *_ambiguous(choices.values()), *_dates(resolution), *_identifiers(resolution)]
    issues += [*_misread(resolution, pack), *_lost_digits(resolution), *_cut_off(resolution)]
    issues += [*_parts(resolution, tax_lines, line_items), *_signs(resolution), *_unbooked(resolution)]
    return issues


def _unbooked(resolution: Resolution) -> Iterator[Issue]:
    """A proforma: its tax may not be claimed, and the invoice is still to come."""
    kind = resolution.choices.get("document_type")
    if kind and kind.evidence.rule == PROFORMA:
        yield Issue("document.proforma", f"{kind.evidence.text} is no invoice to be booked", (kind.name,))


def _date(resolution: Resolution, name: str) -> date | None:
    choice = resolution.choices.get(name)
    return choice.value if choice and isinstance(choice.value, date) else None


def _sums(resolution: Resolution) -> Iterator[Issue]:
    net, tax, gross = (resolution.amount(name) for name in ("total_net", "total_tax", "total_gross"))
    if net is not None and tax is not None and gross is not None and not _explained(resolution, gross - net - tax):
        names = ("total_net", "total_tax", "total_gross")
        touched = tuple(name for name in names if not resolution.choices[name].proof)
        if touched:
            yield Issue("totals.mismatch", f"{net} net and {tax} tax are not {gross} gross", touched)
    due, paid = resolution.amount("amount_due"), resolution.amount("prepaid")
    if (
        gross is not None
        and due is not None
        and paid is not None
        and abs(gross - abs(paid) - due) > _TOLERANCE
        and due != gross
    ):
        yield Issue("totals.due-mismatch", f"{gross} less {paid} paid is not {due} due", ("prepaid", "amount_due"))


def _explained(resolution: Resolution, rest: Decimal) -> bool:
    """Whether what lies between net plus tax and gross is next to nothing, or printed as rounding, charge, discount."""
    proved = bool(resolution.choices["total_gross"].proof)
    return abs(rest) <= _TOLERANCE or (proved and any(abs(rest - extra) <= _TOLERANCE for extra in resolution.extras))


def _ambiguous(choices: Iterable[Choice]) -> Iterator[Issue]:
    for choice in choices:
        if len(choice.readings) < 2:
            continue
        shown = " or ".join(_show(reading) for reading in choice.readings)
        kind = "date" if isinstance(choice.value, date) else "currency" if choice.name == "currency" else "amount"
        yield Issue(f"{kind}.ambiguous", f"{choice.evidence.text} may be {shown}", (choice.name,))


def _show(value: Value) -> str:
    return f"{value.day} {value:%B} {value.year}" if isinstance(value, date) else str(value)


def _dates(resolution: Resolution) -> Iterator[Issue]:
    issued, due = _date(resolution, "issue_date"), _date(resolution, "due_date")
    if issued and due and due < issued:
        yield Issue("date.order", f"due on {due}, before it was issued on {issued}", ("issue_date", "due_date"))
    start, end = _date(resolution, "period_start"), _date(resolution, "period_end")
    if start and end and end < start:
        yield Issue(
            "date.order", f"the period ends on {end}, before it starts on {start}", ("period_start", "period_end")
        )


def _identifiers(resolution: Resolution) -> Iterator[Issue]:
    iban = resolution.choices.get("iban")
    if iban and not find_ibans(str(iban.value)):
        yield Issue("iban.invalid", f"{iban.value} has wrong check digits", ("iban",))
    if iban and iban.evidence.rule.endswith(DEBITED):
        yield Issue("iban.debited", f"{iban.value} seems to be the payer's account, to be debited", ("iban",))
    for name in ("seller_vat_id", "buyer_vat_id"):
        choice = resolution.choices.get(name)
        if choice and not find_vat_ids(str(choice.value)):
            yield Issue("vat-id.invalid", f"{choice.value} is no valid VAT id", (name,))


def _has_all_digits(text: str, value: date) -> bool:
    """Whether day, month and year all stand in a text as written in full, so that only marks between were lost."""
    parts = _NUMBER.findall(text)
    return sorted(map(len, parts)) == [2, 2, 4] and sorted(map(int, parts)) == sorted(
        (value.day, value.month, value.year)
    )


def _misread(resolution: Resolution, pack: RulePack) -> Iterator[Issue]:
    """Numbers that pixels may not show as they were read, where no witness says the same."""
    for name, choice in resolution.choices.items():
        if choice.evidence.source != "ocr" or choice.witnesses:
            continue
        if choice.evidence.rule.endswith(REPAIRED):
            if isinstance(choice.value, Decimal):
                why = f"{choice.proof} holds only so" if choice.proof else "no amount has letters in it"
                doubt = f"{choice.evidence.text} was taken for {choice.value}: {why}"
                yield Issue("amount.repaired", doubt, (name, *_resting_on(choice, resolution)))
                continue
            if isinstance(choice.value, date):
                if _has_all_digits(choice.evidence.text, choice.value):
                    continue
                doubt = f"{choice.evidence.text} was taken for {choice.value}: it is no date as it was read"
                yield Issue("date.repaired", doubt, (name,))
                continue
            rule = choice.evidence.rule.removesuffix(REPAIRED).rpartition(".")[0]
            unchecked = name in _UNCHECKED and not pack.checks.get(rule)
            why = "all else in it is digits" if unchecked else "its check digits hold only so"
            doubt = f"{choice.evidence.text} was taken for {choice.value}: {why}"
            yield Issue("identifier.repaired", doubt, (name,))
            continue
        digits = check_digits(str(choice.value), pack.checks.get(choice.evidence.rule.rpartition(".")[0], ()))
        if digits == "fails":
            doubt = f"{choice.value} was read from pixels, and its check digits do not hold"
            yield Issue("identifier.check-digit", doubt, (name,))
        elif name in _UNCHECKED and not digits and (found := _LOOK_ALIKE.search(str(choice.value))):
            doubt = f"{choice.value} was read from pixels, and its {found.group()} may be a letter or a digit"
            yield Issue("identifier.look-alike", doubt, (name,))


def _resting_on(mended: Choice, resolution: Resolution) -> Iterator[str]:
    """The other totals of the sum that mended one, which no label names."""
    for name, choice in resolution.choices.items():
        same = name != mended.name and choice.proof == mended.proof != ""
        if same and choice.evidence.rule.startswith("universal."):
            yield name


def _lost_digits(resolution: Resolution) -> Iterator[Issue]:
    """Days of one digit before a padded month, or a blank before a month: a digit may not have been read.

    A date is padded whole or not at all.
    """
    for name, choice in resolution.choices.items():
        if (
            isinstance(choice.value, date)
            and choice.evidence.source == "ocr"
            and (_UNPADDED.match(choice.evidence.text) or _GAP.match(choice.evidence.text))
        ):
            yield Issue(
                "date.digit-lost", f"{choice.evidence.text} was read from pixels, maybe without a digit", (name,)
            )


def _cut_off(resolution: Resolution) -> Iterator[Issue]:
    """A total without decimals where another has them: its end may not have been read."""
    read = {
        name: choice
        for name in ("total_net", "total_tax", "total_gross")
        if (choice := resolution.choices.get(name)) and choice.evidence.source == "ocr"
    }
    if any(_DECIMALS.search(choice.evidence.text) for choice in read.values()):
        for name, choice in read.items():
            proved = choice.proof and "total_tax" in resolution.choices  # else it may but repeat a part
            if not (_DECIMALS.search(choice.evidence.text) or proved or choice.witnesses):
                told = f"{choice.evidence.text} was read from pixels, maybe without its decimals"
                yield Issue("amount.digit-lost", told, (name, *_resting_on(choice, resolution)))


def _parts(resolution: Resolution, tax_lines: Sequence[TaxLine], line_items: Sequence[LineItem]) -> Iterator[Issue]:
    tax = resolution.amount("total_tax")
    taxes = [line.tax for line in tax_lines]
    if tax is not None and taxes and all(part is not None for part in taxes):
        total = sum((part for part in taxes if part is not None), Decimal(0))
        if abs(total - tax) > _TOLERANCE:
            yield Issue("tax-lines.mismatch", f"the taxes by rate make {total}, not {tax}", ("total_tax",))
    said, total = judge(resolution, line_items, _TOLERANCE)
    if said == "contradict":
        fields = ("total_net", "total_gross")
        yield Issue("lines.contradict", f"the lines make {total}, and nothing printed makes it net or gross", fields)
    elif said == "unclear":
        yield Issue("lines.mismatch", f"the lines make {total}, neither net nor gross", ())


def _signs(resolution: Resolution) -> Iterator[Issue]:
    gross = resolution.amount("total_gross")
    kind = resolution.choices.get("document_type")
    if gross is not None and gross < 0 and not (kind and kind.value == "credit_note"):
        yield Issue("amount.sign", f"{gross} is below zero on what is not called a credit note", ("total_gross",))
