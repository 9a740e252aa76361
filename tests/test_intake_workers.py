"""A parser that crashes, stalls, eats or lies costs its document one typed error, and nothing else."""

from __future__ import annotations

import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from invoice_ocr.errors import ConfigError, Encrypted, MissingPart
from invoice_ocr.intake import Intake, Opened, Source, expand
from invoice_ocr.model import Box
from invoice_ocr.settings import Settings

sys.path.insert(0, str(Path(__file__).parent / "hostile"))  # workers get this path, and find fault_parsers by it

FAULTS = "fault_parsers:parse"
SETTINGS = Settings(timeout=20, jobs=2, max_memory_mb=1500)


@pytest.fixture(scope="module")
def intake() -> Iterator[Intake]:
    with Intake(SETTINGS, parser=FAULTS) as opened:
        yield opened


def read(intake: Intake, *orders: str) -> list[Opened]:
    return list(intake.open_documents(expand([order.encode() for order in orders])))


def code(opened: Opened) -> str:
    return opened.failure.code if opened.failure else "read"


def test_a_worker_starts_while_another_thread_has_a_package_on_the_path(monkeypatch: pytest.MonkeyPatch) -> None:
    """As OpenCV has its own folder, and in it a package `typing`, while it is imported."""
    import cv2

    monkeypatch.syspath_prepend(str(Path(cv2.__file__).parent))
    with Intake(SETTINGS, parser=FAULTS) as opened:
        assert code(read(opened, "words")[0]) == "read"


@pytest.mark.parametrize("order", ["die:SIGKILL", "die:SIGSEGV", "die:SIGABRT", "die:SIGBUS", "segfault:"])
def test_a_parser_that_dies_costs_its_own_document_only(intake: Intake, order: str) -> None:
    results = read(intake, "one", "two", order, "three", "four")
    assert [code(result) for result in results] == ["read", "read", "E_PARSER_CRASH", "read", "read"]
    assert [page.words[0].text for result in results for page in result.pages if page.words] == [
        "one",
        "two",
        "three",
        "four",
    ]


def test_the_message_names_the_signal_and_there_is_a_fix(intake: Intake) -> None:
    (result,) = read(intake, "die:SIGSEGV")
    assert result.failure is not None
    assert "SIGSEGV" in result.failure.message
    assert result.failure.fix


def test_a_document_whose_worker_was_killed_from_outside_is_read_in_a_fresh_one(intake: Intake) -> None:
    others = intake.open_documents(expand([b"slow:1.5", b"slow:1.5"]))
    killer = threading.Timer(0.7, lambda: [worker.kill() for worker in list(intake._pool._workers)])
    killer.start()
    assert [code(result) for result in others] == ["read", "read"]
    killer.join()


def test_a_worker_killed_while_it_starts_is_started_again() -> None:
    with Intake(Settings(jobs=1), parser=FAULTS) as intake:
        while not intake._pool._workers:
            time.sleep(0.001)
        for worker in list(intake._pool._workers):
            worker.kill()
        assert [code(result) for result in read(intake, "word")] == ["read"]


def test_workers_killed_before_they_have_seen_a_document_are_not_its_fault() -> None:
    ended: set[object] = set()

    def kill(intake: Intake) -> None:
        while len(ended) < 4:
            for worker in set(intake._pool._workers) - ended:
                worker.kill()
                ended.add(worker)
            time.sleep(0.001)

    with Intake(Settings(jobs=1), parser=FAULTS) as intake:
        killer = threading.Thread(target=kill, args=(intake,))
        killer.start()
        assert [code(result) for result in read(intake, "word")] == ["read"]
        killer.join()


def test_a_document_that_kills_its_parser_is_mended_before_the_second_attempt(intake: Intake) -> None:
    assert [code(result) for result in read(intake, "die-unless-mended:")] == ["read"]


