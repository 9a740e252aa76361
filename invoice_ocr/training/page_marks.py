"""What stands on pages and is no word: logos, pictures, codes, signatures, stamps, dotted leaders, separators."""

from __future__ import annotations

import cv2
import numpy as np
from PIL import Image, ImageDraw

from invoice_ocr.training.page_style import Style, pick_accent, pick_faces
from invoice_ocr.training.sheet import BLACK, Colour, Sheet, Type


def logo(sheet: Sheet, style: Style, x: float, y: float, width: float, height: float) -> None:
    rng, s = sheet.rng, sheet.scale
    kind = rng.random()
    if kind < 0.3:
        sheet.picture(x, y, photo(rng, int(width * s), int(height * s)))
    elif kind < 0.65:
        for _ in range(int(rng.integers(1, 5))):
            colour = pick_accent(rng)
            x0, x1 = sorted(rng.uniform(x, x + width * 0.6, 2))
            y0, y1 = sorted(rng.uniform(y, y + height, 2))
            box = (x0 * s, y0 * s, (x1 + 4) * s, (y1 + 4) * s)
            shape = rng.random()
            if shape < 0.4:
                sheet.pen.ellipse(box, fill=colour)
            elif shape < 0.6:
                sheet.pen.arc(box, 0, float(rng.uniform(90, 360)), fill=colour, width=int(rng.integers(2, 10)))
            elif shape < 0.8:
                sheet.pen.polygon(
                    [(float(rng.uniform(box[0], box[2])), float(rng.uniform(box[1], box[3]))) for _ in range(4)],
                    fill=colour,
                )
            else:
                sheet.pen.rectangle(box, fill=colour)
    if kind > 0.5:
        face = pick_faces(rng, False, style.script, False)[1]
        font = sheet.font(face, height * float(rng.uniform(0.25, 0.7)))
        top = y + height * 0.75
        start = x + width * (0.65 if kind < 0.65 else 0.0)
        sheet.line(start, top, style.text.brand(), font, pick_accent(rng))


