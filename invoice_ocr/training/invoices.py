"""Made-up invoices with the truth about them: PDFs in many layouts and languages, nobody's data.

    python -m invoice_ocr.training.invoices --count 200 --out DIR [--kinds pdf,scan,photo] [--languages de,fr]

writes documents and a truth.jsonl that `invoice-ocr score` reads. The same seed gives the same bytes on a machine with
the same fonts; `built_in` keeps to the fonts that come with PyMuPDF and so gives the same bytes everywhere.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import cv2
import numpy as np

from invoice_ocr.model import PageWords, Reading, Word
from invoice_ocr.training.invoice_blocks import Draft, Look
from invoice_ocr.training.invoice_layouts import LAYOUTS
from invoice_ocr.training.invoice_locale import LANGUAGES
from invoice_ocr.training.invoice_sale import Item, Sale, make_sale
from invoice_ocr.training.invoice_scan import photo, scan
from invoice_ocr.training.invoice_sheet import MONO, SERIF, Sheet, families, images_pdf, render

_PAPER = {"a4": (595.0, 842.0), "letter": (612.0, 792.0)}
# Fields of the contract whose absence from the page is part of the truth.
_FIELDS = (
    "invoice_number", "issue_date", "due_date", "delivery_date", "period_start", "period_end", "currency", "total_net",
    "total_tax", "total_gross", "prepaid", "amount_due", "seller_name", "seller_vat_id", "seller_tax_number",
    "seller_registration", "buyer_name", "buyer_vat_id", "buyer_reference", "purchase_order", "contract",
    "customer_number", "iban", "bic", "payment_reference", "payment_terms",
)  # fmt: skip
# Absent from the page, yet known by inference: not scored rather than wanted empty.
_INFERRED = {"due_date", "total_net", "total_tax", "amount_due", "seller_vat_id", "seller_tax_number"}


def _family(rng: Random, layout: str, *, built_in: bool) -> str:
    there = families(built_in=built_in)
    if layout == "till" or (layout == "bare" and rng.random() < 0.6):
        return rng.choice([name for name in there if name in MONO])
    serif = [name for name in there if name in SERIF]
    if layout in ("letter", "bare", "freelance", "strips") and rng.random() < 0.3:
        return rng.choice(serif)
    return rng.choice([name for name in there if name not in MONO and name not in SERIF])


def _length(rng: Random, layout: str) -> int:
    """How many lines a layout draws on its own: 0 leaves it to the sale."""
    if layout == "dense":
        return rng.randint(7, 48)
    return rng.randint(14, 40) if layout != "till" and rng.random() < 0.08 else 0


def draw_invoice(
    seed: int,
    language: str = "",
    layout: str = "",
    *,
    kind: str = "",
    lines: int = 0,
    built_in: bool = False,
    family: str = "",
) -> tuple[Sheet, Sale]:
    """A drawn sheet and the sale on it. Empty language or layout: drawn from the seed. KeyError for unknown names."""
    rng = Random(f"{seed}/{language}/{layout}/{kind}/{lines}")
    language = language or rng.choice(LANGUAGES)
    layout = layout or rng.choice(list(LAYOUTS))
    shop = layout == "till"
    sale = make_sale(
        rng, language, kind=kind, lines=lines or (30 if rng.random() < 0.06 and not shop else 0), shop=shop
    )
    width, height = (212.0, 1200.0) if shop else _PAPER[sale.locale.paper]
    sheet = Sheet(width, height, family or _family(rng, layout, built_in=built_in))
    look = Look.draw(rng, size=7.4 if shop else 7.0 if layout == "dense" else 0.0)
    draft = Draft(
        sheet, sale, look, rng, right=width - 54, bottom=height - 92, bare=rng.random() < 0.6 or not sale.currency_text
    )
    if shop:
        draft.left, draft.right = 14.0, width - 14.0
    LAYOUTS[layout](draft)
    sheet.shown["currency"] = sale.currency_text or sale.locale.currency
    return sheet, sale


def _values(sale: Sale) -> dict[str, Any]:
    """The contract's value of every field this sale could print."""
    seller, buyer = sale.seller, sale.buyer
    period = sale.period or (None, None)
    return {
        "invoice_number": sale.number, "issue_date": sale.issue_date, "due_date": sale.due_date,
        "delivery_date": sale.delivery_date, "period_start": period[0], "period_end": period[1],
        "currency": sale.locale.currency, "total_net": sale.net, "total_tax": sale.tax, "total_gross": sale.gross,
        "prepaid": sale.prepaid, "amount_due": sale.due, "seller_name": seller.name, "seller_vat_id": seller.vat_id,
        "seller_tax_number": seller.tax_number, "seller_registration": seller.registration, "buyer_name": buyer.name,
        "buyer_vat_id": buyer.vat_id, "iban": seller.iban, "bic": seller.bic,
        "payment_reference": sale.payment_reference, "payment_terms": sale.terms, **sale.references,
    }  # fmt: skip


