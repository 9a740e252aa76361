"""How many pixels make an inch of paper, when the file does not say or says what cannot be."""

from __future__ import annotations

_A4_WIDTH = 8.27  # inches
_LEAST, _MOST = 72.0, 600.0
_NARROWEST, _WIDEST = 1.8, 12.0  # inches across the shorter side: a till receipt, and A3
_LIKELY = (90.0, 1300.0)  # what scanners write; 72 is what everything else writes without having measured
_STRIP = 1.6  # longer than this, a picture that lies on its side is a strip and not a page


def page_dpi(width: int, height: int, claimed: float) -> float:
    """Dots per inch of a page of width x height pixels.

    claimed: what the file says, 0 for nothing. It is believed when it was likely measured and gives paper of a size
    that exists; otherwise the shorter side of the page is taken for A4's, within 72..600.
    """
    if _LIKELY[0] <= claimed <= _LIKELY[1] and _NARROWEST <= min(width, height) / claimed <= _WIDEST:
        return claimed
    side = height if width > height and width < _STRIP * height else width
    return min(_MOST, max(_LEAST, side / _A4_WIDTH))


def square(width: int, height: int, resolution: tuple[float, float]) -> tuple[int, int]:
    """Size in pixels after the coarser axis is stretched to the finer one: faxes have 204 x 98 dots an inch."""
    across, down = resolution
    if min(across, down) <= 0 or not 1 / 4 <= across / down <= 4 or abs(across / down - 1) < 0.03:
        return width, height
    if across > down:
        return width, max(1, round(height * across / down))
    return max(1, round(width * down / across)), height


def paper(width: int, height: int, resolution: tuple[float, float]) -> tuple[float, float]:
    """Width and height in points of a page of width x height pixels; resolution: as the file says, 0 for nothing."""
    width, height = square(width, height, resolution)
    dpi = page_dpi(width, height, max(resolution))
    return width * 72 / dpi, height * 72 / dpi
