"""Tables of items, with and without wrapped rows, over pages, and the rows of tax below them."""

from __future__ import annotations

from decimal import Decimal

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.document.table_heads import find_head
from invoice_ocr.items.item_rows import Row
from invoice_ocr.items.tables import find
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.model import Box, LineItem, PageWords, Reading, TaxLine, Word
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def items(text: str, decimal: str = ".") -> tuple[LineItem, ...]:
    return find(lay_out(sketch(text)), load_pack(), decimal)


def numbers(found: tuple[LineItem, ...]) -> list[tuple[str, str, str]]:
    return [(str(item.quantity), str(item.unit_price), str(item.amount)) for item in found]


def tax_lines(text: str) -> list[tuple[str, str, str]]:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return [(str(line.rate), str(line.net), str(line.tax)) for line in invoice.tax_lines]


TABLE = """Description | Quantity | Unit price | Amount
Mug | 2 | 8.00 | 16.00
Bag | 1 | 25.00 | 25.00
Subtotal | | | 41.00"""


def test_a_plain_table_gives_one_item_a_row() -> None:
    found = items(TABLE)
    assert numbers(found) == [("2", "8.00", "16.00"), ("1", "25.00", "25.00")]
    assert [item.description for item in found] == ["Mug", "Bag"]
    assert all(item.confidence > 0.9 and item.evidence[0].page == 1 for item in found)


def test_the_sums_below_a_table_are_no_items() -> None:
    assert len(items(TABLE + "\nVAT 20% | | | 8.20\nTotal | | | 49.20")) == 2


def test_a_wrapped_description_is_joined() -> None:
    (mug, bag) = items(TABLE.replace("Mug | 2 | 8.00 | 16.00", "Mug | 2 | 8.00 | 16.00\nwith two handles"))
    assert mug.description == "Mug with two handles"
    assert bag.description == "Bag"


def test_a_table_goes_on_under_its_head_on_the_next_page() -> None:
    second = "Description | Quantity | Unit price | Amount\nCap | 3 | 5.00 | 15.00\nTotal | | | 56.00"
    found = items("\n".join(TABLE.split("\n")[:3]) + "\n---\n" + second)
    assert [item.evidence[0].page for item in found] == [1, 1, 2]


def test_quantity_times_price_settles_what_a_thousand_is() -> None:
    found = items("Bezeichnung | Menge | Einzelpreis | Gesamt\nSchrauben | 1.000 | 0,05 | 50,00", ",")
    assert numbers(found) == [("1000", "0.05", "50.00")]


def test_a_page_without_a_table_has_no_items() -> None:
    assert items("Total | 12.00\nThank you") == ()


def test_a_row_of_rate_base_and_tax_is_a_tax_line() -> None:
    page = "Net total | 418.20\nVAT | 21.00 % | 418.20 | 87.82\nGrand total | 506.02"
    assert tax_lines(page) == [("21.00", "418.20", "87.82")]


def test_a_tax_without_its_base_takes_the_net_of_the_document() -> None:
    assert tax_lines("Total HT | 100,00 €\nTVA 20 % | 20,00 €\nTotal TTC | 120,00 €") == [("20.00", "100.00", "20.00")]


def test_several_rates_make_several_tax_lines_and_prove_the_totals() -> None:
    page = """Net total | 213.00
Tax | Rate | Base | Amount
VAT | 7 % | 113.00 | 7.91
VAT | 19 % | 100.00 | 19.00
Total tax | 26.91
Grand total | 239.91"""
    assert tax_lines(page) == [("19.00", "100.00", "19.00"), ("7.00", "113.00", "7.91")]


def test_a_discount_given_in_percent_is_no_tax_line() -> None:
    assert tax_lines("Subtotal | 100.00\nDiscount 10 % | -10.00\nTotal | 90.00") == []


def test_tax_lines_carry_their_evidence() -> None:
    (invoice,) = understand(sketch("VAT 20% of 100.00 | 20.00\nGrand total | 120.00"), load_pack(), Settings())
    (line,) = invoice.tax_lines
    assert isinstance(line, TaxLine)
    assert line.rate == Decimal("20.00")
    assert "20%" in line.evidence[0].text


def test_a_table_of_taxes_beside_the_totals_is_not_taken_for_items() -> None:
    page = """Libellé | Qté | P.U. HT | TVA | Montant HT
Café | 2 | 83,00 € | 20% | 166,00 €
Livre | 10 | 66,00 € | 10% | 660,00 €
Taux | Base HT | Montant TVA | Montant TTC | Total hors taxes | 826,00 €
20% | 166,00 | 33,20 | 199,20 | TVA | 99,20 €
10% | 660,00 | 66,00 | 726,00 | TOTAL TTC | 925,20 €"""
    assert [item.description for item in items(page, ",")] == ["Café", "Livre"]


def test_a_rate_with_its_sign_in_front_makes_a_tax_line() -> None:
    page = "Fatura No: A-17\nTarih: 03.05.2024\nAra Toplam | 100,00 TL\nKDV %20 | 20,00 TL\nGenel Toplam | 120,00 TL"
    assert tax_lines(page) == [("20.00", "100.00", "20.00")]


