"""Doubtful words are spelt as words of their language are, and only where the pixels leave that open."""

from __future__ import annotations

import numpy as np
import pytest

from invoice_ocr.ocr import spelling
from invoice_ocr.ocr.ctc import Text, decode
from invoice_ocr.ocr.scripts import LOOKALIKES
from invoice_ocr.ocr.spelling import TONGUES, spelling_of, spelt, tongue_of

ALPHABET = "abcdefghijklmnopqrstuvwxyzäöüāū.1абвгдежзийклмнопрстуфхцчшщъыьэюя"


def seen(word: str, instead: dict[int, tuple[str, float]]) -> tuple[Text, np.ndarray]:
    """A reading and its chances: each letter sure but some, which are another one with some chance."""
    chances = np.full((2 * len(word), len(ALPHABET) + 1), 1e-5)
    chances[1::2, -1] = 0.99
    for place, letter in enumerate(word):
        other, share = instead.get(place, (letter, 0.0))
        chances[2 * place, ALPHABET.index(other)] = share
        chances[2 * place, ALPHABET.index(letter)] = 0.98 - share
    (text,) = decode(chances.argmax(-1)[None], chances.max(-1)[None].astype(np.float32), ALPHABET)
    return text, chances


@pytest.mark.parametrize(
    ("word", "instead", "language", "said"),
    [
        ("правитсльство", {6: ("е", 0.3)}, "ru", "правительство"),
        ("rechnungsdatnm", {12: ("u", 0.4)}, "de", "rechnungsdatum"),
        ("rechnungsdatnm", {12: ("u", 0.1)}, "de", "rechnungsdatnm"),  # the pixels leave nothing open
        ("rechnung", {4: ("m", 0.45)}, "de", "rechnung"),
        ("pocztowy.", {8: ("j", 0.45)}, "pl", "pocztowy."),  # a full stop may become a letter only where words need it
        ("totai", {4: ("1", 0.45)}, "en", "totai"),  # and a letter never a digit
    ],
)
def test_a_doubtful_letter_is_the_one_that_words_have(
    word: str, instead: dict[int, tuple[str, float]], language: str, said: str
) -> None:
    text, chances = seen(word, instead)
    assert text.text == word
    settled = spelt(text, chances, ALPHABET, language, {})
    assert (settled.text, settled.confidence, len(settled.steps)) == (said, text.confidence, len(said))


@pytest.mark.parametrize(
    ("word", "instead", "language", "said"),
    [
        ("jürmala", {1: ("ū", 0.08)}, "lv", "jūrmala"),  # no Latvian word has an ü
        ("jürmala", {1: ("u", 0.08)}, "lv", "jürmala"),  # a letter without a mark is not another mark
        ("jürmala", {1: ("ū", 0.004)}, "lv", "jürmala"),  # a name that is clearly print stays
        ("jürmala", {1: ("ū", 0.08)}, "de", "jürmala"),
        ("käse", {1: ("ā", 0.3)}, "de", "käse"),
    ],
)
def test_a_mark_that_a_language_lacks_gives_way_to_one_it_has(
    word: str, instead: dict[int, tuple[str, float]], language: str, said: str
) -> None:
    text, chances = seen(word, instead)
    assert text.text == word
    assert spelt(text, chances, ALPHABET, language, {}).text == said


def test_letters_of_another_script_count_as_those_they_look_like() -> None:
    alike = {latin.lower(): other.lower() for latin, other in LOOKALIKES["cyrillic"].items()}
    text, chances = seen("пeрсвод", {3: ("е", 0.4)})
    assert spelt(text, chances, ALPHABET, "ru", alike).text == "пeревод"
    assert spelling_of("ru").of("перевод") > spelling_of("ru").of("персвод")


def test_a_reading_that_something_else_has_changed_is_left_alone() -> None:
    _, chances = seen("правитсльство", {6: ("е", 0.3)})
    other = Text("ПРАВИТСЛЬСТВО", 0.5, tuple(np.linspace(0, 1, 13)))
    assert spelt(other, chances, ALPHABET, "ru", {}) == other


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "Rechnung Lieferung Betrag Steuer zahlbar innerhalb dreißig Tagen ohne Abzug Konto"),
        ("fr", "facture livraison montant paiement échéance adresse client quantité prix total"),
        ("pl", "faktura sprzedawca nabywca kwota podatek zapłaty termin razem wartość netto"),
        ("en", "invoice delivery amount payment within thirty days account customer address"),
    ],
)
def test_the_language_of_a_page_is_told_by_its_sure_words(language: str, words: str) -> None:
    sure = [(word, 0.97) for word in words.split()]
    assert tongue_of(sure, "latin") == language
    assert tongue_of(sure, "latin", ["nl", "sv"]) in ("nl", "sv")
    assert tongue_of([(word, 0.5) for word in words.split()], "latin") is None
    assert tongue_of(sure[:3], "latin") is None
    assert tongue_of(sure, "hebrew") is None


def test_every_language_has_its_table_and_chances_that_add_up() -> None:
    for languages in TONGUES.values():
        for language in languages:
            own = spelling_of(language)
            letters = {gram for gram in own.likely if len(gram) == 1} - {spelling.EDGE}
            total = sum(np.exp(own._after(f"{spelling.EDGE}{spelling.EDGE}", letter)) for letter in letters)
            assert 0.98 < total <= 1.02, language
            assert own.of("qqxxjj" if language != "el" else "ςςςψψ") < own.of(
                "nona" if language in TONGUES["latin"] else "τον"
            )
