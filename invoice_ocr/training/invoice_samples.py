"""The documents that ship with the project, one folder a story: made here, looked at by a person, kept in fixtures/.

    python -m invoice_ocr.training.invoice_samples fixtures/samples

writes each story's document beside its expected.json, and all of these again as truth.jsonl. Rendering and JPEG coding
differ a little between versions of the libraries: what ships is the reviewed result, not what this writes elsewhere.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from invoice_ocr.training.invoice_scan import photo, scan
from invoice_ocr.training.invoice_sheet import images_pdf, render
from invoice_ocr.training.invoices import draw_invoice, truth_of


@dataclass(frozen=True, slots=True)
class Story:
    """One sample: its folder, file, how it was drawn and what turns the PDF into what ships."""

    folder: str
    file: str
    seed: int
    language: str
    layout: str
    family: str
    made: Callable[[bytes], bytes]
    kind: str = "invoice"
    lines: int = 0


def _as_is(stored: bytes) -> bytes:
    return stored


def _scanned_pdf(stored: bytes) -> bytes:
    """Pages as grey pictures inside a PDF, as office scanners make them; no text layer."""
    scans = [scan(page, 11 + number, grey=True) for number, page in enumerate(render(stored, 200))]
    coded = [cv2.imencode(".jpg", page[..., 0], [cv2.IMWRITE_JPEG_QUALITY, 55])[1].tobytes() for page in scans]
    return images_pdf(coded, 200)


def _png(stored: bytes) -> bytes:
    picture = Image.fromarray(render(stored, 170)[0]).quantize(48, dither=Image.Dither.NONE)
    target = io.BytesIO()
    picture.save(target, "PNG", optimize=True, dpi=(170, 170))
    return target.getvalue()


def _jpeg(stored: bytes) -> bytes:
    picture = photo(render(stored, 170)[0], 5)
    coded: np.ndarray = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 74])[
        1
    ]
    return coded.tobytes()


def _tiff(stored: bytes) -> bytes:
    """All pages as frames of one fax-like TIFF: black and white, CCITT group 4."""
    frames = [
        Image.fromarray(page).convert("L").point(lambda grey: 255 * (grey > 150)).convert("1")
        for page in render(stored, 250)
    ]
    target = io.BytesIO()
    frames[0].save(target, "TIFF", save_all=True, append_images=frames[1:], compression="group4", dpi=(250, 250))
    return target.getvalue()


def _slip_photo(stored: bytes) -> bytes:
    picture = photo(render(stored, 230)[0], 8, strength=0.8)
    coded: np.ndarray = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, 78])[
        1
    ]
    return coded.tobytes()


STORIES = (
    Story("born-digital-german-letter", "rechnung.pdf", 21, "de", "letter", "Carlito", _as_is, lines=5),
    Story("scanned-french-invoice", "facture-scan.pdf", 4, "fr", "ruled", "Liberation Sans", _scanned_pdf, lines=5),
    Story("picture-of-english-invoice", "invoice.png", 3, "en-GB", "modern", "Lato", _png, lines=5),
    Story("photo-of-dutch-invoice", "factuur-foto.jpg", 8, "nl", "bar", "Open Sans", _jpeg, lines=4),
    Story("two-page-spanish-fax", "factura-fax.tiff", 6, "es", "strips", "Noto Sans", _tiff, lines=22),
    Story("born-digital-polish-multipage", "faktura.pdf", 12, "pl", "sidebar", "Lato", _as_is, lines=26),
    Story("born-digital-italian-credit-note", "nota-di-credito.pdf", 5, "it", "service", "Roboto", _as_is,
          "credit_note", 3),
    Story("photo-of-german-till-slip", "kassenbon.jpg", 12, "de", "till", "Liberation Mono", _slip_photo),
)  # fmt: skip


def write_story(story: Story, out: Path) -> None:
    """One folder with the document and its expected.json."""
    sheet, sale = draw_invoice(
        story.seed,
        story.language,
        story.layout,
        kind="" if story.layout == "till" else story.kind,
        lines=story.lines,
        family=story.family,
    )
    folder = out / story.folder
    folder.mkdir(parents=True, exist_ok=True)
    (folder / story.file).write_bytes(story.made(sheet.pdf()))
    expected = {
        "file": story.file, "doc_type": sale.document_type, "lang": story.language[:2], "pages": len(sheet.sides),
        "truth": truth_of(sheet, sale),
    }  # fmt: skip
    (folder / "expected.json").write_text(json.dumps(expected, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def write_truth(out: Path) -> None:
    """All stories' expectations again in one truth.jsonl, for `invoice-ocr score`."""
    stories = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(out.glob("*/expected.json"))]
    lines = "".join(json.dumps(story, ensure_ascii=False) + "\n" for story in stories)
    (out / "truth.jsonl").write_text(lines, encoding="utf-8")


def main(arguments: Sequence[str]) -> None:
    """The command: the folder to write to, then, if wanted, the stories."""
    out, wanted = Path(arguments[0]), set(arguments[1:])
    for story in STORIES:
        if not wanted or story.folder in wanted:
            write_story(story, out)
    write_truth(out)


if __name__ == "__main__":
    main(sys.argv[1:])
