"""The engine that a detector and a recogniser make, whatever runs them: the same words from every runtime."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Protocol

import numpy as np

from invoice_ocr.model import Issue, PageImage, PageWords
from invoice_ocr.ocr import boxes as spots
from invoice_ocr.ocr import (
    cases,
    crops,
    ctc,
    cuts,
    faces,
    hand,
    hanzi,
    letters,
    marks,
    money,
    order,
    scripts,
    spaces,
    spelling,
    strokes,
    wording,
)
from invoice_ocr.ocr.languages import codes_of
from invoice_ocr.ocr.opinions import believed
from invoice_ocr.ocr.page_words import is_word, page_words
from invoice_ocr.ocr.sight import Sighted, chunks, sight
from invoice_ocr.patience import Overdue, check, patience

DOUBTFUL = 0.9  # of confidence, under which a word may be another one
ASKED = {"fast": 0.0, "balanced": DOUBTFUL, "accurate": 0.97}  # under which words all recognisers are asked about
FIRST = 4  # the part of a pool that the first one is; each is twice as large as the one before
LOST_BY_RAISING = 0.3  # of confidence, up to which the reading of a raised picture is preferred


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


@dataclass(frozen=True, slots=True)
class Pools:
    """How much is done at once: pages detected together, crops waiting at most, pixel columns in a batch.

    Pools of 768 crops are no faster, and take 60 MB more at the peak.
    """

    pages: int = 1
    crops: int = 384
    columns: int = 2048


class _Asked(threading.local):
    """What the recognisers said of doubtful words, by the pictures' ids; each thread its own: one reads, one cleans.

    first: the logits of the first recogniser alone, of pictures that the others have not been asked about.
    """

    def __init__(self) -> None:
        self.logits: dict[int, tuple[np.ndarray, list[np.ndarray]]] = {}
        self.first: dict[int, np.ndarray] = {}

    def clear(self) -> None:
        self.logits.clear()
        self.first.clear()


class NeuralEngine:
    """Detector, crops, recogniser, reading order."""

    def __init__(
        self,
        name: str,
        networks: Networks,
        alphabet: str,
        thresholds: spots.Thresholds,
        pools: Pools,
        description: dict[str, Any],
        quality: str = "balanced",
        lang: str = "",
        chinese: Callable[[], hanzi.Reader] | None = None,
        by_hand: hand.Network | None = None,
        seconds: float = float("inf"),
    ) -> None:
        """chinese: loads the recogniser of Chinese, where the weights have one; called once, by the first such page.
        by_hand: the network that tells handwriting from print, where the weights have one.
        seconds: that a page may take to have its words found, and as long again to have them read.
        """
        self.name = name
        self._networks = networks
        self._alphabet = alphabet
        self._thresholds = thresholds
        self._pools = pools
        self._description = description
        self._quality = quality
        self._known = letters.of_languages(lang)
        self._languages = codes_of(lang)
        self._chinese = None if hanzi.asked_for(lang) is False or chinese is None else cache(chinese)
        self._is_chinese = bool(hanzi.asked_for(lang))
        self._by_hand = by_hand
        self._seconds = seconds
        self._asked = _Asked()

    def describe(self) -> dict[str, Any]:
        return {"runtime": self.name, "alphabet": self._alphabet, **self._description}

    def read(self, pages: Iterable[PageImage]) -> Iterator[PageWords]:
        waiting: list[Sighted | PageImage] = []
        full = self._pools.crops // FIRST  # whoever asked has nothing yet: the first words come after a page or two
        for together in chunks(pages, self._pools.pages):
            waiting += self._sighted(together)
            if sum(len(page.pictures) for page in waiting if isinstance(page, Sighted)) >= full:
                yield from self._in_time(waiting)
                waiting, full = [], min(2 * full, self._pools.crops)
        yield from self._in_time(waiting)

    def _sighted(self, pages: list[PageImage]) -> list[Sighted | PageImage]:
        """The pages with their words found; as they are where that takes too long."""
        try:
            with patience(self._seconds):
                return [
                    *sight(
                        pages,
                        self._networks.detect,
                        self._thresholds,
                        at_once=self._pools.pages,
                        twice=self._quality != "fast",
                    )
                ]
        except Overdue:
            if len(pages) == 1:
                return [*pages]
            return [one for page in pages for one in self._sighted([page])]

    def _in_time(self, pages: list[Sighted | PageImage]) -> list[PageWords]:
        """The words of pages, in order; of a page that takes too long none, and an issue that says so."""
        sighted = [page for page in pages if isinstance(page, Sighted)]
        try:
            with patience(self._seconds):
                words = iter(self._read(sighted))
        except Overdue:
            if len(pages) == 1:
                return [_unread(sighted[0].page)]
            return [words for page in pages for words in self._in_time([page])]
        return [next(words) if isinstance(page, Sighted) else _unread(page) for page in pages]

    def recognise(self, crops_: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        self._asked.clear()
        pictures = [crops.normalise(crop) for crop in crops_]
        texts = self._texts(pictures)
        self._narrow(pictures, texts)
        self._reread_chinese(pictures, texts)
        return [(text.text.strip(), text.confidence) for text in texts]

    def glance(self, crops_: Sequence[np.ndarray]) -> list[tuple[str, float]]:
        """As `recognise`, but never in Chinese: enough to see which way up the words of most pages stand."""
        return [(text.text.strip(), text.confidence) for text in self._texts([crops.normalise(c) for c in crops_])]

    def _texts(self, pictures: Sequence[np.ndarray], *, under: float = 0.0) -> list[ctc.Text]:
        """What each normalised picture says. under: the confidence under which the logits are kept for `_ask_all`."""
        return self._said(pictures, hanzi.Reader(self._networks.recognise, self._alphabet), under=under)

    def _said(self, pictures: Sequence[np.ndarray], reader: hanzi.Reader, *, under: float = 0.0) -> list[ctc.Text]:
        texts = [ctc.Text("", 0.0, ())] * len(pictures)
        for places, batch in crops.batches(pictures, self._pools.columns):
            check()
            ids, confidences, *logits = reader.recognise(batch)
            for row, (i, text) in enumerate(zip(places, ctc.decode(ids, confidences, reader.alphabet), strict=True)):
                texts[i] = _within(text, pictures[i], batch.shape[2])
                if logits and text.confidence < under:
                    self._asked.first[id(pictures[i])] = logits[0][row].copy()  # a view would keep the whole batch
        return texts

    def _read(self, pages: list[Sighted]) -> list[PageWords]:
        """The words of pages whose words have been found. Raises Overdue."""
        self._asked.clear()
        pictures = [picture for page in pages for picture in page.pictures]
        once = self._texts(pictures, under=ASKED[self._quality])
        self._ask_all(pictures, once)
        texts = iter(once)
        seen = [(page, order.lines_of(page.boxes), [next(texts) for _ in page.pictures]) for page in pages]
        if self._quality != "fast":
            for page, lines, read in seen:
                self._reread_raised(page, lines, read)
                self._reread_strangers(page, lines, read)
                self._reread_odd_letters(page, read)
            self._cut_again([(page, read) for page, _, read in seen])
        done = []
        for page, lines, read in seen:
            if self._quality != "fast":
                self._reread_money(page, lines, read)
                self._spell(page, lines, read)
                cases.by_height(read, lines, page.boxes, page.pictures)
                strokes.by_size(read, lines, page.boxes, page.pictures)
                faces.compare(read, page.boxes, page.pictures)
            self._narrow(page.pictures, read)
            self._reread_chinese(page.pictures, read)
            said = [text.text for text in read]
            written = hand.places(page.pictures, said, self._by_hand) if self._by_hand else ()
            done.append(page_words(page, lines, read, written))
        return done

    def _ask_all(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words in doubt, read again by every recogniser where there are more; in place."""
        if self._networks.recognisers > 1:
            again = [i for i, text in enumerate(read) if text.confidence < ASKED[self._quality]]
            self._reread(pictures, again, np.ones(len(self._alphabet) + 1, bool), read)

    def _cut_again(self, pages: Sequence[tuple[Sighted, list[ctc.Text]]]) -> None:
        """Doubtful words of pages as closer and wider cuts of them say, too; in place."""
        words = []
        for page, read in pages:
            places = [i for i, text in enumerate(read) if text.confidence < cuts.DOUBTFUL and is_word(text)]
            if places:
                known = letters.strangers([(text.text, text.confidence) for text in read])[1]
                allowed = letters.allowed(self._alphabet, known)
                words += [(page, read, i, allowed) for i in places]

        def hear(pictures: Sequence[np.ndarray], which: Sequence[int]) -> list[cuts.Heard]:
            return self._heard(pictures, [words[k][-1] for k in which])

        doubtful = [cuts.Cut(page.around[i], page.pictures[i], read[i]) for page, read, i, _ in words]
        for k, best in cuts.again(doubtful, hear, self._alphabet).items():
            page, read, i, _ = words[k]
            page.telling[i] = best.picture
            said = read[i]
            read[i] = replace(best.text, confidence=said.confidence, mean=said.mean, bare=said.bare)

    def _heard(self, pictures: Sequence[np.ndarray], may: Sequence[np.ndarray]) -> list[cuts.Heard]:
        """What each picture says, with the classes that it may show."""
        every = np.ones(len(self._alphabet) + 1, bool)
        heard = []
        for picture, chances, allowed in zip(pictures, self._chances_of(pictures, every), may, strict=True):
            own = chances * allowed
            own /= own.sum(1, keepdims=True)
            heard.append(cuts.Heard(picture, self._text(own, picture), own))
        return heard

    def _text(self, chances: np.ndarray, picture: np.ndarray) -> ctc.Text:
        (text,) = ctc.decode(chances.argmax(-1)[None], chances.max(-1)[None], self._alphabet)
        text = replace(text, bare=marks.sure_but_for_marks(chances, self._alphabet))
        return _within(text, picture, crops.bucket(picture.shape[1]))

    def _reread_raised(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Words that may be of low letters alone, in scripts whose small letters look like capitals; in place."""
        heard = [[read[i].text for i in line] for line in lines]
        again = [
            i
            for line, script in zip(lines, scripts.written_in(heard), strict=True)
            if script != "latin"
            for i in line
            if i in page.raised and scripts.may_be_low(read[i].text)
        ]
        for i, text in zip(again, self._texts([page.raised[i] for i in again]), strict=True):
            if text.confidence > read[i].confidence - LOST_BY_RAISING:
                read[i] = text

    def _reread_strangers(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful words that are not in the script of the words around them, read again in that script; in place."""
        heard = [[(read[i].text, read[i].confidence) for i in line] for line in lines]
        again: dict[str, list[int]] = {}
        for line, place, script in scripts.strangers(heard):
            again.setdefault(script, []).append(lines[line][place])
        for script, members in again.items():
            allowed = scripts.allowed(self._alphabet, script)
            self._reread(page.pictures, members, allowed, read)

    def _reread_odd_letters(self, page: Sighted, read: list[ctc.Text]) -> None:
        """Doubtful words with letters that the page's languages lack, read again without these; in place."""
        odd, known = letters.strangers([(text.text, text.confidence) for text in read])
        if odd:
            self._reread(page.pictures, odd, letters.allowed(self._alphabet, known), read)

    def _reread_money(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful letters alone beside amounts, as signs of money where they may be; in place."""
        beside = [line[place] for line in lines for place in money.lone([read[i].text for i in line])]
        again = [i for i in beside if read[i].confidence < DOUBTFUL]
        every = np.ones(len(self._alphabet) + 1, bool)
        for i, chances in zip(again, self._chances_of([page.pictures[i] for i in again], every), strict=True):
            read[i] = money.sign_of(read[i], chances, self._alphabet)

    def _spell(self, page: Sighted, lines: Sequence[Sequence[int]], read: list[ctc.Text]) -> None:
        """Doubtful words, as their language has or at least spells them where the pixels leave that open; in place."""
        kept = {i for i, text in enumerate(read) if is_word(text)}
        if not any(spelling.can_be_misspelt(read[i]) for i in kept):
            return
        known = letters.strangers([(text.text, text.confidence) for text in read])[1]
        allowed = letters.allowed(self._alphabet, known)
        written = scripts.written_in([[read[i].text for i in line] for line in lines])
        whole = spaces.apart(page.boxes, lines)
        for script in set(written):
            own = [i for line, its in zip(lines, written, strict=True) if its == script for i in line]
            language = spelling.tongue_of([(read[i].text, read[i].confidence) for i in own], script, self._languages)
            if language is None:
                continue
            places = [i for i in own if i in kept and wording.is_open(read[i], language, script)]
            pictures = [page.telling.get(i, page.pictures[i]) for i in places]
            for i, opinions in zip(places, self._opinions_of(pictures, allowed), strict=True):
                read[i] = wording.worded(read[i], opinions, self._alphabet, language, script, i in whole)

    def _reread_chinese(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """The words of a Chinese page, read by the recogniser of Chinese too; in place."""
        if self._chinese is None:
            return
        if not self._is_chinese:
            places = hanzi.sample(read)
            if not places:
                return
            heard = list[ctc.Text]()
            for some in hanzi.halves(places):
                heard += self._said([pictures[i] for i in some], self._chinese())
                if not hanzi.may_be_chinese([read[i] for i in places], heard):
                    return
        both = zip(read, self._said(pictures, self._chinese()), strict=True)
        read[:] = [hanzi.better(first, hanzi.once(chinese)) for first, chinese in both]

    def _narrow(self, pictures: Sequence[np.ndarray], read: list[ctc.Text]) -> None:
        """Words with letters that none of the languages asked for has, read again without these; in place."""
        if self._known is None:
            return
        again = letters.beyond([text.text for text in read], self._known)
        if again:
            self._reread(pictures, again, letters.allowed(self._alphabet, self._known), read)

    def _reread(
        self, pictures: Sequence[np.ndarray], places: Sequence[int], allowed: np.ndarray, read: list[ctc.Text]
    ) -> None:
        """The words at some places, read again with the `allowed` classes by every recogniser; in place."""
        places = [i for i in places if pictures[i].shape[1]]
        for i, chances in zip(places, self._chances_of([pictures[i] for i in places], allowed), strict=True):
            read[i] = self._text(chances, pictures[i])

    def _chances_of(self, pictures: Sequence[np.ndarray], allowed: np.ndarray) -> list[np.ndarray]:
        """What the recogniser that is believed sees at each step of each picture: float, shape (steps, classes + 1)."""
        return [believed(opinions, self._alphabet) for opinions in self._opinions_of(pictures, allowed)]

    def _opinions_of(self, pictures: Sequence[np.ndarray], allowed: np.ndarray) -> list[np.ndarray]:
        """What each recogniser sees in each picture: float, shape (recognisers, steps, classes + 1).

        After a page's doubtful words is asked more than once, with other classes `allowed`; logits are kept till then.
        """
        first = self._asked.first
        for is_heard in (True, False):
            new = [p for p in pictures if id(p) not in self._asked.logits and (id(p) in first) is is_heard]
            for places, batch in crops.batches(new, self._pools.columns):
                check()
                heard = [np.stack([first[id(new[i])] for i in places])] if is_heard else []
                for i, *logits in zip(places, *self._networks.opinions(batch, *heard), strict=True):
                    self._asked.logits[id(new[i])] = new[i], logits
        kept = (self._asked.logits[id(picture)][1] for picture in pictures)
        return [_chances(np.where(allowed, np.stack(logits), -np.inf)) for logits in kept]


def _within(text: ctc.Text, picture: np.ndarray, width: int) -> ctc.Text:
    """A text with its steps as shares of the picture, which stood at the left of one `width` pixels wide."""
    share = width / picture.shape[1]
    return replace(text, steps=tuple(min(1.0, step * share) for step in text.steps))


def _unread(page: PageImage) -> PageWords:
    """A page without words, and why."""
    message = f"Page {page.number} was left out: reading its words takes longer than --timeout allows."
    return PageWords(page.number, page.width, page.height, (), page.rotation, issues=(Issue("page.timeout", message),))


def _chances(logits: np.ndarray) -> np.ndarray:
    """Probabilities over the last axis."""
    raised = np.exp(logits - logits.max(-1, keepdims=True))
    chances: np.ndarray = raised / raised.sum(-1, keepdims=True)
    return chances
