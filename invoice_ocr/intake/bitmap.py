"""An array of pixels as the file that the workers read."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


def bitmap(pixels: np.ndarray) -> bytes:
    """A BMP file that holds `pixels`: uint8, (height, width), (height, width, 3) RGB or (height, width, 4) RGBA.

    Transparent pixels stand on white. TypeError for another type or shape.
    """
    import numpy as np

    if pixels.dtype != np.uint8 or pixels.ndim not in {2, 3} or (pixels.ndim == 3 and pixels.shape[2] not in {1, 3, 4}):
        raise TypeError(f"an array of a page is uint8 (height, width[, 3 or 4]), not {pixels.dtype} {pixels.shape}")
    if pixels.size == 0:
        return b""
    page = pixels if pixels.ndim == 3 else pixels[:, :, None]
    if page.shape[2] == 4:
        alpha = page[:, :, 3:].astype(np.uint16)
        page = ((page[:, :, :3] * alpha + 255 * (255 - alpha) + 127) // 255).astype(np.uint8)
    height, width = page.shape[:2]
    rows = np.zeros((height, -(-width * 3 // 4) * 4), np.uint8)
    rows[:, : width * 3] = np.broadcast_to(page, (height, width, 3))[::-1, :, ::-1].reshape(height, width * 3)
    header = struct.pack(
        "<2sIHHIIiiHHIIiiII", b"BM", 54 + rows.size, 0, 0, 54, 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0
    )
    return header + rows.tobytes()
