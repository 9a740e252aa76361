"""Records to bytes, one file a format; the registries name them."""

from __future__ import annotations

from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.export import accounting, columns, csv, dataframe, einvoices, json, markup, words, xlsx
from invoice_ocr.export.json import record_to_dict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from invoice_ocr.model import Record, Transcript

__all__ = ["EXPORTERS", "SUFFIXES", "WORD_EXPORTERS", "WORD_SUFFIXES", "record_to_dict", "write_line_items"]

# Each takes all records of a run and an open binary stream, and leaves the stream open.
EXPORTERS: dict[str, Callable[[Iterable[Record], BinaryIO], None]] = {
    "json": json.write,
    "jsonl": json.write_lines,
    "csv": csv.write,
    "csv-comma": csv.write_with_commas,
    "xlsx": xlsx.write,
    "parquet": dataframe.write_parquet,
    **{name: accounting.exporter(name) for name in accounting.NAMES},
    **{name: einvoices.exporter(name) for name in einvoices.SYNTAXES},
}
SUFFIXES: dict[str, str] = {
    ".json": "json",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".csv": "csv",
    ".xlsx": "xlsx",
    ".parquet": "parquet",
    ".iif": "iif",
}

WORD_EXPORTERS: dict[str, Callable[[Iterable[Transcript], BinaryIO], None]] = {
    "text": words.write_text,
    "json": words.write_json,
    "csv": words.write_csv,
    "layout": columns.write,
    "hocr": markup.write_hocr,
    "alto": markup.write_alto,
}
WORD_SUFFIXES: dict[str, str] = {
    ".txt": "text",
    ".json": "json",
    ".csv": "csv",
    ".hocr": "hocr",
    ".xml": "alto",
}

write_line_items = csv.write_line_items
