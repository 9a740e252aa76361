"""One frozen Settings: every option is spelled here once; flags, environment and recipe derive from it."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any


def option(default: Any, text: str, *, recipe: bool = False, flags: tuple[str, ...] = ()) -> Any:
    """A settings field: its default, its help text, whether it changes results, and flags besides --its-name."""
    return field(default=default, metadata={"help": text, "recipe": recipe, "flags": flags})


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything a user can choose. The environment spells each as INVOICE_OCR_<NAME>, the file as its name."""

    text: str = option("auto", "Where words come from: auto, ocr (pixels), layer (the PDF's text).", recipe=True)
    runtime: str = option("auto", "What runs the networks: auto, onnx, tensorflow, rapidocr.", recipe=True)
    device: str = option("auto", "auto, cpu, gpu or gpu:N.")
    lang: str = option("", "Languages of the documents, such as de or de,fr; empty: found by itself.", recipe=True)
    dpi: int = option(200, "Resolution at which PDF pages are rendered.", recipe=True)
    pages: str = option("", "Pages to read, such as 1-3,7; empty: all.", recipe=True)
    rules: Path | None = option(None, "A folder of rules that add to or override the shipped ones.", recipe=True)
    min_confidence: float = option(0.95, "A field less sure than this is for review.", recipe=True)
    weights: str = option("", "A folder of other weights, or the name of docTR's own.", recipe=True)
    password_file: Path | None = option(None, "A file with one password a line, tried on encrypted PDFs.")
    jobs: int = option(0, "Worker processes that open files; 0: one a core.", flags=("-j",))
    batch_size: int = option(0, "Word pictures recognised at once; 0: chosen by itself.")
    timeout: float = option(120.0, "Seconds that one document may take to open.")
    max_file_mb: int = option(50, "Larger files are refused.")
    max_pages: int = option(200, "Documents of more pages are refused.")
    max_image_mpixels: int = option(100, "Larger pictures and pages are refused.")
    max_memory_mb: int = option(3000, "Memory that opening one document may take.")
    fail_on: str = option("error", "error, or review: leave with 4 when something needs review.")
    dry_run: bool = option(False, "Say what would be read, and stop.")

    def recipe(self) -> dict[str, str]:
        """The settings that change results, by name, as text: one part of the recipe that keys a cached result."""
        return {f.name: str(getattr(self, f.name)) for f in fields(self) if f.metadata["recipe"]}
