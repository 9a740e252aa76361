"""A plug-in for OCRmyPDF, which then reads with our networks: `ocrmypdf --plugin invoice_ocr.ocrmypdf in.pdf out.pdf`.

It has no entry point: OCRmyPDF would take it for all files of everybody who has both installed.
"""

from __future__ import annotations

import threading
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from ocrmypdf import hookimpl
from ocrmypdf.pluginspec import OcrEngine, OrientationConfidence
from PIL import Image

from invoice_ocr import __version__, frames, settings
from invoice_ocr.clean import CleaningEngine, clean
from invoice_ocr.clean.direction import tilt_of
from invoice_ocr.clean.sight import see
from invoice_ocr.export.markup import write_hocr
from invoice_ocr.export.words import write_text
from invoice_ocr.intake.searchable import text_page
from invoice_ocr.model import PageImage, Reading, Transcript
from invoice_ocr.ocr import Engine, load_engine
from invoice_ocr.pipeline import laid_out
from invoice_ocr.searchable import layers_of

NAME = "invoice-ocr"
SURE = 15.0  # OCRmyPDF's number for an orientation that is very sure
# Languages as OCRmyPDF's users name them, which is as Tesseract does; the codes of ISO 639-1 are understood, too.
_PAIRS = """afr:af aze:az bel:be bos:bs bul:bg cat:ca ces:cs cym:cy dan:da deu:de ell:el eng:en est:et eus:eu fao:fo
fin:fi fra:fr gle:ga glg:gl hrv:hr hun:hu ind:id isl:is ita:it kaz:kk kir:ky lav:lv lit:lt ltz:lb mkd:mk mlt:mt mon:mn
msa:ms nld:nl nor:no pol:pl por:pt ron:ro rus:ru slk:sk slv:sl spa:es sqi:sq srp:sr swa:sw swe:sv tat:tt tur:tr ukr:uk
vie:vi"""
CODES = dict(pair.split(":") for pair in _PAIRS.split())
_ONE = threading.Lock()  # an engine serves one thread, OCRmyPDF asks from several


class InvoiceOcrEngine(OcrEngine):
    """What OCRmyPDF asks of an engine; places are pixels of the picture that it hands over."""

    @staticmethod
    def version() -> str:
        return __version__

    @staticmethod
    def creator_tag(options: Any) -> str:  # noqa: ARG004 - OCRmyPDF's signature
        return f"{NAME} {__version__}"

    def __str__(self) -> str:
        return f"{NAME} {__version__}"

    @staticmethod
    def languages(options: Any) -> set[str]:  # noqa: ARG004
        return {*CODES, *CODES.values()}

    @staticmethod
    def get_orientation(input_file: Path, options: Any) -> OrientationConfidence:
        page = picture(input_file)
        with _ONE:
            cleaned = clean(page, "orient", engine(narrowed(options)).recognise)
        turned = -frames.angle_of(cleaned.frame) if cleaned.frame else 0.0
        return OrientationConfidence(round(turned / 90) * 90 % 360, SURE if cleaned.quality.marks else 0.0)

    @staticmethod
    def get_deskew(input_file: Path, options: Any) -> float:  # noqa: ARG004
        return tilt_of(see(picture(input_file).pixels).marks)

    @staticmethod
    def generate_hocr(input_file: Path, output_hocr: Path, output_text: Path, options: Any) -> None:
        page = picture(input_file)
        found = transcribed(page, options, output_text)
        with Path(output_hocr).open("wb") as stream:
            write_hocr([found], stream, dpi=page.dpi)

    @staticmethod
    def generate_pdf(input_file: Path, output_pdf: Path, output_text: Path, options: Any) -> None:
        found = transcribed(picture(input_file), options, output_text)
        Path(output_pdf).write_bytes(text_page(*layers_of(found)))


def transcribed(page: PageImage, options: Any, output_text: Path) -> Transcript:
    """What stands on a page, also written as plain text."""
    with _ONE:
        (words,) = CleaningEngine(engine(narrowed(options)), settings.load().clean).read([page])
    reading = Reading((words,))
    found = Transcript("page", "", reading, laid_out(reading))
    with Path(output_text).open("wb") as stream:
        write_text([found], stream)
    return found


def picture(path: Path) -> PageImage:
    """The page that OCRmyPDF drew, in RGB; 300 dots an inch where it does not say."""
    with Image.open(path) as image:
        dots = image.info.get("dpi", (300.0,))[0]
        return PageImage(1, np.ascontiguousarray(image.convert("RGB")), float(dots) or 300.0)


def narrowed(options: Any) -> str:
    """The languages that were asked for, codes of ISO 639-1 joined by commas; "" for eng alone, OCRmyPDF's default."""
    asked = [str(language) for language in options.languages]
    return "" if asked in ([], ["eng"]) else ",".join(CODES.get(language, language) for language in asked)


@cache
def engine(languages: str) -> Engine:
    """The engine that settings in the environment and in invoice-ocr.toml ask for."""
    return load_engine(settings.load({"lang": languages or None}))


@hookimpl
def get_ocr_engine() -> OcrEngine:
    return InvoiceOcrEngine()
