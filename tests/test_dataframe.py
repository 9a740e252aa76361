"""Results for pandas and Parquet: one row a record, typed, exact."""

from __future__ import annotations

import io
import subprocess
import sys
from datetime import date
from decimal import Decimal

import pytest
from pyarrow import parquet
from test_accounting import invoice, record

import invoice_ocr
from invoice_ocr.errors import MissingPart
from invoice_ocr.export import EXPORTERS, table
from invoice_ocr.model import Failure, Record

FAILED = Record("b\udcff.pdf", "1" * 64, None, Failure("E_EMPTY", "It has no bytes.", "Fetch it again."))


def test_a_frame_has_the_columns_of_csv_with_types() -> None:
    frame = invoice_ocr.to_dataframe([record(invoice()), FAILED])
    assert list(frame.columns) == list(table.COLUMNS)
    first, second = frame.to_dict("records")
    assert (first["total_gross"], first["issue_date"]) == (Decimal("345.00"), date(2026, 3, 12))
    assert frame["total_gross_confidence"].dtype == float
    assert frame["total_gross"].sum() == Decimal("345.00")
    assert (second["decision"], second["reasons"], second["total_gross"]) == ("reject", "E_EMPTY", None)


def test_a_frame_of_invoices_and_of_nothing() -> None:
    for invoices in ([invoice()], invoice()):
        assert invoice_ocr.to_dataframe(invoices)["invoice_number"].tolist() == ["R-17/4"]
    assert list(invoice_ocr.to_dataframe([]).columns) == list(table.COLUMNS)


def test_parquet_keeps_types_and_the_same_results_make_the_same_bytes() -> None:
    made = []
    for _ in range(2):
        stream = io.BytesIO()
        EXPORTERS["parquet"]([record(invoice()), FAILED], stream)
        made.append(stream.getvalue())
    assert made[0] == made[1]
    read = parquet.read_table(io.BytesIO(made[0]))
    assert str(read.schema.field("issue_date").type) == "date32[day]"
    first, second = read.to_pylist()
    assert (first["total_gross"], first["due_date"]) == (Decimal("345.0000"), date(2026, 4, 11))
    assert second["file"] == "b?.pdf"
    assert second["total_gross"] is None


def test_an_amount_that_no_column_holds_stays_out_of_parquet() -> None:
    stream = io.BytesIO()
    EXPORTERS["parquet"]([record(invoice(total_gross=Decimal(10) ** 30))], stream)
    assert parquet.read_table(stream).to_pylist()[0]["total_gross"] is None


def test_without_pyarrow_the_missing_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(MissingPart, match="pyarrow"):
        EXPORTERS["parquet"]([], io.BytesIO())


def test_no_format_is_loaded_before_it_is_wanted() -> None:
    listed = "import sys, invoice_ocr.export; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", listed], capture_output=True, text=True, check=True, timeout=120)
    assert not {"pandas", "pyarrow", "xlsxwriter", "yaml"} & set(done.stdout.split())
