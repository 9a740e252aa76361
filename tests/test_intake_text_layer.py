"""A text layer is believed where the page shows what it says: hidden words are dropped, doubtful pages are read."""

from __future__ import annotations

import io
from typing import Any

import pikepdf
import pymupdf
import pytest
from PIL import Image

from invoice_ocr.intake.pages import Part, Request, Sheet
from invoice_ocr.intake.parse import parse
from invoice_ocr.intake.tokens import tokens_of

BODY = [f"Line {number} of an ordinary invoice with words enough 12.{number:02d}" for number in range(12)]


def page() -> tuple[Any, Any]:
    """A document with one page of ordinary text."""
    made = pymupdf.open()
    only = made.new_page()
    for index, line in enumerate(BODY):
        only.insert_text((60, 300 + 20 * index), line, fontsize=10)
    return made, only


def read(made: Any, **settings: Any) -> Part:
    return parse(Request(made.tobytes(), **settings))


def sheet(made: Any, **settings: Any) -> Sheet:
    (only,) = read(made, **settings).sheets
    return only


def texts(only: Sheet) -> list[str]:
    assert only.words is not None, "the page was sent to OCR"
    return [text for text, _ in only.words]


def hide_white(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, color=(1, 1, 1))


def hide_nearly_white(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, color=(0.97, 0.97, 0.97))


def hide_mode_3(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, render_mode=3)


def hide_transparent(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, fill_opacity=0.0)


def hide_almost_transparent(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, fill_opacity=0.03)


def hide_tiny(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=1)


def hide_outside(only: Any) -> None:
    only.insert_text((700, 100), "SECRET 999.99", fontsize=12)


def hide_cropped(only: Any) -> None:
    only.insert_text((60, 40), "SECRET 999.99", fontsize=12)
    only.set_cropbox(pymupdf.Rect(0, 80, 595, 842))


def hide_under_white(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12)
    only.draw_rect(pymupdf.Rect(50, 80, 300, 110), color=(1, 1, 1), fill=(1, 1, 1))


def hide_under_white_with_a_rule(only: Any) -> None:
    hide_under_white(only)
    only.draw_line((50, 98), (300, 98), color=(0, 0, 0), width=0.8)


def hide_half_of_it(only: Any) -> None:
    only.insert_text((60, 100), "SECRET", fontsize=12)
    only.insert_text((160, 100), "999.99", fontsize=12)
    for left in (87, 181):
        only.draw_rect(pymupdf.Rect(left, 80, left + 60, 110), color=(1, 1, 1), fill=(1, 1, 1))


def hide_under_black(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12)
    only.draw_rect(pymupdf.Rect(50, 80, 300, 110), color=(0, 0, 0), fill=(0, 0, 0))


def hide_under_picture(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12)
    only.insert_image(pymupdf.Rect(50, 80, 300, 110), pixmap=noise(250, 30))


def hide_same_colour(only: Any) -> None:
    only.draw_rect(pymupdf.Rect(50, 80, 300, 110), color=(0, 0, 0.6), fill=(0, 0, 0.6))
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, color=(0, 0, 0.6))


def hide_clipped(only: Any) -> None:
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12)
    document = only.parent
    (*_, last) = only.get_contents()
    document.update_stream(last, b"q 0 0 10 10 re W n " + document.xref_stream(last) + b" Q")


def hide_in_a_layer_switched_off(only: Any) -> None:
    layer = only.parent.add_ocg("off", on=False)
    only.insert_text((60, 100), "SECRET 999.99", fontsize=12, oc=layer)


def noise(width: int, height: int) -> Any:
    import numpy as np

    samples = np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)
    return pymupdf.Pixmap(pymupdf.csRGB, width, height, samples.tobytes(), False)


@pytest.mark.parametrize(
    "hide",
    [
        hide_white,
        hide_nearly_white,
        hide_mode_3,
        hide_transparent,
        hide_almost_transparent,
        hide_tiny,
        hide_outside,
        hide_cropped,
        hide_under_white,
        hide_under_white_with_a_rule,
        hide_half_of_it,
        hide_under_black,
        hide_under_picture,
        hide_same_colour,
        hide_clipped,
        hide_in_a_layer_switched_off,
    ],
)
@pytest.mark.parametrize("rotation", [0, 270])
def test_hidden_text_is_never_a_word(hide: Any, rotation: int) -> None:
    made, only = page()
    hide(only)
    only.set_rotation(rotation)
    found = texts(sheet(made, text="layer"))
    assert "SECRET" not in found
    assert "999.99" not in found
    assert [word for word in found if word.startswith("12.")] == [f"12.{number:02d}" for number in range(12)]


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_page_shown_on_its_side_is_read_from_pixels_which_are_turned_before(rotation: int) -> None:
    made, only = page()
    only.set_rotation(rotation)
    assert sheet(made).words is None
    assert [code for code, _ in read(made, text="layer").issues] == ["text.layer-distrusted"]


