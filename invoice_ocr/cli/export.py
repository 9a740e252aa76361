"""`invoice-ocr export`: the results of a ledger in any format, as often as wanted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, note, report
from invoice_ocr.cli.extract import Lines, Output
from invoice_ocr.cli.options import LIMITS, with_settings
from invoice_ocr.cli.output import format_of, formats, opened, place
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.model import Record

LedgerPath = Annotated[Path, typer.Argument(metavar="LEDGER", help="What batch has kept.", show_default=False)]
To = Annotated[
    str,
    typer.Option(
        "--to",
        metavar="FORMAT",
        help="The output's format, also csv-comma (semicolons, decimal comma), xero, qbo, iif, datev, odoo, ubl, cii, "
        "facturx.",
        autocompletion=lambda: [*formats(), "facturx"][1:],
        show_default="from its suffix",
    ),
]

MappingFile = Annotated[
    Path | None,
    typer.Option(
        "--mapping", metavar="FILE", help="An accounting format of your own: a YAML file.", show_default=False
    ),
]
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only",
        metavar="FIELD=START",
        help="Only invoices whose field begins so, such as issue_date=2026-03; may be given several times.",
        show_default=False,
    ),
]
Force = Annotated[bool, typer.Option("--force", help="E-invoices also of what is for review.")]
Validate = Annotated[
    bool, typer.Option("--validate", help="Only e-invoices that keep every official rule; needs the extra einvoice.")
]


@verb
@with_settings("password_file", "dpi", *LIMITS)
def export(
    ledger: LedgerPath,
    *,
    output: Output = None,
    to: To = "",
    lines: Lines = None,
    mapping: MappingFile = None,
    only: Only = None,
    force: Force = False,
    validate: Validate = False,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Write the results of a batch, corrections included. E-invoices of all go into a folder: -o FOLDER/."""
    from invoice_ocr.batch import ledger as ledgers
    from invoice_ocr.batch import results
    from invoice_ocr.batch.outputs import apart
    from invoice_ocr.cli.batch import fill
    from invoice_ocr.export import EXPORTERS, SUFFIXES, accounting, einvoices, write_line_items

    known = tuple(dict.fromkeys((*EXPORTERS, *einvoices.NAMES)))
    chosen = "" if mapping else format_of(output, to, SUFFIXES, known) or "jsonl"
    apart(target for target in (output, lines) if target is not None)
    wanted = _wanted(only or [])
    told: Counter[str] = Counter()
    with ledgers.opened(ledger) as book:
        records = (record for record in results.records(book) if wanted(record))
        if chosen in einvoices.NAMES:
            how = {"force": force, "validate": validate}
            return _einvoices(book, records, output, chosen, settings, stdout, verbosity, **how)
        with opened(output, stdout) as stream:
            if mapping is not None:
                accounting.exporter(mapping)(_counted(records, told), stream)
            else:
                fill(book, stream, chosen, settings, records=_counted(records, told))
        if lines is not None:
            with opened(place(lines), stdout) as stream:
                write_line_items(filter(wanted, results.records(book)), stream)
    if output is not None:
        note(f"{ledger} → {output}", verbosity)
    if mapping is not None or chosen in accounting.NAMES:
        _tell_left_out(told, accounting.decisions(mapping or chosen), verbosity)
    return ExitCode.OK


def _wanted(only: list[str]) -> Callable[[Record], bool]:
    """Whether a record's invoice has, in every field named, a value that begins as it should."""
    from invoice_ocr.export.json import plain
    from invoice_ocr.model import FIELD_KINDS
    from invoice_ocr.settings import unknown

    pairs = [one.partition("=")[::2] for one in only]
    for name, start in pairs:
        if not start:
            raise typer.BadParameter("give FIELD=START, such as issue_date=2026-03", param_hint="--only")
        if name not in FIELD_KINDS:
            raise unknown("field", name, FIELD_KINDS)

    def fits(record: Record) -> bool:
        fields = record.invoice.fields if record.invoice else {}
        found = [(plain(fields[name].value) or "" if name in fields else "", start) for name, start in pairs]
        return all(value.startswith(start) for value, start in found)

    return fits


def _counted(records: Iterable[Record], told: Counter[str]) -> Iterator[Record]:
    """The records, counted by decision as they pass."""
    for record in records:
        told[record.invoice.decision if record.invoice else "reject"] += 1
        yield record


def _tell_left_out(told: Counter[str], decisions: tuple[str, ...], verbosity: Verbosity) -> None:
    names = {"post": "to post", "review": "for review", "reject": "rejected"}
    left = [f"{told[state]} {name}" for state, name in names.items() if told[state] and state not in decisions]
    if left:
        note(f"Not in it: {', '.join(left)}; invoice-ocr correct settles doubts.", verbosity)


def _einvoices(
    book: Ledger,
    records: Iterable[Record],
    output: Path | None,
    chosen: str,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
    *,
    force: bool,
    validate: bool,
) -> ExitCode:
    """One file an invoice in a folder, or the only one there is as a file. What cannot be written is told."""
    from invoice_ocr.batch.pictures import Pictures
    from invoice_ocr.export import einvoices

    with Pictures(book, settings) as pictures:
        if output is None or output.suffix:
            record = einvoices.only(records, chosen)
            content = einvoices.content_of(record, chosen, force=force, validate=validate, pages=pictures.pages)
            with opened(output, stdout) as stream:
                stream.write(content)
            return ExitCode.OK
        written = failed = 0
        for name, made in einvoices.files(records, chosen, force=force, validate=validate, pages=pictures.pages):
            if isinstance(made, bytes):
                written += 1
                output.mkdir(parents=True, exist_ok=True)
                with opened(output / name, stdout) as stream:
                    stream.write(made)
            else:
                failed += 1
                report(made)
    note(f"{written} e-invoices → {output}; {failed} could not be written", verbosity)
    return ExitCode.OK if not failed else ExitCode.SOME_FAILED if written else ExitCode.ALL_FAILED
