"""The heads of a table whose narrow columns break them in several lines: words over one another, read as one text."""

from __future__ import annotations

from collections.abc import Sequence

from invoice_ocr.layout.grid import Cell
from invoice_ocr.model import Box, Word

_SPACE = 0.55  # heights: the widest gap between words of one head


def blocks(rows: Sequence[Sequence[Cell]]) -> list[tuple[str, Box]]:
    """The texts of heads in several of some rows, left to right, each with its box: `Value` over `net` is one text."""
    runs = [run for row in rows for run in _runs([word for cell in row for word in cell.line.words])]
    groups: list[list[list[Word]]] = []
    for run in runs:
        box = _box(run)
        near = [group for group in groups if any(_over(box, _box(other)) for other in group)]
        merged = [other for group in near for other in group]
        groups = [group for group in groups if not any(group is one for one in near)]
        groups.append([*merged, run])
    texts = []
    for group in (group for group in groups if len(group) > 1):
        lines = sorted(group, key=lambda run: run[0].box.center_y)
        text = " ".join(word.text for run in lines for word in run)
        texts.append((text, Box.around(word.box for run in group for word in run)))
    return sorted(texts, key=lambda block: block[1].left)


def _runs(words: Sequence[Word]) -> list[list[Word]]:
    """The words of a row, parted where a gap is wider than a space."""
    runs: list[list[Word]] = []
    for word in sorted(words, key=lambda word: word.box.left):
        if runs and word.box.left - runs[-1][-1].box.right < _SPACE * word.box.height:
            runs[-1].append(word)
        else:
            runs.append([word])
    return runs


def _box(run: Sequence[Word]) -> Box:
    return Box.around(word.box for word in run)


def _over(one: Box, other: Box) -> bool:
    """Whether two runs of words stand over one another, and not side by side."""
    return one.left < other.right and other.left < one.right and abs(one.center_y - other.center_y) > 0.4 * one.height
