"""Reading order of boxes: lines from top to bottom, each from left to right. Columns are layout's concern."""

from __future__ import annotations

import numpy as np

SHARED_HEIGHT = 0.5  # of the lower of two boxes, for both to stand on one line
HEIGHT_RATIO = 2.5  # a logo beside small print is not on its line


def lines_of(boxes: np.ndarray) -> list[list[int]]:
    """The places in `boxes` line by line, lines top to bottom, each left to right.

    boxes: float, shape (n, 4): left, top, right, bottom, y down, any unit. A box joins the line whose last box shares
    most of its height, so that a line may rise or fall a little.
    """
    count = len(boxes)
    lines: list[list[int]] = []
    top, bottom = np.empty(count), np.empty(count)  # of each line's last box
    for i in np.lexsort((boxes[:, 1], boxes[:, 0])).tolist():
        upper, lower = float(boxes[i, 1]), float(boxes[i, 3])
        known = len(lines)
        if known:
            height = np.maximum(bottom[:known] - top[:known], 1e-6)
            own = max(lower - upper, 1e-6)
            share = (np.minimum(bottom[:known], lower) - np.maximum(top[:known], upper)) / np.minimum(height, own)
            share[np.maximum(height, own) > HEIGHT_RATIO * np.minimum(height, own)] = 0
            best = int(share.argmax())
            if share[best] >= SHARED_HEIGHT:
                lines[best].append(i)
                top[best], bottom[best] = upper, lower
                continue
        top[known], bottom[known] = upper, lower
        lines.append([i])
    middles = [float(np.mean(boxes[line, 1] + boxes[line, 3])) for line in lines]
    return [lines[i] for i in np.argsort(middles, kind="stable").tolist()]
