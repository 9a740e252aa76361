"""Printed words, e-invoices and payment codes compared: what agreement proves, and what a contradiction does."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.explain import explain
from invoice_ocr.intake.einvoice import read
from invoice_ocr.intake.testimony import heard
from invoice_ocr.model import Invoice, Value, Witness
from invoice_ocr.pipeline import understand
from invoice_ocr.resolving.witnesses import same
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import Sale, cii, pdf, printed

OTHER_IBAN = "DE02120300000000202051"


def e_invoice(sale: Sale | None = None) -> Witness:
    said = read(cii(sale), "factur-x.xml")
    return heard(
        [said.source, said.form, said.title, 0, said.corners, said.statements, said.tax_lines, said.line_items]
    )


def understood(page: str, *witnesses: Witness, **options: float) -> Invoice:
    (invoice,) = understand(sketch(page), load_pack(), Settings(**options), witnesses)  # type: ignore[arg-type]
    return invoice


def codes(invoice: Invoice) -> list[str]:
    return [issue.code for issue in invoice.issues]


def test_what_pages_and_e_invoice_both_say_is_surer_and_keeps_its_place_on_the_page() -> None:
    alone, heard_too = understood(printed()), understood(printed(), e_invoice())
    for name in ("invoice_number", "issue_date", "total_gross", "iban", "seller_vat_id"):
        field = heard_too.fields[name]
        assert field.value == alone.fields[name].value
        assert field.confidence > alone.fields[name].confidence
        assert field.evidence is not None
        assert field.evidence.source == "text-layer"
        assert [said.source for said in field.witnesses] == ["e-invoice"]
    assert heard_too.decision == "post"
    assert heard_too.issues == ()


def test_what_only_the_e_invoice_says_comes_from_it_with_no_place() -> None:
    invoice = understood(printed(), e_invoice())
    order = invoice.fields["purchase_order"]
    assert (order.value, order.status) == ("PO-9", "accepted")
    assert order.evidence is not None
    assert (order.evidence.source, order.evidence.page) == ("e-invoice", 0)
    assert order.evidence.rule == "e-invoice.cii.BT-13"


def test_rows_of_the_e_invoice_are_taken_where_its_totals_are_the_pages() -> None:
    invoice = understood(printed(), e_invoice())
    assert [item.description for item in invoice.line_items] == ["Hobel", "Fachbuch"]
    assert [(line.rate, line.net, line.tax) for line in invoice.tax_lines] == [
        (Decimal("19.00"), Decimal("200.00"), Decimal("38.00")),
        (Decimal("7.00"), Decimal("100.00"), Decimal("7.00")),
    ]
    assert understood(printed()).line_items == ()


def test_another_iban_in_the_e_invoice_is_an_issue_of_its_own_and_goes_to_review() -> None:
    invoice = understood(printed(), e_invoice(Sale(iban=OTHER_IBAN)))
    account = invoice.fields["iban"]
    assert "iban.mismatch" in codes(invoice)
    assert "iban.mismatch" in invoice.reasons
    assert invoice.decision == "review"
    assert (account.value, account.status) == (Sale().iban, "review")
    assert OTHER_IBAN in [rival.value for rival in account.alternatives]
    assert account.confidence < 0.9


def test_an_e_invoice_that_names_one_of_the_printed_accounts_agrees() -> None:
    page = printed() + f"\nIBAN: {OTHER_IBAN}\n"
    invoice = understood(page, e_invoice(Sale(iban=OTHER_IBAN)))
    assert invoice.fields["iban"].value == OTHER_IBAN
    assert "iban.mismatch" not in codes(invoice)


def test_an_iban_that_nobody_can_see_is_not_accepted() -> None:
    page = "\n".join(line for line in printed().splitlines() if "IBAN" not in line)
    account = understood(page, e_invoice()).fields["iban"]
    assert (account.value, account.status) == (Sale().iban, "review")


@pytest.mark.parametrize(
    ("change", "field", "kept"),
    [
        ({"gross": "1345.00"}, "total_gross", Decimal("345.00")),
        ({"number": "RE-2025-001"}, "invoice_number", "RE-2026-117"),
        ({"issued": "2025-03-12"}, "issue_date", date(2026, 3, 12)),
        ({"due": "2026-05-11"}, "due_date", date(2026, 4, 11)),
        ({"kind": "381"}, "document_type", "invoice"),
        ({"seller_vat": "DE811907980"}, "seller_vat_id", "DE136695976"),
    ],
)
def test_a_contradiction_keeps_what_is_printed_shows_the_other_and_asks(
    change: dict[str, str], field: str, kept: object
) -> None:
    invoice = understood(printed(), e_invoice(replace(Sale(), **change)))
    (issue,) = [issue for issue in invoice.issues if issue.code == "e-invoice.mismatch" and field in issue.fields]
    assert "factur-x.xml says" in issue.message
    assert invoice.fields[field].value == kept
    assert invoice.fields[field].status == "review"
    assert invoice.fields[field].alternatives
    assert invoice.decision == "review"


def test_rows_of_an_e_invoice_whose_total_is_disputed_are_not_taken() -> None:
    assert understood(printed(), e_invoice(Sale(gross="1345.00"))).line_items == ()


def test_a_name_worded_otherwise_is_told_but_asks_nobody() -> None:
    invoice = understood(printed(), e_invoice(Sale(buyer="Zentraleinkauf Süd eG")))
    assert codes(invoice) == ["e-invoice.differs"]
    assert invoice.fields["buyer_name"].status == "review"
    assert invoice.decision == "post"


def test_an_ambiguous_date_is_settled_by_the_e_invoice() -> None:
    page = "Example Ltd\nInvoice\nInvoice No. | A-117\nInvoice date | 03/04/2026\nTotal EUR | 120.00"
    assert "date.ambiguous" in codes(understood(page))
    said = e_invoice(Sale(number="A-117", issued="2026-04-03", due="2026-05-03", gross="120.00"))
    invoice = understood(page, said)
    assert invoice.fields["issue_date"].value == date(2026, 4, 3)
    assert "date.ambiguous" not in codes(invoice)


def test_an_e_invoice_without_pages_is_an_invoice_from_it_alone() -> None:
    (invoice,) = understand(sketch(""), load_pack(), Settings(), [e_invoice()])
    assert invoice.decision == "post"
    assert {field.evidence.source for field in invoice.fields.values() if field.evidence} == {"e-invoice"}
    assert invoice.fields["total_gross"].value == Decimal("345.00")


def test_sums_that_do_not_hold_are_found_in_xml_too() -> None:
    (invoice,) = understand(sketch(""), load_pack(), Settings(), [e_invoice(Sale(gross="999.00"))])
    assert "totals.mismatch" in codes(invoice)
    assert invoice.decision == "review"


def test_a_self_billed_invoice_may_be_called_gutschrift() -> None:
    page = printed().replace("Rechnung\n", "Gutschrift\n", 1)
    invoice = understood(page, e_invoice(Sale(kind="389")))
    assert invoice.fields["document_type"].value == "invoice"
    assert "e-invoice.mismatch" not in codes(invoice)


def test_two_e_invoices_that_contradict_each_other_are_an_issue() -> None:
    second = replace(e_invoice(Sale(iban=OTHER_IBAN)), title="zugferd-invoice.xml")
    invoice = understood(printed(), e_invoice(), second)
    (issue,) = [issue for issue in invoice.issues if issue.code == "iban.mismatch"]
    assert "zugferd-invoice.xml" in issue.message


@pytest.mark.parametrize(
    ("name", "one", "other", "agree"),
    [
        ("seller_name", "Beispiel Werkzeuge GmbH", "BEISPIEL WERKZEUGE GMBH & Co. KG", True),
        ("seller_name", "Beispiel Werkzeuge GmbH", "Muster Handel AG", False),
        ("seller_vat_id", "GB980780684", "980780684", True),
        ("seller_vat_id", "DE136695976", "DE811907980", False),
        ("bic", "COBADEFFXXX", "COBADEFF", True),
        ("bic", "COBADEFFXXX", "DEUTDEFF", False),
        ("seller_registration", "392 809 137", "39280913700027", True),
        ("invoice_number", "RE-2026/117", "RE 2026 117", True),
        ("invoice_number", "117", "1117", False),
        ("total_gross", Decimal("10.0"), Decimal("10.00"), True),
        ("issue_date", date(2026, 3, 12), date(2026, 12, 3), False),
    ],
)
def test_spelling_counts_where_it_makes_a_difference(name: str, one: Value, other: Value, agree: bool) -> None:
    assert same(name, one, other) is agree
    assert same(name, other, one) is agree


def test_explain_shows_what_each_witness_says(tmp_path: Path) -> None:
    path = tmp_path / "rechnung.pdf"
    path.write_bytes(pdf(printed(), {"factur-x.xml": cii(Sale(iban=OTHER_IBAN))}))
    explained = explain(str(path), "iban", Settings(text="layer", jobs=1))
    first, *others = explained.candidates
    assert (first.value, first.evidence.rule) == (OTHER_IBAN, "e-invoice.cii.BT-84")
    assert Sale().iban in [candidate.value for candidate in others]
    assert "iban.mismatch" in explained.invoices[0].reasons


def with_rows(*rows: str) -> str:
    """The printed sale with a table of items before its totals."""
    head = "Pos. | Bezeichnung | Menge | Einzelpreis | Betrag"
    return printed().replace("Summe netto", "\n".join([head, *rows, "Summe netto"]))


def test_taxes_by_rate_that_the_pages_have_otherwise_are_an_issue() -> None:
    page = printed().replace(
        "Umsatzsteuer | 45,00 €",
        "19 % USt auf 150,00 € | 28,50 €\n11 % USt auf 150,00 € | 16,50 €\nUmsatzsteuer | 45,00 €",
    )
    pages = understood(page).tax_lines
    assert [line.rate for line in pages] == [Decimal("19.00"), Decimal("11.00")]
    invoice = understood(page, e_invoice())
    assert "e-invoice.mismatch" in invoice.reasons
    assert invoice.tax_lines == pages


def test_other_lines_than_the_pages_have_are_told() -> None:
    page = with_rows("1 | Hobel | 2 | 90,00 | 180,00", "2 | Fachbuch | 4 | 30,00 | 120,00")
    assert [item.amount for item in understood(page).line_items] == [Decimal("180.00"), Decimal("120.00")]
    invoice = understood(page, e_invoice())
    assert codes(invoice) == ["e-invoice.lines-differ"]
    assert invoice.decision == "post"


def test_lines_that_add_up_beat_lines_that_do_not() -> None:
    page = with_rows("1 | Hobel | 2 | 100,00 | 200,00", "2 | Fachbuch | 4 | 25,00 | 100,00")
    gross = (("Hobel", "2", "119.00", "19", "238.00"), ("Fachbuch", "4", "26.75", "7", "107.00"))
    invoice = understood(page, e_invoice(Sale(lines=gross)))
    assert [item.amount for item in invoice.line_items] == [Decimal("200.00"), Decimal("100.00")]
    assert codes(invoice) == ["e-invoice.lines-differ"]


def test_a_misread_account_gives_way_to_that_of_a_witness_and_stays_in_doubt() -> None:
    page = printed().replace("DE89 3704 0044 0532 0130 00", "DE89 3704 0044 0582 0130 00")
    account = understood(page, e_invoice()).fields["iban"]
    assert (account.value, account.status) == (Sale().iban, "review")
    page_alone = understood(page).fields["iban"].value
    assert page_alone is None or page_alone in [rival.value for rival in account.alternatives]
