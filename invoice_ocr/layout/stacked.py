"""Writing that runs down the page a character a line, as Chinese forms print the head of a block at its side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from invoice_ocr.model import Box, Line, Word

_FEWEST = 3  # characters
_LEVEL, _MOST_LEVEL = 0.25, 0.6  # heights; share of a column that may stand level with words beside it: tables do
_ASIDE = 0.5  # heights, by which middles of a column may differ
_APART = 1.2  # heights between two of a column


@dataclass(frozen=True, slots=True)
class Stack:
    """A column of characters as one word, and the words that it is made of."""

    word: Word
    parts: tuple[Word, ...]


def stacks(words: Sequence[Word]) -> list[Stack]:
    """The columns of single Chinese, Japanese or Korean characters among the words of a page."""
    single = sorted((word for word in words if _is_ideograph(word)), key=lambda word: word.box.top)
    columns: list[list[Word]] = []
    for word in single:
        column = next((column for column in columns if _goes_on(column[-1], word)), None)
        if column is None:
            columns.append([word])
        else:
            column.append(word)
    others = [word for word in words if len(word.text) > 1]
    return [_stack(column) for column in columns if len(column) >= _FEWEST and not _is_tabular(column, others)]


def placed(stack: Stack, rows: list[list[Line]]) -> None:
    """Put a column into the first row of text beside it, as a cell of its own; in place."""
    box = stack.word.box
    line = Line((stack.word,), box)
    for row in rows:
        if any(box.top < other.box.center_y < box.bottom for other in row):
            row.append(line)
            row.sort(key=lambda other: other.box.left)
            return
    after = next((i for i, row in enumerate(rows) if row[0].box.center_y > box.center_y), len(rows))
    rows.insert(after, [line])


def _is_ideograph(word: Word) -> bool:
    return len(word.text) == 1 and ("\u3040" <= word.text <= "\u9fff" or "\uac00" <= word.text <= "\ud7a3")


def _is_tabular(column: Sequence[Word], others: Sequence[Word]) -> bool:
    """Whether the characters are cells of a table's rows, such as units under one another."""
    level = sum(
        any(abs(other.box.center_y - word.box.center_y) < _LEVEL * word.box.height for other in others)
        for word in column
    )
    return level > _MOST_LEVEL * len(column)


def _goes_on(above: Word, below: Word) -> bool:
    height = max(above.box.height, below.box.height)
    aside = abs(above.box.center_x - below.box.center_x)
    return aside < _ASIDE * height and -0.3 * height < below.box.top - above.box.bottom < _APART * height


def _stack(column: Sequence[Word]) -> Stack:
    around = Box.around(word.box for word in column)
    confidence = min(word.confidence for word in column)
    text = "".join(word.text for word in column)
    return Stack(Word(text, around, confidence, column[0].source), tuple(column))