def test_what_stands_beside_a_table_is_not_of_it() -> None:
    page = """Description | Qty | Unit | Price | Amount | SELLER
Steel bolts | 2 | kg | 10.00 | 20.00 | Example Ltd
Copper wire | 3 | m | 5.00 | 15.00 | Somewhere"""
    assert [(item.description, item.unit) for item in items(page)] == [("Steel bolts", "kg"), ("Copper wire", "m")]


def test_the_head_of_a_table_of_taxes_beside_a_misread_total_is_no_item() -> None:
    page = """Description | Quantity | Unit price | Amount
Steel bolts | 2 | 10.00 | 20.00
Copper wire | 3 | 5.00 | 15.00
VAT rate | Net | VAT amount | Gross amount | Tofel nel | 35.00"""
    assert [item.description for item in items(page)] == ["Steel bolts", "Copper wire"]


def test_columns_whose_heads_are_not_understood_are_told_by_their_product() -> None:
    rows = "Lunch | 80 | 22.80 | 1,824.00\nCoach | 2 | 60.00 | 120.00\nSubtotal | | | 1,944.00"
    table = f"Description | Pax | Zorp | Amount\n{rows}"
    assert numbers(items(table)) == [("80", "22.80", "1824.00"), ("2", "60.00", "120.00")]
    wrong = table.replace("22.80", "22.90")
    assert [quantity for quantity, _, _ in numbers(items(wrong))] == ["None", "None"]


def test_a_table_of_what_and_how_much_has_items_where_their_sum_is_printed() -> None:
    table = "Description | Amount\nPlan | 39.02\nCards | 24.39\nSubtotal | 63.41"
    assert [amount for _, _, amount in numbers(items(table))] == ["39.02", "24.39"]
    assert items(table.replace("63.41", "99.00")) == ()


def test_words_left_of_all_heads_are_what_the_items_are_where_each_row_is_proved() -> None:
    table = (
        "Days | Per day | Total\nMarquee | 4 | 620.00 | 2,480.00\nFloor | 3 | 210.00 | 630.00\nSubtotal | | | 3,110.00"
    )
    shifted = " | " + table
    assert numbers(items(shifted)) == [("4", "620.00", "2480.00"), ("3", "210.00", "630.00")]
    assert items(shifted.replace("620.00", "650.00")) == ()


def test_a_row_that_proves_itself_is_an_item_though_it_begins_as_a_total_does() -> None:
    found = items(
        "Descripción | Cant. | Precio ud. | Importe\n"
        "Papel A4 | 12,00 | 23,90 | 286,80\n"
        "Cuota de mantenimiento | 1,00 | 270,90 | 270,90\n"
        "Desplazamiento | 2,00 | 27,31 | 54,62\n"
        "Total IVA | | | 128,59",
        ",",
    )
    assert [item.description for item in found] == ["Papel A4", "Cuota de mantenimiento", "Desplazamiento"]


def test_numbers_at_the_foot_of_a_page_are_no_item_of_a_table_that_goes_on() -> None:
    head = "Description | Quantity | Unit price | Amount\n"
    foot = "\n\n\n\n\n12 Mill Lane | | | account 6774"
    found = items(f"{head}Mug | 2 | 8.00 | 16.00{foot}\n---\n{head}Bag | 1 | 25.00 | 25.00\nTotal | | | 41.00")
    assert [item.description for item in found] == ["Mug", "Bag"]


def test_two_numbers_side_by_side_that_make_the_sum_are_quantity_and_price_whatever_head_is_lost() -> None:
    found = items("Descrição | Unid. | | V. unitário | V. total\nParafuso | UN | 4,0000 | 12,5000 | 50,00", ",")
    assert numbers(found) == [("4.0000", "12.5000", "50.00")]
    assert found[0].confidence > 0.9


def test_a_sum_is_not_its_own_price() -> None:
    (free, single) = items("Description | Quantity | Amount\nSample | 3 | 0.00\nMug | 1 | 8.00")
    assert (free.unit_price, single.unit_price) == (None, None)


def test_rows_that_prove_themselves_need_no_heads() -> None:
    page = "Oak wardrobe | 1 pc | 4,280.00 | 4,280.00\nSliding doors | 3 pcs | 390.00 | 1,170.00\nSubtotal | 5,450.00"
    assert numbers(items(page)) == [("1", "4280.00", "4280.00"), ("3", "390.00", "1170.00")]
    assert items(page.replace("5,450", "5,540")) == ()
    german = "Handbuch | 148 Seiten | 21,50 € | 3.182,00 €\nLesen | 12 Std. | 58,00 € | 696,00 €\nSumme | 3.878,00 €"
    assert numbers(items(german, ",")) == [("148", "21.50", "3182.00"), ("12", "58.00", "696.00")]
    assert items("Rent | 1 | 900.00 | 900.00\nTax 10 % | 900.00 | 90.00") == ()  # any sum stands twice somewhere


