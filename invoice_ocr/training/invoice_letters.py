"""Layouts in the manner of letters and typed pages: mark, address, text, table, sums."""

from __future__ import annotations

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_blocks import (
    Draft,
    Fact,
    bank_lines,
    facts,
    footer,
    mark,
    page_number,
    pairs,
    party,
    seller_lines,
    strip,
)
from invoice_ocr.training.invoice_flow import body, payment, room, terms, title


def letter(draft: Draft) -> None:
    """A business letter: address window, information block, salutation, footer in columns."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    end = mark(draft, draft.left, 42, 30)
    sheet.text(end + 12, 62, sale.seller.name, 15, bold=True, colour=look.accent, field="seller_name")
    sender = " · ".join((sale.seller.name, *sale.seller.address))
    sheet.text(draft.left, 128, sender, sheet.fit(sender, 6.5, 230), colour=look.muted)
    sheet.rule(draft.left, 131, draft.left + 230, weight=0.3, colour=look.muted)
    party(draft, draft.left, 146, sale.buyer, "buyer", heading=False, size=look.size + 0.5)
    rows = facts(draft, terms=draft.rng.random() < 0.6)
    if draft.rng.random() < 0.3:
        rows.append(("", draft.label("clerk"), sale.seller.person))
    low = pairs(draft, 335, 128, draft.right - 335, rows, draft.rng.choice(("aligned", "right", "aligned")))
    y = max(248.0, low + 14)
    sheet.text(draft.left, y, title(draft), 15, bold=True, colour=look.ink)
    y += 26
    sheet.text(draft.left, y, draft.rng.choice(sale.locale.greeting), look.size, colour=look.ink)
    intro = sale.locale.intro if sale.document_type == "invoice" else sale.locale.intro_credit
    y = sheet.paragraph(
        draft.left, y + draft.step * 1.3, draft.width, draft.rng.choice(intro), look.size, colour=look.ink
    )
    y = body(draft, y + 6, sums="rule", taxes_apart=draft.rng.random() < 0.2)
    y = terms(draft, y + 6)
    y = room(draft, y, 50)
    sheet.text(draft.left, y + 4, draft.rng.choice(sale.locale.thanks), look.size, colour=look.ink)
    sheet.text(draft.left, y + 4 + draft.step * 1.8, sale.locale.closing[0], look.size, colour=look.ink)
    sheet.text(draft.left, y + 4 + draft.step * 3, sale.seller.person, look.size, colour=look.ink)
    footer(draft)


def modern(draft: Draft) -> None:
    """Two columns, a large title, air."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    end = draft.right - sheet.measure(sale.seller.brand, 14, bold=True)
    mark(draft, end - 54, 58, 26)
    heading = title(draft)
    large = sheet.fit(heading, 27, end - 70 - draft.left, bold=True)
    sheet.text(draft.left - 1, 84, heading, large, bold=True, colour=look.accent)
    sheet.text(draft.right, 76, sale.seller.brand, 14, bold=True, colour=look.ink, align="right")
    sheet.rule(draft.left, 108, draft.right, weight=1.2, colour=look.accent)
    half = draft.left + draft.width * 0.36
    low = party(draft, draft.left, 132, sale.seller, "seller", heading=True, ids=True, width=draft.width * 0.33)
    ids = draft.rng.random() < 0.4
    low = max(low, party(draft, half, 132, sale.buyer, "buyer", heading=True, ids=ids, width=draft.width * 0.33))
    third = draft.left + draft.width * 0.72
    low = max(low, pairs(draft, third, 132, draft.right - third, facts(draft), "above"))
    y = body(draft, low + 14, sums=draft.rng.choice(("fill", "rule")))
    y = terms(draft, y + 4, label=draft.rng.random() < 0.5)
    y = room(draft, y + 10, 80)
    payment(draft, draft.left, y, 260)
    footer(draft, bank=False)


