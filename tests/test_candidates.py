"""Labels introduce the values beside them, below them and behind them, and no others."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.finding.candidates import find
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Box, Candidate, Document, Origin, PageWords, Reading, Word
from invoice_ocr.rulepack import load_pack


def candidates(text: str, *, source: Origin = "text-layer") -> list[Candidate]:
    return find(lay_out(sketch(text, source=source)), load_pack())


def best(text: str, name: str, *, source: Origin = "text-layer") -> str | None:
    found = [candidate for candidate in candidates(text, source=source) if candidate.name == name]
    return str(max(found, key=lambda candidate: candidate.score).value) if found else None


def test_a_value_stands_in_the_same_cell_right_of_its_label_or_below_it() -> None:
    for page in ("Invoice number: A-17", "Invoice number | A-17", "Invoice number | Date\nA-17 | 2024-05-03"):
        assert best(page, "invoice_number") == "A-17"
    assert best("Invoice number | Invoice date\nA-17 | 2024-05-03", "issue_date") == "2024-05-03"


def test_a_first_group_of_digits_read_as_letters_is_part_of_its_number() -> None:
    assert best("Invoice no. | ooo. 000.214", "invoice_number", source="ocr") == "000.000.214"
    assert best("Invoice no. | OO1. 000.214", "invoice_number", source="ocr") != "000.214"


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


def test_a_box_of_a_form_may_hold_its_value_right_of_where_its_label_ends() -> None:
    words = [
        Word("SHIPPING", Box(50, 100, 90, 108), 1.0), Word("COST", Box(94, 100, 112, 108), 1.0),
        Word("GRAND", Box(300, 100, 330, 108), 1.0), Word("TOTAL", Box(334, 100, 362, 108), 1.0),
        Word("0.00", Box(250, 110, 270, 118), 1.0), Word("58.50", Box(480, 110, 510, 118), 1.0),
    ]  # fmt: skip
    found = find(lay_out(Reading((PageWords(1, 600, 800, tuple(words)),))), load_pack())
    assert {str(c.value) for c in found if c.name == "total_gross"} == {"58.50"}


def test_a_number_before_what_it_counts_is_no_total() -> None:
    assert best("TOTAL (6 items) | 20.92", "total_gross") == "20.92"


def test_a_date_below_a_head_of_items_is_that_of_the_item() -> None:
    page = "Delémont, le 03.02.2026\nFacture\nDate | Prestation | Qté | Prix\n28.01.2026 | Consultation | 1 | 68.00"
    assert best(page, "issue_date") == "2026-02-03"


def test_a_date_in_a_title_is_the_issue_date_and_one_behind_the_number_of_a_contract_is_not() -> None:
    page = "Рахунок на оплату № 1184 від 16 березня 2026 р. за товари\nДоговір: № 44 від 01.02.2026"
    assert best(page, "issue_date") == "2026-03-16"


def test_a_party_is_no_label_with_its_value_and_no_post_box_and_has_no_address_in_its_name() -> None:
    assert best("Invoice To | Invoice No 00417\nNorthgate Homes Ltd | Date 24/07/2026", "buyer_name") == (
        "Northgate Homes Ltd"
    )
    assert best("Remit to: P.O. Box 88014, Chicago", "seller_name") is None
    assert best("Invoice to: Lindqvist Konsult AB, Storgatan 8, 114 55 Stockholm", "buyer_name") == (
        "Lindqvist Konsult AB"
    )


def test_the_company_below_a_person_buys() -> None:
    assert best("Billed to\nDana Whitfield\nGreenlot Realty Partners LLC\n88 Front St", "buyer_name") == (
        "Greenlot Realty Partners LLC"
    )


def test_terms_beside_another_head_are_below_it() -> None:
    page = "Invoice no | Invoice date | Terms | Ship via\n4711 | 2024-05-03 | 2% 10 NET 30 | UPS"
    assert best(page, "payment_terms") == "2% 10 NET 30"


def test_a_single_letter_between_two_dates_ends_no_period() -> None:
    page = sketch("Periodo de facturación: del 09/01/2026 a 08/02/2026")
    found = find(lay_out(page), load_pack().only(frozenset({"es"})))
    assert {c.name for c in found} >= {"period_start", "period_end"}


def test_a_date_beside_another_paper_or_payment_is_not_the_issue_date() -> None:
    page = "Invoice No | Dated\nA-17 | 18-Aug-26\nBuyer's Order No | Dated\nPO-5 | 2-Aug-26"
    assert best(page, "issue_date") == "2026-08-18"
    found = find(lay_out(sketch("Date : 22/04/2026\nAcompte versé le 10/03/2026")), load_pack().only(frozenset({"fr"})))
    dates = {str(c.value): c.score for c in found if c.name == "issue_date" and "short" in c.evidence.rule}
    assert dates["2026-04-22"] > 2 * dates["2026-03-10"]


def test_a_title_over_a_number_in_a_row_of_heads_introduces_it_and_over_a_sentence_does_not() -> None:
    assert best("Customer | Invoice | Tax point\nDALE | SW/26/118 | 22 Oct 2026", "invoice_number") == "SW/26/118"
    assert best("Invoice\n12 Main Street", "invoice_number") is None


def test_the_invoice_that_a_sentence_speaks_of_is_less_likely_this_document() -> None:
    told = candidates("Cancels in part our invoice no. 1182 of 19/06/2026")
    headed = candidates("Invoice no. 1182 of 19/06/2026")
    scores = [max(c.score for c in found if c.name == "invoice_number") for found in (told, headed)]
    assert scores[0] < 0.7 * scores[1]


def test_an_amount_that_tells_of_what_a_sum_is_made_is_not_the_sum() -> None:
    assert best("Deposits paid (11 x 150.00) | 1,650.00", "prepaid") == "1650.00"


def test_the_days_of_a_line_that_is_little_else_are_a_period() -> None:
    page = "Your bill\nfor 8 April 2026 to 7 October 2026\nWater | 71.42"
    assert (best(page, "period_start"), best(page, "period_end")) == ("2026-04-08", "2026-10-07")
    assert best("Check in and parking from 8 April 2026 to 9 April 2026", "period_start") is None


def test_a_name_ends_where_its_address_goes_on_in_the_line() -> None:
    assert best("Customer: Nordwind Ltd, Market Street, Clifden", "buyer_name") == "Nordwind Ltd"
    assert best("Customer: Lanna Co., Ltd., Market Street, Clifden", "buyer_name") == "Lanna Co., Ltd."


def test_days_are_terms_of_payment_though_they_head_a_list_of_ages_elsewhere() -> None:
    assert best("Payment terms | 30 days", "payment_terms") == "30 days"
    assert best("Payment terms\nVAT 5%", "payment_terms") is None


def scores(text: str, name: str) -> dict[str, float]:
    return {str(c.value): c.score for c in candidates(text) if c.name == name}


def test_a_number_right_under_its_title_is_the_documents() -> None:
    assert scores("INVOICE\nNo. 00417", "invoice_number")["00417"] > 0.7
    assert scores("Northwind\nNo. 00417", "invoice_number")["00417"] < 0.5
    assert scores("INVOICE\nNo. 417 High Street", "invoice_number").get("417", 0.0) < 0.5


def test_a_short_number_that_its_date_goes_on_is_meant() -> None:
    assert scores("Invoice no. 18 of 30 September 2026", "invoice_number")["18"] > 0.8
    assert scores("Invoice no. 18", "invoice_number")["18"] < 0.7


def test_no_date_below_is_looked_for_where_one_stands_right_of_its_label() -> None:
    page = "Date | 19.01.2026\nYour new rate holds from 01.03.2026"
    rules = {c.evidence.rule for c in candidates(page) if c.name == "issue_date"}
    assert "en.issue_date.short.right" in rules
    assert not any(rule.endswith(".below") for rule in rules)


def test_a_printed_dateline_is_surer_than_one_read_from_pixels() -> None:
    printed, read = (
        max(c.score for c in candidates("Zürich, 3. August 2026", source=source) if c.name == "issue_date")
        for source in ("text-layer", "ocr")
    )
    assert printed > read


def test_a_date_beside_the_number_of_the_invoice_is_its_date() -> None:
    pages = ("Invoice No. | Dated\nA-417 | 11-Nov-26", "Delivery Note | Dated\nA-417 | 11-Nov-26")
    beside, apart = (max(c.score for c in candidates(page) if c.name == "issue_date") for page in pages)
    assert beside > 1.5 * apart


def test_words_in_brackets_do_not_part_a_label_from_its_amount() -> None:
    label = "Totaal (vrijgesteld van btw op grond van de kleineondernemersregeling, art. 25 Wet OB)"
    assert best(f"{label} | € 2.340,00", "total_gross") == "2340.00"


def test_a_short_label_may_stand_behind_a_dot() -> None:
    assert best("Bank of Ireland · BIC BOFIIE2D", "bic") == "BOFIIE2D"


def test_a_value_may_begin_the_line_after_its_label() -> None:
    terms = "Invoice no 17-A, for work done in March and April at Harbour House, payable by"
    assert best(f"{terms}\n31.12.2026 at the latest", "due_date") == "2026-12-31"
    assert best(f"{terms}\nyourself, 31.12.2026", "due_date") is None


def test_a_value_in_larger_print_may_stand_above_its_label() -> None:
    def page(size: float) -> Document:
        words = [
            Word("7004", Box(20, 20, 20 + 3 * size, 20 + size)),
            Word("1182", Box(22 + 3 * size, 20, 22 + 6 * size, 20 + size)),
            *(
                Word(w, Box(20 + 40 * i, 24 + size, 55 + 40 * i, 34 + size))
                for i, w in enumerate(("Account", "number"))
            ),
        ]
        return lay_out(Reading((PageWords(1, 600, 800, tuple(words)),)))

    found = [[c.value for c in find(page(size), load_pack()) if c.name == "customer_number"] for size in (16.0, 9.0)]
    assert found == [["7004 1182"], []]


def test_a_wide_space_parts_a_short_label_from_an_amount_before() -> None:
    def taxes(space: float) -> list[object]:
        words, left = [], 20.0
        for text in ("Fees", "$260.00", "GST", "$6.00"):
            left += space if text == "GST" else 3.0
            words.append(Word(text, Box(left, 20, left + 5 * len(text), 30)))
            left += 5.0 * len(text)
        document = lay_out(Reading((PageWords(1, 600, 800, tuple(words)),)))
        return [c.value for c in find(document, load_pack()) if c.name == "total_tax"]

    assert (taxes(6.0), taxes(3.0)) == ([Decimal("6.00")], [])


def test_a_bic_alone_below_an_iban_is_its_bank_s() -> None:
    assert best("DE89 3704 0044 0532 0130 00\nCOBADEFF", "bic") == "COBADEFF"
    assert best("DE89 3704 0044 0532 0130 00\nCOBADEFF Straat 8", "bic") is None


def test_an_account_is_no_number_of_a_document() -> None:
    page = "Rachunek: 61 1090 1014 0000 0712 1981 2874"
    assert best(page, "iban") == "PL61109010140000071219812874"
    assert best(page, "invoice_number") is None


def test_days_of_a_stay_beside_a_title_do_not_date_it() -> None:
    assert best("Rechnung Nr. 44 Zimmer 12 vom 19.09.2026 mit Frühstück im Haus", "issue_date") == "2026-09-19"
    span = [c.evidence.rule for c in candidates("Rechnung Nr. 44 Zimmer 12 Aufenthalt 16.09.2026 – 19.09.2026 im Haus")]
    assert "universal.issue_date.title" not in span


def test_a_date_that_begins_a_row_with_an_amount_is_of_an_item() -> None:
    row, date = "10/14/2026 | Letter | $385.00", "10/14/2026"
    scores = [max(c.score for c in candidates(text) if c.name == "issue_date") for text in (row, date)]
    assert scores[0] < 0.7 * scores[1]


def test_a_row_of_labels_over_one_row_of_values_is_a_form_though_one_may_head_a_column() -> None:
    heads = "Account ref | Invoice no | Date / tax point | Payment due"
    one, two = (
        f"{heads}\n44 | 90118844 | 01 April 2026 | 29 April 2026",
        "45 | 90118845 | 02 April 2026 | 30 April 2026",
    )
    scores = [max(c.score for c in candidates(text) if c.name == "due_date") for text in (one, f"{one}\n{two}")]
    assert scores[1] < 0.5 < scores[0]


def test_the_number_of_a_provision_is_no_amount() -> None:
    assert best("19 % Umsatzsteuer Nr. 7008 VV | 86,30 €", "total_tax") == "86.30"
    assert best("Umsatzsteuer § 12 | 86,30 €", "total_tax") == "86.30"


def test_the_first_date_of_a_list_of_charges_does_not_date_the_invoice() -> None:
    charge, more = "Date | Charge | Amount\n02/11/26 | Room | 118.00", "\n02/12/26 | Room | 118.00"
    scores = [
        max(c.score for c in candidates(text) if c.evidence.rule.startswith("en.issue_date"))
        for text in (charge, charge + more)
    ]
    assert scores[1] < 0.5 * scores[0]


def test_a_number_or_a_day_broken_behind_a_hyphen_is_read_whole() -> None:
    assert best("Invoice No. | Dated\nABC/26- | 03.05.2024\n27/0417", "invoice_number") == "ABC/26-27/0417"
    assert best("Delivery date: 2024-05-\n03", "delivery_date") == "2024-05-03"
    cut = [c.score for c in candidates("Invoice No.: ABC/26-") if c.name == "invoice_number"]
    whole = [c.score for c in candidates("Invoice No.: ABC/26") if c.name == "invoice_number"]
    assert max(cut) < 0.7 * max(whole)


def test_both_days_of_a_period_are_found_whatever_word_joins_them() -> None:
    for page in ("Billing period: 1 July 2026 to 30 September 2026", "Period | 2026-07-01 – 2026-09-30"):
        assert (best(page, "period_start"), best(page, "period_end")) == ("2026-07-01", "2026-09-30")


def test_brackets_behind_a_total_hold_the_tax_within_it() -> None:
    assert best("Total charges (including GST of $21.00) | $231.00", "total_tax") == "21.00"
    assert best("Total (including GST) | $231.00", "total_tax") is None


def test_groups_of_digits_behind_a_colon_go_on_in_the_next_line() -> None:
    assert best("Account number: 8510 0042\n19", "customer_number") == "8510 0042 19"
    assert best("IBAN: DE89 3704 0044\n0532 0130 00", "iban") == "DE89370400440532013000"
    assert best("Account number: 8510 0042\n19 items", "customer_number") == "8510 0042"


def test_a_label_broken_in_two_lines_introduces_what_stands_below_it() -> None:
    page = "Teljesítés | Számla | Határidő\nkelte | kelte | \n2026.10.01. | 2026.10.05. | 2026.10.13."
    assert (best(page, "delivery_date"), best(page, "issue_date")) == ("2026-10-01", "2026-10-05")
    page = "Buyer's Order | Dated\nNo. | 02-Oct-26\n4500098812"
    assert best(page, "purchase_order") == "4500098812"
    assert best("Total | 120.00\nVAT | 20.00", "total_gross") == "120.00"


def test_a_head_names_what_stands_under_it_though_others_stand_close() -> None:
    (page,) = sketch("Factura | Fecha\nA/2026/1187 | 19/10/2026").pages
    day = next(word for word in page.words if word.text == "19/10/2026")
    close = Box(day.box.left - 32.0, day.box.top, day.box.right - 32.0, day.box.bottom)
    words = tuple(replace(word, box=close) if word is day else word for word in page.words)
    found = find(lay_out(Reading((replace(page, words=words),))), load_pack())
    assert {c.value for c in found if c.name == "invoice_number" and c.score > 0.3} == {"A/2026/1187"}


def test_a_day_beside_a_title_below_its_number_or_behind_a_town_is_that_of_the_invoice() -> None:
    for page in (
        "Beitragsrechnung | 24. Januar 2014",
        "Rechnung des Versicherers Nr. 4711-8\nvom 24.01.2014",
        "Holz Meyer · Weg 5 · 91244 Reichenfeld | Reichenfeld | 24.01.2014",
    ):
        days = [c for c in candidates(page) if c.name == "issue_date"]
        assert [(str(c.value), c.score >= 0.7) for c in days] == [("2014-01-24", True)], page
    order = [c for c in candidates("Rechnung gemäß Bestellung Nr. 4711-8\nvom 24.01.2014") if c.name == "issue_date"]
    assert all(c.score < 0.6 for c in order)


def test_the_second_day_of_a_period_may_stand_in_the_next_line() -> None:
    page = "Periodo facturación: 10/07/2026 a\n09/10/2026\nFecha de cargo: 22/10/2026"
    assert (best(page, "period_start"), best(page, "period_end")) == ("2026-07-10", "2026-10-09")


def test_a_sum_of_money_is_no_number_of_an_invoice() -> None:
    assert best("Facture n° | 18 600,00", "invoice_number") is None


def test_letters_that_a_hyphen_of_any_sign_joins_to_a_number_are_part_of_it() -> None:
    for hyphen in ("-", "\u2010"):
        page = f"Invoice No: | P.O. No: | Date:\nA-17 | PO{hyphen}92070 | 2 March 2024"
        assert best(page, "purchase_order") == "PO-92070"


def test_a_label_that_begins_a_later_sentence_of_a_line_is_one() -> None:
    text = "Établie par le client pour le compte du fournisseur. Émise le 5 mars 2026, livraisons du mois de février."
    scores = {text: max(c.score for c in candidates(text) if c.name == "issue_date") for text in (text, text[53:])}
    assert scores[text] > 0.8 * scores[text[53:]]


def test_a_date_under_the_number_under_a_title_is_the_document_s() -> None:
    rules = {c.evidence.rule for c in candidates("Rechnung\nTR-55871\nvom 4.11.2025") if c.name == "issue_date"}
    assert "universal.issue_date.title" in rules


def test_digits_of_a_telephone_are_no_date_far_ahead() -> None:
    far, near = (max(c.score for c in candidates(text)) for text in ("(0342) 55-11-20", "(0342) 25-11-20"))
    assert far < 0.7 * near


def test_a_label_behind_a_bar_begins_anew() -> None:
    text = "Tax invoice HP-0926  |  Issued 20 August 2026  |  Order 17  |  Rent for the shop"
    assert max(c.score for c in candidates(text) if c.name == "issue_date") > 0.8


def test_a_number_under_two_labels_with_a_stroke_between_is_that_of_both() -> None:
    assert best("RO / Invoice # | Date in\n118204 | 2024-05-03", "invoice_number") == "118204"
    assert best("Order / Invoice number\n118204", "invoice_number") == "118204"


def test_a_name_stands_behind_its_label_again_in_another_language() -> None:
    assert best("Verkäufer (Seller): Nordwind GmbH", "seller_name") == "Nordwind GmbH"
    assert best("Forretningsvilkår (Buyer): Südfeld GmbH", "buyer_name") == "Südfeld GmbH"
    assert best("Verkäufer (der Ware 4711): Nordwind GmbH", "seller_name") is None


def test_groups_of_digits_behind_a_number_are_its_last() -> None:
    assert best("Rechnung FW 260388 71902 vom 02.04.2026", "invoice_number") == "FW 260388 71902"
    assert best("Rechnung Nr. 260388 vom 02.04.2026", "invoice_number") == "260388"


def test_days_to_pay_the_rate_in_a_label_and_an_article_of_the_law_are_no_amounts() -> None:
    assert best("Terms | : Net 30", "total_net") is None
    assert best("CGST9 (9%) | 4,387.50", "total_tax") == "4387.50"
    assert best("VAT reverse charged, Article 196 of Directive 2006/112/EC", "total_tax") is None
    assert best("Net | 30.00", "total_net") == "30.00"


def test_the_cell_right_of_a_label_that_begins_with_a_colon_is_its_value() -> None:
    assert best("# | : INV-000318\nDate | : 2026-04-07", "invoice_number") == "INV-000318"
    assert best("# | Item 12", "invoice_number") is None


def test_words_and_the_word_for_a_number_lead_from_a_title_to_its_number() -> None:
    page = "Rechnung des Versicherers Nr. 04.118.2-2026 vom 06.12.2026\nAgentur\nNummer: 549910"
    assert best(page, "invoice_number") == "04.118.2-2026"


def test_terms_of_payment_stand_behind_their_label_without_a_colon() -> None:
    assert best("TERMS Net 30", "payment_terms") == "Net 30"
    assert best("Terms and conditions apply", "payment_terms") is None


def test_the_last_letter_of_a_number_begins_no_label() -> None:
    page = "Corrib Ltd, Galway. VAT No. IE6388047V. Company reg. no. 488102."
    assert best(page, "seller_vat_id", source="ocr") == "IE6388047V"
    assert best(page, "seller_registration", source="ocr") == "488102"


def test_net_and_days_are_no_label_of_what_stands_below() -> None:
    assert best("Terms: | Net 14\n | 60 Preston Road", "total_net") is None


def test_a_number_behind_words_right_of_a_label_gives_way_to_one_below_it() -> None:
    assert best("Invoice Number | DUNEDIN 9016\nINV-1094 | NEW ZEALAND", "invoice_number") == "INV-1094"
    assert best("Invoice Number | DUNEDIN 9016", "invoice_number") == "9016"


def test_a_sign_of_numbers_under_a_title_is_the_label_of_its_own() -> None:
    def surest(page: str) -> float:
        return max(c.score for c in candidates(page) if c.name == "invoice_number")

    assert surest("TAX INVOICE\n# | : INV-000318") > surest("ACME WORKS\n# | : INV-000318")


def test_an_invoice_that_a_label_tells_of_is_hardly_the_document() -> None:
    (told,) = [c for c in candidates("For | Invoice 2026-417: piano lessons") if c.name == "invoice_number"]
    (own,) = [c for c in candidates("Bill to | Invoice 2026-417") if c.name == "invoice_number"]
    assert told.score < own.score


def test_a_sentence_of_thanks_below_a_label_is_no_name() -> None:
    assert best("For\nThank you for your payment.", "buyer_name") is None
    assert best("For\nBank of Leinster Ltd.", "buyer_name") == "Bank of Leinster Ltd."


def test_a_day_to_pay_by_may_have_the_sum_beside_it() -> None:
    page = "Amount due by 5 May 2026 | £212.36"
    assert (best(page, "amount_due"), best(page, "due_date")) == ("212.36", "2026-05-05")


def test_an_amount_below_the_next_head_is_not_that_of_a_head_in_the_same_cell() -> None:
    head = [Word("Price", Box(310, 100, 330, 108), 1.0), Word("VAT", Box(335, 100, 353, 108), 1.0)]
    row = [Word("85.00", Box(306, 112, 330, 120), 1.0), Word("NP", Box(335, 112, 347, 120), 1.0)]
    found = find(lay_out(Reading((PageWords(1, 600, 800, (*head, *row)),))), load_pack())
    assert not [c for c in found if c.name == "total_tax"]


def test_a_lone_n_before_digits_is_the_word_for_number() -> None:
    for page in ("Hôtel du Port\nFacture N 2026/0882", "Hôtel du Port\nFacture N° 2026/0882"):
        assert best(page, "invoice_number") == "2026/0882"
    assert best("Bolt Ltd\nInvoice no: N-0882", "invoice_number") == "N-0882"
