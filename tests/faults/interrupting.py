"""A command, interrupted after each call of what opens and ends it in turn; each time in a fork of this process.

    python tests/faults/interrupting.py SIGNAL STRIDE PLACE ARGUMENTS...

runs `invoice-ocr ARGUMENTS` in copies of the folder PLACE, interrupted after every STRIDE-th call, and prints one JSON
object: `runs`, and `odd`, what was wrong (exit code, what it said, what was left), by the call before it.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import sys
from pathlib import Path
from types import FrameType
from typing import Any

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

import invoice_ocr
from invoice_ocr import cli
from invoice_ocr.cli.stopping import Stop

HOUSE = Path(invoice_ocr.__file__).parent
OPENING = ("cli/__init__", "cli/stopping", "cli/verb", "cli/console", "batch/outputs", "batch/lock", "batch/schema")
FILES = frozenset(str(HOUSE / f"{name}.py") for name in OPENING)
CODES = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 143}


class After:
    """Sends a signal to this process at the beginning of a function of ours, or after a call: number `at` of these."""

    def __init__(self, sent: signal.Signals, at: int, report: int) -> None:
        self.sent, self.at, self.report = sent, at, report
        self.count = 0
        self.listening = False

    def __call__(self, frame: FrameType, event: str, of: Any) -> None:
        if frame.f_code.co_filename not in FILES or event not in {"c_return", "call"}:
            return
        if not self.listening:
            self.listening = isinstance(signal.getsignal(self.sent), Stop)
            return
        self.count += 1
        if self.count == self.at:
            sys.setprofile(None)
            called = getattr(of, "__qualname__", "") or "call"
            os.write(self.report, f"{frame.f_code.co_qualname}:{frame.f_lineno} {called}".encode())
            signal.raise_signal(self.sent)


def run(place: Path, sent: signal.Signals, at: int) -> tuple[str, int, str]:
    """Where it was interrupted ("" where it ended before), its exit code, and what it said.

    The fork leaves through all callers of this: none of them may have anything to put away.
    """
    reader, report = os.pipe()
    said = place.with_name("said")
    pid = os.fork()
    if pid == 0:
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        os.chdir(place)
        signal.signal(sent, signal.default_int_handler if sent == signal.SIGINT else signal.SIG_DFL)
        sys.setprofile(After(sent, at, report))
        cli.main()
    os.close(report)
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    where = os.read(reader, 4096).decode()
    os.close(reader)
    return where, code, said.read_text(errors="replace")


def main() -> None:
    sent = signal.Signals(int(sys.argv[1]))
    stride, place, arguments = int(sys.argv[2]), Path(sys.argv[3]), sys.argv[4:]
    copy = place.with_name("copy")
    before = {path.name for path in place.iterdir()}
    shutil.copytree(place, copy)
    after = undisturbed(copy, arguments)
    found: dict[str, Any] = {"runs": 0, "odd": {}}
    while True:
        shutil.rmtree(copy)
        shutil.copytree(place, copy)
        where, code, said = run(copy, sent, 1 + found["runs"] * stride)
        if not where:
            break
        found["runs"] += 1
        left = {path.name for path in copy.iterdir()}
        if code not in {0, CODES[sent]} or "Traceback" in said or left not in (before, after):
            found["odd"][where] = [code, said[-400:], sorted(left)]
    sys.stdout.write(json.dumps(found))


def undisturbed(place: Path, arguments: list[str]) -> set[str]:
    """What is in the folder after a run in this process, which has everything imported then."""
    handlers = {number: signal.getsignal(number) for number in CODES}
    sys.argv = ["invoice-ocr", *arguments]
    with contextlib.chdir(place), contextlib.suppress(SystemExit):
        cli.main()
    for number, handler in handlers.items():
        signal.signal(number, handler)
    return {path.name for path in place.iterdir()}


if __name__ == "__main__":
    main()
