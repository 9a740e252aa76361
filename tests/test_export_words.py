"""What `read` writes besides text, JSON and CSV: hOCR, ALTO, text in columns."""

from __future__ import annotations

import io
import re

import pytest
from lxml import etree

from invoice_ocr.export import WORD_EXPORTERS, WORD_SUFFIXES
from invoice_ocr.frames import inverse, moved
from invoice_ocr.model import Box, Frame, PageWords, Reading, Transcript, Word
from invoice_ocr.pipeline import laid_out

ROWS = (
    (("Position", 50), ("Menge", 250), ("Betrag", 400)),
    (("Schrauben & Muttern", 50), ("10", 270), ("1.190,00", 392)),
    (("Porto", 50), ("5,00", 410)),
    (("Summe", 50), ("1.195,00", 392)),
)
PLACES = (100, 115, 130, 190)
NS = {"h": "http://www.w3.org/1999/xhtml", "a": "http://www.loc.gov/standards/alto/ns-v4#"}
SIDEWAYS = Frame(600, 800, (0, 1, 0, -1, 0, 800, 0, 0, 1))


def words() -> list[Word]:
    made = []
    for row, top in zip(ROWS, PLACES, strict=True):
        for text, left in row:
            for match in re.finditer(r"\S+", text):
                box = Box(left + 6 * match.start(), top, left + 6 * match.end(), top + 10)
                made.append(Word(match[0], box, 0.9))
    return made


def transcript(frame: Frame | None = None, *, extra: str = "") -> Transcript:
    placed = [*words(), *([Word(extra, Box(50, 300, 90, 310), 0.5)] if extra else [])]
    if frame:
        back = inverse(frame.matrix)
        placed = [Word(word.text, moved(word.box, back), word.confidence) for word in placed]
    reading = Reading((PageWords(1, 800 if frame else 600, 600 if frame else 800, tuple(placed), frame=frame),))
    return Transcript("scan <1>.pdf", "0", reading, laid_out(reading))


def written(name: str, *transcripts: Transcript) -> bytes:
    stream = io.BytesIO()
    WORD_EXPORTERS[name](transcripts, stream)
    return stream.getvalue()


@pytest.mark.parametrize("frame", [None, SIDEWAYS])
def test_layout_keeps_the_columns_of_the_page_also_of_one_on_its_side(frame: Frame | None) -> None:
    head, first, second, *blank, last = written("layout", transcript(frame)).decode().splitlines()
    assert head.split() == ["Position", "Menge", "Betrag"]
    assert first.index("1.190,00") == last.index("1.195,00")
    assert abs(second.index("5,00") - first.index("0,00")) <= 1
    assert abs(first.index("10 ") - head.index("Menge")) <= 4
    assert blank
    assert not any(blank)


def test_layout_parts_pages_with_a_form_feed_and_passes_empty_ones() -> None:
    empty = Reading((PageWords(1, 10, 10),))
    assert written("layout", transcript(), transcript()).count(b"\f") == 1
    assert written("layout", Transcript("a", "0", empty, laid_out(empty)), Transcript("b", "0", None)) == b""


def test_hocr_has_pages_lines_and_words_with_places_in_pixels_of_300_an_inch() -> None:
    root = etree.fromstring(written("hocr", transcript(extra="a\x0bb<c>")))
    (page,) = root.findall(".//h:div[@class='ocr_page']", NS)
    assert page.get("title") == 'image "scan <1>.pdf"; bbox 0 0 2500 3333; ppageno 0; scan_res 300 300'
    first = root.find(".//h:span[@class='ocrx_word']", NS)
    assert first is not None
    assert (first.text, first.get("title")) == ("Position", "bbox 208 417 408 458; x_wconf 90")
    line = root.findall(".//h:span[@class='ocr_line']", NS)[3]
    assert "".join(line.itertext()) == "Schrauben & Muttern"
    assert root.findall(".//h:span[@class='ocrx_word']", NS)[-1].text == "a\ufffdb<c>"
    identities = [found.get("id") for found in root.iter() if found.get("id")]
    assert len(identities) == len(set(identities))


def test_alto_has_pages_lines_and_words_with_places_in_twelve_hundredths_of_an_inch() -> None:
    root = etree.fromstring(written("alto", transcript(), transcript()))
    assert root.findtext(".//a:MeasurementUnit", namespaces=NS) == "inch1200"
    pages = root.findall(".//a:Page", NS)
    assert [page.get("WIDTH") for page in pages] == ["10000", "10000"]
    string = root.find(".//a:String", NS)
    assert string is not None
    told = {name: string.get(name) for name in ("CONTENT", "HPOS", "VPOS", "WIDTH", "HEIGHT", "WC")}
    assert told == {"CONTENT": "Position", "HPOS": "833", "VPOS": "1667", "WIDTH": "800", "HEIGHT": "167", "WC": "0.90"}
    line = root.findall(".//a:TextLine", NS)[3]
    assert [etree.QName(child).localname for child in line] == ["String", "SP", "String", "SP", "String"]
    identities = [found.get("ID") for found in root.iter() if found.get("ID")]
    assert len(identities) == len(set(identities))


def test_a_page_on_its_side_says_so_in_markup() -> None:
    page = etree.fromstring(written("alto", transcript(SIDEWAYS))).find(".//a:Page", NS)
    assert page is not None
    assert float(page.get("ROTATION", "0")) == pytest.approx(-90)
    line = etree.fromstring(written("hocr", transcript(SIDEWAYS))).find(".//h:span[@class='ocr_line']", NS)
    assert line is not None
    assert "textangle -90.00" in line.get("title", "")


def test_suffixes_name_formats_that_exist() -> None:
    assert set(WORD_SUFFIXES.values()) <= set(WORD_EXPORTERS)
