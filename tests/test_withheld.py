"""Tax and guarantees that the buyer keeps back lessen what is to be paid, not the gross total."""

from __future__ import annotations

from decimal import Decimal

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

TOTALS = ("total_net", "total_tax", "total_gross", "amount_due")


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


def totals(text: str) -> tuple[object, ...]:
    fields = read(text).fields
    return tuple(fields[name].value for name in TOTALS)


def amounts(*texts: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, texts))


def test_withheld_tax_is_neither_the_tax_nor_part_of_the_net() -> None:
    page = (
        "Invoice no: A-17\nTotal | 91,000.00\nVAT 7% | 6,370.00\nGrand Total | 97,370.00\n"
        "Withholding Tax 3% | 2,730.00\nNet payment | 94,640.00"
    )
    invoice = read(page)
    assert totals(page) == amounts("91000.00", "6370.00", "97370.00", "94640.00")
    assert all(invoice.fields[name].status == "accepted" for name in TOTALS)


def test_a_gross_total_that_is_not_printed_is_worked_out_from_what_is_withheld() -> None:
    page = (
        "Factura nº: F-26/031\nBase imponible | IVA 21 % | Retención IRPF 15 % | Total a pagar\n"
        "805,50 € | 169,16 € | -120,83 € | 853,83 €"
    )
    assert totals(page) == amounts("805.50", "169.16", "974.66", "853.83")
    assert "974.66 - 120.83 = 853.83" in read(page).fields["amount_due"].proof


def test_a_plain_total_after_withheld_tax_leaves_the_gross_open() -> None:
    invoice = read(
        "Factura nº: H-228\n"
        "Subtotal | $18,000.00\nIVA 16% | $2,880.00\nRetención ISR 10% | -$1,800.00\nTotal | $19,080.00"
    )
    assert invoice.fields["total_gross"].status == "review"
    assert "amount.ambiguous" in {issue.code for issue in invoice.issues}


def test_several_withheld_taxes_are_added() -> None:
    page = (
        "Nota fiscal nº: 4127\nValor total da nota | 12.500,00\nIRRF | 187,50\nCOFINS retida | 375,00\n"
        "Valor líquido a pagar | 11.937,50"
    )
    assert totals(page)[2:] == amounts("12500.00", "11937.50")


def test_a_guarantee_kept_back_is_taken_off_the_gross_total() -> None:
    page = (
        "Rechnung Nr. 38\nZwischensumme netto | 11.717,50 €\n19 % MwSt. | 2.226,33 €\nGesamtbetrag | 13.943,83 €\n"
        "abzgl. Sicherheitseinbehalt 5 % | - 697,19 €\nZahlbetrag | 13.246,64 €"
    )
    assert totals(page) == amounts("11717.50", "2226.33", "13943.83", "13246.64")


def test_an_amount_in_a_sentence_gives_way_to_the_one_that_ends_the_row() -> None:
    page = (
        "Parcella n. 18\nImponibile | € 4.368,00\nIVA 22% | € 960,96\nTotale fattura | € 5.328,96\n"
        "Ritenuta d'acconto 20% su € 4.200,00 | - € 840,00\nNetto a pagare | € 4.488,96"
    )
    assert totals(page) == amounts("4368.00", "960.96", "5328.96", "4488.96")


def test_halves_of_a_tax_without_a_net_are_left_open() -> None:
    invoice = read(
        "Invoice no: A-17\nItem | Amount\nMilling | 108,000.00\nCGST @ 9% | 9,720.00\nSGST @ 9% | 9,720.00\n"
        "Carriage | 500.00\nGrand total | 127,940.00"
    )
    assert invoice.fields["total_tax"].status == "review"
    assert "9,720.00 may be 9720.00 or 19440.00" in {issue.message for issue in invoice.issues}


def test_a_reduction_that_the_tax_office_pays_lessens_what_is_to_be_paid() -> None:
    page = (
        "Faktura\nFakturanr: 40418\nExkl. moms | Moms | Öresutjämning | ROT-avdrag | Att betala\n"
        "23 958,40 | 5 989,60 | -0,40 | -6 240,00 | 23 707,60 SEK"
    )
    assert totals(page) == amounts("23958.40", "5989.60", "29948.00", "23707.60")


def test_a_gross_total_that_only_what_is_left_after_a_deposit_tells_is_worked_out() -> None:
    page = "Invoice no: 18\nNet | 1,806.00\nVAT 23% | 415.38\nDeposit paid | -500.00\nAmount due | 1,721.38"
    fields = read(page).fields
    assert [str(fields[name].value) for name in ("total_net", "total_tax", "total_gross", "prepaid", "amount_due")] == [
        "1806.00",
        "415.38",
        "2221.38",
        "500.00",
        "1721.38",
    ]


def test_of_halves_of_a_tax_one_may_be_known_by_its_rate_alone() -> None:
    tax = read("Invoice no: A-17\nCGST @ 9% | 9.00\nSGST @ 9% | PAID | 9.00\nTotal | 118.00").fields["total_tax"]
    assert (tax.value, tax.status) != (Decimal("9.00"), "accepted")


def test_payments_of_which_parts_are_told_are_added() -> None:
    page = (
        "Rechnung Nr. 17\nNetto | 1.000,00\nUSt 19 % | 190,00\nGesamtbetrag | 1.190,00\n"
        "1. Abschlagszahlung (200,00 + 38,00 USt) | -238,00\n2. Abschlagszahlung (300,00 + 57,00 USt) | -357,00\n"
        "Restforderung | 595,00"
    )
    assert read(page).fields["prepaid"].value == Decimal("595.00")
