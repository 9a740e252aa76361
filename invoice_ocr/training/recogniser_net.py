"""The PyTorch twin of docTR's TensorFlow CRNN on MobileNetV3 (rectangular strides): same layers, same numbers.

Input: float32 (batch, 3, 32, width), width a multiple of 4, normalised. Output: logits (batch, width / 4, classes + 1).
`to_doctr` turns trained weights into the arrays of docTR's `model.get_weights()`, in its order and layout.
"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional as F

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
        self.norm = nn.BatchNorm2d(outward, eps=1e-3, momentum=0.01)
        self.activation = activation or nn.Identity()
        # TensorFlow pads an even size at stride 2 with one pixel less before than after.
        (top, bottom), (left, right) = ((((kernel - s) // 2), (kernel - s + 1) // 2) for s in stride)
        self.pad = (left, right, top, bottom)
        if left == right and top == bottom:
            self.conv.padding = (top, left)
            self.pad = (0, 0, 0, 0)
        nn.init.kaiming_normal_(self.conv.weight, nonlinearity="relu")

    def forward(self, x: Tensor) -> Tensor:
        if any(self.pad):
            x = F.pad(x, self.pad)
        return self.activation(self.norm(self.conv(x)))  # type: ignore[no-any-return]


class SqueezeExcite(nn.Module):
    def __init__(self, channels: int):
        super().__init__()
        self.down = nn.Linear(channels, channels // 4)
        self.up = nn.Linear(channels // 4, channels)

    def forward(self, x: Tensor) -> Tensor:
        gate = self.up(F.relu(self.down(x.mean((2, 3)))))
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
        return x + y if self.residual else y  # type: ignore[no-any-return]


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

    def forward(self, x: Tensor) -> Tensor:
        x = self.stem(x)
        for block in self.blocks:
            x = block(x)
        x = self.final(x)
        steps = x.squeeze(2).transpose(1, 2)
        steps, _ = self.lstm1(steps)
        steps, _ = self.lstm2(steps)
        return self.dense(steps)  # type: ignore[no-any-return]


def to_doctr(state: dict[str, Tensor], arch: str = "crnn_mobilenet_v3_small") -> list[np.ndarray]:
    """The twin's weights as float32 arrays in the order and layout of docTR's `model.get_weights()`.

    Keras 2 lists models layer by layer; an inverted residual, a plain layer, lists all that it trains first and its
    moving statistics after.
    """
    get = {name: tensor.detach().cpu().float().numpy() for name, tensor in state.items()}
    done: list[np.ndarray] = []
    trained: list[np.ndarray] = []
    moving: list[np.ndarray] = []

    def close() -> None:
        done.extend((*trained, *moving))
        trained.clear()
        moving.clear()

    def conv_norm(prefix: str) -> None:
        trained.append(get[f"{prefix}.conv.weight"].transpose(2, 3, 1, 0))
        trained.extend((get[f"{prefix}.norm.weight"], get[f"{prefix}.norm.bias"]))
        moving.extend((get[f"{prefix}.norm.running_mean"], get[f"{prefix}.norm.running_var"]))

    def dense(prefix: str) -> None:
        trained.extend((get[f"{prefix}.weight"].T, get[f"{prefix}.bias"]))

    conv_norm("stem")
    close()
    for index in range(len(LAYOUTS[arch])):
        prefix = f"blocks.{index}"
        if f"{prefix}.expand.conv.weight" in get:
            conv_norm(f"{prefix}.expand")
        conv_norm(f"{prefix}.depthwise")
        if f"{prefix}.squeeze.down.weight" in get:
            dense(f"{prefix}.squeeze.down")
            dense(f"{prefix}.squeeze.up")
        conv_norm(f"{prefix}.project")
        close()
    conv_norm("final")
    close()
    for name in ("lstm1", "lstm2"):
        for suffix in ("", "_reverse"):
            trained.append(get[f"{name}.weight_ih_l0{suffix}"].T)
            trained.append(get[f"{name}.weight_hh_l0{suffix}"].T)
            trained.append(get[f"{name}.bias_ih_l0{suffix}"] + get[f"{name}.bias_hh_l0{suffix}"])
    dense("dense")
    close()
    return [np.ascontiguousarray(array, dtype=np.float32) for array in done]
