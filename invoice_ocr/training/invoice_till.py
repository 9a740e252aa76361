"""Till slips: narrow paper, gross prices, taxes in a small table."""

from __future__ import annotations

from invoice_ocr.training.invoice_blocks import Draft, note, seller_lines
from invoice_ocr.training.invoice_flow import title
from invoice_ocr.training.invoice_sheet import BLACK


def till(draft: Draft) -> None:
    """A till slip: narrow, gross prices, taxes in a small table."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    middle, size = sheet.width / 2, look.size
    y = 34.0
    name = sale.seller.name
    large = sheet.fit(name, size + 3, draft.width, bold=True)
    sheet.text(middle, y, name, large, bold=True, colour=BLACK, align="middle", field="seller_name")
    y += 14
    ids = [f"{label} {text}" for _, label, text in seller_lines(draft)[:1]]
    for line in (*sale.seller.address, f"{sale.labels['phone']} {sale.seller.phone}", *ids):
        sheet.text(middle, y, line, sheet.fit(line, size, draft.width), align="middle")
        y += size * 1.3
    for name, _, text in seller_lines(draft)[:1]:
        note(draft, name, text)
    sheet.text(middle, y + size, title(draft), size + 1, bold=True, align="middle")
    y += size * 2.8
    clock = f"{draft.rng.randint(7, 20):02}:{draft.rng.randint(0, 59):02}"
    end = sheet.text(draft.left, y, draft.label("receipt_number") + " ", size)
    sheet.text(end, y, sale.number, size, field="invoice_number")
    day = sale.form.day(sale.issue_date)
    sheet.text(draft.right, y, f"{day} {clock}", size, align="right", field="issue_date", value=day)
    y += size * 0.9
    sheet.rule(draft.left, y, draft.right, weight=0.6)
    y += size * 1.5
    letters = dict(zip(sale.rates, "ABC", strict=False))
    for item in sale.items:
        y = till_line(
            draft, y, item.description, sale.form.money(item.amount, bare=True) + " " + letters[item.tax_rate]
        )
        if item.quantity != 1:
            sheet.text(
                draft.left + 8,
                y,
                f"{sale.form.quantity(item.quantity)} x {sale.form.money(item.unit_price, bare=True)}",
                size,
            )
            y += size * 1.35
    sheet.rule(draft.left, y - size * 0.7, draft.right, weight=0.6)
    y += size * 1.1
    sheet.text(draft.left, y, sale.labels["receipt_total"], size + 3, bold=True)
    total = sale.money(sale.gross) if sale.currency_text else f"{sale.money(sale.gross)} {sale.locale.currency}"
    sheet.text(draft.right, y, total, size + 3, bold=True, align="right", field="total_gross")
    y = till_payment(draft, y + size * 2.1)
    y = till_taxes(draft, y + size * 0.8, letters={rate: letters[rate] for rate in sale.rates})
    sheet.text(middle, y + size, draft.rng.choice(sale.locale.bye), size, align="middle")
    sheet.height = y + size * 4


def till_line(draft: Draft, y: float, left: str, right: str) -> float:
    """One line of a slip: text at the left, amount at the right; returns the next baseline."""
    draft.sheet.text(draft.left, y, left, draft.look.size)
    draft.sheet.text(draft.right, y, right, draft.look.size, align="right")
    return y + draft.look.size * 1.35


def till_payment(draft: Draft, y: float) -> float:
    """Cash and change, or the card."""
    sale, labels = draft.sale, draft.sale.labels
    if draft.rng.random() < 0.5:
        return till_line(draft, y, labels["card"], sale.form.money(sale.gross, bare=True))
    given = (sale.gross // 5 + 1) * 5
    y = till_line(draft, y, labels["cash"], sale.form.money(given, bare=True))
    return till_line(draft, y, labels["change"], sale.form.money(given - sale.gross, bare=True))


def till_taxes(draft: Draft, y: float, letters: dict[object, str]) -> float:
    """The small table of taxes; states net and tax of the whole slip when there is one rate."""
    sheet, sale, size = draft.sheet, draft.sale, draft.look.size * 0.9
    wide = draft.width
    stops = [draft.left + wide * share for share in (0.22, 0.5, 0.74, 1.0)]
    for stop, name in zip(stops, ("rate", "net", "tax_header", "gross"), strict=True):
        heading = sale.labels[name]
        sheet.text(stop, y, heading, sheet.fit(heading, size * 0.9, wide * 0.2), align="right")
    y += size * 1.35
    for tax in sale.taxes:
        money = [sale.form.money(value, bare=True) for value in (tax.net, tax.tax, tax.net + tax.tax)]
        sheet.text(draft.left, y, letters[tax.rate], size)
        for stop, text in zip(stops, (sale.form.percent(tax.rate), *money), strict=True):
            sheet.text(stop, y, text, size, align="right")
        if len(sale.taxes) == 1:
            note(draft, "total_net", money[0])
            note(draft, "total_tax", money[1])
        y += size * 1.35
    sheet.shown["tax_lines"] = "rate net tax"
    sheet.shown["line_items"] = "description quantity amount"
    return y
