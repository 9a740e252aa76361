"""Words become rows and cells, whatever the jitter and the skew of their boxes."""

from __future__ import annotations

import math
import random
import re
from dataclasses import replace

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.layout.grid import make_grids
from invoice_ocr.layout.lines import lay_out, measure_slope
from invoice_ocr.model import Box, PageWords, Reading, Word

TABLE = "Item | Qty | Price\nIsothermic mug | 2 | 8.00\nTrekking bag | 1 | 25.00\nTotal net | | 41.00"


def rows_of(reading: Reading) -> list[list[str]]:
    return [[line.text for line in row] for row in lay_out(reading).pages[0].rows]


def shaken(reading: Reading, jitter: float, slope: float) -> Reading:
    """The reading as a scan would give it: every box moved a little, the page turned by a slope, words in any order."""
    chance = random.Random(7)
    page = reading.pages[0]
    words = []
    for word in page.words:
        x, y = chance.uniform(-jitter, jitter), chance.uniform(-jitter, jitter) + slope * word.box.center_x
        box = Box(word.box.left + x, word.box.top + y, word.box.right + x, word.box.bottom + y)
        words.append(Word(word.text, box, 0.9))
    chance.shuffle(words)
    return Reading((PageWords(1, page.width, page.height, tuple(words)),))


def test_words_that_run_up_or_down_are_lines_of_their_own_after_the_others() -> None:
    page = sketch(TABLE).pages[0]
    left, right = page.words[0].box.left - 30, page.words[0].box.left + 400
    down = [Word(text, Box(right, top, right + 10, top + 40), turn=90) for text, top in (("runs", 10), ("down", 54))]
    up = [Word(text, Box(left, top, left + 10, top + 40), turn=270) for text, top in (("up", 54), ("runs", 98))]
    beside = Word("second", Box(left + 12, 98, left + 22, 138), turn=270)
    aside = replace(page, words=(*down, *page.words, *up, beside))
    rows = rows_of(Reading((aside,)))
    assert rows[:-3] == rows_of(Reading((page,)))
    assert rows[-3:] == [["runs down"], ["runs up"], ["second"]]


def test_words_are_joined_to_cells_and_cells_to_rows() -> None:
    assert rows_of(sketch(TABLE)) == [
        ["Item", "Qty", "Price"],
        ["Isothermic mug", "2", "8.00"],
        ["Trekking bag", "1", "25.00"],
        ["Total net", "41.00"],
    ]


def test_jitter_of_a_tenth_of_the_height_changes_nothing() -> None:
    assert rows_of(shaken(sketch(TABLE), 1.0, 0.0)) == rows_of(sketch(TABLE))


def test_a_page_turned_by_two_degrees_keeps_its_rows() -> None:
    many = "\n".join(f"Label number {i} : | value {i} of it | {i}.00" for i in range(12))
    turned = shaken(sketch(many), 0.5, math.tan(math.radians(2)))
    assert abs(measure_slope(turned.pages[0].words) - math.tan(math.radians(2))) < 0.01
    assert rows_of(turned) == rows_of(sketch(many))


def test_an_empty_page_has_no_rows() -> None:
    document = lay_out(Reading((PageWords(1, 595.0, 842.0),)))
    assert document.pages[0].rows == ()
    assert document.pages[0].lines == ()


def test_the_boxes_that_come_back_are_those_that_went_in() -> None:
    reading = sketch(TABLE)
    given = {word.box for word in reading.pages[0].words}
    assert {word.box for line in lay_out(reading).pages[0].lines for word in line.words} == given


def test_a_cell_knows_where_its_characters_stand() -> None:
    (grid,) = make_grids(lay_out(sketch("Total: 12.50 EUR")))
    (cell,) = grid.cells()
    start = cell.text.index("12.50")
    assert [word.text for word in cell.words(start, start + 5)] == ["12.50"]
    assert cell.box_of(start, start + 5) == cell.words(start, start + 5)[0].box


def test_part_of_a_word_has_part_of_its_box() -> None:
    word = Word("Total:12.50", Box(0, 0, 110, 10))
    (grid,) = make_grids(lay_out(Reading((PageWords(1, 595, 842, (word,)),))))
    (cell,) = grid.cells()
    assert cell.box_of(6, 11).left == pytest.approx(60)
    assert cell.box_of(6, 11).right == pytest.approx(110)


def test_a_gap_too_wide_for_one_number_shows_as_two_spaces() -> None:
    near = Reading((PageWords(1, 595, 842, (Word("1", Box(0, 0, 5, 10)), Word("234,56", Box(8, 0, 40, 10)))),))
    wide = Reading((PageWords(1, 595, 842, (Word("1", Box(0, 0, 5, 10)), Word("234,56", Box(11, 0, 43, 10)))),))
    assert [cell.text for grid in make_grids(lay_out(near)) for cell in grid.cells()] == ["1 234,56"]
    assert [cell.text for grid in make_grids(lay_out(wide)) for cell in grid.cells()] == ["1  234,56"]


def test_neighbours_are_found_right_and_below() -> None:
    (grid,) = make_grids(lay_out(sketch(TABLE)))
    price = grid.rows[0][2]
    assert [cell.text for cell in grid.right_of(grid.rows[1][0])] == ["2", "8.00"]
    assert [cell.text for cell in grid.below(price, price.box, 30.0)] == ["8.00", "25.00"]


