"""What corrections teach about later invoices of the same seller: where a field stands, what the seller is called."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from invoice_ocr.batch.spots import Spot, folded, runs_saying, spot_of, words_at
from invoice_ocr.confidence import CORE
from invoice_ocr.model import FIELD_KINDS, Alternative, Box, Evidence, Field, Issue
from invoice_ocr.values.amount import find_amounts, read_amount

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from invoice_ocr.batch.keys import Keys
    from invoice_ocr.model import Invoice, PageWords, Reading, Value, Word

TAUGHT = "correction.recalled"
_OF_SELLER = frozenset({"seller_name", "seller_vat_id", "seller_tax_number", "seller_registration"})
_PRINTED = frozenset({"text-layer", "e-invoice"})  # what says its letters for certain: only its place was in doubt
_SURE = 0.99


@dataclass(frozen=True, slots=True)
class Lesson:
    """A person said that `name` is `value` where `was` had been read. spot: where it stands; page: from the first.

    sure: whether what had been read was accepted. times: how many documents of the seller have taught the same spot.
    """

    name: str
    value: Value
    was: Value | None
    keys: Keys
    file: str
    spot: Spot | None = None
    page: int = 0
    sure: bool = False
    times: int = 1

    def after(self, before: Lesson | None) -> Lesson:
        """The lesson, knowing the one before it of the same field."""
        if before is None or before.file == self.file or before.spot is None or self.spot is None:
            return self
        same = (before.spot.label, before.spot.below) == (self.spot.label, self.spot.below)
        return replace(self, times=before.times + 1) if same else self


@dataclass(slots=True)
class Lessons:
    """Lessons so far, in the order of the documents that they come from."""

    _of: defaultdict[str, list[Lesson]] = field(default_factory=lambda: defaultdict(list))

    def learn(self, name: str, value: Value, invoice: Invoice, keys: Keys, reading: Reading | None, file: str) -> None:
        """Take in a correction of an invoice as it was read."""
        old = invoice.fields.get(name)
        was = old.value if old is not None else None
        spot, page = _spot(value, old, invoice, reading) if reading is not None else (None, 0)
        sure = old is not None and old.status == "accepted"
        lesson = Lesson(name, value, was, keys, file, spot, page, sure).after(self.about(keys).get(name))
        for seller in {f"vat {keys.vat_id}", keys.seller} - {"vat ", ""}:
            self._of[seller].append(lesson)

    def about(self, keys: Keys) -> dict[str, Lesson]:
        """The latest lesson of each field about the seller with these keys: with its VAT id, or else its name."""
        named = [one for one in self._of.get(keys.seller, ()) if not (one.keys.vat_id and keys.vat_id)]
        return {one.name: one for one in (*named, *self._of.get(f"vat {keys.vat_id}", ()))}

    def recalled(self, invoice: Invoice, keys: Keys, read: Callable[[], Reading | None], own: set[str]) -> Invoice:
        """The invoice as lessons about its seller change it. read: gives its words. own: fields that a person gave.

        A value in doubt that stands, printed, where a person found this field before is accepted; so is one where none
        was read, once two documents have taught its place. Another value than what stands there gives way to it, for
        review; one that is accepted does so only where an accepted one was wrong before.
        """
        known = {name: one for name, one in self.about(keys).items() if name not in own}
        reading = read() if any(one.spot for one in known.values()) else None
        for name, lesson in known.items():
            old = invoice.fields[name] if name in invoice.fields else Field(name, None, 0.0, "missing")
            new = _of_seller(old, lesson) if name in _OF_SELLER else _at_spot(old, lesson, invoice, reading)
            if new is None:
                continue
            invoice = _settled(invoice, new) if new.status == "accepted" else _doubted(invoice, new, lesson)
        return invoice


def _of_seller(old: Field, lesson: Lesson) -> Field | None:
    """What is the same on every invoice of a seller, where it is read as it was before, and wrongly so."""
    if _same(old.value, lesson.value) or not _same(old.value, lesson.was):
        return None
    return _changed(old, lesson, lesson.value, old.evidence)


def _at_spot(old: Field, lesson: Lesson, invoice: Invoice, reading: Reading | None) -> Field | None:
    page = _page(invoice, reading, lesson.page)
    if page is None or lesson.spot is None:
        return None
    words = words_at(page, lesson.spot)
    if not words:
        return None
    box = Box.around(word.box for word in words)
    if old.value is not None and _stands_in(old.evidence, page, box):
        sure = old.evidence is not None and old.evidence.source in _PRINTED
        unsure = old.status == "review" and not any(old.name in issue.fields for issue in invoice.issues)
        return replace(old, status="accepted", confidence=max(old.confidence, _SURE)) if sure and unsure else None
    if _same(lesson.value, lesson.was) or (old.status == "accepted" and not lesson.sure):
        return None  # nothing that it says is against this value
    rival = next((one for one in old.alternatives if _stands_in(one.evidence, page, box)), None)
    if rival is not None:
        return _changed(old, lesson, rival.value, rival.evidence)
    value = _value(lesson, words)
    if value is None:
        return None
    text = " ".join(word.text for word in words)
    new = _changed(old, lesson, value, Evidence(page.number, box, text, "", words[0].source, tuple(words)))
    clear = old.value is None and lesson.times > 1 and all(word.source in _PRINTED for word in words)
    return replace(new, status="accepted", confidence=_SURE) if clear else new


def _same(one: Value | None, other: Value | None) -> bool:
    """Whether two values are one but for how it is written, or for its sign."""
    if isinstance(one, Decimal) and isinstance(other, Decimal):
        return abs(one) == abs(other)
    return folded(str(one or "")) == folded(str(other or ""))


def _value(lesson: Lesson, words: Sequence[Word]) -> Value | None:
    """What words say that stand where a value of the same kind stood. Dates come from what was found in them before."""
    text = " ".join(word.text for word in words)
    if FIELD_KINDS[lesson.name] == "decimal":
        amount = read_amount(text)
        return amount.value if amount is not None and len(amount.readings) == 1 else None
    if FIELD_KINDS[lesson.name] == "date" or lesson.name in {"currency", "document_type"}:
        return None
    like = str(lesson.value)
    same_kind = any(char.isdigit() for char in text) == any(char.isdigit() for char in like)
    return text if same_kind and len(text) <= 2 * len(like) + 4 else None


def _changed(old: Field, lesson: Lesson, value: Value, seen: Evidence | None) -> Field:
    """The field with another value, for review, and what it had among its rivals."""
    seen = seen or Evidence(0, Box(0, 0, 0, 0), "", "", "correction")
    rivals = [one for one in old.alternatives if one.value != value]
    if old.value is not None and old.evidence is not None:
        rivals.insert(0, Alternative(old.value, old.confidence, old.evidence))
    evidence = replace(seen, rule=f"as corrected in {lesson.file}")
    return replace(old, value=value, status="review", confidence=0.5, evidence=evidence, alternatives=tuple(rivals))


def _settled(invoice: Invoice, new: Field) -> Invoice:
    """The invoice with a field that is in doubt no longer."""
    reasons = tuple(one for one in invoice.reasons if one not in {f"{new.name}.unsure", f"{new.name}.missing"})
    decision = "post" if invoice.decision == "review" and not reasons else invoice.decision
    return replace(invoice, fields=invoice.fields | {new.name: new}, reasons=reasons, decision=decision)


def _doubted(invoice: Invoice, new: Field, lesson: Lesson) -> Invoice:
    message = f"{new.name} is taken from where a person found it in {lesson.file}"
    reasons = tuple(one for one in invoice.reasons if one != f"{new.name}.missing")
    changed = replace(invoice, fields=invoice.fields | {new.name: new}, reasons=reasons)
    return changed.flagged([Issue(TAUGHT, message, (new.name,))], None if new.name in CORE else ())


def _spot(value: Value, old: Field | None, invoice: Invoice, reading: Reading) -> tuple[Spot | None, int]:
    """Where a value stands in a document, and on which of the invoice's pages, from 0."""
    for index, number in enumerate(invoice.pages):
        page = next((one for one in reading.pages if one.number == number), None)
        for box in _boxes(value, old, page) if page is not None else ():
            spot = spot_of(page, box) if page is not None else None
            if spot is not None:
                return spot, index
    return None, 0


def _boxes(value: Value, old: Field | None, page: PageWords) -> Iterator[Box]:
    """Where a value stands on a page: as it was read, or as a rival, or as words say it."""
    found = [(old.value, old.evidence)] if old is not None else []
    found += [(one.value, one.evidence) for one in old.alternatives] if old is not None else []
    for other, seen in found:
        if other == value and seen is not None and seen.page == page.number and seen.box.area:
            yield seen.box
    if isinstance(value, str):
        for run in runs_saying(page, value):
            yield Box.around(word.box for word in run)
    if isinstance(value, Decimal):
        for word in page.words:
            if any(value in amount.readings for amount in find_amounts(word.text)):
                yield word.box


def _stands_in(seen: Evidence | None, page: PageWords, box: Box) -> bool:
    return seen is not None and seen.page == page.number and seen.box.overlap(box) > 0.5 * min(seen.box.area, box.area)


def _page(invoice: Invoice, reading: Reading | None, index: int) -> PageWords | None:
    if reading is None or index >= len(invoice.pages):
        return None
    return next((one for one in reading.pages if one.number == invoice.pages[index]), None)
