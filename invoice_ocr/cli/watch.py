"""`invoice-ocr watch`: batch on a folder that fills."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.batch import LedgerOption, Outputs, To, destinations, summary, write
from invoice_ocr.cli.console import Verbosity, note
from invoice_ocr.cli.options import LIMITS, READING, UNDERSTANDING, with_settings
from invoice_ocr.cli.progress import Progress
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

Watched = Annotated[Path, typer.Argument(metavar="DIR", help="The folder that fills.", show_default=False)]
Processed = Annotated[
    Path | None,
    typer.Option("--processed", metavar="DIR", help="Invoices that were read go here.", show_default="DIR-processed"),
]
Rejected = Annotated[
    Path | None,
    typer.Option(
        "--rejected",
        metavar="DIR",
        help="Files that could not be read, or are no invoice, go here, each with the reason beside it.",
        show_default="DIR-rejected",
    ),
]
Settle = Annotated[float, typer.Option("--settle", metavar="S", min=0, help="Seconds until a quiet file is whole.")]
Every = Annotated[float, typer.Option("--every", metavar="S", min=0.1, help="Seconds between two looks.")]
Once = Annotated[bool, typer.Option("--once", help="Leave when all files that are there are done.")]


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS)
def watch(
    folder: Watched,
    *,
    ledger: LedgerOption = None,
    outputs: Outputs = None,
    to: To = "",
    processed: Processed = None,
    rejected: Rejected = None,
    settle: Settle = 5.0,
    every: Every = 2.0,
    once: Once = False,
    settings: Settings,
    stdout: BinaryIO,  # noqa: ARG001  every verb gets it
    verbosity: Verbosity,
) -> ExitCode:
    """Read what comes into a folder, as it comes; then move it, and bring the outputs up to date. Ctrl-C ends it."""
    from invoice_ocr.batch import results, scheduler
    from invoice_ocr.batch.ledger import opened
    from invoice_ocr.batch.outputs import check
    from invoice_ocr.batch.watch import Folder, put_away
    from invoice_ocr.batch.watch import watch as look
    from invoice_ocr.lazy_engine import LazyEngine
    from invoice_ocr.recipes import rules_for

    place, targets = destinations(ledger, outputs, to)
    beside = folder.resolve()
    watched = Folder(
        folder,
        processed or beside.with_name(f"{beside.name}-processed"),
        rejected or beside.with_name(f"{beside.name}-rejected"),
        settle=settle,
    )
    watched.check()
    check([*targets, place], [str(folder)])
    pack, lazy = rules_for(settings), LazyEngine(settings, None)
    written: dict[Path, tuple[object, ...]] = {}

    def turn(paths: list[Path]) -> None:
        with opened(place, write=True) as book:
            with Progress(verbosity) as progress:
                scheduler.run(paths, book, settings, pack=pack, lazy=lazy, watcher=progress)
            told = results.counts(book, wanted=True)
            put_away(book, watched, paths)
            mark = results.mark(book)
            for target, chosen in targets.items():
                if written.get(target) != mark or not target.exists():
                    write(book, target, chosen, settings)
                    written[target] = mark
        note(f"{summary(told)} → {place}", verbosity)

    if not once:
        note(f"watching {folder}; Ctrl-C ends it", verbosity)
    look(watched, turn, pause=partial(time.sleep, every), once=once)
    return ExitCode.OK
