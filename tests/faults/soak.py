"""A long run with recorded readings: what the coordinator holds, and whether it keeps its pace.

    python tests/faults/soak.py --documents 2000

prints one JSON object: megabytes after a tenth and at the end, their slope in megabytes a thousand documents once the
coordinator's caches are full, which takes about 2,000, and in each tenth documents a second, by the clock and by the
coordinator's processor time, which a busy machine hardly changes. Besides: most megabytes that were held and that the
ledger's log took, and the most open files and threads in the first half and in all. Documents are opened in real
workers; every second one is a picture that a replay engine reads.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import threading
import time
from array import array
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import numpy as np

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from faults.desk import engine_for, sheet

from invoice_ocr import settings
from invoice_ocr.batch import scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.intake import Intake
from invoice_ocr.model import Record

_WARM = 2000
_EVERY = 20  # documents between two counts of open files and threads
SETTINGS = settings.make({"jobs": 2, "text": "ocr"})


class Gauge:
    """Watches a run: seconds, processor seconds and megabytes at every document that is finished; files now and then.

    log: the file that SQLite writes before the ledger.
    """

    def __init__(self, log: Path) -> None:
        self.marks = array("d")  # three a document; a list of tuples would itself grow by 0.2 MB a thousand
        self.counts = array("d")  # open files, threads, and megabytes of the log
        self.log = log

    def scanned(self, inputs: int) -> None:
        pass

    def begun(self, documents: int, left: int) -> None:
        self.mark()

    def finished(self, state: str, records: list[Record], pages: int) -> None:
        self.mark()

    def mark(self) -> None:
        self.marks.extend((time.monotonic(), time.process_time(), megabytes()))
        if len(self.marks) // 3 % _EVERY == 0:
            log = self.log.stat().st_size / 1e6 if self.log.exists() else 0.0
            self.counts.extend((len(os.listdir("/proc/self/fd")), threading.active_count(), log))  # noqa: PTH208


def megabytes() -> float:
    """What this process holds in memory."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def documents(count: int) -> Iterator[str]:
    for index in range(count):
        text = sheet(f"A-{index}", seller=f"Supplier {index % 97} Ltd")
        yield f"scan {text}" if index % 2 else text


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--documents", type=int, default=2000)
    count = parser.parse_args().documents
    with tempfile.TemporaryDirectory() as place:
        inbox = Path(place) / "inbox"
        inbox.mkdir()
        for index, text in enumerate(documents(count)):
            (inbox / f"{index:06}.pdf").write_text(text, encoding="utf-8")
        engine = engine_for(inbox)
        gauge = Gauge(Path(place) / "books.sqlite-wal")
        with opened(Path(place) / "books.sqlite", write=True) as book:
            parse = partial(Intake, parser="faults.desk:parse")
            scheduler.run([inbox], book, SETTINGS, engine=engine, open_intake=parse, watcher=gauge)
        ledger = (Path(place) / "books.sqlite").stat().st_size / 1e6
    times, worked, held = np.array(gauge.marks).reshape(-1, 3).T
    files, threads, log = np.array(gauge.counts).reshape(-1, 3).T
    tenth = count // 10
    early = max(1, len(files) // 2)
    warm = max(tenth, min(_WARM, count // 2))
    slope = np.polyfit(np.arange(len(held))[warm:], held[warm:], 1)[0] * 1000
    pace, own = ([tenth / (of[(n + 1) * tenth] - of[n * tenth]) for n in range(10)] for of in (times, worked))
    told = {
        "documents": len(held) - 1,
        "megabytes_after_a_tenth": round(float(held[tenth]), 1),
        "megabytes_at_the_end": round(float(held[-1]), 1),
        "megabytes_a_thousand": round(float(slope), 2),
        "documents_a_second": [round(float(one), 1) for one in pace],
        "documents_a_processor_second": [round(float(one), 1) for one in own],
        "most_megabytes": round(float(held.max()), 1),
        "files": [int(files[:early].max()), int(files.max())],
        "threads": [int(threads[:early].max()), int(threads.max())],
        "log_megabytes": round(float(log.max()), 1),
        "ledger_megabytes": round(ledger, 1),
    }
    print(json.dumps(told))  # noqa: T201  what it is for


if __name__ == "__main__":
    main()
