"""A batch whose machine loses power: what was not yet synced to the disk is gone, all of it or a part.

    python tests/faults/power.py --cuts 100 [--documents 12] [--seed 1]

prints one JSON object. One run is recorded, write by write (recorder.c, which needs a C compiler), with what it told of
finished documents and exports in between. For each cut the files are made as a disk may hold them then: what was synced
is whole, of later writes a lot keeps none, or some, the last of them in part. A file's new name is kept from when its
folder was synced, by lot before; removals are taken for kept at once. `forgotten` counts documents and exports that had
been told and are not there; the rest is as in killing.py, after a resumed run.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from faults.desk import Desk, engine_for
from faults.killing import FORMATS, SETTINGS, Killing

from invoice_ocr.batch import outputs, results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.export import EXPORTERS
from invoice_ocr.model import Record

TOLD = "told"  # the file in which a recorded run says what it has told; always kept
SECTOR = 512  # bytes that a disk writes whole


class Telling:
    """Watches a run, and says in a file which documents are finished."""

    def __init__(self, place: Path) -> None:
        self.file = os.open(place / TOLD, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def tell(self, what: str) -> None:
        os.write(self.file, f"{what}\n".encode())

    def scanned(self, inputs: int) -> None: ...

    def begun(self, documents: int, left: int) -> None: ...

    def finished(self, state: str, records: list[Record], pages: int) -> None:
        self.tell(records[0].sha256)


def run(inbox: Path, place: Path) -> None:
    """The run that is recorded."""
    telling = Telling(place)
    with opened(place / "books.sqlite", write=True) as book:
        scheduler.run([inbox], book, SETTINGS, engine=engine_for(inbox), open_intake=Desk, watcher=telling)
        for form in FORMATS:
            outputs.write(place / f"out.{form}", partial(EXPORTERS[form], results.records(book)))
            telling.tell(form)


@dataclass
class File:
    """A file at a moment. synced: its bytes when last synced; later: writes (offset, bytes) since, or a length."""

    synced: bytearray = field(default_factory=bytearray)
    later: list[tuple[int, bytes | None]] = field(default_factory=list)

    def sync(self) -> None:
        for change in self.later:
            apply(self.synced, *change)
        self.later.clear()

    def left(self, rng: random.Random) -> bytes:
        """What a disk may hold of it."""
        kept, share = bytearray(self.synced), rng.choice((0.0, 0.0, 0.5, 0.9))
        for offset, written in self.later:
            if rng.random() < share:
                torn = written and written[: rng.choice((len(written), len(written) // 2 // SECTOR * SECTOR))]
                apply(kept, offset, torn)
        return bytes(kept)


def apply(content: bytearray, offset: int, written: bytes | None) -> None:
    """Write into a file, or with None make it `offset` bytes long."""
    size = offset + len(written or b"")
    content.extend(bytes(max(0, size - len(content))))
    if written is None:
        del content[offset:]
    else:
        content[offset:size] = written


@dataclass
class Rename:
    """A new name that may not be kept. replaced: the file that had it before."""

    before: str
    after: str
    replaced: File | None


@dataclass
class Disk:
    """Files by name, and renames since the last sync of their folder."""

    files: dict[str, File] = field(default_factory=dict)
    renames: list[Rename] = field(default_factory=list)

    def left(self, rng: random.Random) -> dict[str, File]:
        """The files by the names that a disk may hold."""
        files = dict(self.files)
        for rename in self.renames[rng.randrange(len(self.renames) + 1) :][::-1]:
            files[rename.before] = files.pop(rename.after)
            if rename.replaced is not None:
                files[rename.after] = rename.replaced
        return files


def states(record: bytes) -> Iterator[Disk]:
    """The disk after each entry of a record; the same object each time."""
    disk = Disk()
    files, at = disk.files, 0
    while at < len(record):
        end = record.index(b"\n", at)
        kind, _, rest = record[at:end].decode().partition(" ")
        at = end + 1
        if kind == "W":
            offset, length, path = rest.split(" ", 2)
            files.setdefault(path, File()).later.append((int(offset), record[at : at + int(length)]))
            at += int(length)
        elif kind == "T":
            length, path = rest.split(" ", 1)
            files.setdefault(path, File()).later.append((int(length), None))
        elif kind == "S" and rest in files:
            files[rest].sync()
        elif kind == "S":
            disk.renames = [one for one in disk.renames if str(Path(one.after).parent) != rest]
        elif kind == "U":
            files.pop(rest, None)
        elif kind == "R":
            before, after = rest.split("\t")
            disk.renames.append(Rename(before, after, files.get(after)))
            files[after] = files.pop(before, File())
        yield disk


def recorded(killing: Killing) -> bytes:
    """The record of a run over the documents of `killing`, in the folder `recorded`."""
    library, record, place = killing.place / "recorder.so", killing.place / "record", killing.place / "recorded"
    source = Path(__file__).with_name("recorder.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    place.mkdir()
    environment = {"LD_PRELOAD": str(library), "RECORD_UNDER": str(place), "RECORD_TO": str(record)}
    command = [sys.executable, __file__, "--run", str(killing.inbox), str(place)]
    subprocess.run(command, check=True, env=os.environ | environment)
    return record.read_bytes()


def cut(killing: Killing, disk: Disk) -> int:
    """Make the folder `power` as a disk may hold it, finish the run there, and judge it. Returns what was forgotten."""
    place, before = killing.place / "power", str(killing.place / "recorded")
    place.mkdir()
    told: list[str] = []
    for path, file in disk.left(killing.rng).items():
        name = path.removeprefix(f"{before}/")
        if name == TOLD:
            told = b"".join(written for _, written in file.later if written).decode().split()
        elif not name.endswith("-shm"):  # shared memory: made anew
            (place / name).write_bytes(file.left(killing.rng))
    done = finished(place / "books.sqlite") if any(len(one) == 64 for one in told) else set()
    forgotten = sum(one not in done for one in told if len(one) == 64)
    for form in set(FORMATS) & set(told):
        target = place / f"out.{form}"
        forgotten += not target.exists() or target.read_bytes() != killing.wanted[form]
    killing.judge("power")
    return forgotten


def finished(ledger: Path) -> set[str]:
    """The digests of documents that have a result, in a ledger as SQLite recovers it; none without tables."""
    query = "SELECT sha256 FROM document d JOIN result r ON r.document = d.id WHERE r.records IS NOT NULL"
    with contextlib.closing(sqlite3.connect(ledger)) as connection, contextlib.suppress(sqlite3.OperationalError):
        return {sha for (sha,) in connection.execute(query)}
    return set()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--cuts", type=int, default=20)
    parser.add_argument("--documents", type=int, default=12)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--run", nargs=2, type=Path)
    chosen = parser.parse_args()
    if chosen.run:
        run(*chosen.run)
        return
    with tempfile.TemporaryDirectory() as folder:
        killing = Killing(Path(folder), chosen.documents, workers=False, seed=chosen.seed)
        record = recorded(killing)
        entries = sum(1 for _ in states(record))
        at = set(killing.rng.sample(range(entries), min(entries, chosen.cuts)))
        forgotten = 0
        for index, disk in enumerate(states(record)):
            if index in at:
                forgotten += cut(killing, disk)
    report = {"documents": killing.documents, "entries": entries, "cuts": len(at), "forgotten": forgotten}
    print(json.dumps(report | killing.figures))  # noqa: T201  what it is for


if __name__ == "__main__":
    main()
