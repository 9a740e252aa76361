"""The parts an invoice is put together from: mark, parties, dates and numbers, totals, bank details, footer.

Every block draws on a `Draft`, at a place given in points, and returns the baseline under which the next may stand.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random

from invoice_ocr.model import Box
from invoice_ocr.training.invoice_parties import Party
from invoice_ocr.training.invoice_sale import Sale
from invoice_ocr.training.invoice_sheet import BLACK, WHITE, Colour, Sheet

# Accents that print well: ink blues, greens, reds, violets, slate, and black as often as all of them in spirit.
ACCENTS: tuple[Colour, ...] = (
    (0.06, 0.28, 0.47), (0.0, 0.42, 0.44), (0.62, 0.13, 0.17), (0.16, 0.39, 0.24), (0.36, 0.2, 0.49),
    (0.18, 0.22, 0.28), (0.78, 0.36, 0.08), (0.1, 0.1, 0.1), (0.05, 0.35, 0.65), (0.45, 0.3, 0.15),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Look:
    """How one document is dressed. size: of its body text, points; colon: what follows a label."""

    size: float
    accent: Colour
    ink: Colour
    muted: Colour
    colon: str
    capitals: bool
    header: str
    rows: str
    spaced_ids: bool

    @property
    def tint(self) -> Colour:
        """The accent, nearly white."""
        return mix(self.accent, WHITE, 0.9)

    @staticmethod
    def draw(rng: Random, *, size: float = 0.0) -> Look:
        ink = rng.choice((BLACK, BLACK, (0.13, 0.13, 0.15), (0.2, 0.2, 0.24)))
        return Look(
            size=size or rng.choice((8.5, 9.0, 9.0, 9.5, 10.0)),
            accent=rng.choice(ACCENTS),
            ink=ink,
            muted=rng.choice((mix(ink, WHITE, 0.35), mix(ink, WHITE, 0.45), ink)),
            colon=rng.choice((":", ":", "", "")),
            capitals=rng.random() < 0.15,
            header=rng.choice(("fill", "tint", "rule", "double", "rule")),
            rows=rng.choice(("hair", "zebra", "none", "hair")),
            spaced_ids=rng.random() < 0.15,
        )


def mix(one: Colour, other: Colour, share: float) -> Colour:
    """A colour between two; share 0..1 of the other."""
    return tuple(a + (b - a) * share for a, b in zip(one, other, strict=True))  # type: ignore[return-value]


@dataclass(slots=True)
class Draft:
    """A sheet with what stands on it and how it looks. Margins in points."""

    sheet: Sheet
    sale: Sale
    look: Look
    rng: Random
    left: float = 54.0
    right: float = 541.0
    bottom: float = 760.0
    bare: bool = False

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def step(self) -> float:
        """From baseline to baseline of body text."""
        return self.look.size * 1.4

    def label(self, name: str, **parts: str) -> str:
        """The label of a noun as this document prints it, with its colon."""
        if name == "invoice_number":
            name = {"credit_note": "credit_number", "receipt": "receipt_number"}.get(self.sale.document_type, name)
        text = self.sale.labels[name]
        text = text.format(**parts) if parts else text
        text = text.upper() if self.look.capitals else text
        return text + self.look.colon if text[-1] not in ":#" else text

    def money(self, value: Decimal) -> str:
        """An amount in the table: with its currency, or bare when the document says it elsewhere."""
        return self.sale.money(value, bare=self.bare)


Fact = tuple[str, str, str]


def facts(draft: Draft, *, terms: bool = True) -> list[Fact]:
    """Field, label and printed value of the numbers and dates at an invoice's head, in the order of this document."""
    sale, form = draft.sale, draft.sale.form
    found: list[Fact] = [
        ("invoice_number", draft.label("invoice_number"), sale.number),
        ("issue_date", draft.label("issue_date"), form.day(sale.issue_date)),
    ]
    if sale.delivery_date:
        found.append(("delivery_date", draft.label("delivery_date"), form.day(sale.delivery_date)))
    if sale.period:
        found.append(("period", draft.label("period"), " – ".join(form.day(day) for day in sale.period)))
    found += [(name, draft.label(name), value) for name, value in sale.references.items()]
    found += [("", label + draft.look.colon, value) for label, value in sale.others]
    if terms and sale.document_type == "invoice":
        found.append(("due_date", draft.label("due_date"), form.day(sale.due_date)))
    head = [fact for fact in found[:2] if not sale.headline and not (sale.place and fact[0] == "issue_date")]
    rest = found[2:]
    if draft.rng.random() < 0.3:
        head.reverse()
    draft.rng.shuffle(rest)
    return head + rest


def note(draft: Draft, name: str, text: str) -> None:
    """Remember that a field stands on the page, if it is one; a period is two fields in one text."""
    if not name:
        return
    if name == "period":
        start, _, end = text.partition(" – ")
        draft.sheet.shown.update(period_start=start, period_end=end)
    else:
        draft.sheet.shown[name] = text


