"""Ways to lay out the same sale, by name; each is a function that draws on a `Draft`."""

from __future__ import annotations

from collections.abc import Callable

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_blocks import (
    Draft,
    Fact,
    bank_lines,
    columns,
    facts,
    footer,
    mark,
    mix,
    note,
    page_number,
    pairs,
    party,
    seller_lines,
    strip,
)
from invoice_ocr.training.invoice_flow import body, payment, room, terms, title
from invoice_ocr.training.invoice_letters import bare, letter, modern, ruled, service
from invoice_ocr.training.invoice_sheet import WHITE
from invoice_ocr.training.invoice_till import till


def bar(draft: Draft) -> None:
    """A band of colour with white text at the head."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    sheet.panel(Box(0, 0, sheet.width, 92), fill=look.accent)
    end = mark(draft, draft.left, 30, 32, colour=WHITE)
    sheet.text(end + 12, 53, sale.seller.name, 14, bold=True, colour=WHITE, field="seller_name")
    line = "  ·  ".join((*sale.seller.address, sale.seller.phone))
    sheet.text(end + 12, 67, line, sheet.fit(line, 7.5, 290), colour=WHITE)
    heading = title(draft)
    free = draft.right - end - 36 - sheet.measure(sale.seller.name, 14, bold=True)
    sheet.text(
        draft.right, 53, heading, sheet.fit(heading, 20, free, bold=True), bold=True, colour=WHITE, align="right"
    )
    low = party(draft, draft.left, 128, sale.buyer, "buyer", heading=True, ids=draft.rng.random() < 0.4)
    low = max(low, pairs(draft, 330, 128, draft.right - 330, facts(draft), draft.rng.choice(("right", "aligned"))))
    y = body(draft, low + 18, sums="fill", taxes_apart=draft.rng.random() < 0.3)
    y = terms(draft, y + 6)
    y = room(draft, y, 70)
    payment(draft, draft.left, y + 8, 280)
    footer(draft, bank=False)


def sidebar(draft: Draft) -> None:
    """A shaded column at the right holds numbers, dates and bank details."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    edge = sheet.width - 168
    sheet.panel(Box(edge, 0, sheet.width, sheet.height), fill=look.tint)
    draft.right = edge - 22
    end = mark(draft, draft.left, 46, 26)
    sheet.text(end + 10, 66, sale.seller.brand, 16, bold=True, colour=look.ink)
    party(draft, draft.left, 118, sale.buyer, "buyer", heading=True)
    y = pairs(draft, edge + 16, 66, 136, facts(draft), "above")
    y = payment(draft, edge + 16, y + 14, 136, style="above", heading=True)
    sheet.text(edge + 16, y + 14, draft.label("seller").rstrip(":"), look.size * 0.85, bold=True, colour=look.accent)
    y += 14 + draft.step
    for line in (sale.seller.name, *sale.seller.address, sale.seller.email):
        for part in sheet.wrap(line, 140, look.size * 0.9):
            sheet.text(edge + 16, y, part, look.size * 0.9, colour=look.ink)
            y += look.size * 1.2
    sheet.shown["seller_name"] = sale.seller.name
    pairs(draft, edge + 16, y + 10, 136, seller_lines(draft), "above")
    sheet.text(draft.left, 214, title(draft), 21, bold=True, colour=look.accent)
    y = body(draft, 234, sums="rule")
    y = terms(draft, y + 6)
    sheet.text(draft.left, y + 8, draft.rng.choice(sale.locale.thanks), look.size, colour=look.muted)
    for page in range(1, len(sheet.sides) + 1):
        sheet.go_to(page)
        page_number(draft, page, sheet.height - 24, 7.5)


