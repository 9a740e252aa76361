"""Accounting formats: rows add up to the bill, columns are where programs look for them, text stays text."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from invoice_ocr.errors import ConfigError, NotExportable
from invoice_ocr.export import EXPORTERS, accounting
from invoice_ocr.export.bills import bill_of
from invoice_ocr.export.mapping import FOLDER, load
from invoice_ocr.model import FIELD_KINDS, Field, Invoice, LineItem, Record, TaxLine, Value


def invoice(**changed: Value | None) -> Invoice:
    values: dict[str, Value | None] = {
        "document_type": "invoice",
        "invoice_number": "R-17/4",
        "issue_date": date(2026, 3, 12),
        "due_date": date(2026, 4, 11),
        "currency": "EUR",
        "total_net": Decimal("300.00"),
        "total_tax": Decimal("45.00"),
        "total_gross": Decimal("345.00"),
        "seller_name": "Müller; Söhne",
    } | changed
    fields = {name: Field(name, values.get(name), 0.99, "accepted") for name in FIELD_KINDS}
    items = (
        LineItem(description="Paper", quantity=Decimal(2), unit_price=Decimal("50.00"), amount=Decimal("100.00")),
        LineItem(description="Ink", amount=Decimal("200.00"), tax_rate=Decimal("19.00")),
    )
    items = (replace(items[0], tax_rate=Decimal("7.00")), items[1])
    taxes = (
        TaxLine(Decimal("7.00"), Decimal("100.00"), Decimal("7.00")),
        TaxLine(Decimal("19.00"), Decimal("200.00"), Decimal("38.00")),
    )
    return Invoice(fields, (1,), "post", tax_lines=taxes, line_items=items)


def record(one: Invoice) -> Record:
    return Record("a.pdf", "0" * 64, one)


def exported(name: str, *records: Record) -> bytes:
    stream = io.BytesIO()
    EXPORTERS[name](list(records), stream)
    return stream.getvalue()


def table(name: str, *records: Record) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(name, *records).decode("utf-8"))))


def test_rows_are_line_items_where_they_add_up() -> None:
    bill = bill_of(record(invoice()), rows="lines")
    assert [(row.description, row.net, row.tax, row.quantity) for row in bill.rows] == [
        ("Paper", Decimal("100.00"), Decimal("7.00"), 2),
        ("Ink", Decimal("200.00"), Decimal("38.00"), 1),
    ]


def test_rows_are_rates_where_line_items_do_not_add_up_and_one_where_nothing_does() -> None:
    lost = replace(invoice(), line_items=invoice().line_items[:1])
    assert [row.rate for row in bill_of(record(lost), rows="lines").rows] == [7, 19]
    broken = replace(lost, tax_lines=lost.tax_lines[:1])
    (row,) = bill_of(record(broken), rows="lines").rows
    assert (row.net, row.tax, row.gross) == (300, 45, 345)


amounts = st.decimals(min_value=-999, max_value=9999, places=2)


@given(items=st.lists(st.tuples(amounts, st.sampled_from([0, 7, 19])), max_size=6), total=amounts, tax=amounts)
def test_rows_always_add_up_to_the_bill(items: list[tuple[Decimal, int]], total: Decimal, tax: Decimal) -> None:
    lines = tuple(LineItem(amount=amount, tax_rate=Decimal(rate)) for amount, rate in items)
    one = invoice(total_net=total, total_tax=tax, total_gross=total + tax)
    for rows in ("lines", "rates", "whole"):
        bill = bill_of(record(replace(one, line_items=lines)), rows=rows)
        assert sum(row.net for row in bill.rows) == total
        assert sum(row.tax for row in bill.rows) == tax
        assert all(row.net + row.tax == row.gross for row in bill.rows)


@pytest.mark.parametrize(("price", "shown"), [("33.335", "33.335"), ("33.332", "100.01"), ("33.34", "100.01")])
def test_quantity_and_price_stand_only_where_they_make_the_amount_to_the_cent(price: str, shown: str) -> None:
    item = LineItem(quantity=Decimal(3), unit_price=Decimal(price), amount=Decimal("100.01"), tax_rate=Decimal(0))
    sums = {"total_net": Decimal("100.01"), "total_tax": Decimal(0), "total_gross": Decimal("100.01")}
    (row,) = bill_of(record(replace(invoice(**sums), line_items=(item,))), rows="lines").rows
    assert str(row.unit_price) == shown
    assert (row.quantity * row.unit_price).quantize(Decimal("0.01"), ROUND_HALF_UP) == Decimal("100.01")


def test_cents_of_rounding_go_to_the_largest_row() -> None:
    one = invoice(total_net=Decimal("0.10"), total_tax=Decimal("0.02"), total_gross=Decimal("0.12"))
    lines = tuple(LineItem(amount=Decimal("0.05"), tax_rate=Decimal(19)) for _ in range(2))
    assert [row.tax for row in bill_of(record(replace(one, line_items=lines)), rows="lines").rows] == [
        Decimal("0.01"),
        Decimal("0.01"),
    ]


def test_xero_has_its_columns_and_a_row_a_line() -> None:
    first, second = table("xero", record(invoice()))
    assert list(first)[:2] == ["*ContactName", "EmailAddress"]
    assert len(first) == 26
    assert first["*InvoiceDate"] == "12/03/2026"
    assert (first["*Quantity"], first["*UnitAmount"], first["TaxAmount"]) == ("2", "50.00", "7.00")
    assert second["*InvoiceNumber"] == "R-17/4"
    assert first["*TaxType"] == ""


@pytest.mark.parametrize(("name", "column"), [("xero", "*UnitAmount"), ("qbo", "Line amount")])
def test_credit_notes_are_negative(name: str, column: str) -> None:
    rows = table(name, record(invoice(document_type="credit_note")))
    assert all(row[column].startswith("-") for row in rows)


def test_odoo_names_the_bill_in_its_first_row_only() -> None:
    first, second = table("odoo", record(invoice(document_type="credit_note")))
    assert (first["move_type"], first["ref"], first["invoice_date"]) == ("in_refund", "R-17/4", "2026-03-12")
    assert (second["move_type"], second["ref"], second["invoice_line_ids/name"]) == ("", "", "Ink")
    assert first["invoice_line_ids/price_unit"] == "50.00"
    assert (first["partner_id"], first["currency_id"]) == ("Müller; Söhne", "EUR")


def of(*days: date) -> list[Record]:
    return [record(invoice(issue_date=day, due_date=None)) for day in days]


def test_a_file_whose_dates_have_no_year_is_for_one_year() -> None:
    assert exported("datev", *of(date(2025, 1, 1), date(2025, 12, 31))).count(b";3112;") == 2
    with pytest.raises(NotExportable, match="2024-12-31 to 2025-01-01"):
        exported("datev", *of(date(2025, 1, 1), date(2024, 12, 31)))
    assert len(table("xero", *of(date(2020, 2, 29), date(2025, 1, 1)))) == 4


def test_a_year_that_begins_otherwise_may_run_over_new_year_but_not_longer(tmp_path: Path) -> None:
    mine = tmp_path / "mine.yaml"
    shipped = (FOLDER / "datev.yaml").read_text(encoding="utf-8")
    mine.write_text(shipped.replace('{value: first_date, format: "%Y0101"}', '{text: "20240701"}'), encoding="utf-8")
    accounting.exporter(mine)(of(date(2024, 7, 1), date(2025, 6, 30)), io.BytesIO())
    with pytest.raises(NotExportable):
        accounting.exporter(mine)(of(date(2024, 7, 1), date(2025, 7, 1)), io.BytesIO())


def test_datev_has_header_names_and_a_booking_a_rate() -> None:
    lines = exported("datev", record(invoice())).decode("cp1252").split("\r\n")
    head, names, first, second, end = lines
    assert end == ""
    assert head.startswith('"EXTF";700;21;"Buchungsstapel";13;20260312')
    assert len(next(csv.reader([head], delimiter=";"))) == 31
    columns = next(csv.reader([names], delimiter=";"))
    assert len(columns) == 125
    row = dict(zip(columns, next(csv.reader([first], delimiter=";")), strict=True))
    assert row["Umsatz (ohne Soll/Haben-Kz)"] == "107,00"
    assert (row["Soll/Haben-Kennzeichen"], row["Belegdatum"], row["Fälligkeit"]) == ("S", "1203", "11042026")
    assert row["Belegfeld 1"] == "R-17/4"
    assert row["Buchungstext"] == "Müller; Söhne"
    assert row["BU-Schlüssel"] == ""
    assert row["Leistungsdatum"] == row["Datum Zuord. Steuerperiode"] == ""  # one without the other is refused
    assert second.startswith('238,00;"S";"EUR"')


def datev(rates: str, *records: Record, folder: Path) -> list[dict[str, str]]:
    """The bookings in DATEV's format with these rates of exchange."""
    mine = folder / "mine.yaml"
    mine.write_text((FOLDER / "datev.yaml").read_text(encoding="utf-8") + f"rates: {rates}\n", encoding="utf-8")
    stream = io.BytesIO()
    accounting.exporter(mine)(list(records), stream)
    text = stream.getvalue().decode("cp1252").partition("\r\n")[2]
    return list(csv.DictReader(io.StringIO(text, newline=""), delimiter=";"))


