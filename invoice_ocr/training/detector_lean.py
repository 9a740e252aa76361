"""The detector as it is exported: the logits of `detector_net.Detector`, computed with less work.

Behind its first convolution the head looks at single pixels alone: two transposed convolutions of stride 2 spread each
pixel of the joined pyramid to 4 x 4 of the page and never mix two of them. So it is computed where it stands, as 1 x 1
convolutions to 16 channels, and spread once at the end. Three of the pyramid's four levels are enlarged by repeating
rows, and a kernel of three rows over repeated rows is one of two over the rows themselves, another for even rows than
for odd ones (`_halved`). Columns would allow the same, but short and strided rows cost more than they save.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from invoice_ocr.training.detector_net import Detector, Head
from invoice_ocr.training.layers import padded_conv

_EVEN, _ODD = 0, 1


def logits(net: Detector, x: Tensor) -> Tensor:
    """float32 (pages, 3, height, width), normalised, to (pages, 1, height, width), as `net` itself."""
    finest, *coarse = net.levels(x)
    low = torch.cat([_enlarged(level, 2**i, 2 ** (i + 1)) for i, level in enumerate(coarse)], 1)
    head = net.probability
    scale, shift = _scale_and_shift(head.conv.norm)
    weight = head.conv.conv.weight * scale[:, None, None, None]
    channels = head.conv.conv.in_channels // (1 + len(coarse))
    own, others = weight[:, :channels], weight[:, channels:]
    rows = []
    for side in (_EVEN, _ODD):
        above, below = 1 - side, side
        y = padded_conv(finest, own, shift, (1, 1, above, below), (2, 1))
        y = F.relu(y + padded_conv(low, _halved(others, side), None, (1, 1, above, below)))
        rows.append(_spread(head, y))
    count, _, high, wide = rows[0].shape  # of each second row of the pyramid 4 rows of the page
    joined = torch.stack([part.view(count, high // 4, 4, wide) for part in rows], 2)
    return joined.view(count, 1, 2 * high, wide)


def _enlarged(level: Tensor, down: int, across: int) -> Tensor:
    return F.interpolate(level, scale_factor=(float(down), float(across)), mode="nearest")


def _halved(weight: Tensor, side: int) -> Tensor:
    """A kernel of three rows over doubled rows as one of two over the rows, for the even or odd rows of the results."""
    first, middle, last = (weight[:, :, i : i + 1] for i in range(3))
    return torch.cat([first, middle + last] if side == _EVEN else [first + middle, last], 2)


def _spread(head: Head, x: Tensor) -> Tensor:
    """What `head` makes of each pixel after its first convolution: 4 x 4 pixels."""
    scale, shift = _scale_and_shift(head.norm)
    wide = (head.up.weight * scale[None, :, None, None]).permute(2, 3, 1, 0).reshape(-1, head.up.in_channels, 1, 1)
    y = F.relu(F.conv2d(x, wide, shift.repeat(4)))
    inner = head.out.weight[:, 0].permute(1, 2, 0)  # (row, column, channels) of the 2 x 2 that each of 2 x 2 makes
    apart = torch.eye(4).view(2, 1, 2, 1, 4, 1) * inner[None, :, None, :, None, :]
    return F.pixel_shuffle(F.conv2d(y, apart.reshape(16, -1, 1, 1), head.out.bias.repeat(16)), 4)


def _scale_and_shift(norm: torch.nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """What batch normalisation at rest multiplies a channel by and adds to it."""
    scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
    return scale, norm.bias - norm.running_mean * scale
