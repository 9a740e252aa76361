"""An invoice that an agent writes for another: the other sells."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

PAGE = """
Südfeld Collections Ltd
12 Quay Street
Tel. 020 7946 0000

{words}

Invoice to:
Contoso Ltd
Invoice number: A-17
Invoice date: 3 May 2024
Total | 119.00
Pay to Südfeld Collections Ltd
"""


def understood(words: str) -> Invoice:
    (invoice,) = understand(sketch(PAGE.format(words=words)), load_pack(), Settings())
    return invoice


@pytest.mark.parametrize(
    ("words", "seller"),
    [
        ("Invoice raised on behalf of our client Nordwind Ltd, 5 Hill Road, Kendal", "Nordwind Ltd"),
        ("Issued in the name and on behalf of Nordwind, S.L.", "Nordwind, S.L."),
        ("Rechnung im Namen und auf Rechnung der Nordwind GmbH (Hamburg)", "Nordwind GmbH"),
        ("We collect for many firms.", "Südfeld Collections Ltd"),
    ],
)
def test_in_whose_name_an_invoice_is_written_sells(words: str, seller: str) -> None:
    assert understood(words).fields["seller_name"].value == seller


def test_where_another_is_called_the_seller_both_are_told() -> None:
    invoice = understood("Seller: Südfeld Collections Ltd\nIssued in the name and on behalf of Nordwind Ltd")
    assert "seller.unclear" in {issue.code for issue in invoice.issues}
    assert invoice.fields["seller_name"].status == "review"
    assert "seller.unclear" not in {issue.code for issue in understood("Issued by us").issues}
