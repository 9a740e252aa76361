"""What pictures of words say, as one recogniser or several hear them; what they said of doubtful ones is kept."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from invoice_ocr.ocr import crops, ctc, cuts, hanzi, marks
from invoice_ocr.ocr.opinions import believed
from invoice_ocr.patience import check


class Networks(Protocol):
    """A detector and one or more recognisers on some runtime. Normalisation and decoding are inside."""

    @property
    def recognisers(self) -> int:
        """How many there are."""

    def detect(self, pages: np.ndarray) -> np.ndarray:
        """Probability of text at each pixel: uint8 (n, height, width, 3) RGB to float32 (n, height, width)."""

    def recognise(self, batch: np.ndarray) -> tuple[np.ndarray, ...]:
        """Best class and its probability at each step: uint8 (n, 32, width, 3) RGB to int and float32 (n, steps).

        And the logits that say so, as `opinions` has them, from networks that have them at hand.
        """

    def opinions(self, batch: np.ndarray, first: np.ndarray | None = None) -> list[np.ndarray]:
        """The logits of each recogniser there is, the first that of `recognise`: float32 (n, steps, classes + 1).

        first: those of the first, where `recognise` has given them.
        """


class _Asked(threading.local):
    """What the recognisers said of doubtful words, by the pictures' ids; each thread its own: one reads, one cleans.

    first: the logits of the first recogniser alone, of pictures that the others have not been asked about.
    """

    def __init__(self) -> None:
        self.logits: dict[int, tuple[np.ndarray, list[np.ndarray]]] = {}
        self.first: dict[int, tuple[np.ndarray, np.ndarray]] = {}

    def clear(self) -> None:
        self.logits.clear()
        self.first.clear()


class Hearing:
    """The recognisers of one engine, asked in batches.

    networks: those asked; alphabet: what the classes of all of them say; columns: as `Pools` has them.
    """

    def __init__(self, networks: Networks, alphabet: str, columns: int) -> None:
        self.alphabet = alphabet
        self.every = np.ones(len(alphabet) + 1, bool)  # classes that a picture may show where nothing is known of it
        self._networks = networks
        self._columns = columns
        self._asked = _Asked()

    def forget(self) -> None:
        """Forget what was said of the pictures of this thread: others may come to have their ids."""
        self._asked.clear()

    def texts(self, pictures: Sequence[np.ndarray], *, under: float = 0.0) -> list[ctc.Text]:
        """What each normalised picture says to the first recogniser.

        under: the confidence under which its logits are kept: the others will be asked too.
        """
        return self.said(pictures, hanzi.Reader(self._networks.recognise, self.alphabet), under=under)

    def said(self, pictures: Sequence[np.ndarray], reader: hanzi.Reader, *, under: float = 0.0) -> list[ctc.Text]:
        """What each normalised picture says to a reader. under: as `texts` has it, for readers that give logits."""
        texts = [ctc.Text("", 0.0, ())] * len(pictures)
        for places, batch in crops.batches(pictures, self._columns):
            check()
            ids, confidences, *logits = reader.recognise(batch)
            for row, (i, text) in enumerate(zip(places, ctc.decode(ids, confidences, reader.alphabet), strict=True)):
                texts[i] = _within(text, pictures[i], batch.shape[2])
                if logits and text.confidence < under:
                    kept = logits[0][row].copy()  # a view would keep the whole batch
                    self._asked.first[id(pictures[i])] = pictures[i], kept
        return texts

    def heard(self, pictures: Sequence[np.ndarray], may: Sequence[np.ndarray]) -> list[cuts.Heard]:
        """What each picture says, with the classes that it may show."""
        heard = []
        for picture, chances, allowed in zip(pictures, self.chances_of(pictures, self.every), may, strict=True):
            own = chances * allowed
            own /= own.sum(1, keepdims=True)
            heard.append(cuts.Heard(picture, self.text(own, picture), own))
        return heard

    def text(self, chances: np.ndarray, picture: np.ndarray) -> ctc.Text:
        """What chances (float, shape (steps, classes + 1)) say that a picture shows."""
        (text,) = ctc.decode(chances.argmax(-1)[None], chances.max(-1)[None], self.alphabet)
        text = replace(text, bare=marks.sure_but_for_marks(chances, self.alphabet))
        return _within(text, picture, crops.bucket(picture.shape[1]))

    def reread(
        self, pictures: Sequence[np.ndarray], places: Sequence[int], allowed: np.ndarray, read: list[ctc.Text]
    ) -> None:
        """The words at some places, read again with the `allowed` classes by every recogniser; in place."""
        places = [i for i in places if pictures[i].shape[1]]
        for i, chances in zip(places, self.chances_of([pictures[i] for i in places], allowed), strict=True):
            read[i] = self.text(chances, pictures[i])

    def chances_of(self, pictures: Sequence[np.ndarray], allowed: np.ndarray) -> list[np.ndarray]:
        """What the recogniser that is believed sees at each step of each picture: float, shape (steps, classes + 1)."""
        return [believed(opinions, self.alphabet) for opinions in self.opinions_of(pictures, allowed)]

    def opinions_of(self, pictures: Sequence[np.ndarray], allowed: np.ndarray) -> list[np.ndarray]:
        """What each recogniser sees in each picture: float, shape (recognisers, steps, classes + 1).

        After a page's doubtful words is asked more than once, with other classes `allowed`; logits are kept till then.
        """
        first = self._asked.first
        for is_heard in (True, False):
            new = [p for p in pictures if id(p) not in self._asked.logits and (id(p) in first) is is_heard]
            for places, batch in crops.batches(new, self._columns):
                check()
                heard = [np.stack([first[id(new[i])][1] for i in places])] if is_heard else []
                for i, *logits in zip(places, *self._networks.opinions(batch, *heard), strict=True):
                    self._asked.logits[id(new[i])] = new[i], logits
        kept = (self._asked.logits[id(picture)][1] for picture in pictures)
        return [_chances(np.where(allowed, np.stack(logits), -np.inf)) for logits in kept]


def _within(text: ctc.Text, picture: np.ndarray, width: int) -> ctc.Text:
    """A text with its steps as shares of the picture, which stood at the left of one `width` pixels wide."""
    share = width / picture.shape[1]
    return replace(text, steps=tuple(min(1.0, step * share) for step in text.steps))


def _chances(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    chances: np.ndarray = raised / raised.sum(-1, keepdims=True)
    return chances
