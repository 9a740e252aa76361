"""The PyTorch twin of docTR's TensorFlow CRNN on MobileNetV3 (rectangular strides): same layers, same numbers.

Input: float32 (batch, 3, 32, width), width a multiple of 4, normalised. Output: logits (batch, width / 4, classes + 1).
`to_doctr` turns trained weights into the arrays of docTR's `model.get_weights()`, in its order and layout.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from invoice_ocr.training.layers import Sides, padded_conv

# kernel, expanded channels, output channels, squeeze-and-excite, hard swish, (vertical, horizontal) stride
_Row = tuple[int, int, int, bool, bool, tuple[int, int]]
_SMALL: tuple[_Row, ...] = (
    (3, 16, 16, True, False, (2, 2)),
    (3, 72, 24, False, False, (2, 1)),
    (3, 88, 24, False, False, (1, 1)),
    (5, 96, 40, True, True, (2, 1)),
    (5, 240, 40, True, True, (1, 1)),
    (5, 240, 40, True, True, (1, 1)),
    (5, 120, 48, True, True, (1, 1)),
    (5, 144, 48, True, True, (1, 1)),
    (5, 288, 96, True, True, (2, 1)),
    (5, 576, 96, True, True, (1, 1)),
    (5, 576, 96, True, True, (1, 1)),
)
_LARGE: tuple[_Row, ...] = (
    (3, 16, 16, False, False, (1, 1)),
    (3, 64, 24, False, False, (2, 2)),
    (3, 72, 24, False, False, (1, 1)),
    (5, 72, 40, True, False, (2, 1)),
    (5, 120, 40, True, False, (1, 1)),
    (5, 120, 40, True, False, (1, 1)),
    (3, 240, 80, False, True, (2, 1)),
    (3, 200, 80, False, True, (1, 1)),
    (3, 184, 80, False, True, (1, 1)),
    (3, 184, 80, False, True, (1, 1)),
    (3, 480, 112, True, True, (1, 1)),
    (3, 672, 112, True, True, (1, 1)),
    (5, 672, 160, True, True, (2, 1)),
    (5, 960, 160, True, True, (1, 1)),
    (5, 960, 160, True, True, (1, 1)),
)
LAYOUTS: dict[str, tuple[_Row, ...]] = {"crnn_mobilenet_v3_small": _SMALL, "crnn_mobilenet_v3_large": _LARGE}


class ConvNorm(nn.Module):
    """Convolution with TensorFlow's 'same' padding, batch normalisation (Keras' constants), activation."""

    def __init__(
        self, inward: int, outward: int, kernel: int, stride: tuple[int, int], groups: int, activation: nn.Module | None
    ):
        super().__init__()
        self.conv = nn.Conv2d(inward, outward, kernel, stride, bias=False, groups=groups)
        self.stride = stride
        self.norm = nn.BatchNorm2d(outward, eps=1e-3, momentum=0.01)
        self.activation = activation or nn.Identity()
        # TensorFlow pads an even size at stride 2 with one pixel less before than after.
        (top, bottom), (left, right) = ((((kernel - s) // 2), (kernel - s + 1) // 2) for s in stride)
        self.pad: Sides = (left, right, top, bottom)
        if left == right and top == bottom:
            self.conv.padding = (top, left)
            self.pad = (0, 0, 0, 0)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        conv = self.conv
        x = padded_conv(x, conv.weight, None, self.pad, self.stride, conv.groups) if any(self.pad) else conv(x)
        return self.activation(self.norm(x))


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.down = nn.Linear(channels, channels // 4)
        self.up = nn.Linear(channels // 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.up(F.relu(self.down(F.adaptive_avg_pool2d(x, 1).flatten(1))))
        return x * torch.clamp(0.2 * gate + 0.5, 0.0, 1.0)[:, :, None, None]


class InvertedResidual(nn.Module):
    def __init__(self, inward: int, row: _Row):
        super().__init__()
        kernel, wide, outward, squeeze, swish, stride = row
        activation = nn.Hardswish if swish else nn.ReLU
        self.expand = ConvNorm(inward, wide, 1, (1, 1), 1, activation()) if wide != inward else None
        self.depthwise = ConvNorm(wide, wide, kernel, stride, wide, activation())
        self.squeeze = SqueezeExcite(wide) if squeeze else None
        self.project = ConvNorm(wide, outward, 1, (1, 1), 1, None)
        self.residual = stride == (1, 1) and inward == outward

    def forward(self, x: Tensor) -> Tensor:
        y = self.expand(x) if self.expand is not None else x
        y = self.depthwise(y)
        if self.squeeze is not None:
            y = self.squeeze(y)
        y = self.project(y)
        return x + y if self.residual else y


class Crnn(nn.Module):
    """docTR's CRNN: MobileNetV3 features at a quarter of the width, two bidirectional LSTMs of 128, a dense layer."""

    def __init__(self, classes: int, arch: str = "crnn_mobilenet_v3_small"):
        super().__init__()
        rows = LAYOUTS[arch]
        self.arch = arch
        self.stem = ConvNorm(3, 16, 3, (2, 2), 1, nn.Hardswish())
        inward = 16
        blocks = []
        for row in rows:
            blocks.append(InvertedResidual(inward, row))
            inward = row[2]
        self.blocks = nn.ModuleList(blocks)
        self.final = ConvNorm(inward, 6 * inward, 1, (1, 1), 1, nn.Hardswish())
        self.lstm1 = nn.LSTM(6 * inward, 128, batch_first=True, bidirectional=True)
        self.lstm2 = nn.LSTM(256, 128, batch_first=True, bidirectional=True)
        self.dense = nn.Linear(256, classes + 1)

    def forward(self, x: Tensor, classes: Tensor | None = None) -> Tensor:
        """Logits of all classes, or of those numbered in `classes`."""
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = self.final(x)
        steps = x.squeeze(2).transpose(1, 2)
        steps, _ = self.lstm1(steps)
        steps, _ = self.lstm2(steps)
        if classes is None:
            return self.dense(steps)
        return F.linear(steps, self.dense.weight[classes], self.dense.bias[classes])