@pytest.mark.parametrize("order", ["stall:", "spin:"])
def test_a_parser_that_never_ends_is_ended(order: str) -> None:
    with Intake(Settings(timeout=1.0, jobs=2), parser=FAULTS) as intake:
        read(intake, "warm")
        started = time.monotonic()
        results = read(intake, order, "next")
    assert [code(result) for result in results] == ["E_TIMEOUT", "read"]
    assert time.monotonic() - started < 6.0


def test_a_parser_that_eats_memory_is_stopped_at_the_limit(intake: Intake) -> None:
    assert [code(result) for result in read(intake, "eat:", "next")] == ["E_OUT_OF_MEMORY", "read"]


def test_a_typed_error_of_a_parser_arrives_as_it_was_raised(intake: Intake) -> None:
    (result,) = read(intake, "refuse:")
    assert result.failure is not None
    assert (result.failure.code, result.failure.message) == ("E_ENCRYPTED", "locked on purpose")


@pytest.mark.parametrize("order", ["bug:", "lie:", "nonsense:"])
def test_a_parser_that_answers_nonsense_is_a_typed_error_too(intake: Intake, order: str) -> None:
    assert [code(result) for result in read(intake, order, "next")] == ["E_PARSER_CRASH", "read"]


def test_what_a_parser_prints_disturbs_nobody(intake: Intake, capfd: pytest.CaptureFixture[str]) -> None:
    assert [code(result) for result in read(intake, "shout:", "next")] == ["read", "read"]
    assert capfd.readouterr() == ("", "")


def test_a_worker_can_write_no_file(intake: Intake, tmp_path: Path) -> None:
    (result,) = read(intake, f"write:{tmp_path / 'out'}")
    assert code(result) == "E_PARSER_CRASH"
    assert not (tmp_path / "out").exists() or (tmp_path / "out").stat().st_size == 0


def test_a_worker_reaches_no_network_no_program_and_no_other_process_where_the_system_can_forbid_it() -> None:
    with Intake(Settings(jobs=1), parser=FAULTS) as intake, socket.create_server(("127.0.0.1", 0)) as server:
        read(intake, "word")
        (worker,) = intake._pool._workers
        assert {"memory", "privileges"} <= set(worker.barriers) or sys.platform != "linux"
        forbidden = {
            "writing": "run:/bin/true",
            "network": f"connect:{server.getsockname()[1]}",
            "signals": "kill-parent:",
        }
        for barrier in sorted(set(forbidden) & set(worker.barriers)):
            assert [code(result) for result in read(intake, forbidden[barrier])] == ["E_PARSER_CRASH"], barrier


