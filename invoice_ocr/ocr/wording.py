"""What a page's language says of a doubtful reading, where the pixels leave that open."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr import figures, lexicon, spelling
from invoice_ocr.ocr.ctc import Text
from invoice_ocr.ocr.opinions import believed
from invoice_ocr.ocr.scripts import LOOKALIKES

LEAST_KNOWN, LEAST_MEAN_KNOWN = 0.15, 0.5  # of confidence, and of its letters' in the mean, of a known word
OFTEN = -11.0  # logarithm of how frequent a word is that tells print from dirt: its language's 10,000 most frequent are


def is_known(text: Text, language: str) -> bool:
    """Whether a reading that may be dirt is a word that its language often has, with stops beside it at most.

    >>> [is_known(Text(*word), "en") for word in (("Tax", 0.2, (), 0.5), ("Tes", 0.3, (), 0.5), ("Tax", 0.1, (), 0.5))]
    [True, False, False]
    """
    word = text.text.strip(".,:;").lower()
    seen = text.confidence >= LEAST_KNOWN and text.mean >= LEAST_MEAN_KNOWN
    if not seen or len(word) < lexicon.SHORTEST or not word.isalpha():
        return False
    chance = lexicon.lexicon_of(language).chance(word)
    return chance is not None and chance >= OFTEN


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
