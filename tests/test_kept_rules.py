"""Rules are kept ready to use, and made anew as soon as anything has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from invoice_ocr.rulepack import kept_rules, rules_folder
from invoice_ocr.rulepack.kept_rules import kept
from invoice_ocr.rulepack.rule_files import Loader
from invoice_ocr.rulepack.ruleset import RulePack


class Maker:
    """Makes the pack of a folder, and counts how often."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.times = 0

    def __call__(self) -> RulePack:
        self.times += 1
        loader = Loader()
        loader.read_folder(self.folder)
        return loader.finish()


@pytest.fixture
def maker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Maker:
    monkeypatch.setattr("sys.dont_write_bytecode", False)
    (tmp_path / "rules").mkdir()
    for name in ("fields", "universal", "confidence", "da"):
        shutil.copy(rules_folder() / f"{name}.yaml", tmp_path / "rules")
    return Maker(tmp_path / "rules")


def test_a_pack_is_made_once_and_is_the_same_when_it_was_kept(maker: Maker, tmp_path: Path) -> None:
    place = tmp_path / "kept.rules"
    made = kept(maker.folder, maker, place=place)
    again = kept(maker.folder, maker, place=place)
    assert maker.times == 1
    assert again == made
    assert again.labels.find("Fakturadato: 24.01.2024") == made.labels.find("Fakturadato: 24.01.2024") != ()
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["kept.rules"]


def test_a_changed_rule_makes_it_anew(maker: Maker, tmp_path: Path) -> None:
    assert not kept(maker.folder, maker, place=tmp_path / "kept.rules").labels.find("Prøveord: 7")
    rules = maker.folder / "da.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("[Fakturanummer,", "[Prøveord,"), encoding="utf-8")
    assert kept(maker.folder, maker, place=tmp_path / "kept.rules").labels.find("Prøveord: 7")
    assert maker.times == 2


def test_changed_code_makes_it_anew(maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(maker.folder, maker, place=tmp_path / "kept.rules")
    (tmp_path / "code").mkdir()
    monkeypatch.setattr(kept_rules, "_PACKAGE", tmp_path / "code")
    kept(maker.folder, maker, place=tmp_path / "kept.rules")
    assert maker.times == 2


@pytest.mark.parametrize("length", [0, 10, 100, 5000])
def test_a_file_that_broke_off_is_not_believed(length: int, maker: Maker, tmp_path: Path) -> None:
    place = tmp_path / "kept.rules"
    made = kept(maker.folder, maker, place=place)
    place.write_bytes(place.read_bytes()[:length])
    assert kept(maker.folder, maker, place=place) == made
    assert maker.times == 2


def test_nothing_is_written_where_python_writes_no_bytecode(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    kept(maker.folder, maker, place=tmp_path / "kept.rules")
    assert not (tmp_path / "kept.rules").exists()


def test_a_place_that_is_not_there_or_full_is_no_mistake(
    maker: Maker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(maker.folder, maker, place=tmp_path / "nowhere" / "kept.rules")

    def full(*_: object) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(Path, "write_bytes", full)
    kept(maker.folder, maker, place=tmp_path / "kept.rules")
    assert maker.times == 2
    assert not (tmp_path / "kept.rules").exists()