@pytest.mark.parametrize("forbidden", [False, True])
def test_a_worker_keeps_the_bytecode_of_its_parser_unless_python_is_told_to_write_none(
    forbidden: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "plain_parser.py").write_text("from fault_parsers import parse\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr("sys.dont_write_bytecode", forbidden)
    monkeypatch.setattr("sys.pycache_prefix", str(tmp_path / "elsewhere"))
    with Intake(SETTINGS, parser="plain_parser:parse") as opened:
        assert code(read(opened, "words")[0]) == "read"
    assert bool([*(tmp_path / "elsewhere").rglob("plain_parser*.pyc")]) is not forbidden


def test_results_come_in_the_order_of_the_inputs(intake: Intake) -> None:
    results = read(intake, "slow:0.4", *[f"word{index}" for index in range(6)])
    assert [result.source.sha256 for result in results] == [
        source.sha256 for source in expand([b"slow:0.4", *[f"word{index}".encode() for index in range(6)]])
    ]


def test_no_more_inputs_are_taken_than_workers_can_soon_open() -> None:
    taken: list[int] = []

    def inputs() -> Iterator[bytes]:
        for index in range(50):
            taken.append(index)
            yield f"word{index}".encode()

    with Intake(SETTINGS, parser=FAULTS) as intake:
        results = intake.open_documents(expand(inputs()))
        next(results)
        assert len(taken) <= 4
        assert len(list(results)) == 49


def test_a_long_document_comes_in_parts_or_joined(intake: Intake) -> None:
    parts = list(intake.open_parts(expand([b"pages:5", b"after"])))
    assert [[page.number for page in part.pages] for part in parts] == [[1, 2], [3, 4], [5], [1]]
    assert [part.last for part in parts] == [False, False, True, True]
    joined, after = read(intake, "pages:5", "after")
    assert [page.number for page in joined.pages] == [1, 2, 3, 4, 5]
    assert [int(page.image.pixels[0, 0, 0]) for page in joined.pages if page.image] == [1, 2, 3, 4, 5]
    assert after.pages[0].number == 1


def test_a_document_that_dies_half_way_is_a_failure_as_a_whole(intake: Intake) -> None:
    parts = list(intake.open_parts(expand([b"page-then-die:"])))
    assert [(part.last, code(part)) for part in parts] == [(False, "read"), (True, "E_PARSER_CRASH")]
    (joined,) = read(intake, "page-then-die:")
    assert (joined.pages, code(joined)) == ((), "E_PARSER_CRASH")


def test_a_large_coordinator_does_not_make_its_workers_look_grown() -> None:
    ballast = b"x" * 1_200_000_000
    with Intake(Settings(jobs=1), parser=FAULTS) as intake:
        results = read(intake, *["pid:"] * 3)
    assert len({page.words[0].text for result in results for page in result.pages}) == 1
    del ballast


def test_a_worker_makes_room_for_a_fresh_one_after_two_hundred_answers() -> None:
    with Intake(Settings(jobs=1), parser=FAULTS) as intake:
        results = read(intake, *["pid:"] * 201)
    pids = [page.words[0].text for result in results for page in result.pages if page.words]
    assert len(set(pids)) == 2
    assert pids.count(pids[0]) == 200


def test_a_worker_keeps_the_memory_of_a_page_for_the_next() -> None:
    with Intake(Settings(jobs=1), parser=FAULTS) as intake:
        results = read(intake, *["scan:5"] * 3)
    first, *later = [int(page.words[0].text) for result in results for page in result.pages if page.words]
    assert first > 10_000
    assert max(later) < 1000 or platform.libc_ver()[0] != "glibc"


def test_a_parser_that_is_not_there_stops_the_run_with_a_fix() -> None:
    with Intake(SETTINGS, parser="no_such_module:parse") as intake, pytest.raises(MissingPart, match="no_such_module"):
        read(intake, "word")


def test_a_mistake_in_the_settings_is_told_before_any_document_is_opened(tmp_path: Path) -> None:
    for mistake in (
        Settings(pages="3-1"),
        Settings(pages="x"),
        Settings(text="sometimes"),
        Settings(password_file=tmp_path / "none"),
    ):
        with pytest.raises(ConfigError):
            Intake(mistake)


def test_leaving_early_ends_the_workers() -> None:
    with Intake(SETTINGS, parser=FAULTS) as intake:
        results = intake.open_documents(expand([b"word", b"stall:", b"stall:"]))
        next(results)
        started = time.monotonic()
    assert time.monotonic() - started < 5.0


SCRIPT = """
import sys
from invoice_ocr.intake import expand, open_documents
import numpy as np
(result,) = open_documents(expand([np.full((40, 30, 3), 200, np.uint8)]))
print(result.pages[0].image.pixels.shape, int(result.pages[0].image.pixels[0, 0, 0]))
"""


@pytest.mark.parametrize("way", ["-c", "-", "script"])
def test_it_works_from_a_script_without_a_main_guard(way: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)
    arguments = {"-c": ["-c", SCRIPT], "-": ["-"], "script": [str(script)]}[way]
    done = subprocess.run(
        [sys.executable, *arguments],
        input=SCRIPT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parent.parent,
        env={"PYTHONPATH": str(Path(__file__).parent.parent)},
    )
    assert done.stdout == "(40, 30, 3) 200\n"
    assert done.stderr == ""


def test_crops_of_a_failing_parser_raise_its_error(intake: Intake) -> None:
    (source,) = expand([b"refuse:"])
    assert isinstance(source, Source)
    with pytest.raises(Encrypted):
        intake.crops(source, [(1, Box(0, 0, 10, 10))])
