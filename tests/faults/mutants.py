"""Damaged copies of ten PDFs, and files made to hurt, through one batch: each ends as one typed record.

    python tests/faults/mutants.py --mutants 2000 [--seed 1] [--hostile] [--text layer]

prints one JSON object: files given, records made, names without one or with several (lost, doubled), documents left
undone, failures without a known code or a fix (untyped), failures by code, and the slowest file's seconds. Files are
opened in real workers.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    sys.path.insert(0, str(Path(__file__).parent.parent / "hostile"))

import made

from invoice_ocr import errors, settings
from invoice_ocr.batch import results, scheduler
from invoice_ocr.batch.ledger import opened
from invoice_ocr.model import Record

SAMPLES = Path(__file__).parent.parent.parent / "fixtures" / "samples"
CODES = {kind.code for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.InputError)}
SECONDS = 10  # that a document may take


class Clock:
    """Watches a run: how long passes from one document's end to the next."""

    def __init__(self) -> None:
        self.last, self.longest = time.monotonic(), 0.0

    def scanned(self, inputs: int) -> None:
        self.last = time.monotonic()

    def begun(self, documents: int, left: int) -> None:
        self.last = time.monotonic()

    def finished(self, state: str, records: list[Record], pages: int) -> None:
        now = time.monotonic()
        self.last, self.longest = now, max(self.longest, now - self.last)


def originals() -> list[bytes]:
    """Ten PDFs: the samples, and six that are written out as text."""
    drawn = [path.read_bytes() for path in sorted(SAMPLES.rglob("*.pdf"))]
    font = b"<</Font<</F 5 0 R>>>>"
    helvetica = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    for number in range(10 - len(drawn)):
        lines = (f"Example {number} Ltd", f"Invoice No. A-{number}", "Net 100.00", "VAT 20 % 20.00", "Total EUR 120.00")
        text = b"".join(
            b"BT /F 11 Tf 20 %d Td (%s) Tj ET\n" % (180 - 20 * row, line.encode()) for row, line in enumerate(lines)
        )
        drawn.append(made.page(text, font, helvetica))
    return drawn


def mutants(count: int, rng: random.Random) -> Iterator[bytes]:
    """So many damaged copies, each damaged in one of six ways, most of them several times."""
    whole = originals()
    for index in range(count):
        content = bytearray(whole[index % len(whole)])
        damage = DAMAGES[index // len(whole) % len(DAMAGES)]
        for _ in range(rng.choice((1, 1, 2, 5, 20))):
            damage(content, rng)
        yield bytes(content) + b"\n%%%d" % index  # no two are the same document


def _flip(content: bytearray, rng: random.Random) -> None:
    content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)


def _cut(content: bytearray, rng: random.Random) -> None:
    del content[max(16, rng.randrange(len(content))) :]


def _drop(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    del content[max(16, start) : start + rng.randrange(1, 400)]


def _double(content: bytearray, rng: random.Random) -> None:
    start = rng.randrange(len(content))
    content[start:start] = content[start : start + rng.randrange(1, 400)]


def _renumber(content: bytearray, rng: random.Random) -> None:
    digits = [place for place, byte in enumerate(content) if 48 <= byte <= 57]
    if digits:
        content[rng.choice(digits)] = rng.choice(b"0123456789")


def _swap(content: bytearray, rng: random.Random) -> None:
    size = rng.randrange(1, 200)
    one, other = (rng.randrange(max(1, len(content) - size)) for _ in range(2))
    content[one : one + size], content[other : other + size] = (
        content[other : other + size],
        content[one : one + size],
    )


DAMAGES = (_flip, _cut, _drop, _double, _renumber, _swap)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mutants", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hostile", action="store_true")
    parser.add_argument("--text", default="layer")
    chosen = parser.parse_args()
    clock = Clock()
    with tempfile.TemporaryDirectory() as place:
        inbox = Path(place) / "inbox"
        inbox.mkdir()
        for index, content in enumerate(mutants(chosen.mutants, random.Random(chosen.seed))):
            (inbox / f"{index:05}.pdf").write_bytes(content)
        for build in made.ALL if chosen.hostile else ():
            (inbox / f"{build.__name__}.pdf").write_bytes(build())
        given = sorted(map(str, inbox.iterdir()))
        wanted = settings.make({"jobs": 2, "text": chosen.text, "lang": "en", "timeout": SECONDS})
        with opened(Path(place) / "books.sqlite", write=True) as book:
            scheduler.run(given, book, wanted, watcher=clock)
            records = list(results.records(book))
            counts = results.counts(book)
    told = Counter(record.file for record in records if record.invoice is None or record.invoice.document == 1)
    failures = [record.failure for record in records if record.failure]
    report = {
        "files": len(given),
        "records": len(told),
        "lost": len(set(given) - set(told)),
        "doubled": sum(count > 1 for count in told.values()),
        "left": counts["left"],
        "untyped": sum(failure.code not in CODES or not failure.fix for failure in failures),
        "failures": dict(Counter(failure.code for failure in failures)),
        "slowest": round(clock.longest, 1),
    }
    print(json.dumps(report))  # noqa: T201  what it is for


if __name__ == "__main__":
    main()
