"""Exporters: the contract's JSON, and tables in which nothing can become a formula."""

from __future__ import annotations

import codecs
import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_ocr.export import EXPORTERS, WORD_EXPORTERS, record_to_dict, write_line_items, xlsx
from invoice_ocr.model import (
    FIELD_KINDS,
    Alternative,
    Box,
    Document,
    Evidence,
    Failure,
    Field,
    Invoice,
    Issue,
    Line,
    LineItem,
    Page,
    PageWords,
    Reading,
    Record,
    TaxLine,
    Transcript,
    Value,
    Word,
)

SEEN = Evidence(1, Box(400.123, 700, 460, 712), "1.190,00 €", "de.total_gross.right", "text-layer")


def invoice(**values: Value) -> Invoice:
    fields = {name: Field(name, None, 0.0, "missing") for name in FIELD_KINDS}
    fields |= {name: Field(name, value, 0.98765, "accepted", SEEN) for name, value in values.items()}
    return Invoice(
        fields,
        pages=(1, 2),
        decision="review",
        reasons=("date.ambiguous",),
        tax_lines=(TaxLine(Decimal("19.00"), Decimal("1000.00"), Decimal("190.00"), "S", 0.9, (SEEN,)),),
        line_items=(LineItem(position="1", description="=cmd|'/c calc'!A1", amount=Decimal("1E+3"), confidence=0.8),),
        issues=(Issue("date.ambiguous", "03/04/2026 may be 3 April or 4 March", ("issue_date",)),),
    )


def record(**values: Value) -> Record:
    return Record("scan_17.pdf", "ab" * 32, invoice(**values), recipe="r1")


FAILED = Record("bad.pdf", "cd" * 32, None, Failure("E_EMPTY", "the file has no bytes", "fetch it again"))


def exported(name: str, *records: Record) -> bytes:
    stream = io.BytesIO()
    EXPORTERS[name](iter(records), stream)
    return stream.getvalue()


def rows(*records: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported("csv", *records).decode(), newline="")))


def test_a_record_has_every_key_of_the_contract() -> None:
    made = record_to_dict(record(total_gross=Decimal("1190.00"), issue_date=date(2026, 4, 3), currency="EUR"))
    assert list(made) == [
        "schema", "file", "sha256", "document", "pages", "decision", "reasons", "fields", "tax_lines", "line_items",
        "issues", "error", "recipe",
    ]  # fmt: skip
    assert made["schema"] == "invoice-ocr/1"
    assert list(made["fields"]) == list(FIELD_KINDS)
    assert made["fields"]["total_gross"] == {
        "value": "1190.00", "confidence": 0.9877, "status": "accepted", "page": 1, "box": [400.12, 700.0, 460.0, 712.0],
        "text": "1.190,00 €", "source": "text-layer",
        "rule": "de.total_gross.right", "witnesses": [], "alternatives": [],
    }  # fmt: skip
    assert made["fields"]["issue_date"]["value"] == "2026-04-03"
    assert made["fields"]["iban"]["value"] is None
    assert made["fields"]["iban"]["status"] == "missing"
    assert made["tax_lines"][0]["rate"] == "19.00"
    assert made["line_items"][0]["amount"] == "1000"
    assert made["issues"] == [
        {"code": "date.ambiguous", "message": "03/04/2026 may be 3 April or 4 March", "fields": ["issue_date"]}
    ]
    assert made["error"] is None


def test_rivals_keep_their_value_place_and_confidence() -> None:
    rival = Alternative(Decimal("1000.00"), 0.02, SEEN)
    fields = {"total_gross": Field("total_gross", Decimal("1190.00"), 0.97, "accepted", SEEN, (rival,))}
    made = record_to_dict(Record("a.pdf", "", Invoice(fields, (1,), "post")))
    assert made["fields"]["total_gross"]["alternatives"] == [
        {"value": "1000.00", "confidence": 0.02, "page": 1, "box": [400.12, 700.0, 460.0, 712.0], "text": "1.190,00 €"}
    ]


def test_a_failed_input_is_a_record_with_its_error_and_no_value() -> None:
    made = record_to_dict(FAILED)
    assert made["error"] == {"code": "E_EMPTY", "message": "the file has no bytes", "fix": "fetch it again"}
    assert made["decision"] == "reject"
    assert made["reasons"] == ["E_EMPTY"]
    assert {field["value"] for field in made["fields"].values()} == {None}


def test_json_is_an_object_for_one_record_and_a_list_for_several() -> None:
    assert json.loads(exported("json", FAILED))["file"] == "bad.pdf"
    assert [r["file"] for r in json.loads(exported("json", FAILED, record(), FAILED))] == [
        "bad.pdf", "scan_17.pdf", "bad.pdf",
    ]  # fmt: skip
    assert json.loads(exported("json")) == []


