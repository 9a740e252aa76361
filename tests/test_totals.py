"""Totals by labels and sums, where several of either compete."""

from __future__ import annotations

from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


def value(text: str, name: str) -> object:
    return read(text).fields[name].value


def test_a_labelled_net_and_tax_overrule_a_total_of_items() -> None:
    page = (
        "Invoice no: PC-4\nItem | Sum | This claim\nSlab | 126,000.00 | 31,500.00\nRoof | 98,000.00 | 39,200.00\n"
        "Total | 224,000.00 | 70,700.00\nLess retention | -3,535.00\nTotal excl. GST | 67,165.00\n"
        "GST 10% | 6,716.50\nTo be settled | 73,881.50"
    )
    assert value(page, "total_gross") == Decimal("73881.50")


def test_words_that_only_tell_more_of_a_label_do_not_part_it_from_its_amount() -> None:
    assert value("Amount payable (incl. GST)  $80,465.00", "amount_due") == Decimal("80465.00")


def test_an_amount_printed_with_a_minus_explains_what_lines_are_more_than_the_net() -> None:
    page = (
        "Invoice no: K-7\nDescription | Qty | Unit price | Amount\n"
        "Seat | 10 | 95.00 | 950.00\nHelp | 1 | 200.00 | 200.00\n"
        "Subtotal | | | 1,150.00\nWELCOME80 | | | {off}\n"
        "Total excluding tax | | | 870.00\nTax 10% | | | 87.00\nTotal | | | 957.00"
    )
    codes = [{issue.code for issue in read(page.format(off=off)).issues} for off in ("-280.00", "")]
    assert ["lines.contradict" in known for known in codes] == [False, True]


def test_nothing_is_prepaid_where_what_is_kept_back_explains_all_that_is_left() -> None:
    page = (
        "Invoice no: 18\nOn account | 4,200.00\nNet | 4,368.00\nVAT 22% | 960.96\nGrand total | 5,328.96\n"
        "Withholding tax | -840.00\nAmount payable | 4,488.96"
    )
    assert value(page.replace("On account", "Paid on account"), "prepaid") is None


def test_totals_that_are_all_printed_with_a_minus_prove_each_other() -> None:
    page = (
        "Factura rectificativa\nNúmero: R26-0017\nFecha: 30/06/2026\nBase | Tipo | Cuota | Total\n"
        "-253,00 € | 21 % | -53,13 € | -306,13 €"
    )
    fields = read(page).fields
    assert [fields[name].proof for name in ("total_net", "total_tax")] == ["253.00 + 53.13 = 306.13"] * 2


def test_halves_of_amounts_that_fit_by_chance_prove_nothing() -> None:
    items = "Kedai Wan\nReceipt\n30-06-2018 22:16\nCoke | 2.10\nSoya | 2.10\nTea | 0.50\n"
    lost = "Total excluding GST | 20\nTotal inclusive of GST | 20\nGST 0% | 0.00"
    (read_so,) = understand(sketch(items + lost, source="ocr"), load_pack(), Settings())
    assert read_so.fields["total_gross"].status == "review"
    assert not read_so.fields["total_gross"].proof


def test_a_total_that_hardly_has_a_label_does_not_put_aside_a_labelled_net_and_tax() -> None:
    items = "Credit note 20841\nArticle | Qty | Price | Total\nLamp | -3 | 845.00 | -2,535.00\n"
    invoice = read(items + "Net | -3,775.00\nVAT 25% | -943.75")
    assert invoice.fields["total_net"].value == Decimal("3775.00")
    assert invoice.fields["total_tax"].value == Decimal("943.75")


def test_credits_of_the_same_amount_are_no_rival_of_a_total() -> None:
    fields = read("Folio No: 55817\nRoom | 441.76\nTotal charges | $458.77\nTotal | -$458.77\nBalance | $0.00").fields
    assert fields["total_gross"].value == Decimal("458.77")
    assert all(str(other.value) != "-458.77" for other in fields["total_gross"].alternatives)


def test_the_total_of_a_card_slip_is_above_the_amount_without_the_tip() -> None:
    slip = "Quay Inn\nCUSTOMER COPY\nVISA\nSALE\nAMOUNT | 54.60\nTOTAL | 60.00\nAUTH CODE: 774120\n26/07/2025"
    assert value(slip, "total_gross") == Decimal("60.00")


def test_what_rows_of_taxes_make_is_not_the_total_where_more_is_printed_below() -> None:
    page = (
        "Factura A/26\nFecha: 22/05/2026\nBase imp. | % IVA | Cuota IVA | Envases | A abonar\n"
        "389,88 | 10 | 38,99 | 5,46\n24,60 | 21 | 5,17 | 1,28\n | | | | {}"
    )
    assert read(page.format("465,38")).fields["total_gross"].status == "review"
    assert read(page.format("458,64")).fields["total_gross"].status == "accepted"


def test_a_sign_of_percent_read_as_a_letter_parts_no_tax_from_its_amount() -> None:
    assert value("Subtotal | 100.00\nSST 6X | 6.00\nTotal | 106.00", "total_tax") == Decimal("6.00")
    assert value("GST 6% | 1.28\nGST 0X | 0.00", "total_tax") == Decimal("1.28")


def test_taxes_of_two_rates_beside_their_sum_are_no_halves() -> None:
    tax = read("Kwota A 23,00% | 2,99\nKwota B 8,00% | 5,26\nSuma PTU | 8,25\nSuma PLN | 87,00").fields["total_tax"]
    assert tax.value == Decimal("8.25")
    assert [other.value for other in tax.alternatives if other.value == Decimal("16.50")] == []


