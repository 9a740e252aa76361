"""What a page's language says of a doubtful reading, where the pixels leave that open."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr import figures, lexicon, spelling
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.opinions import believed
from invoice_ocr.ocr.scripts import LOOKALIKES


def is_open(text: Text, language: str, script: str) -> bool:
    """Whether a reading is one of which its language may know better."""
    return spelling.may_be_misspelt(text, language) or figures.may_be_letters(text, script)


def worded(read: Text, opinions: np.ndarray, alphabet: str, language: str, script: str, whole: bool) -> Text:
    """A reading as its language has or at least spells it.

    opinions: what each recogniser sees in the picture that says it, float, shape (recognisers, steps, classes + 1).
    whole: whether it stands apart from others, for a part of a word looks like other words.
    """
    alike = LOOKALIKES.get(script, {})
    if figures.may_be_letters(read, script):
        return figures.as_letters(read, opinions, alphabet, language, script, alike)
    read = spelling.spelt(read, believed(opinions, alphabet), alphabet, language, alike)
    if whole and lexicon.may_be_unlisted(read):
        return lexicon.listed(read, opinions, alphabet, language)
    return read
