"""The PyTorch twin of docTR 0.12's TensorFlow db_mobilenet_v3_large, and its weights in docTR's order.

The topology is read off docTR's TensorFlow code, oddities included: the feature pyramid never adds its levels top-down
(the loop that should runs over an empty range), 'same' padding at stride 2 puts the odd pixel after, batch
normalisation has epsilon 1e-3, and hard_sigmoid is clip(0.2 x + 0.5).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from invoice_ocr.training.layers import padded_conv

MEAN = (0.798, 0.785, 0.772)  # docTR normalises pages so: (pixel / 255 - mean) / std
STD = (0.264, 0.2749, 0.287)


class Block(NamedTuple):
    """One inverted residual of MobileNetV3: channels in, kernel side, channels inside and out, squeeze, act, stride."""

    inputs: int
    kernel: int
    expanded: int
    outputs: int
    squeeze: bool
    swish: bool
    stride: int


LARGE = (
    Block(16, 3, 16, 16, False, False, 1),
    Block(16, 3, 64, 24, False, False, 2),
    Block(24, 3, 72, 24, False, False, 1),
    Block(24, 5, 72, 40, True, False, 2),
    Block(40, 5, 120, 40, True, False, 1),
    Block(40, 5, 120, 40, True, False, 1),
    Block(40, 3, 240, 80, False, True, 2),
    Block(80, 3, 200, 80, False, True, 1),
    Block(80, 3, 184, 80, False, True, 1),
    Block(80, 3, 184, 80, False, True, 1),
    Block(80, 3, 480, 112, True, True, 1),
    Block(112, 3, 672, 112, True, True, 1),
    Block(112, 5, 672, 160, True, True, 2),
    Block(160, 5, 960, 160, True, True, 1),
    Block(160, 5, 960, 160, True, True, 1),
)
LEVELS = (2, 5, 11)  # the blocks whose outputs, at 1/4, 1/8 and 1/16, the pyramid takes besides the final one at 1/32


class ConvNorm(nn.Module):
    """A convolution without bias, TensorFlow's 'same' padding, batch normalisation and an activation."""

    def __init__(self, inputs: int, outputs: int, kernel: int, act: str, stride: int = 1, groups: int = 1) -> None:
        super().__init__()
        self.odd = kernel // 2 if stride == 2 else 0
        pad = 0 if stride == 2 else kernel // 2
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, pad, groups=groups, bias=False)
        self.norm = nn.BatchNorm2d(outputs, eps=1e-3, momentum=0.01)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        if self.odd:  # even sizes only: kernel 3 pads 0 before and 1 after, kernel 5 pads 1 and 2
            sides = (self.odd - 1, self.odd, self.odd - 1, self.odd)
            x = padded_conv(x, self.conv.weight, None, sides, (2, 2), self.conv.groups)
        else:
            x = self.conv(x)
        x = self.norm(x)
        if self.act == "swish":
            return F.hardswish(x)
        return F.relu(x) if self.act == "relu" else x


class Squeeze(nn.Module):
    """Squeeze and excitation: every channel weighed by what the whole picture holds."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.down = nn.Linear(channels, channels // 4)
        self.up = nn.Linear(channels // 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        weight: Tensor = self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1).flatten(1))))
        return x * (weight * 0.2 + 0.5).clamp(0.0, 1.0)[:, :, None, None]


class Inverted(nn.Module):
    """An inverted residual of MobileNetV3."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        act = "swish" if block.swish else "relu"
        self.residual = block.stride == 1 and block.inputs == block.outputs
        wide = block.expanded
        layers: list[nn.Module] = [ConvNorm(block.inputs, wide, 1, act)] if wide != block.inputs else []
        layers.append(ConvNorm(wide, wide, block.kernel, act, block.stride, wide))
        if block.squeeze:
            layers.append(Squeeze(wide))
        layers.append(ConvNorm(wide, block.outputs, 1, ""))
        self.block = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.block(x)
        return x + y if self.residual else y


