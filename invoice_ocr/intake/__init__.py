"""Bytes to pages: what an input is, its pages as pixels or trusted words, and the process where that happens."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from invoice_ocr.intake.documents import Intake, crops, open_documents
    from invoice_ocr.intake.pages import Opened, OpenedPage
    from invoice_ocr.intake.sources import Failed, Source, expand

__all__ = ["Failed", "Intake", "Opened", "OpenedPage", "Source", "crops", "expand", "open_documents"]

_HOMES = {
    **dict.fromkeys(("Intake", "crops", "open_documents"), "documents"),
    **dict.fromkeys(("Opened", "OpenedPage"), "pages"),
    **dict.fromkeys(("Failed", "Source", "expand"), "sources"),
}


def __getattr__(name: str) -> Any:
    """What the package offers, imported when first asked for: a worker needs none of the coordinator's half."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
