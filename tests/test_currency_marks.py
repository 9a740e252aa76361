"""A mark of several currencies says which one only where something else on the page tells the country."""

from __future__ import annotations

from dataclasses import replace

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Field, Invoice, Reading
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def read(mark: str, *more: str) -> Invoice:
    lines = ["Acme Works", "Invoice", "Invoice no: 17", "Invoice date: 2024-03-05"]
    sums = [f"Net | 1,000.00 {mark}", f"Tax 25 % | 250.00 {mark}", f"Total | 1,250.00 {mark}"]
    (invoice,) = understand(sketch("\n".join([*lines, *more, *sums])), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(("mark", "one", "other"), [("kr", "SEK", "NOK"), ("Rs", "INR", "PKR"), ("¥", "JPY", "CNY")])
def test_a_mark_of_several_currencies_alone_is_for_review(mark: str, one: str, other: str) -> None:
    invoice = read(mark)
    assert invoice.fields["currency"].status == "review"
    (issue,) = [issue for issue in invoice.issues if issue.code == "currency.ambiguous"]
    assert one in issue.message
    assert other in issue.message
    assert invoice.decision == "review"


@pytest.mark.parametrize(
    ("mark", "told", "code"),
    [
        ("kr", "Currency: SEK", "SEK"),
        ("kr", "VAT id: SE556703748501", "SEK"),
        ("kr", "Tel. +47 22 00 00 00", "NOK"),
        ("kr", "101 Reykjavík, Iceland", "ISK"),
        ("Rs", "Mumbai, India", "INR"),
        ("$", "Please pay to 06-0411-0228871-00 in Tauranga\nGST 15 %", "NZD"),
        ("£", "", "GBP"),
        ("Kč", "", "CZK"),
    ],
)
def test_a_country_or_a_code_settles_the_mark(mark: str, told: str, code: str) -> None:
    field = read(mark, told).fields["currency"]
    assert (field.value, field.status) == (code, "accepted")


def slip(total: str, *more: str, sure: float = 1.0) -> Field:
    """The currency of a till slip read from pixels. sure: how surely the words with marks were read."""
    lines = ["Corner Store", *more, "12 Mar 2026 18:42", f"TOTAL | {total}", f"CASH | {total}", "CHANGE | 0.00"]
    page = sketch("\n".join(lines), source="ocr").pages[0]
    words = tuple(replace(w, confidence=sure) if any(char in w.text for char in "€$") else w for w in page.words)
    (invoice,) = understand(Reading((replace(page, words=words),)), load_pack(), Settings())
    return invoice.fields["currency"]


def test_a_till_takes_the_dollars_of_its_country() -> None:
    there = slip("$65.16", "ABN 53 004 085 616", "Dapto NSW 2530")
    assert (there.value, there.status) == ("AUD", "accepted")
    assert slip("$65.16", "Dapto").value == "USD"


def test_a_mark_hardly_read_is_believed_where_the_country_uses_it() -> None:
    told = slip("€ 9.60", "Parkhaus am Markt GmbH", "USt-IdNr. DE136695976", sure=0.4)
    assert (told.value, told.status, told.proof) == ("EUR", "accepted", "EUR in DE")
    assert slip("€ 9.60", sure=0.4).status == "review"


def test_a_code_beside_the_total_is_believed_over_the_money_of_the_country() -> None:
    page = (
        "Faktura VAT 12/06/2026\nNIP: PL5260250274\nWartość netto | 1 060,00\nKwota VAT | 243,80\n"
        "Do zapłaty: 1 303,80 EUR\nKwota VAT w PLN: 1 040,29 PLN"
    )
    for source in ("text-layer", "ocr"):
        (invoice,) = understand(sketch(page, source=source), load_pack(), Settings())
        assert invoice.fields["currency"].value == "EUR"


@pytest.mark.parametrize(("sure", "code"), [(0.95, "EUR"), (0.4, "MYR")])
def test_a_sign_among_what_is_hardly_legible_is_no_mark(sure: float, code: str) -> None:
    reading = sketch("Kedai Maju Sdn Bhd\n56100 Kuala Lumpur, Malaysia\nGST ID: 000394529768\n€\n€ k\n€\nTotal | 3.77")
    read_so = Reading(
        tuple(
            replace(
                page,
                words=tuple(
                    replace(word, source="ocr", confidence=sure if word.text in "€k" else 0.95) for word in page.words
                ),
            )
            for page in reading.pages
        )
    )
    (invoice,) = understand(read_so, load_pack(), Settings())
    assert invoice.fields["currency"].value == code


def test_a_dollar_beside_a_tax_of_other_countries_is_not_that_of_the_united_states() -> None:
    prices = ("Wire | $30.00", "Nails | $20.00", "Gloves | $15.16")
    assert slip("$65.16", *prices).status == "accepted"
    assert slip("$65.16", *prices, "GST No. 94-118-338").status == "review"


@pytest.mark.parametrize("told", ["1190 Main St, Dayton, OH 45402", "4 High Street, Otley LS21 3EN"])
def test_a_till_takes_the_money_of_its_country_where_no_mark_is_printed(told: str) -> None:
    assert slip("65.16", told).status == "accepted"
    assert slip("65.16", told).value == ("USD" if "OH" in told else "GBP")


def test_the_rate_of_its_tax_tells_the_country_of_a_mark() -> None:
    there = slip("R499.00", "VAT INCL @15% 65.09")
    assert (there.value, there.status) == ("ZAR", "accepted")


def test_a_code_read_twice_is_no_slip_though_the_country_has_other_money() -> None:
    page = (
        "FAKTURA\nFjordmaskin AS\nIndustriveien 40, 4344 Bryne, Norge\nOrg.nr. NO 900 753 292 MVA\nFakturanr. 10773\n"
        "Dato 12.09.2026\nNetto EUR | 8 300,00\nMva 25 % EUR | 2 075,00\nÅ betale EUR | 10 375,00\n"
        "Mva i NOK | 23 912,30"
    )
    (invoice,) = understand(sketch(page, source="ocr"), load_pack(), Settings())
    assert (invoice.fields["currency"].value, invoice.fields["currency"].status) != ("NOK", "accepted")


@pytest.mark.parametrize(
    ("told", "mark", "code"),
    [
        ("12 Marina Road, Lagos", "(N)", "NGN"),
        ("Quezon City, VAT Reg. TIN 008-441-927", "", "PHP"),
        ("Zone industrielle, Casablanca", "(DH)", "MAD"),
        ("Industrial Area, Nairobi", "KSh", "KES"),
    ],
)
def test_the_country_tells_the_money_of_a_page_that_shows_no_sign_of_it(told: str, mark: str, code: str) -> None:
    lines = ["Acme Works Limited", told, "Invoice", "Invoice no: 17", "Invoice date: 5 March 2024"]
    sums = [f"Net {mark} | 1,000.00", f"VAT {mark} | 75.00", f"Total {mark} | 1,075.00"]
    (invoice,) = understand(sketch("\n".join([*lines, *sums])), load_pack(), Settings())
    assert invoice.fields["currency"].value == code


def test_letters_that_may_be_a_code_are_no_money_where_they_name_goods() -> None:
    invoice = read("€", "Hand cleaner GEL, GHS label", "Cheese DOP")
    assert invoice.fields["currency"].value == "EUR"


def test_totals_in_one_currency_settle_it_beside_prices_in_another() -> None:
    prices = "\n".join(f"Server {number} | ${number}0.00" for number in range(1, 7))
    sums = "Net in EUR | EUR 1,000.00\nVAT 25 % | EUR 250.00\nTotal | EUR 1,250.00"
    text = f"Acme Works\nInvoice\nInvoice no: 17\nInvoice date: 2024-03-05\n{prices}\n{sums}"
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    currency = invoice.fields["currency"]
    assert (currency.value, currency.status) == ("EUR", "accepted")
