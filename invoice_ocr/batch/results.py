"""What the ledger says in the end: results with corrections laid over them, duplicates and changed banks flagged."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import replace
from functools import cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Any

from invoice_ocr.batch import codec
from invoice_ocr.batch.corrections import DECISION, corrected, corrected_keys, corrections, decided
from invoice_ocr.batch.keys import Keys, Memory
from invoice_ocr.batch.lessons import Lessons
from invoice_ocr.model import Issue, Record

if TYPE_CHECKING:
    from collections.abc import Iterator

    from invoice_ocr.batch.corrections import Correction
    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Failure, Invoice, Reading

_ALL = """
    SELECT d.id, d.sha256, (SELECT name FROM place p WHERE p.document = d.id ORDER BY p.id LIMIT 1), {columns}
    FROM document d JOIN result r ON r.document = d.id AND r.recipe = d.recipe
    WHERE r.records IS NOT NULL AND d.id > ? ORDER BY d.id LIMIT ?"""


def records(book: Ledger) -> Iterator[Record]:
    """Every finished document's records, in the order in which documents were first seen."""
    overlaid = _Overlay(book)
    for document, sha256, name, packed, keys in book.rows(_ALL.format(columns="r.records, r.keys")):
        made = codec.unpack(list[Record], packed)
        yield from overlaid(document, sha256, os.fsdecode(name), made, json.loads(keys or "[]"))


class _Overlay:
    """Lays corrections over what was read, what they teach over later documents of the same seller, and flags."""

    def __init__(self, book: Ledger) -> None:
        self.book = book
        self.corrections = corrections(book)
        self.lessons = Lessons()
        self.flags = flags(book, self.corrections)

    def touches(self, sha256: str, keys: list[Any]) -> bool:
        """Whether corrections may change records with these keys; documents come in their order."""
        return sha256 in self.corrections or any(self.lessons.about(Keys(*one)) for one in keys if one)

    def __call__(self, document: int, sha256: str, name: str, made: list[Record], keys: list[Any]) -> Iterator[Record]:
        touched = bool(self.corrections) and self.touches(sha256, keys)
        for number, record in enumerate(made, 1):
            invoice = record.invoice
            if invoice is not None:
                own = [c for c in self.corrections.get(sha256, ()) if c.invoice == number]
                if touched:
                    invoice = self._taught(sha256, name, invoice, Keys(*keys[number - 1]), own)
                invoice = decided(corrected(invoice, own).flagged(self.flags.get((document, number), ())), own)
            yield replace(record, file=name, invoice=invoice)

    def _taught(self, sha256: str, name: str, invoice: Invoice, keys: Keys, own: list[Correction]) -> Invoice:
        given = {correction.field for correction in own}
        read = cache(partial(self._reading, sha256))
        made = self.lessons.recalled(invoice, keys, read, given)
        reading = read() if own else None
        for correction in own:
            if correction.value is not None and correction.field != DECISION:
                self.lessons.learn(correction.field, correction.value, invoice, keys, reading, name)
        return made

    def _reading(self, sha256: str) -> Reading | None:
        _, kept = self.book.latest(sha256)
        return kept.reading if kept is not None else None


def flags(book: Ledger, made: dict[str, list[Correction]]) -> dict[tuple[int, int], list[Issue]]:
    """Issues that only the ledger can see, by document and number of its invoice: `duplicate` and `bank.changed`.

    A pure function of what was read: documents are compared with those first seen before them.
    """
    memory = Memory()
    found = {}
    for document, sha256, name, keys in book.rows(_ALL.format(columns="r.keys")):
        for number, values in enumerate(json.loads(keys or "[]"), 1):
            if values is None:
                continue
            own = [c for c in made.get(sha256, ()) if c.invoice == number]
            issues = memory.meet(corrected_keys(Keys(*values), own), os.fsdecode(name))
            if issues:
                found[document, number] = issues
    return found


def mark(book: Ledger) -> tuple[object, ...]:
    """What changes whenever the results do: equal marks of one ledger mean equal exports."""
    marks: tuple[object, ...] = book.connection.execute(
        "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM result), (SELECT max(finished) FROM result),"
        " (SELECT max(id) FROM correction), (SELECT group_concat(DISTINCT recipe) FROM document)"
    ).fetchone()
    return marks


def counts(book: Ledger, *, wanted: bool = False) -> Counter[str]:
    """How many documents there are by what became of them: post, review, reject, failed, quarantined, left.

    wanted: only those of the run that goes on.
    """
    table = "(SELECT document FROM wanted)" if wanted else "(SELECT id AS document FROM document)"
    rows = book.connection.execute(
        f"""
        SELECT d.id, CASE WHEN r.records IS NULL THEN 'left' WHEN r.state = 'done' THEN r.decision ELSE r.state END
        FROM {table} w JOIN document d ON d.id = w.document
        LEFT JOIN result r ON r.document = d.id AND r.recipe = d.recipe"""  # noqa: S608  one of two constants
    ).fetchall()
    overlaid = _Overlay(book)
    now, touched = _decisions(overlaid), {document for document, _ in overlaid.flags}
    told: Counter[str] = Counter()
    for document, state in rows:
        shown = "review" if state == "post" and document in touched else state
        told[now.get(document, shown) if shown in {"post", "review", "reject"} else shown] += 1
    return told


def _decisions(overlaid: _Overlay) -> dict[int, str]:
    """What documents are for now, by document, where corrections of theirs or of earlier ones may have changed it."""
    book = overlaid.book
    found: dict[int, str] = {}
    if not overlaid.corrections:
        return found
    for document, sha256, name, packed_keys in book.rows(_ALL.format(columns="r.keys")):
        keys = json.loads(packed_keys or "[]")
        if not overlaid.touches(sha256, keys):
            continue
        packed = book.connection.execute(
            "SELECT records FROM result r JOIN document d ON d.id = r.document AND d.recipe = r.recipe WHERE d.id = ?",
            (document,),
        ).fetchone()
        made = overlaid(document, sha256, os.fsdecode(name), codec.unpack(list[Record], packed[0]), keys)
        decisions = {record.invoice.decision if record.invoice else "reject" for record in made}
        found[document] = next(worst for worst in ("reject", "review", "post") if worst in decisions)
    return found


def failures(book: Ledger, *, most: int, wanted: bool = False) -> list[tuple[str, Failure]]:
    """Names and failures of at most so many documents that could not be read. wanted: as of `counts`."""
    chosen = "WHERE d.id IN (SELECT document FROM wanted) AND" if wanted else "WHERE"
    rows = book.rows(_ALL.format(columns="r.records").replace("WHERE", f"{chosen} r.code IS NOT NULL AND"))
    found = (
        (os.fsdecode(name), record.failure)
        for _, _, name, packed in rows
        for record in codec.unpack(list[Record], packed)
        if record.failure
    )
    return list(islice(found, most))
