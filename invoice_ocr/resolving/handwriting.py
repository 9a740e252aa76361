"""Values written by hand: what is read there is a guess, however sure the recogniser is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from invoice_ocr.model import Issue

if TYPE_CHECKING:
    from invoice_ocr.choices import Resolution

CODE = "field.handwritten"


def check(resolution: Resolution) -> list[Issue]:
    """An issue that names the fields whose values are written by hand."""
    touched = tuple(
        name for name, choice in resolution.choices.items() if any(word.handwritten for word in choice.evidence.words)
    )
    if not touched:
        return []
    names = ", ".join(touched)
    return [Issue(CODE, f"written by hand, so that what was read is a guess: {names}", touched)]
