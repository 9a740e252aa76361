"""What people say that fields are: kept for good, laid over what was read."""

from __future__ import annotations

import json
import os
import unicodedata
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from invoice_ocr.errors import ConfigError, WrongUsage
from invoice_ocr.model import FIELD_KINDS, Box, Evidence, Field, Invoice, Issue
from invoice_ocr.settings import unknown
from invoice_ocr.values.currency import CODES

if TYPE_CHECKING:
    from invoice_ocr.batch.keys import Keys
    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Decision, Value

_CENTS = Decimal("0.05")
_DIGITS = 20  # of an amount before or after the point
_LONGEST = 1000  # characters of a value that a person gives
DECISION = "decision"  # no field, but may be corrected like one
_DECISIONS: tuple[Decision, ...] = ("post", "review", "reject")
_TYPES = ("invoice", "credit_note", "receipt", "other")
_WANTED = {
    "date": "a date such as 2026-03-31",
    "decimal": "a number such as 1190.00",
    "text": f"one line of at most {_LONGEST} characters",
    "currency": "a code such as EUR",
    "document_type": f"one of: {', '.join(_TYPES)}",
}


@dataclass(frozen=True, slots=True)
class Correction:
    """What a person says a field is. invoice: which of its document's, from 1. value: None for nothing."""

    invoice: int
    field: str
    value: Value | None
    who: str
    at: str


@dataclass(frozen=True, slots=True)
class Made:
    """A correction with the document that it is of."""

    sha256: str
    file: str
    correction: Correction


def history(book: Ledger, which: str = "") -> list[Made]:
    """All corrections, or those of one document (see `correct`), in the order in which they were made."""
    only = find(book, which)[1] if which else None
    rows = book.connection.execute(
        "SELECT sha256, invoice, field, value, who, at,"
        " (SELECT name FROM place p JOIN document d ON d.id = document WHERE d.sha256 = c.sha256 ORDER BY p.id LIMIT 1)"
        " FROM correction c WHERE ?1 IS NULL OR sha256 = ?1 ORDER BY id",
        (only,),
    )
    return [
        Made(sha256, os.fsdecode(name or ""), Correction(invoice, field, value_of(field, value or ""), who, at))
        for sha256, invoice, field, value, who, at, name in rows
    ]


def correct(book: Ledger, which: str, field: str, text: str, *, who: str, invoice: int = 1) -> str:
    """Write down what a person says a field is; results show it from now on. Returns the document's name.

    which: a document's name, its name's last part, or six or more digits of its SHA-256. text: as the contract's JSON
    spells values; empty: the document does not say. Raises ConfigError for what is unknown, ambiguous or no such value.
    """
    document, sha256, name = find(book, which)
    value_of(field, text)
    row = book.connection.execute(
        "SELECT r.keys FROM result r JOIN document d ON d.id = r.document AND d.recipe = r.recipe WHERE d.id = ?",
        (document,),
    ).fetchone()
    held = json.loads(row[0] or "[]") if row else []
    if not 1 <= invoice <= len(held) or held[invoice - 1] is None:
        raise ConfigError(f"{name} holds no invoice {invoice} that could be corrected", fix="See invoice-ocr status.")
    with book.transaction("correct") as rows:
        rows.execute(
            "INSERT INTO correction (sha256, invoice, field, value, who, at) VALUES (?, ?, ?, ?, ?, ?)",
            (sha256, invoice, field, text or None, who, datetime.now(UTC).isoformat(timespec="seconds")),
        )
    return name


def find(book: Ledger, which: str) -> tuple[int, str, str]:
    """Id, SHA-256 and first name of the one document that `which` names (see `correct`). Raises ConfigError."""
    rows = book.connection.execute(
        "SELECT DISTINCT d.id, d.sha256, p.name FROM document d JOIN place p ON p.document = d.id"
        " WHERE p.name = ?1 OR CAST(p.name AS TEXT) LIKE '%/' || ?2 ESCAPE '\\'"
        " OR (length(?1) >= 6 AND d.sha256 LIKE ?2 || '%' ESCAPE '\\') ORDER BY d.id, p.id",
        (which, _escaped(which)),
    ).fetchall()
    documents = {row[0] for row in rows}
    if not documents:
        raise ConfigError(f"the ledger knows no document {which!r}", fix="invoice-ocr export LEDGER lists all.")
    if len(documents) > 1:
        many = ", ".join(row[1][:12] for row in rows[:5])
        raise ConfigError(f"{which!r} names {len(documents)} documents", fix=f"Give the start of a SHA-256: {many}")
    document, sha256, name = rows[0]
    return document, sha256, os.fsdecode(name)


