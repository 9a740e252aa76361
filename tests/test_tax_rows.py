"""What the rows of taxes say about a document's totals."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Origin
from invoice_ocr.pipeline import gather, spoken, understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings
from invoice_ocr.totals import taxes
from invoice_ocr.totals.tax_rows import TaxRow

SUMMARY = "GST Summary | Amount | Tax\nSR (6%) | 100.00 | 6.00\nZR (0%) | 0.00 | 0.00"


def rows_of(text: str, source: Origin = "text-layer") -> list[TaxRow]:
    document = lay_out(sketch(text, source=source))
    *_, rows = gather(document, spoken(document, load_pack()))
    return rows


def test_a_row_of_nothing_alone_proves_no_sum() -> None:
    rows = rows_of(SUMMARY)
    assert [(row.net, row.tax, row.proved) for row in rows] == [
        (Decimal("100.00"), Decimal("6.00"), True),
        (Decimal("0.00"), Decimal("0.00"), True),
    ]
    assert Decimal("106.00") in {c.value for c in taxes.candidates(rows) if c.name == "total_gross"}
    misread = [replace(rows[0], proved=False), rows[1]]  # its rate read as 5 %
    assert {(c.name, c.value) for c in taxes.candidates(misread)} == {("total_tax", Decimal("6.00"))}


def test_amounts_that_lost_their_mark_in_pixels_make_a_row_of_taxes() -> None:
    text = "GST Summary | Amount | Tax\nS = 6% | 46 63 | 2.80"
    found = {}
    for source in ("ocr", "text-layer"):
        rows = rows_of(text, source)
        found[source] = [(row.net, row.tax) for row in rows if row.proved]
    assert found == {"ocr": [(Decimal("46.63"), Decimal("2.80"))], "text-layer": []}


def test_two_taxes_on_one_base_add_up_and_low_rates_need_no_sign_under_their_head() -> None:
    head = "Base imponible | % IVA | Cuota IVA | % R.E. | Cuota R.E.\n"
    rows = rows_of(head + "350,00 | 4,00 | 14,00 | 0,50 | 1,75\n60,00 | 10,00 | 6,00 | 1,40 | 0,84")
    assert [(row.rate, row.net, row.tax) for row in rows] == [
        (Decimal("4.50"), Decimal("350.00"), Decimal("15.75")),
        (Decimal("11.40"), Decimal("60.00"), Decimal("6.84")),
    ]
    rows = rows_of("Subtotal | 99.00\nTax | 0% | 0.00\n99.00 due | Page 1 of 1")
    assert not [row for row in rows if row.rate == 1]


def test_a_base_without_tax_may_be_told_by_a_law() -> None:
    text = "Aliquota | Imponibile | Imposta\n10% | 200,00 | 20,00\nArt. 15 | 6,50 | 0,00"
    rows = rows_of(text)
    assert [(row.rate, row.net, row.tax) for row in rows] == [
        (Decimal(10), Decimal("200.00"), Decimal("20.00")),
        (Decimal(0), Decimal("6.50"), Decimal("0.00")),
    ]


def test_totals_beside_a_table_of_taxes_are_none_of_its_bases() -> None:
    text = "Code | Rate | Goods | VAT\nS | 20.0% | 50.00 | 10.00\nZ | 0.0% | 30.00 | 0.00 | Total credit | 90.00"
    rows = rows_of(text)
    assert [(row.rate, row.net) for row in rows] == [(Decimal("20.0"), Decimal(50)), (Decimal("0.0"), Decimal(30))]


def test_taxes_of_several_rates_in_one_line_are_rows_of_their_own() -> None:
    text = "Herav mva: 12% av 1 000,00 = 120,00  25% av 400,00 = 100,00. Sum mva 220,00"
    rows = rows_of(text)
    assert [(row.rate, row.net, row.tax) for row in rows] == [
        (Decimal(12), Decimal("1000.00"), Decimal("120.00")),
        (Decimal(25), Decimal("400.00"), Decimal("100.00")),
    ]


def test_a_base_and_its_tax_in_two_lines_with_one_rate_prove_each_other() -> None:
    text = "Данъчна основа 9% | 300,00\nДДС 9% | 27,00\nДанъчна основа 20% | 200,00\nДДС 20% | 40,00"
    rows = rows_of(text)
    assert [(row.net, row.tax, row.proved) for row in rows] == [
        (Decimal("300.00"), Decimal("27.00"), True),
        (Decimal("200.00"), Decimal("40.00"), True),
    ]


def test_taxes_of_two_states_on_each_base_are_added() -> None:
    lines = [f"{tax} {rate} on {base} | {sum_}" for rate, base, sum_ in BASES for tax in ("CGST", "SGST")]
    document = lay_out(sketch("\n".join(lines)))
    *_, rows = gather(document, spoken(document, load_pack()))
    sums = {(c.name, c.value) for c in taxes.candidates(rows)}
    assert {("total_net", Decimal("1000.00")), ("total_tax", Decimal("110.00"))} <= sums
    lines = taxes.tax_lines(document, rows, Decimal("1000.00"), Decimal("110.00"))
    assert [(line.rate, line.tax) for line in lines] == [(Decimal("12.00"), Decimal("96.00")), (7, Decimal("14.00"))]


BASES = [("6%", "800.00", "48.00"), ("3.5%", "200.00", "7.00")]


def test_the_number_by_which_a_tax_is_registered_is_not_its_amount() -> None:
    lines = [
        "Subtotal | 1,567.00",
        "GST (5 %) no. 84120 7731 RT0001 | 78.35",
        "QST (9.975 %) 1219884410 TQ0001 | 156.31",
    ]
    (invoice,) = understand(sketch("\n".join([*lines, "TOTAL | 1,801.66"])), load_pack(), Settings())
    totals = tuple(str(invoice.fields[name].value) for name in ("total_net", "total_tax", "total_gross"))
    assert totals == ("1567.00", "234.66", "1801.66")
