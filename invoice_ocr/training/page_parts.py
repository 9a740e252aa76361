"""The parts of business pages: letterhead, addresses, tables, totals, notes and footer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from invoice_ocr.training.page_marks import code, icons, leaders, logo, signature, stamp
from invoice_ocr.training.page_style import Style, contrast, tint
from invoice_ocr.training.sheet import Colour, Sheet, Type


def letterhead(sheet: Sheet, style: Style, margin: float, y: float) -> float:
    rng = sheet.rng
    right = rng.random() < 0.5
    if rng.random() < 0.7:
        width = rng.uniform(40, 170)
        x = sheet.width - margin - width if right else margin
        height = rng.uniform(22, 70)
        logo(sheet, style, x, y - 10, width, height)
        y = max(y, y - 10 + height + 8)
    else:
        font = sheet.font(style.bold, float(rng.uniform(14, 34)))
        x = sheet.width - margin if right else margin
        spacing = float(rng.uniform(0.5, 4)) if rng.random() < 0.2 else 0.0
        sheet.line(
            x,
            y + font.size / sheet.scale * 0.6,
            style.text.company(),
            font,
            style.accent if rng.random() < 0.5 else style.ink,
            align="right" if right else "left",
            spacing=spacing,
        )
        y += font.size / sheet.scale + 4
    if rng.random() < 0.6:
        size = style.size * rng.uniform(0.75, 1.0)
        font = sheet.font(style.other, float(size))
        x = margin if right and rng.random() < 0.5 else sheet.width - margin
        for _ in range(int(rng.integers(2, 7))):
            at = icons(sheet, x, y, float(size)) if x == margin and rng.random() < 0.2 else x
            sheet.line(at, y, style.text.contact(), font, style.grey(), align="left" if x == margin else "right")
            y += size * 1.25
    return y


def addresses(sheet: Sheet, style: Style, margin: float, y: float) -> float:
    rng = sheet.rng
    font = sheet.font(style.regular, style.size)
    small = sheet.font(style.regular, max(5.0, style.size * 0.7))
    columns = int(rng.integers(1, 4))
    width = (sheet.width - 2 * margin) / columns
    bottom = y
    if rng.random() < 0.35:
        end = sheet.line(margin, y, style.text.sender(), small, style.grey())
        if rng.random() < 0.5:
            sheet.rule(margin, y + 2, end, y + 2, style.ink, 0.4)
        y += style.leading * 1.2
    for column in range(columns):
        x, at = margin + column * width, y
        if column and (column == columns - 1) and rng.random() < 0.6:
            at = _pairs(sheet, style, x, at, width)
        else:
            if rng.random() < 0.4:
                sheet.line(
                    x,
                    at,
                    style.text.label(),
                    sheet.font(style.bold, style.size),
                    style.accent if rng.random() < 0.3 else style.ink,
                )
                at += style.leading
            for _ in range(int(rng.integers(3, 7))):
                sheet.line(x, at, style.text.address(), font, style.ink)
                at += style.leading
        bottom = max(bottom, at)
    return bottom


def _pairs(sheet: Sheet, style: Style, x: float, y: float, width: float) -> float:
    """Labels and values: number, date, customer and so on, side by side or below one another."""
    rng = sheet.rng
    label = sheet.font(style.bold if rng.random() < 0.3 else style.regular, style.size * float(rng.uniform(0.8, 1.0)))
    value = sheet.font(style.regular if rng.random() < 0.7 else style.bold, style.size)
    layout = rng.random()
    gap = rng.uniform(0.4, 0.6) * width
    colour = style.grey()
    framed = rng.random() < 0.25
    for _ in range(int(rng.integers(2, 8))):
        if framed:
            sheet.box(x - 3, y - style.leading * 0.8, width, style.leading * 1.05, None, style.ink)
        end = sheet.line(x, y, style.text.label(), label, colour)
        if layout < 0.35:
            sheet.line(max(x + gap, end + 4), y, style.text.value(), value, style.ink)
        elif layout < 0.65:
            sheet.line(x + width - 4, y, style.text.value(), value, style.ink, align="right")
        elif layout < 0.8:
            sheet.line(end + value.space / sheet.scale * rng.uniform(1, 2), y, style.text.value(), value, style.ink)
        else:
            y += style.leading * 0.95
            sheet.line(x, y, style.text.value(), value, style.ink)
            y += style.leading * 0.2
        y += style.leading
    return y


@dataclass(frozen=True, slots=True)
class Grid:
    """How one table is laid out, in points. rise: from a baseline down to the line between two rows."""

    columns: list[tuple[str, str]]
    edges: np.ndarray
    size: float
    step: float
    rise: float
    pad: float
    look: str
    line: Colour


def table(sheet: Sheet, style: Style, x: float, y: float, width: float, bottom: float) -> float:
    """Rows of words, quantities and amounts under a heading, ruled in one of several ways."""
    rng = sheet.rng
    columns = style.text.columns(int(rng.integers(3, 9)))
    parts = np.array([3.0 if kind == "words" else 1.0 for kind, _ in columns]) * rng.uniform(0.8, 1.25, len(columns))
    edges = x + np.concatenate([[0.0], np.cumsum(parts / parts.sum())]) * width
    size = min(style.size, 62.0 / len(columns) + 2.0) * float(rng.uniform(0.85, 1.0))
    step = size * float(rng.uniform(1.15, 2.4))
    look = str(rng.choice(["plain", "rules", "grid", "zebra", "frame", "columns"]))
    line = style.ink if rng.random() < 0.5 else (170, 170, 170)
    grid = Grid(columns, edges, size, step, step * 0.5 - size * 0.33, float(rng.uniform(2, 5)), look, line)
    top = y - step + grid.rise
    _heading(sheet, style, grid, y)
    y = _rows(sheet, style, grid, y + step, bottom)
    low = y - step + grid.rise
    for edge in edges if look in {"grid", "columns"} else ():
        sheet.rule(edge, top, edge, low, line, 0.5)
    if look in {"frame", "grid", "columns"}:
        sheet.box(x, top, width, low - top, None, line)
    return y


def _heading(sheet: Sheet, style: Style, grid: Grid, y: float) -> None:
    rng = sheet.rng
    bold = rng.random() < 0.7
    font = sheet.font(style.bold if bold else style.regular, grid.size * float(rng.uniform(0.85, 1.05)))
    colour = style.ink
    left, width = float(grid.edges[0]), float(grid.edges[-1] - grid.edges[0])
    if rng.random() < 0.35:
        ground = style.accent if rng.random() < 0.6 else tint(rng, style.accent) if rng.random() < 0.6 else (45, 45, 45)
        sheet.box(left, y - grid.step + grid.rise, width, grid.step, ground)
        colour = contrast(ground)
    for (kind, name), start, end in zip(grid.columns, grid.edges[:-1], grid.edges[1:], strict=True):
        cell(sheet, name, kind, start, end, y, font, colour, grid.pad)
    sheet.rule(left, y + grid.rise, left + width, y + grid.rise, grid.line, float(rng.uniform(0.3, 1.5)))


def _rows(sheet: Sheet, style: Style, grid: Grid, y: float, bottom: float) -> float:
    rng = sheet.rng
    font = sheet.font(style.regular, grid.size)
    left, width = float(grid.edges[0]), float(grid.edges[-1] - grid.edges[0])
    shade = tint(rng, style.accent) if rng.random() < 0.3 else (238, 238, 240)
    for row in range(int(rng.integers(1, 26))):
        if y >= bottom:
            break
        if grid.look == "zebra" and row % 2:
            sheet.box(left, y - grid.step + grid.rise, width, grid.step, shade)
        for (kind, _), start, end in zip(grid.columns, grid.edges[:-1], grid.edges[1:], strict=True):
            if rng.random() < 0.94:
                cell(sheet, style.text.cell(kind), kind, start, end, y, font, style.ink, grid.pad)
        for _ in range(int(rng.integers(0, 3)) if rng.random() < 0.3 else 0):
            y += grid.size * 1.2
            end = float(grid.edges[min(3, len(grid.edges) - 1)])
            cell(sheet, style.text.cell("words"), "words", float(grid.edges[1]), end, y, font, style.grey(), grid.pad)
        if grid.look in {"rules", "grid"}:
            sheet.rule(left, y + grid.rise, left + width, y + grid.rise, grid.line, 0.5)
        y += grid.step
    return y


def cell(
    sheet: Sheet, text: str, kind: str, left: float, right: float, y: float, font: Type, fill: Colour, pad: float
) -> None:
    room = right - left - pad
    words = text.split(" ")
    while len(words) > 1 and sheet.length(" ".join(words), font) > room:
        words.pop()
    text = " ".join(words)
    if sheet.length(text, font) > room:
        return
    if kind == "words":
        sheet.line(left + pad, y, text, font, fill)
    elif kind == "number" and sheet.rng.random() < 0.4:
        sheet.line((left + right) / 2, y, text, font, fill, align="center")
    else:
        sheet.line(right - pad, y, text, font, fill, align="right")


def totals(sheet: Sheet, style: Style, margin: float, y: float) -> float:
    rng = sheet.rng
    width = rng.uniform(140, 260)
    x = sheet.width - margin - width if rng.random() < 0.85 else margin
    font = sheet.font(style.regular, style.size)
    rows = int(rng.integers(2, 6))
    dotted = rng.random() < 0.12
    for row in range(rows):
        last = row == rows - 1
        used = sheet.font(style.bold, style.size * float(rng.uniform(1, 1.4))) if last and rng.random() < 0.7 else font
        colour = style.ink
        if last and rng.random() < 0.25:
            sheet.box(x - 4, y - style.leading * 0.95, width + 8, style.leading * 1.35, style.accent)
            colour = contrast(style.accent)
        elif last and rng.random() < 0.5:
            sheet.rule(x, y - style.leading * 0.85, x + width, y - style.leading * 0.85, style.ink)
        end = sheet.line(x, y, style.text.label(), used, colour)
        amount = style.text.amount()
        start = x + width - sheet.length(amount, used)
        if start < end + 4:
            y += style.leading
        if dotted and start > end + 20:
            leaders(sheet, end + 4, start - 4, y, colour)
        sheet.line(x + width, y, amount, used, colour, align="right")
        y += style.leading * (1.0 if not last else 1.6)
    return y


def notes(sheet: Sheet, style: Style, margin: float, y: float) -> None:
    rng = sheet.rng
    font = sheet.font(style.other, style.size * float(rng.uniform(0.75, 1.0)))
    for _ in range(int(rng.integers(1, 4))):
        kind = rng.random()
        if y > sheet.height - 130:
            return
        if kind < 0.45:
            width = (sheet.width - 2 * margin) * rng.uniform(0.4, 1.0)
            y = sheet.paragraph(
                margin,
                y,
                width,
                style.text.words(int(rng.integers(8, 50))),
                font,
                style.grey(),
                font.size / sheet.scale * 1.3,
            )
        elif kind < 0.6:
            sheet.line(margin, y, style.text.bank(), font, style.ink)
            y += style.leading * 1.4
        elif kind < 0.72:
            code(sheet, margin + rng.uniform(0, 250), y)
            y += 75
        elif kind < 0.85:
            signature(sheet, margin + rng.uniform(0, 250), y + 20)
            sheet.rule(margin, y + 42, margin + 150, y + 42, style.ink, 0.5)
            y += 55
        else:
            stamp(sheet, style, margin + rng.uniform(40, 300), y + 25)
            y += 60
        y += rng.uniform(4, 16)


def footer(sheet: Sheet, style: Style, margin: float) -> None:
    rng = sheet.rng
    if rng.random() < 0.2:
        return
    size = float(rng.uniform(5.0, 8.0))
    font = sheet.font(style.other, size)
    colour = style.grey()
    rows = int(rng.integers(1, 6))
    y = sheet.height - rng.uniform(14, 30) - rows * size * 1.25
    if rng.random() < 0.5:
        sheet.rule(
            margin,
            y - size * 1.3,
            sheet.width - margin,
            y - size * 1.3,
            style.accent if rng.random() < 0.3 else (150, 150, 150),
            0.5,
        )
    columns = int(rng.integers(1, 5))
    if columns == 1:
        for _ in range(rows):
            sheet.line(sheet.width / 2, y, style.text.footer(), font, colour, align="center")
            y += size * 1.25
        return
    width = (sheet.width - 2 * margin) / columns
    for column in range(columns):
        at = y
        for _ in range(rows):
            cell(
                sheet,
                style.text.contact(),
                "words",
                margin + column * width,
                margin + (column + 1) * width,
                at,
                font,
                colour,
                0.0,
            )
            at += size * 1.25
    if rng.random() < 0.4:
        sheet.line(sheet.width - margin, sheet.height - 8, style.text.page(), font, colour, align="right")
