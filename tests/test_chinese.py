"""A Chinese VAT invoice, scanned in black and white, read by the shipped networks."""

from __future__ import annotations

from pathlib import Path

import pytest

from invoice_ocr import extract
from invoice_ocr.model import Invoice

FAPIAO = Path(__file__).parent.parent / "fixtures" / "chinese" / "fapiao.tiff"
PRINTED = {
    "invoice_number": "24312000000087651234",
    "issue_date": "2024-03-15",
    "currency": "CNY",
    "total_net": "6106.16",
    "total_tax": "793.80",
    "total_gross": "6899.96",
    "seller_name": "上海明远办公设备有限公司",
    "seller_tax_number": "91310115786234519G",
    "buyer_name": "杭州青禾信息技术有限公司",
}


@pytest.fixture(scope="module")
def invoice() -> Invoice:
    return extract(FAPIAO)


def test_a_chinese_invoice_is_read_without_being_told_that_it_is_chinese(invoice: Invoice) -> None:
    got = {name: str(invoice.fields[name].value) for name in PRINTED}
    wrong = {name: value for name, value in got.items() if value != PRINTED[name]}
    assert set(wrong) <= {"seller_name", "buyer_name"}  # of a character or two
    assert not [name for name in wrong if invoice.fields[name].status == "accepted"]
    assert [str(line.amount) for line in invoice.line_items] == ["4778.76", "1327.40"]
