"""A second library for broken PDFs: qpdf, through pikepdf, writes anew what MuPDF cannot open."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pikepdf

_DAMAGE = (pikepdf.PdfError, pikepdf.DataDecodingError, RuntimeError, ValueError, TypeError, IndexError, OverflowError)


def repaired_copy(data: bytes, passwords: Sequence[str]) -> bytes | None:
    """The file written anew by qpdf, which reads some that MuPDF does not; None when it cannot either."""
    for password in ("", *passwords):
        try:
            with pikepdf.open(io.BytesIO(data), password=password) as document:
                if len(document.pages) == 0:
                    return None
                copy = io.BytesIO()
                document.save(copy, encryption=False)
                return copy.getvalue()
        except pikepdf.PasswordError:
            continue
        except _DAMAGE:
            return None
    return None
