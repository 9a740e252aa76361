"""The page that `invoice-ocr doctor` reads as its self-test: drawn from a font found here, shipped as pixels.

python -m invoice_ocr.training.selftest
"""

from __future__ import annotations

from PIL import Image, ImageDraw, ImageFont

from invoice_ocr.doctor import PAGE, PAGE_TEXT

FONT = "LiberationSans-Regular.ttf"
WORDS_IN_LINES = (2, 2, 3)


def draw() -> Image.Image:
    """A quarter of an A4 page at 200 dpi, grey, with PAGE_TEXT in three lines of 11 points."""
    page = Image.new("L", (1100, 800), 255)
    pen, font = ImageDraw.Draw(page), ImageFont.truetype(FONT, round(11 * 200 / 72))
    words, y = PAGE_TEXT.split(), 120
    for count in WORDS_IN_LINES:
        pen.text((140, y), " ".join(words[:count]), fill=20, font=font)
        words, y = words[count:], y + 90
    return page


if __name__ == "__main__":
    draw().save(PAGE, optimize=True)
