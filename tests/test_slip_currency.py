"""The currency of a slip that prints none: that of the country its till stands in."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

KOPITIAM = (
    "{place}\n28/02/2018 20:11\nTill 2 | HST 4417\nNasi lemak | 9.50\nTeh tarik | 3.50\n"
    "Total | 13.00\nCash | 20.00\nChange | 7.00"
)


def currency(text: str) -> Field:
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    return invoice.fields["currency"]


def test_much_more_for_one_country_than_for_another_is_enough() -> None:
    found = currency(KOPITIAM.format(place="KOPITIAM ANGSANA SDN BHD\nNo 8, Jalan Bulan 4"))
    assert (found.value, found.status) == ("MYR", "accepted")


def test_little_more_is_not() -> None:
    assert currency(KOPITIAM.format(place="KOPITIAM ANGSANA\nPekan Baru, Selangor")).status != "accepted"


def test_a_total_printed_again_in_the_money_of_a_card_is_not_the_total_of_the_slip() -> None:
    text = (
        "HARBOUR GRILL\n12 Quay Street\nFowey PL23 1AT\n15/02/2026 20:11\nTable 4\n2 Grill | 45.00\nTOTAL | £45.00\n"
        "VISA **** 4410\nExchange rate 1 GBP = 1.1625 EUR\nAmount EUR | 52.31\nI accept EUR 52.31"
    )
    (invoice,) = understand(sketch(text, source="ocr"), load_pack(), Settings())
    assert invoice.decision == "review"


@pytest.mark.parametrize(
    ("said", "status"),
    [("FSSAI 11219334000218", "accepted"), ("UPI Ref: 40021188", "accepted"), ("Counter 2", "review")],
)
def test_rupees_are_those_of_india_where_its_food_licence_or_its_ways_to_pay_stand(said: str, status: str) -> None:
    slip = f"Balaji Sweets\n{said}\nBill No: 41882\nDate: 11/03/26\nTotal | Rs 250.00\nCash | Rs 250.00"
    assert (currency(slip).value, currency(slip).status) == ("INR", status)
