"""The doctor tells what is wrong and what to do, and never falls ill itself."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from faults.engines import CrashingEngine, LosingEngine, LyingEngine

from invoice_ocr import doctor
from invoice_ocr.doctor import (
    PAGE,
    PAGE_TEXT,
    Finding,
    check_languages,
    check_sandbox,
    check_versions,
    check_weights,
    examine,
)
from invoice_ocr.errors import ModelIntegrity
from invoice_ocr.model import Box, PageImage, PageWords, Reading, Word
from invoice_ocr.ocr.alphabet import ALPHABET, CHINESE
from invoice_ocr.ocr.manifest import folder_of, load_manifest
from invoice_ocr.ocr.measured import keep, words_read
from invoice_ocr.ocr.replay import ReplayEngine
from invoice_ocr.settings import Settings

WORDS = tuple(Word(text, Box(10 * i, 0, 10 * i + 9, 9)) for i, text in enumerate(PAGE_TEXT.split()))
ENGINE = ReplayEngine.of(Reading((PageWords(1, 396, 288, WORDS),)))


def by_name(findings: Iterable[Finding]) -> dict[str, Finding]:
    return {finding.name: finding for finding in findings}


def test_an_engine_that_reads_the_page_passes() -> None:
    findings = by_name(examine(Settings(), engine=ENGINE))
    assert findings["self-test"].state == "ok"
    assert findings["engine"].text.startswith("replay on none")


def test_an_engine_that_reads_something_else_is_bad_and_shown() -> None:
    finding = by_name(examine(Settings(), engine=LyingEngine(ENGINE)))["self-test"]
    assert (finding.state, bool(finding.fix)) == ("bad", True)
    assert "8081" in finding.text or "Invoice" in finding.text


@pytest.mark.parametrize("engine", [CrashingEngine(ENGINE), LosingEngine(ENGINE), ReplayEngine({})])
def test_an_engine_that_falls_over_is_a_finding(engine: ReplayEngine) -> None:
    findings = by_name(examine(Settings(), engine=engine))
    assert any(finding.state == "bad" for finding in findings.values())


def test_the_page_of_the_self_test_is_shipped() -> None:
    assert PAGE.stat().st_size < 20000


def test_every_bad_finding_says_what_to_do(tmp_path: Path) -> None:
    for settings in (
        Settings(weights=str(tmp_path)),
        Settings(runtime="caffe"),
        Settings(lang="zh", weights=str(tmp_path)),
    ):
        bad = [finding for finding in examine(settings) if finding.state == "bad"]
        assert bad
        assert all(finding.fix for finding in bad)


def test_weights_that_were_changed_are_named(tmp_path: Path) -> None:
    for file in ("recogniser.npz", "recogniser.onnx"):
        (tmp_path / file).write_bytes(b"changed")
    pin = {"sha256": "0" * 64, "bytes": 7}
    alphabet = {"alphabet": "ab", "alphabet_sha256": hashlib.sha256(b"ab").hexdigest()}
    entry = {
        "architecture": "crnn_mobilenet_v3_small",
        "arrays": {"file": "recogniser.npz", **pin},
        "graph": {"file": "recogniser.onnx", **pin},
        "shapes": [[2]],
        "details": alphabet,
        "recipe": {"steps": 1},
    }
    (tmp_path / "manifest.json").write_text(json.dumps({"schema": 1, "networks": {"recogniser": entry}}))
    finding = by_name(examine(Settings(weights=str(tmp_path)), engine=ENGINE))["recogniser"]
    assert finding.state == "bad"
    assert "SHA-256" in finding.text


def test_scores_of_the_shipped_networks_are_told_in_words() -> None:
    told = check_weights(load_manifest(folder_of(""))["recogniser"]).text
    assert re.search(r"real words[a-z ]* cyrillic 0\.\d+, latin 0\.\d+", told)
    assert not set("{}_[]") & set(told.partition("MB; ")[2])


def test_the_alphabet_is_held_against_the_wanted_languages() -> None:
    scores = {"real_words": {"latin": 0.9707, "words": [1500]}}
    findings = by_name(check_languages("de,zh,qq,ru", [(ALPHABET, scores)], {}))
    assert [findings[f"alphabet for {code}"].state for code in ("de", "zh", "qq")] == ["ok", "bad", "note"]
    assert "发" in findings["alphabet for zh"].text
    untold = "every letter; never measured on this language; of all latin words 97.1 % were read right (real words)"
    assert findings["alphabet for de"].text == untold
    (counted,) = check_languages("de", [(ALPHABET, scores)], {"de": (9, 12), "vi": (1, 2)})
    told = "of 12 words of this language, drawn in faces unseen in training, 75.0 % were read right"
    assert counted.text == f"every letter; {told}"
    assert "never measured on words in cyrillic script" in findings["alphabet for ru"].text
    both = [(ALPHABET, scores), (CHINESE, {"real_characters": {"cjk": 0.9}})]
    (chinese,) = check_languages("zh", both, {})
    assert chinese.text.endswith("of all cjk characters 90.0 % were read right (real characters)")
    (everything,) = check_languages("", [(ALPHABET, scores)], {})
    assert {"de", "pl", "ru", "el"} <= set(everything.text.split())


def test_figures_of_languages_are_told_of_the_weights_that_were_measured_alone(tmp_path: Path) -> None:
    networks = load_manifest(folder_of(""))
    assert words_read(tmp_path, networks) == {}
    keep(tmp_path, networks, {"vi": (240, 260)}, "counted by hand")
    assert words_read(tmp_path, networks) == {"vi": (240, 260)}
    assert words_read(tmp_path, {name: networks[name] for name in ("detector", "recogniser")}) == {}
    (tmp_path / "languages.json").write_text("[1]")
    with pytest.raises(ModelIntegrity, match=r"languages\.json is damaged"):
        words_read(tmp_path, networks)


def test_the_process_that_opens_files_is_tried_and_its_barriers_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    found = check_sandbox(Settings())
    assert found.state in {"ok", "note"}
    assert "limits on memory" in found.text or sys.platform != "linux"
    monkeypatch.setattr(doctor, "BARRIERS", ("teleportation",))
    found = check_sandbox(Settings())
    assert (found.state, found.text.rpartition("; ")[2]) == ("note", "this system has none on teleportation")
    monkeypatch.setattr(sys, "executable", "/bin/false")
    assert check_sandbox(Settings()).state == "bad"


def test_versions_are_told() -> None:
    findings = by_name(check_versions())
    assert findings["python"].text.startswith("3.")
    assert findings["onnxruntime"].state == "ok"


class Talking(ReplayEngine):
    """Counts how often it was asked: findings come one by one, as they are made."""

    asked = 0

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        Talking.asked += 1
        return ENGINE.read(pages)


def test_findings_come_as_they_are_made() -> None:
    findings = examine(Settings(), engine=Talking({}))
    next(findings)
    assert Talking.asked == 0
    list(findings)
    assert Talking.asked == 1
