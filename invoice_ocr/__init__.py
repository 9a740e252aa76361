"""Invoices from PDFs and pictures: numbers, dates, totals, parties and bank details, with a confidence to rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invoice_ocr.api import extract, read
    from invoice_ocr.export.dataframe import to_dataframe
    from invoice_ocr.model import Invoice

__version__ = "0.1.0"
__all__ = ["Invoice", "__version__", "extract", "read", "to_dataframe"]


def __getattr__(name: str) -> Any:
    """What the package offers, imported when first asked for: `import invoice_ocr` loads nothing heavy."""
    if name in {"extract", "read"}:
        from invoice_ocr import api

        return getattr(api, name)
    if name == "to_dataframe":
        from invoice_ocr.export.dataframe import to_dataframe

        return to_dataframe
    if name == "Invoice":
        from invoice_ocr.model import Invoice

        return Invoice
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
