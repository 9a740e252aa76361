"""What is read stays here: no log has words of a document, and no connection is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "fixtures" / "samples"
# Python imports this first, in the command and in all that it starts with this PYTHONPATH.
LISTENER = """
import os, sys

def tell(event, arguments):
    if event in {"socket.connect", "socket.bind", "socket.getaddrinfo", "socket.sendto"}:
        with open(os.environ["HEARD"], "a") as file:
            file.write(f"{event} {arguments}\\n")

sys.addaudithook(tell)
"""


def run(folder: Path, *arguments: str | Path) -> tuple[subprocess.CompletedProcess[str], str]:
    """A command in `folder`, and the connections that it tried to make."""
    (folder / "sitecustomize.py").write_text(LISTENER)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("INVOICE_OCR_")}
    environment = kept | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "HEARD": str(folder / "heard")}
    done = subprocess.run(
        [sys.executable, "-m", "invoice_ocr", *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=300,
        check=False,
    )
    heard = folder / "heard"
    return done, heard.read_text() if heard.exists() else ""


@pytest.mark.parametrize(
    "sample", ["born-digital-german-letter/rechnung.pdf", "picture-of-english-invoice/invoice.png"]
)
def test_no_connection_is_made_and_no_value_stands_in_the_log(tmp_path: Path, sample: str) -> None:
    done, heard = run(tmp_path, "extract", SAMPLES / sample, "-v", "-j", "1")
    assert done.returncode == 0
    assert heard == ""
    assert sample in done.stderr, "the log was on"
    values = {field["text"] for field in json.loads(done.stdout)["fields"].values() if field["text"]}
    assert len(values) > 10
    assert [value for value in values if value in done.stderr] == []


def test_a_connection_would_be_heard(tmp_path: Path) -> None:
    done, heard = run(tmp_path, "extract", "http://localhost:9/invoice.pdf")
    assert "E_NETWORK_BLOCKED" in done.stderr
    assert "socket.getaddrinfo" in heard
