"""`invoice-ocr status`: how far a batch has come, and what failed."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

from invoice_ocr.cli.batch import STATES, summary
from invoice_ocr.cli.console import Verbosity, on_a_line
from invoice_ocr.cli.export import LedgerPath
from invoice_ocr.cli.search import AsJson
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode

if TYPE_CHECKING:
    from invoice_ocr.batch.ledger import Ledger

_MOST = 1000  # failures told, and documents for review
Waiting = Annotated[bool, typer.Option("--review", help="Also name what is for review or rejected, with the reasons.")]


@verb
def status(
    ledger: LedgerPath,
    *,
    review: Waiting = False,
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
        waiting = _waiting(book) if review else []
    if as_json:
        failed = [{"file": name, "code": failure.code, "message": failure.message} for name, failure in failures]
        held: dict[str, Any] = {
            "counts": {state: told[state] for state in STATES},
            "running": holder,
            "failures": failed,
        }
        if review:
            held["review"] = [{"file": name, "decision": state, "reasons": why} for name, state, why in waiting]
        stdout.write(encode(held) + b"\n")
        return ExitCode.OK
    lines = [summary(told)]
    if holder:
        lines.append(f"running: process {holder.get('pid')} on {holder.get('host')} since {holder.get('since')}")
    lines += [f"{failure.code}\t{on_a_line(name)}\t{on_a_line(failure.message)}" for name, failure in failures]
    lines += [f"{state}\t{on_a_line(name)}\t{', '.join(why)}" for name, state, why in waiting]
    stdout.write("".join(f"{line}\n" for line in lines).encode("utf-8", "replace"))
    return ExitCode.OK


def _waiting(book: Ledger) -> list[tuple[str, str, list[str]]]:
    """Names, decisions and reasons of invoices that a person is to look at."""
    from invoice_ocr.batch import results

    found = ((one.file, one.invoice) for one in results.records(book) if one.invoice is not None)
    left = ((name, one.decision, list(one.reasons)) for name, one in found if one.decision != "post")
    return list(islice(left, _MOST))
