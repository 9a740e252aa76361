"""Keys of Brazilian fiscal documents: they bear out the number of their document, and nothing else does."""

from __future__ import annotations

import pytest

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.finding.access_keys import numbers_of
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def key(number: int) -> str:
    """A made-up key with its check digit, in groups of four."""
    body = f"352408112223330001815500{1:01d}{number:09d}112345678"
    left = sum(int(digit) * (2 + place % 8) for place, digit in enumerate(reversed(body))) % 11
    whole = body + str(0 if left < 2 else 11 - left)
    return " ".join(whole[i : i + 4] for i in range(0, 44, 4))


@pytest.mark.parametrize("number", [1, 117, 4_021_990, 999_999_999])
def test_a_key_tells_the_number_of_its_document(number: int) -> None:
    assert numbers_of([f"CHAVE DE ACESSO {key(number)}"]) == {number}


def test_a_key_with_a_wrong_digit_tells_nothing() -> None:
    right = key(117)
    for place in range(0, len(right), 7):
        if right[place].isdigit():
            wrong = right[:place] + str((int(right[place]) + 1) % 10) + right[place + 1 :]
            assert numbers_of([wrong]) == set()


@pytest.mark.parametrize(("printed", "accepted"), [(117, True), (118, False)])
def test_a_number_that_the_key_repeats_is_sure(printed: int, accepted: bool) -> None:
    text = f"""DANFE
Nº 000.000.{printed} | CHAVE DE ACESSO
SÉRIE 1 | {key(117)}
NATUREZA DA OPERAÇÃO | DATA DA EMISSÃO
Venda | 14/08/2024
VALOR TOTAL DA NOTA
1.950,00"""
    (invoice,) = understand(sketch(text), load_pack(), Settings())
    field = invoice.fields["invoice_number"]
    assert str(field.value) == f"000.000.{printed}"
    assert (field.confidence > 0.95) == accepted


def test_a_lone_digit_is_not_taken_for_the_number_that_a_key_repeats() -> None:
    (invoice,) = understand(sketch(f"Nº 7 | Nº 000.000.007\n\n\nCHAVE DE ACESSO\n{key(7)}"), load_pack(), Settings())
    assert invoice.fields["invoice_number"].value == "000.000.007"
