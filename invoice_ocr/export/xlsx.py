"""XLSX: invoices, line items, tax lines and what is to be reviewed, a sheet each; text is never a formula."""

from __future__ import annotations

import io
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, BinaryIO

from invoice_ocr.export import table
from invoice_ocr.model import FIELD_KINDS, Box

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    import numpy as np

    from invoice_ocr.model import Field, Invoice, Record

    # The pictures of places (page number, box in points) of a record's document, uint8 RGB; none when it cannot be had.
    Crops = Callable[[Record, Sequence[tuple[int, Box]]], Sequence[np.ndarray]]

_SHEETS = (
    ("Invoices", table.COLUMNS),
    ("Line items", table.ITEM_COLUMNS),
    ("Tax lines", table.TAX_COLUMNS),
    ("Review", ("file", "decision", "field", "value", "text", "confidence", "page", "why", "picture")),
)
_VALUE = 3  # the column of the value on the sheet Review
_WIDTHS = {
    "file": 32,
    "picture": 60,
    "field": 20,
    "why": 48,
    "value": 28,
    "text": 28,
    "description": 48,
    "seller_name": 28,
    "buyer_name": 28,
    "reasons": 32,
    "payment_terms": 32,
    "iban": 28,
}
_CELL_CHARACTERS = 32767  # what one cell of the format can hold
_PICTURES = 2000  # in one workbook: it holds them in memory until it is closed
_PICTURE_HEIGHT = 34  # of a row with a picture, in points
_PICTURE_WIDTH = 420  # of its column, in pixels of 1/96 inch
_MARGIN = 4.0  # points of paper around a value in its picture
_DOUBTFUL = "#FFE3B3"
_EXACT_DIGITS = 15  # a spreadsheet's numbers are doubles: more digits would be changed, so they are written as text
_EPOCH = datetime(1980, 1, 1)  # noqa: DTZ001  in place of now: the same results make the same bytes
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def write(records: Iterable[Record], stream: BinaryIO, *, crops: Crops | None = None) -> None:
    """One workbook; it is complete only when all records have come. Values for review are coloured.

    crops: gives the pictures that stand beside values on the sheet Review.
    """
    import xlsxwriter

    with xlsxwriter.Workbook(stream, _OPTIONS) as book:
        book.set_properties({"created": _EPOCH})
        sheets = [_Sheet(book, _formats(book), name, columns) for name, columns in _SHEETS]
        for record in records:
            sheets[0].add(table.row(record), doubtful=_doubtful(record))
            for row in table.item_rows(record):
                sheets[1].add(row)
            for row in table.tax_rows(record):
                sheets[2].add(row)
            if record.invoice is not None:
                _review(record, record.invoice, sheets[3], crops)
            elif record.failure is not None:
                sheets[3].add([record.file, "reject", "", None, "", None, None, record.failure.message])
        for sheet in sheets:
            sheet.filter()


def _formats(book: Any) -> dict[str, Any]:
    """Formats by kind, each plain and, with a mark before its name, coloured."""
    kinds = {"text": {}, "decimal": {"num_format": "#,##0.00"}, "date": {"num_format": "yyyy-mm-dd"}}
    plain_ones = {name: book.add_format(kind) for name, kind in kinds.items()}
    coloured = {f"!{name}": book.add_format(kind | {"bg_color": _DOUBTFUL}) for name, kind in kinds.items()}
    return plain_ones | coloured | {"head": book.add_format({"bold": True, "bottom": 1})}


def _doubtful(record: Record) -> set[int]:
    """The columns of values that are for review."""
    fields = record.invoice.fields if record.invoice else {}
    return {index for index, name in enumerate(FIELD_KINDS) if name in fields and fields[name].status == "review"}


def _review(record: Record, invoice: Invoice, sheet: _Sheet, crops: Crops | None) -> None:
    """A row for each value that is for review, with its picture, and for whatever else speaks against posting."""
    fields = [field for field in invoice.fields.values() if field.status == "review" and field.value is not None]
    places = [
        (f.evidence.page, _wider(f.evidence.box)) for f in fields if f.evidence is not None and f.evidence.box.area > 0
    ]
    pictures: list[np.ndarray] = []
    if crops is not None and places and sheet.pictures + len(places) <= _PICTURES:
        pictures = list(crops(record, places))
    drawn = dict(zip(places, pictures, strict=False))
    for field in fields:
        told = [issue.message for issue in invoice.issues if field.name in issue.fields]
        place = (field.evidence.page, _wider(field.evidence.box)) if field.evidence else None
        row = _review_row(record.file, invoice, field, "; ".join(told))
        sheet.add(row, doubtful={_VALUE}, picture=drawn.get(place) if place else None)
    for name, why in _untold(invoice, {field.name for field in fields}):
        sheet.add([record.file, invoice.decision, name, None, "", None, None, why])


