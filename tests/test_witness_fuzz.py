"""Mutated e-invoices and payment codes: read or refused with a type, never anything else."""

from __future__ import annotations

import random
import re
import sys
from dataclasses import astuple
from pathlib import Path

import pytest

from invoice_ocr.errors import XmlInvalid, XmlUnsafe
from invoice_ocr.intake import einvoice, payment_codes, testimony
from invoice_ocr.model import FIELD_KINDS

sys.path.insert(0, str(Path(__file__).parent))

from einvoices import BIC, IBAN, cii, ubl

ODD = ("", "NaN", "-Infinity", "1e400", "-0", "9" * 60, "٣", "2026-02-30", "20261399", "0000-00-00", "x" * 3000, "1,5",
       "--1", "1_000", " ", "&#x202e;", "&lt;b&gt;")  # fmt: skip
EPC = f"BCD\n002\n1\nSCT\n{BIC}\nBeispiel GmbH\n{IBAN}\nEUR345.00\n\nRF18539007547034\n\n"
SYNTAXES = {"cii": cii(), "zugferd-1": cii(generation=1), "ubl": ubl(), "credit note": ubl(root="CreditNote")}


def with_odd_bytes(content: bytes, rng: random.Random) -> bytes:
    made = bytearray(content)
    for _ in range(rng.randint(1, 2)):
        start = rng.randrange(len(made))
        end = min(len(made), start + rng.randint(1, 40))
        match rng.randrange(3):
            case 0:
                made[start] = rng.randrange(256)
            case 1:
                del made[start:end]
            case _:
                made[start:start] = made[start:end] * rng.randint(1, 5)
    return bytes(made)


def with_odd_texts(content: bytes, rng: random.Random) -> bytes:
    text = content.decode()
    texts = re.findall(r">([^<>\s][^<>]*)<", text)
    for _ in range(3):
        text = text.replace(f">{rng.choice(texts)}<", f">{rng.choice(ODD)}<", 1)
    return text.encode()


@pytest.mark.parametrize("mutate", [with_odd_bytes, with_odd_texts])
@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_mutated_e_invoice_is_read_or_refused_with_a_type(syntax: str, mutate: object) -> None:
    rng = random.Random(syntax)
    outcomes = set()
    for _ in range(150):
        try:
            said = einvoice.read(mutate(SYNTAXES[syntax], rng), "x.xml")  # type: ignore[operator]
        except (XmlInvalid, XmlUnsafe) as refused:
            outcomes.add(refused.code)
            continue
        witness = testimony.heard(astuple(said))
        assert {statement.name for statement in witness.statements} <= set(FIELD_KINDS)
        outcomes.add("read")
    assert "read" in outcomes


def test_a_mutated_payment_code_is_read_or_left() -> None:
    rng = random.Random(3)
    found = [payment_codes.read(with_odd_bytes(EPC.encode(), rng)) for _ in range(500)]
    said = [testimony.heard(astuple(one)) for one in found if one is not None]
    assert 50 < len(said) < 500
    # Check digits let no other account through.
    accounts = {statement.value for one in said for statement in one.statements if statement.name == "iban"}
    assert accounts == {IBAN}
