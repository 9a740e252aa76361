"""One page to look at: every document with its picture, boxes where values stand, and reasons; failures first."""

from __future__ import annotations

import base64
import io
import re
from html import escape
from importlib.resources import files
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.batch import results
from invoice_ocr.batch.pictures import Pictures
from invoice_ocr.export.json import plain
from invoice_ocr.model import Box

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.intake import Intake
    from invoice_ocr.model import Field, Invoice, PageWords, Record
    from invoice_ocr.settings import Settings

_DPI = 72.0
_QUALITY = 55
_MOST_PICTURES = 500  # documents with pictures; about 50 kB each
_MOST_PAGES = 3  # pictures of one document


def write_report(book: Ledger, settings: Settings, stream: BinaryIO, *, intake: Intake | None = None) -> None:
    """The results of a ledger as one HTML page that needs nothing else and asks nobody.

    What could not be read comes first, then what is no invoice, then what is for review, then the others. Pictures are
    drawn from the files where they lie now, by intake's workers; the first 500 documents get one.
    """
    style, script = (
        files("invoice_ocr.batch").joinpath(name).read_text("utf-8") for name in ("report.css", "report.js")
    )
    stream.write(_HEAD.format(style=style, summary=_summary(book)).encode())
    with Pictures(book, settings, intake) as opened:
        pictured = 0
        for rank in ("failed", "reject", "review", "post"):
            for record in results.records(book):
                if ("failed" if record.failure else _decision(record)) == rank:
                    pictures = list(_pictures(record, book, opened)) if pictured < _MOST_PICTURES else []
                    pictured += bool(pictures)
                    stream.write("".join(_card(record, pictures)).encode("utf-8", "replace"))
    stream.write(f"</main><script>{script}</script></body></html>\n".encode())


def _decision(record: Record) -> str:
    return record.invoice.decision if record.invoice else "reject"


def _summary(book: Ledger) -> str:
    told = results.counts(book)
    names = {"post": "to post", "review": "to review", "reject": "rejected"}
    parts = [f"<b>{count}</b> {names.get(state, state)}" for state, count in sorted(told.items()) if count]
    return f"{told.total()} documents: {', '.join(parts)}"


def _pictures(record: Record, book: Ledger, opened: Pictures) -> Iterator[tuple[PageWords, str]]:
    """Pages of a record that values stand on, the first in any case, each with its picture as a data address."""
    _, kept = book.latest(record.sha256)
    if record.invoice is None or kept is None:
        return
    used = {field.evidence.page for field in record.invoice.fields.values() if field.evidence}
    own = [page for page in kept.reading.pages if page.number in record.invoice.pages]
    pages = [page for page in own if page.number in used or page is own[0]][:_MOST_PAGES]
    places = [(page.number, Box(0, 0, page.width, page.height)) for page in pages]
    for page, pixels in zip(pages, opened.crops(record, places, _DPI), strict=False):
        yield page, _address(pixels)


def _address(pixels: np.ndarray) -> str:
    """A picture, uint8 (height, width, 3), as a data address."""
    from PIL import Image

    made = io.BytesIO()
    Image.fromarray(pixels).save(made, "JPEG", quality=_QUALITY, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(made.getvalue()).decode()


def _card(record: Record, pictures: list[tuple[PageWords, str]]) -> Iterator[str]:
    decision = _decision(record)
    yield f'<article class="{decision}"><header><span class="decision">{decision}</span><h2>{escape(record.file)}</h2>'
    yield f"<code>{record.sha256[:12]}</code></header>"
    if record.failure:
        yield f"<p class=why>{escape(record.failure.message)}</p><p>{escape(record.failure.fix)} "
        yield f"<code>{escape(record.failure.code)}</code></p></article>\n"
        return
    if record.invoice is None:
        return
    yield "<div class=pages>"
    for page, address in pictures:
        yield f'<figure style="aspect-ratio:{page.width:.1f}/{page.height:.1f}">'
        yield f'<img src="{address}" alt="page {page.number}">'
        yield from _boxes(record.invoice, page)
        yield "</figure>"
    yield "</div><div class=values>"
    yield from _reasons(record.invoice)
    yield "<table>"
    for name, field in record.invoice.fields.items():
        if field.value is not None:
            yield _row(name, field)
    yield "</table></div></article>\n"


def _boxes(invoice: Invoice, page: PageWords) -> Iterator[str]:
    for name, field in invoice.fields.items():
        if field.value is None or field.evidence is None or field.evidence.page != page.number:
            continue
        box = field.evidence.box
        left, top = 100 * box.left / page.width, 100 * box.top / page.height
        width, height = 100 * box.width / page.width, 100 * box.height / page.height
        place = f"left:{left:.2f}%;top:{top:.2f}%;width:{width:.2f}%;height:{height:.2f}%"
        yield f'<i class="{field.status}" data-field="{name}" title="{name.replace("_", " ")}" style="{place}"></i>'


def _reasons(invoice: Invoice) -> Iterator[str]:
    told = {issue.code for issue in invoice.issues}
    lines = [f"{escape(issue.message)} <code>{escape(issue.code)}</code>" for issue in invoice.issues]
    lines += [
        f"{escape(_said(reason))} <code>{escape(reason)}</code>" for reason in invoice.reasons if reason not in told
    ]
    if lines:
        yield f"<ul class=why>{''.join(f'<li>{line}</li>' for line in lines)}</ul>"


def _said(reason: str) -> str:
    """What a reason without a sentence of its own says: `total_gross.unsure` as `total gross unsure`."""
    return " ".join(re.split(r"[._-]", reason))


def _row(name: str, field: Field) -> str:
    value = escape(plain(field.value) or "")
    sure = f"{min(field.confidence, 0.999):.1%}" if field.status != "corrected" else ""
    return (
        f'<tr class="{field.status}" data-field="{name}"><th>{name.replace("_", " ")}</th><td>{value}</td>'
        f"<td>{sure}</td><td>{field.status}</td></tr>"
    )


_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>invoice-ocr</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width"><style>{style}</style></head><body>
<nav><p>{summary}</p><p class="show"><label><input type="checkbox" value="reject" checked> rejected</label>
<label><input type="checkbox" value="review" checked> review</label>
<label><input type="checkbox" value="post" checked> post</label></p></nav><main>
"""