def ruled(draft: Draft) -> None:
    """Boxes and full rules, as accounting programs print."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    sheet.text(draft.left, 66, sale.seller.name, 14, bold=True, colour=look.ink, field="seller_name")
    y = 80.0
    for line in (*sale.seller.address, f"{sale.labels['phone']} {sale.seller.phone}"):
        sheet.text(draft.left, y, line, look.size * 0.9, colour=look.ink)
        y += look.size * 1.25
    sheet.text(draft.right, 68, title(draft), 18, bold=True, colour=look.ink, align="right")
    middle = draft.left + draft.width * 0.53
    rows = facts(draft)
    height = max(96.0, len(rows) * draft.step + 24)
    top = max(132.0, y + 8)
    sheet.panel(Box(draft.left, top, middle - 10, top + height), border=look.ink)
    sheet.panel(Box(middle, top, draft.right, top + height), border=look.ink)
    party(draft, draft.left + 9, top + 18, sale.buyer, "buyer", heading=True, ids=draft.rng.random() < 0.4)
    pairs(draft, middle + 9, top + 18, draft.right - middle - 18, rows, draft.rng.choice(("aligned", "right")))
    y = body(draft, top + height + 14, sums="box", grid=True, taxes_apart=draft.rng.random() < 0.5)
    y = terms(draft, y + 4, label=True)
    y = room(draft, y, 70)
    payment(draft, draft.left, y + 8, 300, heading=draft.rng.random() < 0.6)
    footer(draft, bank=False)


def bare(draft: Draft) -> None:
    """No rules, no colour: typed."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    party(draft, draft.left, 70, sale.seller, "seller", heading=False, size=look.size + 1)
    low = party(draft, draft.left, 150, sale.buyer, "buyer", heading=draft.rng.random() < 0.5)
    sheet.text(draft.left, low + 26, title(draft).upper(), look.size + 4, bold=True, colour=look.ink)
    rows = facts(draft)
    y = pairs(draft, draft.left, low + 52, 300, rows, draft.rng.choice(("inline", "aligned")))
    y = body(draft, y + 14, sums="plain")
    y = terms(draft, y + 6)
    y = room(draft, y, 90)
    ids: list[Fact] = list(seller_lines(draft))
    y = pairs(draft, draft.left, y + 12, 400, [*bank_lines(draft), *ids], "inline")
    sheet.text(draft.left, y + 10, draft.rng.choice(sale.locale.thanks), look.size, colour=look.ink)
    for page in range(1, len(sheet.sides) + 1):
        sheet.go_to(page)
        page_number(draft, page, sheet.height - 30, look.size)


def service(draft: Draft) -> None:
    """A service bill: who, a box with what is due and when, then the detail."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    end = mark(draft, draft.left, 44, 28)
    sheet.text(end + 10, 65, sale.seller.brand, 17, bold=True, colour=look.accent)
    right = draft.left + draft.width * 0.56
    y = 54.0
    for line in (sale.seller.name, *sale.seller.address, sale.seller.email):
        sheet.text(
            draft.right,
            y,
            line,
            look.size * 0.85,
            colour=look.muted,
            align="right",
            field="seller_name" if line == sale.seller.name else "",
        )
        y += look.size * 1.2
    low = party(draft, draft.left, 148, sale.buyer, "buyer", heading=False, size=look.size + 0.5)
    box = Box(right, 126, draft.right, 214)
    sheet.panel(box, fill=look.tint, radius=0.06)
    paid = sale.document_type == "invoice"
    name = "amount_due" if paid else "credit_total"
    sheet.text(right + 14, 148, draft.label(name).rstrip(":"), look.size, colour=look.muted)
    sheet.text(
        right + 14, 174, sale.money(sale.due), 20, bold=True, colour=look.accent, field="amount_due" if paid else ""
    )
    if paid:
        label = draft.label("due_date").rstrip(":")
        sheet.text(
            right + 14,
            199,
            f"{label} {sale.form.day(sale.due_date)}",
            look.size,
            colour=look.ink,
            field="due_date",
            value=sale.form.day(sale.due_date),
        )
    y = max(low, box.bottom) + 30
    sheet.text(draft.left, y, title(draft), 16, bold=True, colour=look.ink)
    y = strip(draft, y + 14, facts(draft, terms=False)[:8], filled=True)
    y = body(draft, y + 14, sums="rule")
    y = terms(draft, y + 6, label=True)
    y = room(draft, y, 70)
    payment(draft, draft.left, y + 8, 280)
    footer(draft, bank=False)
