"""Trains the recogniser: CTC, helped at first by the known places of the characters.

CTC from nothing spends its first hundred thousand words finding out where letters are. The crops here are drawn, so
that is known: while `Plan.align` lasts, each step that sees the middle of a character is also taught that character,
and all others the blank. The learning rate is held constant and the weights are averaged (EMA); `decay` then ends a
run, from any checkpoint, so that a later run may go on from the constant phase.
"""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from invoice_ocr.ocr.alphabet import ALPHABET, ALPHABETS
from invoice_ocr.training.crop_batches import Sample, Shards, batches, collate
from invoice_ocr.training.recogniser_net import Crnn, arch_of, from_doctr
from invoice_ocr.training.recogniser_plan import Plan
from invoice_ocr.training.shipped import read_weights

Report = Callable[[Crnn, dict[str, Any]], dict[str, Any]]


def loss_of(logits: Tensor, labels: Tensor, lengths: Tensor, target: Tensor, align: float) -> Tensor:
    """CTC plus `align` times the loss of each step against its known class, both a mean over crops."""
    chances, blank = logits.float().log_softmax(-1), logits.shape[-1] - 1
    steps = torch.full((len(lengths),), logits.shape[1])
    ctc = F.ctc_loss(chances.transpose(0, 1), labels, steps, lengths, blank=blank, reduction="none", zero_infinity=True)
    loss = (ctc / lengths.clamp(min=1) ** 0.5).mean()
    if align > 0:
        weight = torch.where(target == blank, 0.25, 1.0)
        each = F.nll_loss(chances.flatten(0, 1), target.flatten(), reduction="none").view_as(target)
        loss = loss + align * ((each * weight).sum(1) / lengths.clamp(min=1) ** 0.5).mean()
    return loss


def rivals_of(labels: Tensor, target: Tensor, blank: int, count: int) -> tuple[Tensor, Tensor, Tensor]:
    """The classes a batch is judged among (its own, the blank last, about `count` drawn others) and its labels in them.

    An alphabet of thousands makes the last layer cost as much as all others; most of its classes teach a batch nothing
    (Jean et al., On using very large target vocabulary, 2015).
    """
    drawn = torch.randint(blank, (count,), device=labels.device)
    classes = torch.cat([torch.cat([labels, drawn]).unique(), labels.new_tensor([blank])])
    return classes, torch.searchsorted(classes, labels), torch.searchsorted(classes, target)


def loss_to_teacher(logits: Tensor, taught: Tensor, lengths: Tensor) -> Tensor:
    """Cross entropy of each step against the teacher's chances for it, a mean over crops as in `loss_of`."""
    each = -(taught.float().softmax(-1) * logits.float().log_softmax(-1)).sum(-1)
    return (each.sum(1) / lengths.clamp(min=1) ** 0.5).mean()


def decode(logits: Tensor, alphabet: str = ALPHABET) -> list[str]:
    """Greedy CTC: the likeliest class of each step, repeats and blanks dropped."""
    texts, blank = [], len(alphabet)
    for row in logits.argmax(-1).tolist():
        kept = [now for before, now in zip([blank, *row], row, strict=False) if now not in (before, blank)]
        texts.append("".join(alphabet[index] for index in kept))
    return texts