def photo(rng: np.random.Generator, width: int, height: int) -> np.ndarray:
    """Smooth noise in a few colours with edges: what a photograph looks like to a detector of words."""
    width, height = max(width, 8), max(height, 8)
    image: np.ndarray = np.zeros((height, width, 3), np.float32)
    for cells in (2, 6, 16):
        noise = rng.random((cells, cells, 3)).astype(np.float32)
        image = image + cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC) / (1 + cells / 6)
    image = image / image.max() * float(rng.uniform(150, 255))
    if rng.random() < 0.5:
        image += rng.normal(0, float(rng.uniform(2, 25)), image.shape)
    for _ in range(int(rng.integers(0, 8))):
        centre = (int(rng.integers(width)), int(rng.integers(height)))
        colour = tuple(int(v) for v in rng.integers(0, 256, 3))
        cv2.circle(image, centre, int(rng.integers(2, max(3, height // 3))), colour, -1 if rng.random() < 0.6 else 2)
    return np.asarray(image.clip(0, 255).astype(np.uint8))


def code(sheet: Sheet, x: float, y: float) -> None:
    rng, s = sheet.rng, sheet.scale
    if rng.random() < 0.5:
        cells = int(rng.choice([21, 25, 29, 33, 45]))
        grid = (rng.random((cells, cells)) < 0.5).astype(np.uint8)
        for top, left in ((0, 0), (0, cells - 7), (cells - 7, 0)):
            grid[top : top + 7, left : left + 7] = 1
            grid[top + 1 : top + 6, left + 1 : left + 6] = 0
            grid[top + 2 : top + 5, left + 2 : left + 5] = 1
        side = int(rng.uniform(35, 75) * s)
        code = cv2.resize(255 - grid * 255, (side, side), interpolation=cv2.INTER_NEAREST)
        sheet.picture(x, y, np.repeat(code[:, :, None], 3, 2))
        return
    at, high = x, rng.uniform(15, 45)
    end = x + rng.uniform(70, 180)
    while at < end:
        bar = float(rng.integers(1, 4)) * 0.8
        sheet.box(at, y, max(0.0, bar - 1 / s), high, BLACK)
        at += bar + float(rng.integers(1, 4)) * 0.8
    if rng.random() < 0.6:
        face = pick_faces(rng, False, "latin", False)[0]
        digits = "".join(str(d) for d in rng.integers(0, 10, int(rng.integers(6, 14))))
        size = float(rng.uniform(6, 9))
        spacing = float(rng.uniform(0, 4)) if rng.random() < 0.5 else 0.0
        sheet.line(x, y + high + size * 1.1, digits, sheet.font(face, size), BLACK, spacing=spacing)


def signature(sheet: Sheet, x: float, y: float) -> None:
    rng, s = sheet.rng, sheet.scale
    count = int(rng.integers(8, 24))
    xs = x + np.cumsum(rng.normal(5, 6, count))
    ys = y + np.cumsum(rng.normal(0, 7, count)) * 0.7
    fine = np.linspace(0, count - 1, count * 12)
    kernel = np.hanning(25) / np.hanning(25).sum()
    px = np.convolve(np.interp(fine, np.arange(count), xs), kernel, "valid") * s
    py = np.convolve(np.interp(fine, np.arange(count), ys), kernel, "valid") * s
    colour = BLACK if rng.random() < 0.5 else (20, 30, int(rng.integers(100, 200)))
    points = [(float(a), float(b)) for a, b in zip(px, py, strict=True)]
    sheet.pen.line(points, fill=colour, width=max(1, round(rng.uniform(0.5, 1.6) * s)))


def stamp(sheet: Sheet, style: Style, x: float, y: float) -> None:
    rng, s = sheet.rng, sheet.scale
    colour = (int(rng.integers(0, 200)), int(rng.integers(0, 60)), int(rng.integers(0, 200)))
    wide, high = rng.uniform(30, 70), rng.uniform(14, 40)
    box = ((x - wide) * s, (y - high) * s, (x + wide) * s, (y + high) * s)
    width = max(1, round(rng.uniform(0.8, 2.5) * s))
    if rng.random() < 0.5:
        sheet.pen.ellipse(box, outline=colour, width=width)
    else:
        sheet.pen.rectangle(box, outline=colour, width=width)
    word = style.text.label().split()[0].upper()
    size = min(high, 1.4 * wide / max(3, len(word)))
    sheet.line(x, y + size * 0.4, word, sheet.font(style.bold, size), colour, align="center")


def leaders(sheet: Sheet, x0: float, x1: float, y: float, fill: Colour) -> None:
    for x in np.arange(x0, x1, sheet.rng.uniform(2.5, 4.5)):
        sheet.box(float(x), y - 0.9, 0.7, 0.7, fill)


def separator(sheet: Sheet, style: Style, margin: float, y: float, font: Type) -> None:
    kind = sheet.rng.random()
    if kind < 0.4:
        sheet.rule(margin, y - 3, sheet.width - margin, y - 3, style.ink)
    else:  # a row of signs is a rule, not a word
        sign = str(sheet.rng.choice(["-", "=", "*", "_", ".", "- "]))
        count = int((sheet.width - 2 * margin) * sheet.scale / max(1.0, font.length(sign)))
        sheet.pen.text(
            (margin * sheet.scale, y * sheet.scale), sign * count, fill=style.ink, font=font.face, anchor="ls"
        )


def dashes(sheet: Sheet, x0: float, y0: float, length: float, fill: Colour, *, upright: bool) -> None:
    """A dashed or dotted line, along the page or down it."""
    rng = sheet.rng
    dash, gap, width = (float(rng.uniform(*span)) for span in ((0.5, 7), (1.2, 6), (0.4, 1.2)))
    for at in np.arange(0, length, dash + gap):
        if upright:
            sheet.box(x0, y0 + float(at), width, dash, fill)
        else:
            sheet.box(x0 + float(at), y0, dash, width, fill)


def watermark(sheet: Sheet, style: Style) -> None:
    """A large faint word across the page, slanting: never a box."""
    rng, s = sheet.rng, sheet.scale
    font = sheet.font(style.bold, float(rng.uniform(50, 110)))
    text = style.text.brand().upper()[:10]
    wide, high = int(font.length(text)) + 8, int(font.size * 1.4)
    mask = Image.new("L", (wide, high), 0)
    ImageDraw.Draw(mask).text((4, font.size), text, fill=int(rng.uniform(25, 130)), font=font.face, anchor="ls")
    mask = mask.rotate(
        float(rng.choice([-1, 1]) * rng.uniform(25, 65)), expand=True, resample=Image.Resampling.BILINEAR
    )
    place = (int(rng.uniform(0.0, 0.4) * sheet.width * s), int(rng.uniform(0.05, 0.5) * sheet.height * s))
    sheet.image.paste(pick_accent(rng) if rng.random() < 0.6 else (120, 120, 120), place, mask)


def shapes(sheet: Sheet) -> None:
    """Discs, bars and bands of colour that run off the page, as designers like them."""
    rng, s = sheet.rng, sheet.scale
    for _ in range(int(rng.integers(1, 4))):
        red, green, blue = pick_accent(rng)
        colour = (128 + red // 2, 128 + green // 2, 128 + blue // 2)  # light enough for what is printed on it
        kind = rng.random()
        if kind < 0.4:
            radius = float(rng.uniform(20, 180))
            x, y = (
                float(rng.choice([0, sheet.width])),
                float(rng.choice([0, sheet.height, rng.uniform(0, sheet.height)])),
            )
            sheet.pen.ellipse(((x - radius) * s, (y - radius) * s, (x + radius) * s, (y + radius) * s), fill=colour)
        elif kind < 0.7:
            high = float(rng.uniform(3, 70))
            sheet.box(0, float(rng.choice([0.0, sheet.height - high])), sheet.width, high, colour)
        elif kind < 0.85:
            sheet.box(float(rng.choice([0.0, sheet.width - 14])), 0, float(rng.uniform(3, 14)), sheet.height, colour)
        else:
            points = [(float(rng.uniform(0, sheet.width)) * s, float(rng.choice([0, 60]) * s)) for _ in range(3)]
            sheet.pen.polygon(points, fill=colour)


def icons(sheet: Sheet, x: float, y: float, size: float) -> float:
    """A small sign before a line of text (envelope, receiver, tick, bullet); returns where the text may begin."""
    rng, s = sheet.rng, sheet.scale
    colour = pick_accent(rng) if rng.random() < 0.7 else BLACK
    box = (x * s, (y - size * 0.8) * s, (x + size) * s, (y + size * 0.1) * s)
    kind = rng.random()
    if kind < 0.3:
        sheet.pen.ellipse(box, fill=colour)
    elif kind < 0.5:
        sheet.pen.rectangle(box, outline=colour, width=max(1, round(0.6 * s)))
    elif kind < 0.8:
        sheet.pen.rectangle(box, fill=colour)
        middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
        sheet.pen.line((box[0], box[1], *middle, box[2], box[1]), fill=(255, 255, 255), width=max(1, round(0.5 * s)))
    else:
        sheet.pen.arc(box, 20, 300, fill=colour, width=max(1, round(size * 0.15 * s)))
    return x + size * 1.5


def sideways(sheet: Sheet, style: Style) -> None:
    """A small line of text up or down the margin: no box, since reading goes along the page."""
    rng, s = sheet.rng, sheet.scale
    font = sheet.font(style.other, float(rng.uniform(4.5, 8)))
    text = style.text.footer()[:90]
    strip = Image.new("L", (int(font.length(text)) + 8, int(font.size * 1.5)), 0)
    ImageDraw.Draw(strip).text((4, font.size * 1.1), text, fill=255, font=font.face, anchor="ls")
    strip = strip.rotate(90 if rng.random() < 0.8 else 270, expand=True)
    x = float(rng.choice([rng.uniform(4, 14), sheet.width - rng.uniform(14, 22)]))
    sheet.image.paste(style.grey(), (round(x * s), int(rng.uniform(0.2, 0.6) * sheet.height * s)), strip)
