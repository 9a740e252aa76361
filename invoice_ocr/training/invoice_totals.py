"""The sums under an invoice's lines: net, taxes, gross, what was paid and what is due."""

from __future__ import annotations

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_blocks import Draft, mix, note
from invoice_ocr.training.invoice_sheet import WHITE

Row = tuple[str, str, str, bool]  # field, label, amount, weight


def sums(draft: Draft, *, with_taxes: bool) -> list[Row]:
    """Field, label, amount and weight of each row of the totals, top to bottom."""
    sale = draft.sale
    gross_label = draft.label("credit_total" if sale.document_type == "credit_note" else "total_gross")
    gross: Row = ("total_gross", gross_label, sale.money(sale.gross), True)
    if sale.gross_prices:
        charges = [gross, *_taxes(draft)]
    elif sale.exempt:
        charges = [*([_net(draft)] if draft.rng.random() < 0.5 else []), gross]
    else:
        charges = [_net(draft), *(_taxes(draft) if with_taxes else [])]
        if not with_taxes or (len(sale.taxes) > 1 and draft.rng.random() < 0.5):
            charges.append(("total_tax", draft.label("total_tax"), sale.money(sale.tax), False))
        charges.append(gross)
    return [*_adjustments(draft), *charges, *_payments(draft)]


def _net(draft: Draft) -> Row:
    return "total_net", draft.label("total_net"), draft.sale.money(draft.sale.net), False


def _taxes(draft: Draft) -> list[Row]:
    sale = draft.sale
    name = "total_tax" if len(sale.taxes) == 1 else ""
    note_taxes(draft)
    return [(name, sale.tax_label(tax) + draft.look.colon, sale.money(tax.tax), False) for tax in sale.taxes]


def _adjustments(draft: Draft) -> list[Row]:
    sale = draft.sale
    rows: list[Row] = []
    if sale.discount or sale.shipping:
        rows.append(("", draft.label("lines_total"), sale.money(sale.lines_total), False))
    if sale.discount:
        percent = sale.form.percent(sale.discount_percent) if sale.discount_percent else ""
        rows.append(("", draft.label("discount", percent=percent), sale.form.money(-sale.discount), False))
    if sale.shipping:
        rows.append(("", draft.label("shipping"), sale.money(sale.shipping), False))
    return rows


def _payments(draft: Draft) -> list[Row]:
    sale = draft.sale
    rows: list[Row] = []
    if sale.prepaid:
        paid = -sale.prepaid if draft.rng.random() < 0.6 else sale.prepaid
        rows.append(("prepaid", draft.label("prepaid"), sale.form.money(paid), False))
    if sale.prepaid or (sale.document_type == "invoice" and draft.rng.random() < 0.2):
        rows.append(("amount_due", draft.label("amount_due"), sale.money(sale.due), True))
    return rows


def totals(draft: Draft, y: float, *, style: str, with_taxes: bool = True, width: float = 0.0) -> float:
    """The block of sums at the right from baseline y. style: "rule", "fill", "box" or "plain"."""
    sheet, look = draft.sheet, draft.look
    rows = sums(draft, with_taxes=with_taxes)
    size = look.size
    labels = max(sheet.measure(label, size * 1.1, bold=True) for _, label, _, _ in rows)
    amounts = max(sheet.measure(text, size * 1.15, bold=True) for _, _, text, _ in rows)
    width = max(width, labels + amounts + 30)
    left, right = draft.right - width, draft.right - 5
    top = y - size * 1.5
    for name, label, text, heavy in rows:
        height = size * (2.2 if heavy else 1.6)
        if heavy:
            y += size * 0.45
            if style == "fill":
                sheet.panel(Box(left - 6, y - size * 1.45, draft.right, y - size * 1.45 + height), fill=look.accent)
            elif style in ("rule", "box"):
                sheet.rule(left, y - size * 1.35, draft.right, weight=0.8, colour=look.ink)
        colour = WHITE if heavy and style == "fill" else look.ink
        big = size * (1.1 if heavy else 1.0)
        sheet.text(left, y, label, big, bold=heavy, colour=colour)
        sheet.text(right, y, text, big, bold=heavy, colour=colour, align="right")
        note(draft, name, text)
        y += height
    if style == "box":
        sheet.panel(Box(left - 8, top, draft.right + 4, y - size * 0.8), border=mix(look.ink, WHITE, 0.4))
    return y


def note_taxes(draft: Draft, *, base: bool = False) -> None:
    """Remember which parts of the tax lines stand on the page: the base too, where it is printed."""
    one = len(draft.sale.taxes) == 1 and not draft.sale.gross_prices
    whole = base or one or (not draft.sale.gross_prices and "{base}" in draft.sale.labels["tax"])
    draft.sheet.shown["tax_lines"] = "rate net tax" if whole else "rate tax"


def tax_table(draft: Draft, x: float, y: float, width: float) -> float:
    """A small table of rates with net, tax and gross, from baseline y."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    size = look.size * 0.92
    stops = [x + width * share for share in (0.2, 0.48, 0.72, 1.0)]
    for stop, name in zip(stops, ("rate", "net", "tax_header", "gross"), strict=True):
        heading = sale.labels[name]
        sheet.text(
            stop,
            y,
            heading,
            sheet.fit(heading, size, width * 0.22, bold=True),
            bold=True,
            colour=look.ink,
            align="right",
        )
    sheet.rule(x, y + size * 0.5, x + width, colour=look.ink)
    y += size * 1.6
    for tax in sale.taxes:
        texts = (
            sale.form.percent(tax.rate),
            sale.money(tax.net, bare=True),
            sale.money(tax.tax, bare=True),
            sale.money(tax.net + tax.tax, bare=True),
        )
        for stop, text in zip(stops, texts, strict=True):
            sheet.text(stop, y, text, size, colour=look.ink, align="right")
        y += size * 1.4
    note_taxes(draft, base=True)
    return y


def across(draft: Draft, y: float) -> float:
    """The sums side by side in one row under their labels, from baseline y: for sales of one rate, fully unpaid."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    (tax,) = sale.taxes
    cells: list[tuple[str, str, str]] = [
        ("total_net", sale.labels["total_net"], sale.money(sale.net)),
        ("", sale.labels["rate"], sale.form.percent(tax.rate)),
        ("total_tax", sale.labels["total_tax"], sale.money(sale.tax)),
        ("total_gross", sale.labels["total_gross"], sale.money(sale.gross)),
    ]
    wide = draft.width / len(cells)
    top = y - look.size * 1.3
    sheet.panel(Box(draft.left, top, draft.right, top + look.size * 1.9), fill=look.tint)
    sheet.panel(Box(draft.left, top, draft.right, top + look.size * 4.1), border=mix(look.ink, WHITE, 0.4))
    for index, (name, label, text) in enumerate(cells):
        x = draft.left + index * wide
        if index:
            sheet.post(x, top, top + look.size * 4.1, colour=mix(look.ink, WHITE, 0.4))
        small = sheet.fit(label, look.size * 0.9, wide - 10)
        sheet.text(x + wide / 2, y, label, small, colour=look.muted, align="middle")
        heavy = name == "total_gross"
        sheet.text(x + wide / 2, y + look.size * 2, text, look.size, bold=heavy, colour=look.ink, align="middle")
        note(draft, name, text)
    note_taxes(draft)
    return y + look.size * 5
