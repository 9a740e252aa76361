"""Invoices from PDFs and pictures: numbers, dates, totals, parties and bank details, with a confidence to rely on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invoice_ocr.api import extract, read
    from invoice_ocr.errors import InputError, InvoiceOcrError, RunError
    from invoice_ocr.export.dataframe import to_dataframe
    from invoice_ocr.model import Field, Invoice, Reading

__version__ = "0.1.0"
__all__ = [
    "Field",
    "InputError",
    "Invoice",
    "InvoiceOcrError",
    "Reading",
    "RunError",
    "__version__",
    "extract",
    "read",
    "to_dataframe",
]
_HOMES = {
    "extract": "api",
    "read": "api",
    "to_dataframe": "export.dataframe",
    **dict.fromkeys(("InputError", "InvoiceOcrError", "RunError"), "errors"),
    **dict.fromkeys(("Field", "Invoice", "Reading"), "model"),
}


def __getattr__(name: str) -> Any:
    """What the package offers, imported when first asked for: `import invoice_ocr` loads nothing heavy."""
    from importlib import import_module

    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
