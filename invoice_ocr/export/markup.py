"""Words with their places in the markup that archives and other OCR tools take: hOCR and ALTO."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, BinaryIO

from lxml import etree

from invoice_ocr import __version__, frames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.model import Box, Line, Page, PageWords, Transcript

DPI = 300  # of the pixels that hOCR counts in
_INCH1200 = 1200 / 72
_ALTO = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = f"{_ALTO} http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_XHTML = "http://www.w3.org/1999/xhtml"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


def write_hocr(transcripts: Iterable[Transcript], stream: BinaryIO, *, dpi: float = DPI) -> None:
    """One page of XHTML as hOCR 1.2 has it, all files in it; places in pixels of `dpi` to the inch (`scan_res`)."""
    html = etree.Element(f"{{{_XHTML}}}html", nsmap={None: _XHTML})
    head = etree.SubElement(html, f"{{{_XHTML}}}head")
    etree.SubElement(head, f"{{{_XHTML}}}title").text = "invoice-ocr"
    for name, content in (
        ("ocr-system", f"invoice-ocr {__version__}"),
        ("ocr-capabilities", "ocr_page ocr_par ocr_line ocrx_word ocrp_wconf"),
    ):
        etree.SubElement(head, f"{{{_XHTML}}}meta", name=name, content=content)
    body = etree.SubElement(html, f"{{{_XHTML}}}body")
    for number, (file, words, page) in enumerate(_pages(transcripts), 1):
        body.append(_hocr_page(number, file, words, page, dpi))
    _write(html, stream, doctype="<!DOCTYPE html>")


def _hocr_page(number: int, file: str, words: PageWords, page: Page, dpi: float) -> etree._Element:
    scale = dpi / 72
    size = f"bbox 0 0 {round(page.width * scale)} {round(page.height * scale)}"
    name = _printable(file).replace('"', "'")
    title = f'image "{name}"; {size}; ppageno {words.number - 1}; scan_res {round(dpi)} {round(dpi)}'
    made = _tag("div", "ocr_page", f"page_{number}", title)
    lines = _tag("p", "ocr_par", f"par_{number}", size)
    made.append(lines)
    angle = frames.angle_of(words.frame) if words.frame else 0.0
    for place, line in enumerate(page.lines, 1):
        turned = angle + line.words[0].turn
        textangle = f"; textangle {-turned:.2f}" if turned else ""
        span = _tag("span", "ocr_line", f"line_{number}_{place}", _bbox(line.box, scale) + textangle)
        for index, word in enumerate(line.words, 1):
            told = f"{_bbox(word.box, scale)}; x_wconf {round(100 * word.confidence)}"
            inner = _tag("span", "ocrx_word", f"word_{number}_{place}_{index}", told)
            inner.text = _printable(word.text)
            inner.tail = " " if index < len(line.words) else None
            span.append(inner)
        span.tail = "\n"
        lines.append(span)
    return made


def _tag(name: str, kind: str, identity: str, title: str) -> etree._Element:
    return etree.Element(f"{{{_XHTML}}}{name}", {"class": kind, "id": identity, "title": title})


def _bbox(box: Box, scale: float) -> str:
    return "bbox " + " ".join(str(max(0, round(side * scale))) for side in (box.left, box.top, box.right, box.bottom))


def write_alto(transcripts: Iterable[Transcript], stream: BinaryIO) -> None:
    """ALTO 4.4, all files in one layout; places in 1/1200 inch."""
    alto = etree.Element(f"{{{_ALTO}}}alto", nsmap={None: _ALTO, "xsi": _XSI})
    alto.set(f"{{{_XSI}}}schemaLocation", _SCHEMA)
    pages = list(_pages(transcripts))
    description = _sub(alto, "Description")
    _sub(description, "MeasurementUnit").text = "inch1200"
    if files := list(dict.fromkeys(file for file, _, _ in pages)):
        source = _sub(description, "sourceImageInformation")
        _sub(source, "fileName").text = _printable(" ".join(files))
    processing = _sub(description, "Processing", ID="ocr")
    software = _sub(processing, "processingSoftware")
    _sub(software, "softwareName").text = "invoice-ocr"
    _sub(software, "softwareVersion").text = __version__
    layout = _sub(alto, "Layout")
    for number, (_, words, page) in enumerate(pages, 1):
        _alto_page(layout, number, words, page)
    _write(alto, stream)


def _alto_page(layout: etree._Element, number: int, words: PageWords, page: Page) -> None:
    size = {"HEIGHT": _units(page.height), "WIDTH": _units(page.width)}
    made = _sub(layout, "Page", ID=f"page{number}", PHYSICAL_IMG_NR=str(words.number), **size)
    if words.frame:
        made.set("ROTATION", f"{-frames.angle_of(words.frame):.2f}")
    space = _sub(made, "PrintSpace", HPOS="0", VPOS="0", **size)
    if not page.lines:
        return
    block = _sub(space, "TextBlock", ID=f"page{number}_block", **_corners(*(line.box for line in page.lines)))
    for place, line in enumerate(page.lines, 1):
        _alto_line(block, f"page{number}_line{place}", line)


def _alto_line(block: etree._Element, identity: str, line: Line) -> None:
    made = _sub(block, "TextLine", ID=identity, **_corners(line.box))
    for index, word in enumerate(line.words, 1):
        if index > 1:
            _sub(made, "SP")
        told = {"CONTENT": _printable(word.text), "WC": f"{min(1.0, max(0.0, word.confidence)):.2f}"}
        _sub(made, "String", ID=f"{identity}_{index}", **_corners(word.box), **told)


def _sub(parent: etree._Element, name: str, **attributes: str) -> etree._Element:
    return etree.SubElement(parent, f"{{{_ALTO}}}{name}", attributes)


def _corners(*boxes: Box) -> dict[str, str]:
    left, top = min(box.left for box in boxes), min(box.top for box in boxes)
    width, height = max(box.right for box in boxes) - left, max(box.bottom for box in boxes) - top
    return {"HPOS": _units(left), "VPOS": _units(top), "WIDTH": _units(width), "HEIGHT": _units(height)}


def _units(points: float) -> str:
    return str(max(0, round(points * _INCH1200)))


def _pages(transcripts: Iterable[Transcript]) -> Iterator[tuple[str, PageWords, Page]]:
    for transcript in transcripts:
        if transcript.reading and transcript.document:
            pairs = zip(transcript.reading.pages, transcript.document.pages, strict=True)
            yield from ((transcript.file, words, page) for words, page in pairs)


def _printable(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)


def _write(root: etree._Element, stream: BinaryIO, doctype: str | None = None) -> None:
    stream.write(etree.tostring(root, encoding="utf-8", xml_declaration=True, doctype=doctype) + b"\n")
