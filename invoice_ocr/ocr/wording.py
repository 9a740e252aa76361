"""What a page's language says of a doubtful reading, where the pixels leave that open."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr import figures, lexicon, spelling
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.scripts import LOOKALIKES


def is_open(text: Text, language: str, script: str) -> bool:
    """Whether a reading is one of which its language may know better."""
    return spelling.may_be_misspelt(text, language) or figures.may_be_letters(text, script)


def worded(read: Text, chances: np.ndarray, alphabet: str, language: str, script: str, whole: bool) -> Text:
    """A reading as its language has or at least spells it.

    chances: float, shape (steps, classes + 1), of the picture that says it. whole: whether it stands apart from others,
    for a part of a word looks like other words.
    """
    alike = LOOKALIKES.get(script, {})
    if figures.may_be_letters(read, script):
        return figures.as_letters(read, chances, alphabet, language, script, alike)
    read = spelling.spelt(read, chances, alphabet, language, alike)
    if whole and lexicon.may_be_unlisted(read):
        return lexicon.listed(read, chances, alphabet, language)
    return read