FOREIGN = ("Umsatz (ohne Soll/Haben-Kz)", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz")


def test_datev_has_the_rate_and_the_base_amount_of_a_bill_in_another_currency(tmp_path: Path) -> None:
    dollars, euros = record(invoice(currency="USD")), record(invoice())
    rows = datev("{USD: 1.25}", dollars, euros, folder=tmp_path)
    assert [tuple(row[name] for name in FOREIGN) for row in rows] == [
        ("107,00", "USD", "1,250000", "85,60", "EUR"),
        ("238,00", "USD", "1,250000", "190,40", "EUR"),
        ("107,00", "EUR", "", "", ""),
        ("238,00", "EUR", "", "", ""),
    ]


def test_a_rate_of_exchange_holds_from_its_day_on(tmp_path: Path) -> None:
    days = [record(invoice(currency="USD", issue_date=date(2026, month, 9))) for month in (1, 2)]
    rates = "{USD: {2026-02-01: 1.25, 2026-01-01: 1.07}}"
    assert [row["Kurs"] for row in datev(rates, *days, folder=tmp_path)][::2] == ["1,070000", "1,250000"]
    with pytest.raises(NotExportable, match="USD"):
        datev("{USD: {2026-02-01: 1.25}}", *days, folder=tmp_path)


def test_without_a_rate_of_exchange_nothing_is_written() -> None:
    with pytest.raises(NotExportable, match=r"USD \(1\)") as refused:
        exported("datev", record(invoice()), record(invoice(currency="USD")))
    assert "rates" in refused.value.fix


def test_a_format_without_currencies_takes_one() -> None:
    assert exported("iif", record(invoice(currency="CAD")), record(invoice(currency="CAD")))
    with pytest.raises(NotExportable, match="CAD"):
        exported("iif", record(invoice(currency="CAD")), record(invoice(currency="USD")))


@pytest.mark.parametrize(("kind", "sides"), [("invoice", ["S", "H"]), ("credit_note", ["H", "S"])])
def test_datev_books_what_is_taken_off_on_the_other_side_and_without_a_sign(kind: str, sides: list[str]) -> None:
    whole = {"total_net": Decimal("100.00"), "total_tax": Decimal("31.00"), "total_gross": Decimal("131.00")}
    taxes = (
        TaxLine(Decimal(19), Decimal("200.00"), Decimal("38.00")),
        TaxLine(Decimal(7), Decimal("-100.00"), Decimal("-7.00")),
    )
    one = replace(invoice(document_type=kind, **whole), tax_lines=taxes)
    lines = exported("datev", record(one)).decode("cp1252").split("\r\n")[2:4]
    assert [line.split(";")[:2] for line in lines] == [["238,00", f'"{sides[0]}"'], ["107,00", f'"{sides[1]}"']]


@pytest.mark.parametrize("quantity", [Decimal(-2), Decimal(2), None])
def test_a_credit_note_printed_with_minus_signs_has_its_lines(quantity: Decimal | None) -> None:
    one = invoice(document_type="credit_note")
    items = tuple(replace(item, quantity=quantity, amount=-item.amount) for item in one.line_items if item.amount)
    bill = bill_of(record(replace(one, line_items=items)), rows="lines")
    assert [(row.description, row.net, row.tax) for row in bill.rows] == [("Paper", 100, 7), ("Ink", 200, 38)]
    assert all(row.quantity * row.unit_price == row.net and row.unit_price > 0 for row in bill.rows)


def test_an_iif_bill_sums_up_to_nothing() -> None:
    lines = [line.split("\t") for line in exported("iif", record(invoice())).decode("cp1252").split("\r\n")]
    assert [line[0] for line in lines] == ["!TRNS", "!SPL", "!ENDTRNS", "TRNS", "SPL", "SPL", "ENDTRNS", ""]
    booked = [Decimal(line[5]) for line in lines if line[0] in {"TRNS", "SPL"}]
    assert booked[0] == Decimal("-345.00")
    assert sum(booked) == 0


@pytest.mark.parametrize("name", ["csv", "xero", "qbo", "odoo"])
@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@x", "\t=1", "a\n=1"])
def test_text_never_becomes_a_formula(name: str, text: str) -> None:
    rows = table(name, record(invoice(seller_name=text, invoice_number=text)))
    cells = [cell for row in rows for cell in row.values() if (cell and "1" in cell) or "x" in (cell or "")]
    assert cells
    assert not any(cell.startswith(("=", "+", "@", "-x")) for cell in cells)


def test_an_iif_cannot_be_broken_out_of() -> None:
    made = exported("iif", record(invoice(seller_name='a\tb\r\nTRNS\t"x"', invoice_number="=1")))
    lines = made.decode().split("\r\n")
    assert sum(line.startswith("TRNS") for line in lines) == 1
    assert [len(line.split("\t")) for line in lines if line.startswith(("TRNS", "SPL"))] == [9, 8, 8]
    assert "\t=1" not in made.decode()


def test_the_lines_of_an_iif_bill_name_nobody_to_be_charged_and_are_in_what_the_program_reads() -> None:
    lines = exported("iif", record(invoice())).decode("cp1252").split("\r\n")
    names = [line.split("\t")[4] for line in lines if line.startswith(("TRNS", "SPL"))]
    assert names == ["Müller; Söhne", "", ""]


@pytest.mark.parametrize("name", ["xero", "qbo"])
def test_a_bill_without_due_date_or_number_has_what_the_import_cannot_do_without(name: str) -> None:
    first, *_ = table(name, record(invoice(due_date=None, invoice_number=None)))
    due, number = ("*DueDate", "*InvoiceNumber") if name == "xero" else ("Due date", "Bill no.")
    assert first[due] == first["*InvoiceDate" if name == "xero" else "Bill date"]
    assert first[number] == "0" * 12


def test_what_is_cut_to_its_length_is_so_with_its_apostrophe() -> None:
    row = exported("datev", record(invoice(seller_name="=" + "x" * 80))).decode("cp1252").split("\r\n")[2]
    assert next(csv.reader([row], delimiter=";"))[13] == "'=" + "x" * 58


@pytest.mark.parametrize(("number", "kept"), [("+1-2/A", "1-2/A"), ("-A1*2", "A1*2"), ("=1+1", "1+1")])
def test_a_reference_of_few_characters_begins_no_formula(number: str, kept: str) -> None:
    row = exported("datev", record(invoice(invoice_number=number))).decode("cp1252").split("\r\n")[2]
    assert next(csv.reader([row], delimiter=";"))[10] == kept


def test_a_letter_that_an_encoding_lacks_is_its_plain_one() -> None:
    made = exported("datev", record(invoice(seller_name="Żółw Łódź Őr Škoda Бук"))).decode("cp1252")
    assert '"Zólw Lódz Or Škoda ???"' in made


def test_nothing_is_booked_of_a_rate_or_a_bill_of_nothing() -> None:
    zero = TaxLine(Decimal(0), Decimal("0.00"), Decimal("0.00"))
    one = replace(invoice(), tax_lines=(*invoice().tax_lines, zero))
    assert len(exported("datev", record(one)).split(b"\r\n")) == 5
    nothing = invoice(total_net=Decimal(0), total_tax=Decimal(0), total_gross=Decimal("0.00"))
    assert len(exported("datev", record(replace(nothing, tax_lines=()))).split(b"\r\n")) == 3


def test_columns_that_an_import_needs_are_named_when_they_are_empty(caplog: pytest.LogCaptureFixture) -> None:
    exported("datev", record(invoice()))
    assert "Konto (2 rows), Gegenkonto (ohne BU-Schlüssel) (2 rows)" in caplog.text
    caplog.clear()
    exported("odoo", record(invoice()))
    assert not caplog.text


def test_only_what_can_be_posted_is_exported_unless_a_mapping_says_more(tmp_path: Path) -> None:
    unsure = record(replace(invoice(), decision="review"))
    assert table("xero", unsure) == []
    text = (FOLDER / "xero.yaml").read_text(encoding="utf-8")
    own = tmp_path / "own.yaml"
    own.write_text(
        text.replace("rows: lines", "rows: whole\ndecisions: [post, review]").replace("map: {}", "map: {19: VAT}")
    )
    stream = io.BytesIO()
    accounting.exporter(own)([unsure, record(replace(invoice(), tax_lines=invoice().tax_lines[1:]))], stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue().decode())))
    assert [row["*TaxType"] for row in rows] == ["", "VAT"]


@pytest.mark.parametrize("name", accounting.NAMES)
def test_every_shipped_mapping_is_sound_and_takes_an_empty_ledger(name: str) -> None:
    assert load(FOLDER / f"{name}.yaml").title
    assert exported(name)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "line: 3",
        "line: [{name: a, value: colour}]",
        "line: [{name: a, value: rate, instead: colour}]",
        "line: [{name: a, shape: round}]",
        "line: [a]\nrows: some",
        "line: [a]\nencoding: klingon",
        "line: [a]\nsurprise: 1",
        "line: [{name: a, map: 3}]",
        "line: [{name: a, sign: some}]",
        "line: [a]\nhead: null",
        "line: [a]\nhead: 3",
        "line: [a]\nrates: 3",
        "line: [a]\nrates: {USD: 0}",
        "line: [a]\nrates: {USD: .inf}",
        "line: [a]\nrates: {USD: {soon: 1.1}}",
        "{",
        "!!python/object/apply:os.system [ls]",
    ],
)
def test_a_mapping_with_a_mistake_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "own.yaml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"own\.yaml"):
        load(path)
