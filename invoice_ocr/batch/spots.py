"""Where a value stands on a page by the words about it, and what stands there on another page of the same layout."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from invoice_ocr.model import Box

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from invoice_ocr.model import PageWords, Word

_LONGEST = 8  # words of a value, and of the label before it
_FAR = 20.0  # heights of a line between a label and its value beside it
_ABOVE = 3.0  # heights of a line between a label and its value below it
_ALIKE = 0.1  # of the page's width that a value may stand elsewhere


@dataclass(frozen=True, slots=True)
class Spot:
    """A place on a page: behind or below the words of a label (folded). left: of the value, by the page's width."""

    label: tuple[str, ...]
    below: bool
    left: float


def spot_of(page: PageWords, box: Box) -> Spot | None:
    """What a box on a page stands behind, else what it stands below; None where there is neither."""
    beside = [w for w in _line(page, box) if w.box.right <= box.left + 1 and box.left - w.box.right < _FAR * box.height]
    run = _run(beside[::-1])[::-1][-_LONGEST:]
    label = _folded(run)
    if label:
        return Spot(label, below=False, left=box.left / page.width)
    above = [
        w
        for w in page.words
        if w.box.center_y < box.top and box.top - w.box.bottom < _ABOVE * box.height and _shares_column(w.box, box)
    ]
    lowest = max((w.box.bottom for w in above), default=0.0)
    label = _folded([w for w in above if lowest - w.box.bottom < box.height / 2])
    return Spot(label, below=True, left=box.left / page.width) if label else None


def words_at(page: PageWords, spot: Spot) -> list[Word]:
    """The words that stand on a page where a spot says; none where its label is not found just once there."""
    found = [run for label in _labels(page, spot.label) if (run := _value(page, label, below=spot.below))]
    near = [run for run in found if abs(run[0].box.left / page.width - spot.left) < _ALIKE]
    return near[0] if len(near) == 1 else []


def runs_saying(page: PageWords, text: str) -> Iterator[list[Word]]:
    """Words in a row on a page that together say a text, but for blanks, marks and case."""
    wanted = folded(text)
    for start in range(len(page.words)):
        said = ""
        for end in range(start, min(start + _LONGEST, len(page.words))):
            said += folded(page.words[end].text)
            if said == wanted:
                yield list(page.words[start : end + 1])
            if len(said) >= len(wanted):
                break


def folded(text: str) -> str:
    """Letters and digits of a text, without accents and case."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in plain if char.isalnum())


def _labels(page: PageWords, label: tuple[str, ...]) -> Iterator[list[Word]]:
    said = [folded(word.text) for word in page.words]
    kept = [index for index, text in enumerate(said) if text]
    for at in range(len(kept) - len(label) + 1):
        indices = kept[at : at + len(label)]
        if all(said[index] == text for index, text in zip(indices, label, strict=True)):
            yield [page.words[index] for index in indices]


def _value(page: PageWords, label: list[Word], *, below: bool) -> list[Word]:
    """The words behind a label, or those below it."""
    box = Box.around(word.box for word in label)
    if not below:
        behind = [w for w in _line(page, label[-1].box) if w.box.left >= label[-1].box.right - 1]
        run = _run(behind)
        return run if run and run[0].box.left - label[-1].box.right < _FAR * box.height else []
    under = [w for w in page.words if w.box.center_y > box.bottom and w.box.top - box.bottom < _ABOVE * box.height]
    highest = min((w.box.top for w in under if _shares_column(w.box, box)), default=None)
    if highest is None:
        return []
    row = sorted((w for w in under if w.box.top - highest < box.height / 2), key=lambda w: w.box.left)
    first = next((index for index, w in enumerate(row) if _shares_column(w.box, box)), len(row))
    return _run(row[first:])


def _line(page: PageWords, box: Box) -> list[Word]:
    """The words on the line of a box, from the left."""
    on_it = [w for w in page.words if abs(w.box.center_y - box.center_y) < box.height / 2 and folded(w.text)]
    return sorted(on_it, key=lambda w: w.box.left)


def _run(words: Sequence[Word]) -> list[Word]:
    """The first of these words, in order to one side, and those that follow closely."""
    made = list(words[:1])
    for word in words[1:_LONGEST]:
        gap = max(word.box.left, made[-1].box.left) - min(word.box.right, made[-1].box.right)
        if gap > made[-1].box.height:
            break
        made.append(word)
    return made


def _folded(words: Sequence[Word]) -> tuple[str, ...]:
    return tuple(text for word in words if (text := folded(word.text)))


def _shares_column(one: Box, other: Box) -> bool:
    return min(one.right, other.right) > max(one.left, other.left)
