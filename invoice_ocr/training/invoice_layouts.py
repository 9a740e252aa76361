"""Twelve ways to lay out the same sale, each a function that draws on a `Draft`."""

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
from invoice_ocr.training.invoice_sheet import BLACK, WHITE
from invoice_ocr.training.invoice_table import Table, choose_columns, tax_table, totals


def title(draft: Draft) -> str:
    """The document's heading; it may state the number."""
    sale = draft.sale
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
    table = Table(draft, choose_columns(draft), grid=grid)
    y = table.draw(top, turn) + draft.look.size * 2.4
    need = draft.look.size * 2 * (4 + len(draft.sale.taxes) + 3 * bool(draft.sale.prepaid or draft.sale.discount))
    if y + need > draft.bottom:
        y = turn() + 10
    if taxes_apart:
        low = tax_table(draft, draft.left, y, draft.width * 0.45)
        y = max(low, totals(draft, y, style=sums, with_taxes=False, width=narrow))
    else:
        y = totals(draft, y, style=sums, width=narrow)
    y += draft.look.size
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
    y = strip(draft, y + 14, [row for row in facts(draft, terms=False)][:8], filled=True)
    y = body(draft, y + 14, sums="rule")
    y = terms(draft, y + 6, label=True)
    y = room(draft, y, 70)
    payment(draft, draft.left, y + 8, 280)
    footer(draft, bank=False)


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


def till(draft: Draft) -> None:
    """A till slip: narrow, gross prices, taxes in a small table."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    middle, size = sheet.width / 2, look.size
    y = 34.0
    sheet.text(middle, y, sale.seller.name, size + 3, bold=True, colour=BLACK, align="middle", field="seller_name")
    y += 14
    ids = [f"{label} {text}" for _, label, text in seller_lines(draft)[:1]]
    for line in (*sale.seller.address, f"{sale.labels['phone']} {sale.seller.phone}", *ids):
        sheet.text(middle, y, line, size, align="middle")
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
    letters = {rate: letter_ for rate, letter_ in zip(sale.rates, "ABC", strict=False)}
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


LAYOUTS: dict[str, Callable[[Draft], None]] = {
    "letter": letter, "modern": modern, "ruled": ruled, "bare": bare, "till": till, "service": service, "bar": bar,
    "sidebar": sidebar, "slip": slip, "dense": dense, "strips": strips, "freelance": freelance,
}  # fmt: skip