def test_a_page_turned_so_that_its_text_stands_upright_keeps_its_text_layer() -> None:
    made = pymupdf.open()
    only = made.new_page()
    for index, line in enumerate(BODY):
        only.insert_text((300 + 20 * index, 800), line, fontsize=10, rotate=90)
    only.set_rotation(90)
    assert "12.07" in texts(sheet(made))


def test_what_was_left_out_is_said() -> None:
    made, only = page()
    hide_white(only)
    assert [code for code, _ in read(made).issues] == ["text.hidden"]
    made, _ = page()
    assert read(made).issues == []


def show_white_on_black(only: Any) -> None:
    only.draw_rect(pymupdf.Rect(50, 80, 300, 110), color=(0, 0, 0), fill=(0, 0, 0))
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=12, color=(1, 1, 1))


def show_grey(only: Any) -> None:
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=7, color=(0.75, 0.75, 0.75))


def show_small(only: Any) -> None:
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=4)


def show_huge(only: Any) -> None:
    only.insert_text((20, 200), "SHOWN 11.50", fontsize=80)


def show_on_picture(only: Any) -> None:
    only.insert_image(pymupdf.Rect(50, 80, 300, 110), pixmap=grey(250, 30))
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=12)


def show_outlined(only: Any) -> None:
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=20, render_mode=1)


def show_under_a_veil(only: Any) -> None:
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=12)
    only.draw_rect(pymupdf.Rect(50, 80, 300, 110), color=None, fill=(1, 1, 0), fill_opacity=0.3)


def show_under_a_stamp(only: Any) -> None:
    only.insert_text((60, 100), "SHOWN 11.50", fontsize=12)
    stream = io.BytesIO()
    stamp = Image.new("RGBA", (250, 30), (0, 0, 0, 0))
    stamp.paste((0, 0, 255, 90), (0, 0, 250, 4))
    stamp.save(stream, "PNG")
    only.insert_image(pymupdf.Rect(50, 80, 300, 110), stream=stream.getvalue())


def show_upright(only: Any) -> None:
    only.insert_text((60, 200), "SHOWN 11.50", fontsize=12, rotate=90)


def grey(width: int, height: int) -> Any:
    picture = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, width, height), False)
    picture.clear_with(225)
    return picture


@pytest.mark.parametrize(
    "show",
    [
        show_white_on_black,
        show_grey,
        show_small,
        show_huge,
        show_on_picture,
        show_outlined,
        show_under_a_veil,
        show_under_a_stamp,
        show_upright,
    ],
)
@pytest.mark.parametrize("rotation", [0, 90])
def test_text_that_can_be_seen_is_kept(show: Any, rotation: int) -> None:
    made, only = page()
    show(only)
    only.set_rotation(rotation)
    part = read(made, text="layer" if rotation else "auto")
    assert {"SHOWN", "11.50"} <= set(texts(part.sheets[0]))
    assert [code for code, _ in part.issues] == ["text.layer-distrusted"] * (rotation != 0)


def scan(**text: Any) -> Any:
    """A page that is a picture of print, with the same words as text laid over or under it."""
    shown, _ = page()
    picture = shown[0].get_pixmap(dpi=100)
    made = pymupdf.open()
    only = made.new_page()
    if text.pop("over", False):
        only.insert_image(only.rect, pixmap=picture)
    for index, line in enumerate(BODY):
        only.insert_text((60, 300 + 20 * index), line.replace("1", "7"), fontsize=10, **text)
    if not only.get_images():
        only.insert_image(only.rect, pixmap=picture)
    return made


@pytest.mark.parametrize(
    "text",
    [
        {"render_mode": 3, "over": True},
        {"render_mode": 3},
        {"color": (0.1, 0.1, 0.1)},
        {"fill_opacity": 0.0, "over": True},
        {"color": (1, 1, 1), "over": True},
    ],
)
def test_a_scan_with_the_words_of_some_ocr_behind_it_is_read_from_its_pixels(text: dict[str, Any]) -> None:
    only = sheet(scan(**text))
    assert only.words is None
    assert only.pixels is not None


