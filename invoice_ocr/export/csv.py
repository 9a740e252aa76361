"""CSV: one row an invoice, one column a field. Nothing in it can become a formula."""

from __future__ import annotations

import codecs
import csv
import io
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from invoice_ocr.export import table
from invoice_ocr.export.json import plain

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.model import Record


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """UTF-8, comma, a header; each row flushed as soon as it is known."""
    write_rows(table.COLUMNS, ([cell(value) for value in table.row(record)] for record in records), stream)


def write_with_commas(records: Iterable[Record], stream: BinaryIO) -> None:
    """As spreadsheets want it where numbers have a decimal comma: semicolons, and a mark of UTF-8 at the beginning."""
    stream.write(codecs.BOM_UTF8)
    rows = ([cell(value, decimal=",") for value in table.row(record)] for record in records)
    write_rows(table.COLUMNS, rows, stream, delimiter=";")


def write_line_items(records: Iterable[Record], stream: BinaryIO) -> None:
    """The line items of all records, one row each."""
    rows = ([cell(value) for value in row] for record in records for row in table.item_rows(record))
    write_rows(table.ITEM_COLUMNS, rows, stream)


def write_rows(
    columns: Iterable[str], rows: Iterable[Iterable[object]], stream: BinaryIO, *, delimiter: str = ","
) -> None:
    """A header and rows; a lone half of a character pair, which UTF-8 cannot hold, becomes a question mark."""
    for line in _lines(columns, rows, delimiter):
        stream.write(line.encode("utf-8", "replace"))
        stream.flush()


def cell(value: table.Cell, *, decimal: str = ".") -> str:
    """A cell as text: numbers and dates plain, text that a spreadsheet may take for a formula behind an apostrophe."""
    if value is None:
        return ""
    if isinstance(value, float | int):
        return str(value).replace(".", decimal)
    if isinstance(value, str):
        value = value.replace("\x00", "")
        return f"'{value}" if table.starts_formula(value) else value
    text = plain(value) or ""
    return text.replace(".", decimal) if isinstance(value, Decimal) else text


def _lines(columns: Iterable[str], rows: Iterable[Iterable[object]], delimiter: str) -> Iterator[str]:
    buffer = io.StringIO(newline="")
    # Before 3.13 a carriage return is quoted only where it is part of a line's end: so it is, until it is cut off.
    writer = csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n")
    for row in chain([columns], rows):
        buffer.seek(0)
        buffer.truncate()
        writer.writerow(row)
        yield buffer.getvalue().removesuffix("\r\n") + "\n"
