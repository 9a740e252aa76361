"""Who sells and who buys, where names stand in two lines, in two cells, or beside streets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Box, Field, PageWords, Reading, Word
from invoice_ocr.parties import weighing
from invoice_ocr.parties.address_blocks import by_address, sender_lines
from invoice_ocr.parties.party_marks import town_at
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def field(text: str, name: str) -> Field:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice.fields[name]


def seller(text: str) -> object:
    return field(text, "seller_name").value


def buyer(text: str) -> object:
    return field(text, "buyer_name").value


REST = "\nRechnung Nr. 17-A\nRechnungsdatum: 03.05.2024\nRechnungsbetrag | 119,00 EUR"


def test_a_name_in_two_lines_under_its_label_is_read_whole() -> None:
    assert seller("Verkäufer:\nNordwind Vereinigte\nWerkstätten Harburg e.G.m.b.H." + REST) == "Nordwind Vereinigte"
    assert seller("Verkäufer:\nNordwind Vereinigte\nWerkstätten Harburg GmbH\nHauptstr. 5" + REST) == (
        "Nordwind Vereinigte Werkstätten Harburg GmbH"
    )


def test_a_company_whose_name_begins_with_a_label_is_a_name() -> None:
    assert seller("Verkäufer:\nLieferant GmbH\nHauptstr. 5\n20095 Hamburg" + REST) == "Lieferant GmbH"


def test_who_holds_a_copyright_does_not_sell() -> None:
    assert seller("Vorlage (c) Musterverband e.V. 2020\nVerkäufer:\nHolz Meyer\nWeg 5" + REST) == "Holz Meyer"


@pytest.mark.parametrize("street", ["Hafenweg 112", "95 Orchard Close", "77a Maple Avenue"])
def test_a_street_in_a_line_of_the_sender_is_no_name(street: str) -> None:
    assert (
        seller(f"{street} · 20095 Hamburg · Telefon 040 000 001\nHolzbau Nordwind plc" + REST) == "Holzbau Nordwind plc"
    )


@pytest.mark.parametrize("name", ["Corburn Sàrl", "Holt & Wick plc", "Quilloria e. K.", "Drukarnia Tovdane sp. k."])
def test_legal_forms_are_known_as_they_are_printed(name: str) -> None:
    assert seller(f"{name}\nHauptstr. 5\n20095 Hamburg" + REST) == name


def test_the_wide_spaces_of_large_print_on_a_slip_do_not_part_a_name() -> None:
    large = [
        Word("WENDARA", Box(20, 20, 90, 34)),
        Word("BOOKS", Box(106, 20, 156, 34)),
        Word("LTD", Box(172, 20, 200, 34)),
    ]
    total = [Word("TOTAL", Box(20, 200, 60, 208)), Word("12.00", Box(170, 200, 200, 208))]
    (invoice,) = understand(Reading((PageWords(1, 220, 500, (*large, *total)),)), load_pack(), Settings())
    assert invoice.fields["seller_name"].value == "WENDARA BOOKS LTD"


@pytest.mark.parametrize("name", ["Clinique vétérinaire du Jura SA", "Van der Wal Steigerbouw B.V."])
def test_small_words_and_a_capital_article_belong_to_a_name(name: str) -> None:
    assert seller(f"{name}\nHauptstr. 5\n20095 Hamburg" + REST) == name


def test_a_charge_with_its_sum_is_no_company() -> None:
    page = "AERO BALTICA\nSecurity charge SE | 8.40\nFuel charge | 26.00"
    assert seller(page + REST) != "Security charge SE"


def both(text: str) -> tuple[object, object]:
    (invoice,) = understand(sketch(text + REST), load_pack(), Settings())
    return invoice.fields["seller_name"].value, invoice.fields["buyer_name"].value


def test_who_is_greeted_buys_and_her_company_with_her() -> None:
    page = "The Larkspur Inn\n88 Harbor Drive, Monterey, CA 93940 - Tel. 831 555 0170\n\n"
    page += "Ms. Dana Whitfield\nCopperline Analytics Inc\n14 Wall St\nNew York NY 10005"
    assert both(page) == ("The Larkspur Inn", "Copperline Analytics Inc")


def test_departments_are_passed_over_and_towns_of_sweden_and_australia_are_known() -> None:
    page = "Nordwind Ltd\nTel 040 000 001\n\nThe Manager\nCopper Kettle Cafe\n4 Bridge Street\n{}"
    for town in ("86231 Kvissleby", "862 31 Kvissleby", "Adelaide SA 5000"):
        assert both(page.format(town))[1] == "Copper Kettle Cafe"


def test_a_name_in_a_whole_line_may_have_commas() -> None:
    assert seller("HARTWELL, BOYD & ESTES LLP\nHauptstr. 5\n20095 Hamburg" + REST) == "HARTWELL, BOYD & ESTES LLP"


def test_a_block_under_its_label_is_the_buyer_though_another_column_begins_right_of_it() -> None:
    page = (
        "Dunmore Clearance Ltd\nInvoice To | Our Task FXI/40217\nPennard Cycles | Entry 11\n4 Brickfield Way | Wharf\n"
        "Ipswich IP3 9RX\nTotal | 12.00"
    )
    assert buyer(page) == "Pennard Cycles"
    form = "Dunmore Clearance Ltd\nCustomer | Pennard Cycles\nStreet | 4 Brickfield Way\nTown | Ipswich IP3 9RX"
    assert buyer(form) == "Pennard Cycles"


def test_a_label_of_the_buyer_in_a_row_of_heads_names_no_head_beside_it() -> None:
    heads = "Ordered | Shipped | B/O | Item | Description | Price"
    page = f"Harbour Tools\n{heads}\n4 | 4 | 0 | 7 | Bolt | 2.00\nTotal | 8.00"
    assert seller(page) != "Item"


def test_who_a_letter_is_sent_to_for_somebody_does_not_sell() -> None:
    page = "Kestrel Imports Ltd\nAttn: Ms Hill\n14 Dock St\n\n\nKumano Wood\nInvoice no: A-17\nTotal | 12.00"
    assert field(page, "seller_name").status != "accepted"


def test_a_legal_form_with_points_needs_nothing_behind_it() -> None:
    page = "Factura nr. 17\nAquaNord S.A. CUI 14399840 · str. Morii 19\nTotal | 12,00 lei"
    assert seller(page) == "AquaNord S.A."


@pytest.mark.parametrize("greeting", ["Frau Dr. Kessler", "z. Hd. Frau Peters", "Attn: Purchasing"])
def test_whose_name_stands_over_a_greeting_does_not_sell(greeting: str) -> None:
    page = f"Henrike Vollbrecht\nÜbersetzungen\n\nVerlag Silber GmbH\n{greeting}\nWeg 8\n20099 Hamburg"
    assert seller(page + REST) == "Henrike Vollbrecht"
    assert buyer(page + REST) == "Verlag Silber GmbH"


def test_a_line_of_the_sender_under_a_slip_to_pay_with_is_not_of_the_payer() -> None:
    page = (
        "Koivukuja Oy\nKoivukuja 7\n33200 Tampere\nLasku 70418\nPäiväys: 16.11.2026\nMaksettava yhteensä | 489,45 EUR\n"
        "Maksaja | Koivukuja Oy\nTilisiirto\nRantala Oy · Hatanpää 4, 33100 Tampere · ALV-nro FI01120389"
    )
    assert field(page, "buyer_vat_id").value is None
    assert field(page, "seller_vat_id").value == "FI01120389"


def test_a_number_of_a_register_under_an_address_is_the_seller_s() -> None:
    page = (
        "Kystens Perle ApS | Grøn Engros A/S\nStrandvejen 118 | Grønttorvet 4\n3060 Espergærde | 2500 Valby\n"
        " | CVR-nr. 20260418\nFaktura 17-A\nDato: 03.05.2024\nTotal | 119,00 DKK"
    )
    assert (seller(page), buyer(page)) == ("Grøn Engros A/S", "Kystens Perle ApS")


def test_the_head_of_a_column_of_taxes_is_no_sign_of_a_seller() -> None:
    page = (
        "UMZINTO LOCAL MUNICIPALITY | TAX INVOICE\nPrivate Bag 418, Scottburgh 4180\nVAT Reg. No. 4220118844\n"
        "Invoice no. 17-A\nDate 2026/06/25\n\nKingfisher Crafts (Pty) Ltd\nPO Box 88\nPark Rynie 4182\n\n"
        "Date | Details | Amount | VAT | Total\n2026/06/25 | Refuse | 640.00 | 96.00 | 736.00\nAmount due | R 736.00"
    )
    assert (seller(page), buyer(page)) == ("UMZINTO LOCAL MUNICIPALITY", "Kingfisher Crafts (Pty) Ltd")


def test_of_two_addresses_the_one_with_an_account_sells_though_the_other_is_a_company_with_a_tax_number() -> None:
    page = (
        " | Hanne Verlinden\n | Advocaat\n | Kouter 8 bus 4\n | 9000 Gent\n | DE89 3704 0044 0532 0130 00\n\n"
        "Molens van de Leie BV\nKortrijksesteenweg 118\n8500 Kortrijk\nBTW BE0403019261\n\n"
        "Factuur 17-A\nDatum: 03/05/2024\nTotaal | 119,00 EUR"
    )
    assert buyer(page) == "Molens van de Leie BV"
    assert seller(page) == "Hanne Verlinden"


def test_who_is_addressed_below_another_company_does_not_sell() -> None:
    page = (
        "Norrviken Fastigheter AB\n\nSundets Frisör HB\nStorgatan 44\n852 30 Sundsvall\n\nFaktura 17\nDatum 2026-06-10"
    )
    assert (seller(page), buyer(page)) == ("Norrviken Fastigheter AB", "Sundets Frisör HB")


def test_three_parties_side_by_side_make_no_row_of_heads() -> None:
    page = (
        "BLUE HERON LOGISTICS\nFREIGHT INVOICE 17-A\nSHIPPER | CONSIGNEE | BILL TO\n"
        "Yilan Precision | Coosa Valley Tools | Coosa Valley Holdings\nTaipei | Rome, GA | 1180 Darlington Dr\n"
        " | | Rome, GA 30161\nTotal due USD 6,089.37"
    )
    assert buyer(page) == "Coosa Valley Holdings"


def test_a_name_in_two_lines_beside_other_words_is_read_whole() -> None:
    page = "TRANSPORTES SIERRA | FACTURA T-20418\nNORTE SA DE CV | Fecha: 14/05/2026\nMonterrey | Total: 12.00"
    assert seller(page) == "TRANSPORTES SIERRA NORTE SA DE CV"


def test_a_company_in_a_line_with_its_address_at_the_foot_sells() -> None:
    page = (
        "~ Seehof ~\n\nAlpenwerk Maschinen GmbH\nSalzachstraße 18\n5020 Salzburg\n"
        + REST
        + "\n" * 30
        + "Attersee Betriebs KG · Seeleiten 44 · 4852 Weyregg · Tel. 07664 4418"
    )
    assert buyer(page) == "Alpenwerk Maschinen GmbH"
    assert seller(page) != "Alpenwerk Maschinen GmbH"


def test_the_proprietor_of_a_business_is_no_name() -> None:
    page = (
        "Wrexmoor Council\n\nThe Proprietor\nBluebell Tearooms\n18 Castle Street\nWX1 2AB\n\nInvoice 17\nTotal | £1.00"
    )
    assert buyer(page) == "Bluebell Tearooms"


def scores(text: str, rules: Path) -> dict[object, float]:
    """How surely each name may be the seller's, for rules with a universal.yaml of one's own."""
    found = weighing.find(lay_out(sketch(text)), load_pack(rules))
    return {one.value: one.score for one in found if one.name == "seller_name"}


@pytest.mark.parametrize(
    ("text", "words", "name"),
    [
        ("Sold by 3M agus Nordwind GmbH", "joiners: [agus]", "3M agus Nordwind GmbH"),
        ("Nordwind GmbH\n12 High Street\nSignal.: 5551234", "reach_signs: [Signal.]", "Nordwind GmbH"),
        ("Nordwind GmbH\n12 High Street\nRuT 5551234", "tax_signs: [rut]", "Nordwind GmbH"),
        ("Nordwind GmbH\nsales@postfach.de\nPostfach Verlag GmbH", "mail_hosts: [Postfach]", "Nordwind GmbH"),
    ],
)
def test_words_of_ones_own_speak_for_a_name(text: str, words: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain" / "universal.yaml").write_text("departments: []\n")
    (tmp_path / "universal.yaml").write_text(words + "\n")
    assert scores(text, tmp_path).get(name, 0.0) > scores(text, tmp_path / "plain").get(name, 0.0)


def test_a_line_of_the_sender_may_follow_a_sentence_and_a_sentence_below_it_is_no_buyer() -> None:
    page = "Rechnung Nr. 17\nBetrag | 119,00 EUR\nWir danken herzlich. Nord Handel GmbH, Hafen 3, 20095 Hamburg\n"
    page += "Gerichtsstand ist Hamburg. Es gelten unsere Bedingungen."
    assert seller(page) == "Nord Handel GmbH"
    assert buyer(page) is None


def test_whose_letter_it_is_stands_set_apart_above_whom_it_is_for() -> None:
    (page,) = sketch("Nord Handel AB\nVerkstad Söder AB\nHantverkargatan 7\n118 25 Stockholm").pages
    words = tuple(
        replace(word, box=replace(word.box, top=word.box.top - 4.0, bottom=word.box.bottom - 4.0))
        if word.box.top < 40
        else word
        for word in page.words
    )
    found = weighing.find(lay_out(Reading((replace(page, words=words),))), load_pack())
    assert "Verkstad Söder AB" in {c.value for c in found if c.name == "buyer_name"}


BOTH = (
    "Stucwerk De Troffel\nKerkstraat 31, 5611 GH Eindhoven\nBTW-id NL229262193B01\n\n"
    "Bouwgroep Kempen B.V.\nPostbus 220\n5500 AE Veldhoven\nBTW-nummer: NL945807302B01\n\n"
    "FACTUUR\nFactuurnummer: 2026-0231\nFactuurdatum: 25 september 2026\nTotaal | 19.890,00 EUR"
)


def test_of_two_addresses_with_tax_numbers_the_one_that_heads_the_page_sells() -> None:
    assert (seller(BOTH), buyer(BOTH)) == ("Stucwerk De Troffel", "Bouwgroep Kempen B.V.")


def test_a_vat_id_is_of_the_nearer_name_above_it() -> None:
    assert field(BOTH, "seller_vat_id").value == "NL229262193B01"
    assert field(BOTH, "buyer_vat_id").value == "NL945807302B01"


def test_a_form_of_company_that_stands_alone_in_the_second_line_is_part_of_the_name() -> None:
    assert buyer("Bill to:\nKornblume Apps UG\n(haftungsbeschränkt)\nReeperbahn 7\n20359 Hamburg" + REST) == (
        "Kornblume Apps UG (haftungsbeschränkt)"
    )
    assert buyer("Bill to:\nKornblume Apps\nGmbH\nReeperbahn 7\n20359 Hamburg" + REST) == "Kornblume Apps GmbH"


@pytest.mark.parametrize(
    ("text", "at"),
    [
        ("20095 Hamburg", 0),
        ("Hafen 3, 00-950 Łódź", 8),
        ("London SW1A 1AA", 6),
        ("118 25 Östersund", 0),
        ("Wellington 6011", 0),
        ("Sommer 2024", None),
        ("12 Hamburg", None),
    ],
)
def test_rules_tell_what_a_town_with_its_code_looks_like(text: str, at: int | None) -> None:
    assert town_at(text, load_pack()) == at
    assert town_at(text, replace(load_pack(), town_codes=())) is None


def test_what_heads_the_page_and_begins_the_name_of_a_company_tells_who_sells() -> None:
    page = (
        "Kestrel Broadband | Invoice number KB-77\nFenwick Joinery Ltd\nUnit 2, Old Dairy Yard\nKendal\n"
        + "Line rental | £70.00\n" * 16
        + "Kestrel Broadband Limited. Registered office: 9 Stramongate, Kendal"
    )
    found = [c for c in weighing.find(lay_out(sketch(page)), load_pack()) if c.name == "seller_name"]
    assert str(max(found, key=lambda c: c.score).value).startswith("Kestrel Broadband Limited")


def test_who_holds_an_account_is_not_who_a_letter_is_written_to() -> None:
    page = """
        Limpezas do Norte S.A.
        Rua Nova, 12, 4100-100 Porto, tel. 220 000 000

        Selas Unidas Lda. | Fatura n.º FT 17
        Avenida Central, 116
        8896-162 Vila Real

        Data: 05/03/2024 | Total: 119,00 EUR
        Titular | IBAN
        Limpezas do Norte S.A. | PT50 0002 0123 1234 5678 9015 4
        """
    assert (seller(page), buyer(page)) == ("Limpezas do Norte S.A.", "Selas Unidas Lda.")


@pytest.mark.parametrize(
    ("read", "form"), [("S.r.I.", "S.r.l."), ("S.à r.I.", "S.à r.l."), ("Sp. Z 0.0.", "Sp. z o.o.")]
)
def test_small_letters_of_a_legal_form_may_be_read_as_others(read: str, form: str) -> None:
    page = sketch(f"Vento {read}\nStrada 5\n{REST}").pages[0]
    words = tuple(replace(word, source="ocr") for word in page.words)
    (invoice,) = understand(Reading((PageWords(1, page.width, page.height, words),)), load_pack(), Settings())
    assert invoice.fields["seller_name"].value == f"Vento {form}"


def test_a_sum_beside_the_town_of_an_address_makes_it_no_item() -> None:
    page = """
        Nordwind OHG | Schillerweg 6, 9218 Neustadt, Tel. 0123 456

        Ostwald AG | Restbetrag
        Am Bach 65
        2826 Altendorf | € 22.347,71

        """
    assert buyer(page + REST) == "Ostwald AG"


def test_a_town_of_ireland_is_known_by_its_code_in_a_line_of_its_own() -> None:
    head = "Brune LLP | tel. (021) 000 0075\n\nTove Ltd\n136 Mill Lane\nBallydun\nT45 XF13\n\n"
    items = "".join(f"Part {number} | 1 | 9.00 | 9.00\n" for number in range(9))
    assert buyer(f"{head}Invoice No: 17\nGoods | Number | Price | Amount\n{items}Total | 81.00") == "Tove Ltd"


def test_partners_behind_a_legal_form_are_part_of_the_name() -> None:
    head = "{} \nVia Roma 3\n20121 Milano\nTel. 02 5550 117"
    for name in ("Verdi S.n.c. di Verdi Ada & C.", "Falegnameria Alba S.a.s. di Sala Ugo e Figli"):
        assert seller(head.format(name) + "\nFattura n. 17 del 03/05/2024\nTotale fattura | 119,00 EUR") == name


def test_a_tax_number_behind_a_name_is_none_of_it() -> None:
    text = "Taller Norte SL\nCliente: Ada Soler Vidal NIF 12345678Z, C/ Mar 2, 08001 Barcelona"
    assert buyer(text + "\nFactura n.º 17\nFecha: 03/05/2024\nTotal factura | 119,00 EUR") == "Ada Soler Vidal"


def test_a_title_over_a_label_set_apart_is_not_addressed() -> None:
    def line(text: str, top: float) -> list[Word]:
        return [Word(w, Box(40.0 + 50 * i, top, 87.5 + 50 * i, top + 10)) for i, w in enumerate(text.split())]

    address = ["Bill to", "Copper Kettle Tearooms", "12 Market Place", "York YO1 7LS"]
    words = [*line("SALES SLIP", 30), *(w for i, text in enumerate(address) for w in line(text, 48 + 12 * i))]
    (grid,) = make_grids(lay_out(Reading((PageWords(1, 595.0, 842.0, tuple(words)),))))
    blocks = list(by_address(grid, [], load_pack()))
    assert [name.text for name in blocks] == ["Copper Kettle Tearooms"]


def test_the_same_as_above_and_heads_of_addresses_are_no_names() -> None:
    text = "Рахунок № 17 від 03.05.2024\nПлатник | той самий\nРазом | 119,00 грн"
    assert buyer(text) is None
    assert buyer("ΤΙΜΟΛΟΓΙΟ\nΕΠΩΝΥΜΙΑ | ΤΑΒΕΡΝΑ ΒΟΡΡΑΣ ΟΕ\nΔΙΕΥΘΥΝΣΗ | Ακτή 7, 18538 Πειραιάς") != "ΔΙΕΥΘΥΝΣΗ"


def test_a_legal_form_may_lead_a_name_in_quotes() -> None:
    text = "Постачальник ТОВ «Лісова справа»\nвул. Бельведерська 27, 76018\nРахунок № 17\nВсього | 119,00 грн"
    assert seller(text) == "ТОВ «Лісова справа»"
    assert seller("UAB „Vakaro žara“\nTaikos pr. 141, Klaipėda\nSąskaita faktūra Nr. 17") == "UAB „Vakaro žara“"


def test_a_sentence_with_a_date_is_no_line_of_a_sender() -> None:
    text = "Bien à vous, pour le 5 octobre 2026 au plus tard, les montants suivants\nrelatifs au plateau du bas"
    (grid,) = make_grids(lay_out(sketch(text)))
    assert not list(sender_lines(grid, load_pack()))


def test_a_long_dash_parts_a_name_from_what_follows() -> None:
    assert buyer("Factura 17\nReceptor: Cervecería del Sur SA de CV — RFC CSU120830N48\nTotal | $119.00") == (
        "Cervecería del Sur SA de CV"
    )


def test_a_salutation_of_two_words_is_passed_over() -> None:
    text = "Studio Geom. Ugo Sala | Preg.ma ditta\nVia dei Mille 40 | Officine Alba S.p.A.\n25122 Brescia | Via Roma 8"
    text += "\n | 25136 Brescia\nParcella n. 31 del 12 marzo 2026\nTotale | 119,00 EUR"
    assert seller(text) != "Officine Alba S.p.A."


def test_a_name_that_breaks_off_behind_a_joining_word_goes_on_in_the_next_line() -> None:
    assert buyer("Nordwind GmbH\nKunde: Verband der Gärtner und\nFloristen Harburg\nHauptstr. 5" + REST) == (
        "Verband der Gärtner und Floristen Harburg"
    )
    assert field("Nordwind GmbH\nKunde: Verband der Gärtner und\n21073 Harburg" + REST, "buyer_name").status == "review"
    assert seller("NORDWIND WERKSTÄTTEN\nUND HANDEL HARBURG GMBH\nHauptstr. 5" + REST) == (
        "NORDWIND WERKSTÄTTEN UND HANDEL HARBURG GMBH"
    )


def test_a_name_is_told_without_the_word_for_one() -> None:
    page = "Cedente | Cessionario\nIVA: 1 | Denominazione: Vento Rosso S.p.A.\nCognome nome: Bianchi Maria | Corso Po 9"
    assert seller(page) == "Bianchi Maria"
    assert buyer(page) == "Vento Rosso S.p.A."


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("KUZEY BOYA SANAYİ VE\nTİCARET LTD. ŞTİ.", "KUZEY BOYA SANAYİ VE TİCARET LTD. ŞTİ."),
        ("Harwick Timber and\nJoinery Works Ltd", "Harwick Timber and Joinery Works Ltd"),
    ],
)
def test_a_letterhead_that_breaks_off_behind_a_joining_word_ends_in_its_second_line(head: str, name: str) -> None:
    assert seller(f"{head}\n4 Mill Road\n\nInvoice no. | 4471\nTotal | 10.00") == name


def test_who_is_responsible_for_a_bill_buys_rather_than_the_patient() -> None:
    page = "Birch Dental PLLC\nInvoice # 60\nPatient: Emma Larkin\nGuarantor: Harold Larkin\nTotal | 10.00"
    assert buyer(page) == "Harold Larkin"


@pytest.mark.parametrize(
    ("page", "name"),
    [
        ("nordwind\n\nSüdfeld GmbH\nWeg 5\n20095 Hamburg", "Nordwind Dämmstoffe GmbH"),
        ("Nordwind · Hafen 1 · 20095 Hamburg\nSüdfeld GmbH\nWeg 5\n20095 Hamburg", "Nordwind Dämmstoffe GmbH"),
    ],
)
def test_who_heads_the_page_by_the_first_words_of_a_name_sells_by_the_whole_name(page: str, name: str) -> None:
    foot = "\n\n\n\nNordwind Dämmstoffe GmbH | Hafen 1\nTel. 040 000 001 | 20095 Hamburg"
    assert seller(page + REST + foot) == name


def test_the_first_words_of_who_is_written_to_name_no_seller() -> None:
    page = "Nordwind\n\nSold to:\nNordwind Süd GmbH\nWeg 5\n20095 Hamburg"
    assert seller(page + REST) == "Nordwind"


def test_words_for_the_name_of_a_firm_stand_before_both_parties() -> None:
    page = "ФАКТУРА № 4418\nПОЛУЧАТЕЛ | ДОСТАВЧИК\nИме на фирма: Юг ООД | Име на фирма: Север ЕООД"
    assert (buyer(page), seller(page)) == ("Юг ООД", "Север ЕООД")


def test_who_is_written_to_buys_rather_than_an_animal_that_is_treated() -> None:
    head = "Nordwind Vets Ltd\n12 Quay St\nTel. 02 6226 4410\n\n"
    address = "Mrs Helen Hill\n440 Black Range Rd\nYass NSW 2582\n\n"
    assert buyer(head + address + "Invoice no: 77120\nPatient: Biscuit") == "Mrs Helen Hill"


def test_lines_of_an_address_whose_letters_differ_in_height_are_of_one_address() -> None:
    (page,) = sketch("Mr Nils Hill\nWarrawee\n440 Black Range Rd\nYass NSW 2582").pages
    second = sorted({word.box.top for word in page.words})[1]
    words = tuple(
        replace(word, box=replace(word.box, top=word.box.top + 2.5)) if word.box.top == second else word
        for word in page.words
    )
    found = weighing.find(lay_out(Reading((replace(page, words=words),))), load_pack())
    assert {c.value for c in found if c.name == "buyer_name"} == {"Mr Nils Hill"}


def test_a_number_behind_its_label_makes_no_town_of_an_address() -> None:
    page = "Nordvind AB\nHamngatan 7\n931 77 Skellefteå\n\n | Söder & Söner AB\n | FE 118\n | 838 80 Frösön\n\n"
    foot = "\n" * 60 + "Nordvind AB · Tel 0910-55 18 82 · Org.nr 556703-7485"
    assert (
        buyer(page + "Er referens | Kjell Lund\nEr märkning | Projekt 2207\nFaktura 31188" + foot) == "Söder & Söner AB"
    )


def test_a_sentence_with_an_account_is_no_line_of_a_sender() -> None:
    page = "Nordwind SARL\n\nContoso SARL\n5 quai Sud\n38000 Grenoble\n\nPaiement à Alpes Factor SA,"
    foot = "rue de la Bourse, 69002 Lyon, par virement, IBAN FR1420041010050500013M02606 BIC :\nBNPAFRPPXXX"
    assert buyer(f"{page}\n{foot}\nFacture N° : 17\nTotal TTC | 119,00 €") == "Contoso SARL"
