"""`invoice-ocr doctor`: what is installed, and whether it works."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, Waiting, clean, console
from invoice_ocr.cli.options import with_settings
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

_SIGNS = {"ok": ("ok  ", "green"), "note": ("note", "yellow"), "bad": ("bad ", "bold red")}
AsJson = Annotated[bool, typer.Option("--json", help="JSON, one finding a line.")]


@verb
@with_settings("runtime", "device", "weights", "lang", "rules")
def doctor(*, as_json: AsJson = False, settings: Settings, stdout: BinaryIO, verbosity: Verbosity) -> ExitCode:
    """Say what is installed and whether it works: versions, weights, alphabet, rules, GPU, disk, a page read."""
    from rich.text import Text

    from invoice_ocr.doctor import examine
    from invoice_ocr.export.json import encode

    out = console(stdout)
    well = True
    with Waiting(verbosity) as waiting:
        for finding in examine(settings):
            well = well and finding.state != "bad"
            if as_json:
                stdout.write(encode(asdict(finding)) + b"\n")
                continue
            sign, style = _SIGNS[finding.state]
            line = Text.assemble((sign, style), "  ", (f"{finding.name:<18} ", "bold"), clean(finding.text))
            with waiting.hidden():
                out.print(line, soft_wrap=True)
                if finding.fix:
                    out.print(Text(f"      {'':<18} fix: {clean(finding.fix)}", style="dim"), soft_wrap=True)
                out.file.flush()
    return ExitCode.OK if well else ExitCode.MISSING_PART
