"""What corrections teach: the next invoice of that seller has the field where a person found it, or is asked about."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from faults.desk import sheet
from test_batch_run import Office

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.batch import corrections
from invoice_ocr.batch.keys import Keys
from invoice_ocr.batch.ledger import opened
from invoice_ocr.batch.lessons import TAUGHT, Lessons
from invoice_ocr.batch.spots import runs_saying, spot_of, words_at
from invoice_ocr.model import Box, Evidence, Field, Invoice, PageWords, Record


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def odd(number: str, own: str) -> str:
    """A sheet with a number under a word that no rule knows."""
    return sheet(number) + f"Kennung {own} | and more"


def correct(office: Office, name: str, **values: str) -> None:
    with opened(office.ledger, write=True) as book:
        for field, value in values.items():
            corrections.correct(book, name, field, value, who="me")


def shown(office: Office) -> dict[str, Record]:
    return {Path(record.file).name: record for record in office.records()}


def page(text: str) -> PageWords:
    return sketch(text).pages[0]


def box_of(page: PageWords, text: str) -> Box:
    return Box.around(word.box for word in next(runs_saying(page, text)))


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Our reference: AB 12-3 | x", "Hello there\nOur reference: CD 99-1 | x"),
        ("Vorgang | Seite\nAB 12-3 | 1", "Hello there\n\nVorgang | Seite\nCD 99-1 | 2"),
    ],
    ids=["beside", "below"],
)
def test_a_spot_is_found_again_on_another_page(first: str, second: str) -> None:
    spot = spot_of(page(first), box_of(page(first), "AB 12-3"))
    assert spot is not None
    assert [word.text for word in words_at(page(second), spot)] == ["CD", "99-1"]


def test_a_label_that_stands_twice_or_elsewhere_says_nothing() -> None:
    spot = spot_of(page("Ref | 12"), box_of(page("Ref | 12"), "12"))
    assert spot is not None
    assert words_at(page("Ref | 12\nRef | 13"), spot) == []
    assert words_at(page("a long way to the right of it all | Ref | 12"), spot) == []
    assert words_at(page("Reference | 12"), spot) == []


def test_the_next_invoice_of_a_seller_has_the_field_where_a_person_found_it(office: Office) -> None:
    office.put("a.pdf", odd("A-1", "K-77"))
    office.run()
    correct(office, "a.pdf", contract="K-77")
    office.put("b.pdf", odd("A-2", "K-78"))
    office.put("c.pdf", odd("A-3", "K-79").replace("Example", "Another").replace("DE136695976", "DE129273398"))
    office.run()
    one, other = shown(office)["b.pdf"].invoice, shown(office)["c.pdf"].invoice
    assert one.fields["contract"].value == "K-78"
    assert one.fields["contract"].status == "review"
    assert one.fields["contract"].evidence.text == "K-78"
    assert [issue.code for issue in one.issues] == [TAUGHT]
    assert one.decision == "post"  # nothing that a posting needs is in doubt
    assert other.fields["contract"].value is None


def test_another_value_than_the_one_that_was_wrong_before_is_for_review(office: Office) -> None:
    office.put("a.pdf", odd("A-1", "K-77"))
    office.put("b.pdf", odd("A-2", "K-78"))
    office.run()
    assert office.counts() == {"post": 2}
    correct(office, "a.pdf", invoice_number="K-77")
    one = shown(office)["b.pdf"].invoice
    assert (one.fields["invoice_number"].value, one.decision, one.reasons) == ("K-78", "review", (TAUGHT,))
    assert [rival.value for rival in one.fields["invoice_number"].alternatives] == ["A-2"]
    assert office.counts() == {"post": 1, "review": 1}
    correct(office, "b.pdf", invoice_number="K-78")
    assert shown(office)["b.pdf"].invoice.decision == "post"
    assert office.counts() == {"post": 2}


def test_two_documents_that_teach_one_place_spare_the_third_a_look(office: Office) -> None:
    numbers = {f"{name}.pdf": f"K-7{index}" for index, name in enumerate("abc")}
    for name, number in numbers.items():
        office.put(name, sheet("x").replace("Invoice No. | x", f"Kennung {number} | and more"))
    office.run()
    assert office.counts() == {"review": 3}
    for name, posted in (("a.pdf", 1), ("b.pdf", 3)):
        correct(office, name, invoice_number=numbers[name])
        assert office.counts().get("post", 0) == posted
    assert shown(office)["c.pdf"].invoice.fields["invoice_number"].value == "K-72"


def test_a_sellers_name_that_was_read_wrong_is_right_the_next_time(office: Office) -> None:
    office.put("a.pdf", sheet("A-1", seller="Quality Ltd"))
    office.put("b.pdf", sheet("A-2", seller="Quality Ltd"))
    office.put("c.pdf", sheet("A-3", seller="Example Ltd"))
    office.run()
    correct(office, "a.pdf", seller_name="Example Ltd")
    found = {name: record.invoice.fields["seller_name"] for name, record in shown(office).items()}
    assert [found[name].value for name in ("a.pdf", "b.pdf", "c.pdf")] == ["Example Ltd"] * 3
    assert [found[name].status for name in ("a.pdf", "b.pdf")] == ["corrected", "review"]


def doubtful(source: str, *, text: str = "Ref | 41") -> tuple[Invoice, object]:
    """An invoice whose number is in doubt, and its words."""
    reading = sketch(text)
    word = reading.pages[0].words[1]
    seen = Evidence(1, word.box, word.text, "r", source)  # type: ignore[arg-type]
    number = Field("invoice_number", word.text, 0.8, "review", seen)
    return Invoice({"invoice_number": number}, (1,), "review", ("invoice_number.unsure",)), reading


@pytest.mark.parametrize(("source", "decision"), [("text-layer", "post"), ("ocr", "review")])
def test_a_value_in_doubt_where_a_person_found_it_before_is_sure_when_its_letters_are(
    source: str, decision: str
) -> None:
    lessons, keys = Lessons(), Keys(vat_id="1")
    first, reading = doubtful(source)
    lessons.learn("invoice_number", "41", first, keys, reading, "a.pdf")
    second, later = doubtful(source, text="Ref | 42")
    made = lessons.recalled(second, keys, lambda: later, set())
    assert (made.decision, made.fields["invoice_number"].value) == (decision, "42")
    assert lessons.recalled(second, Keys(vat_id="2"), lambda: later, set()) == second
    assert lessons.recalled(second, keys, lambda: None, set()) == second


@pytest.mark.parametrize(("before", "after"), [("accepted", "K-78"), ("review", "A-2")])
def test_a_value_that_is_accepted_gives_way_only_where_an_accepted_one_was_wrong(before: str, after: str) -> None:
    lessons, keys = Lessons(), Keys(vat_id="1")

    def read(number: str, status: str) -> Invoice:
        return Invoice({"invoice_number": Field("invoice_number", number, 0.9, status)}, (1,), "post")  # type: ignore[arg-type]

    lessons.learn("invoice_number", "K-77", read("A-1", before), keys, sketch("Kennung | K-77"), "a.pdf")
    made = lessons.recalled(read("A-2", "accepted"), keys, lambda: sketch("Kennung | K-78"), set())
    assert made.fields["invoice_number"].value == after


def test_another_spelling_of_the_same_is_no_lesson() -> None:
    lessons, keys = Lessons(), Keys(vat_id="1")
    one = Invoice({"seller_tax_number": Field("seller_tax_number", "12/345", 0.9, "review")}, (1,), "post")
    lessons.learn("seller_tax_number", "12345", one, keys, None, "a.pdf")
    assert lessons.recalled(one, keys, lambda: None, set()) == one


def test_another_sign_of_the_same_amount_is_no_lesson() -> None:
    lessons, keys = Lessons(), Keys(vat_id="1")

    def due(amount: str) -> Invoice:
        return Invoice({"amount_due": Field("amount_due", Decimal(amount), 0.99, "accepted")}, (1,), "post")

    lessons.learn("amount_due", Decimal("-40.00"), due("40.00"), keys, sketch("Solde | -40.00"), "a.pdf")
    assert lessons.recalled(due("30.00"), keys, lambda: sketch("Solde | 90.00"), set()) == due("30.00")


def test_amounts_are_read_at_their_spot_and_only_where_they_are_clear() -> None:
    lessons, keys = Lessons(), Keys(seller="acme")
    first = Invoice({"prepaid": Field("prepaid", None, 0.0, "missing")}, (1,), "post")
    lessons.learn("prepaid", Decimal("40.00"), first, keys, sketch("Akonto | 40,00"), "a.pdf")
    for printed, value in (("1.250,00", Decimal("1250.00")), ("1.250", None), ("none", None)):
        made = lessons.recalled(first, keys, lambda printed=printed: sketch(f"Akonto | {printed}"), set())
        assert made.fields["prepaid"].value == value
