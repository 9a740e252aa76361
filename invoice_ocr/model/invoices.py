"""What is understood of documents: candidates and their evidence, what witnesses state, fields, lines, invoices."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from invoice_ocr.model.pages import Box, Issue, Origin, Word

Status = Literal["accepted", "review", "missing", "corrected"]
Decision = Literal["post", "review", "reject"]
Value = str | Decimal | date
Kind = Literal["text", "date", "decimal"]

# The fields of the contract in its order, each with the type of its value. What is known of them: rules/fields.yaml.
FIELD_KINDS: dict[str, Kind] = {
    "document_type": "text",
    "invoice_number": "text",
    "issue_date": "date",
    "due_date": "date",
    "delivery_date": "date",
    "period_start": "date",
    "period_end": "date",
    "currency": "text",
    "total_net": "decimal",
    "total_tax": "decimal",
    "total_gross": "decimal",
    "prepaid": "decimal",
    "amount_due": "decimal",
    "seller_name": "text",
    "seller_vat_id": "text",
    "seller_tax_number": "text",
    "seller_registration": "text",
    "buyer_name": "text",
    "buyer_vat_id": "text",
    "buyer_reference": "text",
    "purchase_order": "text",
    "contract": "text",
    "customer_number": "text",
    "iban": "text",
    "bic": "text",
    "payment_reference": "text",
    "payment_terms": "text",
}


@dataclass(frozen=True, slots=True)
class Evidence:
    """Where a value was seen and what found it. A value without evidence cannot exist.

    page: 0, with an empty box, for what stands on no page: in the XML of an e-invoice.
    """

    page: int
    box: Box
    text: str
    rule: str
    source: Origin
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible value of one field. score: 0..1, uncalibrated; `readings` are all values the text may mean.

    orders: for dates, the order (dmy, mdy, ymd, written) behind each reading. mark: for amounts, the currency mark
    printed beside it, or "".
    """

    name: str
    value: Value
    score: float
    evidence: Evidence
    readings: tuple[Value, ...] = ()
    orders: tuple[str, ...] = ()
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Alternative:
    """A rival that lost: what it said, where, and how likely it was thought."""

    value: Value
    confidence: float
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Field:
    """The value of one field of an invoice.

    confidence: calibrated probability that the value is right, 0..1. A missing field has value None, no evidence.
    witnesses: what else says the same: the e-invoice in the file, a payment code on the page. support: 0..1, how much
    speaks for the value before calibration. basis: "proved", "unlabelled" or "": what kind of support it is.
    proof: the sum or the agreement that decided for it, such as 100.00 + 19.00 = 119.00, or "".
    """

    name: str
    value: Value | None
    confidence: float
    status: Status
    evidence: Evidence | None = None
    alternatives: tuple[Alternative, ...] = ()
    witnesses: tuple[Evidence, ...] = ()
    support: float = 0.0
    basis: str = ""
    proof: str = ""


@dataclass(frozen=True, slots=True)
class TaxLine:
    """One VAT breakdown (BG-23). rate: percent."""

    rate: Decimal | None
    net: Decimal | None
    tax: Decimal | None
    category: str | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class LineItem:
    """One invoice line (BG-25)."""

    position: str | None = None
    article_number: str | None = None
    description: str | None = None
    quantity: Decimal | None = None
    unit: str | None = None
    unit_price: Decimal | None = None
    tax_rate: Decimal | None = None
    amount: Decimal | None = None
    confidence: float = 0.0
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Statement:
    """One value of one field as a witness states it. evidence: where it stands and as it is written there."""

    name: str
    value: Value
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Witness:
    """What speaks beside the printed words: the XML of an e-invoice, or a payment code printed on a page.

    form: cii, ubl, epc, swiss, zatca or india. title: the file's name or the code's, for messages.
    page: on which a code is printed; 0: it speaks for the whole file. statements: in the order of trust, a field may
    come several times (two bank accounts). tax_lines, line_items: empty where it tells of none.
    """

    source: Literal["e-invoice", "qr"]
    form: str
    title: str
    statements: tuple[Statement, ...]
    tax_lines: tuple[TaxLine, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    page: int = 0


@dataclass(frozen=True, slots=True)
class Invoice:
    """What one document says, with how sure we are. `fields` holds every field of the contract, missing ones too.

    pages: the numbers of its pages in their file. document: which invoice of its file it is, from 1. file: the name of
    that file in what `invoice_ocr.extract` gives; else its record has it.
    """

    fields: dict[str, Field]
    pages: tuple[int, ...]
    decision: Decision
    reasons: tuple[str, ...] = ()
    tax_lines: tuple[TaxLine, ...] = ()
    line_items: tuple[LineItem, ...] = ()
    issues: tuple[Issue, ...] = ()
    document: int = 1
    file: str = ""

    def flagged(self, issues: Sequence[Issue], against: Iterable[str] | None = None) -> Invoice:
        """With more issues: the fields that they name are accepted no longer, nor is the document to be posted.

        against: codes of those that speak against posting, where others only tell; None: all do.
        """
        touched = {name for issue in issues for name in issue.fields}
        fields = {
            name: replace(field, status="review") if name in touched and field.status == "accepted" else field
            for name, field in self.fields.items()
        }
        codes = tuple(issue.code for issue in issues) if against is None else tuple(against)
        reasons = tuple(dict.fromkeys((*self.reasons, *codes)))
        decision: Decision = "review" if codes and self.decision == "post" else self.decision
        return replace(self, fields=fields, issues=(*self.issues, *issues), reasons=reasons, decision=decision)
