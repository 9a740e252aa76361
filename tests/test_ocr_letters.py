"""Letters that a page's languages lack are misreadings, where the reading was in doubt."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.letters import allowed, strangers

GERMAN = ["Prüfung", "Straße", "für", "Größe", "über", "Vergütung"]
PORTUGUESE = ["emissão", "descrição", "código", "inscrição", "não", "área"]
MAORI = ["utu", "mō", "te", "wāhi", "kāinga", "tēnei", "rōpū", "tāke"]
CHUVASH = ["хисеп", "тӳлеве", "сӑмах", "ҫӗнӗ", "пӗрлехи", "укҫа", "ӑнлантару"]
RUSSIAN = ["Счёт", "на", "оплату", "товара", "за", "наличный", "расчёт"]


def odd(words: list[str], doubtful: str, confidence: float = 0.6) -> bool:
    return strangers([*((word, 0.99) for word in words), (doubtful, confidence)])[0] == [len(words)]


@pytest.mark.parametrize(
    ("words", "doubtful"),
    [
        (GERMAN, "gemāß"),
        (PORTUGUESE, "Informaçöes"),
        (RUSSIAN, "цЄлевых"),
        (GERMAN, "QTЂ"),
        ([], "%Ż"),
        ([], "₭"),
        (MAORI, "hőtera"),
    ],
)
def test_letters_of_no_language_of_the_page_are_odd(words: list[str], doubtful: str) -> None:
    assert odd(words, doubtful)


@pytest.mark.parametrize(
    ("words", "doubtful"),
    [
        (GERMAN, "gemäß"),
        (GERMAN, "Total"),
        ([*GERMAN, "Łukasz", "Łódź"], "Łask"),  # sure and repeated: it belongs to the page
        ([], "café"),
        (RUSSIAN, "INVOICE"),
        (MAORI, "tūranga"),
        (MAORI, "hōtēra"),
        (CHUVASH, "ҫул"),
        (["ŝuo", "ǎn", "eɖe", "mơ", "ők", "ģim", "şi", "þa"], "ǯux"),  # no language explains such a page
        (["płatność", "usługa", "sprzedaż", "należność"], "wartość"),
    ],
)
def test_letters_of_its_languages_are_not(words: list[str], doubtful: str) -> None:
    assert not odd(words, doubtful)


def test_a_sure_word_keeps_its_letters() -> None:
    assert not odd(GERMAN, "Rīga", confidence=0.95)


def test_what_may_be_read_again_holds_no_odd_letter_and_all_others() -> None:
    _, known = strangers([(word, 0.99) for word in GERMAN])
    may = allowed(ALPHABET, known)
    assert may.shape == (len(ALPHABET) + 1,)
    kept = {char for char, one in zip(ALPHABET, may, strict=False) if one}
    assert set("äöüßÄÖÜabcXYZ019 €%-–„°²") <= kept
    assert not kept & set("āżćЂяλ₭")
    assert may[-1] == np.True_


def test_a_word_printed_often_and_misread_each_time_makes_no_language() -> None:
    words = [*((word, 0.99) for word in ("Jürgen", "Rechnung", "Gebühr")), *(("Grundgebūhr", 0.48) for _ in range(6))]
    places, known = strangers(words)
    assert places == [3, 4, 5, 6, 7, 8]
    assert "ü" in known
