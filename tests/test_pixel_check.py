"""The pixel check: a text layer that lies is found out, a recogniser that stumbles accuses nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import numpy as np
import pytest

from invoice_ocr import pixel_check
from invoice_ocr.errors import InputError, NotFound
from invoice_ocr.model import Box, Evidence, Field, Invoice, Origin, Value, Word

INK = np.tile(np.array([0, 255], np.uint8), (20, 30, 3))
PAPER = np.full((20, 60, 3), 255, np.uint8)


def invoice(*texts: str, value: Value = Decimal("1190.00"), source: Origin = "text-layer") -> Invoice:
    words = tuple(Word(text, Box(100 * i, 0, 100 * i + 50, 10), source=source) for i, text in enumerate(texts))
    evidence = Evidence(1, Box(0, 0, 300, 10), " ".join(texts), "any.rule", source, words)
    return Invoice({"total_gross": Field("total_gross", value, 0.99, "accepted", evidence)}, (1,), "post")


class Pixels:
    """Pixels that read as given, look after look, and remember what was cut out."""

    def __init__(self, *looks: tuple[str, float], clip: np.ndarray = INK) -> None:
        self.looks = list(looks)
        self.clip = clip
        self.cuts: list[tuple[int, float]] = []

    def cut(
        self, places: Mapping[int, Sequence[tuple[int, Box]]], dpi: float
    ) -> dict[int, list[np.ndarray] | InputError]:
        self.cuts.append((sum(map(len, places.values())), dpi))
        return {index: [self.clip] * len(those) for index, those in places.items()}

    def recognise(self, clips: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        return [self.looks.pop(0)] * len(clips) if clips else []


def checked(one: Invoice, pixels: Pixels, alphabet: str = "") -> Invoice:
    (made,) = pixel_check.check([one], pixels.cut, pixels.recognise, dpi=200, alphabet=lambda: alphabet)
    return made


def test_pixels_that_agree_change_nothing_and_are_looked_at_once() -> None:
    pixels = Pixels(("1.190,00", 0.99))
    one = invoice("1.190,00")
    assert checked(one, pixels) == one
    assert pixels.cuts == [(1, 200)]


def test_pixels_that_disagree_twice_send_the_field_and_the_document_to_review() -> None:
    made = checked(invoice("1.190,00"), Pixels(("1.790,00", 0.95), ("1.790,00", 0.97)))
    assert made.fields["total_gross"].status == "review"
    assert made.fields["total_gross"].value == Decimal("1190.00")
    assert made.decision == "review"
    assert made.reasons == ("text.layer-mismatch",)
    (issue,) = made.issues
    assert issue.code == "text.layer-mismatch"
    assert issue.fields == ("total_gross",)
    assert "1.190,00" in issue.message
    assert "1.790,00" in issue.message


def test_a_slip_of_the_recogniser_that_a_second_look_mends_is_no_issue() -> None:
    pixels = Pixels(("1.790,00", 0.95), ("1.190,00", 0.97))
    assert checked(invoice("1.190,00"), pixels).issues == ()
    assert pixels.cuts == [(1, 200), (1, 300)]


def test_two_different_slips_of_the_recogniser_are_no_issue() -> None:
    assert checked(invoice("1.190,00"), Pixels(("1.790,00", 0.9), ("1.198,00", 0.9))).issues == ()


def test_a_recogniser_that_is_unsure_accuses_nobody() -> None:
    assert checked(invoice("1.190,00"), Pixels(("7.777,77", 0.3))).issues == ()


def test_text_where_nothing_is_printed_is_found_out() -> None:
    made = checked(invoice("1.190,00"), Pixels(("", 0.0), ("", 0.0), clip=PAPER))
    assert [issue.message for issue in made.issues] == ["'1.190,00' is not printed"]


def test_words_with_letters_outside_the_alphabet_are_not_judged() -> None:
    pixels = Pixels()
    assert checked(invoice("合计100"), pixels, alphabet="0123456789").issues == ()
    assert pixels.cuts == []


@pytest.mark.parametrize("source", ["ocr", "e-invoice"])
def test_only_words_of_a_text_layer_are_checked(source: Origin) -> None:
    assert pixel_check.suspects(invoice("1.190,00", source=source)) == []


def test_missing_values_are_not_checked() -> None:
    assert pixel_check.suspects(Invoice({"iban": Field("iban", None, 0.0, "missing")}, (1,), "review")) == []


def test_every_word_with_a_digit_behind_a_value_is_checked_but_marks_are_not() -> None:
    found = pixel_check.suspects(invoice("DE89", "3704", "—", "0044"))
    assert [s.text for s in found] == ["DE89", "3704", "0044"]


def test_of_a_name_the_longest_words_are_checked() -> None:
    found = pixel_check.suspects(invoice("A", "Northern", "and", "Southern", "Co", value="x"))
    assert [s.text for s in found] == ["Northern", "Southern"]


def test_words_of_several_invoices_are_recognised_together_and_each_keeps_its_own_verdict() -> None:
    pixels = Pixels(("1.190,00", 0.99), ("1.190,00", 0.99))
    honest, lying = pixel_check.check(
        [invoice("1.190,00"), invoice("9.999,00")], pixels.cut, pixels.recognise, dpi=200, alphabet=str
    )
    assert honest.issues == ()
    assert lying.decision == "review"
    assert pixels.cuts == [(2, 200), (1, 300)]


def test_pictures_that_are_the_same_are_recognised_once() -> None:
    shown: list[int] = []

    def recognise(clips: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        shown.append(len(clips))
        return [("1.190,00" if np.array_equal(clip, INK) else "7", 0.99) for clip in clips]

    def cut(places: Mapping[int, Sequence[object]], dpi: float) -> dict[int, list[np.ndarray] | InputError]:
        return {index: [INK.copy() if index else INK, 255 - INK][: len(those)] for index, those in places.items()}

    invoices = [invoice("1.190,00", "7"), invoice("1.190,00"), invoice("9.999,00")]
    honest, same, lying = pixel_check.check(invoices, cut, recognise, dpi=200, alphabet=str)
    assert shown[0] == 2
    assert honest.issues == same.issues == ()
    assert lying.decision == "review"


def test_a_document_that_cannot_be_opened_again_is_not_posted_unseen() -> None:
    def gone(places: Mapping[int, object], dpi: float) -> dict[int, list[np.ndarray] | InputError]:
        return {index: NotFound("it has gone") for index in places}

    (made,) = pixel_check.check([invoice("1.190,00")], gone, Pixels().recognise, dpi=200, alphabet=str)
    assert made.decision == "review"
    assert made.reasons == ("text.layer-unchecked",)
    assert "it has gone" in made.issues[0].message


@pytest.mark.parametrize(
    ("text", "seen"),
    [("O0I1", "0O1l"), ("Müller", "MULLER"), ("1.190,00", "1190.00"), ("№ 5", "No 5"), ("Geraldine", "Geraldino")],
)
def test_case_accents_marks_and_look_alikes_do_not_count(text: str, seen: str) -> None:
    assert not pixel_check.contradicts(text, seen, 0.99)


@pytest.mark.parametrize(
    ("text", "seen"),
    [("1690", "1960"), ("DE89", "DE88"), ("1190.00", "11190.00"), ("Acme", "Zebra"), ("2026-01-02", "2026-02-01")],
)
def test_another_number_or_another_name_contradicts(text: str, seen: str) -> None:
    assert pixel_check.contradicts(text, seen, 0.99)


def test_what_was_seen_once_is_not_looked_at_again() -> None:
    looks: dict[str, tuple[str, float] | None] = {}
    pixels = Pixels(("1.790,00", 0.95), ("1.790,00", 0.97))
    one = invoice("1.190,00")
    (first,) = pixel_check.check([one], pixels.cut, pixels.recognise, dpi=200, alphabet=str, looks=[looks])

    def gone(*_: object) -> None:
        raise AssertionError("pixels were asked for")

    (again,) = pixel_check.check([one], gone, gone, dpi=200, alphabet=gone, looks=[looks])
    assert again == first
    assert again.reasons == ("text.layer-mismatch",)


def test_words_that_no_alphabet_holds_are_remembered_as_not_judged() -> None:
    looks: dict[str, tuple[str, float] | None] = {}
    pixels = Pixels(("x", 0.99))
    pixel_check.check(
        [invoice("1.190,00")], pixels.cut, pixels.recognise, dpi=200, alphabet=lambda: "abc", looks=[looks]
    )
    assert list(looks.values()) == [None]
    assert pixels.cuts == []
