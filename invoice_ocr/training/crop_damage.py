"""What happens to print before it is a crop: wear, stains, scanners, fax machines, compression."""

from __future__ import annotations

import random
from dataclasses import dataclass

import cv2
import numpy as np


@dataclass(frozen=True, slots=True)
class Arrival:
    """How damaged crops arrive, each a share of them.

    faxes: sent by fax machines. unfocused: of the others, seen by a lens out of focus. resampled: turned and turned
    back, as pages are straightened. crisp: edges made steeper, as telephones do. lost: print with whole strokes gone.
    """

    faxes: float = 0.02
    unfocused: float = 0.03
    resampled: float = 0.0
    crisp: float = 0.0
    lost: float = 0.0


USUAL = Arrival()


def printed(rng: random.Random, ink: np.ndarray, wear: float, arrival: Arrival = USUAL) -> np.ndarray:
    """Ink on paper, grey 0..255, with the damage of print, scan and compression; a third comes out clean.

    wear: how many times as often as elsewhere print is ragged, faded or has gaps.
    """
    seeded = np.random.default_rng(rng.getrandbits(64))
    alpha = ink.astype(np.float32) / 255
    clean = rng.random() < 0.35 / wear
    if not clean:
        alpha = _worn(rng, seeded, alpha, wear)
        if rng.random() < arrival.lost:
            alpha = _lost(rng, seeded, alpha)
    paper = rng.uniform(170, 255) if rng.random() < 0.3 else 255.0
    dark = rng.uniform(0, 60) if rng.random() < 0.72 else rng.uniform(60, max(70.0, paper - 90))
    if clean and rng.random() < 0.6:
        dark = rng.uniform(0, 40)
    if rng.random() < 0.07:
        paper, dark = dark, paper
    grey = paper + (dark - paper) * alpha
    if clean:
        return grey.clip(0, 255).astype(np.uint8)
    return _scanned(rng, seeded, _stained(rng, seeded, grey, alpha), (paper + dark) / 2, arrival)


