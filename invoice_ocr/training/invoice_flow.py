"""What invoices of any layout have in common: heading, further pages, body, terms and where to pay."""

from __future__ import annotations

from collections.abc import Callable

from invoice_ocr.training.invoice_blocks import Draft, bank_lines, note, pairs
from invoice_ocr.training.invoice_table import Table, choose_columns
from invoice_ocr.training.invoice_totals import across, tax_table, totals


def title(draft: Draft) -> str:
    """The document's heading; it may state the number, or number and date."""
    sale = draft.sale
    if sale.headline:
        note(draft, "invoice_number", sale.number)
        note(draft, "issue_date", sale.form.day(sale.issue_date))
        return sale.headline
    return draft.rng.choice(sale.locale.titles[sale.document_type]).replace("{number}", sale.number)


def turner(draft: Draft, top: float = 92.0) -> Callable[[], float]:
    """What begins a further page: a running head, then room for the table from `top`."""

    def turn() -> float:
        sheet, sale = draft.sheet, draft.sale
        sheet.turn_page()
        sheet.text(draft.left, 56, sale.seller.name, draft.look.size, bold=True, colour=draft.look.ink)
        text = f"{draft.label('invoice_number')} {sale.number}"
        sheet.text(draft.right, 56, text, draft.look.size, colour=draft.look.muted, align="right")
        return top

    return turn


def body(
    draft: Draft, top: float, *, sums: str = "rule", grid: bool = False, taxes_apart: bool = False, narrow: float = 0.0
) -> float:
    """Table, totals, taxes and the note on the currency from `top`; returns the baseline under them."""
    turn = turner(draft)
    if draft.sale.place:
        day = draft.sale.form.day(draft.sale.issue_date)
        top += draft.step
        draft.sheet.text(draft.right, top - 6, draft.sale.place, draft.look.size, align="right", colour=draft.look.ink)
        note(draft, "issue_date", day)
    taxes_apart = taxes_apart and not draft.sale.exempt and not draft.sale.gross_prices
    table = Table(draft, choose_columns(draft), grid=grid)
    y = table.draw(top, turn) + draft.look.size * 2.4
    need = draft.look.size * 2 * (4 + len(draft.sale.taxes) + 3 * bool(draft.sale.prepaid or draft.sale.discount))
    if y + need > draft.bottom:
        y = turn() + 10
    sale = draft.sale
    simple = len(sale.taxes) == 1 and not (sale.discount or sale.shipping or sale.prepaid or sale.exempt)
    if simple and not sale.gross_prices and sums != "plain" and draft.rng.random() < 0.1:
        y = across(draft, y)
    elif taxes_apart:
        low = tax_table(draft, draft.left, y, draft.width * 0.45)
        y = max(low, totals(draft, y, style=sums, with_taxes=False, width=narrow))
    else:
        y = totals(draft, y, style=sums, width=narrow)
    y += draft.look.size
    if draft.sale.exempt:
        draft.sheet.text(draft.left, y, draft.sale.locale.exempt, draft.look.size * 0.9, colour=draft.look.ink)
        y += draft.step
    if draft.sale.currency_text is None:
        draft.sheet.text(
            draft.left, y, draft.label("vat_note").rstrip(":"), draft.look.size * 0.85, colour=draft.look.muted
        )
        y += draft.step
    return y


def room(draft: Draft, y: float, need: float) -> float:
    """`y`, or the head of a new page when less than `need` points are left above the foot."""
    return y if y + need <= draft.bottom else turner(draft)() + 10


def terms(draft: Draft, y: float, *, label: bool = False) -> float:
    """The terms of payment in a sentence; none on credit notes."""
    sale, sheet, look = draft.sale, draft.sheet, draft.look
    if sale.document_type != "invoice":
        return y
    y = room(draft, y, 30)
    at = draft.left
    if label:
        at = (
            sheet.text(at, y, draft.label("payment_terms").rstrip(":") + ":", look.size, colour=look.muted)
            + look.size * 0.4
        )
    sheet.text(at, y, sale.terms, look.size, colour=look.ink, field="payment_terms")
    return y + draft.step


def payment(draft: Draft, x: float, y: float, width: float, *, style: str = "aligned", heading: bool = True) -> float:
    """Where and with which reference to pay."""
    if heading:
        draft.sheet.text(x, y, draft.label("payment").rstrip(":"), draft.look.size, bold=True, colour=draft.look.accent)
        y += draft.step * 1.1
    rows = bank_lines(draft)
    if draft.sale.document_type == "invoice":
        rows.append(("payment_reference", draft.label("payment_reference"), draft.sale.payment_reference))
    return pairs(draft, x, y, width, [row for row in rows if row[0]] if style == "above" else rows, style)
