"""`invoice-ocr search`: where words stand in everything that a ledger has read."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, BinaryIO

import typer

from invoice_ocr.cli.console import Verbosity, note, on_a_line
from invoice_ocr.cli.export import LedgerPath
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode

Words = Annotated[str, typer.Argument(metavar="WORDS", help="What to look for.", show_default=False)]
Most = Annotated[int, typer.Option("--most", metavar="N", min=1, help="Show no more than so many places.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object a line.")]


@verb
def search(
    ledger: LedgerPath,
    words: Words,
    *,
    most: Most = 100,
    as_json: AsJson = False,
    stdout: BinaryIO,
    verbosity: Verbosity,
) -> ExitCode:
    """Find words in everything that was read: file, page, box in points, text."""
    from invoice_ocr.batch.ledger import opened
    from invoice_ocr.batch.search import search as look
    from invoice_ocr.export.json import encode, plain_box

    with opened(ledger) as book:
        hits = list(islice(look(book, words), most + 1))
    for hit in hits[:most]:
        box = plain_box(hit.box)
        if as_json:
            line = encode({"file": hit.file, "sha256": hit.sha256, "page": hit.page, "box": box, "text": hit.text})
        else:
            place = ",".join(f"{side:g}" for side in box)
            line = f"{on_a_line(hit.file)}\t{hit.page}\t{place}\t{on_a_line(hit.text)}".encode("utf-8", "replace")
        stdout.write(line + b"\n")
    if not hits:
        note("Nothing was found.", verbosity)
    if len(hits) > most:
        note(f"There are more; --most {most * 10} shows them.", verbosity)
    return ExitCode.OK
