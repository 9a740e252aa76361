"""The command's root and its verbs."""

from __future__ import annotations

from typing import Annotated

import typer

from invoice_ocr import __version__
from invoice_ocr.cli.batch import batch
from invoice_ocr.cli.correct import correct
from invoice_ocr.cli.doctor import doctor
from invoice_ocr.cli.explain import explain
from invoice_ocr.cli.export import export
from invoice_ocr.cli.extract import extract
from invoice_ocr.cli.fit import fit
from invoice_ocr.cli.help import Command, examples
from invoice_ocr.cli.read import read
from invoice_ocr.cli.rules import rules
from invoice_ocr.cli.score import score
from invoice_ocr.cli.search import search
from invoice_ocr.cli.status import status
from invoice_ocr.cli.train import train
from invoice_ocr.cli.watch import watch

app = typer.Typer(
    name="invoice-ocr",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Invoices from PDFs and pictures, offline: fields, their place on the page, and how sure they are.",
    epilog="Start with:  invoice-ocr extract invoice.pdf",
)
for command in (extract, read, batch, watch, export, search, correct, status, explain, score):
    app.command(cls=Command, epilog=examples(command.__name__), no_args_is_help=True)(command)
rules.command(cls=Command, epilog=examples("fit"))(fit)
app.add_typer(rules, name="rules")
app.add_typer(train, name="train")
app.command(cls=Command, epilog=examples("doctor"))(doctor)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"invoice-ocr {__version__}")
        raise typer.Exit


@app.callback()
def root(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    pass
