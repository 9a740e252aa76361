"""Scores: what counts as the same, and what a comparison says."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from invoice_ocr import score
from invoice_ocr import truth as truths
from invoice_ocr.errors import ConfigError


def truth(file: str = "a.pdf", doc_type: str = "invoice", **values: Any) -> score.Json:
    return {"file": file, "doc_type": doc_type, "truth": values}


def predicted(file: str = "in/a.pdf", **values: Any) -> score.Json:
    cells = {
        name: {"value": value, "confidence": 0.9, "status": "accepted"}
        for name, value in values.items()
        if name not in score.ROWS
    }
    return {"file": file, "fields": cells} | {name: rows for name, rows in values.items() if name in score.ROWS}


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("total_gross", "1190.00", "1190"),
        ("issue_date", "2026-04-03", "2026-04-03T00:00:00"),
        ("invoice_number", "RE-2026/117", "re 2026 117"),
        ("seller_name", "Müller & Söhne GmbH", "Muller und Sohne GmbH"),
        ("buyer_name", "Ольга Иванова", "ольга иванова"),
    ],
)
def test_the_same_value_may_be_written_otherwise(name: str, left: str, right: str) -> None:
    assert score.same(name, left, right)


@pytest.mark.parametrize(
    ("name", "left", "right"),
    [
        ("total_gross", "1190.00", "1190.01"),
        ("total_gross", "1190.00", "-1190.00"),
        ("total_gross", "1190.00", "about 1190"),
        ("issue_date", "2026-04-03", "2026-03-04"),
        ("invoice_number", "117", "118"),
        ("seller_name", "Acme Ltd", "Zenith Ltd"),
        ("seller_name", "", ""),
    ],
)
def test_another_value_is_another(name: str, left: str, right: str) -> None:
    assert not score.same(name, left, right)


def test_a_credit_notes_amounts_may_differ_in_sign() -> None:
    assert score.same("total_gross", "50.00", "-50.00", unsigned=True)
    scores = score.score_fields([truth(doc_type="credit_note", total_gross="50.00")], [predicted(total_gross="-50.00")])
    assert scores.fields["total_gross"].correct == 1


def test_right_wrong_and_missing_values_are_counted() -> None:
    documents = [truth(iban="A", bic="B", currency="EUR", due_date=None, prepaid=None)]
    scores = score.score_fields(documents, [predicted(iban="A", bic="X", due_date="2026-01-01")])
    assert (scores.fields["iban"].correct, scores.fields["bic"].wrong, scores.fields["currency"].missing) == (1, 1, 1)
    assert scores.fields["due_date"].wrong == 1, "a value where the truth has none"
    assert scores.fields["prepaid"].missing == 0, "nothing where the truth has nothing"
    assert (scores.total.precision, round(scores.total.recall, 3)) == (1 / 3, 0.333)
    assert scores.silent == 2
    assert len(scores.wrong) == 3


def test_a_field_the_truth_does_not_list_is_not_scored() -> None:
    scores = score.score_fields([truth(iban="A")], [predicted(iban="A", bic="X")])
    assert list(scores.fields) == ["iban"]


def test_a_document_is_touchless_when_every_known_core_field_is_right_and_accepted() -> None:
    whole = {"invoice_number": "1", "total_gross": "2.00"}
    doubted = predicted(**whole)
    doubted["fields"]["total_gross"]["status"] = "review"
    assert score.score_fields([truth(**whole)], [predicted(**whole)]).touchless == 1
    assert score.score_fields([truth(**whole)], [doubted]).touchless == 0
    assert score.score_fields([truth(**whole)], []).touchless == 0
    assert score.score_fields([truth(iban="A")], [predicted(iban="A")]).touchless == 0, "no core field is known"


def test_documents_without_a_result_and_failed_ones_are_counted() -> None:
    failed = predicted("b.pdf") | {"error": {"code": "E_EMPTY"}}
    scores = score.score_fields([truth(iban="A"), truth("b.pdf", iban="A")], [failed])
    assert (scores.documents, scores.absent, scores.errors) == (2, 1, 1)


def test_a_row_is_right_when_all_its_known_numbers_stand_in_one_row() -> None:
    want = [
        {"description": "paper", "quantity": "2", "amount": "10.00"},
        {"quantity": "2", "amount": "10.00"},
        {"quantity": "3", "amount": "9.00"},
        {"description": "text alone is not scored"},
    ]
    got = [{"quantity": "2.0", "amount": "10"}, {"quantity": "3", "amount": "8.00"}]
    rows = score.score_fields([truth(line_items=want)], [predicted(line_items=got)]).rows["line_items"]
    assert (rows.right, rows.truth, rows.got) == (1, 3, 2)


def test_calibration_error_is_the_gap_between_confidence_and_truth() -> None:
    documents = [truth(f"{i}.pdf", iban="A") for i in range(10)]
    got = [predicted(f"{i}.pdf", iban="A" if i < 5 else "B") for i in range(10)]
    assert score.score_fields(documents, got).calibration_error == pytest.approx(0.4)


def test_words_are_compared_as_bags_with_digits_apart() -> None:
    pages = [{"page": "p.png", "items": [{"text": "Total 12.00"}, {"text": "EUR"}]}]
    scores = score.score_words(pages, [{"page": "x/p.png", "items": [{"text": "total"}, {"text": "12.00"}]}])
    words, digits = scores.bags["words"], scores.bags["digits"]
    assert (words.hit, words.truth, words.got) == (1, 3, 2)
    assert (digits.recall, digits.precision, digits.f1) == (1.0, 1.0, 1.0)
    assert scores.wrong == ["p.png: lost ['Total', 'EUR'], made up ['total']"]
    folded = score.score_words(pages, [{"page": "p.png", "text": "TOTAL 12.00"}], fold_case=True)
    assert folded.bags["words"].hit == 2


def test_a_page_without_a_result_is_missing() -> None:
    scores = score.score_words([{"page": "p.png", "text": "a"}], [])
    assert (scores.absent, scores.bags["words"].recall) == (1, 0.0)


def test_a_truth_file_says_what_it_is_about(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    assert truths.kind_of([truth()], path) == "fields"
    assert truths.kind_of([{"page": "p", "items": []}], path) == "words"
    with pytest.raises(ConfigError, match="no truth file"):
        truths.kind_of([{"some": "thing"}], path)


@pytest.mark.parametrize("content", ["not json", "[1, 2]", "\x80"])
def test_a_file_that_is_no_truth_is_refused_with_a_message(tmp_path: Path, content: str) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_bytes(content.encode("latin-1"))
    with pytest.raises(ConfigError, match=r"truth\.jsonl"):
        truths.load(path)


def test_a_file_of_objects_is_read_line_by_line(tmp_path: Path) -> None:
    path = tmp_path / "truth.jsonl"
    path.write_text(json.dumps(truth()) + "\n\n" + json.dumps(truth("b.pdf")) + "\n")
    assert [one["file"] for one in truths.load(path)] == ["a.pdf", "b.pdf"]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"total": "119.00"}, "unknown field 'total'"),
        ({"total_gross": "119,00"}, "'119,00' is no value for total_gross of a.pdf"),
        ({"issue_date": "31.03.2026"}, "'31.03.2026' is no value for issue_date"),
        ("119.00", r"the truth of a\.pdf is no object"),
    ],
)
def test_a_truth_that_no_document_could_give_is_a_mistake_and_no_missing_value(fields: object, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        truths.kind_of([{"file": "a.pdf", "truth": fields}], Path("truth.jsonl"))
    assert truths.kind_of([{"file": "a.pdf", "truth": {"total_gross": None, "tax_lines": []}}], Path("t")) == "fields"
