"""What an account stood at before a bill is paid with it, and is no part of its totals."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.model import Invoice
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

HEAD = "Northwind Water Ltd\nTax invoice no | TI-91187\nDate | 25 May 2026\n"
LEVY = "Current levy excl. VAT | 45 249.60\nVAT @ 15% | 6 787.44\nCurrent levy incl. VAT | 52 037.04\n"


def understood(page: str) -> Invoice:
    (invoice,) = understand(sketch(HEAD + page), load_pack(), Settings())
    return invoice


def totals(invoice: Invoice) -> dict[str, str]:
    names = ("total_net", "total_tax", "total_gross", "amount_due", "prepaid")
    return {name: str(invoice.fields[name].value) for name in names if invoice.fields[name].value is not None}


@pytest.mark.parametrize(
    "end",
    [
        "Opening balance | 12 400.00\nLess payments | -10 000.00\nTOTAL AMOUNT PAYABLE | R 54 437.04",
        "Balance brought forward | 2 400.00\nTOTAL AMOUNT PAYABLE | R 54 437.04",
    ],
)
def test_a_balance_and_what_was_paid_since_lie_between_total_and_due(end: str) -> None:
    invoice = understood(LEVY + end)
    assert totals(invoice) == {
        "total_net": "45249.60",
        "total_tax": "6787.44",
        "total_gross": "52037.04",
        "amount_due": "54437.04",
    }
    assert "totals.balance" not in invoice.reasons


def test_a_credit_brought_forward_lessens_what_is_due() -> None:
    end = "Balance forward | -37.60\nSubtotal | 303.04\nSales tax | 15.13\nTotal current charges | 318.17\n"
    assert totals(understood(end + "TOTAL AMOUNT DUE | $280.57")) == {
        "total_net": "303.04",
        "total_tax": "15.13",
        "total_gross": "318.17",
        "amount_due": "280.57",
    }


def test_what_is_due_is_no_total_where_a_balance_may_be_part_of_it() -> None:
    invoice = understood("Previous balance | 31.20\nAmount due | 93.00")
    assert "totals.balance" in invoice.reasons
    assert invoice.fields["total_gross"].status == "review"


def test_an_account_that_was_settled_is_no_doubt() -> None:
    assert "totals.balance" not in understood("Previous balance | 0.00\nAmount due | 93.00").reasons
    paid = "Your last bill | 31.20\nPayment received | -31.20\nBalance brought forward | 0.00\nAmount due | 93.00"
    assert "totals.balance" not in understood(paid).reasons
    whole = "Balance from last bill | 31.20\nPayment received | -31.20\nAmount due | 93.00"
    assert "totals.balance" not in understood(whole).reasons
    part = "Balance from last bill | 31.20\nPayment received | -20.00\nAmount due | 93.00"
    assert "totals.balance" in understood(part).reasons
