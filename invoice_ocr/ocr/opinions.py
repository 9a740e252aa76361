"""Which of several recognisers to believe about a picture."""

from __future__ import annotations

import numpy as np

from invoice_ocr.ocr.ctc import decode, likelihoods


def believed(opinions: np.ndarray, alphabet: str) -> np.ndarray:
    """The chances of the recogniser whose reading all of them together find the likeliest; the first's if they agree.

    opinions: what each recogniser sees, float, shape (recognisers, steps, classes + 1). They see a letter at steps of
    their own, so that a mean over steps says what none of them says; a whole reading is weighed by all ways in which
    each may say it.
    """
    texts = [text.text for text in decode(opinions.argmax(-1), opinions.max(-1), alphabet)]
    best = int(likelihoods(opinions, texts, alphabet).argmax()) if len({*texts}) > 1 else 0
    chosen: np.ndarray = opinions[best]
    return chosen