def _review_row(file: str, invoice: Invoice, field: Field, why: str) -> list[table.Cell]:
    seen = field.evidence
    text, page = (seen.text, seen.page) if seen else ("", None)
    return [file, invoice.decision, field.name, field.value, text, round(field.confidence, 4), page, why]


def _untold(invoice: Invoice, told: set[str]) -> list[tuple[str, str]]:
    """Reasons for the decision that no row of a field tells: the fields that they are about, and what is wrong."""
    issues = [one for one in invoice.issues if one.code in invoice.reasons]
    made = [(", ".join(one.fields), one.message) for one in issues if told.isdisjoint(one.fields)]
    codes = {one.code for one in issues}
    parts = [reason.rpartition(".") for reason in invoice.reasons if reason not in codes]
    return made + [(name, what) for name, _, what in parts if name not in told]


def _wider(box: Box) -> Box:
    return Box(box.left - _MARGIN, box.top - _MARGIN, box.right + _MARGIN, box.bottom + _MARGIN)


class _Sheet:
    """One sheet being written, row by row. pictures: on it so far."""

    def __init__(self, book: Any, formats: dict[str, Any], name: str, columns: Sequence[str]) -> None:
        self.sheet = book.add_worksheet(name)
        self.formats = formats
        self.columns = len(columns)
        self.rows = 1
        self.pictures = 0
        self.sheet.freeze_panes(1, 0)
        for index, column in enumerate(columns):
            self.sheet.set_column(index, index, _WIDTHS.get(column, max(12, len(column) + 2)))
            self.sheet.write_string(0, index, column, formats["head"])

    def add(
        self, row: Sequence[table.Cell], *, doubtful: Collection[int] = (), picture: np.ndarray | None = None
    ) -> None:
        for column, value in enumerate(row):
            self._write(column, value, "!" if column in doubtful else "")
        if picture is not None:
            self._draw(len(row), picture)
        self.rows += 1

    def filter(self) -> None:
        """Arrows in the header that show or hide rows."""
        self.sheet.autofilter(0, 0, max(1, self.rows - 1), self.columns - 1)

    def _draw(self, column: int, picture: np.ndarray) -> None:
        """A picture in a cell, as high as its row."""
        from PIL import Image

        made = io.BytesIO()
        Image.fromarray(picture).save(made, "PNG")
        height, width = picture.shape[:2]
        scale = min(1.0, (_PICTURE_HEIGHT - 2) * 96 / 72 / height, _PICTURE_WIDTH / width)
        self.sheet.set_row(self.rows, _PICTURE_HEIGHT)
        options = {"image_data": made, "x_scale": scale, "y_scale": scale, "x_offset": 2, "y_offset": 2}
        self.sheet.insert_image(self.rows, column, "value.png", options)
        self.pictures += 1

    def _write(self, column: int, value: table.Cell, mark: str) -> None:
        if value is None or value == "":
            return
        if isinstance(value, Decimal):
            self._write_decimal(column, value, mark)
        elif isinstance(value, date):
            self.sheet.write_datetime(self.rows, column, value, self.formats[f"{mark}date"])
        elif isinstance(value, float | int):
            self.sheet.write_number(self.rows, column, value)
        else:
            text = value.encode("utf-8", "replace").decode()
            self.sheet.write_string(self.rows, column, text[:_CELL_CHARACTERS], self.formats[f"{mark}text"])

    def _write_decimal(self, column: int, value: Decimal, mark: str) -> None:
        if not value.is_finite() or max(len(value.as_tuple().digits), value.adjusted()) > _EXACT_DIGITS:
            self.sheet.write_string(self.rows, column, format(value, "f"), self.formats[f"{mark}text"])
            return
        kind = "decimal" if -int(value.as_tuple().exponent) <= 2 else "text"
        self.sheet.write_number(self.rows, column, float(value), self.formats[f"{mark}{kind}"])