def truth_of(sheet: Sheet, sale: Sale) -> dict[str, Any]:
    """What stands on the sheet, in the contract's spelling: decimals and dates as text, null for what is not there."""
    values = _values(sale)
    truth: dict[str, Any] = {"document_type": sale.document_type}
    for name in _FIELDS:
        if name in sheet.shown:
            value = values[name]
            truth[name] = f"{value:.2f}" if isinstance(value, Decimal) else str(value)
        elif name not in _INFERRED:
            truth[name] = None
    truth["tax_lines"] = [
        {key: f"{getattr(tax, key):.2f}" for key in ("rate", "net", "tax") if key in sheet.shown.get("tax_lines", "")}
        for tax in sale.taxes if "tax_lines" in sheet.shown
    ]  # fmt: skip
    shown = sheet.shown.get("line_items", "").split()
    truth["line_items"] = [{name: _cell(item, name) for name in shown} for item in sale.items if shown]
    return truth


def _cell(item: Item, name: str) -> str:
    value = getattr(item, name)
    if name in ("unit_price", "amount"):
        return f"{value:.2f}"
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)


def write_invoice(seed: int, language: str = "", layout: str = "", **wishes: Any) -> tuple[bytes, dict[str, Any]]:
    """A PDF and its truth. wishes: `kind`, `lines`, `built_in`, `family` as `draw_invoice` has them."""
    sheet, sale = draw_invoice(seed, language, layout, **wishes)
    return sheet.pdf(), truth_of(sheet, sale)


def reading(sheet: Sheet) -> Reading:
    """The words of a drawn sheet as a perfect engine would read them; boxes in points."""
    return Reading(tuple(
        PageWords(number, sheet.width, sheet.height, tuple(side.words)) for number, side in enumerate(sheet.sides, 1)
    ))  # fmt: skip


def pages(seed: int, *, dpi: float = 200.0) -> list[tuple[np.ndarray, tuple[Word, ...]]]:
    """The pages of one invoice as pictures, uint8 (height, width, 3) RGB, each with its words; boxes in pixels."""
    sheet, _ = draw_invoice(seed)
    scale = dpi / 72.0
    return [
        (picture, tuple(Word(word.text, word.box.scaled(scale), word.confidence, word.source) for word in side.words))
        for picture, side in zip(render(sheet.pdf(), dpi), sheet.sides, strict=True)
    ]


KINDS = ("pdf", "scan", "photo")


def dressed(sheet: Sheet, kind: str, seed: int) -> tuple[bytes, str]:
    """The sheet as a file's bytes and ending. kind: "pdf" with its text, "scan" (a PDF of grey or coloured pictures at
    200 dpi), or "photo" (a JPEG; of several pages a scan)."""
    stored = sheet.pdf()
    if kind == "pdf":
        return stored, "pdf"
    strength = Random(seed).uniform(0.4, 1.6)
    pictures = render(stored, 200)
    if kind == "photo" and len(pictures) == 1:
        return coded(photo(pictures[0], seed, strength=strength)), "jpg"
    grey = seed % 2 == 0
    scans = [scan(page, seed + number, strength=strength, grey=grey) for number, page in enumerate(pictures)]
    return images_pdf([coded(page) for page in scans], 200), "pdf"


def coded(picture: np.ndarray, quality: int = 75) -> bytes:
    """A picture, uint8 RGB, as JPEG."""
    done, jpeg = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done  # noqa: S101  JPEG takes every uint8 picture
    return bytes(jpeg)


def write_set(
    count: int, out: Path, *, seed: int = 0, kinds: Sequence[str] = ("pdf",), languages: Sequence[str] = LANGUAGES
) -> Path:
    """`count` documents in `out`, languages, layouts and kinds by turns, and their truth.jsonl. Returns its path."""
    out.mkdir(parents=True, exist_ok=True)
    truth_path = out / "truth.jsonl"
    layouts = list(LAYOUTS)
    with truth_path.open("w", encoding="utf-8") as stream:
        for number in range(seed, seed + count):
            language = languages[number % len(languages)]
            layout = layouts[(number // len(languages) + number) % len(layouts)]
            kind = kinds[(number // 7) % len(kinds)]
            sheet, sale = draw_invoice(number, language, layout)
            content, ending = dressed(sheet, kind, number)
            name = f"{number:05}-{language}-{layout}-{kind}.{ending}"
            (out / name).write_bytes(content)
            row = {
                "file": name, "doc_type": sale.document_type, "lang": language[:2], "group": layout, "kind": kind,
                "pages": len(sheet.sides), "truth": truth_of(sheet, sale),
            }  # fmt: skip
            stream.write(json.dumps(row, ensure_ascii=False) + "\n")
    return truth_path


def main(arguments: Sequence[str] | None = None) -> None:
    """The command: --count, --out, --seed, --kinds, --languages."""
    parser = argparse.ArgumentParser(description="Write made-up invoices and the truth about them.")
    parser.add_argument("--count", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--kinds", default="pdf", help=f"by turns, with commas, of {', '.join(KINDS)}")
    parser.add_argument("--languages", default=",".join(LANGUAGES), help="by turns, with commas")
    chosen = parser.parse_args(arguments)
    kinds, languages = chosen.kinds.split(","), chosen.languages.split(",")
    if not set(kinds) <= set(KINDS) or not set(languages) <= set(LANGUAGES):
        parser.error(f"kinds are {', '.join(KINDS)}; languages are {', '.join(LANGUAGES)}")
    write_set(chosen.count, chosen.out, seed=chosen.seed, kinds=kinds, languages=languages)


if __name__ == "__main__":
    main()
