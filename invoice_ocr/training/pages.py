"""Made-up business pages with the box of every word: what the detector learns from (see `sheet` for what a box is)."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from invoice_ocr.training.page_marks import (
    code,
    dashes,
    logo,
    photo,
    separator,
    shapes,
    sideways,
    signature,
    stamp,
    watermark,
)
from invoice_ocr.training.page_parts import addresses, cell, footer, letterhead, notes, table, totals
from invoice_ocr.training.page_style import Style, contrast, pick_paper, tint
from invoice_ocr.training.sheet import DrawnPage, Sheet


def draw_page(rng: np.random.Generator, scale: float = 2.2, held_out: bool = False) -> DrawnPage:
    """One page of a random kind; scale: pixels a point; held_out: with the font families kept from training."""
    kinds: list[tuple[float, Callable[[np.random.Generator, float, bool], DrawnPage]]] = [
        (0.40, _invoice),
        (0.10, _form),
        (0.11, _receipt),
        (0.09, _letter),
        (0.12, _table_page),
        (0.09, _small_print),
        (0.14, _scatter),
    ]
    weights = np.array([weight for weight, _ in kinds])
    draw = kinds[int(rng.choice(len(kinds), p=weights / weights.sum()))][1]
    return draw(rng, scale, held_out)


def _a4(rng: np.random.Generator, scale: float, landscape: float = 0.08) -> Sheet:
    size = [(595, 842), (612, 792), (595, 842), (420, 595)][int(rng.choice(4, p=[0.5, 0.25, 0.17, 0.08]))]
    width, height = size[::-1] if rng.random() < landscape else size
    return Sheet(rng, width, height, scale, pick_paper(rng))


def _invoice(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """An invoice: letterhead, addresses, reference block, table of lines, totals, notes and footer."""
    sheet = _a4(rng, scale)
    style = Style(rng, held_out)
    margin = float(rng.uniform(28, 70))
    y = float(rng.uniform(30, 60))
    if rng.random() < 0.25:
        shapes(sheet)
    if rng.random() < 0.08:
        watermark(sheet, style)
    if rng.random() < 0.12:
        sideways(sheet, style)
    y = letterhead(sheet, style, margin, y)
    y = addresses(sheet, style, margin, y + style.leading)
    title = sheet.font(style.bold, float(rng.uniform(11, 30)))
    y += title.size / scale + rng.uniform(2, 16)
    align = str(rng.choice(["left", "left", "right", "center"]))
    at = {"left": margin, "right": sheet.width - margin, "center": sheet.width / 2}[align]
    colour = style.accent if rng.random() < 0.3 else style.ink
    spacing = float(rng.uniform(1, 5)) if rng.random() < 0.12 else 0.0
    sheet.line(at, y, style.text.title(), title, colour, align=align, spacing=spacing)
    y += style.leading * rng.uniform(1, 2)
    if rng.random() < 0.5:
        font = sheet.font(style.regular, style.size)
        y = sheet.paragraph(
            margin,
            y,
            sheet.width - 2 * margin,
            style.text.words(int(rng.integers(6, 40))),
            font,
            style.ink,
            style.leading,
        )
    y = table(
        sheet, style, margin, y + rng.uniform(4, 20), sheet.width - 2 * margin, sheet.height * rng.uniform(0.5, 0.8)
    )
    y = totals(sheet, style, margin, y + style.leading)
    if y < sheet.height - 160:
        notes(sheet, style, margin, y + rng.uniform(5, 30))
    footer(sheet, style, margin)
    return sheet.done()


def _form(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """An official form: rows of framed fields, each with a tiny caption and a value, and strips of headings."""
    sheet = _a4(rng, scale, landscape=0.2)
    style = Style(rng, held_out)
    margin = float(rng.uniform(8, 40))
    caption = sheet.font(style.regular if rng.random() < 0.7 else style.bold, float(rng.uniform(4.8, 6.5)))
    value = sheet.font(style.regular if rng.random() < 0.7 else style.bold, float(rng.uniform(7, 10)))
    y, width = margin, sheet.width - 2 * margin
    edge = style.ink if rng.random() < 0.7 else (150, 150, 150)
    if rng.random() < 0.15:
        watermark(sheet, style)
    while y < sheet.height - margin - 40:
        way = rng.random()
        high = float(rng.uniform(18, 30))
        if way < 0.12:
            y = table(sheet, style, margin, y + 12, width, min(sheet.height - 60, y + 200))
            continue
        if way < 0.27:
            sheet.line(margin, y + 9, style.text.title(), sheet.font(style.bold, 7.5), style.ink)
            y += 12
            continue
        if way < 0.33:
            dashes(sheet, margin, y + 5, width, edge, upright=False)
            y += 10
            continue
        cuts = np.sort(rng.uniform(0.1, 0.9, int(rng.integers(0, 7))))
        for left, right in zip([0.0, *cuts], [*cuts, 1.0], strict=True):
            x0, x1 = margin + left * width, margin + right * width
            sheet.box(x0, y, x1 - x0, high, None, edge)
            cell(sheet, style.text.label().upper(), "words", x0, x1, y + 6.5, caption, style.ink, 2.0)
            if rng.random() < 0.75:
                kind = "words" if rng.random() < 0.6 else "amount"
                cell(sheet, style.text.value(), kind, x0, x1, y + high - 3.5, value, style.ink, 2.5)
        y += high + (0.0 if rng.random() < 0.7 else 4.0)
    return sheet.done()


def _receipt(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """A till receipt: narrow, mostly one fixed-width face, amounts at the right edge."""
    width = float(rng.uniform(150, 250))
    height = float(rng.uniform(300, 700))
    # A receipt fills its picture, so its letters come out larger than a page's would.
    sheet = Sheet(rng, width, height, scale * float(rng.uniform(1.0, 1.6)), pick_paper(rng))
    style = Style(rng, held_out, mono=rng.random() < 0.6)
    size = float(rng.uniform(6.5, 9.5))
    step = size * float(rng.uniform(1.02, 1.5))
    font, bold = sheet.font(style.regular, size), sheet.font(style.bold, size)
    margin = float(rng.uniform(6, 16))
    y = float(rng.uniform(14, 40))
    if rng.random() < 0.4:
        logo(sheet, style, margin + width * 0.2, y, width * 0.5, 30)
        y += 42
    for row in range(int(rng.integers(2, 7))):
        used = sheet.font(style.bold, size * float(rng.uniform(1, 2))) if row == 0 else font
        sheet.line(width / 2, y, style.text.contact() if row else style.text.brand(), used, style.ink, align="center")
        y += step * (1.6 if row == 0 else 1)
    while y < height - 60:
        kind = rng.random()
        if kind < 0.55:
            amount = style.text.amount()
            cell(
                sheet,
                style.text.item(),
                "words",
                margin,
                width - margin - sheet.length(amount, font) - 4,
                y,
                font,
                style.ink,
                0.0,
            )
            sheet.line(width - margin, y, amount, font, style.ink, align="right")
        elif kind < 0.7:
            sheet.line(margin + rng.uniform(0, 20), y, style.text.quantity(), font, style.ink)
        elif kind < 0.8:
            cell(
                sheet,
                style.text.label() + " " + style.text.value(),
                "words",
                margin,
                width - margin,
                y,
                font,
                style.ink,
                0.0,
            )
        elif kind < 0.87:
            used = bold if rng.random() < 0.5 else sheet.font(style.bold, size * float(rng.uniform(1.1, 1.8)))
            y += used.size / sheet.scale * 0.4
            sheet.line(margin, y, style.text.label(), used, style.ink)
            sheet.line(width - margin, y, style.text.amount(), used, style.ink, align="right")
            y += step * 0.3
        elif kind < 0.95:
            separator(sheet, style, margin, y, font)
        else:
            sheet.line(width / 2, y, style.text.contact(), font, style.ink, align="center")
        y += step
    if rng.random() < 0.5:
        code(sheet, margin + 10, height - 55)
    return sheet.done()


def _letter(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """A letter, in one to three columns."""
    sheet = _a4(rng, scale)
    style = Style(rng, held_out)
    margin = float(rng.uniform(30, 80))
    y = letterhead(sheet, style, margin, float(rng.uniform(40, 70)))
    y = addresses(sheet, style, margin, y + 20) + 20
    columns = int(rng.choice([1, 1, 2, 3]))
    gap = 16.0
    width = (sheet.width - 2 * margin - gap * (columns - 1)) / columns
    font = sheet.font(style.regular, style.size)
    for column in range(columns):
        x, at = margin + column * (width + gap), y
        while at < sheet.height - 90:
            if rng.random() < 0.2:
                used = sheet.font(style.bold, style.size * float(rng.uniform(1, 1.6)))
                at += used.size / sheet.scale * 0.5
                at = sheet.paragraph(
                    x,
                    at,
                    width,
                    style.text.words(int(rng.integers(2, 6))),
                    used,
                    style.accent if rng.random() < 0.3 else style.ink,
                    used.size / sheet.scale * 1.25,
                )
            if rng.random() < 0.06 and width > 120:
                sheet.picture(x, at, photo(rng, int(min(width, rng.uniform(50, 200)) * scale), int(50 * scale)))
                at += 65
            at = sheet.paragraph(
                x, at, width, style.text.words(int(rng.integers(5, 70))), font, style.ink, style.leading
            )
            at += style.leading * rng.uniform(0.1, 1.2)
    footer(sheet, style, margin)
    return sheet.done()


def _table_page(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """Dense tables one below the other, often on a page on its side."""
    sheet = _a4(rng, scale, landscape=0.4)
    style = Style(rng, held_out)
    style.size = float(rng.uniform(5.5, 9.0))
    style.leading = style.size * 1.25
    margin = float(rng.uniform(15, 50))
    y = float(rng.uniform(25, 60))
    sheet.line(margin, y, style.text.title(), sheet.font(style.bold, style.size * 1.6), style.ink)
    y += 30
    while y < sheet.height - 60:
        y = table(sheet, style, margin, y, sheet.width - 2 * margin, sheet.height - 40) + rng.uniform(4, 30)
    footer(sheet, style, margin)
    return sheet.done()


def _small_print(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """Terms and conditions: columns of the smallest type."""
    sheet = _a4(rng, scale)
    style = Style(rng, held_out)
    size = float(rng.uniform(4.6, 7.5))
    font, bold = sheet.font(style.regular, size), sheet.font(style.bold, size)
    columns = int(rng.integers(1, 4))
    margin, gap = float(rng.uniform(20, 50)), 12.0
    width = (sheet.width - 2 * margin - gap * (columns - 1)) / columns
    leading = size * float(rng.uniform(1.0, 1.35))
    colour = style.grey()
    for column in range(columns):
        x, y = margin + column * (width + gap), margin + 20
        while y < sheet.height - margin - 20:
            if rng.random() < 0.3:
                y = sheet.paragraph(x, y, width, style.text.words(int(rng.integers(2, 6))), bold, style.ink, leading)
            y = sheet.paragraph(x, y, width, style.text.words(int(rng.integers(10, 90))), font, colour, leading)
            y += leading * rng.uniform(0, 0.8)
    return sheet.done()


def _scatter(rng: np.random.Generator, scale: float, held_out: bool) -> DrawnPage:
    """Everything anywhere: panels of all colours, words of all sizes and faces, lone signs, pictures and codes."""
    sheet = _a4(rng, scale, landscape=0.3)
    rows = int(rng.integers(5, 12))
    step = (sheet.height - 20) / rows
    for row in range(rows):
        y = 10 + row * step
        cut = float(rng.uniform(0.25, 0.75)) if rng.random() < 0.6 else 1.0
        spans = [(10.0, (sheet.width - 20) * cut)]
        if cut < 1:
            spans.append((10 + (sheet.width - 20) * cut, (sheet.width - 20) * (1 - cut)))
        for x, width in spans:
            _panel(sheet, Style(rng, held_out), x, y, width - 4, step - 4)
    return sheet.done()


def _panel(sheet: Sheet, style: Style, x: float, y: float, width: float, height: float) -> None:
    rng = sheet.rng
    if rng.random() < 0.3:
        _ornament(sheet, style, x, y, width, height)
        return
    if rng.random() < 0.06:
        sheet.picture(x, y, photo(rng, int(width * sheet.scale), int(height * sheet.scale)))
    ink = style.ink
    if rng.random() < 0.4:
        ground = style.accent if rng.random() < 0.6 else tint(rng, style.accent)
        sheet.box(x, y, width, height, ground)
        ink = contrast(ground)
    elif rng.random() < 0.3:
        ink = style.accent
    size = float(np.exp(rng.uniform(np.log(6), np.log(44))))
    font = sheet.font(style.bold if rng.random() < 0.4 else style.regular, size)
    leading = size * float(rng.uniform(0.98, 1.8))
    spacing = float(rng.uniform(0.05, 0.45)) * size if rng.random() < 0.15 else 0.0
    line = y + size
    while line < y + height - size * 0.3:
        words = style.text.mixed(int(width / size / 2.2) + 1).split(" ")
        while len(words) > 1 and sheet.length(" ".join(words), font, spacing) > width:
            words.pop()
        align, at = ("left", x + 2) if rng.random() < 0.6 else ("right", x + width - 2)
        sheet.line(at, line, " ".join(words), font, ink, align=align, spacing=spacing)
        if rng.random() < 0.12:
            low = line + size * float(rng.uniform(0.08, 0.3))
            sheet.rule(x, low, x + width * float(rng.uniform(0.2, 1)), low, ink, float(rng.uniform(0.3, 1.2)))
        line += leading


def _ornament(sheet: Sheet, style: Style, x: float, y: float, width: float, height: float) -> None:
    rng = sheet.rng
    kind = rng.random()
    if kind < 0.2:
        sheet.picture(x, y, photo(rng, int(width * sheet.scale), int(height * sheet.scale)))
    elif kind < 0.45:
        code(sheet, x, y)
    elif kind < 0.6:
        signature(sheet, x + 30, y + height / 2)
    elif kind < 0.75:
        stamp(sheet, style, x + width / 2, y + height / 2)
    else:
        for _ in range(int(rng.integers(1, 5))):
            dashes(sheet, x + rng.uniform(0, width), y, height, style.ink, upright=True)
            dashes(sheet, x, y + rng.uniform(0, height), width, style.ink, upright=False)
