"""The commands: parse flags, call one function, map errors to exit codes."""

from __future__ import annotations

from typing import NoReturn


def main() -> NoReturn:
    """Run the `invoice-ocr` command and leave with its exit code (see ExitCode)."""
    from invoice_ocr.cli.app import app
    from invoice_ocr.cli.verb import leave

    try:
        app()
    except SystemExit as end:
        leave(end.code if isinstance(end.code, int) else int(bool(end.code)))
    leave(0)
