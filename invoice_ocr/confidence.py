"""Support to calibrated probabilities, and from them status and decision. The curves are data, in confidence.yaml."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from invoice_ocr.checks import NOTES
from invoice_ocr.choices import GUESSED, TOTALS, Choice, Resolution
from invoice_ocr.model import (
    FIELD_KINDS,
    Alternative,
    Decision,
    Evidence,
    Field,
    Invoice,
    Issue,
    LineItem,
    Status,
    TaxLine,
    Value,
)
from invoice_ocr.rulepack import RulePack
from invoice_ocr.settings import Settings

CORE = ("invoice_number", "issue_date", "total_gross", "currency")
# A till slip often carries no number of its own and is booked without one.
CORE_OF_RECEIPT = ("issue_date", "total_gross", "currency")

# Issues that say how a value may have been misread. A slip is booked without its number and those of its seller.
_MISREAD = frozenset({"identifier.look-alike", "identifier.check-digit", "identifier.repaired", "field.handwritten"})

# Issues by which a witness says another value: no curve knows of that, and either may be right.
_DISPUTES = frozenset({"e-invoice.mismatch", "qr.mismatch", "iban.mismatch"})
# What is left of the doubt in a value when a witness independent of the printed words says the same.
_AGREED = 0.1
# Rules without a label whose form has check digits of its own.
_CHECKED = frozenset({"universal.payment_reference.ogm", "universal.payment_reference.qr"})
MOST = 0.999  # no value that only this program has read is surer

Curve = tuple[tuple[float, float], ...]


def calibrate(
    resolution: Resolution,
    issues: Sequence[Issue],
    pack: RulePack,
    settings: Settings,
    *,
    pages: tuple[int, ...],
    tax_lines: tuple[TaxLine, ...] = (),
    line_items: tuple[LineItem, ...] = (),
    document: int = 1,
) -> Invoice:
    """The finished invoice: every field of the contract, each with its probability of being right."""
    touched = {name for issue in issues for name in issue.fields}
    least = least_confidence(pack.curves, settings)
    fields = {name: _field(name, resolution.choices.get(name), touched, pack.curves, least) for name in pack.kept}
    disputed = {name for issue in issues if issue.code in _DISPUTES for name in issue.fields}
    for name in disputed:
        fields[name] = replace(fields[name], confidence=min(fields[name].confidence, 0.5))
    decision, reasons = _decide(fields, issues)
    return Invoice(fields, pages, decision, reasons, tax_lines, line_items, tuple(issues), document)


def least_confidence(curves: Mapping[str, Curve], settings: Settings) -> float:
    """The probability from which a value is accepted, as the user chose it: itself, or the share of errors allowed.

    The curve `accepted` says which share of the values over a probability was right in documents not fitted to.
    Over 1, so that nothing is accepted, where the allowed share was never reached.
    """
    if not settings.max_error:
        return settings.min_confidence
    percent = settings.max_error.endswith("%")
    allowed = float(settings.max_error.rstrip("%")) / (100 if percent else 1)
    return next((least for least, right in curves.get("accepted", ()) if 1 - right <= allowed), 1.01)


def _field(name: str, choice: Choice | None, touched: set[str], curves: Mapping[str, Curve], least: float) -> Field:
    if choice is None:
        return Field(name, None, 0.0, "missing")
    basis = basis_of(choice)
    legible = legibility(name, choice.evidence)
    curve = curve_of(curves, name, basis, layer=legible is None)
    alone = choice.evidence.source in {"e-invoice", "qr"}
    confidence = choice.support if alone else probability(curves, name, basis, choice.support, legible)
    confidence = round(1 - (1 - confidence) * (_AGREED if choice.witnesses else 1), 4)
    if len(choice.readings) > 1:
        confidence = round(min(confidence, 1.0 / len(choice.readings)), 4)
    sure = confidence >= least and name not in touched and len(choice.readings) <= 1 and basis != "guessed"
    status: Status = "accepted" if sure else "review"
    rest = 1.0 - confidence
    alternatives = tuple(
        Alternative(rival.value, round(min(rest, apply_curve(curve, rival.score) * rest), 4), rival.evidence)
        for rival in choice.rivals
    )
    # A credit note's printed minus is turned in the value, not in the readings: the same amount all the same.
    unlike = [reading for reading in choice.readings if reading not in (choice.value, _negated(choice.value))]
    others = tuple(Alternative(reading, round(rest / len(unlike), 4), choice.evidence) for reading in unlike)
    return Field(
        name,
        choice.value,
        confidence,
        status,
        choice.evidence,
        others + alternatives,
        choice.witnesses,
        round(choice.support, 4),
        basis,
        choice.proof,
    )


def legibility(name: str, evidence: Evidence) -> float | None:
    """How surely the words of a value were read from pixels, all together, 0..1; None where none was.

    1.0 for a currency that stands in other words than the amount it is shown at.
    """
    read = [word.confidence for word in evidence.words if word.source == "ocr"]
    if read and name == "currency" and evidence.source == "derived":
        return 1.0
    return math.prod(read) if read else None


def probability(curves: Mapping[str, Curve], name: str, basis: str, support: float, legible: float | None) -> float:
    """The probability that a value is right, 0..MOST. legible: as `legibility` has it.

    What was read from pixels is never surer than the same support gives a printed value: clear reading adds nothing.
    Nor is print less sure than the curve of print and pixels together, where text layers alone are too few to tell.
    """
    read = apply_curve(curve_of(curves, name, basis, layer=False), support)
    printed = max(read, apply_curve(curve_of(curves, name, basis, layer=True), support))
    if legible is None:
        return min(MOST, printed)
    return min(MOST, printed, read * readable(curves, name, basis, legible))


def readable(curves: Mapping[str, Curve], name: str, basis: str, legible: float | None) -> float:
    """What reading from pixels makes of a probability, as a factor, at a legibility; 1.0 for text layers.

    1.0 for what is proved as well: misread numbers do not add up. Of 102 proved totals whose words were read less
    surely than 0.95, none was wrong.
    """
    if legible is None or basis == "proved":
        return 1.0
    curve = curves.get(f"pixels.{sort_of(name)}", ())
    return apply_curve(curve, legible) if curve else 1.0


def sort_of(name: str) -> str:
    """What kind of value a field holds, as far as misreading goes."""
    return name if name in {"currency", "document_type"} else "name" if name.endswith("_name") else FIELD_KINDS[name]


def _negated(value: Value) -> Value:
    return -value if isinstance(value, Decimal) else value


def basis_of(choice: Choice) -> str:
    """What speaks for a choice: "proved" by a sum, "unlabelled" by its looks alone, "" by a label or check digits.

    "guessed" where nothing on the page asks for it: such a value is never accepted.
    """
    rule = choice.evidence.rule
    if rule == GUESSED:
        return "guessed"
    return "proved" if choice.proof else "unlabelled" if rule.startswith("universal.") and rule not in _CHECKED else ""


def curve_of(curves: Mapping[str, Curve], name: str, basis: str, *, layer: bool) -> Curve:
    """The curve for a field: its own for proved sums and for values without a label, else its general one.

    layer: whether the words come from a text layer, for which there are curves without the doubt of misreading.
    """
    general = (f"{name}.{basis}", name, "default")
    keys = (f"layer.{name}.{basis}", general[0], f"layer.{name}", *general[1:]) if layer else general
    return next((curves[key] for key in keys if key in curves), ((0.0, 0.0), (1.0, 0.9)))


def apply_curve(curve: Curve, score: float) -> float:
    """The probability at a score, straight between the knots, 0..1."""
    scores = [knot[0] for knot in curve]
    index = bisect_right(scores, score)
    if index == 0:
        return curve[0][1]
    if index == len(curve):
        return curve[-1][1]
    (low, first), (high, second) = curve[index - 1], curve[index]
    return first + (second - first) * (score - low) / (high - low)


def _decide(fields: Mapping[str, Field], issues: Sequence[Issue]) -> tuple[Decision, tuple[str, ...]]:
    """post when the core is accepted and nothing is wrong; reject what is no invoice at all; review the rest."""
    kind = fields["document_type"].value
    if kind == "other" or (
        kind is None and fields["total_gross"].value is None and fields["invoice_number"].value is None
    ):
        return "reject", ("document.no-invoice",)
    core = CORE_OF_RECEIPT if kind == "receipt" else CORE
    reasons = [
        f"{name}.{'missing' if fields[name].value is None else 'unsure'}"
        for name in core
        if fields[name].status != "accepted"
    ]
    needed = {*core, *TOTALS}
    reasons += [
        issue.code
        for issue in issues
        if issue.code not in NOTES
        and not (kind == "receipt" and issue.code in _MISREAD and needed.isdisjoint(issue.fields))
    ]
    unique = tuple(dict.fromkeys(reasons))
    return ("review", unique) if unique else ("post", ())