def pairs(draft: Draft, x: float, y: float, width: float, rows: Sequence[Fact], style: str) -> float:
    """Labels with values. style: "aligned", "right", "above" or "inline"."""
    sheet, look = draft.sheet, draft.look
    size = look.size
    column = max((sheet.measure(label, size) for _, label, _ in rows), default=0.0) + 12
    for name, label, text in rows:
        note(draft, name, text)
        if style == "above":
            sheet.text(x, y, label, size * 0.82, colour=look.muted)
            sheet.text(x, y + size * 1.2, text, sheet.fit(text, size, width, bold=True), bold=True, colour=look.ink)
            y += size * 2.75
            continue
        if style == "inline":
            end = sheet.text(x, y, label.rstrip(":") + ":", size, colour=look.muted)
            sheet.text(end + size * 0.35, y, text, size, colour=look.ink)
        else:
            sheet.text(x, y, label, size, colour=look.muted)
            small = sheet.fit(text, size, width - column)
            at = x + width if style == "right" else x + column
            sheet.text(at, y, text, small, colour=look.ink, align="right" if style == "right" else "left")
        y += draft.step
    return y


def strip(draft: Draft, y: float, rows: Sequence[Fact], *, filled: bool) -> float:
    """Label-over-value cells side by side across the page, in rows of at most four."""
    sheet, look = draft.sheet, draft.look
    for start in range(0, len(rows), 4):
        part = rows[start : start + 4]
        cell = draft.width / len(part)
        if filled:
            sheet.panel(Box(draft.left, y, draft.right, y + 32), fill=look.tint)
        else:
            sheet.panel(Box(draft.left, y, draft.right, y + 32), border=mix(look.ink, WHITE, 0.6))
        for index, (name, label, text) in enumerate(part):
            x = draft.left + index * cell
            if index and not filled:
                sheet.post(x, y, y + 32, colour=mix(look.ink, WHITE, 0.6))
            note(draft, name, text)
            sheet.text(x + 7, y + 12, label, sheet.fit(label, look.size * 0.8, cell - 10), colour=look.muted)
            small = sheet.fit(text, look.size, cell - 14, bold=True)
            sheet.text(x + 7, y + 25, text, small, bold=True, colour=look.ink)
        y += 32 + (0 if not filled else 4)
    return y


def party(
    draft: Draft, x: float, y: float, who: Party, role: str, *, heading: bool, ids: bool = False, size: float = 0.0,
    width: float = 230.0,
) -> float:  # fmt: skip
    """A name with its address. role: "seller" or "buyer"; ids: with the VAT number under it; width: for the name."""
    sheet, look = draft.sheet, draft.look
    size = size or look.size
    if heading:
        sheet.text(x, y, draft.label(role), size * 0.85, bold=True, colour=look.accent)
        y += size * 1.55
    bold = heading or role == "seller"
    y = sheet.paragraph(x, y, width, who.name, size, bold=bold, colour=look.ink)
    sheet.shown[f"{role}_name"] = who.name
    for line in who.address:
        sheet.text(x, y, line, size, colour=look.ink)
        y += size * 1.35
    if ids and who.vat_id:
        end = sheet.text(x, y, draft.label(f"{role}_vat_id"), size, colour=look.muted)
        sheet.text(end + size * 0.35, y, vat_text(draft, who.vat_id), size, colour=look.ink, field=f"{role}_vat_id")
        y += size * 1.35
    return y


def vat_text(draft: Draft, vat_id: str) -> str:
    """A VAT number as printed: in groups where the document does so."""
    if vat_id.startswith("CHE"):
        return f"{vat_id} MWST"
    if not draft.look.spaced_ids:
        return vat_id
    head, body = vat_id[:2], vat_id[2:]
    return " ".join((head, *(body[i : i + 3] for i in range(0, len(body), 3))))


def iban_text(draft: Draft, iban: str) -> str:
    """An IBAN in groups of four, or in one piece where the document is that kind."""
    return " ".join(iban[i : i + 4] for i in range(0, len(iban), 4)) if draft.look.rows != "none" else iban