def test_a_scan_with_a_stamped_line_of_text_is_read_from_its_pixels() -> None:
    shown, _ = page()
    made = pymupdf.open()
    only = made.new_page()
    only.insert_image(only.rect, pixmap=shown[0].get_pixmap(dpi=100))
    only.insert_text((60, 30), "Received 2024-05-06 page 1 of 1", fontsize=9)
    assert sheet(made).words is None


def test_an_invoice_printed_on_a_picture_of_letter_paper_keeps_its_words() -> None:
    made = pymupdf.open()
    only = made.new_page()
    paper = pymupdf.Pixmap(pymupdf.csRGB, pymupdf.IRect(0, 0, 600, 850), False)
    paper.clear_with(250)
    only.insert_image(only.rect, pixmap=paper)
    for index, line in enumerate(BODY):
        only.insert_text((60, 300 + 20 * index), line, fontsize=10)
    assert "12.03" in texts(sheet(made))


def test_text_drawn_as_curves_beside_a_few_words_is_read_from_its_pixels() -> None:
    shown, _ = page()
    made = pymupdf.open()
    only = made.new_page()
    for path in shown[0].get_text("rawdict")["blocks"]:
        for line in path["lines"]:
            for glyph in line["spans"][0]["chars"]:
                only.draw_oval(pymupdf.Rect(glyph["bbox"]) + pymupdf.Rect(1, 3, -1, -3))
    only.insert_text((60, 30), "ACME", fontsize=9)
    assert sheet(made).words is None


def test_layer_mode_takes_the_words_and_says_that_it_does_not_trust_them() -> None:
    part = read(scan(render_mode=3, over=True), text="layer")
    assert part.sheets[0].pixels is None
    assert part.sheets[0].words == []
    assert "text.layer-distrusted" in [code for code, _ in part.issues]


def glyphs(text: str, *, size: float = 10.0, step: float = 5.0, left: float = 0.0, **span: Any) -> dict[str, Any]:
    """A line as MuPDF gives it: each letter of `text` a glyph of width 5 on a raster of `step`; spaces are gaps."""
    chars = [
        {"c": char, "bbox": (left + i * step, 2.0, left + i * step + 5.0, 12.0), "origin": (left + i * step, 10.0)}
        for i, char in enumerate(text)
        if char != "_"
    ]
    style = {"size": size, "alpha": 255, "char_flags": 16, "color": 0, "origin": (left, 10.0)} | span
    return style | {"chars": chars}


def words(*spans: dict[str, Any]) -> list[str]:
    return [token.text for token in tokens_of([{"lines": [{"dir": (1.0, 0.0), "spans": list(spans)}]}])]


def test_words_are_split_at_spaces_and_at_gaps() -> None:
    assert words(glyphs("net 10.00")) == ["net", "10.00"]
    assert words(glyphs("net_10.00")) == ["net", "10.00"]
    assert words(glyphs("1\u00a0234,50")) == ["1", "234,50"]


def test_a_label_in_bold_and_its_value_are_two_words() -> None:
    assert words(glyphs("Total:"), glyphs("10.00", left=30.0)) == ["Total:", "10.00"]
    assert words(glyphs("Rech"), glyphs("nung", left=20.0)) == ["Rechnung"]


def test_raised_cents_are_not_more_euros() -> None:
    raised = glyphs("99", left=10.0, size=6.0)
    for char in raised["chars"]:
        char["origin"] = (char["origin"][0], 6.0)
    assert words(glyphs("12"), raised) == ["12", "99"]


def test_letterspaced_words_are_joined_and_kept_apart_from_each_other() -> None:
    assert words(glyphs("RECHNUNG", step=9.0)) == ["RECHNUNG"]
    assert words(glyphs("TAX_INVOICE", step=9.0)) == ["TAX", "INVOICE"]
    assert words(glyphs("2024", step=9.0)) == ["2024"]


def test_single_letters_far_apart_stay_single() -> None:
    assert words(glyphs("1234", step=17.0)) == ["1", "2", "3", "4"]
    assert words(glyphs("ABCD", step=30.0)) == ["A", "B", "C", "D"]


def test_print_doubled_for_boldness_is_one_word() -> None:
    assert words(glyphs("bold"), glyphs("bold", left=0.4)) in (["bold"], ["boldbold"])
    lines = [{"dir": (1.0, 0.0), "spans": [glyphs("bold", left=left)]} for left in (0.0, 0.4)]
    assert [token.text for token in tokens_of([{"lines": lines}])] == ["bold"]