def test_a_price_may_stand_before_how_many_there_are() -> None:
    page = "Chops | 5.50 | 4 kg | 22.00\nSoda | 11.76 | 1 | 11.76\nTotal | 33.76"
    assert numbers(items(page)) == [("4", "5.50", "22.00"), ("1", "11.76", "11.76")]


def test_a_minus_before_the_sums_of_a_credit_note_leaves_its_items() -> None:
    page = TABLE.replace("16.00", "-16.00").replace("| 25.00\n", "| -25.00\n").replace("41.00", "-41.00")
    assert numbers(items(page)) == [("2", "8.00", "-16.00"), ("1", "25.00", "-25.00")]


def test_sums_carried_from_page_to_page_are_no_items() -> None:
    table = "Naziv robe | Kol. | Cijena | Iznos\n"
    first = f"{table}Brašno | 2 | 8,00 | 16,00\nSol | 1 | 25,00 | 25,00\nPrijenos | | | 41,00"
    second = f"{table}Prijenos | | | 41,00\nKvasac | 3 | 2,00 | 6,00\nIznos bez PDV-a | | | 47,00"
    found = items(f"{first}\n{second}", ",")
    assert numbers(found) == [("2", "8.00", "16.00"), ("1", "25.00", "25.00"), ("3", "2.00", "6.00")]


def test_a_number_far_from_another_is_no_part_of_it() -> None:
    row = Row({"amount": [Word(text, Box(left, 0, left + 20, 10)) for text, left in (("5", 0), ("438,90", 32))]})
    near = Row({"amount": [Word(text, Box(left, 0, left + 20, 10)) for text, left in (("5", 0), ("438,90", 23))]})
    assert (row.text("amount"), near.text("amount")) == ("5  438,90", "5 438,90")


def test_the_last_of_two_sums_with_their_tax_between_is_the_gross() -> None:
    head = "Tuote | Määrä | à-hinta | Alv % | Veroton | Vero | Yhteensä"
    (item,) = items(f"{head}\nKirja | 2 | 50,00 | 13,5 | 90,00 | 12,15 | 102,15", ",")
    assert numbers((item,)) == [("2", "50.00", "90.00")]


def test_heads_broken_over_two_rows_are_read_whole() -> None:
    found = items(
        "Mal Hizmet | Miktar | Birim Fiyat | KDV | KDV | Mal Hizmet\n . | . | . | Oranı | Tutarı | Tutarı\n"
        "Bakım | 2 | 3.500,00 | %20 | 1.400,00 | 7.000,00",
        ",",
    )
    assert numbers(found) == [("2", "3500.00", "7000.00")]


def test_items_with_their_rates_make_the_tax_lines() -> None:
    text = (
        "Lasku\nTuote | Määrä | à-hinta | Alv % | Veroton\nKirja | 2 | 50,00 | 13,5 | 100,00\n"
        "Kortti | 1 | 40,00 | 25,5 | 40,00\nVeroton yhteensä | 140,00\nArvonlisävero | 23,70\nYhteensä | 163,70 €"
    )
    assert tax_lines(text) == [("25.50", "40.00", "10.20"), ("13.50", "100.00", "13.50")]


def test_the_one_rate_in_the_head_of_a_table_joins_net_and_tax_that_lines_round() -> None:
    text = "Net | VAT 21% | Total\nTotal net | 66.11\nTotal VAT | 13.89\nTotal due | 80.00"
    assert tax_lines(text) == [("21.00", "66.11", "13.89")]


def test_heads_that_narrow_columns_break_are_read_as_one() -> None:
    rows = [
        [("Description", 40), ("Price", 160), ("VAT", 192), ("Total", 214)],
        [("net", 160), ("rate", 190), ("gross", 217)],
        [("Pump", 40), ("3.00", 160), ("20%", 190), ("7.20", 222)],
    ]
    words = [
        Word(text, Box(left, 100 + 12 * row, left + 5 * len(text), 110 + 12 * row))
        for row, cells in enumerate(rows)
        for text, left in cells
    ]
    grid = make_grids(lay_out(Reading((PageWords(1, 595, 842, tuple(words)),))))[0]
    head = find_head(grid, load_pack(), 0)
    assert head is not None
    assert [column.kind for column in head[0]] == ["description", "unit_price", "tax_rate", "gross"]
    assert head[1] == 2


def test_the_first_line_of_an_item_is_no_second_line_of_heads() -> None:
    (plan,) = items("Description | Qty | Unit price | Amount\nService fee |\nfor May | 2 | 8.00 | 16.00")
    assert (str(plan.quantity), str(plan.amount)) == ("2", "16.00")


def test_a_sum_beside_its_tax_is_told_by_quantity_and_price() -> None:
    found = items("Description | Qty | Unit price | Worth | Amount\nValve | 3 | 185.00 | 555.00 | 116.55")
    assert numbers(found) == [("3", "185.00", "555.00")]


def test_a_sum_before_tax_is_found_beside_that_with_tax_where_a_unit_sticks_to_the_quantity() -> None:
    found = items("Description | Qty | Unit price | Amount | Amount\nSnow work | 14.5h | 42.00 | 609.00 | 764.30")
    assert numbers(found) == [("14.5", "42.00", "609.00")]
