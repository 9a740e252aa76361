"""A picture of a page with a frame around every word, coloured by how sure it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoice_ocr import frames

if TYPE_CHECKING:
    import numpy as np

    from invoice_ocr.model import Box, PageWords

# From which confidence a word has which colour, RGB: red, orange, yellow, green; blue for text layers.
COLOURS = ((0.0, (215, 25, 28)), (0.5, (240, 120, 0)), (0.8, (225, 190, 0)), (0.95, (26, 150, 65)))
LAYER = (44, 100, 200)
_AROUND = 0.8  # points between a word and its frame


def drawn(pixels: np.ndarray, dpi: float, words: PageWords) -> bytes:
    """The page as PNG. pixels: uint8, shape (height, width, 3), RGB, of the page as displayed, `dpi` to the inch."""
    import cv2
    import numpy as np

    canvas = np.ascontiguousarray(pixels[..., ::-1])
    angle = frames.angle_of(words.frame) if words.frame else 0.0
    thickness = max(1, round(dpi / 120))
    for word in words.words:
        corners = (np.array(corners_of(word.box, angle + word.turn)) * (dpi / 72)).round().astype(np.int32)
        colour = LAYER if word.source == "text-layer" else colour_of(word.confidence)
        cv2.polylines(canvas, [corners], True, colour[::-1], thickness, cv2.LINE_AA)
    return bytes(cv2.imencode(".png", canvas)[1])


def plain(pixels: np.ndarray) -> bytes:
    """A picture as PNG. pixels: uint8, shape (height, width, 3), RGB."""
    import cv2

    return bytes(cv2.imencode(".png", pixels[..., ::-1])[1])


def colour_of(confidence: float) -> tuple[int, int, int]:
    """The colour of a word that is this sure, RGB."""
    return next(colour for least, colour in reversed(COLOURS) if confidence >= least)


def corners_of(box: Box, angle: float) -> list[tuple[float, float]]:
    """The corners of a word's frame, in points, turned by `angle` degrees about its middle."""
    import math

    across = 45 < abs(angle) % 180 < 135
    width, height = (box.height, box.width) if across else (box.width, box.height)
    cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    right, down = width / 2 + _AROUND, height / 2 + _AROUND
    places = ((-right, -down), (right, -down), (right, down), (-right, down))
    return [(box.center_x + x * cos - y * sin, box.center_y + x * sin + y * cos) for x, y in places]
