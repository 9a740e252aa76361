"""An invoice for a person at a terminal: its fields and how sure they are, then rows, then what needs a look."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from rich.box import SIMPLE_HEAD
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from invoice_ocr.cli.console import clean, on_a_line
from invoice_ocr.export.json import plain

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from invoice_ocr.model import Field, Invoice, LineItem, Record, Value

_DECISIONS = {"post": "bold green", "review": "bold yellow", "reject": "bold red"}
_STATUSES = {"accepted": "green", "review": "bold yellow", "corrected": "cyan", "missing": "dim"}
_EXPECTED = ("invoice_number", "issue_date", "currency", "total_net", "total_tax", "total_gross", "seller_name")
_ROWS = 12  # line items shown; the rest is counted
_DESCRIPTION = 44  # characters of a line item's description shown
_NARROW = 64  # columns of a terminal under which the value is kept and the rest gives way


def show(record: Record, invoice: Invoice, out: Console) -> None:
    """Print one invoice."""
    out.print()
    out.print(_title(record, invoice))
    out.print(_fields(invoice, out.width))
    if invoice.tax_lines:
        out.print(Padding(_tax_lines(invoice), (1, 0, 0, 2), expand=False))
    if invoice.line_items:
        out.print(Padding(_line_items(invoice.line_items, out.width), (1, 0, 0, 2), expand=False))
        if len(invoice.line_items) > _ROWS:
            out.print(Text(f"  … and {len(invoice.line_items) - _ROWS} more lines", style="dim"))
    doubts = _doubts(invoice)
    if doubts:
        out.print()
    for line in doubts:
        out.print(Padding(line, (0, 0, 0, 2), expand=False))


def value_text(value: Value | None) -> Text:
    """A value as it is shown: amounts with thousands apart, one line, nothing that could steer the terminal."""
    if value is None:
        return Text("—", style="dim")
    if isinstance(value, Decimal):
        places = max(2, -int(value.as_tuple().exponent)) if value.is_finite() else 0
        return Text(f"{value:,.{places}f}")
    return Text(" ".join(clean(plain(value) or "").split()))


def sure(confidence: float) -> str:
    """A confidence in percent; never rounded up to 100."""
    return f"{min(confidence, 0.999) * 100:.1f} %" if confidence > 0.99 else f"{confidence * 100:.0f} %"


def _title(record: Record, invoice: Invoice) -> Text:
    pages = f"pages {invoice.pages[0]}–{invoice.pages[-1]}" if len(invoice.pages) > 1 else "1 page"
    pages = pages if invoice.pages else "e-invoice without pages"
    kind = invoice.fields["document_type"].value if "document_type" in invoice.fields else None
    details = [str(kind).replace("_", " ") if kind else "", pages]
    if invoice.document > 1:
        details.append(f"document {invoice.document} of the file")
    return Text.assemble(
        (f" {invoice.decision} ", f"{_DECISIONS[invoice.decision]} reverse"),
        " ",
        (on_a_line(record.file), "bold"),
        (f"  {' · '.join(filter(None, details))}", "dim"),
    )


def _fields(invoice: Invoice, width: int) -> Table:
    """The fields found, and those expected and not found; narrow: without page, and ? for the status."""
    narrow = width < _NARROW
    table = Table(box=SIMPLE_HEAD, header_style="dim", pad_edge=not narrow, show_edge=False)
    table.add_column("field", style="cyan", no_wrap=True, max_width=max(8, width // 2 - 8) if narrow else None)
    table.add_column("value", overflow="fold", min_width=12)
    table.add_column("sure", justify="right", no_wrap=True)
    if not narrow:
        table.add_column("status", no_wrap=True)
        table.add_column("page", justify="right", no_wrap=True)
    for name, field in invoice.fields.items():
        if field.value is not None and name != "document_type":
            row = _row(name, field, doubt=" ?" if narrow else "")
        elif name in _EXPECTED:
            row = [_label(name), value_text(None), "", Text("missing", style="yellow"), ""]
        else:
            continue
        table.add_row(*(row[:3] if narrow else row))
    return table


def _row(name: str, field: Field, doubt: str) -> list[RenderableType]:
    """doubt: what stands behind the confidence of a field that is for review."""
    value = value_text(field.value)
    value.stylize("bold" if field.status == "accepted" else "")
    page = str(field.evidence.page) if field.evidence and field.evidence.page else ""
    style = _STATUSES[field.status]
    confidence = Text(sure(field.confidence) + doubt * (field.status == "review"), style=style)
    return [_label(name), value, confidence, Text(field.status, style=style), page]


def _label(name: str) -> str:
    words = name.replace("_", " ")
    return {"iban": "IBAN", "bic": "BIC", "seller vat id": "seller VAT id", "buyer vat id": "buyer VAT id"}.get(
        words, words
    )


def _tax_lines(invoice: Invoice) -> Table:
    table = Table(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    for head in ("tax rate", "net", "tax"):
        table.add_column(head, justify="right")
    for line in invoice.tax_lines:
        rate = Text(f"{plain(line.rate)} %") if line.rate is not None else value_text(None)
        table.add_row(rate, value_text(line.net), value_text(line.tax))
    return table


def _line_items(items: tuple[LineItem, ...], width: int) -> Table:
    """The first lines; narrow: without number, unit price and tax."""
    narrow = width < _NARROW
    table = Table(box=SIMPLE_HEAD, header_style="dim", show_edge=False)
    if not narrow:
        table.add_column("#", justify="right", style="dim")
    table.add_column("description", overflow="fold", min_width=12)
    for head in ("quantity", "amount") if narrow else ("quantity", "unit price", "tax", "amount"):
        table.add_column(head, justify="right", no_wrap=True)
    for index, item in enumerate(items[:_ROWS], 1):
        quantity = " ".join(filter(None, (plain(item.quantity), item.unit)))
        rate = f"{plain(item.tax_rate)} %" if item.tax_rate is not None else ""
        row: list[RenderableType] = [
            Text(clean(item.position or str(index))),
            _shortened(value_text(item.description or item.article_number or "")),
            Text(clean(quantity)),
            value_text(item.unit_price) if item.unit_price is not None else "",
            Text(rate),
            value_text(item.amount) if item.amount is not None else "",
        ]
        table.add_row(*([row[1], row[2], row[5]] if narrow else row))
    return table


def _shortened(text: Text) -> Text:
    text.truncate(_DESCRIPTION, overflow="ellipsis")
    return text


def _doubts(invoice: Invoice) -> list[Text]:
    """Issues, each with the fields it touches; then reasons that no issue explains."""
    lines = []
    for issue in invoice.issues:
        line = Text.assemble(("! ", "bold yellow"), clean(issue.message))
        if issue.fields:
            line.append(f"  ({', '.join(_label(name) for name in issue.fields)})", style="dim")
        lines.append(line)
    told = {issue.code for issue in invoice.issues}
    rest = [reason for reason in invoice.reasons if reason not in told]
    if rest:
        told_plainly = ", ".join(_reason(reason) for reason in rest)
        lines.append(Text.assemble((f"{invoice.decision}: ", _DECISIONS[invoice.decision]), told_plainly))
    return lines


def _reason(code: str) -> str:
    """issue_date.unsure as: issue date unsure."""
    name, _, what = clean(code).partition(".")
    return f"{_label(name)} {what.replace('-', ' ')}".strip()
