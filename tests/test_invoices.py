"""The invoice generator: what it says about its documents is what stands on them."""

from __future__ import annotations

import json
import re
from datetime import date
from decimal import Decimal
from functools import cache
from random import Random
from typing import Any

import numpy as np
import pytest
from stdnum import iban
from stdnum.ch import uid as ch_uid
from stdnum.eu import vat
from stdnum.gb import vat as gb_vat

from invoice_ocr.training.invoice_layouts import LAYOUTS
from invoice_ocr.training.invoice_locale import LANGUAGES, load_locale
from invoice_ocr.training.invoice_parties import make_party
from invoice_ocr.training.invoice_sale import Sale, cents, make_sale
from invoice_ocr.training.invoice_scan import photo, scan
from invoice_ocr.training.invoice_sheet import Sheet, page_texts, render
from invoice_ocr.training.invoices import draw_invoice, dressed, main, pages, truth_of, write_invoice

# Every layout with two languages, every language at least once.
PAIRS = [(LANGUAGES[(i * 2 + j) % len(LANGUAGES)], layout) for i, layout in enumerate(LAYOUTS) for j in (0, 7)]


@cache
def drawn(language: str, layout: str, seed: int = 7) -> tuple[Sheet, Sale]:
    return draw_invoice(seed, language, layout, built_in=True)


def squeezed(text: str) -> str:
    return re.sub(r"\s", "", text).casefold()


@pytest.mark.parametrize(("language", "layout"), PAIRS)
def test_every_stated_value_stands_in_the_text_layer(language: str, layout: str) -> None:
    sheet, _ = drawn(language, layout)
    printed = squeezed(" ".join(page_texts(sheet.pdf())))
    for name, text in sheet.shown.items():
        if name not in ("tax_lines", "line_items"):
            assert squeezed(text) in printed, name


@pytest.mark.parametrize(("language", "layout"), PAIRS)
def test_the_truth_says_what_is_printed(language: str, layout: str) -> None:
    sheet, _ = drawn(language, layout)
    truth = truth_of(sheet, drawn(language, layout)[1])
    for name, text in sheet.shown.items():
        if name in ("tax_lines", "line_items", "currency") or name.endswith(("_date", "start", "end")):
            continue
        if name in ("total_net", "total_tax", "total_gross", "prepaid", "amount_due"):
            assert re.sub(r"\D", "", text) == truth[name].replace(".", ""), name
        else:
            assert squeezed(text).removesuffix("mwst") == squeezed(truth[name]), name
    assert str(truth["issue_date"])[:4][-2:] in sheet.shown["issue_date"]


@pytest.mark.parametrize(("language", "layout"), PAIRS)
def test_every_line_and_tax_rate_stands_in_the_text_layer(language: str, layout: str) -> None:
    sheet, sale = drawn(language, layout)
    printed = squeezed(" ".join(page_texts(sheet.pdf())))
    truth = truth_of(sheet, sale)
    assert len(truth["line_items"]) == len(sale.items)
    for item in sale.items:
        assert squeezed(sale.form.number(item.amount)) in printed
        assert all(squeezed(word) in printed for word in item.description.split())
    assert len(truth["tax_lines"]) == (0 if sale.exempt else len(sale.taxes))
    for tax, stated in zip(sale.taxes, truth["tax_lines"], strict=False):
        assert squeezed(sale.form.percent(tax.rate)) in printed
        for name in set(stated) - {"rate"}:
            assert squeezed(sale.form.number(getattr(tax, name))) in printed


@pytest.mark.parametrize("language", LANGUAGES)
def test_sums_agree_on_every_sale(language: str) -> None:
    for seed in range(25):
        sale = make_sale(Random(seed), language, shop=seed % 5 == 0)
        assert sale.net + sale.tax == sale.gross
        assert sum((tax.net for tax in sale.taxes), Decimal(0)) == sale.net
        assert sum((tax.tax for tax in sale.taxes), Decimal(0)) == sale.tax
        assert all(item.amount == cents(item.quantity * item.unit_price) for item in sale.items)
        charged = sale.gross if sale.gross_prices else sale.net
        assert sale.lines_total - sale.discount + sale.shipping == charged
        assert 0 <= sale.prepaid <= sale.gross
        assert sale.issue_date <= sale.due_date


@pytest.mark.parametrize("language", LANGUAGES)
def test_check_digits_are_right(language: str) -> None:
    for seed in range(10):
        party = make_party(Random(seed), load_locale(language))
        if language == "en-US":
            assert party.iban is None
            continue
        assert party.iban is not None
        assert iban.is_valid(party.iban)
        assert party.vat_id is not None
        check = {"GB": gb_vat, "CH": ch_uid}.get(load_locale(language).country, vat)
        assert check.is_valid(party.vat_id)


def test_domains_are_reserved_ones() -> None:
    for seed in range(50):
        party = make_party(Random(seed), load_locale(LANGUAGES[seed % len(LANGUAGES)]))
        domain = party.email.partition("@")[2]
        assert domain.endswith(".example") or domain in ("example.com", "example.org", "example.net")


def test_the_same_seed_gives_the_same_bytes() -> None:
    first = write_invoice(3, "fr", "ruled", built_in=True)
    assert write_invoice(3, "fr", "ruled", built_in=True) == first
    assert write_invoice(4, "fr", "ruled", built_in=True)[0] != first[0]


def test_truth_is_spelled_as_the_contract_asks() -> None:
    _, truth = write_invoice(5, "de", "modern", built_in=True)
    assert re.fullmatch(r"\d+\.\d\d", truth["total_gross"])
    assert date.fromisoformat(truth["issue_date"])
    assert truth["currency"] == "EUR"
    assert truth["document_type"] == "invoice"
    json.dumps(truth)


