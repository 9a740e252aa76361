"""Bytes to pages: what an input is, its pages as pixels or trusted words, and the process where that happens."""

from invoice_ocr.intake.documents import Intake, crops, open_documents
from invoice_ocr.intake.pages import Opened, OpenedPage
from invoice_ocr.intake.sources import Failed, Source, expand

__all__ = ["Failed", "Intake", "Opened", "OpenedPage", "Source", "crops", "expand", "open_documents"]
