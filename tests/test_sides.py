"""Seller and buyer kept apart where both print company names and VAT ids."""

from __future__ import annotations

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Box, Candidate, Evidence, Invoice
from invoice_ocr.parties.sides import tax_numbers_apart
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def read(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


def value(invoice: Invoice, name: str) -> object:
    return invoice.fields[name].value


def test_a_vat_id_in_the_block_of_the_buyer_is_the_buyers() -> None:
    invoice = read(
        """Bouwhandel Noord BV
Kanaalstraat 88
9000 Gent
BTW BE 0403.019.261
FACTUUR
Factuurnummer: VF26 | Algemene Bouw Zuid NV
Factuurdatum: 28/04/2026 | Molenstraat 3
Vervaldatum: 28/05/2026 | 9880 Aalter
Klantnummer: K0471 | BTW-nr: BE 0428.759.497
Totaal te betalen | € 761,14"""
    )
    assert value(invoice, "seller_vat_id") == "BE0403019261"
    assert value(invoice, "buyer_vat_id") == "BE0428759497"


def test_the_company_of_a_guest_is_not_the_seller() -> None:
    invoice = read(
        """The Larch Inn & Suites
88 Harbor Drive, Monterey
Tel. 831-555-0170
Bill to:
Ms. Dana Hill
Copper Analytics Inc
14 Wall St
New York, NY 10005
INVOICE
Folio No.: A-339812
Total | 626.55"""
    )
    assert value(invoice, "seller_name") != "Copper Analytics Inc"


def test_names_that_go_on_with_numbers_of_the_company_end_before_them() -> None:
    invoice = read(
        """Счет на оплату № 318 от 16 марта 2026 г.
Поставщик: ООО «Северный Ветер», ИНН 7707083893, КПП 773601001, г. Самара
Покупатель: АО «Южное Поле», ИНН 7702070139, КПП 773001001
Всего к оплате | 112 550,00"""
    )
    assert value(invoice, "seller_name") == "ООО «Северный Ветер»"
    assert value(invoice, "buyer_name") == "АО «Южное Поле»"


def test_names_behind_the_word_name_in_a_block_are_read() -> None:
    invoice = read(
        """NOTA FISCAL DE SERVIÇOS ELETRÔNICA - NFS-e
PRESTADOR DE SERVIÇOS
Nome/Razão Social: Norte Tecnologia Ltda
TOMADOR DE SERVIÇOS
Nome/Razão Social: Sul Construtora S.A.
VALOR TOTAL DO SERVIÇO | R$ 6.750,00"""
    )
    assert value(invoice, "seller_name") == "Norte Tecnologia Ltda"
    assert value(invoice, "buyer_name") == "Sul Construtora S.A."


def test_the_name_may_stand_in_a_cell_beside_the_word_name() -> None:
    block = "Käufer/Leistungsempfänger\nNummer: | 75969813\nName: | Metallbau Nord GmbH"
    invoice = read(f"Rechnung\n{block}\nGesamtbetrag | 119,00 €")
    assert value(invoice, "buyer_name") == "Metallbau Nord GmbH"


def test_a_label_inside_a_longer_word_is_none() -> None:
    invoice = read("Rechnung\nNordwind GmbH\nArt-Nr-Kunde: SE_KR 4711\nGesamtbetrag | 119,00 €")
    assert value(invoice, "buyer_name") is None
    assert value(invoice, "customer_number") is None


def test_a_company_is_doubted_where_another_has_its_web_address_on_the_page() -> None:
    invoice = read(
        "Adatum Corporation | CRONOS DE\nStation Road 21 | Hofstr. 12\n"
        "Invoice 103767\nTotal | 681.87\nEmail info@cronos.com"
    )
    assert invoice.fields["seller_name"].status != "accepted"


def test_a_department_is_no_buyer() -> None:
    invoice = read("Invoice\nNordwind Ltd\nBill to: Contoso Ltd\nAttn: Accounts Payable\nTotal | 119.00")
    assert value(invoice, "buyer_name") == "Contoso Ltd"


def test_an_account_beside_a_bank_is_no_customers() -> None:
    bank = "Bank: Canara, Account no 0412201004418, IFSC CTBK0000412"
    invoice = read(f"Tax Invoice\nNorth Tools Pvt Ltd\n{bank}\nTotal | 119.00")
    assert value(invoice, "customer_number") is None


def test_letters_that_are_a_label_too_stay_with_their_number() -> None:
    invoice = read("Invoice\nNordwind Ltd\nYour order no | PO 77120\nTotal | 119.00")
    assert value(invoice, "purchase_order") == "PO 77120"


def test_a_date_with_a_discount_is_not_when_all_is_due() -> None:
    invoice = read(
        "Rechnung\nNordwind GmbH\nRechnungsdatum: 04.05.2026\nGesamtbetrag | 119,00 €\n"
        "Zahlbar bis zum 18.05.2026 mit 2 % Skonto. Zahlbar bis zum 03.06.2026 ohne Abzug."
    )
    assert str(value(invoice, "due_date")) == "2026-06-03"


def test_what_belgians_quote_is_known_by_its_check_digits() -> None:
    page = "Factuur\nNoord BV\nFactuurnummer: VF26\nTotaal te betalen | € 761,14\nGelieve te betalen met {}"
    assert value(read(page.format("+++090/9337/55493+++")), "payment_reference") == "+++090/9337/55493+++"
    assert value(read(page.format("+++090/9337/55494+++")), "payment_reference") is None


def test_a_bare_dollar_beside_the_tax_of_another_country_is_not_taken_for_american() -> None:
    sums = "Sub-total | $213.68\nGST 15% | $32.05\nTotal | $245.73"
    invoice = read(f"Tax Invoice\nKauri Energy Limited\nBill number 5530198\n{sums}")
    assert value(invoice, "currency") == "NZD"
    assert "currency.ambiguous" not in {issue.code for issue in invoice.issues}
    untaxed = read("Invoice\nKauri Energy Limited\nNZBN 9429000000000\nBill number 5530198\nTotal | $245.73")
    assert untaxed.fields["currency"].status != "accepted"


def test_polish_accounts_are_read_without_their_country() -> None:
    invoice = read("Faktura nr 17\nWschód Sp.j.\nNr konta: 61 1090 1014 0000 0712 1981 2874\nDo zapłaty | 119,00 zł")
    assert value(invoice, "iban") == "PL61109010140000071219812874"


FAPIAO = """电子发票（增值税专用发票） | | 发票号码：24312000000087651234
 | | 开票日期：2024年03月15日
购买方信息 | 名称：东湖信息技术有限公司 | 销售方信息 | 名称：西山办公设备有限公司
 | 统一社会信用代码/纳税人识别号：91330106MA2B1XYQ3T | | 统一社会信用代码/纳税人识别号：91310115ABCDEFGH0N
合计 | ¥100.00 | ¥13.00
价税合计（大写） | 壹佰壹拾叁圆整 | （小写）¥113.00"""


def test_names_beside_the_heads_of_their_blocks_are_read_without_the_word_name() -> None:
    invoice = read(FAPIAO)
    assert value(invoice, "buyer_name") == "东湖信息技术有限公司"
    assert value(invoice, "seller_name") == "西山办公设备有限公司"


def test_where_heads_are_lost_the_first_name_on_a_chinese_invoice_is_the_buyers() -> None:
    invoice = read(FAPIAO.replace("购买方信息", "门").replace("销售方信息", "隹"))
    assert (value(invoice, "buyer_name"), value(invoice, "seller_name")) == (
        "东湖信息技术有限公司",
        "西山办公设备有限公司",
    )
    alone = read("电子发票\n发票号码：24312000000087651234\n名称：东湖信息技术有限公司\n合计 | ¥100.00")
    assert value(alone, "buyer_name") is None


def test_the_tax_number_in_the_block_of_the_buyer_is_not_the_sellers() -> None:
    names = {
        side: Evidence(1, Box(left, 100, left + 150, 110), side, "universal", "text-layer")
        for side, left in (("seller", 300.0), ("buyer", 60.0))
    }
    numbers = [
        Candidate(
            "seller_tax_number", text, 0.8, Evidence(1, Box(left, 120, left + 90, 130), text, "universal", "text-layer")
        )
        for text, left in (("of the buyer", 30.0), ("of the seller", 280.0))
    ]
    assert tax_numbers_apart(numbers, names["seller"], names["buyer"]) == numbers[1:]
    assert tax_numbers_apart(numbers[:1], names["seller"], names["buyer"]) == numbers[:1]  # better than none
    assert tax_numbers_apart(numbers, names["seller"], None) == numbers


def test_a_number_of_a_register_in_the_block_of_the_buyer_is_not_the_sellers() -> None:
    invoice = read(
        """ARVE nr 260188
Arve kuupäev 31.03.2026
Maksja
Põhjatuul AS
Tööstuse 12, 41532 Jõhvi
Reg. nr 10447712
Tasuda | 868,00 EUR
Nordwind OÜ | Narva mnt 63, 10152 Tallinn
Reg. nr 12881440 | Tel. +372 5551 8842"""
    )
    assert value(invoice, "seller_registration") == "12881440"


def test_a_vat_id_right_of_the_buyer_is_the_buyers_where_the_seller_has_another() -> None:
    invoice = read(
        """ΒΟΡΙΑΣ Ο.Ε. | ΤΙΜΟΛΟΓΙΟ Νο: 1844
ΑΦΜ: 094259216 | Ημερομηνία: 27/02/2026

ΠΕΛΑΤΗΣ
Επωνυμία: ΝΟΤΟΣ Α.Ε. | ΑΦΜ: 094014201
Διεύθυνση: Ακτή Μιαούλη 44 | ΔΟΥ: ΦΑΕ ΠΕΙΡΑΙΑ

Καθαρή αξία | 1.230,00 €
ΦΠΑ 24% | 295,20 €
Πληρωτέο | 1.525,20 €"""
    )
    assert value(invoice, "seller_vat_id") == "EL094259216"
    assert value(invoice, "buyer_vat_id") == "EL094014201"


def test_a_vat_id_behind_its_label_in_the_block_of_the_buyer_begins_left_of_the_name() -> None:
    invoice = read(
        """ΒΟΡΙΑΣ Ι.Κ.Ε. | ΤΙΜΟΛΟΓΙΟ Νο: 418
ΑΦΜ: 094259216 | Ημερομηνία: 02/06/2026

Επωνυμία: ΝΟΤΟΣ Α.Ε.
ΑΦΜ: 094014201
Διεύθυνση: Σόλωνος 44, 10672 Αθήνα

Καθαρή αξία | 500,00 €
ΦΠΑ 24% | 120,00 €
Συνολική αξία | 620,00 €"""
    )
    assert value(invoice, "seller_vat_id") == "EL094259216"
    assert value(invoice, "buyer_vat_id") == "EL094014201"
