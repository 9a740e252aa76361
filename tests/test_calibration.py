"""Curves of confidence: fitted to documents with truth, judged on groups they were not fitted to."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.calibration import (
    Sample,
    accepted_curve,
    as_yaml,
    calibration_error,
    fit,
    held_out,
    predict,
    refit,
    samples_of,
)
from invoice_ocr.cli.app import app
from invoice_ocr.confidence import least_confidence
from invoice_ocr.model import Word
from invoice_ocr.ocr.replay import write_reading
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack
from invoice_ocr.settings import Settings


def sample(number: int, *, right: bool, support: float = 0.9, legible: float | None = None) -> Sample:
    return Sample("total_gross", "", support, legible, right, 1, doubted=False, group=f"issuer {number}")


def test_values_hardly_legible_are_less_sure_than_clear_ones_of_the_same_support() -> None:
    printed = [sample(number, right=True) for number in range(60)]
    clear = [sample(number, right=True, legible=0.99) for number in range(100, 160)]
    faint = [sample(number, right=number % 2 == 0, legible=0.3) for number in range(200, 260)]
    curves = fit([*printed, *clear, *faint])
    assert predict(faint[0], curves) < 0.7
    assert predict(clear[0], curves) > 0.9


def test_values_of_little_support_are_as_sure_as_they_are_right() -> None:
    some = [sample(number, right=number % 10 > 0, support=0.3 + 0.006 * (number % 100)) for number in range(600)]
    judged = held_out(some)
    assert calibration_error(judged) < 0.03
    assert predict(sample(0, right=True, support=0.31), fit(some)) > 0.75
    assert predict(sample(0, right=True, support=0.05), fit(some)) < 0.3


def test_every_sample_is_judged_by_curves_that_did_not_see_its_group() -> None:
    odd = [sample(7, right=False, support=0.99)] * 40
    judged = held_out([*(sample(number, right=True, support=0.99) for number in range(100, 200)), *odd])
    assert all(sure > 0.9 for one, sure in judged if one.group == "issuer 7")


def test_the_share_of_errors_a_user_allows_decides_what_is_accepted() -> None:
    judged = [(sample(n, right=True), 0.99) for n in range(300)] + [
        (sample(n, right=n % 4 > 0), 0.92) for n in range(80)
    ]
    curves = {"accepted": accepted_curve(judged)}
    assert least_confidence(curves, Settings(max_error="1%")) > 0.92
    assert least_confidence(curves, Settings(max_error="10%")) < 0.92
    assert least_confidence(curves, Settings(max_error="0")) > 1
    assert least_confidence(curves, Settings()) == Settings().min_confidence


def test_words_hardly_read_lower_the_confidence_of_the_value_made_of_them() -> None:
    page = sketch("Invoice No: INV-204\nDate: 2024-05-31\nTotal | 120.00", source="ocr").pages[0]

    def of(confidence: float) -> float:
        words = tuple(Word(w.text, w.box, confidence if w.text == "2024-05-31" else 1.0, w.source) for w in page.words)
        (invoice,) = understand(type(READING)((replace(page, words=words),)), load_pack(), Settings())
        return invoice.fields["issue_date"].confidence

    assert of(0.3) < of(0.999)


READING = sketch("Invoice No: INV-204\nDate: 2024-05-31\nTotal | 120.00")


def test_the_file_of_curves_is_made_by_a_command_and_loads(tmp_path: Path) -> None:
    truth = []
    for number in range(12):
        text = f"Invoice No: INV-{number}\nDate: 2024-05-{number + 10}\nTotal | {number}20.00"
        (tmp_path / f"{number}.pdf.json").write_text(write_reading(sketch(text)))
        known = {
            "invoice_number": f"INV-{number}",
            "issue_date": f"2024-05-{number + 10}",
            "total_gross": f"{number}20.00",
        }
        truth.append(json.dumps({"file": f"{number}.pdf", "group": f"issuer {number}", "truth": known}))
    (tmp_path / "truth.jsonl").write_text("\n".join(truth))
    rules = tmp_path / "rules"
    rules.mkdir()
    readings = sorted(str(path) for path in tmp_path.glob("*.pdf.json"))
    command = ["rules", "fit", str(tmp_path / "truth.jsonl"), *readings, "-o", str(rules / "confidence.yaml")]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    pack = load_pack(rules)
    assert "36 values (0 read from pixels) of 12 documents" in pack.recipe
    assert yaml.safe_load((rules / "confidence.yaml").read_text())["curves"]["accepted"]

    command[-1] = str(tmp_path / "again.yaml")
    done = CliRunner().invoke(app, [*command, "--only", "issue_date", "--rules", str(rules)])
    assert done.exit_code == 0, done.output
    old, new = (yaml.safe_load(path.read_text()) for path in (rules / "confidence.yaml", tmp_path / "again.yaml"))
    assert new["curves"]["issue_date"] == old["curves"]["issue_date"]
    assert new["curves"]["iban"] == [list(knot) for knot in load_pack().curves["iban"]]
    assert new["recipe"].startswith(f"{old['recipe']}; of issue_date alone: ")
    done = CliRunner().invoke(app, [*command, "--only", "issue_dat"])
    assert done.exit_code == 9
    assert "no field issue_dat" in done.output


def test_fields_may_be_fitted_alone() -> None:
    kept = {"default": ((0.0, 0.1),), "total_gross": ((0.0, 0.1),), "layer.total_gross": ((0.0, 0.1),)}
    curves = refit([sample(number, right=True) for number in range(60)], kept, {"total_gross"})
    assert curves["default"] == ((0.0, 0.1),)
    assert predict(sample(0, right=True), curves) > 0.9
    assert "total_net" not in curves
    assert "layer.total_gross" not in curves


def test_what_reading_leaves_may_be_fitted_alone() -> None:
    kept = {"default": ((0.0, 0.1),), "pixels.decimal": ((0.0, 0.1),), "pixels.text": ((0.0, 0.1),)}
    faint = [sample(number, right=True, legible=0.8) for number in range(60)]
    curves = refit([*faint, *(sample(number, right=True) for number in range(60, 99))], kept, {"pixels.decimal"})
    assert curves["pixels.decimal"][-1][1] > 0.9
    assert {name: curves[name] for name in ("default", "pixels.text")} == {
        name: kept[name] for name in ("default", "pixels.text")
    }


def test_curves_are_written_as_rules_are_read() -> None:
    curves = fit(sample(number, right=number % 5 > 0, support=number / 60) for number in range(60))
    assert {
        name: tuple(map(tuple, knots)) for name, knots in yaml.safe_load(as_yaml(curves, "x"))["curves"].items()
    } == {name: tuple(map(tuple, knots)) for name, knots in curves.items()}


@pytest.mark.parametrize("share", ["1%", "0.5%", "0.01", ""])
def test_the_allowed_share_may_be_written_in_percent_or_not(share: str) -> None:
    assert 0.5 <= least_confidence(load_pack().curves, Settings(max_error=share)) <= 1.01


def test_what_to_quote_where_nothing_is_asked_for_is_never_accepted_and_no_missing_truth_speaks_against_it() -> None:
    page = "Nord Works Ltd\nInvoice No: A-17\nDate: 5 March 2024\nTotal | 119.00 EUR\nIBAN: DE89 3704 0044 0532 0130 00"
    (invoice,) = understand(sketch(page), load_pack(), Settings(min_confidence=0.0))
    guess = invoice.fields["payment_reference"]
    assert (guess.value, guess.status) == ("A-17", "review")
    assert samples_of({"file": "a.pdf", "truth": {"payment_reference": None}}, invoice) == []
    (sample,) = samples_of({"file": "a.pdf", "truth": {"payment_reference": "RF18"}}, invoice)
    assert not sample.right
