"""How a run of the recogniser's training goes: rates, batches, what helps at first and what ends it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

from invoice_ocr.training.recogniser_net import arch_of
from invoice_ocr.training.shipped import read_weights

SECOND_ARCH = "crnn_mobilenet_v3_large"  # of the second recogniser, which reads what the first doubts


@dataclass(frozen=True, slots=True)
class Plan:
    """How a run goes. Numbers of samples count crops shown, not distinct ones."""

    arch: str = "crnn_mobilenet_v3_small"
    alphabet: str = "european"  # a name of ALPHABETS
    peak: float = 1.5e-3
    warm_up: int = 400
    pixels: int = 48 * 112  # of width a batch may hold: 48 crops of 112, 10 of 512
    most: int = 96
    weight_decay: float = 1e-4
    clip: float = 5.0
    average: float = 0.998
    align: int = 150_000
    teach: int = 250_000  # samples over which the weight of a teacher's readings falls from 1 to 0, if there is one
    rivals: int = 0  # classes, drawn anew for each batch, that its characters compete with; 0: all
    short: int = 60_000  # until so many samples, only crops up to 160 wide
    wide: float = 0.35  # share of the crops wider than 256 that a round shows: they cost most and teach little more
    decay: int = 0  # samples over which the rate falls to nothing, from `decay_from` on; 0: constant
    decay_from: int = 0
    seed: int = 1

    def rate(self, step: int, shown: int) -> float:
        """The learning rate: warm-up by steps, then constant, then a cosine down to a hundredth if `decay` is set."""
        rate = self.peak * min(1.0, (step + 1) / self.warm_up)
        if self.decay:
            part = min(1.0, max(0.0, (shown - self.decay_from) / self.decay))
            rate *= max(0.01, 0.5 * (1 + math.cos(math.pi * part)))
        return rate


def plan_for(alphabet: str, start: Path | None = None, teacher: Path | None = None) -> Plan:
    """The plan of a run that worked: for an alphabet, from given weights or a teacher's, or from nothing.

    alphabet: a name of `ALPHABETS`. Chinese strokes take the larger network, and its thousands of characters take known
    places for long; weights of another alphabet lend all layers but the last.
    """
    if alphabet == "chinese":
        return Plan(SECOND_ARCH, alphabet, peak=2e-3, warm_up=300, align=900_000, wide=0.15, rivals=1000)
    if start is not None:
        return Plan(arch_of(read_weights(start)), align=0, short=0)
    return Plan(SECOND_ARCH, align=0, short=0) if teacher is not None else Plan()
