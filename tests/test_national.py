"""Small invoices of many countries: number, dates, sums, currency and tax numbers come out right."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.document import conventions, languages
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

# language: (page, currency, seller's VAT id or tax number, due date or None). All have number 20240117, issued on
# 5 March 2024, net 1000.00 and what the country adds in tax.
PAGES = {
    "cs": (
        """
        Severák s.r.o.
        Dlouhá 12, 110 00 Praha
        IČO: 25123891 | DIČ: CZ25123891
        Faktura - daňový doklad č. 20240117
        Odběratel:
        Jižní Pole a.s.
        Datum vystavení: 05.03.2024 | DUZP: 04.03.2024
        Datum splatnosti: 19.03.2024
        Variabilní symbol: 20240117
        Popis | Množství | Cena za MJ | Celkem bez DPH
        Montáž | 2 | 500,00 | 1 000,00
        Základ daně | 1 000,00 Kč
        DPH 21 % | 210,00 Kč
        Celkem k úhradě | 1 210,00 Kč
        """, "CZK", "CZ25123891", "210.00", date(2024, 3, 19),
    ),
    "sv": (
        """
        Nordvind AB
        Storgatan 1, 111 22 Stockholm
        Momsregistreringsnummer: SE556703748501 | Godkänd för F-skatt
        Faktura
        Fakturanummer: 20240117 | Fakturadatum: 2024-03-05
        Kundnummer: 77 | Förfallodatum: 2024-04-04
        Faktureringsadress:
        Söderhav AB
        Beskrivning | Antal | À-pris | Belopp
        Montering | 2 | 500,00 | 1 000,00
        Summa exkl. moms | 1 000,00 kr
        Moms 25 % | 250,00 kr
        Att betala | 1 250,00 kr
        """, "SEK", "SE556703748501", "250.00", date(2024, 4, 4),
    ),
    "is": (
        """
        Norðurljós ehf.
        Laugavegur 99, 101 Reykjavík
        Kt. 550199-2349 | VSK nr. 12345
        Reikningur
        Reikningsnúmer: 20240117 | Útgáfudagur: 5. mars 2024
        Gjalddagi: 19.03.2024 | Eindagi: 04.04.2024
        Kaupandi:
        Hraunbær ehf.
        Lýsing | Magn | Einingarverð | Upphæð
        Uppsetning | 2 | 500,00 | 1.000,00
        Samtals án VSK | 1.000,00 kr.
        VSK 24% | 240,00 kr.
        Til greiðslu | 1.240,00 kr.
        """, "ISK", "12345", "240.00", date(2024, 4, 4),
    ),
    "vi": (
        """
        HÓA ĐƠN GIÁ TRỊ GIA TĂNG
        Ngày (date) 05 tháng (month) 03 năm (year) 2024
        Ký hiệu (Serial): 1C24TAA
        Số (No.): 20240117
        Đơn vị bán hàng (Seller): CÔNG TY TNHH BẮC PHONG
        Mã số thuế (Tax code): 0314478812
        Họ tên người mua hàng (Buyer): Trần Thu Hà
        Tên đơn vị (Company's name): CÔNG TY CP NAM PHONG
        Mã số thuế (Tax code): 0301187744
        Hạn thanh toán: 19/03/2024
        Tên hàng hóa | Số lượng | Đơn giá | Thành tiền
        Lắp đặt | 2 | 500 | 1.000
        Cộng tiền hàng | 1.000
        Tiền thuế GTGT 10% | 100
        Tổng cộng tiền thanh toán | 1.100
        """, "VND", "0314478812", "100", date(2024, 3, 19),
    ),
    "da": (
        """
        Nordvind ApS
        Havnegade 3, 8000 Aarhus
        Faktura
        Fakturanr.: 20240117 | Fakturadato: 05-03-2024
        Forfaldsdato: 19-03-2024
        Beskrivelse | Antal | Stk. pris | Beløb
        Montering | 2 | 500,00 | 1.000,00
        I alt ekskl. moms | 1.000,00 kr.
        Moms 25% | 250,00 kr.
        I alt DKK inkl. moms | 1.250,00 kr.
        Momsnr.: DK13585628 | Betaling bedes ske til vores konto
        """, "DKK", "DK13585628", "250.00", date(2024, 3, 19),
    ),
    "nb": (
        """
        Nordavind AS
        Storgata 1, 0155 Oslo
        Faktura
        Fakturanr.: 20240117 | Fakturadato: 05.03.2024
        Forfallsdato: 19.03.2024 | KID: 2345676
        Beskrivelse | Antall | Enhetspris | Beløp
        Montering | 2 | 500,00 | 1 000,00
        Sum eks. mva | 1 000,00
        Mva 25 % | 250,00
        Å betale NOK | 1 250,00
        Foretaksregisteret | NO 995 525 828 MVA
        """, "NOK", "NO995525828MVA", "250.00", date(2024, 3, 19),
    ),
    "fi": (
        """
        Pohjatuuli Oy
        Rantatie 5, 00100 Helsinki
        Lasku
        Laskun numero: 20240117 | Laskun päivämäärä: 5.3.2024
        Eräpäivä: 19.3.2024 | Viitenumero: 1232
        Tuote | Määrä | Yksikköhinta | Yhteensä
        Asennus | 2 | 500,00 | 1 000,00
        Veroton yhteensä | 1 000,00 €
        Arvonlisävero 24 % | 240,00 €
        Maksettava yhteensä | 1 240,00 €
        ALV-tunnus: FI20774740
        """, "EUR", "FI20774740", "240.00", date(2024, 3, 19),
    ),
    "hu": (
        """
        Északi Szél Kft.
        1051 Budapest, Fő utca 1.
        Számla
        Számlaszám: 20240117 | Számla kelte: 2024. március 5.
        Teljesítés dátuma: 2024.03.04. | Fizetési határidő: 2024.03.19.
        Megnevezés | Mennyiség | Egységár | Nettó érték
        Szerelés | 2 | 500 | 1 000
        Nettó összesen | 1 000 Ft
        Áfa 27% | 270 Ft
        Fizetendő összesen | 1 270 Ft
        Közösségi adószám: HU12892312
        """, "HUF", "HU12892312", "270", date(2024, 3, 19),
    ),
    "ro": (
        """
        Vântul Nordic SRL
        Str. Lungă 4, București
        CUI: RO18547290 | Nr. Reg. Com.: J40/1234/2010
        Factură fiscală
        Factura nr. 20240117 | Data emiterii: 05.03.2024
        Data scadenței: 19.03.2024
        Denumirea produselor sau serviciilor | U.M. | Cantitate | Preț unitar | Valoare
        Montaj | buc | 2 | 500,00 | 1.000,00
        Total fără TVA | 1.000,00 lei
        TVA 19% | 190,00 lei
        Total de plată | 1.190,00 lei
        """, "RON", "RO18547290", "190.00", date(2024, 3, 19),
    ),
    "tr": (
        """
        Kuzey Rüzgarı Ltd. Şti.
        Uzun Sokak No:4 Ankara
        Vergi Dairesi: Çankaya | VKN: 4540536920
        e-Arşiv Fatura
        Fatura No: 20240117 | Fatura Tarihi: 05-03-2024
        Son Ödeme Tarihi: 19-03-2024
        Mal Hizmet | Miktar | Birim Fiyat | Mal Hizmet Tutarı
        Montaj | 2 | 500,00 | 1.000,00
        Mal Hizmet Toplam Tutarı | 1.000,00 TL
        Hesaplanan KDV(%20) | 200,00 TL
        Vergiler Dahil Toplam Tutar | 1.200,00 TL
        Ödenecek Tutar | 1.200,00 TL
        """, "TRY", "4540536920", "200.00", date(2024, 3, 19),
    ),
    "el": (
        """
        Βόρειος Άνεμος Α.Ε.
        Οδός Μακρά 4, 105 57 Αθήνα
        ΑΦΜ: EL094259216 | ΔΟΥ: Φ.Α.Ε. Αθηνών
        Τιμολόγιο παροχής υπηρεσιών
        Αριθμός τιμολογίου: 20240117 | Ημερομηνία έκδοσης: 05/03/2024
        Πληρωμή έως: 19/03/2024
        Περιγραφή | Ποσότητα | Τιμή μονάδας | Αξία
        Εγκατάσταση | 2 | 500,00 | 1.000,00
        Καθαρή αξία | 1.000,00 €
        ΦΠΑ 24% | 240,00 €
        Πληρωτέο ποσό | 1.240,00 €
        """, "EUR", "EL094259216", "240.00", date(2024, 3, 19),
    ),
    "ru": (
        """
        Поставщик: ООО «Северный ветер»
        ИНН/КПП: 7707083893/773601001
        Счет на оплату № 20240117 от 5 марта 2024 г.
        Покупатель: АО «Южное поле»
        Срок оплаты: 19.03.2024
        № | Наименование товаров, работ, услуг | Кол-во | Цена | Сумма
        1 | Монтаж | 2 | 500,00 | 1 000,00
        Итого без НДС | 1 000,00
        НДС 20% | 200,00
        Всего к оплате | 1 200,00 руб.
        """, "RUB", "7707083893/773601001", "200.00", date(2024, 3, 19),
    ),
    "uk": (
        """
        Постачальник: ТОВ «Північний вітер»
        ЄДРПОУ: 32855961 | ІПН: 328559615241
        Рахунок на оплату № 20240117 від 5 березня 2024 р.
        Покупець: ПП «Південне поле»
        Сплатити до: 19.03.2024
        № | Товари (роботи, послуги) | Кількість | Ціна | Сума
        1 | Монтаж | 2 | 500,00 | 1 000,00
        Разом без ПДВ | 1 000,00 грн
        ПДВ 20% | 200,00 грн
        Всього з ПДВ | 1 200,00 грн
        """, "UAH", "328559615241", "200.00", date(2024, 3, 19),
    ),
    "zh": (
        """
        电子发票（增值税专用发票）
        发票号码：20240117 | 开票日期：2024年3月5日
        销售方名称：北风科技有限公司
        统一社会信用代码/纳税人识别号：91110108551385082Q
        付款到期日：2024年3月19日
        项目名称 | 数量 | 单价 | 金额 | 税率 | 税额
        安装服务 | 2 | 500.00 | 1000.00 | 13% | 130.00
        不含税金额 | ¥1000.00
        税额 | ¥130.00
        价税合计（小写） | ¥1130.00
        """, "CNY", "91110108551385082Q", "130.00", date(2024, 3, 19),
    ),
    "sk": (
        """
        Severan s.r.o.
        Hlavná 12, 040 01 Košice
        IČO: 35763469 | DIČ: 2020317068 | IČ DPH: SK2020317068
        Faktúra č. 20240117
        Odberateľ:
        Južné Pole a.s.
        Dátum vystavenia: 05.03.2024 | Dátum dodania: 04.03.2024
        Dátum splatnosti: 19.03.2024
        Názov položky | Množstvo | Jedn. cena | Spolu bez DPH
        Montáž | 2 | 500,00 | 1 000,00
        Základ dane | 1 000,00 €
        DPH 23 % | 230,00 €
        Celkom k úhrade | 1 230,00 €
        """, "EUR", "SK2020317068", "230.00", date(2024, 3, 19),
    ),
    "hr": (
        """
        Sjeverac d.o.o.
        Ilica 12, 10000 Zagreb
        OIB: 33392005961 | PDV ID: HR33392005961
        RAČUN br. 20240117
        Kupac:
        Južno Polje d.d.
        Datum računa: 05.03.2024. | Datum isporuke: 04.03.2024.
        Datum dospijeća: 19.03.2024.
        Naziv | Količina | Cijena | Iznos
        Montaža | 2 | 500,00 | 1.000,00
        Osnovica | 1.000,00 EUR
        PDV 25% | 250,00 EUR
        Ukupno za platiti | 1.250,00 EUR
        """, "EUR", "HR33392005961", "250.00", date(2024, 3, 19),
    ),
    "sl": (
        """
        Severnik d.o.o.
        Slovenska cesta 12, 1000 Ljubljana
        ID za DDV: SI50223054 | Matična št.: 5043611000
        Račun št. 20240117
        Kupec:
        Južno Polje d.d.
        Kraj in datum izdaje: Ljubljana, 5. 3. 2024 | Datum opravljene storitve: 4. 3. 2024
        Rok plačila: 19. 3. 2024
        Opis | Količina | Cena brez DDV | Vrednost brez DDV
        Montaža | 2 | 500,00 | 1.000,00
        Skupaj brez DDV | 1.000,00 EUR
        DDV 22 % | 220,00 EUR
        Za plačilo | 1.220,00 EUR
        """, "EUR", "SI50223054", "220.00", date(2024, 3, 19),
    ),
    "bg": (
        """
        Доставчик: Север ООД
        гр. София, ул. Шипка 12
        ЕИК: 175074752 | ИН по ЗДДС: BG175074752
        ФАКТУРА № 20240117
        Получател: Юг ЕООД
        Дата на издаване: 05.03.2024 | Дата на данъчно събитие: 04.03.2024
        Срок за плащане: 19.03.2024
        Наименование | Количество | Ед. цена | Стойност
        Монтаж | 2 | 500,00 | 1 000,00
        Данъчна основа | 1 000,00 EUR
        ДДС 20% | 200,00 EUR
        Сума за плащане | 1 200,00 EUR
        """, "EUR", "BG175074752", "200.00", date(2024, 3, 19),
    ),
    "et": (
        """
        Põhjala OÜ
        Pikk 12, 10133 Tallinn
        Reg. nr 10345833 | KMKR nr EE100931558
        Arve nr 20240117
        Klient: Lõuna AS
        Arve kuupäev: 05.03.2024 | Maksetähtaeg: 19.03.2024
        Nimetus | Kogus | Hind | Summa
        Paigaldus | 2 | 500,00 | 1 000,00
        Summa käibemaksuta | 1 000,00
        Käibemaks 24% | 240,00
        Kokku tasuda (EUR) | 1 240,00
        """, "EUR", "EE100931558", "240.00", date(2024, 3, 19),
    ),
    "lv": (
        """
        Piegādātājs: SIA Ziemelis
        Brīvības iela 12, Rīga, LV-1010
        PVN reģ. Nr. LV40003521600
        RĒĶINS Nr. 20240117
        Saņēmējs: AS Dienvidi
        Datums: 2024. gada 5. marts | Apmaksas termiņš: 19.03.2024
        Nosaukums | Daudzums | Cena | Summa
        Montāža | 2 | 500,00 | 1 000,00
        Summa bez PVN | 1 000,00 EUR
        PVN 21% | 210,00 EUR
        Kopā apmaksai | 1 210,00 EUR
        """, "EUR", "LV40003521600", "210.00", date(2024, 3, 19),
    ),
    "lt": (
        """
        UAB Šiaurys
        Gedimino pr. 12, Vilnius
        Įmonės kodas 302598476 | PVM mokėtojo kodas LT119511515
        PVM SĄSKAITA FAKTŪRA
        Sąskaitos Nr. 20240117
        Pirkėjas: UAB Pietys
        Data: 2024 m. kovo 5 d. | Apmokėti iki: 2024-03-19
        Pavadinimas | Kiekis | Kaina | Suma
        Montavimas | 2 | 500,00 | 1 000,00
        Suma be PVM | 1 000,00 Eur
        PVM 21 % | 210,00 Eur
        Bendra suma | 1 210,00 Eur
        """, "EUR", "LT119511515", "210.00", date(2024, 3, 19),
    ),
    "sr": (
        """
        Prodavac: Severac d.o.o.
        Bulevar oslobođenja 12, Novi Sad
        PIB: 101134702 | Matični broj: 07018762
        Faktura broj 20240117
        Kupac: Južno Polje a.d.
        Datum izdavanja: 05.03.2024 | Datum prometa: 04.03.2024
        Rok plaćanja: 19.03.2024
        Naziv robe/usluge | Količina | Cena | Osnovica
        Montaža | 2 | 500,00 | 1.000,00
        Osnovica | 1.000,00 RSD
        PDV 20% | 200,00 RSD
        Ukupno za uplatu | 1.200,00 RSD
        """, "RSD", "101134702", "200.00", date(2024, 3, 19),
    ),
}  # fmt: skip


def read(language: str) -> Invoice:
    (invoice,) = understand(sketch(PAGES[language][0]), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize("language", PAGES)
def test_the_language_is_recognised(language: str) -> None:
    lines = [line.text for page in lay_out(sketch(PAGES[language][0])).pages for line in page.lines]
    assert languages.detect(lines, load_pack()) == language
    assert language in languages.fitting(lines, load_pack()).languages


@pytest.mark.parametrize("language", PAGES)
def test_number_and_dates_are_read(language: str) -> None:
    fields = read(language).fields
    assert fields["invoice_number"].value == "20240117"
    assert fields["issue_date"].value == date(2024, 3, 5)
    assert fields["due_date"].value == PAGES[language][4]


@pytest.mark.parametrize("language", PAGES)
def test_sums_and_currency_are_read(language: str) -> None:
    fields = read(language).fields
    _, currency, _, tax, _ = PAGES[language]
    assert fields["total_net"].value == Decimal(1000)
    assert fields["total_tax"].value == Decimal(tax)
    assert fields["total_gross"].value == 1000 + Decimal(tax)
    assert fields["currency"].value == currency


@pytest.mark.parametrize("language", PAGES)
def test_the_number_under_which_the_seller_pays_tax_is_read(language: str) -> None:
    fields = read(language).fields
    name = "seller_tax_number" if language in ("tr", "ru", "uk", "vi", "zh", "sr", "is") else "seller_vat_id"
    assert fields[name].value == PAGES[language][2]


@pytest.mark.parametrize("language", PAGES)
def test_line_items_are_read(language: str) -> None:
    (item,) = read(language).line_items
    assert item.quantity == 2
    assert item.amount == 1000


@pytest.mark.parametrize(("printed", "country"), [("Tel. +27 21 555 0199", "ZA"), ("Ara Toplam | +275,00", "")])
def test_a_sum_with_a_plus_is_no_telephone_number_abroad(printed: str, country: str) -> None:
    document = lay_out(sketch(printed, source="ocr"))
    assert "".join(conventions.infer(document, [], load_pack()).countries) == country
