"""A batch that is killed, starved or refused: nothing is lost, nothing doubled, and it goes on when it can."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from shutil import which

import pytest
from faults.desk import sheet
from faults.found import found_by
from test_batch_run import Office

from invoice_ocr.batch import lock, outputs
from invoice_ocr.batch.ledger import opened
from invoice_ocr.errors import DiskFull, Locked, OutputReadonly

ROOT = Path(__file__).parent.parent
SAMPLES = ROOT / "fixtures" / "samples"
LETTER = SAMPLES / "born-digital-german-letter" / "rechnung.pdf"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    return Office(tmp_path)


def killed(*arguments: str) -> dict[str, int]:
    return found_by("killing.py", *arguments, timeout=1800)


def flawless(found: dict[str, int]) -> bool:
    return not any(found[flaw] for flaw in ("lost", "doubled", "different", "stray", "damaged"))


def test_a_run_killed_at_durable_steps_and_moments_ends_as_if_it_had_not_been() -> None:
    found = killed("--steps", "--stride", "4", "--kills", "3", "--documents", "5")
    assert found["killed"] >= found["steps"] // 4
    assert found["documents"] == 4
    assert flawless(found), found


WORKERS = pytest.mark.parametrize("workers", [(), ("--workers",)], ids=["alone", "workers"])


@pytest.mark.slow
@WORKERS
def test_a_kill_at_every_durable_step_changes_nothing(workers: tuple[str, ...]) -> None:
    found = killed("--steps", "--documents", "12", *workers)
    assert found["killed"] == found["steps"] > 20
    assert flawless(found), found


@pytest.mark.slow
@WORKERS
@pytest.mark.parametrize("seed", range(8))
def test_two_hundred_kills_at_random_moments_change_nothing(seed: int, workers: tuple[str, ...]) -> None:
    found = killed("--kills", "25", "--documents", "12", "--seed", str(seed), *workers)
    assert found["killed"] >= 25
    assert flawless(found), found


@pytest.mark.slow
def test_two_hundred_workers_killed_lose_nothing() -> None:
    found = killed("--workers", "--deaths", "200", "--documents", "16")
    assert found["deaths"] >= 200
    assert flawless(found), found
    assert found["touched"] <= found["deaths"] // 4  # it takes four deaths to give a document up


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux") or which("cc") is None, reason="records writes with a library")
def test_when_power_fails_nothing_that_was_told_is_forgotten() -> None:
    found = found_by("power.py", "--cuts", "100", "--documents", "12", timeout=1800)
    assert found["cuts"] == 100
    assert found["forgotten"] == 0, found
    assert flawless(found), found


def test_an_export_is_told_of_when_its_folder_is_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[tuple[int, bool]] = []
    sync = os.fsync

    def recorded(number: int) -> None:
        synced.append((os.fstat(number).st_ino, (tmp_path / "out.csv").exists()))
        sync(number)

    monkeypatch.setattr(os, "fsync", recorded)
    with outputs.opened(tmp_path / "out.csv") as file:
        file.write(b"number")
    assert synced[-1] == (tmp_path.stat().st_ino, True)


def test_a_full_disk_ends_the_run_and_fails_no_document(office: Office) -> None:
    for index in range(8):
        office.put(f"{index:02}.pdf", sheet(f"A-{index}") + "\n" + "\n".join(os.urandom(30).hex() for _ in range(10)))
    with opened(office.ledger, write=True) as book:
        (pages,) = book.connection.execute("PRAGMA page_count").fetchone()
    limited = sqlite3.connect

    def small(*arguments: object, **more: object) -> sqlite3.Connection:
        connection = limited(*arguments, **more)
        connection.execute(f"PRAGMA max_page_count = {pages + 4}")
        return connection

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sqlite3, "connect", small)
        with pytest.raises(DiskFull):
            office.run()
    told = office.counts()
    assert told["left"] > 0
    with opened(office.ledger) as book:
        assert book.connection.execute("SELECT count(*) FROM result WHERE records IS NULL").fetchone() == (0,)
    assert not told.keys() & {"failed", "quarantined"}
    office.run()
    assert "left" not in office.counts()
    assert len(office.records()) == 8


def test_an_export_that_does_not_fit_leaves_the_old_one(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")

    def fill(stream: object) -> None:
        stream.write(b"new")  # type: ignore[attr-defined]
        raise OSError(errno.ENOSPC, "No space left on device")

    with pytest.raises(DiskFull, match=r"out\.csv"):
        outputs.write(target, fill)
    assert target.read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_target_that_another_run_writes_is_left_to_it(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with outputs.opened(target) as stream:
        stream.write(b"first")
        with pytest.raises(Locked, match=r"out\.csv"):
            outputs.write(target, lambda other: other.writelines([b"second"]))
    assert target.read_bytes() == b"first"
    outputs.write(target, lambda other: other.writelines([b"3"]))
    assert target.read_bytes() == b"3"
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_what_a_killed_run_left_beside_a_target_is_written_over(tmp_path: Path) -> None:
    (tmp_path / ".out.csv.part").write_bytes(b"half of a longer file")
    outputs.write(tmp_path / "out.csv", lambda stream: stream.writelines([b"new"]))
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {"out.csv": b"new"}


def test_a_target_may_have_the_longest_name_there_is(tmp_path: Path) -> None:
    target = tmp_path / ("é" * 125 + ".csv")
    outputs.write(target, lambda stream: stream.writelines([b"new"]))
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


def test_an_export_keeps_the_permissions_of_the_file_it_replaces(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    target.write_text("old")
    target.chmod(0o640)
    outputs.write(target, lambda stream: stream.writelines([b"new"]))
    assert (target.read_bytes(), target.stat().st_mode & 0o777) == (b"new", 0o640)


@pytest.mark.parametrize("name", ["inbox/out.csv", "inbox/deep/out.csv", "inbox", "nowhere/out.csv"])
def test_targets_that_cannot_be_are_refused_before_work_begins(office: Office, name: str) -> None:
    (office.inbox / "deep").mkdir()
    with pytest.raises(OutputReadonly):
        outputs.check([office.inbox.parent / name], [str(office.inbox)])


def test_a_lock_left_by_a_killed_run_holds_nobody_up(office: Office) -> None:
    lock.place_of(office.ledger).write_text('{"pid": "1"}')
    assert lock.holder(office.ledger) is None
    office.put("a.pdf", sheet("A-1"))
    office.run()
    assert not lock.place_of(office.ledger).exists()


def test_of_eight_that_want_a_ledger_at_once_one_gets_it(tmp_path: Path) -> None:
    together, tried = threading.Barrier(8), threading.Barrier(8)

    def want(_: int) -> str:
        together.wait(20)
        try:
            with lock.locked(tmp_path / "books.sqlite"):
                tried.wait(20)
                return ""
        except Locked as error:
            tried.wait(20)
            return error.message

    with ThreadPoolExecutor(8) as threads:
        for _ in range(20):
            refused = [said for said in threads.map(want, range(8)) if said]
            assert len(refused) == 7
    assert all("books.sqlite" in said for said in refused)
    assert list(tmp_path.iterdir()) == []


def test_who_is_turned_away_hears_of_it_before_anything_heavy_is_loaded(tmp_path: Path) -> None:
    command = [sys.executable, "-X", "importtime", "-m", "invoice_ocr", "batch", "inbox", "--ledger", "books.sqlite"]
    with lock.locked(tmp_path / "books.sqlite"):
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 75, done.stderr
    loaded = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines() if line.startswith("import time:")}
    assert "invoice_ocr.batch.lock" in loaded
    assert not {"numpy", "invoice_ocr.pipeline", "invoice_ocr.rulepack"} & loaded


def test_a_run_that_begins_leaves_alone_what_another_is_writing(tmp_path: Path) -> None:
    target = tmp_path / "out.csv"
    with outputs.opened(target) as stream:
        stream.write(b"whole")
        outputs.check([target], [])
    assert target.read_bytes() == b"whole"
    assert list(tmp_path.iterdir()) == [target]


def test_while_a_run_goes_on_others_say_whose_it_is_and_when_it_is_killed_the_next_works(tmp_path: Path) -> None:
    running = begun(tmp_path, text="ocr")
    until = time.monotonic() + 60
    while time.monotonic() < until and lock.holder(tmp_path / "out.ledger") is None:
        time.sleep(0.05)
    command = [sys.executable, "-m", "invoice_ocr", "batch", "inbox/00.pdf", "-o", "out.csv", "--text", "layer"]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    others = [
        subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    told = [(other.communicate(timeout=60)[1], other.returncode) for other in others]
    assert [code for _, code in told] == [75] * 3, told
    assert all(f"process {running.pid} " in said for said, _ in told), told
    running.kill()
    running.communicate(timeout=60)
    after = subprocess.run(
        command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert after.returncode == 0, after.stderr
    assert (tmp_path / "out.csv").exists()


def test_a_drive_that_knows_no_locks_is_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OutputReadonly, match="cannot be locked") as told, opened(office.ledger, write=True):
        pass
    assert "--ledger" in told.value.fix


def begun(place: Path, *arguments: str, sample: Path = LETTER, text: str = "layer") -> subprocess.Popen[str]:
    """The command, running over many copies of a sample that differ in their last bytes."""
    inbox = place / "inbox"
    inbox.mkdir()
    for index in range(60):
        (inbox / f"{index:02}.pdf").write_bytes(sample.read_bytes() + b"\n%" + str(index).encode())
    command = [sys.executable, "-m", "invoice_ocr", "batch", "inbox", "-o", "out.csv", "--text", text, *arguments]
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    # A suite started in the background ignores Ctrl-C, and so would what it starts.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        return subprocess.Popen(command, cwd=place, env=environment, stderr=subprocess.PIPE, text=True)
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("text", ["layer", "ocr"])
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_batch_gives_up_quickly_and_can_go_on(
    tmp_path: Path, number: signal.Signals, code: int, text: str
) -> None:
    running = begun(tmp_path, text=text)
    until = time.monotonic() + 60
    while time.monotonic() < until and _done(tmp_path / "out.ledger") < 1:
        time.sleep(0.1)
    running.send_signal(number)
    since = time.monotonic()
    _, said = running.communicate(timeout=60)
    assert time.monotonic() - since < 10
    assert running.returncode == code, said
    assert "the same command goes on" in said
    assert not (tmp_path / "out.csv").exists()
    with opened(tmp_path / "out.ledger") as book:
        (charged,) = book.connection.execute("SELECT count(*) FROM result WHERE records IS NULL").fetchone()
        (documents,) = book.connection.execute("SELECT count(*) FROM document").fetchone()
    assert charged == 0
    assert documents == 60
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inbox", "out.ledger"]


def _done(ledger: Path) -> int:
    if not ledger.exists():
        return 0
    try:
        with contextlib.closing(sqlite3.connect(f"{ledger.as_uri()}?mode=ro", uri=True)) as connection:
            (count,) = connection.execute("SELECT count(*) FROM result WHERE records IS NOT NULL").fetchone()
        return int(count)
    except sqlite3.Error:
        return 0
