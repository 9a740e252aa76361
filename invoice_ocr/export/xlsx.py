"""XLSX: invoices, line items and tax lines on a sheet each, cells typed; text is never a formula."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from invoice_ocr.export import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from invoice_ocr.model import Record

_SHEETS = (("Invoices", table.COLUMNS), ("Line items", table.ITEM_COLUMNS), ("Tax lines", table.TAX_COLUMNS))
_WIDTHS = {
    "file": 32,
    "description": 48,
    "seller_name": 28,
    "buyer_name": 28,
    "reasons": 32,
    "payment_terms": 32,
    "iban": 28,
}
_CELL_CHARACTERS = 32767  # what one cell of the format can hold
_EXACT_DIGITS = 15  # a spreadsheet's numbers are doubles: more digits would be changed, so they are written as text
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001  in place of now: the same results make the same bytes
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(records: Iterable[Record], stream: BinaryIO) -> None:
    """One workbook; it is complete only when all records have come."""
    import xlsxwriter

    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"created": _EPOCH})
        formats = {
            "decimal": book.add_format({"num_format": "#,##0.00"}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "head": book.add_format({"bold": True, "bottom": 1}),
        }
        sheets = [_Sheet(book, formats, name, columns) for name, columns in _SHEETS]
        for record in records:
            sheets[0].add(table.row(record))
            for row in table.item_rows(record):
                sheets[1].add(row)
            for row in table.tax_rows(record):
                sheets[2].add(row)


class _Sheet:
    """One sheet being written, row by row."""

    def __init__(self, book: Any, formats: dict[str, Any], name: str, columns: Sequence[str]) -> None:
        self.sheet = book.add_worksheet(name)
        self.formats = formats
        self.rows = 1
        self.sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, _WIDTHS.get(column, max(12, len(column) + 2)))
            self.sheet.write_string(0, index, column, formats["head"])

    def add(self, row: Sequence[table.Cell]) -> None:
        for column, value in enumerate(row):
            self._write(column, value)
        self.rows += 1

    def _write(self, column: int, value: table.Cell) -> None:
        if value is None or value == "":
            return
        if isinstance(value, Decimal):
            self._write_decimal(column, value)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.rows, column, value, self.formats["date"])
        elif isinstance(value, float | int):
            self.sheet.write_number(self.rows, column, value)
        else:
            text = value.encode("utf-8", "replace").decode()
            self.sheet.write_string(self.rows, column, text[:_CELL_CHARACTERS])

    def _write_decimal(self, column: int, value: Decimal) -> None:
        if not value.is_finite() or len(value.as_tuple().digits) > _EXACT_DIGITS:
            self.sheet.write_string(self.rows, column, format(value, "f"))
            return
        places = -int(value.as_tuple().exponent)
        self.sheet.write_number(self.rows, column, float(value), self.formats["decimal"] if places <= 2 else None)
