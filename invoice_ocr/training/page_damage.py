"""What printing, paper, scanning and faxing do to a cut of a page. Nothing here moves pixels: boxes stay right."""

from __future__ import annotations

import cv2
import numpy as np

UNFOCUSED = 0.14  # share of hard cuts out of focus
FAXED = 0.1  # and faxed
_FAX_DOTS = 204.0  # an inch


def damage(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A damaged copy of `image`: uint8, shape (height, width, 3), RGB. A third comes back nearly clean."""
    if rng.random() < 0.33:
        return _jpeg(image, rng, 60) if rng.random() < 0.5 else image
    for chance, harm in _HARMS:
        if rng.random() < chance:
            image = harm(image, rng)
    return image


def _grey(image: np.ndarray, _: np.random.Generator) -> np.ndarray:
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB)


def _bleed(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The other side of the sheet shines through, mirrored, blurred and faint."""
    back = cv2.GaussianBlur(image[:, ::-1], (0, 0), float(rng.uniform(0.8, 2)))
    part = float(rng.uniform(0.04, 0.14))
    return np.asarray(np.minimum(image, (255 - (255 - back.astype(np.float32)) * part).astype(np.uint8)))


def _thickness(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """More or less toner: part of an erosion or a dilation."""
    kernel = np.ones((2, 2), np.uint8)
    moved = cv2.erode(image, kernel) if rng.random() < 0.6 else cv2.dilate(image, kernel)
    part = float(rng.uniform(0.15, 0.5))
    return cv2.addWeighted(image, 1 - part, moved, part, 0)


def _blur(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.3, 0.9)))


def _coarse(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Down to 60-90 % of the size and back."""
    height, width = image.shape[:2]
    part = float(rng.uniform(0.6, 0.9))
    small = cv2.resize(image, (round(width * part), round(height * part)), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)


def _tone(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Contrast, gamma and a tint, as one table a channel."""
    low, high = float(rng.uniform(0, 80)), float(rng.uniform(170, 256))
    gamma = float(np.exp(rng.uniform(-0.6, 0.6)))
    table = (np.arange(256) / 255.0) ** gamma * (high - low) + low
    tint = rng.uniform(0.88, 1.0, 3) if rng.random() < 0.4 else np.ones(3)
    lut = np.clip(table[:, None] * tint, 0, 255).astype(np.uint8)[None]
    return np.asarray(cv2.LUT(image, lut))


def _light(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Uneven light or a shadow across the cut."""
    height, width = image.shape[:2]
    cells = (rng.uniform(0.55, 1.05, (3, 3)) if rng.random() < 0.5 else rng.uniform(0.8, 1.05, (4, 4))).astype(
        np.float32
    )
    field = cv2.resize(cells, (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(image * field[:, :, None], 0, 255).astype(np.uint8))


def _noise(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Grain, one value a pixel; sometimes specks."""
    height, width = image.shape[:2]
    grain = rng.standard_normal((height, width), np.float32) * float(rng.uniform(2, 14))
    out: np.ndarray = np.clip(image + grain[:, :, None], 0, 255).astype(np.uint8)
    if rng.random() < 0.3:
        count = int(rng.integers(5, 120))
        out[rng.integers(0, height, count), rng.integers(0, width, count)] = rng.integers(0, 256)
    return out


def _binary(image: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Black and white only, as a fax has it, softened again by the scaling that follows."""
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    hard = np.where(grey > rng.uniform(120, 200), 255, 0).astype(np.uint8)
    soft = cv2.addWeighted(hard, 0.8, grey, 0.2, 0)
    return cv2.cvtColor(soft, cv2.COLOR_GRAY2RGB)


def _jpeg(image: np.ndarray, rng: np.random.Generator, low: int = 20) -> np.ndarray:
    good, encoded = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(low, 95))])
    return np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR)) if good else image


def _inverse(image: np.ndarray, _: np.random.Generator) -> np.ndarray:
    return 255 - image


def arrive(source: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Part of a page as it came: as printed, out of focus, or as a fax machine sends it.

    source: uint8, shape (height, width, 3), RGB, `scale` pixels a point. The result shows the same part, a fax at
    another size.
    """
    way = rng.random()
    if way < UNFOCUSED:
        return _unfocused(source, scale, rng)
    return _faxed(source, scale, rng) if way < UNFOCUSED + FAXED else source


def _unfocused(source: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Blurred by a quarter to three quarters of a point, as it comes or with its edges made steeper again."""
    sigma = float(rng.uniform(0.25, 0.75)) * scale
    soft = cv2.GaussianBlur(source, (0, 0), sigma)
    if rng.random() < 0.7:
        more = float(rng.uniform(1.5, 4.5))
        soft = cv2.addWeighted(soft, 1 + more, cv2.GaussianBlur(soft, (0, 0), sigma), -more, 0)
    return soft


def _faxed(source: np.ndarray, scale: float, rng: np.random.Generator) -> np.ndarray:
    """Black or white at 204 x 98 or 204 x 196 dots an inch, stretched again; some lines lost, some specks."""
    height, width = source.shape[:2]
    wide, high = (max(1, round(side * _FAX_DOTS / 72 / scale)) for side in (width, height))
    rows = max(1, high // 2) if rng.random() < 0.75 else high
    small = cv2.resize(cv2.cvtColor(source, cv2.COLOR_RGB2GRAY), (wide, rows), interpolation=cv2.INTER_AREA)
    dark, paper = (float(value) for value in np.quantile(small, (0.01, 0.6)))
    level = dark + (paper - dark) * float(rng.uniform(0.4, 0.7))
    grain = rng.standard_normal(small.shape, np.float32) * float(rng.uniform(0, 16))
    dots = np.where(small + grain > level, 255, 0).astype(np.uint8)
    if rng.random() < 0.3:
        dots[int(rng.integers(rows))] = 255
    if rng.random() < 0.4:
        dots[rng.random(dots.shape) < rng.uniform(0, 0.002)] = 0
    whole = cv2.resize(dots, (wide, high), interpolation=cv2.INTER_NEAREST)
    return cv2.cvtColor(whole, cv2.COLOR_GRAY2RGB)


_HARMS = (
    (0.3, _grey),
    (0.1, _bleed),
    (0.25, _thickness),
    (0.4, _blur),
    (0.15, _coarse),
    (0.5, _tone),
    (0.25, _light),
    (0.35, _noise),
    (0.07, _binary),
    (0.03, _inverse),
    (0.4, _jpeg),
)  # in the order in which paper, scanner and file do them harm
