"""The plug-in for OCRmyPDF: it is found, reads what it is handed, and gives places back where OCRmyPDF wants them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pikepdf
import pymupdf
import pytest
from lxml import etree
from ocrmypdf import __version__ as version
from ocrmypdf._plugin_manager import get_plugin_manager
from ocrmypdf.pluginspec import OcrEngine
from PIL import Image

from invoice_ocr import ocrmypdf as plugin

SAMPLE = Path(__file__).parent.parent / "fixtures/samples"
ENGLISH = SimpleNamespace(languages=["eng"])


@pytest.fixture(scope="module")
def scan(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A page drawn as OCRmyPDF hands it over: 150 dots an inch."""
    place = tmp_path_factory.mktemp("scan") / "page.png"
    document = pymupdf.open()
    page = document.new_page(width=400, height=300)
    for line in range(12):
        page.insert_text((40, 40 + line * 20), f"Invoice {1000 + line} of October, total 12{line}.50 EUR", fontsize=12)
    drawn = page.get_pixmap(dpi=150)
    Image.frombytes("RGB", (drawn.width, drawn.height), drawn.samples).save(place, dpi=(150, 150))
    return place


def test_ocrmypdf_takes_the_engine_when_told_to_and_only_then() -> None:
    assert version
    ours = get_plugin_manager(["invoice_ocr.ocrmypdf"]).hook.get_ocr_engine()
    assert isinstance(ours, OcrEngine)
    assert str(ours).startswith("invoice-ocr ")
    assert not str(get_plugin_manager([]).hook.get_ocr_engine()).startswith("invoice-ocr")


def test_a_page_of_text_has_the_words_where_they_stand(scan: Path, tmp_path: Path) -> None:
    made, text = tmp_path / "text.pdf", tmp_path / "page.txt"
    plugin.InvoiceOcrEngine.generate_pdf(scan, made, text, ENGLISH)
    assert "Invoice 1003 of October, total 123.50 EUR" in text.read_text(encoding="utf-8")
    (page,) = pymupdf.open(made)
    assert (page.rect.width, page.rect.height) == pytest.approx((400, 300), abs=1)
    left, top, right, bottom = next(word[:4] for word in page.get_text("words") if word[4] == "1003")
    assert (left, right) == pytest.approx((84, 111), abs=4)
    assert top < 97 < bottom + 1
    assert not np.frombuffer(page.get_pixmap().samples, np.uint8).min() < 255
    with pikepdf.open(made) as document:  # OCRmyPDF copies one stream and a font of this name
        assert b"/F1" in document.pages[0].Contents.read_bytes()
        assert "/F1" in document.pages[0].Resources.Font


def test_hocr_counts_in_pixels_of_the_picture(scan: Path, tmp_path: Path) -> None:
    made = tmp_path / "page.hocr"
    plugin.InvoiceOcrEngine.generate_hocr(scan, made, tmp_path / "page.txt", ENGLISH)
    words = {
        "".join(span.itertext()): span.get("title")
        for span in etree.parse(made).iter("{*}span")
        if span.get("class") == "ocrx_word"
    }
    left, _, right, _ = (int(side) for side in words["1003"].partition(";")[0].split()[1:])
    assert (left, right) == pytest.approx((175, 231), abs=8)


def test_a_page_is_turned_and_straightened_as_it_says(scan: Path, tmp_path: Path) -> None:
    turned = tmp_path / "turned.png"
    for clockwise in (0, 90, 180, 270):
        with Image.open(scan) as image:
            image.rotate(-clockwise, expand=True).save(turned, dpi=(150, 150))
        found = plugin.InvoiceOcrEngine.get_orientation(turned, ENGLISH)
        assert (found.angle + clockwise) % 360 == 0
        assert found.confidence >= 14  # what OCRmyPDF turns pages from
    with Image.open(scan) as image:
        image.rotate(-3, expand=True, fillcolor="white").save(turned, dpi=(150, 150))
    assert plugin.InvoiceOcrEngine.get_deskew(turned, ENGLISH) == pytest.approx(3, abs=0.3)


def test_languages_are_named_as_tesseract_does_and_narrow_what_is_read() -> None:
    known = plugin.InvoiceOcrEngine.languages(ENGLISH)
    assert {"eng", "deu", "pol", "ell", "uk"} <= known
    assert plugin.narrowed(ENGLISH) == ""
    assert plugin.narrowed(SimpleNamespace(languages=["deu", "pol"])) == "de,pl"
