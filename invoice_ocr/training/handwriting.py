"""Trains the network that tells handwriting from print, a word at a time.

    python -m invoice_ocr.training.handwriting --fonts FOLDER --crops FOLDER --digits FILE --out FOLDER

Handwriting is drawn with faces made of people's hands (a folder of .ttf files), bent as lines by hand are, and set
together from digits that people wrote (an .npz: `digits`, uint8 (n, 28, 28), ink on 0, and `labels`); print is what the
recogniser learns from. A fifth of the faces is kept to measure with.
"""

from __future__ import annotations

import argparse
import random
import sys
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import cv2
import numpy as np
import torch
from fontTools.ttLib import TTFont
from torch import Tensor, nn
from torch.nn import functional as F

from invoice_ocr.ocr.crops import HEIGHT, levelled
from invoice_ocr.ocr.hand import STEP, WIDEST, chances
from invoice_ocr.training import crop_damage, figures, texts
from invoice_ocr.training.crop_batches import Shards
from invoice_ocr.training.crops import draw
from invoice_ocr.training.fonts import Face

BY_HAND, IN_PRINT = 20, 44  # words of a batch: print is what nearly all words are
POOL = 6000  # words by hand that are kept to be shown again
DIGITS = 0.4  # share of handwriting that is set together from written digits