def _weights(arch: str) -> Iterator[tuple[str, tuple[int, ...], bool]]:
    """Each array of docTR's model: the twin's name, its axes in docTR's order, whether it is trained."""

    def conv_norm(prefix: str) -> Iterator[tuple[str, tuple[int, ...], bool]]:
        yield f"{prefix}.conv.weight", (2, 3, 1, 0), True
        for name in ("weight", "bias"):
            yield f"{prefix}.norm.{name}", (0,), True
        for name in ("running_mean", "running_var"):
            yield f"{prefix}.norm.{name}", (0,), False

    def dense(prefix: str) -> Iterator[tuple[str, tuple[int, ...], bool]]:
        yield f"{prefix}.weight", (1, 0), True
        yield f"{prefix}.bias", (0,), True

    yield from conv_norm("stem")
    inward = 16
    for index, (_, wide, outward, squeeze, _, _) in enumerate(LAYOUTS[arch]):
        if wide != inward:
            yield from conv_norm(f"blocks.{index}.expand")
        yield from conv_norm(f"blocks.{index}.depthwise")
        if squeeze:
            yield from dense(f"blocks.{index}.squeeze.down")
            yield from dense(f"blocks.{index}.squeeze.up")
        yield from conv_norm(f"blocks.{index}.project")
        inward = outward
    yield from conv_norm("final")
    for name in ("lstm1", "lstm2"):
        for direction in ("", "_reverse"):
            yield f"{name}.weight_ih_l0{direction}", (1, 0), True
            yield f"{name}.weight_hh_l0{direction}", (1, 0), True
            yield f"{name}.bias_ih_l0{direction}", (0,), True
    yield from dense("dense")


def _in_doctrs_order(arch: str) -> list[tuple[str, tuple[int, ...]]]:
    # Keras 2 lists a model layer by layer, and within an inverted residual, a plain layer, the trained weights first.
    groups: dict[str, list[tuple[str, tuple[int, ...], bool]]] = {}
    for row in _weights(arch):
        parts = row[0].split(".")
        groups.setdefault(".".join(parts[:2]) if parts[0] == "blocks" else parts[0], []).append(row)
    return [
        (name, axes)
        for rows in groups.values()
        for wanted in (True, False)
        for name, axes, trained in rows
        if trained is wanted
    ]


def arch_of(arrays: Sequence[np.ndarray]) -> str:
    """The architecture that docTR's arrays belong to, by their number; ValueError if it is none of ours."""
    for arch in LAYOUTS:
        if len(arrays) == len(_in_doctrs_order(arch)):
            return arch
    raise ValueError(f"{len(arrays)} arrays are the weights of no known recogniser")


def to_doctr(state: dict[str, Tensor], arch: str = "crnn_mobilenet_v3_small") -> list[np.ndarray]:
    """The twin's weights as float32 arrays in the order and layout of docTR's `model.get_weights()`."""
    arrays = []
    for name, axes in _in_doctrs_order(arch):
        tensor = state[name]
        if ".bias_ih_" in name:  # Keras has one bias where PyTorch adds two
            tensor = tensor + state[name.replace("_ih_", "_hh_")]
        arrays.append(np.ascontiguousarray(tensor.detach().cpu().float().numpy().transpose(axes)))
    return arrays


def from_doctr(arrays: Sequence[np.ndarray], arch: str = "crnn_mobilenet_v3_small") -> dict[str, Tensor]:
    """A state of the twin from docTR's arrays, as `to_doctr` made them: training can go on from shipped weights."""
    state: dict[str, Tensor] = {}
    for (name, axes), array in zip(_in_doctrs_order(arch), arrays, strict=True):
        state[name] = torch.from_numpy(np.ascontiguousarray(array.transpose(np.argsort(axes)), np.float32))
        if ".bias_ih_" in name:
            state[name.replace("_ih_", "_hh_")] = torch.zeros_like(state[name])
    return state


def mean(
    state: dict[str, Tensor],
    former: Sequence[np.ndarray],
    arch: str = "crnn_mobilenet_v3_small",
    *,
    share: float = 0.5,
) -> dict[str, Tensor]:
    """Between a state of the twin (which weighs `share`) and the weights (docTR's arrays) that its training began from.

    Further training forgets something of what it began with; what lies between reads better than either end (Wortsman
    et al., Robust fine-tuning of zero-shot models, 2022). Batch norms' counters are those of `state`.
    """
    arrays = [share * now + (1 - share) * before for now, before in zip(to_doctr(state, arch), former, strict=True)]
    return {**state, **from_doctr(arrays, arch)}
