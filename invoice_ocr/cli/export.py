"""`invoice-ocr export`: the results of a ledger in any format, as often as wanted."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, counted, note, report
from invoice_ocr.cli.extract import Lines, Output
from invoice_ocr.cli.options import LIMITS, with_settings
from invoice_ocr.cli.output import format_of, formats, opened, place
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode, OutputReadonly
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from invoice_ocr.batch.exported import Key
    from invoice_ocr.batch.ledger import Ledger
    from invoice_ocr.export.mapping import Mapping
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
New = Annotated[bool, typer.Option("--new", help="Bills: only those that no export with --new has written before.")]
Force = Annotated[bool, typer.Option("--force", help="E-invoices also of what is for review.")]
Validate = Annotated[
    bool, typer.Option("--validate", help="Only e-invoices that keep every official rule; needs the extra einvoice.")
]


_LEFT_OUT = {
    "post": "to post",
    "review": "for review",
    "reject": "rejected",
    "nothing": "without a total or amounts",
    "done": "exported before",
}


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
    new: New = False,
    force: Force = False,
    validate: Validate = False,
    settings: Settings,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Write the results of a batch, corrections included. E-invoices of all go into a folder: -o FOLDER/."""
    from invoice_ocr.batch import ledger as ledgers
    from invoice_ocr.batch import results
    from invoice_ocr.batch.exported import key_of
    from invoice_ocr.batch.outputs import apart
    from invoice_ocr.cli.batch import fill
    from invoice_ocr.export import EXPORTERS, SUFFIXES, accounting, einvoices, write_line_items

    known = tuple(dict.fromkeys((*EXPORTERS, *einvoices.NAMES)))
    chosen = "" if mapping else format_of(output, to, SUFFIXES, known) or "jsonl"
    apart(target for target in (output, lines) if target is not None)
    wanted = _wanted(only or [])
    bills = mapping or (chosen if chosen in accounting.NAMES else None)
    if mapping and to and to not in accounting.NAMES:
        raise typer.BadParameter(f"{to} takes no mapping: --to {'|'.join(accounting.NAMES)}", param_hint="--mapping")
    if chosen not in einvoices.NAMES and (force or validate):
        hint = "--force" if force else "--validate"
        raise typer.BadParameter(f"is for e-invoices: --to {'|'.join(einvoices.NAMES)}", param_hint=hint)
    if chosen in einvoices.NAMES and lines is not None:
        raise typer.BadParameter("an e-invoice holds its own lines; leave it out", param_hint="--lines")
    if new and bills is None:
        raise typer.BadParameter(f"is for bills: --to {'|'.join(accounting.NAMES)}, or --mapping", param_hint="--new")
    with ledgers.opened(ledger, write=new, make=False) as book:
        records = (record for record in results.records(book) if wanted(record))
        if chosen in einvoices.NAMES:
            how = {"force": force, "validate": validate}
            return _einvoices(book, records, output, chosen, settings, stdout, verbosity, **how)
        if bills is not None:
            keys = _bills(book, records, output, accounting.mapping_of(bills), stdout, verbosity, new=new)
        else:
            keys = None
            with opened(output, stdout) as stream:
                fill(book, stream, chosen, settings, records=records)
        if lines is not None:
            with opened(place(lines), stdout) as stream:
                told = (record for record in results.records(book) if wanted(record))
                write_line_items((one for one in told if keys is None or key_of(one) in keys), stream)
    if output is not None:
        note(f"{ledger} → {output}", verbosity)
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


def _bills(
    book: Ledger,
    records: Iterable[Record],
    output: Path | None,
    mapping: Mapping,
    stdout: BinaryIO,
    verbosity: Verbosity,
    *,
    new: bool,
) -> set[Key]:
    """Which invoices are in the one file of bills written; what is not in it is told.

    new: without those that an earlier one had, and this one kept.
    """
    from invoice_ocr.batch.exported import exported, keep, key_of
    from invoice_ocr.export import accounting

    if new and output is not None and output.exists():
        raise OutputReadonly(f"{output} is there already, and may not be imported yet", fix="Give another name.")
    before = exported(book, mapping.title) if new else set()
    told: Counter[str] = Counter()

    def passing() -> Iterator[Record]:
        for record in records:
            decision = record.invoice.decision if record.invoice else "reject"
            if key_of(record) in before:
                told["done"] += 1
                continue
            told["fit" if decision in mapping.decisions else decision] += 1
            yield record

    with opened(output, stdout) as stream:
        written = accounting.write(mapping, passing(), stream)
    keys = {bill.key for bill in written}
    if new:
        keep(book, mapping.title, sorted(keys))
    told["nothing"] = told["fit"] - len(written)
    left = ", ".join(f"{told[state]} {name}" for state, name in _LEFT_OUT.items() if told[state])
    if left or not written:
        note(f"{counted(len(written), 'bill')} in it{left and '; not in it: '}{left}", verbosity)
    return keys


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
