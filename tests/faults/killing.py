"""Runs of a batch, killed: at every durable step in turn, and at random moments; each resumed and compared.

    python tests/faults/killing.py --steps --kills 200 [--workers] [--documents 12] [--seed 1] [--keep DIR]
    python tests/faults/killing.py --workers --deaths 200

prints one JSON object with what was found. A run is a fork of this process, so that it costs no imports. With
--workers documents are opened in real worker processes, else in the run itself. --keep: folders of runs that ended
otherwise than the undisturbed one go there, beside that one. --deaths: so many workers are killed instead, one after
the other while runs go on; `touched` counts documents that ended otherwise for it.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import sqlite3
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from faults.desk import IBANS, Desk, engine_for, sheet

from invoice_ocr import settings
from invoice_ocr.batch import durable, outputs, results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.export import EXPORTERS
from invoice_ocr.intake import Intake
from invoice_ocr.recipes import rules_for

SETTINGS = settings.make({"jobs": 2, "lang": "en", "timeout": 60})
FORMATS = ("jsonl", "csv", "xlsx")


class Killing:
    """A folder of documents, and runs over it, each in a folder of its own."""

    def __init__(self, place: Path, documents: int, *, workers: bool, keep: Path | None = None, seed: int = 1) -> None:
        self.place = place
        self.keep = keep
        self.inbox = place / "inbox"
        self.inbox.mkdir()
        for index, text in enumerate(texts(documents)):
            (self.inbox / f"{index:03}.pdf").write_text(text, encoding="utf-8")
        self.pack = rules_for(SETTINGS)
        self.engine = engine_for(self.inbox)
        self.open_intake = partial(Intake, parser="faults.desk:parse") if workers else Desk
        self.rng = random.Random(seed)
        self.figures = {"runs": 0, "killed": 0, "lost": 0, "doubled": 0, "different": 0, "stray": 0, "damaged": 0}
        self.seconds = time.monotonic()
        self.steps = self.run("whole")[1]
        self.seconds = time.monotonic() - self.seconds
        self.wanted = self.exported("whole")
        self.documents = len(self.wanted["jsonl"].splitlines())

    def run(self, name: str, *, at: int = 0, after: float = 0.0) -> tuple[bool, int]:
        """Make one run in the folder `name`, killed before its step `at`, or `after` seconds: whether it was; steps."""
        self.figures["runs"] += 1
        ours, theirs = os.pipe()
        child = os.fork()
        if not child:
            os.close(ours)
            self.work(self.place / name, at, theirs)
        os.close(theirs)
        if after:
            time.sleep(after)
            os.kill(child, signal.SIGKILL)
        told = os.read(ours, 64)
        os.close(ours)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            self.figures["killed"] += 1
            return True, 0
        if os.WEXITSTATUS(status):
            raise RuntimeError(f"a run ended with {os.WEXITSTATUS(status)}")
        return False, int(told)

    def work(self, place: Path, at: int, told: int) -> None:
        """One run, in the child. Does not return."""
        code = 1
        try:
            count = 0

            def step(_name: str) -> None:
                nonlocal count
                count += 1
                if count == at:
                    os.kill(os.getpid(), signal.SIGKILL)

            durable.watch(step)
            place.mkdir(exist_ok=True)
            with opened(place / "books.sqlite", write=True) as book:
                scheduler.run(
                    [self.inbox], book, SETTINGS, engine=self.engine, pack=self.pack, open_intake=self.open_intake
                )
                for form in FORMATS:
                    outputs.write(place / f"out.{form}", partial(EXPORTERS[form], results.records(book)))
            os.write(told, str(count).encode())
            code = 0
        finally:
            os._exit(code)

    def exported(self, name: str) -> dict[str, bytes]:
        return {form: (self.place / name / f"out.{form}").read_bytes() for form in FORMATS}

    def judge(self, name: str) -> None:
        """Finish the run in `name`, undisturbed, and count what is not as it should be."""
        self.run(name)
        place = self.place / name
        made = self.exported(name)
        shas = [json.loads(line)["sha256"] for line in made["jsonl"].splitlines()]
        self.figures["lost"] += self.documents - len(set(shas))
        self.figures["doubled"] += len(shas) - len(set(shas))
        if made != self.wanted:
            self.figures["different"] += 1
            self.kept(name)
        files = {path.name for path in place.iterdir()}
        self.figures["stray"] += len(files - {"books.sqlite", *(f"out.{form}" for form in FORMATS)})
        with sqlite3.connect(place / "books.sqlite") as connection:
            self.figures["damaged"] += connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
        connection.close()
        shutil.rmtree(place)
        print(json.dumps(self.figures), file=sys.stderr, flush=True)  # noqa: T201  hours may pass until the end

    def kept(self, name: str) -> None:
        if self.keep is not None:
            for one in ("whole", name):
                target = self.keep / f"{self.figures['different']}-{one}"
                shutil.copytree(self.place / one, target, dirs_exist_ok=True)

    def every_step(self, stride: int = 1) -> None:
        for at in range(1, self.steps + 1, stride):
            killed, _ = self.run("step", at=at)
            if not killed:
                raise RuntimeError(f"step {at} of {self.steps} did not come")
            self.judge("step")

    def deaths(self, count: int) -> None:
        """Kill so many workers at random moments of as many runs as it takes, and count whose documents suffered."""
        self.figures |= {"deaths": 0, "touched": 0}
        while self.figures["deaths"] < count:
            self.figures["runs"] += 1
            ours, theirs = os.pipe()
            child = os.fork()
            if not child:
                os.close(ours)
                self.work(self.place / "deaths", 0, theirs)
            os.close(theirs)
            while os.waitpid(child, os.WNOHANG) == (0, 0):
                time.sleep(self.rng.uniform(0, self.seconds / 4))
                self.figures["deaths"] += kill_one(child, self.rng)
            os.close(ours)
            made, wanted = (
                {row["sha256"]: row for row in map(json.loads, form["jsonl"].splitlines())}
                for form in (self.exported("deaths"), self.wanted)
            )
            self.figures["lost"] += len(wanted.keys() - made.keys())
            touched = [(row, made.get(sha)) for sha, row in wanted.items() if made.get(sha) != row]
            self.figures["touched"] += len(touched)
            for before, after in touched:
                print(json.dumps([before, after]), file=sys.stderr)  # noqa: T201  the case of a failure
            shutil.rmtree(self.place / "deaths")
            print(json.dumps(self.figures), file=sys.stderr, flush=True)  # noqa: T201  as above

    def moments(self, kills: int) -> None:
        """So many kills at random moments; every fourth run is killed twice before it may end.

        A run that ends before its moment comes is judged, but no kill.
        """
        done = 0
        while done < kills:
            for _ in range(2 if done % 4 == 3 else 1):
                done += self.run("moment", after=self.rng.uniform(0, self.seconds))[0]
            (self.place / "moment").mkdir(exist_ok=True)
            self.judge("moment")


def kill_one(parent: int, rng: random.Random) -> bool:
    """Kill one of the processes that a process has started; False when there is none."""
    children: list[int] = []
    for place in Path(f"/proc/{parent}/task").glob("*/children"):
        with contextlib.suppress(OSError):
            children += map(int, place.read_text(encoding="ascii").split())
    if not children:
        return False
    with contextlib.suppress(ProcessLookupError):
        os.kill(rng.choice(children), signal.SIGKILL)
    return True


def texts(documents: int) -> Iterator[str]:
    """Invoices of every fate: good, scanned, doubtful, twice the same, of a changed bank, broken, deadly."""
    fates = (
        lambda n: sheet(f"A-{n}"),
        lambda n: f"scan {sheet(f'B-{n}')}",
        lambda n: f"crash {n}",
        lambda _: sheet("A-0"),
        lambda n: f"Copy {n}\n{sheet('A-0')}",
        lambda n: sheet(f"C-{n}", iban=IBANS[1]),
        lambda n: f"broken {n}",
        lambda n: sheet(f"D-{n}", gross="999.00"),
    )
    for index in range(documents):
        yield fates[index % len(fates)](index)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", action="store_true")
    parser.add_argument("--stride", type=int, default=1)
    parser.add_argument("--kills", type=int, default=0)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--workers", action="store_true")
    parser.add_argument("--deaths", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()
    since = time.monotonic()
    with tempfile.TemporaryDirectory() as place:
        killing = Killing(Path(place), chosen.documents, workers=chosen.workers, keep=chosen.keep, seed=chosen.seed)
        if chosen.steps:
            killing.every_step(chosen.stride)
        killing.moments(chosen.kills)
        killing.deaths(chosen.deaths)
    told = {"documents": killing.documents, "steps": killing.steps, **killing.figures}
    print(json.dumps(told | {"seconds": round(time.monotonic() - since, 1)}))  # noqa: T201  what it is for


if __name__ == "__main__":
    main()
