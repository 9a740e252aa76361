"""`invoice-ocr correct`: what a person says a field is; kept for good, shown in every export."""

from __future__ import annotations

import getpass
import os
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, clean, note
from invoice_ocr.cli.export import LedgerPath
from invoice_ocr.cli.search import AsJson
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode

if TYPE_CHECKING:
    from invoice_ocr.batch.corrections import Made

Document = Annotated[
    str,
    typer.Argument(
        metavar="[DOCUMENT]", help="A file's name, or the start of its SHA-256; without it: all.", show_default=False
    ),
]
Changes = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[FIELD=VALUE]",
        help="Such as total_gross=119.00; nothing after = means: not there. decision=post, review or reject decides "
        "whatever the checks say. Without any: tell those made so far.",
        show_default=False,
    ),
]
Who = Annotated[str, typer.Option("--who", metavar="NAME", help="Who says so.", show_default="your login name")]
Number = Annotated[int, typer.Option("--invoice", metavar="N", min=1, help="Which invoice of the file.")]


@verb
def correct(
    ledger: LedgerPath,
    document: Document = "",
    changes: Changes = None,
    *,
    who: Who = "",
    invoice: Number = 1,
    as_json: AsJson = False,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Correct fields of one document of a ledger, or confirm them; without fields, tell who corrected what and when."""
    from invoice_ocr.batch import corrections
    from invoice_ocr.batch.ledger import opened

    if not changes:
        with opened(ledger) as book:
            made = corrections.history(book, document)
        stdout.write(b"".join(_line(one, as_json=as_json) for one in made))
        return ExitCode.OK
    pairs = [change.partition("=") for change in changes]
    if any(not mark for _, mark, _ in pairs):
        raise typer.BadParameter("give FIELD=VALUE, such as total_gross=119.00", param_hint="FIELD=VALUE")
    with opened(ledger, write=True, make=False) as book:
        for field, _, text in pairs:
            corrections.value_of(field.strip(), text.strip())
        for field, _, text in pairs:
            name = corrections.correct(
                book, document, field.strip(), text.strip(), who=who or _login(), invoice=invoice
            )
    note(f"{name}: {len(pairs)} corrected", verbosity)
    return ExitCode.OK


def _login() -> str:
    """The name of the user, or the number of one who has no name, as in a container."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return str(os.getuid())


def _line(made: Made, *, as_json: bool) -> bytes:
    """When, who, file, invoice, field, value."""
    from invoice_ocr.export.json import encode, plain

    one = made.correction
    value = plain(one.value)
    if not as_json:
        parts = (one.at, one.who, made.file, str(one.invoice), f"{one.field}={value or ''}")
        return "\t".join(map(clean, parts)).encode("utf-8", "replace") + b"\n"
    told = {"at": one.at, "who": one.who, "file": made.file, "sha256": made.sha256, "invoice": one.invoice}
    return encode(told | {"field": one.field, "value": value}) + b"\n"
