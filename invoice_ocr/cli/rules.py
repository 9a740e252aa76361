"""`invoice-ocr rules`: packs of rules, checked whole."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, clean, report
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode, RuleError

rules = typer.Typer(help="Rule packs: check them.", no_args_is_help=True)

Folder = Annotated[
    Path | None, typer.Argument(metavar="DIR", help="Your rules, checked together with the shipped ones.")
]


@rules.callback()
def _group() -> None:
    pass


@rules.command()
@verb
def check(folder: Folder = None, *, stdout: BinaryIO, verbosity: Verbosity) -> ExitCode:
    """Load the shipped rules and those of DIR, and say every mistake at once."""
    from invoice_ocr.rulepack import load_pack

    if folder is not None and not folder.is_dir():
        report(RuleError(f"{folder} is not a folder", fix="Give the folder that holds your .yaml files."))
        return ExitCode.CONFIG
    try:
        pack = load_pack(folder)
    except RuleError as error:
        stdout.write(clean(error.message).encode() + b"\n")
        report(RuleError("the rules have mistakes", fix="Mend what is listed on stdout."))
        return ExitCode.CONFIG
    counted = Counter(rule.language or "all languages" for rule in pack.rules)
    listed = ", ".join(f"{number} in {language}" for language, number in sorted(counted.items()))
    stdout.write(f"{len(pack.rules)} rules are well formed: {listed}.\n".encode())
    if verbosity.verbose:
        stdout.writelines(f"{rule.id}\t{rule.source}\n".encode() for rule in pack.rules)
    return ExitCode.OK
