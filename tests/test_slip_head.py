"""Whose till slip it is: the name above the address, not the scraps around it."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

REST = "\nDate: 04/05/2024\nRice | 5.80\nTotal | 12.80\nCash | 20.00\nChange | 7.20\nThank you"


def slip(text: str) -> Invoice:
    (invoice,) = understand(sketch(text + REST, source="ocr"), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("BLUE GULL DINER\n2209 Lakeshore Dr\nMadison, WI 53704", "BLUE GULL DINER"),
        ("%\n#\nWARUNG TERATAI\n(001610235-P)\nNO 8, JALAN BULAN 4\n47400 PETALING JAYA", "WARUNG TERATAI"),
        ("PERKHIDMATAN SERI\nJM0325956-V\nTAX INVOICE\nNORDWIND ENGINEERING SDN BHD", "PERKHIDMATAN SERI"),
        ("LAMPU\nTERANG ELECTRICAL SON BHD\nJALAN BULAN 4", "TERANG ELECTRICAL SON BHD"),
        ("LAMPU BOOKS\nCO. (M) SDN BHD\nNo 8, Jalan 7", "LAMPU BOOKS CO. (M) SDN BHD"),
        ("LAMPU BOOKS\nCO. CM) SDN BHD\nNo 8, Jalan 7", "LAMPU BOOKS CO. CM) SDN BHD"),
        ("KEDAI RAYA LAMPU\n(SEMENYIH) SDN BHD\nNo 8, Jalan 7", "KEDAI RAYA LAMPU (SEMENYIH) SDN BHD"),
        ("ANGSANA HARDWARE &\nELECTRICAL\nJALAN BULAN 4", "ANGSANA HARDWARE & ELECTRICAL"),
        ("Thank you, please come again\nAngsana Kopitiam S/B 273500-U\nJALAN BULAN 4", "Angsana Kopitiam S/B"),
        ("QUICKSTOP #2218\n4410 US HWY 24\nCASHIER 4", "QUICKSTOP"),
        ("Tankstelle Birkengrund\nInh. Karin Wolle e.K.\nHauptstr. 112", "Tankstelle Birkengrund"),
        ("Bodega del Sol\nTitular María Ochoa S.L.\nCalle Mayor 3", "Bodega del Sol"),
        ("Parkhaus Markt\nBetreiber: Rhenus Parken GmbH\nMarkt 1", "Rhenus Parken GmbH"),
        ("Pandan Bistro\nOperated by Emerald Ladle Pte Ltd\n#02-18 Marine Parade", "Emerald Ladle Pte Ltd"),
        ("Il Forno\nTelefono 0521 555018\nOrario continuato", "Il Forno"),
        ("Backstube Ostertor KG\nBahnhofstr. 8\n27749 Delmenhorst", "Backstube Ostertor KG"),
        ("K | I | O | S | K\nPohlweg 110", "KIOSK"),
        ("Fenwold Foods Ltd, Ripon HG4\nMill Lane 4", "Fenwold Foods Ltd"),
        ("LAMPU CO., LTD\nJALAN BULAN 4", "LAMPU CO., LTD"),
        ("FARMASI TERATAI\n(TERATAI HEALTHCARE SDN BHD)\nJALAN BULAN 4", "TERATAI HEALTHCARE SDN BHD"),
        ("Welcome to\nPRAIRIE STAR\n4427 Lakeshore Dr", "PRAIRIE STAR"),
        ("Willkommen bei Getränke Hoff\nHauptstr. 112", "Getränke Hoff"),
        ("BAR CENTRALE\nVia Garibaldi 18", "BAR CENTRALE"),
        ("TABERNA 0 FARO\nCalle Mayor 3", "TABERNA O FARO"),
        ("SATAMAKEITTIÖ MERI OY\nSatamakatu 4\nMyyjä: Aino", "SATAMAKEITTIÖ MERI OY"),
        ("Waratah Rye Pty Ltd ABN 51 824 753 556\n3/88 Sydney Rd", "Waratah Rye Pty Ltd"),
        ("TAXI 4014 GRAZ\nMietwagen Leitner 0G\n8020 Graz", "Mietwagen Leitner OG"),
    ],
)
def test_the_name_above_the_address_sells(head: str, name: str) -> None:
    assert slip(head).fields["seller_name"].value == name


def test_a_company_under_the_name_of_a_shop_is_to_be_confirmed() -> None:
    below = slip("SOUTHERN RIVET\nHardware Supplies Ltd\nMill Lane 4").fields["seller_name"]
    assert below.value == "Hardware Supplies Ltd"
    assert below.status == "review"
    assert slip("Hardware Supplies Ltd\nMill Lane 4").fields["seller_name"].status == "accepted"


def test_who_stood_at_the_till_does_not_sell() -> None:
    seller = slip("KÖKET VID KAJEN AB\nSkeppsbron 14\nSäljare: Moa").fields["seller_name"]
    assert seller.value == "KÖKET VID KAJEN AB"
    clerk = "TWIN OAKS HARDWARE\n118 Main St\nTwin Falls, ID 83301\nInvoice no: K42-7718\nSold by: DARRELL"
    assert slip(clerk).fields["seller_name"].status == "review"


def test_nobody_who_is_not_called_so_buys_on_a_slip() -> None:
    assert slip("BLUE GULL DINER\n2209 Lakeshore Dr\nMadison, WI 53704").fields["buyer_name"].value is None


def test_a_slip_without_a_name_above_its_address_has_none_from_below_it() -> None:
    invoice = slip("NO 8, JALAN BULAN 4\n47400 PETALING JAYA\nVALUED CUSTOMER: 137")
    assert invoice.fields["seller_name"].value != "VALUED CUSTOMER"
    assert invoice.fields["seller_name"].status != "accepted"


def test_who_is_said_to_run_a_shop_may_stand_below_its_address() -> None:
    head = "HOSPODA U LÍPY\nLipová 14, 370 01 České Budějovice\nprovozuje Lipová pivnice s.r.o."
    assert slip(head).fields["seller_name"].value == "Lipová pivnice s.r.o."
