"""`invoice-ocr correct`: what a person says a field is; kept for good, shown in every export."""

from __future__ import annotations

import getpass
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, note
from invoice_ocr.cli.export import LedgerPath
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode

Document = Annotated[
    str, typer.Argument(metavar="DOCUMENT", help="A file's name, or the start of its SHA-256.", show_default=False)
]
Changes = Annotated[
    list[str],
    typer.Argument(
        metavar="FIELD=VALUE",
        help="Such as total_gross=119.00; nothing after = means: not there.",
        show_default=False,
    ),
]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so.", show_default="your login name")]
Number = Annotated[int, typer.Option("--invoice", metavar="N", min=1, help="Which invoice of the file.")]


@verb
def correct(
    ledger: LedgerPath,
    document: Document,
    changes: Changes,
    *,
    who: Who = "",
    invoice: Number = 1,
    stdout: BinaryIO,  # noqa: ARG001  every verb gets it
    verbosity: Verbosity,
) -> ExitCode:
    """Correct fields of one document of a ledger, or confirm them."""
    from invoice_ocr.batch import corrections
    from invoice_ocr.batch.ledger import opened

    pairs = [change.partition("=") for change in changes]
    if any(not mark for _, mark, _ in pairs):
        raise typer.BadParameter("give FIELD=VALUE, such as total_gross=119.00", param_hint="FIELD=VALUE")
    with opened(ledger, write=True, make=False) as book:
        for field, _, text in pairs:
            corrections.value_of(field.strip(), text.strip())
        for field, _, text in pairs:
            name = corrections.correct(
                book, document, field.strip(), text.strip(), who=who or getpass.getuser(), invoice=invoice
            )
    note(f"{name}: {len(pairs)} corrected", verbosity)
    return ExitCode.OK
