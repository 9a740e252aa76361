"""Documents to invoices by way of readings kept in a folder, so that understanding can be tried again in seconds."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from invoice_ocr import pipeline
from invoice_ocr.ocr.replay import parse_reading, write_reading
from invoice_ocr.recipes import rules_for

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invoice_ocr.model import Invoice
    from invoice_ocr.settings import Settings


def understood(paths: Sequence[str], settings: Settings, folder: Path | None = None) -> Iterator[tuple[str, Invoice]]:
    """Base name and first invoice of each document that can be read.

    folder: readings are kept there as NAME.json, and what is there is not read again. A path that ends in .json is
    such a reading itself.
    """
    pack = rules_for(settings)
    kept = [Path(path) for path in paths if path.endswith(".json")]
    rest = [path for path in paths if not path.endswith(".json")]
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
        known = [path for path in rest if (folder / f"{PurePath(path).name}.json").exists()]
        kept += [folder / f"{PurePath(path).name}.json" for path in known]
        rest = [path for path in rest if path not in known]
    for path in kept:
        reading = parse_reading(path.read_text(encoding="utf-8"))
        yield path.name.removesuffix(".json"), pipeline.understand(reading, pack, settings)[0]
    if not rest:
        return
    for transcript in pipeline.read(rest, settings):
        if transcript.reading is None:
            continue
        name = PurePath(transcript.file).name
        if folder:
            (folder / f"{name}.json").write_text(write_reading(transcript.reading), encoding="utf-8")
        yield name, pipeline.understand(transcript.reading, pack, settings)[0]