def test_words_of_a_fixed_width_face_a_letter_apart_stay_one_text_with_one_space() -> None:
    """There a space is as wide as any letter: more than the gap between columns elsewhere."""
    rows = ["Net amount of this invoice in euro", "Transfer it to PL54 1112 4146 please", "Total due now      12.00"]
    words = [
        Word(part.group(), Box(6.0 * part.start(), 20.0 * top, 6.0 * part.end() - 1.0, 20.0 * top + 7.0))
        for top, row in enumerate(rows, 1)
        for part in re.finditer(r"\S+", row)
    ]
    (grid,) = make_grids(lay_out(Reading((PageWords(1, 400, 200, tuple(words)),))))
    assert [[cell.text for cell in row] for row in grid.rows] == [[rows[0]], [rows[1]], ["Total due now", "12.00"]]


def test_characters_down_the_side_of_a_block_are_one_cell_beside_its_first_line() -> None:
    column = [Word(char, Box(40, 100 + 14 * i, 50, 110 + 14 * i)) for i, char in enumerate("购买方信息")]
    block = [Word("名称：北风科技", Box(54, 112, 140, 122)), Word("电话：12345", Box(54, 140, 140, 150))]
    page = PageWords(1, 595.0, 842.0, (*column, *block, Word("元", Box(300, 70, 310, 80))))
    assert rows_of(Reading((page,))) == [["元"], ["购买方信息", "名称：北风科技"], ["电话：12345"]]
    (line,) = [line for line in lay_out(Reading((page,))).pages[0].lines if line.text == "购买方信息"]
    assert line.box == Box(40, 100, 50, 166)
    two = PageWords(1, 595.0, 842.0, (*column[:2], *block))
    assert rows_of(Reading((two,)))[0] == ["购"]  # two are no column
    letters = [Word(char, Box(40, 100 + 14 * i, 50, 110 + 14 * i)) for i, char in enumerate("12345")]
    assert len(rows_of(Reading((PageWords(1, 595.0, 842.0, tuple(letters)),)))) == 5


def test_units_under_one_another_in_a_table_are_no_column() -> None:
    rows = "品名 | 单位 | 数量\n打印机 | 台 | 30\n复印纸 | 箱 | 10\n硒鼓 | 个 | 20\n鼠标 | 只 | 15"
    assert rows_of(sketch(rows)) == [row.split(" | ") for row in rows.split("\n")]


def in_two_lines(*cells: tuple[str, str, float, float]) -> list[Word]:
    """Words of rows 40 points apart: cells of text in two lines, "" in the second for one half-way up."""
    words = []
    for first, second, left, top in cells:
        for text, by in ((first, 0.0), (second, 12.0)) if second else ((first, 6.0),):
            at = left
            for part in text.split():
                words.append(Word(part, Box(at, top + by, at + 5.0 * len(part), top + by + 10.0)))
                at += 5.0 * len(part) + 3.0
    return words


def cells_of(words: list[Word]) -> list[list[str]]:
    (grid,) = make_grids(lay_out(Reading((PageWords(1, 595, 842, tuple(words)),))))
    return [[cell.text for cell in row] for row in grid.rows]


def test_a_cell_of_two_lines_stands_in_the_row_of_the_value_half_way_between_them() -> None:
    words = in_two_lines(
        ("Subtotal", "", 40, 100),
        ("420.00", "", 300, 100),
        ("VAT of 21 % on", "420.00", 40, 140),
        ("88.20", "", 300, 140),
        ("Subject", "to 10%", 40, 180),
        ("£16.00", "", 120, 180),
        ("Consumption", "tax", 200, 180),
        ("1.60", "", 300, 180),
    )
    assert cells_of(words) == [
        ["Subtotal", "420.00"],
        ["VAT of 21 % on 420.00", "88.20"],
        ["Subject to 10%", "£16.00", "Consumption tax", "1.60"],
    ]


def test_two_labels_beside_an_address_are_no_cell_of_two_lines() -> None:
    words = in_two_lines(("Invoice date:", "Order:", 40, 100), ("75 Linne Road", "", 300, 100))
    assert cells_of(words) == [
        ["Invoice date:"],
        ["75 Linne Road"],
        ["Order:"],
    ]


def test_two_labels_with_values_of_their_own_are_no_cell_of_two_lines() -> None:
    words = in_two_lines(("Net", "Tax", 40, 100), ("11.37", "0.80", 140, 100), ("12.17", "", 300, 100))
    assert cells_of(words) == [["Net", "11.37"], ["12.17"], ["Tax", "0.80"]]


def test_a_row_of_two_line_cells_is_one_row() -> None:
    words = in_two_lines(
        ("1", "", 40, 100),
        ("Anchor", "10 kg", 80, 100),
        ("4 pcs", "", 160, 100),
        ("3.150,00", "TL", 220, 100),
        ("12.600,00", "", 300, 100),
    )
    assert cells_of(words) == [["1", "Anchor 10 kg", "4 pcs", "3.150,00 TL", "12.600,00"]]


def test_a_row_that_numbers_the_columns_of_a_form_is_no_row_of_values() -> None:
    def cells(text: str) -> list[list[str]]:
        return [[cell.text for cell in row] for row in make_grids(lay_out(sketch(text)))[0].rows]

    assert cells("Goods | Qty | Price | Value\n1 | 2 | 3 | 4=2x3\nPump | 2 | 3.00 | 6.00")[1][0] == "Pump"
    assert cells("Goods | Qty | Price | Value\n0 | 1 | 2 | 3 (1x2)\nPump | 2 | 3.00 | 6.00")[1][0] == "Pump"
    assert cells("Goods | Qty | Price | Value\n1 | 2 | 3 | 6\nPump | 2 | 3.00 | 6.00")[1][0] == "1"
