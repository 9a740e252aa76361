"""Results against truth (see truth.py): fields of invoices, or words of pages.

What is compared has the form of `extract --to jsonl`, or of a truth of words. Files are joined by their base names.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import PurePath
from typing import Any

from invoice_ocr.model import FIELD_KINDS
from invoice_ocr.truth import ROWS, Json

NAMES = frozenset({"seller_name", "buyer_name"})
CORE = ("invoice_number", "issue_date", "currency", "total_gross", "total_net", "total_tax")
_TEXT_KEYS = frozenset({"description", "unit"})  # of a row: not scored, prints differ
_NAME_LIKENESS = 0.85  # of two party names that count as the same
_BINS = 10


@dataclass(slots=True)
class FieldScore:
    """What became of one field over all documents. wrong: also a value where the truth says there is none."""

    truth: int = 0
    correct: int = 0
    wrong: int = 0
    missing: int = 0
    accepted: int = 0
    accepted_right: int = 0

    @property
    def precision(self) -> float:
        return self.correct / max(1, self.correct + self.wrong)

    @property
    def recall(self) -> float:
        return self.correct / max(1, self.truth)

    @property
    def f1(self) -> float:
        return _f1(self.precision, self.recall)

    def add(self, other: FieldScore) -> None:
        for name in ("truth", "correct", "wrong", "missing", "accepted", "accepted_right"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(slots=True)
class RowScore:
    """Rows of one kind: right ones (every known number in one row), those of the truth, those that came."""

    right: int = 0
    truth: int = 0
    got: int = 0

    @property
    def recall(self) -> float:
        return self.right / max(1, self.truth)


@dataclass(slots=True)
class FieldScores:
    """A whole comparison. touchless: documents whose known core fields are all right and accepted.

    silent: accepted values that are wrong, the number that must be zero. wrong: disagreements in words.
    """

    fields: dict[str, FieldScore] = field(default_factory=dict)
    rows: dict[str, RowScore] = field(default_factory=lambda: {name: RowScore() for name in ROWS})
    documents: int = 0
    absent: int = 0
    errors: int = 0
    touchless: int = 0
    wrong: list[str] = field(default_factory=list)
    _bins: list[tuple[int, float, int]] = field(default_factory=lambda: [(0, 0.0, 0)] * _BINS)

    @property
    def total(self) -> FieldScore:
        total = FieldScore()
        for one in self.fields.values():
            total.add(one)
        return total

    @property
    def silent(self) -> int:
        return self.total.accepted - self.total.accepted_right

    @property
    def calibration_error(self) -> float:
        """Expected calibration error over all predicted values, ten equal bins, 0..1."""
        count = max(1, sum(number for number, _, _ in self._bins))
        return sum(abs(confidence - right) for _, confidence, right in self._bins) / count

    def calibrate(self, confidence: float, right: bool) -> None:
        """Count one predicted value."""
        place = min(int(min(max(confidence, 0.0), 1.0) * _BINS), _BINS - 1)
        number, total, hits = self._bins[place]
        self._bins[place] = (number + 1, total + confidence, hits + right)


@dataclass(slots=True)
class Bag:
    """Tokens found again: hit of truth, and got in all."""

    hit: int = 0
    truth: int = 0
    got: int = 0

    @property
    def recall(self) -> float:
        return self.hit / max(1, self.truth)

    @property
    def precision(self) -> float:
        return self.hit / max(1, self.got)

    @property
    def f1(self) -> float:
        return _f1(self.precision, self.recall)


@dataclass(slots=True)
class WordScores:
    """Words, tokens with a digit, and single characters, compared page by page as bags."""

    bags: dict[str, Bag] = field(default_factory=lambda: {name: Bag() for name in ("words", "digits", "characters")})
    pages: int = 0
    absent: int = 0
    wrong: list[str] = field(default_factory=list)


def score_fields(truth: Iterable[Json], predicted: Iterable[Json]) -> FieldScores:
    """Compare records of `extract --to jsonl` with the truth. Several invoices of one file: the last counts."""
    got = {PurePath(str(one["file"])).name: one for one in predicted}
    scores = FieldScores()
    for document in truth:
        _score_document(document, got.get(PurePath(document["file"]).name), scores)
    return scores


def score_words(truth: Iterable[Json], predicted: Iterable[Json], *, fold_case: bool = False) -> WordScores:
    """Compare pages of words with the truth, as bags of tokens split at white space, exact unless `fold_case`."""
    got = {PurePath(str(page["page"])).name: page for page in predicted}
    scores = WordScores()
    for page in truth:
        name = PurePath(page["page"]).name
        want, have = (_tokens(side, fold_case) for side in (page, got.get(name, {"text": ""})))
        scores.pages += 1
        scores.absent += name not in got
        digits = [[token for token in side if any(c.isdigit() for c in token)] for side in (want, have)]
        for bag, left, right in (
            ("words", Counter(want), Counter(have)),
            ("digits", Counter(digits[0]), Counter(digits[1])),
            ("characters", Counter("".join(want)), Counter("".join(have))),
        ):
            scores.bags[bag].hit += (left & right).total()
            scores.bags[bag].truth += left.total()
            scores.bags[bag].got += right.total()
        lost, made_up = Counter(want) - Counter(have), Counter(have) - Counter(want)
        if lost or made_up:
            scores.wrong.append(f"{name}: lost {[*lost.elements()][:12]}, made up {[*made_up.elements()][:12]}")
    return scores


def same(name: str, truth: object, got: object, *, unsigned: bool = False) -> bool:
    """Whether two values of a field are the same: amounts by value, dates by day, names nearly, text by its letters.

    unsigned: amounts may differ in sign, as prints of credit notes do.
    """
    kind = FIELD_KINDS.get(name, "text")
    if kind == "decimal":
        left, right = _money(truth), _money(got)
        return left is not None and right is not None and (left == right or (unsigned and abs(left) == abs(right)))
    if kind == "date":
        return str(truth) == str(got)[:10]
    left_text, right_text = _folded(truth), _folded(got)
    if name in NAMES:
        from difflib import SequenceMatcher

        like = SequenceMatcher(None, left_text, right_text).ratio() >= _NAME_LIKENESS
        return bool(left_text and right_text) and (left_text == right_text or like)
    return left_text == right_text


def _score_document(document: Json, found: Json | None, scores: FieldScores) -> None:
    scores.documents += 1
    scores.absent += found is None
    found = found or {}
    scores.errors += bool(found.get("error"))
    whole, known = True, 0
    for name, want in document["truth"].items():
        if name in ROWS:
            if want:
                _score_rows(want, found.get(name) or [], scores.rows[name])
            continue
        cell = (found.get("fields") or {}).get(name) or {}
        right = _score_value(document, name, want, cell, scores)
        if name in CORE and want is not None:
            known += 1
            whole = whole and right and cell.get("status") == "accepted"
    scores.touchless += whole and known > 0


def _score_value(document: Json, name: str, want: object, cell: Json, scores: FieldScores) -> bool:
    one = scores.fields.setdefault(name, FieldScore())
    value, status = cell.get("value"), cell.get("status")
    confidence = float(cell.get("confidence") or 0.0)
    one.truth += want is not None
    if value is None:
        one.missing += want is not None
        right = want is None
    else:
        right = want is not None and same(name, want, value, unsigned=document.get("doc_type") == "credit_note")
        one.correct += right
        one.wrong += not right
        one.accepted += status == "accepted"
        one.accepted_right += status == "accepted" and right
        scores.calibrate(confidence, right)
    if not right:
        scores.wrong.append(f"{document['file']}: {name}: want {want!r}, got {value!r} ({status}, {confidence})")
    return right


def _score_rows(want: Sequence[Json], got: Sequence[Json], score: RowScore) -> None:
    """A row is right when every known number of it stands in one row that no other row has taken."""
    left = list(got)
    score.got += len(left)
    for row in want:
        known = {key: _money(value) for key, value in row.items() if key not in _TEXT_KEYS and value not in {None, ""}}
        if not known:
            continue
        score.truth += 1
        hit = next((o for o in left if all(_money(o.get(key)) == value for key, value in known.items())), None)
        if hit is not None:
            left.remove(hit)
            score.right += 1


def _tokens(page: Mapping[str, Any], fold_case: bool) -> list[str]:
    texts = [item["text"] for item in page["items"]] if "items" in page else [page["text"]]
    tokens = [token for text in texts for token in text.split()]
    return [token.casefold() for token in tokens] if fold_case else tokens


def _folded(text: object) -> str:
    """Letters and digits of a text, without case and accents."""
    plain = unicodedata.normalize("NFKD", str(text)).casefold()
    return re.sub(r"[^0-9a-z\u0370-\u03ff\u0400-\u04ff\u4e00-\u9fff]", "", plain)


def _money(value: object) -> Decimal | None:
    try:
        return Decimal(str(value)).normalize()
    except InvalidOperation:
        return None


def _f1(precision: float, recall: float) -> float:
    return 2 * precision * recall / max(1e-9, precision + recall)
