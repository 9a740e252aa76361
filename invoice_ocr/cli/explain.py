"""`invoice-ocr explain`: every candidate for one field, best first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from invoice_ocr import settings as all_settings
from invoice_ocr.cli.console import Verbosity, Waiting, clean, console
from invoice_ocr.cli.options import LIMITS, READING, UNDERSTANDING, with_settings
from invoice_ocr.cli.verb import verb
from invoice_ocr.errors import ExitCode
from invoice_ocr.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from rich.table import Table

    from invoice_ocr.model import Candidate, Evidence


def _fields() -> list[str]:
    from invoice_ocr.model import FIELD_KINDS

    return list(FIELD_KINDS)


Where = Annotated[str, typer.Argument(metavar="PATH", help="One document.")]
Name = Annotated[str, typer.Argument(metavar="FIELD", help="A field, such as total_gross.", autocompletion=_fields)]


@verb
@with_settings(*READING, *UNDERSTANDING, *LIMITS)
def explain(path: Where, name: Name, *, settings: Settings, stdout: BinaryIO, verbosity: Verbosity) -> ExitCode:
    """Show every candidate for one field: score, rule, page and place, which was taken (>), and the deciding sum."""
    from rich.text import Text

    from invoice_ocr.cli.show import sure, value_text
    from invoice_ocr.explain import explain as explained
    from invoice_ocr.model import FIELD_KINDS

    if name not in FIELD_KINDS:
        raise all_settings.unknown("field", name, FIELD_KINDS)
    with Waiting(verbosity):
        found = explained(path, name, settings)
    out = console(stdout, width=140)
    for invoice in found.invoices:
        field = invoice.fields[name]
        verdict = f"  {sure(field.confidence)}, {field.status}" if field.value is not None else "  missing"
        out.print(Text.assemble((name, "bold"), "  ", value_text(field.value), (verdict, "dim")))
        if field.proof:
            out.print(Text.assemble(("for it speaks  ", "dim"), clean(field.proof)))
        for issue in invoice.issues:
            if name in issue.fields:
                out.print(Text.assemble(("! ", "bold yellow"), clean(issue.message)))
    out.print(_candidates(found.candidates, [invoice.fields[name].evidence for invoice in found.invoices]))
    out.file.flush()
    return ExitCode.OK


def _candidates(candidates: Iterable[Candidate], taken: Collection[Evidence | None]) -> Table:
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    from invoice_ocr.cli.console import clean
    from invoice_ocr.cli.show import value_text

    table = Table(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    for head in ("", "score", "value", "printed", "rule", "page", "place (points)"):
        table.add_column(head, justify="right" if head in {"score", "page"} else "left", overflow="fold")
    for one in candidates:
        seen = one.evidence
        box = (
            f"{seen.box.left:.0f},{seen.box.top:.0f} – {seen.box.right:.0f},{seen.box.bottom:.0f}" if seen.page else ""
        )
        also = [value for value in one.readings if value != one.value]
        value = value_text(one.value)
        for other in also:
            value.append(" or ", style="dim").append_text(value_text(other))
        table.add_row(
            ">" if seen in taken else "",
            f"{one.score:.2f}",
            value,
            Text(clean(seen.text)),
            Text(seen.rule),
            str(seen.page or ""),
            box,
        )
    if not table.row_count:
        table.add_row("", "", Text("nothing on these pages looks like it", style="dim"))
    return table
