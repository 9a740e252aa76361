"""`invoice-ocr batch`: many invoices into a ledger that resumes, and from it into files."""

from __future__ import annotations

import contextlib
import sys
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO, Literal

import typer

from invoice_ocr.cli.console import Verbosity, as_line, counted, note, report
from invoice_ocr.cli.extract import Paths
from invoice_ocr.cli.options import LIMITS, READING, SCALE, UNDERSTANDING, with_settings
from invoice_ocr.cli.output import format_of
from invoice_ocr.cli.progress import Progress
from invoice_ocr.cli.stopping import Interrupted, Terminated
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ConfigError, ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Record

LedgerOption = Annotated[
    Path | None,
    typer.Option(
        "--ledger", metavar="FILE", help="What is done is kept here.", show_default="the first output, as .ledger"
    ),
]
Outputs = Annotated[
    list[Path] | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write all results of the ledger here at the end; may be given several times.",
        show_default=False,
    ),
]
To = Annotated[
    str, typer.Option("--to", metavar="FORMAT", help="The outputs' format.", show_default="from their suffixes")
]
Report = Annotated[
    Path | None,
    typer.Option("--report", metavar="FILE", help="Write a page to look at, failures first.", show_default=False),
]
RetryOption = Annotated[
    Literal["failed", "review", "all"] | None,
    typer.Option("--retry", help="Read these again: what failed, what is for review, or all.", show_default=False),
]
Fresh = Annotated[bool, typer.Option("--fresh", help="Forget what the ledger holds, corrections excepted.")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask before work is thrown away.")]


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS, *SCALE, "fail_on", "dry_run")
def batch(
    paths: Paths,
    *,
    ledger: LedgerOption = None,
    outputs: Outputs = None,
    to: To = "",
    report_to: Report = None,
    retry: RetryOption = None,
    fresh: Fresh = False,
    yes: Yes = False,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Read many invoices into a ledger. The same command again goes on where the last one ended, however it ended."""
    from invoice_ocr.batch.ledger import opened
    from invoice_ocr.batch.outputs import check

    place, targets = destinations(ledger, outputs, to)
    if settings.dry_run:
        return dry_run(paths, place, settings, stdout)
    check([*targets, place, *([report_to] if report_to else [])], paths)
    with opened(place, write=True) as book:
        from invoice_ocr.batch import results, scheduler  # slow to load, for one who may be turned away above

        if fresh and not yes:
            _ask(book)
        with _resumable(book, verbosity), Progress(verbosity) as progress:
            scheduler.run(paths, book, settings, retry=retry or "", fresh=fresh, watcher=progress)
        told = results.counts(book, wanted=True)
        _tell_failures(book, verbosity)
        for target, chosen in targets.items():
            write(book, target, chosen, settings)
        if report_to is not None:
            _report(book, report_to, settings)
    where = ", ".join(str(target) for target in [*targets, *([report_to] if report_to else [])])
    note(f"{summary(told)} → {where or place}", verbosity)
    return exit_code(told, settings)


@contextlib.contextmanager
def _resumable(book: Ledger, verbosity: Verbosity) -> Iterator[None]:
    """Tells whoever stops what is done here that nothing is lost."""
    try:
        yield
    except (Interrupted, Terminated):
        note(f"stopped; what is done is in {book.path}, and the same command goes on from there", verbosity)
        raise


def _ask(book: Ledger) -> None:
    """Nothing, when the ledger is empty or a person agrees that it be emptied; else raises ConfigError."""
    from invoice_ocr.batch import results

    documents = results.counts(book).total()
    if not documents:
        return
    if sys.stdin is None or not sys.stdin.isatty():
        raise ConfigError(f"--fresh would forget {counted(documents)} of {book.path}", fix="Say --yes if you mean it.")
    if not typer.confirm(f"Forget what was read of {counted(documents)} in {book.path}?", err=True):
        raise ConfigError("nothing was done", fix="Without --fresh the run goes on where the last one ended.")


def destinations(ledger: Path | None, outputs: list[Path] | None, to: str) -> tuple[Path, dict[Path, str]]:
    """The ledger, and the outputs with their formats."""
    from invoice_ocr.export import EXPORTERS, SUFFIXES

    targets = {target: format_of(target, to, SUFFIXES, tuple(EXPORTERS)) for target in outputs or []}
    place = ledger or next((target.with_suffix(".ledger") for target in targets), None)
    if place is None:
        raise typer.BadParameter("give --ledger FILE, or -o FILE: the ledger is kept beside it", param_hint="--ledger")
    return place, targets


def write(book: Ledger, target: Path, chosen: str, settings: Settings) -> None:
    """All results of the ledger as one file."""
    from invoice_ocr.batch.outputs import write as put

    put(target, lambda stream: fill(book, stream, chosen, settings))


def fill(
    book: Ledger, stream: BinaryIO, chosen: str, settings: Settings, *, records: Iterable[Record] | None = None
) -> None:
    """Results of the ledger in a format, all or those given; a workbook with pictures of what is for review."""
    from invoice_ocr.batch import results
    from invoice_ocr.batch.pictures import Pictures
    from invoice_ocr.export import EXPORTERS, xlsx

    records = results.records(book) if records is None else records
    if chosen != "xlsx":
        EXPORTERS[chosen](records, stream)
        return
    with Pictures(book, settings) as pictures:
        xlsx.write(records, stream, crops=pictures.crops)


def summary(told: Counter[str]) -> str:
    """How many documents there are by what became of them."""
    names = {"post": "to post", "review": "to review", "reject": "rejected"}
    parts = [f"{told[state]} {names.get(state, state)}" for state in STATES if told[state]]
    return f"{counted(told.total())}: {', '.join(parts)}" if parts else "no documents"


STATES = ("post", "review", "reject", "failed", "quarantined", "left")


def exit_code(told: Counter[str], settings: Settings) -> ExitCode:
    """0 all done, 4 some need review and that was asked for, 5 some failed, 6 all did."""
    failed = told["failed"] + told["quarantined"]
    if failed:
        return ExitCode.ALL_FAILED if failed == told.total() else ExitCode.SOME_FAILED
    review = told["review"] + told["reject"]
    return ExitCode.NEEDS_REVIEW if review and settings.fail_on == "review" else ExitCode.OK


def dry_run(paths: list[str], place: Path, settings: Settings, stdout: BinaryIO) -> ExitCode:
    """Name each input and what would become of it: `read`, `understand` (its reading is kept) or `done`."""
    from invoice_ocr.batch.ledger import opened
    from invoice_ocr.batch.plan import plan

    failed = 0
    if place.exists():
        with opened(place) as book:
            rows = list(plan(paths, book, settings))
    else:
        rows = list(plan(paths, None, settings))
    for what, name, failure in rows:
        if failure is not None:
            failed += 1
            report(failure, name)
        else:
            stdout.write(f"{what}\t".encode() + as_line(name, stdout) + b"\n")
    if failed:
        return ExitCode.ALL_FAILED if failed == len(rows) else ExitCode.SOME_FAILED
    return ExitCode.OK


def _tell_failures(book: Ledger, verbosity: Verbosity) -> None:
    """What failed in this run's inputs: the first few, and how many more."""
    from invoice_ocr.batch import results

    rows = results.failures(book, most=_TOLD + 1, wanted=True)
    for name, failure in rows[:_TOLD]:
        report(failure, name)
    if len(rows) > _TOLD:
        note(f"There are more failures; -o and invoice-ocr status {book.path} tell all.", verbosity)


_TOLD = 10


def _report(book: Ledger, target: Path, settings: Settings) -> None:
    from invoice_ocr.batch.outputs import write as put
    from invoice_ocr.batch.report import write_report

    put(target, lambda stream: write_report(book, settings, stream))
