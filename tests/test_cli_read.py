"""What `read` writes besides text: searchable PDFs, pictures, markup; and what the engine saw."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pymupdf
import pytest
from test_cli import LAYER, LETTER, SAMPLES, elsewhere, invoke  # noqa: F401  fixtures

from invoice_ocr.clean import clean
from invoice_ocr.export import overlay
from invoice_ocr.model import Box, Frame, PageImage, PageWords, Word
from invoice_ocr.pictured import keeper

POLISH = SAMPLES / "born-digital-polish-multipage" / "faktura.pdf"


def test_a_searchable_pdf_of_a_layer_that_is_believed_has_the_same_words(invoke, elsewhere: Path) -> None:  # noqa: F811
    done = invoke("read", LETTER, "-o", "found.pdf", *LAYER)
    assert done.code == 0
    before, after = (pymupdf.open(path)[0].get_text("words") for path in (LETTER, elsewhere / "found.pdf"))
    assert [word[4] for word in before] == [word[4] for word in after]
    assert "1 of 1 read" in done.err


def test_each_page_gives_a_picture_with_frames_around_its_words(invoke, elsewhere: Path) -> None:  # noqa: F811
    done = invoke("read", POLISH, "--to", "png", "-o", "pictures/", "--dpi", "60", *LAYER)
    assert done.code == 0
    names = sorted(path.name for path in (elsewhere / "pictures").iterdir())
    assert names[:2] == ["faktura.pdf.1.png", "faktura.pdf.2.png"]
    first = cv2.imread(str(elsewhere / "pictures" / names[0]))[..., ::-1]
    assert (np.abs(first.astype(int) - overlay.LAYER).max(2) < 8).sum() > 500


def test_several_files_do_not_go_to_one_place(invoke, elsewhere: Path) -> None:  # noqa: F811
    done = invoke("read", LETTER, LETTER, "-o", "both.pdf", *LAYER)
    assert done.code == 9
    assert "-o read/" in done.err
    assert not (elsewhere / "both.pdf").exists()


def test_layout_keeps_columns(invoke) -> None:  # noqa: F811
    done = invoke("read", LETTER, "--layout", *LAYER)
    assert done.code == 0
    assert max(len(re.findall(r"\S {3,}\S", line)) for line in done.out.splitlines()) >= 3


def test_layout_and_another_format_are_one_too_many(invoke) -> None:  # noqa: F811
    done = invoke("read", LETTER, "--layout", "--to", "json", *LAYER)
    assert (done.code, "--layout" in done.err, done.out) == (2, True, "")


def test_what_is_no_text_does_not_go_to_a_terminal() -> None:
    terminal, inside = os.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "invoice_ocr", "read", LETTER, "--to", "pdf", *LAYER],
        stdout=inside,
        stderr=subprocess.PIPE,
        check=False,
        timeout=120,
    )
    os.close(inside)
    os.close(terminal)
    assert (done.returncode, b"give -o FILE" in done.stderr) == (2, True)


@pytest.mark.parametrize(("pages", "fix"), [("2-1", "as in 1-4"), ("2-1-3", "such as 1-3,7")])
def test_pages_that_are_no_range_are_refused_by_the_options_name(invoke, pages: str, fix: str) -> None:  # noqa: F811
    done = invoke("read", LETTER, "--pages", pages, *LAYER)
    assert (done.code, "--pages" in done.err, fix in done.err) == (9, True, True)


@pytest.mark.parametrize(("name", "sign"), [("words.hocr", "ocrx_word"), ("words.xml", "<String")])
def test_the_suffix_names_the_markup(invoke, elsewhere: Path, name: str, sign: str) -> None:  # noqa: F811
    assert invoke("read", LETTER, "-o", name, *LAYER).code == 0
    assert sign in (elsewhere / name).read_text()


def test_frames_are_coloured_by_confidence_and_turn_with_the_page() -> None:
    words = (Word("sure", Box(10, 10, 60, 20), 0.99), Word("not", Box(10, 40, 60, 50), 0.1))
    blank = np.full((300, 300, 3), 255, np.uint8)
    drawn = overlay.drawn(blank, 200.0, PageWords(1, 108, 108, words))
    picture = cv2.imdecode(np.frombuffer(drawn, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    assert overlay.colour_of(0.99) in {tuple(pixel) for pixel in picture[20:62, 20:175].reshape(-1, 3).tolist()}
    assert overlay.colour_of(0.1) in {tuple(pixel) for pixel in picture[105:145, 20:175].reshape(-1, 3).tolist()}
    across = overlay.corners_of(Box(0, 0, 10, 40), 90.0)
    assert max(x for x, _ in across) - min(x for x, _ in across) == pytest.approx(11.6)
    assert len({overlay.colour_of(value) for value in (0.1, 0.6, 0.85, 0.97)}) == 4


def test_what_the_engine_saw_is_saved_under_a_name_that_tells_what_was_done() -> None:
    saved: dict[str, bytes] = {}
    image = PageImage(2, np.zeros((40, 40, 3), np.uint8), 200.0, file="in/scan.pdf")
    keeper(saved.__setitem__)(
        clean(image, "none"), PageWords(2, 10, 10, frame=Frame(1, 1, (1, 0, 0, 0, 1, 0, 0, 0, 1)))
    )
    assert list(saved) == ["scan.pdf.2.untouched.png"]
    assert saved["scan.pdf.2.untouched.png"].startswith(b"\x89PNG")
