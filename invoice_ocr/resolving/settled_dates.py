"""The dates among a document's choices: each settles, bears out or makes doubtful another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

from invoice_ocr.choices import PLAUSIBLE, Choice
from invoice_ocr.document.conventions import narrow_by_due_date
from invoice_ocr.finding.terms import days_in
from invoice_ocr.finding.unlabelled import DATELINE
from invoice_ocr.model import Candidate, Evidence, Value
from invoice_ocr.rulepack import RulePack
from invoice_ocr.values.repair import REPAIRED

DATES = ("issue_date", "due_date", "delivery_date", "period_start", "period_end")
_ONLY_DATE = 1.5  # times the score of the only date without a label
_BESIDE = 0.6  # times that score where a date of something else stands in its row: it may be of such a thing too
_UNLABELLED, _LAST = 0.45, 0.3  # the score of the only date of another thing on a slip, and of the last of several
_OTHERS = 0.5  # what is left of the doubt in a date that is the only one of its document
_LONGEST_TERM, _FAR = 366, 0.5  # days to pay, and what a due date further off keeps of its support


def only_date(candidates: list[Candidate]) -> list[Candidate]:
    """With more trust in a date that is the only one on the document, or the only one without a label."""
    dates = {c.value for c in candidates if c.name in (*DATES, "other_date")}
    if len(dates) == 1:
        return [replace(c, score=1 - _OTHERS * (1 - c.score)) if c.name == "issue_date" else c for c in candidates]
    headed = {c.value for c in candidates if c.evidence.rule == DATELINE}
    bare = {c.value for c in candidates if c.evidence.rule == "universal.issue_date"}
    if len(headed) == 1:  # other dates without a label are of the items, then
        return [c for c in candidates if c.evidence.rule != "universal.issue_date" or c.value in headed]
    if len(bare) != 1:
        return candidates
    others = [c.evidence for c in candidates if c.name == "other_date"]
    return [_alone(c, others) if c.evidence.rule == "universal.issue_date" else c for c in candidates]


def _alone(bare: Candidate, others: Sequence[Evidence]) -> Candidate:
    """A date without a label that no other rivals: believed more, and less beside one of something else."""
    beside = any(_in_row(bare.evidence, other) for other in others)
    return replace(bare, score=(_BESIDE if beside else _ONLY_DATE) * bare.score)


def _in_row(one: Evidence, other: Evidence) -> bool:
    """Whether two dates stand side by side, as those of arrival and departure do."""
    near = abs(one.box.center_y - other.box.center_y) < one.box.height / 2
    return one.page == other.page and near and one.box != other.box


def slip_date(candidates: Sequence[Candidate]) -> list[Candidate]:
    """The date of a slip that has none but of other things: the last of when a car came and left, say.

    Believed where it is the only one and printed twice.
    """
    if any(c.name == "issue_date" for c in candidates):
        return []
    others = [c for c in candidates if c.name == "other_date" and isinstance(c.value, date) and len(c.readings) == 1]
    last = max(others, key=lambda c: (c.value, c.score), default=None)
    if last is None:
        return []
    places = {(c.evidence.page, c.evidence.box) for c in others}
    alone = len({c.value for c in others}) == 1
    score = _ONLY_DATE * _UNLABELLED if alone and len(places) > 1 else _UNLABELLED if alone else _LAST
    evidence = replace(last.evidence, rule="universal.issue_date.slip")
    return [replace(last, name="issue_date", score=score, evidence=evidence)]


def settle_issue_date(choices: dict[str, Choice]) -> None:
    """An ambiguous issue date is settled by a certain due date; one that no other date rivals is believed more."""
    issued, due = choices.get("issue_date"), choices.get("due_date")
    if issued and not issued.rivals and issued.support > PLAUSIBLE:
        issued = choices["issue_date"] = replace(issued, support=1 - _OTHERS * (1 - issued.support))
    if not (issued and due and len(issued.readings) > 1 and len(due.readings) == 1 and isinstance(due.value, date)):
        return
    orders = tuple("" for _ in issued.readings)
    narrowed = narrow_by_due_date(
        Candidate("issue_date", issued.value, issued.support, issued.evidence, issued.readings, orders), due.value
    )
    choices["issue_date"] = replace(issued, value=narrowed.value, readings=narrowed.readings)


def take_clearest(choices: dict[str, Choice], candidates: Sequence[Candidate]) -> None:
    """The issue date where it is read most surely, of all places that show the same: misread ones seldom agree."""
    issued = choices.get("issue_date")
    if issued is None or len(issued.readings) > 1 or issued.evidence.source != "ocr":
        return
    again = [c for c in candidates if c.name in ("issue_date", "other_date") and c.readings == issued.readings]
    best = max((c.evidence for c in again), key=_clarity, default=issued.evidence)
    if _clarity(best) > _clarity(issued.evidence) and not best.rule.endswith(REPAIRED):
        choices["issue_date"] = replace(issued, evidence=best)


def _clarity(evidence: Evidence) -> float:
    """How surely the least clear word of a value was read, 0..1."""
    return min((word.confidence for word in evidence.words), default=0.0)


def doubt_due_date(choices: dict[str, Choice]) -> None:
    """A due date read from pixels is believed less where no issue date stands near it: a digit may be another."""
    issued, due = choices.get("issue_date"), choices.get("due_date")
    if due is None or due.evidence.source != "ocr" or not isinstance(due.value, date):
        return
    near = issued is not None and isinstance(issued.value, date) and (due.value - issued.value).days <= _LONGEST_TERM
    if not near:
        choices["due_date"] = replace(due, support=_FAR * due.support)


def settle_terms(choices: dict[str, Choice], pack: RulePack) -> None:
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


def _later(days: Sequence[Value], by: int) -> tuple[date, ...]:
    return tuple(day + timedelta(days=by) for day in days if isinstance(day, date))
