"""Dates tell by what stands beside them whether they are the document's, a period's or another paper's."""

from __future__ import annotations

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.finding.candidates import find
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Candidate
from invoice_ocr.rulepack import load_pack


def candidates(text: str) -> list[Candidate]:
    return find(lay_out(sketch(text)), load_pack())


def best(text: str, name: str) -> str | None:
    found = sorted((c for c in candidates(text) if c.name == name), key=lambda c: -c.score)
    return str(found[0].value) if found else None


def test_a_date_behind_the_number_of_another_paper_is_not_the_document_s() -> None:
    other = [c.score for c in candidates("Réf. facture d'origine : FA26-117 du 02/03/2026") if c.name == "issue_date"]
    assert other == [] or max(other) <= 0.3


def test_the_days_of_a_span_are_hardly_the_document_s() -> None:
    texts = ("Werk 02.03.2026", "Jahresabrechnung 02.03.2026 – 01.03.2027 Strom")
    scores = [max(c.score for c in candidates(text) if c.name == "issue_date") for text in texts]
    assert scores[1] < 0.7 * scores[0]


def test_a_heading_of_some_words_and_two_days_names_the_period() -> None:
    page = "Jahresabrechnung Strom 01.01.2025 – 31.12.2025\nVerbrauch | 4.711 kWh"
    assert (best(page, "period_start"), best(page, "period_end")) == ("2025-01-01", "2025-12-31")


def test_tax_that_a_sentence_says_is_included_is_the_tax() -> None:
    assert best("New charges include GST of $16.00", "total_tax") == "16.00"


def test_what_is_still_to_be_paid_is_the_amount_due() -> None:
    assert best("U betaalt nog | € 273,00", "amount_due") == "273.00"
    assert best("Net receivable | 1,66,590.00", "amount_due") == "166590.00"