def value_of(field: str, text: str) -> Value | None:
    """The value that a correction's text stands for. Raises WrongUsage."""
    from datetime import date

    if field == DECISION:
        if text not in _DECISIONS:
            raise WrongUsage(f"{text[:_LONGEST]!r} is no decision", fix=f"Give one of: {', '.join(_DECISIONS)}.")
        return text
    if field not in FIELD_KINDS:
        error = unknown("field", field, (*FIELD_KINDS, DECISION))
        raise WrongUsage(error.message, fix=error.fix)
    if not text:
        return None
    wanted = _WANTED.get(field) or _WANTED[FIELD_KINDS[field]]
    try:
        if FIELD_KINDS[field] == "date":
            return date.fromisoformat(text)
        if FIELD_KINDS[field] == "decimal":
            return _amount(text)
        if _may_be(field, text):
            return text
    except (ValueError, ArithmeticError):
        pass
    raise WrongUsage(f"{text[:_LONGEST]!r} is no value for {field}", fix=f"Give {wanted}.")


def _amount(text: str) -> Decimal:
    amount = Decimal(text)
    if not amount.is_finite() or abs(amount.adjusted()) >= _DIGITS:
        raise ValueError(text)
    return amount


def _may_be(field: str, text: str) -> bool:
    """Whether a text can be the value of a field."""
    if field == "currency":
        return text in CODES
    if field == "document_type":
        return text in _TYPES
    return len(text) <= _LONGEST and all(unicodedata.category(char) not in {"Cc", "Cs"} for char in text)


def corrected(invoice: Invoice, own: list[Correction]) -> Invoice:
    """The invoice with a person's values in place, and without the doubts that they settle."""
    if not own:
        return invoice
    fields = dict(invoice.fields)
    for correction in own:
        if correction.field != DECISION:
            fields[correction.field] = _field(fields.get(correction.field), correction, invoice)
    touched = {correction.field for correction in own}
    issues = tuple(issue for issue in invoice.issues if not _settled(issue, touched, fields))
    told = {issue.code for issue in invoice.issues} - {issue.code for issue in issues}
    reasons = tuple(r for r in invoice.reasons if r not in told and r.rpartition(".")[0] not in touched)
    decision = "post" if invoice.decision == "review" and not reasons else invoice.decision
    return replace(invoice, fields=fields, issues=issues, reasons=reasons, decision=decision)


def decided(invoice: Invoice, own: list[Correction]) -> Invoice:
    """The invoice as a person has decided about it, whatever the checks say: its issues stay to be seen."""
    said = next((one for one in reversed(own) if one.field == DECISION), None)
    if said is None:
        return invoice
    issue = Issue("decision.corrected", f"{said.who} decided at {said.at}: {said.value}")
    decision = next(one for one in _DECISIONS if one == said.value)
    reasons = () if decision == "post" else (*invoice.reasons, issue.code)
    return replace(invoice, decision=decision, reasons=reasons, issues=(*invoice.issues, issue))


def _field(old: Field | None, correction: Correction, invoice: Invoice) -> Field:
    if correction.value is None:
        return Field(correction.field, None, 0.0, "missing")
    page = invoice.pages[0] if invoice.pages else 0
    place = old.evidence if old is not None and old.evidence else Evidence(page, Box(0, 0, 0, 0), "", "", "correction")
    evidence = replace(place, rule=f"correction by {correction.who} at {correction.at}", source="correction", words=())
    return Field(correction.field, correction.value, 1.0, "corrected", evidence)


def _settled(issue: Issue, touched: set[str], fields: dict[str, Field]) -> bool:
    if issue.fields and set(issue.fields) <= touched:
        return True
    net, tax, gross = (getattr(fields.get(n), "value", None) for n in ("total_net", "total_tax", "total_gross"))
    amounts = isinstance(net, Decimal) and isinstance(tax, Decimal) and isinstance(gross, Decimal)
    return bool(
        issue.code == "totals.mismatch" and touched & set(issue.fields) and amounts and abs(net + tax - gross) <= _CENTS  # type: ignore[operator]
    )


def corrected_keys(keys: Keys, own: list[Correction]) -> Keys:
    """The keys of an invoice after its corrections."""
    for correction in own:
        keys = keys.with_value(correction.field, correction.value)
    return keys


def corrections(book: Ledger) -> dict[str, list[Correction]]:
    """All corrections in the order in which they were made, by SHA-256."""
    found: defaultdict[str, list[Correction]] = defaultdict(list)
    for made in history(book):
        found[made.sha256].append(made.correction)
    return found


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
