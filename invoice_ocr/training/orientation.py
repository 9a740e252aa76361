"""Training of the page orientation network: made-up pages in one of four turns, seen whole."""

from __future__ import annotations

import json
import time
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from invoice_ocr.training.detector import Pages
from invoice_ocr.training.orientation_net import MEAN, STD, Orientation
from invoice_ocr.training.page_damage import damage
from invoice_ocr.training.page_shards import write_shards
from invoice_ocr.training.sheet import DrawnPage

SIZE = 512


def whole_page(pixels: np.ndarray, size: int = SIZE) -> np.ndarray:
    """The page as docTR shows it to the network: its long side `size`, centred on black.

    pixels: uint8 (height, width, 3) RGB. Returns uint8 (size, size, 3).
    """
    height, width = pixels.shape[:2]
    scale = size / max(height, width)
    wide, high = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(pixels, (wide, high), interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    out = np.zeros((size, size, 3), np.uint8)
    top, left = (size - high) // 2, (size - wide) // 2
    out[top : top + high, left : left + wide] = small
    return out


def turned_page(page: DrawnPage, rng: np.random.Generator, size: int = SIZE) -> tuple[np.ndarray, int]:
    """A page as the network sees it, damaged and slightly askew, and its class: rot90(page, class)."""
    pixels = page.pixels
    if rng.random() < 0.3:  # a part of a page, as tickets and cropped scans are
        height, width = pixels.shape[:2]
        top, left = int(rng.uniform(0, 0.4) * height), int(rng.uniform(0, 0.4) * width)
        pixels = pixels[top : top + int(height * 0.6), left : left + int(width * 0.6)]
    image = whole_page(pixels, size)
    if rng.random() < 0.4:
        turn = np.array(cv2.getRotationMatrix2D((size / 2, size / 2), float(rng.uniform(-5, 5)), 1.0))
        image = np.asarray(cv2.warpAffine(image, turn, (size, size), flags=cv2.INTER_LINEAR))
    if rng.random() < 0.7:
        image = damage(image, rng)
    turns = int(rng.integers(4))
    return np.ascontiguousarray(np.rot90(image, turns)), turns


def normalised(images: np.ndarray) -> Tensor:
    """uint8 (pages, size, size, 3) RGB to the network's float32 (pages, 3, size, size)."""
    pixels = (images.astype(np.float32) / 255 - np.array(MEAN, np.float32)) / np.array(STD, np.float32)
    return torch.from_numpy(pixels).permute(0, 3, 1, 2)


def train(
    *,
    steps: int = 1500,
    out: Path,
    resume: bool = False,
    seed: int = 1,
    batch: int = 8,
    size: int = SIZE,
    rate: float = 1e-3,
    threads: int = 1,
    save_seconds: int = 300,
    page_folder: Path | None = None,
    stop_after: int | None = None,
) -> None:
    """Train the orientation network; leaves last.pt (all that resuming needs) and net.pt (the weights) in `out`.

    page_folder: shards to learn from; where it holds none, pages are drawn into `out`/shards first.
    stop_after: steps of this call; the schedule stays that of `steps`.
    """
    torch.set_num_threads(threads)
    torch.manual_seed(seed)
    out.mkdir(parents=True, exist_ok=True)
    folder = page_folder or out / "shards"
    if not any(folder.glob("*.npz")):
        write_shards(folder, seed=seed, shards=10, pages=40)
    source = Pages(folder)
    source.refresh()
    net = Orientation().train().to(memory_format=torch.channels_last)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=1e-3)
    step = 0
    if resume and (out / "last.pt").exists():
        state = torch.load(out / "last.pt", weights_only=True)
        step = state["step"]
        net.load_state_dict(state["net"])
        optimiser.load_state_dict(state["optimiser"])
    last = steps if stop_after is None else min(steps, step + stop_after)
    saved = time.monotonic()
    right, seen = 0, 0
    while step < last:
        rng = np.random.default_rng((seed, step))
        torch.manual_seed(seed * 1_000_003 + step)
        drawn = [turned_page(source.draw(rng), rng, size) for _ in range(batch)]
        targets = torch.tensor([turns for _, turns in drawn])
        for group in optimiser.param_groups:
            group["lr"] = rate * min(1.0, (step + 1) / 50) * 0.5 * (1 + float(np.cos(np.pi * step / steps))) + 1e-6
        logits = net(normalised(np.stack([image for image, _ in drawn])))
        loss = F.cross_entropy(logits, targets, label_smoothing=0.05)
        optimiser.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        right, seen = right + int((logits.argmax(1) == targets).sum()), seen + batch
        if step % 25 == 0:
            with (out / "log.jsonl").open("a") as file:
                file.write(json.dumps({"step": step, "loss": round(float(loss), 4), "right": right / seen}) + "\n")
            right, seen = 0, 0
        if time.monotonic() - saved > save_seconds:
            _save(out, step, net, optimiser)
            saved = time.monotonic()
    _save(out, step, net, optimiser)


def _save(out: Path, step: int, net: Orientation, optimiser: torch.optim.Optimizer) -> None:
    state = {"step": step, "net": net.state_dict(), "optimiser": optimiser.state_dict()}
    for name, content in (("last.pt", state), ("net.pt", net.state_dict())):
        part = out / f"{name}.part"
        torch.save(content, part)
        part.replace(out / name)
