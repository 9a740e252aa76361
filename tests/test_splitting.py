"""Pages to invoices: several in one file, one over many pages, and pages that are none."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

import invoice_ocr
from invoice_ocr import extract
from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.errors import NotFound, Several
from invoice_ocr.intake.einvoice import read
from invoice_ocr.intake.testimony import heard
from invoice_ocr.model import Invoice, Witness
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import Sale, cii, pdf, printed

FIRST = Sale()
SECOND = replace(FIRST, number="RE-2026-118", issued="2026-03-19", net="100.00", tax="19.00", gross="119.00")
TERMS = "Allgemeine Geschäftsbedingungen\n" + "\n".join(
    f"{paragraph}. Der Käufer ist verpflichtet, die gelieferte Ware unverzüglich nach Erhalt sorgfältig zu prüfen und"
    f" erkennbare Mängel dem Verkäufer innerhalb der gesetzlichen Frist schriftlich mitzuteilen."
    for paragraph in range(1, 12)
)
DELIVERY = """
Lieferschein
Lieferscheinnummer | L-900
Artikel | Menge
Hobel | 2
Fachbuch | 4
Ware erhalten
"""
TOP = """
Example Ltd, 1 High Street, London
Invoice
Invoice number: | A-1
Invoice date: | 12 March 2026
Plane | 2 | 100.00 | 200.00
Book | 4 | 25.00 | 100.00
Carried forward | 300.00
"""
REST = """
Invoice number: | A-1
Brought forward | 300.00
Saw | 1 | 50.00 | 50.00
Net total | 350.00
VAT 20 % | 70.00
Total GBP | 420.00
"""


def understood(*pages: str, witnesses: tuple[Witness, ...] = ()) -> list[Invoice]:
    return understand(sketch("\n---\n".join(pages)), load_pack(), Settings(), witnesses)


def numbered(page: str, mark: str) -> str:
    """The page with a running number in its foot."""
    lines = page.strip("\n").split("\n")
    return "\n".join([*lines, *[""] * (52 - len(lines)), mark])


def codes(invoice: Invoice) -> list[str]:
    return [issue.code for issue in invoice.issues]


def test_two_invoices_in_one_file_become_two_with_their_pages() -> None:
    first, second = understood(printed(FIRST), printed(SECOND))
    assert (first.document, first.pages) == (1, (1,))
    assert (second.document, second.pages) == (2, (2,))
    assert [i.fields["invoice_number"].value for i in (first, second)] == [FIRST.number, SECOND.number]
    assert [i.fields["total_gross"].value for i in (first, second)] == [Decimal("345.00"), Decimal("119.00")]


def test_one_invoice_over_two_pages_stays_one() -> None:
    (invoice,) = understood(TOP, REST)
    assert invoice.pages == (1, 2)
    assert invoice.fields["total_gross"].value == Decimal("420.00")
    assert codes(invoice) == []


@pytest.mark.parametrize("mark", ["Page {} of {}", "Seite {}/{}", "{} / {}", "Strona {} z {}"])
def test_running_numbers_keep_pages_together_and_part_them(mark: str) -> None:
    whole = understood(
        numbered(TOP, mark.format(1, 2)), numbered(REST.replace("Invoice number: | A-1", ""), mark.format(2, 2))
    )
    assert [invoice.pages for invoice in whole] == [(1, 2)]
    parted = understood(numbered(printed(FIRST), mark.format(1, 1)), numbered(printed(SECOND), mark.format(1, 1)))
    assert [invoice.pages for invoice in parted] == [(1,), (2,)]


def test_two_invoices_of_two_pages_each() -> None:
    again = [page.replace("A-1", "A-2").replace("12 March", "19 March") for page in (TOP, REST)]
    assert [invoice.pages for invoice in understood(TOP, REST, *again)] == [(1, 2), (3, 4)]


def test_the_same_invoice_twice_is_not_two() -> None:
    (invoice,) = understood(printed(FIRST), printed(FIRST))
    assert invoice.pages == (1, 2)


def test_another_number_without_a_total_is_asked_about_and_not_parted() -> None:
    loose = "\n".join(printed(SECOND).split("\n")[:9])
    (invoice,) = understood(printed(FIRST), loose)
    assert "document.maybe-several" in codes(invoice)
    assert invoice.decision == "review"
    assert invoice.fields["invoice_number"].status == "review"


def test_a_list_of_invoice_numbers_is_no_invoice_of_its_own() -> None:
    listed = "Invoice number: | A-1\nInvoice number: | A-2\nInvoice number: | A-3\nTotal GBP | 900.00"
    (invoice,) = understood(TOP.replace("A-1", "A-9"), REST.replace("A-1", "A-9"), listed)
    assert invoice.fields["invoice_number"].value == "A-9"


@pytest.mark.parametrize("between", [TERMS, DELIVERY], ids=["terms", "delivery note"])
def test_pages_that_are_no_invoice_are_left_out_and_accounted_for(between: str) -> None:
    first, second = understood(printed(FIRST), between, printed(SECOND))
    assert (first.pages, second.pages) == ((1,), (3,))
    (issue,) = [issue for issue in first.issues if issue.code == "pages.left-out"]
    assert issue.message.endswith("page 2")
    assert "pages.left-out" not in first.reasons


def test_a_page_with_the_account_is_kept() -> None:
    page = "\n".join(line for line in printed(FIRST).splitlines() if "IBAN" not in line)
    (invoice,) = understood(page, f"Bitte überweisen Sie auf unser Konto\nIBAN: {FIRST.iban}")
    assert invoice.pages == (1, 2)
    assert invoice.fields["iban"].value == FIRST.iban


def e_invoice(sale: Sale) -> Witness:
    said = read(cii(sale), f"{sale.number}.xml")
    return heard([said.source, said.form, said.title, 0, said.corners, said.statements, [], []])


def test_each_invoice_hears_its_own_e_invoice() -> None:
    first, second = understood(printed(FIRST), printed(SECOND), witnesses=(e_invoice(SECOND), e_invoice(FIRST)))
    for invoice in (first, second):
        assert [said.source for said in invoice.fields["total_gross"].witnesses] == ["e-invoice"]
        assert codes(invoice) == []


def test_an_e_invoice_of_none_of_them_is_told() -> None:
    stray = e_invoice(replace(FIRST, number="RE-1999-001"))
    for invoice in understood(printed(FIRST), printed(SECOND), witnesses=(stray,)):
        assert "e-invoice.unmatched" in codes(invoice)
        assert invoice.decision == "review"


def test_a_file_of_two_gives_two_records_and_asks_for_a_list() -> None:
    import pymupdf

    both = pymupdf.open(stream=pdf(printed(FIRST)))
    both.insert_pdf(pymupdf.open(stream=pdf(printed(SECOND))))
    document = bytes(both.tobytes())
    assert [one.document for one in extract([document], text="layer")] == [1, 2]
    with pytest.raises(Several, match="2 invoices") as told:
        extract(document, text="layer")
    assert "extract([source])" in told.value.fix


@pytest.mark.parametrize("verb", [extract, invoice_ocr.read])
def test_a_folder_without_documents_gives_none_and_says_so(tmp_path: Path, verb: Callable[..., object]) -> None:
    assert verb([str(tmp_path)]) == []
    with pytest.raises(NotFound, match="nothing"):
        verb(str(tmp_path))


def bill(seller: str, vat: str, day: str, total: str) -> str:
    """An invoice that says no number of its own."""
    return f"{seller}\nInvoice\nInvoice date: | {day}\nVAT number: {vat}\nTotal GBP | {total}"


def test_without_numbers_other_parties_dates_and_totals_tell_two_invoices() -> None:
    first = bill("Fabrikam Tools Ltd", "GB 980 7806 84", "12 March 2026", "120.00")
    second = bill("Contoso Books Ltd", "GB 123 4567 82", "19 March 2026", "48.00")
    assert [invoice.pages for invoice in understood(first, second)] == [(1,), (2,)]


def test_without_numbers_the_same_seller_is_asked_about() -> None:
    first = bill("Fabrikam Tools Ltd", "GB 980 7806 84", "12 March 2026", "120.00")
    second = bill("Fabrikam Tools Ltd", "GB 980 7806 84", "19 March 2026", "48.00")
    (invoice,) = understood(first, second)
    assert "document.maybe-several" in invoice.reasons


def test_a_second_page_before_any_total_is_never_another_invoice() -> None:
    loose = "Invoice\nInvoice number: | B-2\nTotal GBP | 48.00"
    assert [invoice.pages for invoice in understood(TOP.replace("Carried forward", "Subtotal of page"), loose)] == [
        (1, 2)
    ]


def test_a_page_of_charges_before_tax_with_four_decimals_is_part_of_the_invoice() -> None:
    first = "Invoice number: A-1\nInvoice date: 12 March 2026\nTotal GBP | 94.20"
    charges, weights = (f"Fibre | 45.4{more}\nCopper | 19.0{more}\nGlass | 14.0{more}" for more in ("545", "54"))
    assert [invoice.pages for invoice in understood(first, charges)] == [(1, 2)]
    assert [invoice.pages for invoice in understood(first, weights)] == [(1,)]