def test_what_is_not_printed_is_null_and_what_could_be_inferred_is_not_judged() -> None:
    for seed in range(40):
        sheet, sale = draw_invoice(seed, "nl", "freelance", built_in=True)
        truth = truth_of(sheet, sale)
        assert (truth["purchase_order"] is None) == ("purchase_order" not in sale.references)
        assert truth["amount_due"] if sale.prepaid else "amount_due" not in truth or sale.due == sale.gross


def test_credit_notes_state_positive_amounts() -> None:
    signs = set()
    for seed in range(12):
        sheet, sale = draw_invoice(seed, "it", "letter", kind="credit_note", built_in=True)
        signs.add(sale.sign)
        assert Decimal(truth_of(sheet, sale)["total_gross"]) > 0
        assert ("-" in sheet.shown["total_gross"] or "\u2212" in sheet.shown["total_gross"]) == (sale.sign < 0)
    assert signs == {1, -1}


def test_long_invoices_go_on_over_pages_with_their_number_on_each() -> None:
    sheet, sale = draw_invoice(9, "en-GB", "ruled", lines=60, built_in=True)
    texts = page_texts(sheet.pdf())
    assert len(texts) == len(sheet.sides) >= 2
    assert all(squeezed(sale.number) in squeezed(text) for text in texts)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_drawn_outside_the_page(layout: str) -> None:
    for seed in range(4):
        sheet, _ = draw_invoice(seed, LANGUAGES[seed], layout, built_in=True)
        for side in sheet.sides:
            for word in side.words:
                assert 0 <= word.box.left < word.box.right <= sheet.width, word.text
                assert 0 <= word.box.top < word.box.bottom <= sheet.height, word.text


def test_word_boxes_hold_the_ink() -> None:
    sheet, _ = draw_invoice(2, "de", "freelance", built_in=True)
    scale = 200 / 72
    grey = render(sheet.pdf(), 200)[0].min(axis=2)
    for word in sheet.sides[0].words:
        box = word.box.scaled(scale)
        left, top, right, bottom = round(box.left), round(box.top), round(box.right), round(box.bottom)
        assert grey[top:bottom, left:right].min() < 200, word.text
        edges = (grey[top:bottom, max(0, left - 3) : left - 2], grey[top:bottom, right + 2 : right + 3])
        assert all(edge.min() > 150 for edge in edges), word.text


def test_an_amount_grouped_by_spaces_is_one_word() -> None:
    texts = [
        word.text for seed in range(30) for word in draw_invoice(seed, "fr", "bare", built_in=True)[0].sides[0].words
    ]
    assert any(re.fullmatch(r"\d{1,3}( \d{3})+,\d\d.*", text) for text in texts)


def test_pages_come_as_pictures_with_words_in_pixels() -> None:
    for picture, words in pages(1, dpi=100):
        assert picture.dtype == np.uint8
        assert picture.shape[2] == 3
        assert words
        assert all(word.box.right <= picture.shape[1] and word.box.bottom <= picture.shape[0] for word in words)


@pytest.mark.parametrize("damage", [scan, photo])
def test_damage_is_gentle_seeded_and_leaves_its_input_alone(damage: Any) -> None:
    page = render(draw_invoice(2, "de", "till", built_in=True)[0].pdf(), 80)[0]
    before = page.copy()
    damaged = damage(page, 5)
    assert np.array_equal(page, before)
    assert damaged.dtype == np.uint8
    assert np.array_equal(damaged, damage(page, 5))
    assert not np.array_equal(damaged, damage(page, 6))
    ink = (damaged.min(axis=2) < 110).mean()
    assert ink > 0.3 * (page.min(axis=2) < 110).mean()


def test_hard_cases_turn_up_among_made_invoices() -> None:
    sales = [make_sale(Random(seed), "de") for seed in range(150)]
    assert any(sale.exempt for sale in sales)
    assert any(sale.gross_prices for sale in sales)
    assert any(sale.headline for sale in sales)
    assert any(sale.place for sale in sales)
    assert any(sale.others for sale in sales)
    assert any(sale.remarks for sale in sales)
    assert any("Skonto" in sale.terms for sale in sales)


def test_unknown_languages_are_named() -> None:
    with pytest.raises(KeyError, match="klingon"):
        draw_invoice(1, "klingon", "letter")


def test_the_command_writes_documents_and_their_truth(tmp_path: Any) -> None:
    main(["--count", "3", "--out", str(tmp_path)])
    rows = [json.loads(line) for line in (tmp_path / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["file"] for row in rows] == sorted(path.name for path in tmp_path.glob("*.pdf"))
    assert len({row["lang"] for row in rows}) > 1
    assert all({"doc_type", "lang", "pages", "truth"} <= row.keys() for row in rows)
    assert all((tmp_path / row["file"]).read_bytes().startswith(b"%PDF") for row in rows)


def test_documents_can_be_dressed_as_scans_and_photos() -> None:
    sheet, _ = draw_invoice(2, "de", "till", built_in=True)
    scanned, ending = dressed(sheet, "scan", 3)
    assert ending == "pdf"
    assert page_texts(scanned) == [""]
    assert dressed(sheet, "photo", 3)[0].startswith(b"\xff\xd8")
    sheet.turn_page()
    assert dressed(sheet, "photo", 3)[1] == "pdf"


def test_the_command_refuses_what_it_does_not_know(tmp_path: Any, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--count", "1", "--out", str(tmp_path), "--kinds", "papyrus"])
    assert "pdf, scan, photo" in capsys.readouterr().err
