"""The commands: parse flags, call one function, map errors to exit codes."""

from __future__ import annotations


def main() -> None:
    """Run the `invoice-ocr` command and leave with its exit code (see ExitCode)."""
    from invoice_ocr.cli.app import run

    raise SystemExit(run())
