"""Results as a pandas DataFrame, and as Parquet: the columns of CSV, with types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, BinaryIO

from invoice_ocr.errors import MissingPart
from invoice_ocr.export import table
from invoice_ocr.model import FIELD_KINDS, Invoice, Record

if TYPE_CHECKING:
    from collections.abc import Iterable

    import pandas as pd

_PLACES = 4  # of amounts in Parquet, 18 digits in all


def to_dataframe(results: Iterable[Record | Invoice] | Invoice) -> pd.DataFrame:
    """One row a record, in the columns of CSV: amounts are Decimal, dates datetime.date, confidences float, 0..1.

    results: records, or invoices as `extract` gives them, one or a list. An input that failed has its
    error's code in `reasons`. For floats: `frame["total_gross"].astype(float)`.
    """
    import pandas as pd

    found = [results] if isinstance(results, Invoice) else results
    records = (one if isinstance(one, Record) else Record(one.file, "", one) for one in found)
    frame = pd.DataFrame([table.row(record) for record in records], columns=list(table.COLUMNS), dtype=object)
    for name in FIELD_KINDS:
        frame[f"{name}_confidence"] = frame[f"{name}_confidence"].astype(float)
    return frame


def write_parquet(records: Iterable[Record], stream: BinaryIO) -> None:
    """One Parquet file: amounts as decimal(22, 4), dates as date32, text as UTF-8.

    Raises MissingPart without pyarrow.
    """
    try:
        import pyarrow as pa
        from pyarrow import parquet
    except ImportError:
        raise MissingPart("pyarrow is not installed", fix="pip install 'invoice-ocr[parquet]'") from None

    schema = _schema(pa)
    with parquet.ParquetWriter(stream, schema) as writer:
        rows: list[dict[str, Any]] = []
        for record in records:
            rows.append(dict(zip(table.COLUMNS, map(_exact, table.row(record)), strict=True)))
            if len(rows) >= 1000:
                writer.write_table(pa.Table.from_pylist(rows, schema))
                rows = []
        writer.write_table(pa.Table.from_pylist(rows, schema))


def _schema(pa: Any) -> Any:
    kinds = {"text": pa.string(), "date": pa.date32(), "decimal": pa.decimal128(18 + _PLACES, _PLACES)}
    typed = {name: kinds[kind] for name, kind in FIELD_KINDS.items()}
    typed |= {f"{name}_confidence": pa.float64() for name in FIELD_KINDS}
    return pa.schema([(name, typed.get(name, pa.string())) for name in table.COLUMNS])


def _exact(value: table.Cell) -> table.Cell:
    """A cell as Parquet can hold it: text as UTF-8 has it, amounts without more digits than there is room for."""
    from decimal import Decimal

    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, Decimal) and value.is_finite():
        return value.quantize(Decimal(1).scaleb(-_PLACES)) if abs(value) < 10**18 else None
    return None if isinstance(value, Decimal) else value
