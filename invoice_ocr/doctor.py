"""What is installed and whether it works: versions, weights with hashes, alphabet, rules, GPU, disk, a page read."""

from __future__ import annotations

import platform
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from typing import TYPE_CHECKING, Literal

from invoice_ocr import __version__
from invoice_ocr.errors import InvoiceOcrError

if TYPE_CHECKING:
    import numpy as np

    from invoice_ocr.settings import Settings

State = Literal["ok", "note", "bad"]

_NEEDED = (
    "onnxruntime",
    "pymupdf",
    "pikepdf",
    "opencv-python",
    "numpy",
    "pillow",
    "google-re2",
    "python-stdnum",
    "dateparser",
)
_WANTED = {
    "tensorflow": "--runtime tensorflow",
    "python-doctr": "--runtime tensorflow",
    "rapidocr": "--runtime rapidocr",
}
_FREE_MB = 500  # less free space than this in the temporary folder is worth a word
_TEST_LINES = ("INVOICE 2026-0117", "Date 03.04.2026", "Total 1,190.00 EUR")

# Letters beyond a-z that a language is written with (CLDR main exemplars).
LETTERS: dict[str, str] = {
    "bg": "абвгдежзийклмнопрстуфхцчшщъьюя",
    "cs": "áčďéěíňóřšťúůýž",
    "da": "æøå",
    "de": "äöüß",
    "el": "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
    "en": "",
    "es": "áéíñóúü¿¡",
    "et": "äõöüšž",
    "fi": "äöå",
    "fr": "àâæçéèêëîïôœùûüÿ",
    "hr": "čćđšž",
    "hu": "áéíóöőúüű",
    "is": "áéíóúýðþæö",
    "it": "àèéìòù",
    "lt": "ąčęėįšųūž",
    "lv": "āčēģīķļņšūž",
    "mt": "ċġħż",
    "nb": "æøå",
    "nl": "éëïóĳ",
    "pl": "ąćęłńóśźż",
    "pt": "ãáàâçéêíõóôú",
    "ro": "ăâîșț",
    "ru": "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
    "sk": "áäčďéíĺľňóôŕšťúýž",
    "sl": "čšž",
    "sr": "абвгдђежзијклљмнњопрстћуфхцчџш",
    "sv": "äöå",
    "tr": "çğıİöşü",
    "uk": "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя",
    "vi": "ăâđêôơưạảấầẩẫậắằẳẵặẹẻẽếềểễệỉịọỏốồổỗộớờởỡợụủứừửữựỳỵỷỹ",
    "zh": "发票税额合计金购买方销售名称开户行账号元圆整",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at. state: bad means that something does not work; fix says what to do then."""

    name: str
    state: State
    text: str
    fix: str = ""


def examine(settings: Settings) -> Iterator[Finding]:
    """Every finding, the slow ones last: loading the engine and reading a page."""
    yield Finding("invoice-ocr", "ok", f"{__version__}, Python {platform.python_version()}, {platform.platform()}")
    yield from _packages()
    yield from _rules(settings)
    yield from _weights()
    yield from _alphabet(settings)
    yield _gpu(settings)
    yield _disk()
    yield from _self_test(settings)


def missing_letters(language: str, alphabet: str) -> str:
    """Letters of a language (small and capital) that an alphabet lacks. KeyError for a language not in LETTERS."""
    letters = LETTERS[_base(language)]
    both = dict.fromkeys(letters + "".join(c.upper() for c in letters if len(c.upper()) == 1))
    return "".join(c for c in both if c not in alphabet)


def _base(language: str) -> str:
    """de of de-AT."""
    return language.partition("-")[0].lower()


def test_page() -> np.ndarray:
    """A small page with three printed lines: uint8, shape (500, 900, 3), RGB."""
    import numpy as np
    from PIL import Image, ImageDraw, ImageFont

    page = Image.new("RGB", (900, 500), "white")
    draw, font = ImageDraw.Draw(page), ImageFont.load_default(36)
    for row, line in enumerate(_TEST_LINES):
        draw.text((80, 90 + 110 * row), line, fill="black", font=font)
    return np.asarray(page)


def _packages() -> Iterator[Finding]:
    for name in _NEEDED:
        version = _version(name)
        yield Finding(
            name, "ok" if version else "bad", version or "not installed", "" if version else f"pip install {name}"
        )
    for name, use in _WANTED.items():
        version = _version(name)
        yield Finding(name, "ok" if version else "note", version or f"not installed; only {use} needs it")
    if _version("opencv-python-headless"):
        fix = "pip uninstall opencv-python-headless; pip install --force-reinstall opencv-python"
        yield Finding("opencv-python-headless", "note", "installed beside opencv-python: they share one folder", fix)


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""


def _rules(settings: Settings) -> Iterator[Finding]:
    from invoice_ocr.rulepack import load_pack

    try:
        pack = load_pack(settings.rules)
    except InvoiceOcrError as error:
        yield Finding("rules", "bad", error.message, error.fix)
        return
    languages = sorted({rule.language for rule in pack.rules if rule.language})
    yield Finding("rules", "ok", f"{len(pack.rules)} in {', '.join(languages)}; digest {pack.digest[:16]}")


def _weights() -> Iterator[Finding]:
    from invoice_ocr.ocr.manifest import load_manifest

    try:
        networks = load_manifest()
        for name, network in networks.items():
            network.weights()
            text = f"{network.architecture}, SHA-256 {network.arrays.sha256}"
            yield Finding(f"weights {name}", "ok", text)
    except InvoiceOcrError as error:
        yield Finding("weights", "bad", error.message, error.fix)


def _alphabet(settings: Settings) -> Iterator[Finding]:
    from invoice_ocr.ocr.manifest import load_manifest

    try:
        alphabet = load_manifest()["recogniser"].alphabet
    except (InvoiceOcrError, KeyError):
        return
    asked = [language for language in settings.lang.split(",") if language]
    known = [language for language in asked or LETTERS if _base(language) in LETTERS]
    lacks = {language: missing_letters(language, alphabet) for language in known}
    whole = [language for language, letters in lacks.items() if not letters]
    yield Finding(
        "alphabet", "ok", f"{len(alphabet)} characters; whole for {', '.join(whole) or 'none of those asked'}"
    )
    for language, letters in lacks.items():
        if letters:
            yield Finding(f"alphabet {language}", "note", f"lacks {letters}")
    for language in asked:
        if language not in known:
            yield Finding(f"alphabet {language}", "note", "its letters are not listed here, so nobody knows")


def _gpu(settings: Settings) -> Finding:
    from invoice_ocr.ocr import choose_runtime, has_gpu

    found = "an NVIDIA device" if has_gpu() else "none"
    try:
        return Finding("GPU", "ok", f"{found}; pages are read with {choose_runtime(settings)}")
    except InvoiceOcrError as error:
        return Finding("GPU", "bad", error.message, error.fix)


def _disk() -> Finding:
    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free // 1_000_000
    text = f"{free:,} MB free in {folder}"
    return Finding("disk", "ok" if free >= _FREE_MB else "note", text, "" if free >= _FREE_MB else "Free some space.")


def _self_test(settings: Settings) -> Iterator[Finding]:
    """A page read by everything that reads pages: worker, engine, layout."""
    from invoice_ocr.pipeline import read

    wanted = " ".join(_TEST_LINES)
    since = time.monotonic()
    try:
        transcript = next(read([test_page()], settings))
    except InvoiceOcrError as error:
        yield Finding("self-test", "bad", error.message, error.fix)
        return
    seconds = f"{time.monotonic() - since:.1f} s"
    if transcript.document is None:
        failure = transcript.failure
        yield Finding(
            "self-test", "bad", failure.message if failure else "nothing was read", failure.fix if failure else ""
        )
        return
    got = " ".join(line.text for page in transcript.document.pages for line in page.lines)
    if got == wanted:
        yield Finding("self-test", "ok", f"a page of {len(wanted.split())} words read right in {seconds}")
    else:
        yield Finding("self-test", "note", f"read {got!r} where {wanted!r} is printed, in {seconds}")
    if "tensorflow" in sys.modules and settings.runtime == "onnx":
        yield Finding("TensorFlow", "note", "was loaded although --runtime onnx was asked for")