class Run:
    """What a training run holds between checkpoints: the network, its average, the optimiser, the counters."""

    def __init__(
        self,
        plan: Plan,
        out: Path,
        device: str,
        *,
        resume: bool,
        start: Path | None = None,
        teacher: Path | None = None,
    ) -> None:
        torch.manual_seed(plan.seed)
        self.plan, self.out, self.device = plan, out, device
        self.classes = len(ALPHABETS[plan.alphabet])
        self.model, self.averaged = (Crnn(self.classes, plan.arch).to(device) for _ in range(2))
        for network in (self.model, self.averaged):
            network.to(memory_format=torch.channels_last)  # torch 2.13's stubs lack it
        self.averaged.eval()
        if start is not None:
            state = from_doctr(read_weights(start), plan.arch)
            self._take_over(state, ("stem", "blocks", "final", "lstm", "dense"))
        self.teacher: Crnn | None = None
        if teacher is not None:
            arrays = read_weights(teacher)
            arch = arch_of(arrays)
            self.teacher = Crnn(len(ALPHABET), arch).to(device).eval()
            self.teacher.to(memory_format=torch.channels_last)
            taught = from_doctr(arrays, arch)
            self.teacher.load_state_dict(taught, strict=False)
            if start is None:
                self._take_over(taught, ("lstm", "dense"))
        self.averaged.load_state_dict(self.model.state_dict())
        self.optimiser = torch.optim.AdamW(
            self.model.parameters(), lr=plan.peak, betas=(0.9, 0.99), weight_decay=plan.weight_decay
        )
        self.step, self.shown, self.seen = 0, 0, dict[str, int]()
        if resume and (out / "last.pt").exists():
            self._load(out / "last.pt")

    def _load(self, path: Path) -> None:
        saved = torch.load(path, map_location=self.device, weights_only=True)
        self.model.load_state_dict(saved["model"])
        self.averaged.load_state_dict(saved["averaged"])
        if "optimiser" in saved:
            self.optimiser.load_state_dict(saved["optimiser"])
        self.step, self.shown, self.seen = saved["state"]["step"], saved["state"]["shown"], saved["seen"]

    def _take_over(self, trained: dict[str, Tensor], layers: tuple[str, ...]) -> None:
        """Begin with another network's layers, where the shapes agree: its last ones, or all but another alphabet's."""
        own = self.model.state_dict()
        same = {name: value for name, value in trained.items() if name.startswith(layers)}
        same = {name: value for name, value in same.items() if own[name].shape == value.shape}
        self.model.load_state_dict(same, strict=False)  # batch norms' counters are not kept

    def save(self) -> None:
        part = self.out / "last.part"
        torch.save(
            {
                "model": self.model.state_dict(),
                "averaged": self.averaged.state_dict(),
                "optimiser": self.optimiser.state_dict(),
                "state": {"step": self.step, "shown": self.shown},
                "seen": self.seen,
            },
            part,
        )
        part.replace(self.out / "last.pt")

    def learn(self, group: list[Sample], noise: np.random.Generator) -> float:
        """One step on one batch; returns its loss."""
        plan = self.plan
        picture, labels, lengths, target = (part.to(self.device) for part in collate(group, noise, self.classes))
        for parameters in self.optimiser.param_groups:
            parameters["lr"] = plan.rate(self.step, self.shown)
        align = max(0.0, 1 - self.shown / plan.align) if plan.align else 0.0
        classes = None
        if plan.rivals:
            classes, labels, target = rivals_of(labels, target, self.classes, plan.rivals)
        logits = self.model(picture, classes)
        loss = loss_of(logits, labels, lengths, target, align)
        weight = max(0.0, 1 - self.shown / plan.teach) if self.teacher is not None else 0.0
        if self.teacher is not None and weight > 0:
            with torch.no_grad():
                taught = self.teacher(picture)
            loss = loss + weight * loss_to_teacher(logits, taught, lengths)
        self.optimiser.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), plan.clip)
        self.optimiser.step()
        self.step += 1
        self.shown += len(group)
        _average(self.averaged, self.model, min(plan.average, (1 + self.step) / (20 + self.step)))
        return float(loss.item())


@torch.no_grad()
def _average(averaged: torch.nn.Module, model: torch.nn.Module, keep: float) -> None:
    kept, fresh = averaged.state_dict(), model.state_dict()
    pairs = [(a, b) for a, b in zip(kept.values(), fresh.values(), strict=True) if a.dtype.is_floating_point]
    torch._foreach_lerp_([a for a, _ in pairs], [b for _, b in pairs], 1 - keep)


def train(
    *,
    shards: Path,
    out: Path,
    plan: Plan | None = None,
    samples: int | None = None,
    minutes: float | None = None,
    resume: bool = True,
    start: Path | None = None,
    teacher: Path | None = None,
    threads: int = 0,
    report: Report | None = None,
    every: float = 600.0,
    device: str = "cpu",
) -> dict[str, Any]:
    """Train until `samples` crops were shown in all, or for `minutes`; returns the last diary entry.

    shards: folder of `crop_shards.make_shards`. out: folder of `last.pt` (weights, averaged weights, optimiser,
    counters) and `diary.jsonl`. start: weights (.npz, as shipped) to begin from where there is nothing to resume; set
    `align` and `short` of the plan to 0 then. teacher: weights of a trained network, small or large, that shows its
    readings for `teach` samples; where there is neither `start` nor anything to resume its last layers are taken over.
    report: called with (averaged model, entry) every `every` seconds; what it returns joins the entry.
    """
    plan = plan or Plan()
    if threads:
        torch.set_num_threads(threads)
    out.mkdir(parents=True, exist_ok=True)
    run = Run(plan, out, device, resume=resume, start=start, teacher=teacher)
    data = Shards(shards, seen=run.seen)
    rng, noise = random.Random(plan.seed + run.step), np.random.default_rng(plan.seed + run.step)
    began = mark = time.monotonic()
    first, losses = run.shown, list[float]()
    while True:
        for group in batches(data.round(rng), plan, rng, widest=160 if run.shown < plan.short else 512):
            losses.append(run.learn(group, noise))
            now = time.monotonic()
            over = samples is not None and run.shown >= samples
            over = over or (minutes is not None and now - began > 60 * minutes)
            if not over and now - mark <= every:
                continue
            run.save()
            entry = {"step": run.step, "shown": run.shown, "loss": round(float(np.mean(losses)), 4)}
            entry["speed"] = round((run.shown - first) / (now - began), 1)
            if report is not None:
                entry.update(report(run.averaged, entry))
            with (out / "diary.jsonl").open("a") as diary:
                diary.write(json.dumps(entry) + "\n")
            losses, mark = [], time.monotonic()
            if over:
                return entry
