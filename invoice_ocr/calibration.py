"""Curves of confidence from documents with truth, and how good they are on groups they were not fitted to."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from itertools import pairwise
from pathlib import PurePath
from typing import Any

from invoice_ocr.confidence import Curve, apply_curve, curve_of, legibility, probability, sort_of
from invoice_ocr.model import FIELD_KINDS, Invoice
from invoice_ocr.score import same

# Fields whose values are found, and misread, alike: together they are enough to say something.
_ALIKE = (
    ("invoice_number",),
    ("issue_date",),
    ("due_date", "delivery_date", "period_start", "period_end"),
    ("currency",),
    ("total_net", "total_tax", "total_gross"),
    ("prepaid", "amount_due"),
    ("seller_name",),
    ("buyer_name",),
    ("seller_vat_id", "seller_tax_number", "seller_registration", "buyer_vat_id", "iban", "bic"),
    ("buyer_reference", "purchase_order", "contract", "customer_number", "payment_reference"),
    ("document_type", "payment_terms"),
)
_BASES = ("", "proved", "unlabelled", "guessed")
_STEPS = 6  # bins of a curve
_MOST_RIGHT = 0.95  # share right that no curve is taken to have before a sample is seen
_LOWEST = 0.9  # of the mean of the first bin, at its lowest score
_FEWEST = 12.0  # weight of samples below which a kind has no curve of its own
_LEVELS = (0.5, 0.7, 0.8, 0.85, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.975, 0.98, 0.985, 0.99)


@dataclass(frozen=True, slots=True)
class Sample:
    """One predicted value whose truth is known. open: readings left by an ambiguity, else 1; doubted: with an issue.

    legible: as confidence.legibility has it. weight: 1 for all samples of a field in one group together.
    """

    field: str
    basis: str
    support: float
    legible: float | None
    right: bool
    open: int
    doubted: bool
    group: str
    weight: float = 1.0


def samples_of(document: Mapping[str, Any], invoice: Invoice) -> list[Sample]:
    """What one invoice says where the truth is known. document: a line of a truth file for fields."""
    unsigned = document.get("doc_type") == "credit_note"
    touched = {name for issue in invoice.issues for name in issue.fields}
    found = []
    for name, want in document["truth"].items():
        field = invoice.fields.get(name) if name in FIELD_KINDS else None
        if field is None or field.value is None or field.evidence is None or field.witnesses:
            continue
        if field.basis == "guessed" and want is None:
            continue  # nothing is asked for on the page, and so nothing says that the guess is wrong
        right = want is not None and same(name, want, field.value, unsigned=unsigned)
        group = str(document.get("group") or document["file"])
        legible = legibility(name, field.evidence)
        doubted = name in touched
        found.append(Sample(name, field.basis, field.support, legible, right, _readings(invoice, name), doubted, group))
    return found


def _readings(invoice: Invoice, name: str) -> int:
    ambiguous = any(issue.code.endswith(".ambiguous") and name in issue.fields for issue in invoice.issues)
    evidence = invoice.fields[name].evidence
    return 1 + sum(other.evidence == evidence for other in invoice.fields[name].alternatives) if ambiguous else 1


def weighed(samples: Iterable[Sample]) -> list[Sample]:
    """The samples with each group's weighing one in each field, so that many alike documents count as one."""
    counted: dict[tuple[str, str], int] = defaultdict(int)
    every = list(samples)
    for sample in every:
        counted[sample.field, sample.group] += 1
    return [replace(sample, weight=1 / counted[sample.field, sample.group]) for sample in every]


def fit(samples: Iterable[Sample]) -> dict[str, Curve]:
    """All curves: what speaks for a value to its probability, then what reading it from pixels leaves of that.

    A field has the curve of its kind; values proved by a sum, and values without a label, have one of their own where
    there are enough. Curves `layer.*` are the same for text layers alone. Curves `pixels.*` come second: of values read
    from pixels, the share right at a legibility over the probability that the first curves give them on the average:
    over 1 where they are clearer than most. Proved values have none: misread numbers do not add up.
    """
    every = [sample for sample in weighed(samples) if sample.open == 1]
    layer = [sample for sample in every if sample.legible is None]
    curves = {"default": fit_curve([_pair(s) for s in every])} | _fit_kinds(every)
    if layer and len(layer) < len(every):
        curves |= {f"layer.{name}": curve for name, curve in _fit_kinds(layer).items()}
    return curves | _fit_pixels(every, curves)


