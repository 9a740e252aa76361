"""Support becomes probability by curves that are data, and probability becomes status and decision."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.calibration import fit_curve
from invoice_ocr.confidence import MOST, apply_curve, probability
from invoice_ocr.model import FIELD_KINDS, Field, Reading
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings

PAGE = """Invoice
Invoice number: A-17
Invoice date: 3 May 2024
Net total | $100.00
VAT 20% | $20.00
Grand total | $120.00"""


def test_a_curve_is_straight_between_its_knots_and_flat_outside() -> None:
    curve = ((0.2, 0.1), (0.6, 0.5))
    assert apply_curve(curve, 0.0) == 0.1
    assert abs(apply_curve(curve, 0.4) - 0.3) < 1e-9
    assert apply_curve(curve, 1.0) == 0.5


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans(), st.just(1.0)), min_size=1, max_size=80))
def test_a_fitted_curve_rises_and_stays_a_probability(samples: list[tuple[float, bool, float]]) -> None:
    curve = fit_curve(samples)
    assert all(0 <= score <= 1 and 0 <= probability <= 1 for score, probability in curve)
    assert all(a[0] < b[0] and a[1] <= b[1] for a, b in pairwise(curve))


def test_a_fitted_curve_follows_its_samples() -> None:
    samples = [(0.2, index % 5 == 0, 1.0) for index in range(100)] + [(0.9, True, 1.0) for _ in range(100)]
    curve = fit_curve(samples)
    assert 0.15 < apply_curve(curve, 0.2) < 0.3
    assert apply_curve(curve, 0.9) > 0.95


def test_a_few_lucky_documents_do_not_make_a_certainty() -> None:
    assert apply_curve(fit_curve([(0.9, True, 1.0), (0.3, False, 1.0)]), 0.9) < 0.9


def test_the_least_confidence_a_user_asks_for_decides_what_is_accepted() -> None:
    pack = load_pack()
    (strict,) = understand(sketch(PAGE), pack, Settings(min_confidence=0.9999))
    (loose,) = understand(sketch(PAGE), pack, Settings(min_confidence=0.5))
    assert strict.decision == "review"
    assert loose.decision == "post"
    assert loose.reasons == ()
    assert strict.fields["total_gross"].status == "review"
    assert loose.fields["total_gross"].status == "accepted"


def test_proved_sums_are_surer_than_labels_alone() -> None:
    pack = load_pack()
    (proved,) = understand(sketch(PAGE), pack, Settings())
    (alone,) = understand(sketch("Invoice\nTotal | $120.00"), pack, Settings())
    assert proved.fields["total_gross"].confidence > alone.fields["total_gross"].confidence


def test_what_is_read_from_pixels_is_never_surer_than_what_is_printed() -> None:
    curves = load_pack().curves
    for name in FIELD_KINDS:
        for basis in ("", "proved", "unlabelled"):
            for support in (0.2, 0.5, 0.8, 0.95, 1.0):
                printed = probability(curves, name, basis, support, None)
                read = [probability(curves, name, basis, support, legible) for legible in (0.3, 0.9, 0.999, 1.0)]
                assert read == sorted(read)
                assert read[-1] <= printed <= MOST


def test_misread_numbers_do_not_add_up_so_a_proof_outweighs_how_words_were_read() -> None:
    text = "Hofladen Moser\nBon 118\n12.03.2026 18:02\nNetto | {}\nMwSt | 19.00\nSumme EUR | 119.00"

    def of(net: str) -> Field:
        page = sketch(text.format(net), source="ocr").pages[0]
        words = tuple(replace(word, confidence=0.5) if word.text == "119.00" else word for word in page.words)
        (invoice,) = understand(Reading((replace(page, words=words),)), load_pack(), Settings())
        return invoice.fields["total_gross"]

    assert of("100.00").status == "accepted"
    assert of("140.00").status != "accepted"


def test_without_curves_nothing_is_certain() -> None:
    bare = replace(load_pack(), curves={})
    (invoice,) = understand(sketch(PAGE), bare, Settings())
    assert all(field.status != "accepted" for field in invoice.fields.values())


def test_print_is_no_less_sure_than_print_and_pixels_together() -> None:
    curves = {"iban": ((0.0, 0.0), (0.5, 0.8)), "layer.iban": ((0.0, 0.0), (0.9, 0.99))}
    assert probability(curves, "iban", "", 0.5, None) == 0.8
    assert probability(curves, "iban", "", 0.9, None) == 0.99


def test_check_digits_speak_for_a_reference_without_a_label() -> None:
    (invoice,) = understand(sketch(f"{PAGE}\n+++090/9337/55493+++"), load_pack(), Settings())
    assert invoice.fields["payment_reference"].status == "accepted"
    guess = f"{PAGE}\nIBAN DE89 3704 0044 0532 0130 00"
    (invoice,) = understand(sketch(guess), load_pack(), Settings())
    assert invoice.fields["payment_reference"].value == "A-17"
    assert invoice.fields["payment_reference"].status == "review"


def test_a_swiss_reference_with_check_digits_needs_no_label() -> None:
    (invoice,) = understand(sketch(f"{PAGE}\n21 00000 00003 13947 14300 09017"), load_pack(), Settings())
    assert invoice.fields["payment_reference"].status == "accepted"