class Head(nn.Module):
    """From the joined pyramid at 1/4 to one logit a pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv = ConvNorm(channels, 64, 3, "relu")
        self.up = nn.ConvTranspose2d(64, 64, 2, 2, bias=False)
        self.norm = nn.BatchNorm2d(64, eps=1e-3, momentum=0.01)
        self.out = nn.ConvTranspose2d(64, 1, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.out(F.relu(self.norm(self.up(self.conv(x)))))
        return y


class Detector(nn.Module):
    """docTR's db_mobilenet_v3_large (TensorFlow): a page in, one logit of 'heart of a word' a pixel out.

    Input float32, shape (pages, 3, height, width), RGB, normalised by MEAN and STD; height and width multiples of 32.
    """

    def __init__(self, channels: int = 32) -> None:
        super().__init__()
        self.stem = ConvNorm(3, 16, 3, "swish", 2)
        self.blocks = nn.ModuleList(Inverted(block) for block in LARGE)
        self.final = ConvNorm(160, 960, 1, "swish")
        sizes = (*(LARGE[level].outputs for level in LEVELS), 960)
        self.inner = nn.ModuleList(nn.Conv2d(size, channels, 1) for size in sizes)
        self.outer = nn.ModuleList(ConvNorm(channels, channels, 3, "relu") for _ in sizes)
        self.probability = Head(4 * channels)
        self.threshold = Head(4 * channels)
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear | nn.ConvTranspose2d):
                nn.init.kaiming_normal_(module.weight)
                if module.bias is not None:
                    nn.init.zeros_(module.bias)

    def levels(self, x: Tensor) -> list[Tensor]:
        """The pyramid: float32, shapes (pages, channels, height / 4, width / 4), then / 8, / 16 and / 32."""
        levels = []
        x = self.stem(x)
        for index, block in enumerate(self.blocks):
            x = block(x)
            if index in LEVELS:
                levels.append(x)
        levels.append(self.final(x))
        return [outer(inner(level)) for level, inner, outer in zip(levels, self.inner, self.outer, strict=True)]

    def features(self, x: Tensor) -> Tensor:
        """The joined pyramid: float32, shape (pages, 4 * channels, height / 4, width / 4)."""
        finest, *coarse = self.levels(x)
        grown = [F.interpolate(y, scale_factor=float(2**i), mode="nearest") for i, y in enumerate(coarse, 1)]
        return torch.cat([finest, *grown], 1)

    def forward(self, x: Tensor) -> Tensor:
        """Logits, float32, shape (pages, 1, height, width)."""
        y: Tensor = self.probability(self.features(x))
        return y


def to_doctr(state: Mapping[str, Tensor]) -> list[np.ndarray]:
    """The twin's weights as float32 arrays in the order and layout of docTR's TensorFlow `model.get_weights()`."""
    return [_laid_out(state[name]) for name in doctr_order(state)]


def from_doctr(weights: list[np.ndarray], state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The inverse of `to_doctr`: a state dict like `state` (used for its names and shapes) from docTR's arrays."""
    names = list(doctr_order(state))
    if len(names) != len(weights):
        raise ValueError(f"{len(weights)} arrays where {len(names)} were expected")
    loaded = dict(state)
    for name, array in zip(names, weights, strict=True):
        loaded[name] = _laid_back(torch.from_numpy(np.ascontiguousarray(array)), state[name])
    return loaded


def doctr_order(state: Mapping[str, Tensor]) -> Iterator[str]:
    """The names of a twin's state in docTR's order.

    Keras 2 lists models layer by layer; a plain layer (inverted residual, pyramid) lists all that it trains first and
    the running means and variances of its batch normalisations after.
    """
    kept = [name for name in state if not name.endswith("num_batches_tracked")]
    groups: dict[str, list[str]] = {}
    for name in kept:
        parts = name.split(".")
        head = ".".join(parts[:2]) if parts[0] == "blocks" else "pyramid" if parts[0] in {"inner", "outer"} else name
        groups.setdefault(head, []).append(name)
    for names in groups.values():
        yield from (name for name in names if "running_" not in name)
        yield from (name for name in names if "running_" in name)


def _laid_out(weight: Tensor) -> np.ndarray:
    """PyTorch's (out, in, h, w), also (in, out, h, w) of a transposed one, to (h, w, in, out) or (h, w, out, in)."""
    weight = weight.detach().cpu().float()
    if weight.ndim == 4:
        weight = weight.permute(2, 3, 1, 0)  # a transposed convolution's (in, out, h, w) becomes (h, w, out, in): right
    elif weight.ndim == 2:
        weight = weight.T
    return np.ascontiguousarray(weight.numpy())


def _laid_back(array: Tensor, like: Tensor) -> Tensor:
    if array.ndim == 4:
        array = array.permute(3, 2, 0, 1)
    elif array.ndim == 2:
        array = array.T
    if array.shape != like.shape:
        raise ValueError(f"shape {tuple(array.shape)} where {tuple(like.shape)} was expected")
    return array.to(like.dtype).contiguous()