def test_soft_hyphens_and_marks_without_ink_are_no_letters() -> None:
    assert words(glyphs("Rech\u00ad\u200bnung")) == ["Rechnung"]


@pytest.mark.parametrize("bad", ["\ufffd", "\ue001", "\x03", "\u0378"])
def test_glyphs_of_unknown_meaning_are_counted(bad: str) -> None:
    (token,) = tokens_of([{"lines": [{"dir": (1.0, 0.0), "spans": [glyphs(f"12{bad}50")]}]}])
    assert token.broken == 1


def test_radicals_that_programs_note_for_characters_are_read_as_these() -> None:
    spans = [glyphs("\u5f00\u7968\u2f47\u671f\u2ed8\uf90a\u2f3e")]
    (token,) = tokens_of([{"lines": [{"dir": (1.0, 0.0), "spans": spans}]}])
    assert (token.text, token.broken) == ("开票日期青金户", 0)


def test_a_glyph_that_claims_to_be_many_is_broken_but_a_ligature_is_not() -> None:
    for text, broken in (("of\ufb01ce", 0), ("office", 0), ("o1ce99", 3)):
        line = glyphs(text)
        if broken or text == "office":
            for char in line["chars"][3:]:
                char["bbox"] = (line["chars"][2]["bbox"][2], 2.0, line["chars"][2]["bbox"][2], 12.0)
        (token,) = tokens_of([{"lines": [{"dir": (1.0, 0.0), "spans": [line]}]}])
        if text != "office":
            assert token.broken == broken


def test_a_ligature_may_end_with_an_accent() -> None:
    for text, broken in (("caf\u00ed", 0), ("caf\u00e9", 1)):
        line = glyphs(text)
        line["chars"][-1]["bbox"] = (line["chars"][-2]["bbox"][2], 2.0, line["chars"][-2]["bbox"][2], 12.0)
        (token,) = tokens_of([{"lines": [{"dir": (1.0, 0.0), "spans": [line]}]}])
        assert token.broken == broken


def test_a_page_whose_letters_have_no_meaning_is_read_from_its_pixels() -> None:
    made, _ = page()
    assert sheet(made).words
    rows = "".join(f"<{code:02X}> <E0{code:02X}>\n" for code in range(48, 58))  # digits of a subset font gone private
    cmap = f"begincmap 1 begincodespacerange <00> <FF> endcodespacerange 10 beginbfchar\n{rows}endbfchar endcmap"
    with pikepdf.open(io.BytesIO(made.tobytes())) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.ToUnicode = pikepdf.Stream(pdf, cmap.encode())
        out = io.BytesIO()
        pdf.save(out)
    (only,) = parse(Request(out.getvalue())).sheets
    assert only.words is None


def meaningless(made: pymupdf.Document, letters: str) -> bytes:
    """The PDF with fonts that do not say what these letters mean."""
    rows = "".join(f"<{ord(letter):02X}> <FFFD>\n" for letter in letters)
    ranges = "begincmap 1 begincodespacerange <00> <FF> endcodespacerange"
    cmap = f"{ranges} {len(letters)} beginbfchar\n{rows}endbfchar endcmap"
    with pikepdf.open(io.BytesIO(made.tobytes())) as pdf:
        for font in pdf.pages[0].Resources.Font.values():
            font.ToUnicode = pikepdf.Stream(pdf, cmap.encode())
        out = io.BytesIO()
        pdf.save(out)
    return out.getvalue()


def test_a_few_words_with_unknown_letters_stay_marked_to_be_read_from_pixels() -> None:
    made, only = page()
    only.insert_text((60, 700), "No. B172FB37-0003", fontsize=10)
    content = meaningless(made, "-")
    (auto,) = parse(Request(content)).sheets
    assert auto.words is not None
    assert [text for text, _ in auto.words if "\ufffd" in text] == ["B172FB37\ufffd0003"]
    (layer,) = parse(Request(content, text="layer")).sheets
    assert layer.words is not None
    assert not [text for text, _ in layer.words if "B172" in text]


def test_icons_out_of_a_symbol_font_are_left_out_and_cost_nothing() -> None:
    lines = [{"dir": (1.0, 0.0), "spans": [glyphs("\ue001 call us")]}]
    assert [token.broken for token in tokens_of([{"lines": lines}])] == [1, 0, 0]
    made, only = page()
    only.insert_text((60, 100), "\u2709", fontsize=12, fontname="zadb")
    assert "12.03" in texts(sheet(made))
