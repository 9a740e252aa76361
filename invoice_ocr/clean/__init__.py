"""Image to image: pages made readable, each with the way back to the page as it came."""

from invoice_ocr.clean.engine import CleaningEngine
from invoice_ocr.clean.page import Cleaned, clean

__all__ = ["Cleaned", "CleaningEngine", "clean"]