def refit(samples: Iterable[Sample], kept: Mapping[str, Curve], only: Collection[str]) -> dict[str, Curve]:
    """The curves `kept`, those of the fields `only` fitted anew.

    What reading from pixels leaves stays as it was but for the curves, such as `pixels.text`, that are among `only`.
    """

    def part(curves: Mapping[str, Curve], *, fresh: bool) -> dict[str, Curve]:
        chosen = {k for k in curves if k in only or k.removeprefix("layer.").split(".")[0] in only}
        return {k: curve for k, curve in curves.items() if (k in chosen) == fresh}

    return part(kept, fresh=False) | part(fit(samples), fresh=True)


def _fit_kinds(every: Sequence[Sample]) -> dict[str, Curve]:
    curves: dict[str, Curve] = {}
    for names in _ALIKE:
        for basis in _BASES:
            some = [_pair(s) for s in every if s.field in names and (basis in ("", s.basis))]
            if basis == "" and any(s.basis == "" for s in every if s.field in names):
                plain = [_pair(s) for s in every if s.field in names and s.basis == ""]
                some = plain if sum(weight for *_, weight in plain) >= _FEWEST else some
            if sum(weight for *_, weight in some) >= _FEWEST:
                curve = fit_curve(some)
                curves |= {f"{name}.{basis}".rstrip("."): curve for name in names}
    return curves


def _fit_pixels(every: Sequence[Sample], curves: Mapping[str, Curve]) -> dict[str, Curve]:
    sorts: dict[str, list[Sample]] = defaultdict(list)
    for sample in every:
        if sample.legible is not None and sample.basis != "proved":
            sorts[sort_of(sample.field)].append(sample)
    found: dict[str, Curve] = {}
    for sort, some in sorted(sorts.items()):
        total = sum(sample.weight for sample in some)
        if total < _FEWEST:
            continue
        hoped = sum(s.weight * _understood(s, curves) for s in some) / total
        most = 1.0 if sort == "name" else 2.0  # nothing checks a name: clear words make it no surer
        curve = fit_curve([(s.legible or 0.0, s.right, s.weight) for s in some])
        found[f"pixels.{sort}"] = tuple((score, round(min(most, share / hoped), 4)) for score, share in curve)
    return found


def _pair(sample: Sample) -> tuple[float, bool, float]:
    return sample.support, sample.right, sample.weight


def _understood(sample: Sample, curves: Mapping[str, Curve]) -> float:
    return apply_curve(curve_of(curves, sample.field, sample.basis, layer=sample.legible is None), sample.support)


def predict(sample: Sample, curves: Mapping[str, Curve]) -> float:
    """The probability that curves give to a sample, 0..1; shared among the readings of an ambiguous one."""
    return min(probability(curves, sample.field, sample.basis, sample.support, sample.legible), 1 / sample.open)


def held_out(
    samples: Sequence[Sample], *, folds: int = 5, fitted: Callable[[Iterable[Sample]], Mapping[str, Curve]] = fit
) -> list[tuple[Sample, float]]:
    """Each sample with the probability that curves give it which were `fitted` without its group."""
    parts: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        parts[int(sha256(sample.group.encode()).hexdigest(), 16) % folds].append(sample)
    judged = []
    for part in sorted(parts):
        curves = fitted(sample for other, some in parts.items() if other != part for sample in some)
        judged += [(sample, predict(sample, curves)) for sample in parts[part]]
    return judged


