"""The commands: parse flags, call one function, map errors to exit codes."""

from __future__ import annotations

from typing import NoReturn

from invoice_ocr.errors import ExitCode


def main() -> NoReturn:
    """Run the `invoice-ocr` command and leave with its exit code (see ExitCode)."""
    import typer

    from invoice_ocr.cli.app import app
    from invoice_ocr.cli.verb import leave

    try:
        leave(app(prog_name="invoice-ocr", standalone_mode=False) or 0)
    except typer.Abort:
        leave(ExitCode.INTERRUPTED)
    except typer.TyperException as error:
        from invoice_ocr.cli.console import report
        from invoice_ocr.cli.usage import mistake

        if error.format_message():  # empty where help was asked for by giving nothing, and is printed already
            report(mistake(error))
        leave(ExitCode.USAGE)
