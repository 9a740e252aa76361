"""From classes to words: decoding, spaces, scripts, alphabets."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from invoice_ocr.ocr import wording
from invoice_ocr.ocr.alphabet import ALPHABET
from invoice_ocr.ocr.ctc import Text, decode
from invoice_ocr.ocr.languages import LANGUAGES, letters_of, missing
from invoice_ocr.ocr.page_words import is_dotted, is_word, split
from invoice_ocr.ocr.scripts import may_be_low, settle, strangers, written_in


def read(*steps: str, confidence: float = 1.0) -> list[Text]:
    """What is decoded when the recogniser sees one letter a step, "_" being the blank."""
    alphabet = "abc 12"
    ids = np.array([[alphabet.index(c) if c != "_" else len(alphabet) for c in row] for row in steps])
    return decode(ids, np.full(ids.shape, confidence, np.float32), alphabet)


def test_repeats_merge_and_blanks_part_doubles() -> None:
    assert [text.text for text in read("aa_b__", "a_abb_", "______", "1__1_1")] == ["ab", "aab", "", "111"]


def test_confidence_is_that_of_the_least_certain_character() -> None:
    ids = np.array([[0, 0, 2, 1, 2, 2], [2, 2, 2, 2, 2, 2]])
    sure = np.array([[0.4, 0.9, 0.3, 0.7, 0.2, 0.2], [1, 1, 1, 1, 1, 1]], np.float32)
    word, nothing = decode(ids, sure, "ab")
    assert (word.text, word.confidence) == ("ab", pytest.approx(0.7))
    assert (nothing.text, nothing.confidence) == ("", 0.0)
    assert (word.mean, nothing.mean) == (pytest.approx(0.8), 0.0)


def test_an_empty_batch_decodes_to_nothing() -> None:
    assert decode(np.zeros((0, 8), int), np.zeros((0, 8), np.float32), "ab") == []


def word(text: str) -> Text:
    return Text(text, 0.9, tuple(i / len(text) for i in range(len(text))))


@pytest.mark.parametrize(
    ("said", "confidence", "mean", "kept"),
    [
        ("Betrag", 0.4, 0.7, True),
        ("sânge", 0.25, 0.85, True),  # one rare mark
        ("sânge,", 0.25, 0.85, True),
        ("lı1.|", 0.25, 0.85, False),
        ("sie", 0.25, 0.85, False),
        ("sânge", 0.25, 0.6, False),
        ("", 0.0, 0.0, False),
        (" ", 0.9, 0.9, False),  # nothing but white: no sign stands in any cell
        ("发票", 0.1, 0.1, True),
    ],
)
def test_a_word_with_one_letter_in_doubt_is_no_dirt(said: str, confidence: float, mean: float, kept: bool) -> None:
    assert is_word(Text(said, confidence, (), mean)) is kept


def test_a_word_with_an_accent_in_doubt_is_no_dirt() -> None:
    assert [is_word(Text("lệ", 0.2, (), 0.6, bare)) for bare in (0.7, 0.5, 0.0)] == [True, False, False]
    assert [is_word(Text(said, 0.2, (), 0.6, 0.7)) for said in ("lệ,", "ệ", "1ệ")] == [True, False, False]


def test_faint_words_that_the_language_often_has_are_print_and_others_dirt() -> None:
    faint = [Text(said, 0.2, (), 0.6) for said in ("Tax", "incl.", "Tes", "of", "2018", "«:")]
    assert [wording.is_known(text, "en") for text in faint] == [True, True, False, False, False, False]
    assert not wording.is_known(Text("Tax", 0.1, (), 0.6), "en")
    assert not wording.is_known(Text("Tax", 0.2, (), 0.4), "en")
    assert is_word(replace(faint[0], known=True))
    assert not is_word(faint[0])


@pytest.mark.parametrize(
    ("said", "confidence", "dotted"),
    [("C E T T", 0.5, True), ("T O T A L", 0.9, False), ("A B", 0.5, False), ("C EUR T", 0.5, False)],
)
def test_a_row_of_dots_is_no_row_of_letters(said: str, confidence: float, dotted: bool) -> None:
    assert is_dotted(Text(said, confidence, ())) is dotted


def words_of(text: str) -> list[str]:
    return [part for part, _, _ in split(word(text), np.array([0.0, 0.0, 100.0, 10.0]))]


@pytest.mark.parametrize("number", ["1 234,56", "12 345 678.90", "-1 234", "1 234 €".replace(" €", "€"), "(1 000)"])
def test_digits_in_threes_stay_one_number(number) -> None:
    assert words_of(number) == [number]


@pytest.mark.parametrize("text", ["Total EUR", "12 34", "DE89 3704 0044", "Nr. 17", "1,50 200"])
def test_other_spaces_part_words(text) -> None:
    assert words_of(text) == text.split()


def test_parted_words_share_the_box_between_them() -> None:
    parts = split(word("ab cdef"), np.array([0.0, 5.0, 70.0, 15.0]))
    assert [(text, box[0], box[2]) for text, _, box in parts] == [("ab", 0.0, 20.0), ("cdef", 30.0, 70.0)]


def test_spaces_around_a_word_are_dropped() -> None:
    assert words_of(" a ") == ["a"]
    assert words_of("   ") == []


def test_look_alike_letters_follow_their_word() -> None:
    assert settle([["Сумма", "Cумма", "Total", "Тotаl"]]) == [["Сумма", "Сумма", "Total", "Total"]]


def test_words_of_look_alikes_alone_follow_their_line_and_then_the_page() -> None:
    assert settle([["счет", "HA"], ["BCE"], ["page", "BCE"]]) == [["счет", "НА"], ["ВСЕ"], ["page", "BCE"]]


def test_identifiers_are_latin_in_any_neighbourhood() -> None:
    assert settle([["Счет", "АВС-123", "РО77"]]) == [["Счет", "ABC-123", "PO77"]]


def test_greek_words_stay_greek() -> None:
    assert settle([["Ημερομηνία", "NOTA"], ["ΦΠΑ"]]) == [["Ημερομηνία", "ΝΟΤΑ"], ["ΦΠΑ"]]


def test_settling_changes_no_letter_count() -> None:
    lines = [["Ëlan", "Їжак", "μ", "Ω", "", "ΑΒ1"]]
    assert [[len(w) for w in line] for line in settle(lines)] == [[4, 4, 1, 1, 0, 3]]


@pytest.mark.parametrize("language", ["de", "fr", "pl", "ca", "vi", "ro", "tr", "uk", "el", "kk", "is", "mt"])
def test_the_default_alphabet_covers(language) -> None:
    assert missing(language, ALPHABET) == ""


def test_what_an_alphabet_lacks_is_named() -> None:
    assert missing("de", ALPHABET.replace("ß", "")) == "ß"
    assert missing("zh", ALPHABET) is not None
    assert "发" in (missing("zh", ALPHABET) or "")
    assert missing("xx", ALPHABET) is None


def test_every_language_has_letters_and_regions_are_ignored() -> None:
    assert all(letters_of(language) for language in LANGUAGES)
    assert letters_of("de-AT") == letters_of("de")


def test_a_sure_word_in_another_script_is_left_alone() -> None:
    around = [(word, 0.99) for word in ("Rechnungsdatum", "Lieferung", "Zahlungsbedingungen", "Gegenstand")]
    assert list(strangers([[*around, ("Жук", 0.95)], [("Жук", 0.5)]])) == [(1, 0, "latin")]


def test_mixed_pages_decide_nothing() -> None:
    assert not list(strangers([[("Rechnung", 0.9), ("Ждущий", 0.9)], [("Я", 0.3), ("d", 0.3)]]))


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("политиЧесКими", "политическими"),
        ("обязаТельсТво", "обязательство"),
        ("ПЛаТЕЖА", "ПЛаТЕЖА"),  # an а is small for certain
        ("ОПлАТА", "ОПЛАТА"),
        ("ИНН", "ИНН"),
        ("Рф", "Рф"),
        ("McDonald", "McDonald"),
    ],
)
def test_capitals_in_the_middle_of_a_word_follow_its_telling_letters(read: str, written: str) -> None:
    assert settle([[read]]) == [[written]]


def test_a_line_of_numbers_is_in_the_script_of_its_page() -> None:
    lines = [["Сумма", "платежа", "за", "каждый", "июль"], ["12,00", "А"], ["Total", "amount", "due"]]
    assert written_in(lines) == ["cyrillic", "cyrillic", "latin"]
    assert written_in([["12"]]) == ["latin"]


@pytest.mark.parametrize(
    ("word", "low"), [("ОДИН", True), ("один", True), ("бой", False), ("№12", False), ("•", False)]
)
def test_words_with_a_high_stroke_or_no_letters_need_no_second_look(word: str, low: bool) -> None:
    assert may_be_low(word) is low


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("ltem", "Item"),
        ("(lnvoice", "(Invoice"),
        ("lBAN:", "IBAN:"),
        ("biIling", "billing"),
        ("lhůta", "lhůta"),
        ("ligne", "ligne"),
        ("II", "II"),
        ("XVIII.", "XVIII."),
        ("l'eau", "l'eau"),
        ("Ltd.", "Ltd."),
        ("kW/l", "kW/l"),
    ],
)
def test_a_stroke_is_the_letter_that_can_stand_there(read: str, written: str) -> None:
    assert settle([[read]]) == [[written]]