def test_jsonl_is_one_object_a_line_and_written_as_it_comes() -> None:
    stream = io.BytesIO()

    def slowly() -> Any:
        yield FAILED
        assert json.loads(stream.getvalue())["file"] == "bad.pdf"
        yield record()

    EXPORTERS["jsonl"](slowly(), stream)
    assert len(stream.getvalue().splitlines()) == 2


def test_a_file_name_that_is_not_utf8_survives_in_every_format() -> None:
    odd = Record("caf\udce9.pdf", "", invoice(seller_name="Caf\udce9"))
    assert json.loads(exported("jsonl", odd))["file"] == "caf\udce9.pdf"
    assert b"caf?.pdf" in exported("csv", odd)
    assert exported("xlsx", odd)


def test_csv_has_a_column_a_field_then_their_confidences_then_the_verdict() -> None:
    made = rows(record(total_gross=Decimal("1190.00"), invoice_number="R-1"), FAILED)
    names = list(FIELD_KINDS)
    assert list(made[0]) == [*names, *(f"{n}_confidence" for n in names), "decision", "reasons", "file", "pages"]
    assert made[0]["total_gross"] == "1190.00"
    assert made[0]["invoice_number_confidence"] == "0.9877"
    assert (made[0]["decision"], made[0]["reasons"], made[0]["pages"]) == ("review", "date.ambiguous", "1, 2")
    assert (made[1]["file"], made[1]["decision"], made[1]["reasons"]) == ("bad.pdf", "reject", "E_EMPTY")
    assert made[1]["total_gross"] == ""


def test_csv_for_countries_with_a_decimal_comma_is_a_csv_that_their_spreadsheets_open() -> None:
    one = record(total_gross=Decimal("1190.00"), seller_name="A. B. Example; Sons", issue_date=date(2026, 3, 12))
    written = exported("csv-comma", one, FAILED)
    assert written.startswith(codecs.BOM_UTF8)
    plain, comma = (
        list(csv.DictReader(io.StringIO(text), delimiter=mark))
        for text, mark in ((exported("csv", one, FAILED).decode(), ","), (written.decode("utf-8-sig"), ";"))
    )
    assert comma[0]["total_gross"] == plain[0]["total_gross"].replace(".", ",") != plain[0]["total_gross"]
    numbers = {name for name, kind in FIELD_KINDS.items() if kind == "decimal"}
    numbers |= {name for name in plain[0] if name.endswith("_confidence")}
    assert comma == [
        {name: text.replace(".", ",") if name in numbers else text for name, text in row.items()} for row in plain
    ]


def test_a_negative_amount_stays_a_number_in_csv() -> None:
    assert rows(record(total_gross=Decimal("-45.00")))[0]["total_gross"] == "-45.00"


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", " =", "\n=", "＝", "\ufeff="])
def test_text_that_looks_like_a_formula_is_text_in_csv(start: str) -> None:
    text = f"{start}1+1"
    made = rows(record(seller_name=text))[0]["seller_name"]
    assert made == f"'{text}"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=12))
def test_no_text_at_all_starts_a_formula_in_csv(text: str) -> None:
    odd = Record(text, "", invoice(seller_name=text, iban=text))
    stream = io.BytesIO()
    EXPORTERS["csv"]([odd], stream)
    for cell in list(csv.reader(io.StringIO(stream.getvalue().decode(), newline="")))[1]:
        assert not cell.lstrip().startswith(("=", "+", "-", "@"))
        assert not cell.startswith(("\t", "\r"))


