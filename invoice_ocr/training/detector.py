"""Training of the word detector: the loss and the loop.

The loss is docTR's in kind (cross-entropy, dice, thresholds), with pixels between words weighed up instead of a focal
term; the threshold head, a third of the work and unused in reading, learns on every THRESHOLD_EVERY-th step only.
"""

from __future__ import annotations

import json
import time
from copy import deepcopy
from dataclasses import asdict, dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from invoice_ocr.training.cuts import cut_page
from invoice_ocr.training.detector_net import MEAN, STD, Detector, from_doctr
from invoice_ocr.training.page_shards import Shard, read_shard, write_shards
from invoice_ocr.training.sheet import DrawnPage
from invoice_ocr.training.shipped import read_weights

THRESHOLD_EVERY = 8


@dataclass(frozen=True, slots=True)
class Recipe:
    """What one training run is made of. steps: in all, the schedule's length; size: side of a cut in pixels."""

    steps: int = 2000
    batch: int = 6
    size: int = 416
    rate: float = 2e-3
    warmup: int = 60
    decay: float = 1e-4
    average: float = 0.995
    seed: int = 1
    threads: int = 1
    save_seconds: int = 300
    shards: int = 30
    pages: int = 40


def detector_loss(logits: Tensor, edges: Tensor | None, maps: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
    """Weighed cross-entropy and dice on the hearts; with `edges` also the threshold map and the binarised dice.

    logits, edges: float32 (cuts, size, size). maps: heart, weight, edge, edge_mask, of the same shape.
    """
    heart, weight, edge, edge_mask = maps
    entropy = F.binary_cross_entropy_with_logits(logits, heart, weight, reduction="sum") / weight.sum()
    seen = (weight > 0).float()
    probability = torch.sigmoid(logits)
    loss = 4 * entropy + _dice(probability, heart, seen)
    if edges is not None:
        threshold = torch.sigmoid(edges)
        loss = loss + ((threshold - edge).abs() * edge_mask).sum() / (edge_mask.sum() + 1)
        loss = loss + 0.25 * _dice(torch.sigmoid(50 * (probability - threshold)), heart, seen)
    return loss


def _dice(probability: Tensor, heart: Tensor, seen: Tensor) -> Tensor:
    common = (probability * heart * seen).sum()
    return 1 - 2 * common / ((probability * seen).sum() + (heart * seen).sum() + 1)


def normalised(images: np.ndarray) -> Tensor:
    """uint8 (pages, height, width, 3) RGB to the network's float32 (pages, 3, height, width), channels last."""
    pixels = (images.astype(np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


class Pages:
    """Pages out of all shards of a folder, in an order that the seed settles; new shards are noticed on the way."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shards: dict[Path, Shard] = {}

    def refresh(self) -> None:
        """Read shards that have come, forget those that have gone."""
        found = sorted(self.folder.glob("*.npz"))
        self.shards = {path: self.shards.get(path) or read_shard(path) for path in found}

    def draw(self, rng: np.random.Generator) -> DrawnPage:
        """A random page."""
        shards = list(self.shards.values())
        shard = shards[int(rng.integers(len(shards)))]
        return shard.page(int(rng.integers(len(shard))))


def train(
    *, steps: int = 2000, out: Path, resume: bool = False, seed: int = 1, batch: int = 6, size: int = 416,
    rate: float = 2e-3, threads: int = 1, save_seconds: int = 300, shards: int = 30, pages: int = 40,
    page_folder: Path | None = None, stop_after: int | None = None, start: Path | None = None,
) -> None:  # fmt: skip
    """Train a detector and leave last.pt (all that resuming needs) and ema.pt (the averaged weights) in `out`.

    steps: length of the schedule, counted from the very first step. page_folder: shards to learn from; where it holds
    none, `shards` shards of `pages` pages are drawn into `out`/shards first. stop_after: steps of this call. start:
    weights (.npz, as shipped) to begin from where there is nothing to resume.
    """
    recipe = Recipe(
        steps=steps,
        batch=batch,
        size=size,
        rate=rate,
        seed=seed,
        threads=threads,
        save_seconds=save_seconds,
        shards=shards,
        pages=pages,
    )
    torch.set_num_threads(threads)
    cv2.setNumThreads(1)
    out.mkdir(parents=True, exist_ok=True)
    folder = page_folder or out / "shards"
    if not any(folder.glob("*.npz")):
        write_shards(folder, seed=seed, shards=shards, pages=pages)
    run = Run(recipe, out)
    if start is not None:
        run.begin_from(start)
    if resume and (out / "last.pt").exists():
        run.load()
    source = Pages(folder)
    last = steps if stop_after is None else min(steps, run.step + stop_after)
    saved = time.monotonic()
    while run.step < last:
        if run.step % 50 == 0 or not source.shards:
            source.refresh()
        run.advance(source)
        if time.monotonic() - saved > save_seconds:
            run.save()
            saved = time.monotonic()
    run.save()


class Run:
    """A training run's state: network, optimiser, averaged weights and step."""

    def __init__(self, recipe: Recipe, out: Path) -> None:
        torch.manual_seed(recipe.seed)
        self.recipe, self.out, self.step = recipe, out, 0
        self.seasoned = False  # begun from trained weights: damage from the first step
        self.net = Detector().train().to(memory_format=torch.channels_last)
        torch.nn.init.constant_(self.net.probability.out.bias, -1.5)
        self.average = deepcopy(self.net).eval()
        plain = [p for p in self.net.parameters() if p.ndim < 2]
        matrices = [p for p in self.net.parameters() if p.ndim >= 2]
        groups = [{"params": matrices, "weight_decay": recipe.decay}, {"params": plain, "weight_decay": 0.0}]
        self.optimiser = torch.optim.AdamW(groups, lr=recipe.rate, betas=(0.9, 0.99))
        self.losses: list[float] = []
        self.started = time.monotonic()

    def begin_from(self, weights: Path) -> None:
        """Take over trained weights (.npz, as shipped)."""
        arrays = read_weights(weights)
        for net in (self.net, self.average):
            net.load_state_dict(from_doctr(arrays, net.state_dict()))
        self.seasoned = True

    def rate(self) -> float:
        """The learning rate of this step: a linear rise, then half a cosine down to 1 %."""
        r = self.recipe
        if self.step < r.warmup:
            return r.rate * (self.step + 1) / r.warmup
        part = min(1.0, (self.step - r.warmup) / max(1, r.steps - r.warmup))
        return r.rate * (0.01 + 0.99 * 0.5 * (1 + float(np.cos(np.pi * part))))

    def advance(self, source: Pages) -> float:
        """One step on one batch of fresh cuts; its loss."""
        rng = np.random.default_rng((self.recipe.seed, self.step))
        hard = 1.0 if self.seasoned else min(1.0, 0.2 + self.step / (0.5 * self.recipe.steps))
        cuts = [cut_page(source.draw(rng), rng, self.recipe.size, hard) for _ in range(self.recipe.batch)]
        images = normalised(np.stack([cut.image for cut in cuts]))
        maps = (
            torch.from_numpy(np.stack([cut.heart for cut in cuts])).float(),
            torch.from_numpy(np.stack([cut.weight for cut in cuts])),
            torch.from_numpy(np.stack([cut.edge for cut in cuts])),
            torch.from_numpy(np.stack([cut.edge_mask for cut in cuts])),
        )
        for group in self.optimiser.param_groups:
            group["lr"] = self.rate()
        features = self.net.features(images)
        edges = self.net.threshold(features).squeeze(1) if self.step % THRESHOLD_EVERY == 0 else None
        loss = detector_loss(self.net.probability(features).squeeze(1), edges, maps)
        self.optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.net.parameters(), 5.0)
        self.optimiser.step()
        self._follow()
        self.step += 1
        self.losses.append(float(loss.detach()))
        if self.step % 20 == 0:
            self._log()
        return self.losses[-1]

    def _follow(self) -> None:
        """Move the average towards the network: slowly late, fast early."""
        keep = min(self.recipe.average, (1 + self.step) / (10 + self.step))
        with torch.no_grad():
            for kept, new in zip(self.average.state_dict().values(), self.net.state_dict().values(), strict=True):
                if kept.dtype.is_floating_point:
                    kept.lerp_(new, 1 - keep)
                else:
                    kept.copy_(new)

    def _log(self) -> None:
        row = {
            "step": self.step,
            "loss": round(float(np.mean(self.losses[-20:])), 4),
            "rate": round(self.rate(), 6),
            "seconds": round(time.monotonic() - self.started, 1),
        }
        with (self.out / "log.jsonl").open("a") as file:
            file.write(json.dumps(row) + "\n")

    def save(self) -> None:
        """Write last.pt and ema.pt, each at once."""
        state = {
            "step": self.step,
            "recipe": asdict(self.recipe),
            "net": self.net.state_dict(),
            "average": self.average.state_dict(),
            "optimiser": self.optimiser.state_dict(),
        }
        for name, content in (("last.pt", state), ("ema.pt", self.average.state_dict())):
            part = self.out / f"{name}.part"
            torch.save(content, part)
            part.replace(self.out / name)

    def load(self) -> None:
        """Go on from last.pt; recipe values of this call win, so that a schedule can be made longer."""
        state = torch.load(self.out / "last.pt", weights_only=True)
        self.step = state["step"]
        self.net.load_state_dict(state["net"])
        self.average.load_state_dict(state["average"])
        self.optimiser.load_state_dict(state["optimiser"])
