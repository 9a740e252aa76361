"""The README does what it says: its commands run, its code runs, its links lead somewhere."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest

from invoice_ocr.errors import ExitCode
from invoice_ocr.model import FIELD_KINDS

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "README.md").read_text(encoding="utf-8")
LETTER = "fixtures/samples/born-digital-german-letter/rechnung.pdf"
COMMANDS = [line.strip() for line in re.findall(r"^    (invoice-ocr .*)$", TEXT, re.MULTILINE)]
# What a reader has of their own: our samples stand in for it.
TRUTH = "fixtures/samples/truth.jsonl"
DATEV = "invoice_ocr/export/accounts/datev.yaml"
STAND_INS = (
    {"accounts.yaml": DATEV}
    | dict.fromkeys(("inbox/", "scans/", "invoice.pdf", "scan.jpg"), LETTER)
    | {
        "truth.jsonl": TRUTH,
        "invoice.xml": "fixtures/e-invoices/rechnung.xml",
    }
)


def python(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("INVOICE_OCR_")}
    environment["PYTHONPATH"] = str(ROOT)
    command = [sys.executable, *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=folder, env=environment, timeout=120, check=False
    )


def test_the_two_commands_of_a_fresh_machine_are_there() -> None:
    assert "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/invoice-ocr extract fixtures/samples" in TEXT
    assert "python3 -m venv .venv && .venv/bin/pip install '.[test]' && .venv/bin/pytest" in TEXT


# These need a card, a cluster, hours or weights of one's own: only their flags are looked at.
COSTLY = [line for line in COMMANDS if re.search(r" train | --device | --weights | --engine ", line)]


@pytest.mark.parametrize("line", COSTLY)
def test_every_costly_command_knows_its_flags(line: str, tmp_path: Path) -> None:
    words = shlex.split(line)[1:]
    verb = words[:2] if words[0] == "train" else words[:1]
    told = python(["-m", "invoice_ocr", *verb, "--help"], tmp_path)
    assert told.returncode == 0
    assert all(flag in told.stdout for flag in words if flag.startswith("--"))


OF_LEDGERS = [line for line in COMMANDS if "books.ledger" in line and line not in COSTLY]


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that has read the letter."""
    folder = tmp_path_factory.mktemp("ledger")
    done = python(
        ["-m", "invoice_ocr", "batch", str(ROOT / LETTER), "--ledger", "books.ledger", "--text", "layer"], folder
    )
    assert done.returncode == 0, done.stderr
    return folder / "books.ledger"


@pytest.mark.parametrize("line", OF_LEDGERS)
def test_every_command_of_a_ledger_runs(line: str, ledger: Path, tmp_path: Path) -> None:
    shutil.copy(ledger, tmp_path)
    (tmp_path / "incoming").mkdir()
    shutil.copy(ROOT / LETTER, tmp_path / "incoming" / "other.pdf")
    given = shlex.split(line)[1:]
    words = [str(ROOT / STAND_INS[word]) if word in STAND_INS else word for word in given]
    done = python(
        ["-m", "invoice_ocr", *words, *(["--text", "layer"] if words[0] in {"batch", "watch"} else [])], tmp_path
    )
    assert done.returncode == 0, done.stderr
    for flag, target in pairwise(words):
        if flag in {"-o", "--report"}:
            assert (tmp_path / target).stat().st_size > 100
    if words[0] in {"status", "search"}:
        assert done.stdout
    if words[0] == "watch":
        assert [path.name for path in (tmp_path / "incoming-processed").iterdir()] == ["other.pdf"]


@pytest.mark.parametrize("line", [line for line in COMMANDS if line not in COSTLY and line not in OF_LEDGERS])
def test_every_command_runs(line: str, tmp_path: Path) -> None:
    """On a sample with a text layer, so that no network is needed; what it writes lands in an empty folder."""
    given = shlex.split(line.partition(">")[0])[1:]
    words = [str(ROOT / STAND_INS[word]) if word in STAND_INS else word for word in given]
    done = python(["-m", "invoice_ocr", *words, "--text", "layer"], tmp_path)
    assert done.returncode == 0, done.stderr
    if "-o" in words:
        assert list(tmp_path.iterdir())
    else:
        assert done.stdout


def test_the_python_example_runs() -> None:
    (example,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    example = example.replace('rechnung.pdf")', 'rechnung.pdf", text="layer")')
    done = python(["-c", example], ROOT)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("24241.82 ")


def test_links_and_pictures_are_there() -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)\)", TEXT)
    assert targets
    assert all((ROOT / target).exists() for target in targets)


def test_every_exit_code_is_told() -> None:
    table = TEXT[TEXT.index("| exit |") : TEXT.index("Data goes to stdout")]
    numbers = re.findall(r"(?<=\|) (\d+(?:, \d+)?) (?=\|)", table)
    told = {int(number) for cell in numbers for number in cell.split(", ")}
    assert told == {int(code) for code in ExitCode}


def test_fields_named_are_fields() -> None:
    named = set(re.findall(r'fields\["(\w+)"\]', TEXT)) | set(re.findall(r"explain \S+ (\w+)", TEXT))
    assert named
    assert named <= set(FIELD_KINDS)


def test_extras_named_exist() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    assert set(re.findall(r"'\.\[(\w+)\]'", TEXT)) <= set(extras)


def test_the_fixtures_are_described() -> None:
    told = (ROOT / "fixtures" / "README.md").read_text(encoding="utf-8")
    assert all(f"`{path.name}`" in told for path in (ROOT / "fixtures" / "samples").iterdir() if path.is_dir())