def sheets(content: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        return {name: book.read(name).decode() for name in book.namelist() if "worksheets" in name}


def test_xlsx_has_no_formula_and_no_link_whatever_is_written() -> None:
    odd = Record("=1+1", "", invoice(seller_name='=HYPERLINK("http://x")', buyer_name="http://x", iban="+1", bic="@A"))
    made = sheets(exported("xlsx", odd, FAILED))
    assert len(made) == 4
    assert all("<f>" not in sheet and "hyperlink" not in sheet for sheet in made.values())
    assert "=1+1" in made["xl/worksheets/sheet1.xml"]
    assert "=cmd|" in made["xl/worksheets/sheet2.xml"]


def test_xlsx_cells_are_typed_and_long_numbers_stay_exact() -> None:
    made = sheets(
        exported(
            "xlsx",
            record(
                total_gross=Decimal("1190.00"),
                total_net=Decimal("12345678901234567.89"),
                prepaid=Decimal("1E+400"),
                issue_date=date(2026, 4, 3),
            ),
        )
    )["xl/worksheets/sheet1.xml"]
    assert re.search(r"<v>1190</v>", made)
    assert "12345678901234567.89" in made
    assert "1" + 400 * "0" in made
    assert re.search(r"<v>46115</v>", made), "3 April 2026 as a spreadsheet counts days"


def test_line_items_go_to_a_table_of_their_own() -> None:
    stream = io.BytesIO()
    write_line_items([record(invoice_number="R-1"), FAILED], stream)
    (item,) = csv.DictReader(io.StringIO(stream.getvalue().decode()))
    assert (item["invoice_number"], item["description"], item["amount"]) == ("R-1", "'=cmd|'/c calc'!A1", "1000")


WORDS = (Word("Total", Box(10, 20, 40, 30), 0.9), Word("-5,00", Box(50, 20, 80, 30), 0.8))
TRANSCRIPT = Transcript(
    "a.png",
    "",
    Reading((PageWords(1, 200, 100, WORDS),)),
    Document((Page(1, 200, 100, (Line(WORDS, Box(10, 20, 80, 30)),), ((Line(WORDS, Box(10, 20, 80, 30)),),)),)),
)


def words(name: str, *transcripts: Transcript) -> str:
    stream = io.BytesIO()
    WORD_EXPORTERS[name](transcripts, stream)
    return stream.getvalue().decode()


def test_words_are_written_as_text_json_and_csv() -> None:
    assert words("text", TRANSCRIPT) == "Total -5,00\n"
    (page,) = json.loads(words("json", TRANSCRIPT))["pages"]
    assert page["words"][0] == {"text": "Total", "confidence": 0.9, "box": [10.0, 20.0, 40.0, 30.0], "source": "ocr"}
    assert page["lines"] == [{"text": "Total -5,00", "confidence": 0.85, "box": [10.0, 20.0, 80.0, 30.0]}]
    header, first, second = words("csv", TRANSCRIPT).splitlines()
    assert header == "page,line,text,confidence,left,top,right,bottom"
    assert first == "1,1,Total,0.9,10.0,20.0,40.0,30.0"
    assert second.startswith('1,1,"\'-5,00",0.8')


def test_words_of_several_files_name_their_file() -> None:
    header, *made = words("csv", TRANSCRIPT, TRANSCRIPT).splitlines()
    assert header.startswith("file,page,line,text")
    assert len(made) == 4
    assert made[0].startswith("a.png,1,1,Total")


def test_xlsx_colours_what_is_for_review_and_shows_its_picture() -> None:
    evidence = Evidence(2, Box(10, 20, 60, 30), "1.190,00", "r", "ocr")
    doubtful = Field("total_gross", Decimal("1190.00"), 0.7, "review", evidence)
    accepted = Field("currency", "EUR", 0.99, "accepted", evidence)
    issue = Issue("totals.mismatch", "net and tax do not add up", ("total_gross",))
    reasons = ("invoice_number.missing", "total_gross.unsure", "totals.mismatch", "page.noisy")
    noisy = Issue("page.noisy", "too noisy to be trusted")
    invoice = Invoice({"total_gross": doubtful, "currency": accepted}, (2,), "review", reasons, issues=(issue, noisy))
    asked: list[tuple[int, Box]] = []

    def crops(_record: Record, places: Sequence[tuple[int, Box]]) -> list[np.ndarray]:
        asked.extend(places)
        return [np.full((40, 90, 3), 200, np.uint8) for _ in places]

    stream = io.BytesIO()
    xlsx.write([Record("a.pdf", "0", invoice), FAILED], stream, crops=crops)
    assert asked == [(2, Box(6, 16, 64, 34))]
    made = sheets(stream.getvalue())
    review = made["xl/worksheets/sheet4.xml"]
    assert "net and tax do not add up" in review
    assert "currency" not in review
    assert 'autoFilter ref="A1:I5"' in review
    styles = [re.search(r'" s="(\d+)"><v>1190</v>', made[f"xl/worksheets/sheet{n}.xml"]).group(1) for n in (1, 4)]
    assert styles[0] == styles[1]  # coloured there, coloured here
    told = re.findall(r'r="H\d".*?<t[^>]*>(.*?)</t>', review)
    assert told == ["why", "net and tax do not add up", "too noisy to be trusted", "missing", FAILED.failure.message]
    with zipfile.ZipFile(stream) as book:
        assert [name for name in book.namelist() if name.endswith(".png")] == ["xl/media/image1.png"]
        assert "FFFFE3B3" in book.read("xl/styles.xml").decode()


def test_xlsx_is_the_same_bytes_every_time_and_does_without_pictures() -> None:
    assert exported("xlsx", FAILED) == exported("xlsx", FAILED)
    stream = io.BytesIO()
    evidence = Evidence(1, Box(0, 0, 9, 9), "x", "r", "ocr")
    invoice = Invoice({"iban": Field("iban", "X", 0.5, "review", evidence)}, (1,), "review")
    xlsx.write([Record("a.pdf", "0", invoice)], stream, crops=lambda _record, _places: [])
    assert "iban" in sheets(stream.getvalue())["xl/worksheets/sheet4.xml"]