class Handwriting(nn.Module):
    """For each STEP pixels of a word's width the logit of being written by hand.

    Input float32, shape (n, 1, 32, width), 0 paper to 1 ink; output float32, shape (n, width / STEP).
    """

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            _layer(1, 16, 2, 1), _apart(16, 32, 2), _apart(32, 48, 1), _apart(48, 64, 2), _apart(64, 64, 1)
        )
        self.out = nn.Conv2d(64, 1, (HEIGHT // STEP, 3), padding=(0, 1))

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.out(self.layers(x))[:, 0, 0]
        return logits


def _layer(inward: int, outward: int, stride: int, groups: int, kernel: int = 3) -> nn.Sequential:
    conv = nn.Conv2d(inward, outward, kernel, stride, kernel // 2, groups=groups, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outward), nn.ReLU())


def _apart(inward: int, outward: int, stride: int) -> nn.Sequential:
    return nn.Sequential(_layer(inward, inward, stride, inward), _layer(inward, outward, 1, 1, 1))


def faces(folder: Path, *, held_out: bool) -> list[Face]:
    """The faces of a folder of .ttf files, or the fifth of them that is kept to measure with."""
    found = []
    for path in sorted(folder.glob("*.ttf")):
        if (sha256(path.stem.encode()).digest()[0] % 5 == 0) == held_out:
            with TTFont(path, lazy=True) as font:
                chars = frozenset(font.getBestCmap() or {})
            found.append(Face(str(path), 0, path.stem, path.stem, chars))
    return found


def written(rng: random.Random, hands: Sequence[Face], digits: np.ndarray, labels: np.ndarray) -> Iterator[np.ndarray]:
    """Words by hand, damaged as scans are: uint8, shape (width, 32), without end."""
    by_digit = [digits[labels == digit] for digit in range(10)]
    while True:
        if rng.random() < DIGITS:
            yield _bent(rng, _of_digits(rng, by_digit)).T
            continue
        text = rng.choice((texts.word, texts.word, figures.amount, figures.day, figures.number))(rng)[:24].strip()
        face = rng.choice(hands)
        if text and face.chars >= frozenset(map(ord, text)) - {0x20}:
            crop = draw(rng, text, face, till=False)
            if crop is not None:
                yield _bent(rng, crop.pixels).T


def _of_digits(rng: random.Random, by_digit: Sequence[np.ndarray]) -> np.ndarray:
    """A number set together from written digits: uint8, shape (32, width)."""
    ink = np.zeros((44, 900), np.uint8)
    x, size = 6.0, rng.uniform(15, 25)
    thin = rng.random() < 0.6
    for i, place in enumerate(range(count := rng.choice((1, 2, 3, 4, 4, 5, 6)))):
        if i and place == count - 2 and rng.random() < 0.6:  # the decimal mark
            cv2.circle(ink, (int(x + 2), int(33 + rng.uniform(-1, 2))), 1, 255, -1)
            x += rng.uniform(4, 8)
        one = rng.choice(by_digit[rng.randrange(10)])
        one = one[:, one.any(0)][one.any(1)]
        high = max(6, round(size * rng.uniform(0.85, 1.2)))
        wide = max(3, round(one.shape[1] * high / one.shape[0]))
        one = cv2.resize(one, (wide, high), interpolation=cv2.INTER_AREA)
        if thin and high > 14:
            one = cv2.erode(one, np.ones((2, 2), np.uint8))
        top = max(0, min(44 - high, round(34 - high + rng.uniform(-2, 2))))
        spot = ink[top : top + high, int(x) : int(x) + wide]
        spot[:] = np.maximum(spot, one[:, : spot.shape[1]])
        x += wide + rng.uniform(-1, 5)
    rows = np.flatnonzero(ink.any(1))
    cut = ink[max(0, rows[0] - 3) : rows[-1] + 4, : int(x + 4)]
    grey = crop_damage.printed(rng, cut, 1.0)
    wide = max(8, round(grey.shape[1] * HEIGHT / grey.shape[0]))
    resized: np.ndarray = cv2.resize(grey, (wide, HEIGHT), interpolation=cv2.INTER_AREA)
    return resized


def _bent(rng: random.Random, picture: np.ndarray) -> np.ndarray:
    """A word whose line and letters' widths waver a little."""
    high, wide = picture.shape
    x = np.arange(wide, dtype=np.float32)
    down, across = (
        sum(rng.uniform(0, most) * np.sin(x * 2 * np.pi / rng.uniform(30, 120) + rng.uniform(0, 6)) for _ in "ab")
        for most in (1.6, 2.0)
    )
    rows = np.arange(high, dtype=np.float32)[:, None] + down
    columns = np.broadcast_to(x + across, rows.shape)
    bent: np.ndarray = cv2.remap(
        picture, columns.astype(np.float32), rows.astype(np.float32), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return bent


def printed(rng: random.Random, shards: Shards) -> Iterator[np.ndarray]:
    """Words in print, some of them on bent paper: uint8, shape (width, 32), without end."""
    while True:
        some = shards.round(rng)
        rng.shuffle(some)
        yield from (_bent(rng, pixels.T).T if rng.random() < 0.4 else pixels for pixels, _, _ in some[:8000])


def batch(words: Sequence[np.ndarray]) -> tuple[Tensor, Tensor]:
    """Words as the network sees them, float32 (n, 1, 32, width), and which answers are about them, bool (n, steps)."""
    words = [word[:WIDEST] for word in words]
    wide = -(-max(map(len, words)) // 16) * 16
    ink = np.zeros((len(words), 1, HEIGHT, wide), np.float32)
    about = np.zeros((len(words), wide // STEP), bool)
    for row, word in enumerate(words):
        ink[row, 0, :, : len(word)] = 1 - levelled(word).T / 255
        about[row, : -(-len(word) // STEP)] = True
    return torch.from_numpy(ink), torch.from_numpy(about)


def said(logits: Tensor, about: Tensor) -> Tensor:
    """The logit of each word: the mean over its steps."""
    return (logits * about).sum(1) / about.sum(1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    for name in ("fonts", "crops", "digits", "out"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=3000)
    parser.add_argument("--start", type=Path, help="weights to go on from")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    rng = random.Random(asked.seed)
    torch.manual_seed(asked.seed)
    torch.set_num_threads(1)
    with np.load(asked.digits) as file:
        digits, labels = file["digits"], file["labels"]
    kept = len(digits) // 5
    hand = written(rng, faces(asked.fonts, held_out=False), digits[kept:], labels[kept:])
    print_ = printed(rng, Shards(asked.crops))
    pool = [next(hand) for _ in range(200)]
    net = Handwriting().train()
    if asked.start:
        net.load_state_dict(torch.load(asked.start, weights_only=True))
    optimiser = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-3)
    for step in range(asked.steps):
        for group in optimiser.param_groups:
            group["lr"] = 2e-3 * 0.5 * (1 + np.cos(np.pi * step / asked.steps)) + 1e-6
        fresh = [next(hand) for _ in range(4)]  # they take long to draw: each is shown several times
        pool = [*(pool if len(pool) < POOL else rng.sample(pool, POOL - len(fresh))), *fresh]
        ink, about = batch([*rng.sample(pool, BY_HAND), *(next(print_) for _ in range(IN_PRINT))])
        wanted = torch.arange(BY_HAND + IN_PRINT) < BY_HAND
        loss = F.binary_cross_entropy_with_logits(said(net(ink), about), wanted.float())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        if step % 100 == 99:
            sys.stdout.write(f"{step + 1} {float(loss):.4f}\n")
            sys.stdout.flush()
    torch.save(net.state_dict(), asked.out / "handwriting.pt")
    _measure(net.eval(), asked, digits[:kept], labels[:kept])


def _measure(net: Handwriting, asked: argparse.Namespace, digits: np.ndarray, labels: np.ndarray) -> None:
    """Shares of unseen hands and of print that are taken for handwriting, at several thresholds."""
    rng = random.Random(asked.seed + 1)
    hand = written(rng, faces(asked.fonts, held_out=True), digits, labels)
    print_ = printed(rng, Shards(asked.crops))

    def logits(batch: np.ndarray) -> np.ndarray:
        with torch.no_grad():
            found: np.ndarray = net(1 - torch.from_numpy(batch)[:, None] / 255).numpy()
        return found

    for name, words in (("hand", [next(hand) for _ in range(1500)]), ("print", [next(print_) for _ in range(8000)])):
        chance = chances([levelled(word).T for word in words], logits)
        sys.stdout.write(name + " " + " ".join(f"{t}: {(chance > t).mean():.4f}" for t in (0.5, 0.8, 0.9, 0.95)) + "\n")


if __name__ == "__main__":
    main()
