"""The table of an invoice's lines, over as many pages as it takes, and the sums under it."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_blocks import Draft, mix
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
    if len(sale.taxes) > 1 or (rng.random() < 0.3 and not sale.exempt):
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
        gross = {"unit_price": "gross_unit", "amount": "gross_amount"} if self.draft.sale.gross_prices else {}
        text = self.draft.sale.labels[gross.get(column, column)]
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

    def _lines(self, item: Item) -> list[str]:
        """The description as it wraps, and under it its remark."""
        left, right = self.places["description"]
        wrapped = self.draft.sheet.wrap(item.description, right - left - 2 * self.padding, self.size)
        remark = self.draft.sale.remarks.get(item.position)
        return [*wrapped, remark] if remark else wrapped

    def row(self, top: float, item: Item, index: int) -> float:
        """Draw one line from `top`; returns its lower edge."""
        draft, look = self.draft, self.draft.look
        left = self.places["description"][0]
        height = self.height(item)
        if look.rows == "zebra" and index % 2 and not self.grid:
            draft.sheet.panel(Box(draft.left, top, draft.right, top + height), fill=mix(look.tint, WHITE, 0.3))
        base = top + self.size * 1.45
        for column in self.chosen:
            if column == "description":
                for step, line in enumerate(self._lines(item)):
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
        return self.size * (1.3 * len(self._lines(item)) + 0.9)

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
