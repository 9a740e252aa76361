"""The table of an invoice's lines, over as many pages as it takes, and the sums under it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_blocks import Draft, mix, note
from invoice_ocr.training.invoice_sale import Item
from invoice_ocr.training.invoice_sheet import WHITE

_RIGHT = ("quantity", "unit_price", "tax_rate", "amount")


def choose_columns(draft: Draft) -> list[str]:
    """The columns this document has, left to right."""
    rng, sale = draft.rng, draft.sale
    chosen = ["position"] if rng.random() < 0.5 else []
    if rng.random() < 0.35:
        chosen.append("article_number")
    chosen.append("description")
    if rng.random() < 0.92 or any(item.quantity != 1 for item in sale.items):
        counted = ["quantity", "unit"] if rng.random() < 0.55 else ["quantity"]
        if rng.random() < 0.2:
            at = chosen.index("description")
            chosen[at:at] = counted
        else:
            chosen += counted
        chosen.append("unit_price")
    if len(sale.taxes) > 1 or rng.random() < 0.3:
        chosen.append("tax_rate")
    chosen.append("amount")
    return chosen


def cell_text(draft: Draft, column: str, item: Item) -> str:
    """What one cell prints."""
    form = draft.sale.form
    if column == "position":
        return str(item.position)
    if column == "quantity":
        return form.quantity(item.quantity)
    if column == "unit_price":
        return form.money(item.unit_price, bare=draft.bare)
    if column == "tax_rate":
        return form.percent(item.tax_rate)
    if column == "amount":
        return draft.money(item.amount)
    return str(getattr(item, column))


class Table:
    """The lines of a draft as a table. places: left and right edge of each column, points."""

    def __init__(self, draft: Draft, chosen: list[str], *, grid: bool = False, padding: float = 5.0) -> None:
        self.draft = draft
        self.chosen = chosen
        self.grid = grid
        self.padding = padding
        self.size = draft.look.size
        self.places = self._place()

    def _heading(self, column: str) -> str:
        text = self.draft.sale.labels[column]
        return text.upper() if self.draft.look.capitals else text

    def _place(self) -> dict[str, tuple[float, float]]:
        draft = self.draft
        while True:
            needs = {
                column: max(
                    draft.sheet.measure(self._heading(column), self.size, bold=True),
                    *(draft.sheet.measure(cell_text(draft, column, item), self.size) for item in draft.sale.items),
                ) + 2 * self.padding
                for column in self.chosen if column != "description"
            }  # fmt: skip
            rest = draft.width - sum(needs.values())
            if rest > 120 or self.size < 6.5:
                break
            self.size -= 0.3
        needs["description"] = rest
        places, x = {}, draft.left
        for column in self.chosen:
            places[column] = (x, x + needs[column])
            x += needs[column]
        return places

    def _put(self, column: str, y: float, text: str, **how: object) -> None:
        left, right = self.places[column]
        if column in _RIGHT:
            self.draft.sheet.text(right - self.padding, y, text, self.size, align="right", **how)  # type: ignore[arg-type]
        else:
            self.draft.sheet.text(left + self.padding, y, text, self.size, **how)  # type: ignore[arg-type]

    def header(self, top: float) -> float:
        """Draw the head row from `top`; returns its lower edge."""
        draft, look = self.draft, self.draft.look
        height = self.size * 2.1
        box = Box(draft.left, top, draft.right, top + height)
        filled = look.header == "fill"
        if filled:
            draft.sheet.panel(box, fill=look.accent)
        elif look.header == "tint" or self.grid:
            draft.sheet.panel(box, fill=look.tint, border=look.ink if self.grid else None)
        elif look.header in ("rule", "double"):
            draft.sheet.rule(draft.left, box.bottom, draft.right, weight=0.9, colour=look.ink)
            if look.header == "double":
                draft.sheet.rule(draft.left, top, draft.right, weight=0.9, colour=look.ink)
        for column in self.chosen:
            colour = WHITE if filled else look.ink
            self._put(column, top + height * 0.66, self._heading(column), bold=look.header != "none", colour=colour)
        return box.bottom

    def row(self, top: float, item: Item, index: int) -> float:
        """Draw one line from `top`; returns its lower edge."""
        draft, look = self.draft, self.draft.look
        left, right = self.places["description"]
        wrapped = draft.sheet.wrap(item.description, right - left - 2 * self.padding, self.size)
        height = self.height(item)
        if look.rows == "zebra" and index % 2 and not self.grid:
            draft.sheet.panel(Box(draft.left, top, draft.right, top + height), fill=mix(look.tint, WHITE, 0.3))
        base = top + self.size * 1.45
        for column in self.chosen:
            if column == "description":
                for step, line in enumerate(wrapped):
                    draft.sheet.text(
                        left + self.padding, base + step * self.size * 1.3, line, self.size, colour=look.ink
                    )
            else:
                self._put(column, base, cell_text(draft, column, item), colour=look.ink)
        if look.rows == "hair" and not self.grid:
            draft.sheet.rule(draft.left, top + height, draft.right, weight=0.35, colour=mix(look.ink, WHITE, 0.7))
        return top + height

    def height(self, item: Item) -> float:
        """Height of a line in points, by how often its description wraps."""
        left, right = self.places["description"]
        wrapped = self.draft.sheet.wrap(item.description, right - left - 2 * self.padding, self.size)
        return self.size * (1.3 * len(wrapped) + 0.9)

    def draw(self, top: float, new_page: Callable[[], float]) -> float:
        """Draw all lines from `top`; `new_page` turns the page and returns where to go on. Returns the lower edge."""
        draft = self.draft
        draft.sheet.shown["line_items"] = " ".join(self.chosen)
        start, y, carried = top, self.header(top), Decimal(0)
        for index, item in enumerate(draft.sale.items):
            if y + self.height(item) > draft.bottom:
                self._close(start, y)
                self._carry(y, carried)
                start = new_page()
                y = self.header(start)
            y = self.row(y, item, index)
            carried += item.amount
        self._close(start, y)
        return y

    def _carry(self, y: float, carried: Decimal) -> None:
        if self.draft.look.header in ("double", "tint"):
            text = f"{self.draft.sale.labels['carried']}  {self.draft.money(carried)}"
            self.draft.sheet.text(self.draft.right - self.padding, y + self.size * 1.4, text, self.size, align="right")

    def _close(self, top: float, bottom: float) -> None:
        draft, look = self.draft, self.draft.look
        if self.grid:
            draft.sheet.panel(Box(draft.left, top, draft.right, bottom), border=look.ink)
            for left, _ in list(self.places.values())[1:]:
                draft.sheet.post(left, top, bottom, colour=look.ink)
        elif look.rows != "hair":
            draft.sheet.rule(draft.left, bottom + 1, draft.right, weight=0.6, colour=look.ink)


def sums(draft: Draft, *, with_taxes: bool) -> list[tuple[str, str, str, bool]]:
    """Field, label, amount and weight of each row of the totals, top to bottom."""
    sale = draft.sale
    rows: list[tuple[str, str, str, bool]] = []
    if sale.discount or sale.shipping:
        rows.append(("", draft.label("lines_total"), sale.money(sale.lines_total), False))
    if sale.discount:
        percent = sale.form.percent(sale.discount_percent) if sale.discount_percent else ""
        rows.append(("", draft.label("discount", percent=percent), sale.form.money(-sale.discount), False))
    if sale.shipping:
        rows.append(("", draft.label("shipping"), sale.money(sale.shipping), False))
    rows.append(("total_net", draft.label("total_net"), sale.money(sale.net), False))
    if with_taxes:
        name = "total_tax" if len(sale.taxes) == 1 else "tax_line"
        rows += [(name, sale.tax_label(tax) + draft.look.colon, sale.money(tax.tax), False) for tax in sale.taxes]
    if not with_taxes or (len(sale.taxes) > 1 and draft.rng.random() < 0.5):
        rows.append(("total_tax", draft.label("total_tax"), sale.money(sale.tax), False))
    name = "credit_total" if sale.document_type == "credit_note" else "total_gross"
    rows.append(("total_gross", draft.label(name), sale.money(sale.gross), True))
    if sale.prepaid:
        rows.append(
            (
                "prepaid",
                draft.label("prepaid"),
                sale.form.money(-sale.prepaid if draft.rng.random() < 0.6 else sale.prepaid),
                False,
            )
        )
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
    if with_taxes:
        note_taxes(draft)
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
        if name and name != "tax_line":
            note(draft, name, text)
        y += height
    if style == "box":
        sheet.panel(Box(left - 8, top, draft.right + 4, y - size * 0.8), border=mix(look.ink, WHITE, 0.4))
    return y


def note_taxes(draft: Draft, *, base: bool = False) -> None:
    """Remember which parts of the tax lines stand on the page: the base too, where it is printed."""
    whole = base or len(draft.sale.taxes) == 1 or "{base}" in draft.sale.labels["tax"]
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
