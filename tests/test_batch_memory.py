"""What only a ledger can see: the same invoice twice, a bank account that changed, and what people corrected."""

from __future__ import annotations

import sqlite3
from decimal import Decimal
from pathlib import Path

import pytest
from faults.desk import IBANS, sheet
from test_batch_run import Office

from invoice_ocr.batch import corrections
from invoice_ocr.batch.ledger import opened
from invoice_ocr.errors import ConfigError


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def codes(office: Office) -> list[list[str]]:
    return [[issue.code for issue in record.invoice.issues] for record in office.records()]


def correct(office: Office, which: str, **fields: str) -> None:
    with opened(office.ledger, write=True) as book:
        for name, value in fields.items():
            corrections.correct(book, which, name, value, who="ann")


def test_the_same_invoice_in_other_bytes_is_flagged_also_in_a_later_batch(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    assert codes(office) == [[]]
    office.put("b.pdf", "Copied again\n" + sheet("A-1"))
    office.run()
    first, second = office.records()
    assert first.invoice.decision == "post"
    assert second.invoice.decision == "review"
    assert [issue.code for issue in second.invoice.issues] == ["duplicate"]
    assert "a.pdf" in second.invoice.issues[0].message
    assert office.counts() == {"post": 1, "review": 1}


@pytest.mark.parametrize(
    "changed", [{"date": "13 March 2026"}, {"vat_id": "DE129273398", "seller": "Another GmbH"}], ids=["date", "seller"]
)
def test_invoices_that_differ_are_no_duplicates(office: Office, changed: dict[str, str]) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", sheet("A-1", **changed))
    office.run()
    assert codes(office) == [[], []]


def test_a_sellers_new_bank_account_is_an_issue_until_a_person_confirms_it(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", sheet("A-2", iban=IBANS[1]))
    office.put("c.pdf", sheet("A-3", iban=IBANS[1]))
    office.run()
    assert codes(office) == [[], ["bank.changed"], ["bank.changed"]]
    changed = office.records()[1].invoice
    assert changed.fields["iban"].status == "review"
    assert changed.decision == "review"
    correct(office, "b.pdf", iban=IBANS[1].replace(" ", ""))
    assert codes(office) == [[], [], []]
    assert office.records()[1].invoice.decision == "post"


def test_an_account_that_was_misread_is_not_what_later_ones_are_measured_by(office: Office) -> None:
    office.put("a.pdf", sheet("A-1", iban="DE88 3704 0044 0532 0130 00"))
    office.put("b.pdf", sheet("A-2"))
    office.put("c.pdf", sheet("A-3", iban=IBANS[1]))
    office.run()
    assert ["bank.changed" in found for found in codes(office)] == [False, False, True]


def test_a_person_may_decide_whatever_the_checks_say(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.put("b.pdf", sheet("A-1") + "another scan")
    office.run()
    assert office.counts() == {"post": 1, "review": 1}
    correct(office, "b.pdf", decision="post")
    correct(office, "a.pdf", decision="reject")
    first, second = (record.invoice for record in office.records())
    assert (second.decision, second.reasons) == ("post", ())
    assert [issue.code for issue in second.issues] == ["duplicate", "decision.corrected"]
    assert "ann decided" in second.issues[-1].message
    assert (first.decision, first.reasons) == ("reject", ("decision.corrected",))
    assert office.counts() == {"post": 1, "reject": 1}
    correct(office, "a.pdf", decision="review")
    assert office.counts() == {"post": 1, "review": 1}
    with pytest.raises(ConfigError, match="no decision"):
        correct(office, "a.pdf", decision="pay")


def test_a_correction_shows_in_results_with_who_made_it(office: Office) -> None:
    office.put("a.pdf", sheet("A-1", gross="999.00"))
    office.run()
    assert office.records()[0].invoice.decision == "review"
    correct(office, "a.pdf", total_gross="120.00")
    (record,) = office.records()
    field = record.invoice.fields["total_gross"]
    assert (field.value, field.status, field.confidence) == (Decimal("120.00"), "corrected", 1.0)
    assert field.evidence.source == "correction"
    assert "ann" in field.evidence.rule
    assert field.evidence.box.width > 0


def test_the_last_of_several_corrections_counts_and_all_are_kept(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    correct(office, "a.pdf", invoice_number="A-2")
    correct(office, "a.pdf", invoice_number="A-3")
    assert office.records()[0].invoice.fields["invoice_number"].value == "A-3"
    with opened(office.ledger, write=True) as book:
        assert book.connection.execute("SELECT count(*) FROM correction").fetchone() == (2,)
        for change in ("DELETE FROM correction", "UPDATE correction SET value = 'x'"):
            with pytest.raises(sqlite3.IntegrityError, match="kept"):
                book.connection.execute(change)


def test_an_empty_correction_says_that_there_is_nothing(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    correct(office, "a.pdf", iban="")
    assert office.records()[0].invoice.fields["iban"].status == "missing"


def test_corrections_outlive_other_rules(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    correct(office, "a.pdf", due_date="2026-04-30")
    office.run(retry="all")
    assert str(office.records()[0].invoice.fields["due_date"].value) == "2026-04-30"


@pytest.mark.parametrize(
    ("which", "fields"),
    [
        ("a.pdf", {"total_gross": "12,50"}),
        ("a.pdf", {"total_gross": "NaN"}),
        ("a.pdf", {"total_gross": "1e500"}),
        ("a.pdf", {"currency": "euro"}),
        ("a.pdf", {"document_type": "bill"}),
        ("a.pdf", {"seller_name": "Nordwind\0GmbH"}),
        ("a.pdf", {"seller_name": "N" * 2000}),
        ("a.pdf", {"issue_date": "1.2.2026"}),
        ("a.pdf", {"colour": "red"}),
        ("z.pdf", {"currency": "EUR"}),
        ("%.pdf", {"currency": "EUR"}),
    ],
)
def test_a_correction_that_makes_no_sense_is_refused(office: Office, which: str, fields: dict[str, str]) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    with pytest.raises(ConfigError):
        correct(office, which, **fields)
    assert office.records()[0].invoice.decision == "post"


def test_a_document_can_be_named_by_the_start_of_its_hash(office: Office) -> None:
    office.put("a.pdf", sheet("A-1"))
    office.run()
    correct(office, office.records()[0].sha256[:8], currency="USD")
    assert office.records()[0].invoice.fields["currency"].value == "USD"
