"""Every file made to hurt ends in one state, in time, and the run goes on."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from invoice_ocr import errors
from invoice_ocr.intake import Intake, Opened, expand
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent / "hostile"))

import made

READ = {
    "deep_pages", "million_pages", "form_that_draws_itself", "image_that_claims_to_be_huge", "page_without_size",
    "cross_reference_loop", "tiff_whose_frames_go_round", "picture_and_pdf_at_once",
}  # fmt: skip
EXPECTED = {
    "forms_that_double": "E_TIMEOUT",
    "content_that_unpacks_to_a_gigabyte": "E_TIMEOUT",
    "page_as_large_as_a_town": "E_PAGE_TOO_BIG",
    "png_of_a_billion_pixels": "E_IMAGE_BOMB",
    "tiff_of_five_thousand_frames": "E_TOO_MANY_PAGES",
    "bitmap_of_negative_size": "E_IMAGE_BOMB",
    "webp_that_is_all_header": "E_IMAGE_BOMB",
    "laughing_xml": "E_XML_UNSAFE",
    "rubbish": "E_NOT_A_DOCUMENT",
}
CODES = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.InputError)}


@pytest.fixture(scope="module")
def opened() -> dict[str, Opened]:
    """Every hostile file through one intake, with a good document after each: its result by name."""
    results = {}
    with Intake(Settings(timeout=4, jobs=2)) as intake:
        started = time.monotonic()
        stream = intake.open_documents(expand(document for build in made.ALL for document in (build(), made.page())))
        for build in made.ALL:
            results[build.__name__] = next(stream)
            assert next(stream).failure is None, f"the document after {build.__name__} was lost"
        assert time.monotonic() - started < 180
        assert next(stream, None) is None
    return results


@pytest.mark.parametrize("name", [build.__name__ for build in made.ALL])
def test_a_file_made_to_hurt_is_read_or_refused_with_a_type(opened: dict[str, Opened], name: str) -> None:
    result = opened[name]
    if result.failure is None:
        assert name in READ
        assert result.pages
        assert all(page.width > 0 and page.height > 0 for page in result.pages)
    else:
        assert result.failure.code in CODES
        assert result.failure.code == EXPECTED.get(name, "E_TRUNCATED")
        assert result.failure.fix
