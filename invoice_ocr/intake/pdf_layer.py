"""The text layer of a PDF page: its words, and what of them can be believed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from invoice_ocr.intake.mupdf import TEXT_FLAGS, pymupdf
from invoice_ocr.intake.pages import Corners
from invoice_ocr.intake.tokens import Token, tokens_of
from invoice_ocr.intake.trust import SCANNED, Raster, Verdict, coverage, is_blank, judge

_RASTER_PIXELS = 2_000_000  # of the small rendering at 72 dpi; larger pages are looked at from further away


def believed(
    verdict: Verdict, number: int, text: str, issues: list[tuple[str, str]]
) -> list[tuple[str, Corners]] | None:
    """The words of page `number`, or None when its pixels have to be read instead; its doubts go to `issues`.

    text: as in Settings; "layer" takes what is there.
    """
    if not verdict.trusted and text == "auto":
        return None
    if not verdict.trusted:
        issues.append(("text.layer-distrusted", f"Page {number}: {verdict.why}."))
    if verdict.hidden:
        issues.append(("text.hidden", f"Page {number}: {verdict.hidden} words that cannot be seen were left out."))
    return [
        (
            token.marked if token.broken else token.text,
            (round(token.left, 2), round(token.top, 2), round(token.right, 2), round(token.bottom, 2)),
        )
        for token in verdict.words
    ]


def verdict_on(page: Any, drawn: Any, images: Sequence[Corners], *, fill_in: bool) -> Verdict:
    """What of the page's text layer can be believed. images: where its pictures stand. fill_in: as in `judge`."""
    tokens = tokens_of(pymupdf.TextPage(drawn.get_textpage(TEXT_FLAGS)).extractRAWDICT()["blocks"])
    if not any(token.painted for token in tokens) and coverage(images, page.rect.width, page.rect.height) > SCANNED:
        return Verdict([], len(tokens), trusted=False, why="it is a picture")
    raster = _raster(drawn, min(1.0, math.sqrt(_RASTER_PIXELS / (page.rect.width * page.rect.height))))
    if not tokens:
        blank = is_blank(raster)
        return Verdict([], 0, blank, "" if blank else "it has no text layer")
    covered = _covered(page, tokens, images) if images else None
    return judge(tokens, raster, images, covered, fill_in=fill_in)


def _covered(page: Any, tokens: Sequence[Token], images: Sequence[Corners]) -> list[bool] | None:
    """For each token whether an opaque picture was drawn over it; None when no picture meets any."""
    if not any(_inside(token, box) for token in tokens for box in images):
        return None
    turn = page.rotation_matrix
    masked = {_key(picture["bbox"]) for picture in page.get_image_info() if picture.get("has-mask")}
    steps = [
        (kind, tuple(pymupdf.Rect(box) * turn), _key(box) in masked)
        for kind, box, *_ in page.get_bboxlog()
        if kind in {"fill-image", "fill-text", "stroke-text"}
    ]
    pictures = [(order, box) for order, (kind, box, mask) in enumerate(steps) if kind == "fill-image" and not mask]
    texts = [(order, box) for order, (kind, box, _) in enumerate(steps) if kind != "fill-image"]
    covered = []
    for token in tokens:
        above = max((order for order, box in pictures if _inside(token, box)), default=-1)
        own = max((order for order, box in texts if _inside(token, box)), default=-1) if above >= 0 else 0
        covered.append(above > own)
    return covered


def _inside(token: Token, box: Sequence[float]) -> bool:
    x, y = (token.left + token.right) / 2, (token.top + token.bottom) / 2
    return box[0] <= x <= box[2] and box[1] <= y <= box[3]


def _key(box: Sequence[float]) -> tuple[int, ...]:
    return tuple(round(edge) for edge in box)


def _raster(drawn: Any, scale: float) -> Raster:
    picture = drawn.get_pixmap(matrix=pymupdf.Matrix(scale, scale), colorspace=pymupdf.csGRAY, alpha=0)
    return Raster(picture.samples, picture.width, picture.height, scale)
