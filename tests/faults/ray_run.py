"""One batch through Ray, as a process of its own that can be killed.

    python tests/faults/ray_run.py INBOX LEDGER [OUT]

reads with two actors, and writes the results as JSON lines.
"""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))

from faults.desk import engine_for

from invoice_ocr import settings
from invoice_ocr.batch import outputs, results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.export import EXPORTERS
from invoice_ocr.intake import Intake


class Teller:
    """Says on stdout when a document is finished."""

    def scanned(self, inputs: int) -> None: ...
    def begun(self, documents: int, left: int) -> None: ...

    def finished(self, *_: object) -> None:
        print("finished", flush=True)  # noqa: T201  what it is for


def main() -> None:
    os.environ.setdefault("RAY_worker_niceness", "0")  # Ray's own 15 starves actors on a machine that has other work
    inbox, ledger, out = map(Path, sys.argv[1:4])
    chosen = settings.make({"lang": "en", "timeout": 60, "actors": 2, "engine": "ray"})
    with opened(ledger, write=True) as book:
        scheduler.run(
            [inbox],
            book,
            chosen,
            engine=engine_for(inbox),
            open_intake=partial(Intake, parser="faults.desk:parse"),
            watcher=Teller(),
        )
        outputs.write(out, partial(EXPORTERS["jsonl"], results.records(book)))


if __name__ == "__main__":
    main()
