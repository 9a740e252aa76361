"""Two companies with VAT ids and no buyer: neither is accepted as the seller."""

from __future__ import annotations

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Aldgate Bakery Ltd\n12 High Street\nYork YO1 7HU\nVAT No GB881200003\n"
BODY = (
    "Invoice\nInvoice No 5512\nDate 21 May 2026\nOven repair | £300.00\nSubtotal | £300.00\nVAT @ 20% | £60.00\n"
    "Total | £360.00\n"
)
FOOT = "Fernhill Services Ltd, 9 Dock Lane, Hull. VAT No GB771200018\n"


def understood(text: str) -> Invoice:
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    return invoice


def test_another_company_with_a_vat_id_leaves_the_seller_open_where_no_buyer_is_named() -> None:
    invoice = understood(HEAD + BODY + FOOT)
    assert "seller.unclear" in {issue.code for issue in invoice.issues}
    assert invoice.fields["seller_name"].status == "review"


def test_it_does_not_where_a_buyer_is_named_or_the_company_is_the_same() -> None:
    named = HEAD + "Bill to:\nCastle Inn Ltd\n3 Low Road\nHull HU1 2AB\n" + BODY + FOOT
    again = HEAD + BODY + "Aldgate Bakery Ltd, VAT No FR40303265045\n"
    plain = HEAD.replace("Bakery", "Bakéry") + BODY + "Aldgate Bakery Ltd, VAT No FR40303265045\n"
    for text in (named, again, plain):
        assert "seller.unclear" not in {issue.code for issue in understood(text).issues}
