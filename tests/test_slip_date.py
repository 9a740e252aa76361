"""The date of a slip, where only its country says which of its numbers is the year."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

SWEDISH = (
    "Bageri Lindhagen AB\nStorgatan 4\n222 22 Lund\n{date} 14:22\nBröd | 12,40\nTårta | 11,20\nTotalt SEK | 23,60\n"
    "Kontokort | 23,60\nMoms 12% | 2,53\nKvitto 4417"
)
DUTCH = (
    "Bakkerij Cornelis B.V.\nDorpsstraat 4\n1011 AB Amsterdam\n{date} 14:22\nBrood | 12,40\nTaart | 11,20\n"
    "Totaal EUR | 23,60\nPIN | 23,60\nBTW 9% | 1,95\nBon nr. 4417"
)


def issued(text: str) -> Field:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.fields["issue_date"]


@pytest.mark.parametrize("date", ["26-02-12", "12-02-26"])
def test_where_the_year_stands_in_front_two_digits_may_be_it_on_either_side(date: str) -> None:
    found = issued(SWEDISH.format(date=date))
    assert found.status == "review"
    assert "2026-02-12" in {str(found.value), *(str(other.value) for other in found.alternatives)}


def test_a_year_of_four_digits_is_no_doubt() -> None:
    assert issued(SWEDISH.format(date="2026-02-12")).status == "accepted"


def test_another_country_that_may_be_meant_by_two_letters_leaves_the_day_in_front() -> None:
    found = issued(DUTCH.format(date="12-02-2026"))
    assert (str(found.value), found.status) == ("2026-02-12", "accepted")


def test_letters_of_a_postcode_are_no_form_of_company() -> None:
    (invoice,) = understand(
        sketch(DUTCH.replace(" EUR", "").format(date="12-02-2026"), source="ocr"), load_pack(), Settings()
    )
    currency = invoice.fields["currency"]
    assert (currency.value, currency.status) == ("EUR", "accepted")
