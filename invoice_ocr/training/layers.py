"""What both twins are made of: TensorFlow's 'same' padding, in a form that ONNX Runtime computes fast."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

Sides = tuple[int, int, int, int]  # left, right, top, bottom, as `F.pad` takes them


def padded_conv(
    x: Tensor, weight: Tensor, bias: Tensor | None, pad: Sides, stride: tuple[int, int] = (1, 1), groups: int = 1
) -> Tensor:
    """A convolution of `x` with zeros around it, as many as `pad` says on each side.

    torch pads opposite sides alike, ONNX as it likes: exported, this is one node. A node that pads would make the
    runtime change its layout before and after.
    """
    if torch.onnx.is_in_onnx_export():
        exported: Tensor = _PaddedConv.apply(x, weight, bias, pad, stride, groups)
        return exported
    return F.conv2d(F.pad(x, pad), weight, bias, stride, 0, 1, groups)


class _PaddedConv(torch.autograd.Function):
    @staticmethod
    def symbolic(
        g: Any, x: Any, weight: Any, bias: Any, pad: Sides, stride: tuple[int, int], groups: int
    ) -> Any:  # torch's graph builder and its values have no public types
        left, right, top, bottom = pad
        inputs = [x, weight] if bias is None else [x, weight, bias]
        return g.op("Conv", *inputs, pads_i=[top, left, bottom, right], strides_i=list(stride), group_i=groups)

    @staticmethod
    def forward(
        _context: Any,
        x: Tensor,
        weight: Tensor,
        bias: Tensor | None,
        pad: Sides,
        stride: tuple[int, int],
        groups: int,
    ) -> Tensor:
        return F.conv2d(F.pad(x, pad), weight, bias, stride, 0, 1, groups)
