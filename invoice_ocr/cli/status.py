"""`invoice-ocr status`: how far a batch has come, and what failed."""

from __future__ import annotations

from typing import BinaryIO

from invoice_ocr.cli.batch import STATES, summary
from invoice_ocr.cli.console import Verbosity, clean
from invoice_ocr.cli.export import LedgerPath
from invoice_ocr.cli.search import AsJson
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode

_MOST = 1000  # failures told


@verb
def status(
    ledger: LedgerPath,
    *,
    as_json: AsJson = False,
    stdout: BinaryIO,
    verbosity: Verbosity,  # noqa: ARG001  every verb gets it
) -> ExitCode:
    """Say how many documents of a ledger are done, for review, failed or left; who works on it; what failed."""
    from invoice_ocr.batch import lock, results
    from invoice_ocr.batch.ledger import opened
    from invoice_ocr.export.json import encode

    holder = lock.holder(ledger)
    with opened(ledger) as book:
        told = results.counts(book)
        failures = results.failures(book, most=_MOST)
    if as_json:
        failed = [{"file": name, "code": failure.code, "message": failure.message} for name, failure in failures]
        held = {"counts": {state: told[state] for state in STATES}, "running": holder, "failures": failed}
        stdout.write(encode(held) + b"\n")
        return ExitCode.OK
    lines = [summary(told)]
    if holder:
        lines.append(f"running: process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}")
    lines += [f"{failure.code}\t{clean(name)}\t{clean(failure.message)}" for name, failure in failures]
    stdout.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    return ExitCode.OK