def accepted_curve(judged: Sequence[tuple[Sample, float]]) -> Curve:
    """For levels of probability the share right of the values over each, one wrong one added; each group weighs one."""
    knots: list[tuple[float, float]] = []
    best = 0.0
    even = list(zip(weighed(sample for sample, _ in judged), (sure for _, sure in judged), strict=True))
    for level in _LEVELS:
        over = [sample for sample, sure in even if sure >= level and not sample.doubted]
        if over:
            right = sum(sample.weight for sample in over if sample.right)
            best = max(best, round(right / (sum(sample.weight for sample in over) + 1), 4))
            knots.append((level, best))
    return tuple(knots)


def calibration_error(judged: Sequence[tuple[Sample, float]]) -> float:
    """Expected calibration error, ten equal bins, 0..1."""
    bins: dict[int, list[float]] = defaultdict(list)
    for sample, sure in judged:
        bins[min(9, int(sure * 10))].append(sure - sample.right)
    return sum(abs(sum(differences)) for differences in bins.values()) / max(1, len(judged))


def recipe_of(documents: Sequence[Mapping[str, Any]], samples: Sequence[Sample], judged_error: float) -> str:
    """How the curves were made, in a sentence."""
    groups = len({sample.group for sample in samples})
    pixels = sum(sample.legible is not None for sample in samples)
    names = sorted({PurePath(str(document["file"])).name for document in documents})
    digest = sha256("\n".join(names).encode()).hexdigest()[:12]
    return (
        f"invoice-ocr rules fit over {len(samples)} values ({pixels} read from pixels) of {len(documents)} documents "
        f"in {groups} groups (names {digest}), each group weighing one; calibration error {judged_error:.4f} held out"
    )


def as_yaml(curves: Mapping[str, Curve], recipe: str) -> str:
    """The file confidence.yaml of these curves."""
    lines = [
        "# Support to probability, straight between the knots; made by `invoice-ocr rules fit`. A field takes the",
        "# curve of its name, after proved sums that of its name with `.proved`, without a label `.unlabelled`, and",
        "# the default where it has none; text layers have their own under `layer.*`. `pixels.*` is the factor for",
        "# words read from pixels, by how surely they were read. `accepted` says which share of values over a",
        "# probability was right where it was not fitted to.",
        f'recipe: "{recipe}"',
        "curves:",
    ]
    lines += [f"  {name}: {[list(knot) for knot in curve]}" for name, curve in curves.items()]
    return "\n".join(lines) + "\n"


def fit_curve(samples: Iterable[tuple[float, bool, float]], *, prior: float = 1.5) -> Curve:
    """A rising curve from (score, right, weight) samples: isotonic means over bins, drawn to the mean by a prior.

    The lowest score seen has hardly less than the mean of its bin: a line from nothing would make all of that bin too
    doubtful, which cost 0.02 of calibration error on documents not fitted to.

    prior: weight of invented samples added to every bin, as right as the whole set is but at most 19 in 20; it
    keeps a handful of lucky documents from making a probability of 1.
    """
    ordered = sorted(samples)
    if not ordered:
        return ((0.0, 0.0), (1.0, 0.5))
    lowest = ordered[0][0]
    total = sum(weight for _, _, weight in ordered)
    overall = min(_MOST_RIGHT, sum(weight for _, right, weight in ordered if right) / total)
    blocks = [_block(part, overall, prior) for part in _split(ordered, total / _STEPS)]
    merged: list[tuple[float, float, float]] = []
    for block in blocks:
        merged.append(block)
        while len(merged) > 1 and merged[-2][1] >= merged[-1][1]:
            (s1, p1, w1), (s2, p2, w2) = merged[-2], merged.pop()
            merged[-1] = ((s1 * w1 + s2 * w2) / (w1 + w2), (p1 * w1 + p2 * w2) / (w1 + w2), w1 + w2)
    first = [(lowest, _LOWEST * merged[0][1])] if 0 < lowest < merged[0][0] else []
    points = [*first, *((score, p) for score, p, _ in merged)]
    knots = [(0.0, 0.0), *((round(score, 3), round(p, 4)) for score, p in points)]
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
