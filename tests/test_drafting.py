"""What rules/README.md teaches works: a supplier's rules are drafted from a sample, checked, tried and used."""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pymupdf
import pytest
import yaml

from invoice_ocr.authoring.drafting import draft, to_yaml
from invoice_ocr.authoring.examples import run
from invoice_ocr.authoring.sketch import sketch
from invoice_ocr.cli import main
from invoice_ocr.errors import ConfigError
from invoice_ocr.layout.lines import lay_out
from invoice_ocr.pipeline import understand
from invoice_ocr.rulepack import load_pack, rules_folder
from invoice_ocr.settings import Settings

TEXT = (rules_folder() / "README.md").read_text(encoding="utf-8")
PAGE = re.findall(r"```\n(.*?)```", TEXT, re.DOTALL)[0]
COMMANDS = re.findall(r"^    (invoice-ocr .*)$", TEXT, re.MULTILINE)
WANTED = {"invoice_number": "H-2024-0815", "issue_date": "2024-04-03", "total_gross": "119.00"}


class Run(NamedTuple):
    code: int
    out: str
    err: str


@pytest.fixture
def invoke(tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[object]:
    """Runs a command line in an empty folder that holds the README's invoice."""
    for name in [name for name in os.environ if name.startswith("INVOICE_OCR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    sheet = pymupdf.open()
    page = sheet.new_page()
    for row, line in enumerate(PAGE.splitlines()):
        for column, cell in enumerate(line.split(" | ")):
            page.insert_text((60 + 300 * column, 80 + 22 * row), cell, fontsize=11)
    sheet.save(tmp_path / "halden.pdf")

    def command(line: str) -> Run:
        monkeypatch.setattr(sys, "argv", shlex.split(line))
        capfd.readouterr()
        with pytest.raises(SystemExit) as left:
            main()
        out, err = capfd.readouterr()
        return Run(int(left.value.code or 0), out, err)

    return command


def test_the_steps_of_the_readme_lead_to_an_invoice_that_is_read(invoke) -> None:
    layer = " --text layer -j 1 --to json"
    extract, new, check, test, again = COMMANDS
    before = json.loads(invoke(extract + layer).out)["fields"]
    assert before["invoice_number"]["value"] is None
    assert before["total_gross"]["value"] is None
    drafted = invoke(new + " --text layer")
    assert drafted.code == 0, drafted.out + drafted.err
    assert [line.split(": ")[1] for line in drafted.out.splitlines()[1:]] == list(WANTED.values())
    assert invoke(check).code == 0
    assert "6 examples hold" in invoke(test).out
    after = json.loads(invoke(again + layer).out)["fields"]
    assert {name: after[name]["value"] for name in WANTED} == WANTED


def test_a_file_that_is_there_is_not_overwritten(invoke, tmp_path: Path) -> None:
    (tmp_path / "rules" / "suppliers").mkdir(parents=True)
    (tmp_path / "rules" / "suppliers" / "halden.yaml").write_text("mine")
    done = invoke(COMMANDS[1])
    assert done.code == 9
    assert "is there already" in done.err
    assert (tmp_path / "rules" / "suppliers" / "halden.yaml").read_text() == "mine"


def test_a_first_draft_goes_into_an_empty_folder(invoke, tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    assert invoke(COMMANDS[1]).code == 0


def test_a_value_that_is_not_on_the_page_is_told(invoke, tmp_path: Path) -> None:
    done = invoke("invoice-ocr rules new halden.pdf invoice_number=NOT-THERE-1 --text layer")
    assert done.code == 9
    assert "NOT-THERE-1" in done.err
    assert not (tmp_path / "rules").exists()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("total_grss=1", "total_grss"),
        ("total_gross=many", "no amount"),
        ("due_date=soon", "no date"),
        ("x", "FIELD=VALUE"),
    ],
)
def test_wishes_that_make_no_sense_are_refused_with_a_remedy(invoke, given: str, said: str) -> None:
    done = invoke(f"invoice-ocr rules new halden.pdf {given} --text layer")
    assert done.code == 9
    assert said in done.err
    assert "fix:" in done.err


def test_examples_that_do_not_hold_are_told_with_file_rule_and_remedy(invoke, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "odd.yaml").write_text(
        "language: en\nrules:\n  - {id: odd.number, field: invoice_number, source: none, labels: [Voucher code],"
        ' accept: ["Voucher: V-7 => V-7"], reject: ["Voucher code: V-8"]}\n'
    )
    for line in ("invoice-ocr rules check mine", "invoice-ocr rules test mine", "invoice-ocr rules test mine/odd.yaml"):
        done = invoke(line)
        assert done.code == 9
        assert "odd.yaml: odd.number: accepts 'Voucher: V-7'" in done.out
        assert "add the printed words to labels" in done.out
        assert "odd.yaml: odd.number: rejects 'Voucher code: V-8'" in done.out
        assert "2 of 2 examples do not hold" in done.err


def test_a_shipped_language_is_tried_by_its_code(invoke) -> None:
    assert re.fullmatch(r"\d+ examples hold\.\n", invoke("invoice-ocr rules test fi").out)
    assert invoke("invoice-ocr rules test xx").code == 9


def test_the_rule_by_hand_of_the_readme_holds(tmp_path: Path) -> None:
    (example,) = re.findall(r"```yaml\n(language: .*?)```", TEXT, re.DOTALL)
    (tmp_path / "halden.yaml").write_text(example)
    pack = load_pack(tmp_path)
    (rule,) = [rule for rule in pack.rules if rule.own]
    assert list(run(rule, pack)) == []


PAGES = {
    "same": "Vorgangscode: A-77\nSchlusswert: 119,00 EUR",
    "right": "Vorgangscode | A-77\nSchlusswert | 119,00 EUR",
    "below": "Vorgangscode | Schlusswert\nA-77 | 119,00 EUR",
}


@pytest.mark.parametrize("at", PAGES)
def test_a_label_is_found_wherever_the_value_stands_from_it(at: str, tmp_path: Path) -> None:
    document = lay_out(sketch(PAGES[at]))
    wanted = {"invoice_number": "A-77", "total_gross": "119.00"}
    places, missing = draft(document, load_pack(), wanted)
    assert [(place.label, place.at) for place in places] == [("Vorgangscode", at), ("Schlusswert", at)]
    assert missing == []
    (tmp_path / "drafted.yaml").write_text(to_yaml(places, supplier="x", language="de", sample="page"))
    pack = load_pack(tmp_path)
    assert [one for rule in pack.rules if rule.own for one in run(rule, pack)] == []
    (invoice,) = understand(sketch(PAGES[at]), pack, Settings())
    assert str(invoice.fields["invoice_number"].value) == "A-77"
    assert str(invoice.fields["total_gross"].value) == "119.00"


def test_a_label_that_means_another_field_is_the_last_choice() -> None:
    document = lay_out(sketch("Lieferschein-Nr.: A-77\nVorgangscode: A-77"))
    (place,), _ = draft(document, load_pack(), {"invoice_number": "A-77"})
    assert place.label == "Vorgangscode"


def test_what_is_drafted_is_plain_yaml_with_letters_as_printed() -> None:
    places, _ = draft(lay_out(sketch("Číslo případu: A-77")), load_pack(), {"invoice_number": "A-77"})
    text = to_yaml(places, supplier="x", language="cs", sample="page")
    assert "Číslo případu" in text
    assert yaml.safe_load(text)["rules"][0]["field"] == "invoice_number"


def test_a_field_that_no_label_introduces_cannot_be_drafted() -> None:
    with pytest.raises(ConfigError, match="document_type"):
        draft(lay_out(sketch("Rechnung")), load_pack(), {"document_type": "invoice"})