def _worn(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray, wear: float) -> np.ndarray:
    """Too much or too little toner, specks missing, the dots of an impact or thermal printer and what these leave."""
    way = rng.random()
    if way < 0.07:
        alpha = cv2.dilate(alpha, np.ones((2, 2), np.uint8))
    elif way < 0.11 and alpha.shape[0] > 22:
        alpha = cv2.erode(alpha, np.ones((2, 2), np.uint8))
    if rng.random() < 0.03 * wear:
        alpha = _coarsened(rng, seeded, alpha)
    if rng.random() < 0.1 * wear:  # ragged edges: coarse paper, a worn head
        rough = cv2.GaussianBlur(seeded.normal(0, 1, alpha.shape).astype(np.float32), (0, 0), rng.uniform(0.5, 1.2))
        alpha = ((alpha - 0.5 + rng.uniform(0.15, 0.7) * rough) * rng.uniform(1.2, 3) + 0.5).clip(0, 1)
    if rng.random() < 0.05:
        alpha = alpha * (seeded.random(alpha.shape, dtype=np.float32) > rng.uniform(0.02, 0.15))
    if rng.random() < 0.03:
        dots = np.array([[1, 1], [1, 0.25]], np.float32)
        high, wide = alpha.shape
        alpha = alpha * np.tile(dots, (high // 2 + 1, wide // 2 + 1))[:high, :wide]
    if rng.random() < 0.05 * wear:
        alpha = _faded(rng, seeded, alpha)
    if rng.random() < 0.02 * wear:  # dots of a thermal head that heat no more
        for column in rng.choices(range(alpha.shape[1]), k=rng.randrange(1, 2 + alpha.shape[1] // 40)):
            alpha[:, column : column + rng.choice((1, 1, 2))] = 0
    return alpha


def _faded(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Print that parts of the word have lost, down to a fifth of its ink."""
    high, wide = alpha.shape
    often = rng.choice((1, 1, 2, 4))  # a line's height holds: a worn ribbon loses words, a worn thermal head strokes
    left = seeded.uniform(rng.uniform(-0.2, 0.8), 1.3, (2, max(2, round(often * wide / high)))).astype(np.float32)
    field = cv2.resize(left, (wide, high), interpolation=cv2.INTER_CUBIC)
    faded: np.ndarray = alpha * np.clip(field, 0.2, 1)
    return faded


def _lost(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Print of which patches smaller than a letter are gone: a head that lifts off, paper that was rubbed."""
    high, wide = alpha.shape
    across = max(3, round(wide / high * rng.uniform(1.5, 4)))
    field = cv2.resize(
        seeded.normal(rng.uniform(0.8, 1.5), 0.7, (rng.choice((1, 2, 3)), across)).astype(np.float32),
        (wide, high),
        interpolation=cv2.INTER_CUBIC,
    )
    left: np.ndarray = alpha * np.clip(field * rng.uniform(1.5, 4.0), rng.uniform(0.0, 0.2), 1)
    return left


def _coarsened(rng: random.Random, seeded: np.random.Generator, alpha: np.ndarray) -> np.ndarray:
    """Print of few dots, some of them wrong, scanned at a multiple of their size: stairs and specks."""
    high, wide = alpha.shape
    rows = rng.randrange(13, 21)
    if high < 1.2 * rows:
        return alpha
    coarse: np.ndarray = cv2.resize(alpha, (max(4, round(wide * rows / high)), rows), interpolation=cv2.INTER_AREA)
    coarse = np.clip(coarse + rng.uniform(0.05, 0.2) * seeded.normal(0, 1, coarse.shape), 0, 1).astype(np.float32)
    if rng.random() < 0.6:
        coarse = (coarse > rng.uniform(0.3, 0.55)).astype(np.float32)
    between = rng.choice((cv2.INTER_NEAREST, cv2.INTER_LINEAR))
    enlarged: np.ndarray = cv2.resize(coarse, (wide, high), interpolation=between)
    return enlarged


def _stained(rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, alpha: np.ndarray) -> np.ndarray:
    """Uneven paper, and print from the back of the sheet."""
    size = grey.shape[::-1]
    if rng.random() < 0.12:
        rough = seeded.normal(0, rng.uniform(2, 14), (3, max(2, size[0] // 20))).astype(np.float32)
        grey = grey + cv2.resize(rough, size, interpolation=cv2.INTER_CUBIC)
    if rng.random() < 0.05:
        back = np.ascontiguousarray(np.roll(alpha[:, ::-1], rng.randrange(3, 30), 1))
        grey = grey - 30 * rng.random() * cv2.GaussianBlur(back, (0, 0), 1.2)
    return grey


def _scanned(
    rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, middle: float, arrival: Arrival
) -> np.ndarray:
    """Blur, coarse resolution, noise, black and white, JPEG; or a fax."""
    if rng.random() < arrival.faxes:
        return _faxed(rng, seeded, grey, middle)
    high, wide = grey.shape
    if rng.random() < arrival.unfocused:
        grey = _unfocused(rng, grey)
    elif rng.random() < 0.45:
        sigma = rng.uniform(0.25, 0.6) if high < 20 else rng.uniform(0.3, 1.2) * min(1.5, high / 30)
        grey = cv2.GaussianBlur(grey, (0, 0), sigma)
    if rng.random() < 0.15 and high > 14:
        share = rng.uniform(max(0.45, 11 / high), 0.85)
        coarse = (max(2, round(wide * share)), max(2, round(high * share)))
        small = cv2.resize(grey, coarse, interpolation=cv2.INTER_AREA)
        grey = cv2.resize(small, (wide, high), interpolation=rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)))
    if rng.random() < arrival.resampled:
        grey = _resampled(rng, grey)
    if rng.random() < arrival.crisp:
        more = rng.uniform(0.5, 2.5)
        soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), rng.uniform(0.7, 2.0))
        grey = cv2.addWeighted(grey.astype(np.float32), 1 + more, soft, -more, 0).clip(0, 255)
    if rng.random() < 0.4:
        grey = grey + seeded.normal(0, rng.uniform(1, 14), grey.shape).astype(np.float32)
    out = grey.clip(0, 255).astype(np.uint8)
    if rng.random() < 0.07:
        out = np.where(out > middle + rng.uniform(-25, 25), np.uint8(255), np.uint8(0))
    if rng.random() < 0.3:
        done, packed = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, rng.randrange(20, 86)])
        if done:
            out = np.asarray(cv2.imdecode(packed, cv2.IMREAD_GRAYSCALE), np.uint8)
    return out


def _faxed(rng: random.Random, seeded: np.random.Generator, grey: np.ndarray, middle: float) -> np.ndarray:
    """Black or white at 204 x 98 or 204 x 196 dots an inch, stretched again: thin strokes are lost, rows too."""
    high, wide = grey.shape
    rows = max(8, round(high / rng.choice((1.0, 1.8, 2.0, 2.0, 2.0, 2.2))))
    small = cv2.resize(grey.clip(0, 255), (wide, rows), interpolation=cv2.INTER_AREA)
    level = middle + rng.uniform(-0.1, 0.2) * 2 * (small.max() - middle)
    dots = np.where(small + seeded.normal(0, rng.uniform(0, 16), small.shape) > level, np.uint8(255), np.uint8(0))
    if rng.random() < 0.1:
        dots[rng.randrange(rows)] = 255
    if rng.random() < 0.2:
        dots[seeded.random(dots.shape) < rng.uniform(0.001, 0.01)] = 0
    between = cv2.INTER_NEAREST if rng.random() < 0.8 else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(dots, (wide, high), interpolation=between))


def _unfocused(rng: random.Random, grey: np.ndarray) -> np.ndarray:
    """Blurred over a sixteenth of the word's height, as it comes or with its edges made steeper again."""
    sigma = rng.uniform(0.035, 0.085) * grey.shape[0]
    soft = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), sigma)
    if rng.random() < 0.6:
        more = rng.uniform(2.0, 4.5)
        soft = cv2.addWeighted(soft, 1 + more, cv2.GaussianBlur(soft, (0, 0), sigma), -more, 0).clip(0, 255)
    return np.asarray(soft)


def _resampled(rng: random.Random, grey: np.ndarray) -> np.ndarray:
    """Turned by up to nine degrees, kept so, and turned back: every pixel mixed of its neighbours twice."""
    high, wide = grey.shape
    spare = round(0.16 * wide) + 2  # what the turn moves the ends up and down by
    padded = cv2.copyMakeBorder(grey.astype(np.float32), spare, spare, 4, 4, cv2.BORDER_REPLICATE)
    middle = (padded.shape[1] / 2 + rng.random(), padded.shape[0] / 2 + rng.random())
    turn = cv2.getRotationMatrix2D(middle, rng.uniform(-9, 9), rng.choice((1.0, 1.0, rng.uniform(0.85, 1.0))))
    size = padded.shape[::-1]
    turned = cv2.warpAffine(padded, turn, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    if rng.random() < 0.4:
        turned = cv2.GaussianBlur(turned, (0, 0), rng.uniform(0.3, 0.7))
    back = cv2.warpAffine(
        turned,
        turn,
        size,
        flags=rng.choice((cv2.INTER_LINEAR, cv2.INTER_CUBIC)) | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(back[spare : spare + high, 4 : 4 + wide])
