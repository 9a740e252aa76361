"""Labels introduce the values beside them, below them and behind them, and no others."""

from __future__ import annotations

from invoice_ocr.candidates import find
from invoice_ocr.layout import lay_out
from invoice_ocr.model import Box, Candidate, Origin, PageWords, Reading, Word
from invoice_ocr.rulepack import load_pack
from invoice_ocr.sketch import sketch


def candidates(text: str, *, source: Origin = "text-layer") -> list[Candidate]:
    return find(lay_out(sketch(text, source=source)), load_pack())


def best(text: str, name: str, *, source: Origin = "text-layer") -> str | None:
    found = [candidate for candidate in candidates(text, source=source) if candidate.name == name]
    return str(max(found, key=lambda candidate: candidate.score).value) if found else None


def test_a_value_stands_in_the_same_cell_right_of_its_label_or_below_it() -> None:
    for page in ("Invoice number: A-17", "Invoice number | A-17", "Invoice number | Date\nA-17 | 2024-05-03"):
        assert best(page, "invoice_number") == "A-17"
    assert best("Invoice number | Invoice date\nA-17 | 2024-05-03", "issue_date") == "2024-05-03"


def test_the_number_of_another_paper_is_not_the_invoice_number() -> None:
    for label in (
        "Delivery note no",
        "Customer number",
        "Order number",
        "Lieferschein-Nr.",
        "Klantnummer",
        "N° client",
    ):
        assert best(f"{label}: 4711", "invoice_number") is None


def test_dates_go_to_the_field_their_label_names() -> None:
    page = "Rechnungsdatum: 03.05.2024\nLieferdatum: 01.05.2024\nFällig am: 02.06.2024"
    assert best(page, "issue_date") == "2024-05-03"
    assert best(page, "delivery_date") == "2024-05-01"
    assert best(page, "due_date") == "2024-06-02"


def test_a_rate_between_the_words_of_a_label_is_looked_through() -> None:
    assert best("Gesamtbetrag inkl. 19 % MwSt. | 119,00 €", "total_gross") == "119.00"
    assert best("zzgl. 19 % MwSt. | 19,00 €", "total_tax") == "19.00"


def test_a_gross_total_that_names_its_tax_is_not_the_tax() -> None:
    found = candidates("Total incl. VAT | 120.00")
    assert not [candidate for candidate in found if candidate.name == "total_tax"]


def test_a_label_read_with_a_slip_still_introduces_its_value() -> None:
    assert best("Rechnungsnurnmer: RE-5", "invoice_number", source="ocr") == "RE-5"


def test_a_label_inside_a_sentence_says_little() -> None:
    found = candidates("Please pay the total of all open items within 30 days of this letter to us")
    assert not [candidate for candidate in found if candidate.name == "total_gross" and candidate.score > 0.3]


def test_every_candidate_has_its_place_its_text_and_its_rule() -> None:
    (found,) = [
        c
        for c in candidates("Total: | 12.50")
        if c.name == "total_gross" and c.evidence.rule.startswith("en.total_gross.short")
    ]
    assert found.evidence.text == "12.50"
    assert found.evidence.rule == "en.total_gross.short.right"
    assert found.evidence.box == found.evidence.words[0].box
    assert found.evidence.source == "text-layer"


def test_an_iban_needs_no_label() -> None:
    assert best("Sparkasse Musterstadt DE89 3704 0044 0532 0130 00", "iban") == "DE89370400440532013000"


def test_the_head_of_a_column_of_items_introduces_no_total() -> None:
    page = "Description | Quantity | Price | Amount\nMug | 1 | 8.00 | 8.00\nBag | 1 | 25.00 | 25.00"
    assert all(candidate.score < 0.35 for candidate in candidates(page) if candidate.name == "total_gross")


def test_terms_may_begin_with_what_is_a_label_elsewhere() -> None:
    words = [("Terms:", 36, 66), ("Net", 71, 86), ("14", 89, 99), ("days", 102, 122)]
    row = [Word(text, Box(left, 100, right, 110)) for text, left, right in words]
    under = [Word("How", Box(36, 124, 51, 134)), Word("to", Box(54, 124, 64, 134)), Word("pay", Box(67, 124, 82, 134))]
    found = find(lay_out(Reading((PageWords(1, 595, 842, (*row, *under)),))), load_pack())
    terms = [c for c in found if c.name == "payment_terms"]
    assert [c.value for c in terms] == ["Net 14 days"]
