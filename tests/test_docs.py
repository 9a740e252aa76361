"""What the documentation says is true: its commands exist, its flags are known, its files are there."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer

import invoice_ocr
from invoice_ocr.cli.app import app
from invoice_ocr.cli.help import EXAMPLES

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
EXAMPLES_OF_HELP = [example for several in EXAMPLES.values() for example in several]
SHELL = re.findall(r"^(?:    |\$ |```\w*\n)?\$? ?(invoice-ocr [^\n#]*)", README, re.MULTILINE)
PYTHON = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command that these words call, and what is left of them."""
    command: Any = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        assert words[0] in command.commands, f"there is no verb {words[0]}"
        command, words = command.commands[words[0]], words[1:]
    return command, words


def test_the_first_thing_a_reader_sees_is_a_command_that_extracts() -> None:
    assert SHELL
    assert SHELL[0].startswith("invoice-ocr extract")


@pytest.mark.parametrize("line", [*SHELL, *EXAMPLES_OF_HELP])
def test_every_command_of_the_readme_and_of_the_help_exists_with_its_flags(line: str) -> None:
    words = shlex.split(line)[1:]
    if words[0].startswith("-"):
        return
    command, rest = command_of(words)
    known = {flag for parameter in command.params for flag in parameter.opts} | {"--help", "-h"}
    for word in rest:
        if word.startswith("-") and word != "-" and not word[1:2].isdigit():
            assert word.partition("=")[0] in known, f"{line}: there is no {word}"


@pytest.mark.parametrize("path", sorted(set(re.findall(r"fixtures/[\w./-]+\.\w+", README))))
def test_every_sample_the_readme_names_is_there(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("snippet", PYTHON)
def test_every_python_snippet_of_the_readme_parses_and_imports_what_exists(snippet: str) -> None:
    for node in ast.walk(ast.parse(snippet)):
        if isinstance(node, ast.ImportFrom) and node.module == "invoice_ocr":
            assert {alias.name for alias in node.names} <= set(invoice_ocr.__all__)


WITH_EXAMPLES = [path for path in sorted((ROOT / "invoice_ocr").rglob("*.py")) if ">>> " in path.read_text("utf-8")]


@pytest.mark.parametrize("path", WITH_EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_example_of_a_docstring_gives_what_it_says(path: Path) -> None:
    module = importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))
    ran = doctest.testmod(module)
    assert ran.attempted
    assert not ran.failed


def test_ci_runs_the_test_command_that_the_readme_tells() -> None:
    """.ci/run takes the line from the README with this pattern."""
    (pattern,) = re.findall(r"grep -m 1 '([^']+)' README.md", (ROOT / ".ci" / "run").read_text())
    (line, *_) = re.findall(pattern, README, re.MULTILINE)
    assert "pip install '.[test]'" in line
    assert line.endswith("/bin/pytest")


def test_the_licence_is_the_agpl_whole() -> None:
    text = (ROOT / "LICENSE").read_text()
    assert "GNU AFFERO GENERAL PUBLIC LICENSE" in text
    assert "13. Remote Network Interaction" in text
    assert "END OF TERMS AND CONDITIONS" in text


def test_every_verb_and_every_flag_says_what_it_does() -> None:
    def check(command: Any) -> None:
        assert command.help
        for parameter in command.params:
            assert getattr(parameter, "help", None) or parameter.name == "help", f"{command.name} {parameter.name}"
        for inner in getattr(command, "commands", {}).values():
            check(inner)

    check(typer.main.get_command(app))


def test_the_lock_file_pins_every_package_by_hash_and_names_no_host() -> None:
    text = (ROOT / "requirements.lock").read_text()
    assert "://" not in text
    packages = re.findall(r"^[a-z0-9._-]+(?:\[[^\]]*\])?==\S+ .*?(?=^[a-z])", text + "a", re.MULTILINE | re.DOTALL)
    assert len(packages) > 50
    assert all("--hash=sha256:" in package for package in packages)
    assert "opencv-python-headless" not in text
