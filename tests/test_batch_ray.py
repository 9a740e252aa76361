"""A batch through Ray gives what a batch here gives, whoever is killed. Run with -m ray, needs the extra `ray`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest
from faults.desk import engine_for
from faults.killing import texts

from invoice_ocr import settings
from invoice_ocr.batch import outputs, results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.batch.ray import count_of
from invoice_ocr.errors import ConfigError, MissingPart
from invoice_ocr.export import EXPORTERS
from invoice_ocr.intake import Intake

SCRIPT = Path(__file__).parent / "faults" / "ray_run.py"
LOCAL = settings.make({"lang": "en", "timeout": 60, "jobs": 1})
DOCUMENTS = 12


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """Documents of every fate, one of which kills its worker."""
    place = tmp_path / "inbox"
    place.mkdir()
    for index, text in enumerate(texts(DOCUMENTS)):
        (place / f"{index:03}.pdf").write_text(text, encoding="utf-8")
    return place


@pytest.mark.parametrize(
    ("asked", "resources", "count"),
    [
        ({}, {"CPU": 8.0}, 8),
        ({"actors": 3}, {"CPU": 8.0}, 3),
        ({"actor_gpus": 1.0}, {"CPU": 8.0, "GPU": 2.0}, 2),
        ({"actor_gpus": 0.25}, {"CPU": 16.0, "GPU": 2.0}, 8),
        ({"actor_gpus": 0.25}, {"CPU": 4.0, "GPU": 2.0}, 4),
        ({"actor_gpus": 2.0}, {"CPU": 8.0, "GPU": 4.0}, 2),
        ({"actors": 20, "address": "ray://here"}, {"CPU": 8.0}, 20),
    ],
)
def test_there_are_as_many_actors_as_have_room(
    asked: dict[str, object], resources: dict[str, float], count: int
) -> None:
    assert count_of(settings.make(asked), resources) == count


@pytest.mark.parametrize("asked", [{"actors": 9}, {"actor_gpus": 0.5}, {"actor_gpus": 0.5, "address": "ray://here"}])
def test_actors_that_would_wait_for_ever_are_refused(asked: dict[str, object]) -> None:
    with pytest.raises(ConfigError, match="not enough for --actors"):
        count_of(settings.make(asked), {"CPU": 8.0})


@pytest.fixture
def wanted(inbox: Path, tmp_path: Path) -> bytes:
    """What a run without Ray exports."""
    with opened(tmp_path / "local", write=True) as book:
        parse = partial(Intake, parser="faults.desk:parse")
        scheduler.run([inbox], book, LOCAL, engine=engine_for(inbox), open_intake=parse)
        outputs.write(tmp_path / "local.jsonl", partial(EXPORTERS["jsonl"], results.records(book)))
    return (tmp_path / "local.jsonl").read_bytes()


def begun(inbox: Path) -> subprocess.Popen[str]:
    """A run through Ray in a process of its own."""
    place = inbox.parent
    paths = os.pathsep.join(filter(None, [str(SCRIPT.parent.parent), os.environ.get("PYTHONPATH")]))
    return subprocess.Popen(
        [sys.executable, SCRIPT, inbox, place / "ledger", place / "out.jsonl"],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": paths},
        start_new_session=True,
    )


def ended(run: subprocess.Popen[str]) -> int:
    run.communicate(timeout=900)
    return run.returncode


def actors_of(driver: int) -> list[int]:
    """Process ids of the actors that descend from a process."""
    parents, names = {}, {}
    for place in Path("/proc").iterdir():
        if not place.name.isdecimal():
            continue
        try:
            status = (place / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
            parents[int(place.name)] = int(status[1])
            names[int(place.name)] = (place / "cmdline").read_bytes()
        except OSError:
            continue

    def descends(one: int) -> bool:
        while one in parents and one != driver:
            one = parents[one]
        return one == driver

    return [one for one, name in names.items() if name.startswith(b"ray::Bench") and descends(one)]


@pytest.mark.ray
def test_a_run_through_ray_gives_the_same_bytes(inbox: Path, wanted: bytes, tmp_path: Path) -> None:
    assert ended(begun(inbox)) == 0
    assert (tmp_path / "out.jsonl").read_bytes() == wanted


@pytest.mark.ray
def test_an_actor_that_is_killed_is_replaced_and_its_documents_read(inbox: Path, wanted: bytes, tmp_path: Path) -> None:
    run = begun(inbox)
    assert run.stdout is not None
    assert run.stdout.readline() == "finished\n"
    killed = actors_of(run.pid)
    assert killed
    for one in killed:
        os.kill(one, signal.SIGKILL)
    assert ended(run) == 0
    assert (tmp_path / "out.jsonl").read_bytes() == wanted


@pytest.mark.ray
def test_a_driver_that_is_killed_loses_and_doubles_nothing(inbox: Path, wanted: bytes, tmp_path: Path) -> None:
    run = begun(inbox)
    assert run.stdout is not None
    for _ in range(3):
        assert run.stdout.readline() == "finished\n"
    run.kill()
    ended(run)
    assert not (tmp_path / "out.jsonl").exists()
    assert ended(begun(inbox)) == 0
    assert (tmp_path / "out.jsonl").read_bytes() == wanted


def test_without_ray_it_says_what_to_install(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with opened(tmp_path / "ledger", write=True) as book, pytest.raises(MissingPart, match="ray"):
        scheduler.run([inbox], book, settings.make({"engine": "ray"}), engine=engine_for(inbox))
