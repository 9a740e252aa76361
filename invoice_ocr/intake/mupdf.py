"""PyMuPDF, quiet: what it raises at damage, and how texts are taken out of its pages."""

from __future__ import annotations

from typing import Any

import pymupdf as untyped

from invoice_ocr.errors import InputError, OutOfMemory, Truncated

pymupdf: Any = untyped  # 1.28 has a py.typed, and few types
pymupdf.TOOLS.mupdf_display_errors(False)
pymupdf.TOOLS.mupdf_display_warnings(False)

DAMAGE = (RuntimeError, ValueError, TypeError, IndexError, OverflowError, pymupdf.mupdf.FzErrorBase)
TEXT_FLAGS = (
    pymupdf.TEXT_PRESERVE_WHITESPACE
    | pymupdf.TEXT_MEDIABOX_CLIP
    | pymupdf.TEXT_IGNORE_ACTUALTEXT  # it says what a program may read in place of what is shown
)


def typed(error: BaseException, message: str) -> InputError:
    """OutOfMemory when MuPDF says that an allocation failed, otherwise Truncated with `message`."""
    said = str(error)
    if "alloc" in said and "fail" in said:
        return OutOfMemory("Opening it needs more memory than --max-memory-mb allows.")
    return Truncated(message)
