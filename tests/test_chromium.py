"""Searchable PDFs in Chromium's own viewer: a word that is looked for is marked where it stands."""

from __future__ import annotations

import shutil
from pathlib import Path

import pymupdf
import pytest
from chromium import viewer
from test_searchable import WORDS, made

from invoice_ocr.model import Box, PageWords, Reading, Word

ASIDE = (Word("HRB", Box(20, 400, 30, 440), 0.9, turn=90), Word("Köln", Box(370, 400, 380, 440), 0.9, turn=270))


def blank(rotate: int) -> bytes:
    """A white page of 400 x 600 points as it is displayed, its crop box away from the corner."""
    document = pymupdf.open()
    lying = rotate in {90, 270}
    page = document.new_page(width=700 if lying else 500, height=500 if lying else 700)
    page.set_cropbox(pymupdf.Rect(60, 40, 660, 440) if lying else pymupdf.Rect(60, 40, 460, 640))
    page.set_rotation(rotate)
    return bytes(document.tobytes())


@pytest.mark.chromium
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_chromium_marks_searched_words_where_they_stand(tmp_path: Path, rotate: int) -> None:
    assert shutil.which("chromium"), "install Chromium"
    words = (*WORDS, *ASIDE)
    _, copy = made(blank(rotate), Reading((PageWords(1, 400, 600, words, rotate),)))
    document = tmp_path / "page.pdf"
    document.write_bytes(copy)
    with viewer(tmp_path / "profile") as chromium:
        for word in words:
            found = chromium.marked(document, word.text, 400)
            assert (found.left, found.top, found.right, found.bottom) == pytest.approx(
                (word.box.left, word.box.top, word.box.right, word.box.bottom), abs=2
            ), word.text
