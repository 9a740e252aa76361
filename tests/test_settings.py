"""Settings: flag over environment over file over default; nothing unknown or unfitting gets through."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from invoice_ocr import settings
from invoice_ocr.errors import ConfigError
from invoice_ocr.settings import Settings


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_list_in_the_file_is_told_to_be_one_text(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text('own_names = ["A", "B"]')
    with pytest.raises(ConfigError) as caught:
        settings.load(environment={})
    assert caught.value.fix == "Give a text in quotes, several values in one."


def test_defaults_hold_where_nothing_is_said() -> None:
    assert settings.load(environment={}) == Settings()


def test_a_flag_beats_the_environment_which_beats_the_file_which_beats_the_default(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text('dpi = 100\njobs = 3\nruntime = "onnx"\n')
    environment = {"INVOICE_OCR_DPI": "150", "INVOICE_OCR_JOBS": "4"}
    chosen = settings.load({"dpi": 300, "jobs": None}, environment=environment)
    assert (chosen.dpi, chosen.jobs, chosen.runtime, chosen.timeout) == (300, 4, "onnx", 600.0)


@pytest.mark.parametrize(
    ("environment", "remedy"),
    [({"INVOICE_OCR_DIP": "300"}, "INVOICE_OCR_DPI"), ({"INVOICE_OCR_ZZZZZZ": "1"}, "INVOICE_OCR_TIMEOUT")],
)
def test_an_unknown_variable_is_refused_and_the_nearest_one_named(environment: dict[str, str], remedy: str) -> None:
    with pytest.raises(ConfigError) as caught:
        settings.load(environment=environment)
    assert next(iter(environment)) in caught.value.message
    assert remedy in caught.value.fix


def test_an_unknown_name_in_the_file_is_refused_and_the_nearest_one_named(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text("min_confidance = 0.9\n")
    with pytest.raises(ConfigError, match="'min_confidance' in invoice-ocr") as caught:
        settings.load(environment={})
    assert caught.value.fix == "Did you mean 'min_confidence'?"


def test_a_file_that_is_not_toml_is_refused(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text("dpi: 300\n")
    with pytest.raises(ConfigError, match=r"invoice-ocr\.toml"):
        settings.load(environment={})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("dpi", "many"),
        ("dpi", "0"),
        ("dpi", "100000"),
        ("text", "pixels"),
        ("device", "tpu"),
        ("device", "gpu:x"),
        ("pages", "one"),
        ("min_confidence", "1.5"),
        ("dry_run", "perhaps"),
        ("timeout", "0"),
        ("timeout", "nan"),
        ("timeout", "inf"),
        ("min_confidence", "nan"),
        ("lang", "german,,"),
        ("own_vat_ids", "123"),
        ("own_vat_ids", "DE136695976, GB123456782"),
        ("own_vat_ids", "DE136695976; unknown"),
    ],
)
def test_a_value_out_of_its_limits_is_refused_with_its_place_and_a_fix(name: str, value: str) -> None:
    variable = f"INVOICE_OCR_{name.upper()}"
    with pytest.raises(ConfigError, match=variable) as caught:
        settings.load(environment={variable: value})
    assert caught.value.fix


@pytest.mark.parametrize("said", ["", "DE 136 695 976; GB123456782;", "CHE-123.456.788 MWST", "51 824 753 556", "RO18"])
def test_own_vat_ids_may_be_spelled_as_any_country_does(said: str) -> None:
    assert settings.make({"own_vat_ids": said}).own_vat_ids == said


def test_each_type_is_read_as_the_environment_spells_it() -> None:
    spelled = {
        "DRY_RUN": "yes",
        "DPI": "300",
        "TIMEOUT": "2.5",
        "RULES": "~/rules",
        "PAGES": "1-3,7",
        "DEVICE": "gpu:1",
    }
    chosen = settings.load(environment={f"INVOICE_OCR_{name}": value for name, value in spelled.items()})
    assert (chosen.dry_run, chosen.dpi, chosen.timeout, chosen.pages) == (True, 300, 2.5, "1-3,7")
    assert chosen.rules == Path.home() / "rules"


def test_a_file_says_numbers_and_truths_as_toml_does(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text("dry_run = true\ntimeout = 30\n")
    chosen = settings.load(environment={})
    assert chosen.dry_run is True
    assert chosen.timeout == 30.0
    (elsewhere / "invoice-ocr.toml").write_text("dpi = true\n")
    with pytest.raises(ConfigError, match="dpi"):
        settings.load(environment={})


def test_a_file_saved_by_notepad_is_read(elsewhere: Path) -> None:
    (elsewhere / "invoice-ocr.toml").write_text("dpi = 300\r\n", encoding="utf-8-sig")
    assert settings.load(environment={}).dpi == 300


@pytest.mark.parametrize(("document", "page"), [("600", 120.0), ("60", 24.0), ("10", 10.0)])
def test_no_page_uses_up_the_time_of_its_document_where_a_share_is_enough(document: str, page: float) -> None:
    assert settings.load({"timeout": document}).page_timeout == page


def test_what_changes_results_is_in_the_recipe_and_what_does_not_is_not() -> None:
    assert settings.make({"dpi": 300}).recipe() != Settings().recipe()
    assert settings.make({"jobs": 3, "dry_run": True, "fail_on": "review"}).recipe() == Settings().recipe()


def test_every_option_says_what_it_is_for() -> None:
    assert all(len(f.metadata["help"]) > 10 for f in fields(Settings))
