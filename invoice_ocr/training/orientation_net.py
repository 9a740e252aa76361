"""The PyTorch twin of docTR 0.12's TensorFlow mobilenet_v3_small_page_orientation."""

from __future__ import annotations

import torch.nn.functional as F
from torch import Tensor, nn

from invoice_ocr.training.detector_net import Block, ConvNorm, Inverted

MEAN = (0.694, 0.695, 0.693)
STD = (0.299, 0.296, 0.301)
CLASSES = (0, -90, 180, 90)  # degrees clockwise that the page is turned by; class k is numpy's rot90(page, k)

SMALL = (
    Block(16, 3, 16, 16, True, False, 2),
    Block(16, 3, 72, 24, False, False, 2),
    Block(24, 3, 88, 24, False, False, 1),
    Block(24, 5, 96, 40, True, True, 2),
    Block(40, 5, 240, 40, True, True, 1),
    Block(40, 5, 240, 40, True, True, 1),
    Block(40, 5, 120, 48, True, True, 1),
    Block(48, 5, 144, 48, True, True, 1),
    Block(48, 5, 288, 96, True, True, 2),
    Block(96, 5, 576, 96, True, True, 1),
    Block(96, 5, 576, 96, True, True, 1),
)


class Orientation(nn.Module):
    """docTR's mobilenet_v3_small with its four-way top: a page in, one logit for each of CLASSES out.

    Input float32, shape (pages, 3, height, width), RGB, normalised by MEAN and STD; height and width multiples of 32.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = ConvNorm(3, 16, 3, "swish", 2)
        self.blocks = nn.ModuleList(Inverted(block) for block in SMALL)
        self.final = ConvNorm(96, 576, 1, "swish")
        self.dense = nn.Linear(576, 1024)
        self.drop = nn.Dropout(0.2)
        self.out = nn.Linear(1024, len(CLASSES))
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                nn.init.kaiming_normal_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float32, shape (pages, 4)."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = self.final(x).mean((2, 3))
        y: Tensor = self.out(self.drop(F.hardswish(self.dense(x))))
        return y
