"""Takes text that is never seen out of a PDF page: what an earlier OCR laid over it. Runs inside a worker."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NEITHER_FILLED_NOR_STROKED = 3  # the rendering mode of invisible text
_SHOWS = {"Tj", "TJ", "'", '"'}
_MOVES = {"Tm", "Td", "T*"}  # which say nothing beyond their own text object


def take_out(pdf: Any, page: Any) -> None:
    """Leave out each text object of the page, and of the forms drawn on it, that shows nothing but invisible text.

    What cannot be parsed stays as it is.
    """
    if (kept := _seen(page)) is not None:
        page.Contents = pdf.make_stream(kept)
    known: set[tuple[int, int]] = set()
    waiting = list(_forms(page.resources))
    while waiting:
        form = waiting.pop()
        if form.objgen in known:
            continue
        known.add(form.objgen)
        if (kept := _seen(form)) is not None:
            form.write(kept)
        waiting += _forms(form.get("/Resources"))


def _forms(resources: Any) -> Iterator[Any]:
    from pikepdf import Dictionary, Stream

    drawn = resources.get("/XObject") if isinstance(resources, Dictionary) else None
    if isinstance(drawn, Dictionary):
        yield from (one for one in drawn.values() if isinstance(one, Stream) and one.get("/Subtype") == "/Form")


def _seen(content: Any) -> bytes | None:
    """The content without its invisible text objects; None where it has none."""
    from pikepdf import PdfError, parse_content_stream, unparse_content_stream

    try:
        told = parse_content_stream(content)
        kept = [step for steps, unseen in _objects(told) for step in steps if not (unseen and _is_of_text(step))]
    except (PdfError, TypeError, ValueError):
        return None
    return unparse_content_stream(kept) if len(kept) < len(told) else None


def _is_of_text(step: Any) -> bool:
    return str(step.operator) in _SHOWS | _MOVES


def _objects(told: Sequence[Any]) -> Iterator[tuple[list[Any], bool]]:
    """The instructions, piece by piece, and whether a piece is a text object that shows only invisible text."""
    mode, stack = 0, []
    marked: list[tuple[int, Any, bool | None]] = []
    number = 0
    for step in told:
        operator = str(step.operator)
        if operator == "q":
            stack.append(mode)
        elif operator == "Q" and stack:
            mode = stack.pop()
        elif operator == "Tr" and step.operands:
            mode = int(step.operands[0])
        number += operator == "BT"
        marked.append((number, step, mode == _NEITHER_FILLED_NOR_STROKED if operator in _SHOWS else None))
        number += operator == "ET"
    for _, group in groupby(marked, key=lambda one: one[0]):
        piece = list(group)
        shown = [unseen for _, _, unseen in piece if unseen is not None]
        yield [step for _, step, _ in piece], bool(shown) and all(shown)
