"""Lines that make a total bear it out; lines that nothing printed joins to any total contradict it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.confidence import legibility
from invoice_ocr.model import Invoice, Origin, Reading
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

TABLE = """Nordlicht GmbH
Invoice 17
Invoice date: 14 May 2024
Description | Quantity | Unit price | Amount
Lamp | 2 | 20.00 | 40.00
Chair | 1 | 35.50 | 35.50
{totals}"""


def read(totals: str, source: Origin = "text-layer") -> Invoice:
    (invoice,) = understand(sketch(TABLE.format(totals=totals), source=source), load_pack(), Settings())
    return invoice


def codes(invoice: Invoice) -> set[str]:
    return {issue.code for issue in invoice.issues}


def test_lines_that_make_the_total_prove_it() -> None:
    borne_out, alone = read("Total: EUR 75.50"), read("Total: EUR 85.50")
    assert borne_out.fields["total_gross"].support > alone.fields["total_gross"].support
    assert borne_out.fields["total_gross"].basis == "proved"
    assert not codes(borne_out) & {"lines.mismatch", "lines.contradict"}


@pytest.mark.parametrize(
    "totals",
    [
        "Discount | 5.50\nNet total | 70.00\nVAT 20 % | 14.00\nTotal | 84.00",
        "Shipping | 4.50\nNet total | 80.00\nVAT 20 % | 16.00\nTotal | 96.00",
        "Net total | 75.50\nVAT 20 % | 15.10\nTotal | 90.60",
        "Discount | 5.50\nShipping | 4.50\nNet total | 74.50\nVAT 20 % | 14.90\nTotal | 89.40",
    ],
)
def test_discounts_and_charges_explain_what_lines_lack(totals: str) -> None:
    assert not codes(read(totals)) & {"lines.mismatch", "lines.contradict"}


def test_lines_contradict_a_total_that_nothing_else_proves() -> None:
    invoice = read("Total | 85.50")
    assert "lines.contradict" in invoice.reasons
    assert invoice.fields["total_gross"].status == "review"
    assert invoice.decision == "review"


def test_proved_lines_that_make_more_than_a_proved_total_contradict_it() -> None:
    assert "lines.contradict" in read("Net total | 50.00\nVAT 20 % | 10.00\nTotal | 60.00").reasons


def test_lines_that_may_have_been_missed_only_tell() -> None:
    invoice = read("Net total | 100.00\nVAT 20 % | 20.00\nTotal | 120.00")
    assert "lines.mismatch" in codes(invoice)
    assert "lines.contradict" not in codes(invoice)
    assert invoice.fields["total_gross"].status == "accepted"


def test_a_line_too_many_only_tells() -> None:
    assert "lines.mismatch" in codes(read("Net total | 40.00\nVAT 20 % | 8.00\nTotal | 48.00"))


def test_a_sign_read_often_from_pixels_needs_no_country() -> None:
    page = "Nordlicht\nInvoice 17\nLamp | {0}40.00\nChair | {0}35.50\nRug | € 10.00\nTotal | € 85.50"
    (seldom,) = understand(sketch(page.format(""), source="ocr"), load_pack(), Settings())
    (often,) = understand(sketch(page.format("€ "), source="ocr"), load_pack(), Settings())
    assert seldom.fields["currency"].value == often.fields["currency"].value == "EUR"
    assert seldom.fields["currency"].support < often.fields["currency"].support


def test_a_date_that_is_the_only_one_is_believed_more() -> None:
    page = "Invoice 17\nDate: 14 May 2024\nTotal | 75.50\n{}"
    (alone,) = understand(sketch(page.format("")), load_pack(), Settings())
    (among,) = understand(sketch(page.format("Printed on 3 June 2024")), load_pack(), Settings())
    assert alone.fields["issue_date"].support > among.fields["issue_date"].support


def test_how_well_an_amount_was_read_says_nothing_of_a_currency_that_stands_elsewhere() -> None:
    page = sketch("Receipt\nLamp | € 40.00\nRug | € 35.50\nTotal | 75.50\nHamburg, Germany", source="ocr").pages[0]
    words = tuple(replace(w, confidence=0.6 if w.text == "75.50" else 0.99) for w in page.words)
    (invoice,) = understand(Reading((replace(page, words=words),)), load_pack(), Settings())
    clear = legibility("currency", invoice.fields["currency"].evidence or pytest.fail("no currency"))
    assert clear is not None
    assert clear > 0.9


def test_three_lines_without_heads_bear_out_their_total_and_two_do_not() -> None:
    lines = [
        "03/10/2026 | Nora | D1120 | Cleaning | 78.00",
        "03/10/2026 | Nora | D0272 | Bitewings | 54.00",
        "03/10/2026 | Nora | D2391 | Resin composite | 280.00",
    ]

    def proof(count: int, total: str) -> str:
        page = "\n".join(["Maple Dentistry", "Invoice # | D-58203", "Date | 17 March 2026", "", *lines[:count]])
        (invoice,) = understand(sketch(f"{page}\nTotal charges | ${total}"), load_pack(), Settings())
        return invoice.fields["total_gross"].proof

    assert proof(3, "412.00") == "78.00 + 54.00 + 280.00 = 412.00"
    assert not proof(2, "132.00")
