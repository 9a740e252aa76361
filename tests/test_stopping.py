"""Ctrl-C and its kin, wherever they hit a command: its exit code, no traceback, nothing left behind."""

from __future__ import annotations

import os
import platform
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from faults.desk import sheet
from faults.found import found_by
from test_batch_run import Office

from invoice_ocr.batch import lock, outputs
from invoice_ocr.cli import stopping

ROOT = Path(__file__).parent.parent
ENDS = [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 143)]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a ledger of one document."""
    (tmp_path / "place").mkdir()
    office = Office(tmp_path / "place")
    office.put("a.pdf", sheet("A-1"))
    office.run(office.inbox)
    return tmp_path / "place"


@pytest.mark.parametrize("stride", [11, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_a_command_interrupted_after_any_call_ends_with_its_code_and_leaves_nothing(
    place: Path, sent: signal.Signals, stride: int
) -> None:
    found = found_by(
        "interrupting.py", int(sent), stride, place, "export", "books.sqlite", "-o", "out.csv", timeout=900
    )
    assert found["runs"] >= 100 // stride
    assert found["odd"] == {}


def test_a_command_looks_for_circles_less_often_and_not_at_its_end() -> None:
    code = (
        "import atexit, gc, sys; sys.argv = ['invoice-ocr', '--version']; from invoice_ocr.cli import main\n"
        "atexit.register(lambda: print(gc.get_threshold()[0] >= 10_000, gc.get_freeze_count() > 10_000))\n"
        "main()"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=120
    )
    assert made.stdout.splitlines()[-1] == "True True"


def test_a_command_leaves_the_cores_to_its_networks() -> None:
    code = (
        "import atexit, sys; sys.argv = ['invoice-ocr', '--version']; from invoice_ocr.cli import main\n"
        "atexit.register(lambda: print(__import__('cv2').getNumThreads()))\n"
        "main()"
    )
    made = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True, timeout=120
    )
    assert made.stdout.splitlines()[-1] == "1"


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc has a heap for each thread")
@pytest.mark.parametrize(("wanted", "heaps"), [({}, True), ({"MALLOC_ARENA_MAX": "2"}, False)])
def test_the_threads_of_a_command_share_one_heap_unless_told_otherwise(wanted: dict[str, str], heaps: bool) -> None:
    code = (
        "import atexit, ctypes, sys, threading; sys.argv = ['invoice-ocr', '--version']\n"
        "from invoice_ocr.cli import main\n"
        "def tell():\n"
        "    every = [threading.Thread(target=lambda: turn.wait() and bytes(9000)) for _ in range(4)]\n"
        "    turn = threading.Barrier(4)\n"
        "    [one.start() for one in every], [one.join() for one in every]\n"
        "    ctypes.CDLL(None).malloc_stats()\n"
        "atexit.register(tell)\n"
        "main()"
    )
    environment = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"} | wanted
    asked = [sys.executable, "-c", code]
    made = subprocess.run(asked, capture_output=True, text=True, cwd=ROOT, env=environment, check=True, timeout=120)
    assert (made.stderr.count("Arena ") == 1) is heaps


def exported(place: Path, code: str, sent: signal.Signals) -> subprocess.CompletedProcess[str]:
    """`python -m invoice_ocr export` where `code` runs first; `hit()` in it sends the signal to the process."""
    module = place / "prepared.py"
    module.write_text(
        "import os, runpy, signal, sys, traceback\n"
        f"SENT = {int(sent)}\n"
        "def hit(): os.kill(os.getpid(), SENT)\n"
        "class On:\n"
        "    def __init__(self, name, do): self.name, self.do = name, do\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == self.name: sys.meta_path.remove(self); self.do()\n"
        f"{code}\n"
        "runpy.run_module('invoice_ocr', run_name='__main__', alter_sys=True)\n"
    )
    # A suite started in the background ignores these, and so would what it starts.
    before = signal.signal(sent, signal.default_int_handler)
    try:
        return subprocess.run(
            [sys.executable, "-m", "prepared", "export", "books.sqlite", "-o", "out.csv"],
            cwd=place,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env=os.environ | {"PYTHONPATH": f"{ROOT}:{place}"},
        )
    finally:
        signal.signal(sent, before)


MOMENTS = {
    "while the command is imported": "sys.meta_path.insert(0, On('invoice_ocr.cli.app', hit))",
    "in a text that is executed": (
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', lambda: exec('hit()', {'hit': hit})))"
    ),
    "twice": (
        "import contextlib\n"
        "def twice():\n"
        "    try: hit()\n"
        "    finally: hit(); hit()\n"
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', twice))"
    ),
    "and takes long to end": (
        "import time\n"
        "def slow():\n"
        "    try: hit()\n"
        "    finally:\n"
        "        try: raise OSError\n"
        "        except OSError:\n"
        "            try: time.sleep(1.5)\n"
        "            except BaseException: print('disturbed', file=sys.stderr)\n"
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', slow))"
    ),
    "where a library catches everything": (
        "import contextlib, time\n"
        "def caught():\n"
        "    with contextlib.suppress(BaseException): hit()\n"
        "    time.sleep(90)\n"
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', caught))"
    ),
    "just before it waits": (
        "import threading, time\n"
        "def late(): time.sleep(0.5); signal.pthread_kill(threading.get_ident(), SENT)\n"
        "def wait(): threading.Thread(target=late).start(); time.sleep(90)\n"
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', wait))"
    ),
}
ENDINGS = {
    "while output is flushed": (
        "class Flushing:\n"
        "    def __getattr__(self, name): return getattr(sys.__stdout__, name)\n"
        "    def flush(self):\n"
        "        if any(frame.name == 'leave' for frame in traceback.extract_stack()): hit()\n"
        "        sys.__stdout__.flush()\n"
        "sys.stdout = Flushing()"
    ),
    "at the exit": "import atexit; sys.meta_path.insert(0, On('invoice_ocr.cli.app', lambda: atexit.register(hit)))",
    "after the last exit function": "import atexit; atexit.register(hit)",
    "while modules are taken apart": ("class Last:\n    def __del__(self, hit=hit): hit()\nsys.last_of_all = Last()"),
}


@pytest.mark.parametrize(("sent", "code"), ENDS)
@pytest.mark.parametrize("moment", MOMENTS)
def test_a_command_interrupted_on_its_way_says_so_and_writes_nothing(
    place: Path, moment: str, sent: signal.Signals, code: int
) -> None:
    done = exported(place, MOMENTS[moment], sent)
    assert (done.returncode, done.stderr) == (code, "")
    assert sorted(path.name for path in place.iterdir()) == ["books.sqlite", "inbox", "prepared.py"]


@pytest.mark.parametrize(("sent", "code"), ENDS)
@pytest.mark.parametrize("moment", ENDINGS)
def test_a_command_interrupted_when_all_is_done_ends_well(
    place: Path, moment: str, sent: signal.Signals, code: int
) -> None:
    done = exported(place, ENDINGS[moment], sent)
    assert done.returncode in {0, code}
    assert "Traceback" not in done.stderr
    assert "ignored" not in done.stderr
    assert (place / "out.csv").read_bytes()


def test_a_run_that_does_not_come_to_its_end_is_ended_after_ten_seconds(place: Path) -> None:
    stuck = (
        "import time\n"
        "def stuck():\n"
        "    try: hit()\n"
        "    finally: time.sleep(90)\n"
        "sys.meta_path.insert(0, On('invoice_ocr.batch.results', stuck))"
    )
    since = time.monotonic()
    done = exported(place, stuck, signal.SIGTERM)
    assert (done.returncode, done.stderr) == (143, "")
    assert 10 < time.monotonic() - since < 40


def test_who_asks_again_after_ten_seconds_does_not_wait_for_the_unwinding(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[int] = []
    monkeypatch.setattr(os, "_exit", ended.append)
    stop = stopping.Stop()
    with pytest.raises(stopping.Interrupted):
        stop(signal.SIGINT, None)
    stop(signal.SIGINT, None)
    assert ended == []
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 11)
    stop(signal.SIGTERM, None)
    assert ended == [143]


def test_a_file_on_its_way_is_removed_by_nobody_but_its_holder(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with outputs.opened(target) as stream:
        lock.cleared(tmp_path / ".out.csv.part")
        stream.write(b"whole")
    assert target.read_bytes() == b"whole"
    left = tmp_path / ".left.part"
    left.touch()
    lock.cleared(left)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]