def test_a_sum_of_taxes_is_no_further_part_of_their_sum() -> None:
    page = (
        "Invoice no: T-9\nTotal excluding tax | 877.71\nTax breakdown | Sum | Rate | Tax amount\n"
        "VAT S19 | 15.24 | 19 % | 2.90\nVAT S7 | 562.50 | 7 % | 39.38\nVAT | 299.97 | 0 % | 0.00\n"
        "Tax total | 42.28\nGrand total | {}"
    )
    assert read(page.format("919.99")).fields["total_tax"].status == "accepted"
    tax = read(page.format("962.27")).fields["total_tax"]
    assert (tax.value, tax.status) == (Decimal("42.28"), "review")


def test_prices_that_make_the_base_of_one_tax_are_less_than_what_was_asked_and_paid() -> None:
    page = (
        "Löwen-Apotheke\nMarktplatz 3\n97070 Würzburg\n24.02.26 16:52\nIBU 400 | 5,48 1\nSPRAY 2 x 4,25 | 8,50 1\n"
        "Zuzahlung Rezept | 5,00\nZu zahlen EUR | 18,98\nGegeben EC | 18,98\n1 = 19% MwSt: 2,23 aus 13,98"
    )
    (invoice,) = understand(sketch(page, source="ocr"), load_pack(), Settings())
    assert invoice.fields["total_gross"].value == Decimal("18.98")


def test_a_row_of_taxes_is_not_the_document_where_more_is_due() -> None:
    page = (
        "Faktura 17\nTekst | Grunnlag | Mva % | Mva | Beløp\nLeie | 4 200,00 | 25 | 1 050,00 | 5 250,00\n"
        "Gebyr | 60,00 | 0 | 0,00 | 60,00\nForsikring | 780,00 | 0 | 0,00 | 780,00\nÅ betale | NOK 6 090,00"
    )
    invoice = read(page)
    assert "accepted" not in {invoice.fields[name].status for name in ("total_gross", "total_net", "total_tax")}
    assert invoice.fields["amount_due"].value == Decimal("6090.00")


def test_payments_less_changes_of_a_contract_are_no_cash_less_change() -> None:
    page = (
        "Invoice no: 24-118\nOriginal contract sum | $412,000.00\nNet change by change orders | $8,500.00\n"
        "Less previous certificates for payment | $207,720.00\nCurrent payment due | $64,764.00"
    )
    assert value(page, "total_gross") == Decimal("64764.00")


def test_a_tax_that_equals_what_stands_in_the_row_of_a_charge_is_that_tax() -> None:
    page = (
        "Invoice no: 5\nGoods | 40 | 1,150.00 | 1% | 460.00 | 46,000.00\nShipping | 1 | 2,500.00 | 20% | 500.00 |"
        " 2,500.00\nSubtotal | 48,500.00\nVAT 1% | 460.00\nVAT 20% | 500.00\nTotal incl. VAT | 49,460.00"
    )
    assert [value(page, name) for name in ("total_net", "total_tax")] == [Decimal("48500.00"), Decimal("960.00")]


def test_a_net_is_shown_at_its_label_though_rows_of_taxes_make_it_surer() -> None:
    page = "Invoice no: 7\nTotal charges excluding VAT | 800.00\nVAT at 20% on 800.00 | 160.00\nTotal due | 960.00"
    net = read(page).fields["total_net"]
    assert net.value == Decimal("800.00")
    assert net.evidence is not None
    assert not net.evidence.rule.startswith("universal.")


RATES = """Drogerie Falkner
Dirk Falkner GmbH
03.09.2024 11:26
Spray | 3,21 B
Bürste | 2,40 A
Tücher | 9,50 A
Total | €15,11
Bar | 50,00
 | Netto | MwSt | Total
MwSt A 19% | 10,00 | 1,90 | 11,90
MwSt B 7% | 3,00 | 0,21 | 3,21
MwSt Total | 13,00 | 2,11 | 15,11"""
UNREAD = """03.09.2024 11:26
Tota | €15,11
Bar | €50,00
 | Netto | HUST | Total
HUST A | 10,00 | 1,90 | 11,90
HUST B | 3,00 | 0,21 | 3,21
NuSt Total | 13,00 | 2,11 | 15,11"""


@pytest.mark.parametrize("slip", [RATES, RATES.replace("B 7%", "B 72").replace("MwSt Total", "NuSt Total"), UNREAD])
def test_the_total_of_one_rate_under_a_head_that_calls_it_so_is_not_that_of_the_slip(slip: str) -> None:
    (invoice,) = understand(sketch(slip, source="ocr"), load_pack(), Settings())
    assert invoice.fields["total_gross"].value == Decimal("15.11")


SUMMED = """03.09.2024 11:26
T0t | €15,11
 | Netto | MUST | Total
HUST A | 10,00 | 1,90 | 11,90
HUST B | 3,00 | 0,21 | 3,21
NuSt T0t | 13,00 | 2,11 | 15,11"""


@pytest.mark.parametrize("page", [SUMMED, SUMMED.replace("HUST A", "HUST A 19%")])
def test_the_sum_of_one_rate_is_not_the_total_where_its_columns_hold_a_larger_sum_below(page: str) -> None:
    (invoice,) = understand(sketch(page, source="ocr"), load_pack(), Settings())
    found = invoice.fields["total_gross"]
    assert (found.value, found.status) == (Decimal("15.11"), "review")
