"""The shipped samples, and invoices made on the spot: what is expected of them, and what comes back."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pymupdf
import pytest
from PIL import Image

from invoice_ocr import extract
from invoice_ocr.model import Invoice
from invoice_ocr.ocr import Engine, load_engine
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import RulePack, load_pack
from invoice_ocr.score import CORE
from invoice_ocr.settings import Settings
from invoice_ocr.training.invoice_layouts import LAYOUTS
from invoice_ocr.training.invoices import draw_invoice, reading, truth_of

SAMPLES = Path(__file__).parent.parent / "fixtures" / "samples"
FOLDERS = sorted(path for path in SAMPLES.iterdir() if path.is_dir())
NAMES = [folder.name for folder in FOLDERS]
KNOWN = ("de", "en-GB", "fr", "nl")


def expected(folder: str) -> dict[str, Any]:
    story: dict[str, Any] = json.loads((SAMPLES / folder / "expected.json").read_text(encoding="utf-8"))
    return story


def document(folder: str) -> Path:
    return SAMPLES / folder / str(expected(folder)["file"])


def spelled(value: object) -> str | None:
    """A field's value as truth files spell it."""
    if value is None:
        return None
    return f"{value:.2f}" if isinstance(value, Decimal) else str(value)


def wrong_but_accepted(invoice: Invoice, truth: dict[str, Any]) -> dict[str, tuple[str | None, str | None]]:
    """Core fields that were accepted with another value than the truth has."""
    found = {name: (spelled(invoice.fields[name].value), truth[name]) for name in CORE if name in truth}
    return {n: pair for n, pair in found.items() if invoice.fields[n].status == "accepted" and pair[0] != pair[1]}


@pytest.mark.parametrize("folder", NAMES)
def test_a_story_is_one_small_document_and_what_is_expected(folder: str) -> None:
    files = {path.name for path in (SAMPLES / folder).iterdir()}
    assert files == {document(folder).name, "expected.json"}
    assert document(folder).stat().st_size < 400_000


def test_file_names_tell_samples_apart() -> None:
    names = [document(folder).name for folder in NAMES]
    assert len(set(names)) == len(names)


def test_the_truth_file_repeats_the_stories() -> None:
    rows = [json.loads(line) for line in (SAMPLES / "truth.jsonl").read_text(encoding="utf-8").splitlines()]
    assert sorted(rows, key=lambda row: str(row["file"])) == sorted(
        map(expected, NAMES), key=lambda row: str(row["file"])
    )


@pytest.mark.parametrize("folder", NAMES)
def test_expected_amounts_agree(folder: str) -> None:
    truth = expected(folder)["truth"]
    if "total_net" in truth and "total_tax" in truth:
        assert Decimal(truth["total_net"]) + Decimal(truth["total_tax"]) == Decimal(truth["total_gross"])
    lines = sum(Decimal(row["net"]) + Decimal(row["tax"]) for row in truth["tax_lines"] if "net" in row)
    assert lines in (0, Decimal(truth["total_gross"]))


@pytest.mark.parametrize("folder", [name for name in NAMES if name.startswith("born-digital")])
def test_born_digital_samples_have_text_and_embedded_fonts(folder: str) -> None:
    with pymupdf.open(document(folder)) as pdf:
        assert len(pdf) == expected(folder)["pages"]
        assert all(page.get_text().strip() for page in pdf)
        fonts = {font for page in pdf for font in page.get_fonts()}
        assert fonts
        assert all(extension != "n/a" and "+" in name for _, extension, _, name, *_ in fonts)


def test_the_scanned_sample_has_only_pixels() -> None:
    with pymupdf.open(document("scanned-french-invoice")) as pdf:
        assert not any(page.get_text().strip() for page in pdf)
        assert all(page.get_images() for page in pdf)


def test_the_fax_has_two_frames_of_black_and_white() -> None:
    with Image.open(document("two-page-spanish-fax")) as fax:
        assert (fax.n_frames, fax.mode) == (2, "1")


def test_the_german_letter_is_read_right() -> None:
    invoice = extract(document("born-digital-german-letter"), text="layer")
    truth = expected("born-digital-german-letter")["truth"]
    for name in (*CORE, "due_date", "amount_due", "seller_name", "seller_vat_id", "iban", "bic", "purchase_order"):
        assert spelled(invoice.fields[name].value) == truth[name], name
    assert [(str(line.rate), str(line.net), str(line.tax)) for line in invoice.tax_lines] == [
        (row["rate"], row["net"], row["tax"]) for row in truth["tax_lines"]
    ]


@pytest.mark.parametrize("folder", [name for name in NAMES if name.startswith("born-digital")])
def test_no_accepted_value_of_a_sample_is_wrong(folder: str) -> None:
    assert wrong_but_accepted(extract(document(folder), text="layer"), expected(folder)["truth"]) == {}


@pytest.fixture(scope="module")
def engine() -> Engine:
    return load_engine(Settings())


PIXELS = [name for name in NAMES if not name.startswith("born-digital")]


def test_samples_of_pixels_are_read_well_and_never_accepted_wrongly(engine: Engine) -> None:
    invoices = extract([document(folder) for folder in PIXELS], engine=engine)
    right = known = 0
    for folder, invoice in zip(PIXELS, invoices, strict=True):
        truth = expected(folder)["truth"]
        assert wrong_but_accepted(invoice, truth) == {}, folder
        judged = [name for name in CORE if truth.get(name)]
        known += len(judged)
        right += sum(spelled(invoice.fields[name].value) == truth[name] for name in judged)
    assert right >= 0.75 * known


@pytest.fixture(scope="module")
def pack() -> RulePack:
    return load_pack(None)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_made_invoices_are_never_accepted_wrongly(layout: str, pack: RulePack) -> None:
    """Seeds nobody tuned to; perfect words, so that only understanding can fail."""
    wrong, right, known = {}, 0, 0
    for seed in range(7000, 7012):
        language = KNOWN[seed % len(KNOWN)]
        sheet, sale = draw_invoice(seed, language, layout, built_in=True)
        truth = truth_of(sheet, sale)
        (invoice,) = understand(reading(sheet), pack, Settings())
        wrong.update({(seed, language, name): pair for name, pair in wrong_but_accepted(invoice, truth).items()})
        judged = [name for name in CORE if truth.get(name)]
        known += len(judged)
        right += sum(spelled(invoice.fields[name].value) == truth[name] for name in judged)
    assert wrong == {}
    assert right >= 0.85 * known