def slip(draft: Draft) -> None:
    """A letter whose foot is a payment slip with the bank details in large boxes."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    draft.bottom = sheet.height - 205
    sheet.text(draft.left, 62, sale.seller.name, 13, bold=True, colour=look.ink, field="seller_name")
    line = ", ".join((*sale.seller.address, sale.seller.phone, sale.seller.email))
    sheet.text(draft.left, 76, line, sheet.fit(line, 7.5, draft.width), colour=look.muted)
    columns(draft, 87, [seller_lines(draft)[:1], seller_lines(draft)[1:]], size=7.2)
    sheet.rule(draft.left, 96 + 4, draft.right, weight=0.8, colour=look.accent)
    party(draft, draft.left, 134, sale.buyer, "buyer", heading=False, size=look.size + 0.5)
    sheet.text(draft.right, 138, title(draft), 17, bold=True, colour=look.accent, align="right")
    y = strip(draft, 204, facts(draft), filled=draft.rng.random() < 0.5)
    y = body(draft, y + 16, sums="rule")
    y = terms(draft, y + 2)
    top = sheet.height - 178
    sheet.rule(0, top, sheet.width, weight=0.4, colour=look.muted)
    cells: list[Fact] = [("", draft.label("holder"), sale.seller.name), *[row for row in bank_lines(draft) if row[0]]]
    if sale.document_type == "invoice":
        cells.append(("payment_reference", draft.label("payment_reference"), sale.payment_reference))
        cells.append(("amount_due", draft.label("amount_due"), sale.money(sale.due)))
    sheet.text(draft.left, top + 22, draft.label("payment").rstrip(":"), look.size + 1.5, bold=True, colour=look.ink)
    at, x, high = top + 34, draft.left, 34.0
    wide = draft.width / 2 - 5
    for index, (name, label, text) in enumerate(cells):
        x = draft.left + (index % 2) * (wide + 10)
        sheet.panel(Box(x, at, x + wide, at + high), border=mix(look.ink, WHITE, 0.5))
        sheet.text(x + 6, at + 10, label.rstrip(":"), 6.5, colour=look.muted)
        sheet.text(x + 6, at + 26, text, sheet.fit(text, 10.5, wide - 12), colour=look.ink)
        if name:
            note(draft, name, text)
        at += (high + 7) * (index % 2)
    for page in range(1, len(sheet.sides) + 1):
        sheet.go_to(page)
        page_number(draft, page, sheet.height - 14, 7.0)


def dense(draft: Draft) -> None:
    """A wholesaler's small print: everything at seven points, terms at the foot."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    draft.left, draft.right = 36.0, sheet.width - 36.0
    mark(draft, draft.left, 34, 24)
    sheet.text(draft.left + 44, 46, sale.seller.name, 12, bold=True, colour=look.ink, field="seller_name")
    line = " | ".join((*sale.seller.address, sale.seller.phone, sale.seller.web, sale.seller.email))
    sheet.text(draft.left + 44, 58, line, sheet.fit(line, 6.8, 330), colour=look.muted)
    sheet.text(draft.right, 48, title(draft), 14, bold=True, colour=look.ink, align="right")
    sheet.rule(draft.left, 68, draft.right, weight=0.6, colour=look.ink)
    party(draft, draft.left, 86, sale.buyer, "buyer", heading=True, ids=True)
    rows = facts(draft)
    half = (len(rows) + 1) // 2
    pairs(draft, 250, 86, 140, rows[:half], "aligned")
    low = pairs(draft, 410, 86, draft.right - 410, rows[half:], "aligned") if rows[half:] else 0.0
    y = body(draft, max(150.0, low + 6), sums="rule", taxes_apart=draft.rng.random() < 0.6)
    y = terms(draft, y, label=True)
    low = room(draft, y + 6, 40)
    sheet.paragraph(draft.left, low, draft.width, sale.locale.small, 6.0, colour=look.muted)
    footer(draft)


def strips(draft: Draft) -> None:
    """Centred head, a strip of cells with numbers and dates, two address boxes."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    middle = sheet.width / 2
    width = sheet.measure(sale.seller.name, 16, bold=True)
    mark(draft, middle - width / 2 - 40, 40, 24)
    sheet.text(middle, 58, sale.seller.name, 16, bold=True, colour=look.accent, align="middle", field="seller_name")
    line = "  •  ".join((*sale.seller.address, sale.seller.phone))
    sheet.text(middle, 74, line, 7.5, colour=look.muted, align="middle")
    sheet.text(middle, 112, title(draft), 19, bold=True, colour=look.ink, align="middle")
    y = strip(draft, 128, facts(draft), filled=draft.rng.random() < 0.4) + 24
    low = party(draft, draft.left, y, sale.buyer, "buyer", heading=True, ids=draft.rng.random() < 0.5)
    ids = seller_lines(draft)
    if ids:
        low = max(low, pairs(draft, draft.left + draft.width * 0.55, y, draft.width * 0.45, ids, "right"))
    y = body(draft, low + 12, sums=draft.rng.choice(("rule", "box", "fill")), taxes_apart=draft.rng.random() < 0.4)
    y = terms(draft, y + 4, label=draft.rng.random() < 0.5)
    footer(draft, ids=False)


def freelance(draft: Draft) -> None:
    """One person's invoice: a name, thin type, few lines, bank details in a sentence block."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    draft.left, draft.right = 72.0, sheet.width - 72.0
    sheet.text(draft.left, 90, sale.seller.name, 20, colour=look.ink, field="seller_name")
    sheet.text(draft.left, 106, f"{sale.seller.email}   {sale.seller.phone}", look.size, colour=look.muted)
    sheet.panel(Box(draft.left, 120, draft.left + 36, 123), fill=look.accent)
    low = party(draft, draft.left, 160, sale.buyer, "buyer", heading=draft.rng.random() < 0.7)
    low = max(low, pairs(draft, draft.right - 190, 160, 190, facts(draft), "right"))
    sheet.text(draft.left, low + 30, title(draft), 13, bold=True, colour=look.ink)
    y = body(draft, low + 46, sums="plain")
    y = terms(draft, y + 10)
    y = room(draft, y, 90)
    y = payment(draft, draft.left, y + 14, 260, style=draft.rng.choice(("inline", "aligned")))
    y = room(draft, y, 60) + 8
    for text in sale.seller.address:
        sheet.text(draft.left, y, text, look.size * 0.9, colour=look.muted)
        y += look.size * 1.25
    pairs(draft, draft.left, y, 300, seller_lines(draft), "inline")


LAYOUTS: dict[str, Callable[[Draft], None]] = {
    "letter": letter, "modern": modern, "ruled": ruled, "bare": bare, "till": till, "service": service, "bar": bar,
    "sidebar": sidebar, "slip": slip, "dense": dense, "strips": strips, "freelance": freelance,
}  # fmt: skip
