"""`invoice-ocr export`: the results of a ledger in any format, as often as wanted."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, note
from invoice_ocr.cli.extract import Lines, Output
from invoice_ocr.cli.options import LIMITS, with_settings
from invoice_ocr.cli.output import format_of, opened
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="What batch has kept.", show_default=False)]
To = Annotated[str, typer.Option("--to", metavar="FORMAT", help="The output's format.", show_default="from its suffix")]

MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="FILE", help="An accounting format of your own: a YAML file.", show_default=False
    ),
]


@verb
@with_settings("password_file", *LIMITS)
def export(
    ledger: LedgerPath,
    *,
    output: Output = None,
    to: To = "",
    lines: Lines = None,
    mapping: MappingFile = None,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Write the results of a batch, corrections included."""
    from invoice_ocr.batch import ledger as ledgers
    from invoice_ocr.batch import results
    from invoice_ocr.cli.batch import fill
    from invoice_ocr.export import EXPORTERS, SUFFIXES, accounting, write_line_items

    chosen = "" if mapping else format_of(output, to, SUFFIXES, tuple(EXPORTERS)) or "jsonl"
    with ledgers.opened(ledger) as book:
        with opened(output, stdout) as stream:
            if mapping is not None:
                accounting.exporter(mapping)(results.records(book), stream)
            else:
                fill(book, stream, chosen, settings)
        if lines is not None:
            with opened(lines, stdout) as stream:
                write_line_items(results.records(book), stream)
    if output is not None and str(output) != "-":
        note(f"{ledger} → {output}", verbosity)
    return ExitCode.OK
