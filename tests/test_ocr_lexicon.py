"""Doubtful readings become the frequent words that the pixels leave open, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from invoice_ocr.ocr import ctc
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.lexicon import bare, folded, lexicon_of, listed, may_be_unlisted, rank_class, unfolded
from invoice_ocr.ocr.spelling import TONGUES
from invoice_ocr.training.lexicon import write

ALPHABET = "abcdefghijklmnopqrstuvwxyzäöüßABCDEFGHIJKLMNOPQRSTUVWXYZ.,:1ΑΙΜΓΛΝΟΌΣΤςσάίόύιμγλνοτπυςλη"


def seen(word: str, instead: dict[int, tuple[str, float]] | None = None) -> tuple[Text, np.ndarray]:
    """A reading and its chances: each letter sure but some, which are another one with some chance; "-" is none."""
    chances = np.full((2 * len(word) + 1, len(ALPHABET) + 1), 1e-5)
    chances[0::2, -1] = 0.99
    for place, letter in enumerate(word):
        other, share = (instead or {}).get(place, (letter, 0.0))
        chances[2 * place + 1, -1 if other == "-" else ALPHABET.index(other)] = share
        chances[2 * place + 1, ALPHABET.index(letter)] = 0.98 - share
    (text,) = ctc.decode(chances.argmax(-1)[None], chances.max(-1)[None].astype(np.float32), ALPHABET)
    return text, chances


@pytest.mark.parametrize(
    ("word", "instead", "language", "said"),
    [
        ("Raunding", {1: ("o", 0.3)}, "en", "Rounding"),
        ("TOTEL", {3: ("A", 0.2)}, "en", "TOTAL"),
        ("TOTEL:", {3: ("A", 0.2)}, "en", "TOTAL:"),
        ("Totals", {5: ("-", 0.4)}, "en", "Totals"),  # a word already
        ("Rechnunga", {8: ("-", 0.3)}, "de", "Rechnung"),  # a letter too many
        ("rechnang", {5: ("u", 0.001)}, "de", "rechnang"),  # the pixels say otherwise
        ("invaice", {3: ("o", 0.2)}, "de", "invoice"),  # English stands on all papers
        ("xqzvk", {2: ("e", 0.4)}, "en", "xqzvk"),  # far from all words
        ("STRAßE", {4: ("S", 0.1)}, "de", "STRAßE"),
    ],
)
def test_a_doubtful_word_is_the_frequent_one_that_the_pixels_leave_open(
    word: str, instead: dict[int, tuple[str, float]], language: str, said: str
) -> None:
    text, chances = seen(word, instead)
    assert text.text == word
    settled = listed(text, chances, ALPHABET, language)
    assert settled.text == said
    assert settled.confidence == text.confidence
    assert len(settled.steps) == len(said)
    assert list(settled.steps) == sorted(settled.steps)


def test_greek_capitals_need_no_accents_to_be_a_word() -> None:
    text, chances = seen("ΤΙΜΟΛΟΓΙΟ", {5: ("Ό", 0.2)})
    assert listed(text, chances, ALPHABET, "el").text == "ΤΙΜΟΛΟΓΙΟ"
    assert bare("ΤΙΜΟΛΌΓΙΟ") == "ΤΙΜΟΛΟΓΙΟ"


def test_letters_that_the_picture_cannot_show_are_not_judged() -> None:
    text, chances = seen("weiße", {3: ("s", 0.3)})
    chances[:, ALPHABET.index("ß")] = 0
    assert listed(text, chances, ALPHABET, "de") == text


def test_only_doubtful_words_without_digits_are_looked_up() -> None:
    words = ("tota", 0.6), ("tota", 0.95), ("t0ta", 0.6), ("ab", 0.6), ("12.50", 0.6)
    assert [may_be_unlisted(Text(*word, ())) for word in words] == [True, False, False, False, False]


def test_every_language_that_can_be_told_has_words_as_they_are_printed() -> None:
    assert lexicon_of("de").chance("straße") is not None
    assert lexicon_of("de").chance("strasse") is None
    assert lexicon_of("el").chance("τους") is not None
    greek = [word for words in lexicon_of("el").words.values() for word in words.tolist()]
    assert not any(word.endswith("σ") for word in greek if len(word) > 4)  # shorter ones may be cut off, as "ποσ."
    for languages in TONGUES.values():
        for language in languages:
            assert sum(map(len, lexicon_of(language).words.values())) > 8_000


def test_english_words_are_known_in_papers_of_other_languages_but_are_less_likely() -> None:
    english = lexicon_of("en").chance("invoice")
    german = lexicon_of("de").chance("invoice")
    assert english is not None
    assert german is not None
    assert german < english
    assert "invoice" in lexicon_of("de").near("invoce")
    assert lexicon_of("ru").chance("invoice") is None


def test_the_words_of_all_languages_of_a_large_run_are_read_once() -> None:
    languages = ["de", "fr", "es", "it", "nl", "en", "pl"]
    first = [lexicon_of(language) for language in languages]
    assert [lexicon_of(language) for language in languages] == first


def test_near_words_differ_by_a_letter_or_two() -> None:
    near = lexicon_of("en").near("roundng")
    assert "rounding" in near
    assert "roundng" not in near
    assert all(abs(len(word) - 7) <= 2 for word in near)
    assert "text" in lexicon_of("en").near("tex")


def test_a_written_table_says_the_same_words(tmp_path: Path) -> None:
    words = [
        "δύο",
        "δύναμη",
        "οι",
        "ötzi",
        "öl",
        "rechtsschutzversicherungsgesellschaft",
        "rechtsschutzversicherungsgesetz",
    ]
    assert unfolded(folded(words)) == sorted(words)
    ranks = {"the": 5, "zebra": 20_000, "zeal": 29_999}
    path = tmp_path / "lexicon.npz"
    write(path, {"en": ranks})
    with np.load(path) as arrays:
        classes = bytes(arrays["en"]).decode().split("\n")
    assert [unfolded(text) for text in classes] == [["the"], [], [], [], [], ["zeal", "zebra"], []]
    assert rank_class(20_000) == 5


def test_likelihoods_add_up_all_ways_to_say_a_text() -> None:
    chances = np.array([[0.6, 0.1, 0.3], [0.2, 0.3, 0.5], [0.1, 0.7, 0.2]])
    one, two, twice = np.exp(ctc.likelihoods(chances, ["a", "ab", "aa"], "ab"))
    ways = {"a": 0, "ab": 0, "aa": 0}
    for a in range(3):
        for b in range(3):
            for c in range(3):
                said = "".join("ab"[k] for i, k in enumerate((a, b, c)) if k < 2 and (i == 0 or (a, b, c)[i - 1] != k))
                if said in ways:
                    ways[said] += chances[0, a] * chances[1, b] * chances[2, c]
    assert (one, two, twice) == pytest.approx((ways["a"], ways["ab"], ways["aa"]))