def mark(draft: Draft, x: float, top: float, size: float, *, colour: Colour | None = None) -> float:
    """The seller's drawn mark, `size` points high. Returns its right edge."""
    sheet, look = draft.sheet, draft.look
    fill = colour or look.accent
    pale = mix(fill, WHITE, 0.55)
    kind = draft.rng.randrange(5)
    half = size / 2
    if kind == 0:
        sheet.disc(x + half, top + half, half, fill)
        white = WHITE if colour is None else look.accent
        sheet.text(
            x + half, top + size * 0.71, draft.sale.seller.brand[0], size * 0.6, bold=True, colour=white, align="middle"
        )
    elif kind == 1:
        sheet.disc(x + half * 0.8, top + half, half * 0.8, fill)
        sheet.disc(x + half * 1.7, top + half, half * 0.8, pale)
        return x + half * 2.5
    elif kind == 2:
        sheet.polygon(((x, top + size), (x + half, top), (x + size, top + size)), fill)
        sheet.polygon(((x + half, top + size), (x + size, top + size * 0.3), (x + size * 1.5, top + size)), pale)
        return x + size * 1.5
    elif kind == 3:
        for index, share in enumerate((0.45, 0.75, 1.0)):
            sheet.panel(
                Box(
                    x + index * size * 0.34, top + size * (1 - share), x + index * size * 0.34 + size * 0.26, top + size
                ),
                fill=fill,
            )
    else:
        sheet.panel(Box(x, top, x + size, top + size), fill=fill, radius=0.2)
        sheet.panel(Box(x + size * 0.3, top + size * 0.3, x + size * 0.7, top + size * 0.7), fill=pale, radius=0.2)
    return x + size


def seller_lines(draft: Draft) -> list[tuple[str, str, str]]:
    """Field, label, value of the seller's registered numbers this document prints."""
    seller = draft.sale.seller
    rows = []
    if seller.vat_id and not (draft.sale.locale.country in ("ES", "PL") and draft.look.colon):
        rows.append(("seller_vat_id", draft.label("seller_vat_id"), vat_text(draft, seller.vat_id)))
    if seller.tax_number and (not rows or draft.sale.locale.country == "DE"):
        rows.append(("seller_tax_number", draft.label("seller_tax_number"), seller.tax_number))
    if seller.registration:
        rows.append(("seller_registration", draft.label("seller_registration", city=seller.city), seller.registration))
    return rows


def bank_lines(draft: Draft) -> list[Fact]:
    """Field (or ""), label, value of where to pay."""
    seller = draft.sale.seller
    rows: list[Fact] = [("", draft.label("bank"), seller.bank)]
    if seller.iban and seller.bic:
        rows += [("iban", draft.label("iban"), iban_text(draft, seller.iban)), ("bic", draft.label("bic"), seller.bic)]
    return rows


def columns(
    draft: Draft, y: float, blocks: Sequence[Sequence[Fact]], *, size: float, left: float = 0.0, right: float = 0.0
) -> float:
    """Blocks of small lines side by side; a fact without label is a plain line. Each takes the room it needs."""
    sheet, look = draft.sheet, draft.look
    left, right = left or draft.left, right or draft.right
    lines = [[f"{label} {text}".strip() for _, label, text in block] for block in blocks]
    widths = [max((sheet.measure(line, size) for line in block), default=0.0) for block in lines]
    while sum(widths) + 10 * (len(widths) - 1) > right - left and size > 4.5:
        size -= 0.2
        widths = [max((sheet.measure(line, size) for line in block), default=0.0) for block in lines]
    gap = (right - left - sum(widths)) / max(1, len(widths) - 1) if len(widths) > 1 else 0.0
    x, lowest = left, y
    for block, width in zip(blocks, widths, strict=True):
        at = y
        for name, label, text in block:
            end = sheet.text(x, at, label, size, colour=look.muted) if label else x
            sheet.text(end + (sheet.measure(" ", size) if label else 0), at, text, size, colour=look.muted)
            if name:
                note(draft, name, text)
            at += size * 1.4
        lowest = max(lowest, at)
        x += width + min(gap, 140)
    return lowest


def footer(draft: Draft, *, bank: bool = True, ids: bool = True) -> None:
    """The foot of every page: firm, contact, bank and registered numbers in columns, and the page number."""
    sheet, sale, look = draft.sheet, draft.sale, draft.look
    seller = sale.seller
    plain: list[list[Fact]] = [
        [("", "", seller.name), *(("", "", line) for line in seller.address)],
        [("", draft.sale.labels["phone"], seller.phone), ("", "", seller.email), ("", "", seller.web)],
    ]
    if bank:
        plain.append(bank_lines(draft))
    if ids and seller_lines(draft):
        plain.append(seller_lines(draft))
    size = min(7.2, look.size * 0.8)
    top = sheet.height - 62
    for page in range(1, len(sheet.sides) + 1):
        sheet.go_to(page)
        sheet.rule(draft.left, top - 12, draft.right, colour=mix(look.ink, WHITE, 0.6))
        columns(draft, top, plain, size=size)
        page_number(draft, page, sheet.height - 22, size)


def page_number(draft: Draft, page: int, y: float, size: float) -> None:
    """ "Page 1 of 2", only where there are several pages."""
    total = len(draft.sheet.sides)
    if total > 1:
        text = draft.sale.labels["page"].format(page=page, pages=total)
        draft.sheet.text(draft.right, y, text, size, colour=draft.look.muted, align="right")
