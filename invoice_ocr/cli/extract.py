"""`invoice-ocr extract`: the fields of invoices, as a table on a terminal or as a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli import pages
from invoice_ocr.cli.console import Verbosity, Waiting, as_line, console, note, report
from invoice_ocr.cli.options import LIMITS, READING, UNDERSTANDING, with_settings
from invoice_ocr.cli.output import format_of, formats, opened, place
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from invoice_ocr.model import Record

Paths = Annotated[
    list[str],
    typer.Argument(
        metavar="PATH", help="Files, folders, patterns, - for stdin, @list.txt, addresses.", show_default=False
    ),
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output",
        "-o",
        metavar="FILE",
        help="Write here, the suffix names the format; - is stdout.",
        callback=place,
        show_default=False,
    ),
]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="table, json, jsonl, csv, csv-comma, xlsx, parquet, ubl, cii, xero, qbo, iif, datev, odoo.",
        autocompletion=formats,
        show_default="table on a terminal, else jsonl",
    ),
]
Lines = Annotated[
    Path | None,
    typer.Option("--lines", metavar="FILE", help="Also write the line items here, as CSV.", show_default=False),
]

SaveClean = Annotated[
    Path | None,
    typer.Option("--save-clean", metavar="DIR", help="Save each picture as the engine saw it.", show_default=False),
]


@dataclass(slots=True)
class Tally:
    """What became of the inputs of a run."""

    inputs: int = 0
    failed: int = 0
    post: int = 0
    review: int = 0

    def count(self, record: Record) -> None:
        self.failed += record.invoice is None
        if record.invoice is None or record.invoice.document == 1:
            self.inputs += 1
        if record.invoice is not None:
            self.post += record.invoice.decision == "post"
            self.review += record.invoice.decision != "post"

    def exit_code(self, settings: Settings) -> ExitCode:
        """0 all done, 4 some need review and that was asked for, 5 some failed, 6 all did."""
        if self.failed:
            return ExitCode.ALL_FAILED if self.failed == self.inputs else ExitCode.SOME_FAILED
        return ExitCode.NEEDS_REVIEW if self.review and settings.fail_on == "review" else ExitCode.OK

    def __str__(self) -> str:
        if not self.inputs:
            return "no document was found"
        parts = [f"{self.post} to post", f"{self.review} to review", f"{self.failed} failed"]
        return f"{self.inputs} read: {', '.join(part for part in parts if not part.startswith('0 '))}"


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS, "fail_on", "dry_run")
def extract(
    paths: Paths,
    *,
    output: Output = None,
    to: To = "",
    lines: Lines = None,
    save_clean: SaveClean = None,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Read invoices: numbers, dates, totals, parties, bank details, each with its place and how sure it is."""
    from invoice_ocr.export import EXPORTERS, SUFFIXES, write_line_items

    chosen = format_of(output, to, SUFFIXES, ("table", *EXPORTERS)) or ("table" if stdout.isatty() else "jsonl")
    if chosen in {"xlsx", "parquet"} and output is None and stdout.isatty():
        raise typer.BadParameter("this format is no use on a terminal: give -o FILE", param_hint="--to")
    if settings.dry_run:
        return dry_run(paths, settings, stdout)

    from invoice_ocr import pipeline
    from invoice_ocr.batch.outputs import apart, spare

    targets = [target for target in (output, lines) if target is not None]
    apart(targets)
    for target in targets:
        spare(target, paths)
    tally = Tally()
    kept: list[Record] = []
    with opened(output, stdout) as stream, Waiting(verbosity) as waiting:
        records = _watched(pipeline.extract(paths, settings, keep=pages.keeper(save_clean)), tally, waiting)
        if lines is not None:
            records = _kept(records, kept)
        if chosen == "table":
            _show(records, stream, waiting)
        else:
            EXPORTERS[chosen](records, stream)
    if lines is not None:
        with opened(place(lines), stdout) as stream:
            write_line_items(kept, stream)
    _farewell(tally, output, chosen, verbosity)
    return tally.exit_code(settings)


def dry_run(paths: list[str], settings: Settings, stdout: BinaryIO) -> ExitCode:
    """Name what would be read, one path a line, and on stderr what would not."""
    from invoice_ocr.intake import Source, expand

    found = failed = 0
    for one in expand(paths, settings):
        if isinstance(one, Source):
            found += 1
            stdout.write(as_line(one.name, stdout) + b"\n")
        else:
            failed += 1
            report(one.failure, one.name)
    if failed:
        return ExitCode.SOME_FAILED if found else ExitCode.ALL_FAILED
    return ExitCode.OK


def _watched(records: Iterable[Record], tally: Tally, waiting: Waiting) -> Iterator[Record]:
    """The records, counted as they pass; failures are told on stderr."""
    for record in records:
        tally.count(record)
        if record.failure is not None:
            with waiting.hidden():
                report(record.failure, record.file)
        yield record


def _show(records: Iterable[Record], stream: BinaryIO, waiting: Waiting) -> None:
    from invoice_ocr.cli.show import show

    out = console(stream)
    for record in records:
        if record.invoice is not None:
            with waiting.hidden():
                show(record, record.invoice, out)
                out.file.flush()


def _kept(records: Iterable[Record], kept: list[Record]) -> Iterator[Record]:
    for record in records:
        kept.append(record)
        yield record


def _farewell(tally: Tally, output: Path | None, chosen: str, verbosity: Verbosity) -> None:
    """What was done, and on a terminal how to keep it."""
    if output is not None:
        note(f"{tally} → {output}", verbosity)
    elif not tally.inputs:
        note(f"{tally}", verbosity)
    elif chosen == "table" and tally.inputs > tally.failed:
        several = f"{tally}. " if tally.inputs > 1 else ""
        note(f"{several}Keep it with -o invoices.csv, .xlsx, .json or .jsonl.", verbosity)
