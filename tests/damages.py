"""Ten named ways in which a page reaches an accountant worse than it was printed; the same page, the same damage."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

WHITE = (255, 255, 255)


def turned(degrees: int) -> Callable[[np.ndarray], np.ndarray]:
    """Put into the scanner sideways or upside down. degrees: 90, 180 or 270, clockwise."""
    return lambda page: np.ascontiguousarray(np.rot90(page, -degrees // 90))


def tilted(degrees: float) -> Callable[[np.ndarray], np.ndarray]:
    """Laid askew: turned clockwise by `degrees`, whole, with white corners."""

    def tilt(page: np.ndarray) -> np.ndarray:
        height, width = page.shape[:2]
        matrix = cv2.getRotationMatrix2D((width / 2, height / 2), -degrees, 1.0)
        cos, sin = abs(matrix[0, 0]), abs(matrix[0, 1])
        size = (int(height * sin + width * cos), int(height * cos + width * sin))
        matrix[:, 2] += [size[0] / 2 - width / 2, size[1] / 2 - height / 2]
        return np.asarray(cv2.warpAffine(page, matrix, size, flags=cv2.INTER_LINEAR, borderValue=WHITE))

    return tilt


def blurred(page: np.ndarray) -> np.ndarray:
    """Out of focus."""
    return np.asarray(cv2.GaussianBlur(page, (0, 0), 1.7))


def jpeg(page: np.ndarray) -> np.ndarray:
    """Saved as JPEG of quality 25."""
    _, saved = cv2.imencode(".jpg", page, [cv2.IMWRITE_JPEG_QUALITY, 25])
    return np.asarray(cv2.imdecode(saved, cv2.IMREAD_COLOR))


def noisy(page: np.ndarray) -> np.ndarray:
    """Grain of 35 grey levels, and every hundredth pixel black or white."""
    rng = np.random.default_rng(1)
    out = page + rng.standard_normal(page.shape[:2], np.float32)[..., None] * 35
    specks = rng.random(page.shape[:2])
    out[specks < 0.005], out[specks > 0.995] = 0, 255
    return np.asarray(np.clip(out, 0, 255).astype(np.uint8))


def coarse(page: np.ndarray) -> np.ndarray:
    """Scanned at half of 200 dots an inch."""
    return np.asarray(cv2.resize(page, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def shadowed(page: np.ndarray) -> np.ndarray:
    """Light that falls off to one corner, and the shadow of a hand with a soft edge."""
    height, width = page.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    slope = 1 - 0.35 * (x / width + y / height) / 2
    hand = 1 / (1 + np.exp((x / width + 0.6 * y / height - 0.75) * 40))
    return np.asarray((page * (slope * (0.35 + 0.65 * hand))[..., None]).astype(np.uint8))


def coloured(page: np.ndarray) -> np.ndarray:
    """Printed in dark grey on strong green paper."""
    ink, paper = np.array([70, 75, 80], np.float32), np.array([110, 165, 120], np.float32)
    share = page.astype(np.float32) / 255
    return np.asarray((ink + (paper - ink) * share).astype(np.uint8))


def bled(page: np.ndarray) -> np.ndarray:
    """The other side of thin paper shines through: mirrored, soft, at two fifths of its strength."""
    back = cv2.GaussianBlur(np.roll(page[:, ::-1], 37, axis=0), (0, 0), 1.5).astype(np.float32)
    return np.asarray((page * (1 - (255 - back) / 255 * 0.4)).astype(np.uint8))


def photographed(page: np.ndarray) -> np.ndarray:
    """Held at a slant over a dark desk."""
    height, width = page.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    shifts = np.array([[0.11, 0.07], [-0.05, 0.03], [-0.02, -0.04], [0.04, -0.07]], np.float32)
    moved = corners + shifts * np.array([width, height], np.float32)
    matrix = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(page, matrix, (width, height), borderValue=(45, 55, 60)))


def faxed(page: np.ndarray) -> np.ndarray:
    """Black or white at 204 x 98 dots an inch, stretched again, with a few lines lost."""
    rng = np.random.default_rng(2)
    height, width = page.shape[:2]
    grey = cv2.cvtColor(page, cv2.COLOR_RGB2GRAY)
    small = cv2.resize(grey, (width, height // 2), interpolation=cv2.INTER_AREA)
    grain = rng.standard_normal(small.shape, np.float32) * 12
    dots = np.where(small + grain > 150, 255, 0).astype(np.uint8)
    dots[rng.integers(0, len(dots), 4)] = 255
    dots[rng.random(dots.shape) < 0.0005] = 0
    return np.asarray(
        cv2.cvtColor(cv2.resize(dots, (width, height), interpolation=cv2.INTER_NEAREST), cv2.COLOR_GRAY2RGB)
    )


# uint8, shape (height, width, 3), RGB, about 200 dots an inch; not modified.
DAMAGES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "turned 90": turned(90),
    "turned 180": turned(180),
    "turned 270": turned(270),
    "tilted +8": tilted(8),
    "tilted -8": tilted(-8),
    "blur": blurred,
    "JPEG 25": jpeg,
    "noise": noisy,
    "100 dpi": coarse,
    "shadow": shadowed,
    "coloured paper": coloured,
    "bleed-through": bled,
    "perspective": photographed,
    "fax": faxed,
}
