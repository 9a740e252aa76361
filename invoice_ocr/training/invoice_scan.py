"""What scanners and cameras do to a clean page, gently: turn, tint, blur, noise, shadow, JPEG."""

from __future__ import annotations

import cv2
import numpy as np


def scan(image: np.ndarray, seed: int, *, strength: float = 1.0, grey: bool = False) -> np.ndarray:
    """A flatbed's picture of a page: turned by at most 0.8 degrees, on tinted paper, a little soft and noisy.

    image: uint8, shape (height, width, 3), RGB; not modified. strength: 0 (only the turn) to about 2 (a poor fax).
    grey: without colour. Returns uint8 of the same shape, RGB.
    """
    rng = np.random.default_rng(seed)
    turned = _turn(image, float(rng.uniform(-0.8, 0.8)))
    page = turned.astype(np.float32) / 255.0
    paper = 1.0 - rng.uniform(0.0, 0.05, 3).astype(np.float32) * strength
    page = page * paper * _unevenness(page.shape[:2], rng, 0.05 * strength)[..., None]
    page = 0.06 * strength + page * (1 - 0.06 * strength)
    page = cv2.GaussianBlur(page, (0, 0), 0.35 + 0.3 * strength)
    page += rng.normal(0.0, 0.012 * strength, page.shape[:2]).astype(np.float32)[..., None]
    if strength > 0:
        _specks(page, rng, int(25 * strength))
    dull = np.clip(page * 255.0, 0, 255).astype(np.uint8)
    if grey:
        dull = np.repeat(cv2.cvtColor(dull, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    return _jpeg(dull, int(rng.integers(70, 88)))


def photo(image: np.ndarray, seed: int, *, strength: float = 1.0) -> np.ndarray:
    """A telephone's picture of a page lying on a table: perspective, a soft shadow, warm or cold light.

    image: uint8, shape (height, width, 3), RGB; not modified. Returns uint8 RGB, about a tenth larger each way.
    """
    rng = np.random.default_rng(seed)
    high, wide = image.shape[:2]
    border = int(0.05 * max(high, wide))
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    shift = rng.uniform(-0.35, 0.35, (4, 2)) * border * strength
    target = (corners + border + shift).astype(np.float32)
    size = (wide + 2 * border, high + 2 * border)
    warp = cv2.getPerspectiveTransform(corners, target)
    table = np.array((0.55, 0.42, 0.31), np.float32) * np.float32(rng.uniform(0.6, 1.1))
    grain = cv2.GaussianBlur(rng.normal(0, 0.25, (size[1], 1)).astype(np.float32), (1, 9), 0)
    ground = np.broadcast_to(table * (1 + grain[..., None] * 0.3), (size[1], size[0], 3))
    sheet = cv2.warpPerspective(image.astype(np.float32) / 255.0, warp, size, flags=cv2.INTER_AREA)
    cover = cv2.warpPerspective(np.ones((high, wide), np.float32), warp, size)[..., None]
    fallen = cv2.GaussianBlur(np.roll(cover[..., 0], (border // 5, border // 7), (0, 1)), (0, 0), border / 6)[..., None]
    page = sheet * 0.97 + ground * (1 - 0.45 * fallen) * (1 - cover)
    page *= _unevenness(page.shape[:2], rng, 0.22 * strength)[..., None]
    page *= np.float32(1 + rng.uniform(-0.04, 0.04, 3) * strength)
    page = cv2.GaussianBlur(page, (0, 0), 0.5 + 0.25 * strength)
    page += rng.normal(0, 0.012 * strength, page.shape).astype(np.float32)
    return _jpeg(np.clip(page * 255, 0, 255).astype(np.uint8), int(rng.integers(72, 88)))


def _turn(image: np.ndarray, degrees: float) -> np.ndarray:
    high, wide = image.shape[:2]
    matrix = cv2.getRotationMatrix2D((wide / 2, high / 2), degrees, 1.0)
    return cv2.warpAffine(image, matrix, (wide, high), flags=cv2.INTER_CUBIC, borderValue=(255, 255, 255))


def _unevenness(shape: tuple[int, int], rng: np.random.Generator, depth: float) -> np.ndarray:
    """Light that falls off smoothly over the page: float32 of `shape`, 1 - depth to 1."""
    coarse = rng.uniform(1 - depth, 1.0, (3, 3)).astype(np.float32)
    light = cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(np.clip(light, 1 - 1.2 * depth, 1.0), np.float32)


def _specks(page: np.ndarray, rng: np.random.Generator, count: int) -> None:
    for x, y in zip(rng.integers(0, page.shape[1], count), rng.integers(0, page.shape[0], count), strict=True):
        cv2.circle(page, (int(x), int(y)), 1, (0.45, 0.45, 0.45), -1)


def _jpeg(image: np.ndarray, quality: int) -> np.ndarray:
    _, coded = cv2.imencode(".jpg", cv2.cvtColor(image, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR_RGB), np.uint8)
