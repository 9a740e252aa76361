"""Support to calibrated probabilities, and from them status and decision. The curves are data, in confidence.yaml."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise

from invoice_ocr.checks import NOTES
from invoice_ocr.model import Alternative, Decision, Field, Invoice, Issue, LineItem, Status, TaxLine, Value
from invoice_ocr.resolve import Choice, Resolution
from invoice_ocr.rulepack import RulePack
from invoice_ocr.settings import Settings

CORE = ("invoice_number", "issue_date", "total_gross", "currency")
# A till slip often carries no number of its own and is booked without one.
CORE_OF_RECEIPT = ("issue_date", "total_gross", "currency")

# What is left of the doubt in a value when a witness independent of the printed words says the same.
_AGREED = 0.1

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
    fields = {name: _field(name, resolution.choices.get(name), touched, pack, settings) for name in pack.kept}
    decision, reasons = _decide(fields, issues)
    return Invoice(fields, pages, decision, reasons, tax_lines, line_items, tuple(issues), document)


def _field(name: str, choice: Choice | None, touched: set[str], pack: RulePack, settings: Settings) -> Field:
    if choice is None:
        return Field(name, None, 0.0, "missing")
    curve = curve_of(pack.curves, name, choice)
    alone = choice.evidence.source in {"e-invoice", "qr"}
    confidence = choice.support if alone else apply_curve(curve, choice.support)
    confidence = round(1 - (1 - confidence) * (_AGREED if choice.witnesses else 1), 4)
    if len(choice.readings) > 1:
        confidence = round(min(confidence, 1.0 / len(choice.readings)), 4)
    sure = confidence >= settings.min_confidence and name not in touched and len(choice.readings) <= 1
    status: Status = "accepted" if sure else "review"
    rest = 1.0 - confidence
    alternatives = tuple(
        Alternative(rival.value, round(min(rest, apply_curve(curve, rival.score) * rest), 4), rival.evidence)
        for rival in choice.rivals
    )
    # A credit note's printed minus is turned in the value, not in the readings: the same amount all the same.
    unlike = [reading for reading in choice.readings if reading not in (choice.value, _negated(choice.value))]
    others = tuple(Alternative(reading, round(rest / len(unlike), 4), choice.evidence) for reading in unlike)
    return Field(name, choice.value, confidence, status, choice.evidence, others + alternatives, choice.witnesses)


def _negated(value: Value) -> Value:
    return -value if isinstance(value, Decimal) else value


def curve_of(curves: Mapping[str, Curve], name: str, choice: Choice) -> Curve:
    """The curve for a field: its own for proved sums and for values without a label, else its general one."""
    special = "proved" if choice.proof else "unlabelled" if choice.evidence.rule.startswith("universal.") else ""
    keys = (f"{name}.{special}", name, "default")
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


def fit_curve(samples: Iterable[tuple[float, bool, float]], *, prior: float = 2.0, steps: int = 6) -> Curve:
    """A rising curve from (score, right, weight) samples: isotonic means over bins, drawn to the mean by a prior.

    prior: weight of invented samples added to every bin, as right as the whole set is but at most nine in ten; it
    keeps a handful of lucky documents from making a probability of 1.
    """
    ordered = sorted(samples)
    if not ordered:
        return ((0.0, 0.0), (1.0, 0.5))
    total = sum(weight for _, _, weight in ordered)
    overall = min(0.9, sum(weight for _, right, weight in ordered if right) / total)
    blocks = [_block(part, overall, prior) for part in _split(ordered, total / steps)]
    merged: list[tuple[float, float, float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] >= merged[-1][1]:
            (s1, p1, w1), (s2, p2, w2) = merged[-2], merged.pop()
            merged[-1] = ((s1 * w1 + s2 * w2) / (w1 + w2), (p1 * w1 + p2 * w2) / (w1 + w2), w1 + w2)
    knots = [(0.0, 0.0), *((round(score, 3), round(p, 4)) for score, p, _ in merged)]
    return tuple(knot for knot, after in pairwise([*knots, (9.0, 9.0)]) if knot[0] < after[0])


def _split(ordered: Sequence[tuple[float, bool, float]], size: float) -> list[list[tuple[float, bool, float]]]:
    parts: list[list[tuple[float, bool, float]]] = [[]]
    weight = 0.0
    for sample in ordered:
        if weight >= size and parts[-1][-1][0] != sample[0]:
            parts.append([])
            weight = 0.0
        parts[-1].append(sample)
        weight += sample[2]
    return parts


def _block(part: Sequence[tuple[float, bool, float]], overall: float, prior: float) -> tuple[float, float, float]:
    weight = sum(sample[2] for sample in part)
    right = sum(sample[2] for sample in part if sample[1])
    score = sum(sample[0] * sample[2] for sample in part) / weight
    return score, (right + prior * overall) / (weight + prior), weight


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
    reasons += [issue.code for issue in issues if issue.code not in NOTES]
    unique = tuple(dict.fromkeys(reasons))
    return ("review", unique) if unique else ("post", ())
